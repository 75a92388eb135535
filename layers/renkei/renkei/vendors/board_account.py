"""board as an account: an API key and an API token, and what the token may do.

The key stands for the account and its limits; the token has a tick for each thing it may do. board tells neither the
account's name nor its id, so a keyed digest of the key is the id.

https://the-board.jp/helps/help_common_api (keys and tokens), https://developers.the-board.jp/doc/ (API)
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from renkei.accounts import Access, AccountVendor, Check, Field, Report
from renkei.budgets import Limits, Rate
from renkei.config import vendor_url
from renkei.errors import NotFound, Outcome, Reconnect, Retry
from renkei.http import Answer, outcome, retry_after, send

KEY = "board"
LIMITS = Limits(burst=Rate(3, timedelta(seconds=1)), daily=3000)
"""Per key, so shared with whatever else the customer runs; the day starts at 00:00 UTC."""

# The ticks as they are called on board's page. Reading one record is looked at where there is one.
_LISTS = {
    "users": "ユーザー: リストの取得",
    "clients": "顧客: リストの取得",
    "projects": "案件: リストの取得",
    "invoices": "請求: リストの取得",
}
_READS = {"clients": "顧客: 取得", "projects": "案件: 取得"}
_WRITES = ("顧客: 登録", "顧客: 更新", "案件: 登録", "案件: 更新", "案件: 受注ステータス更新")
_PRINTED = re.compile(r"[\x21-\x7e]{1,500}")
_UNAUTHORIZED, _FORBIDDEN, _TOO_MANY = 401, 403, 429
_UNKNOWN_KEY, _USED_UP = "Forbidden", "Limit Exceeded"  # what Amazon's API Gateway says before board itself does


def _probe(access: Access) -> Report:
    """Read one record of each list, and one by its id, as far as the token may: six calls at most."""
    for name in ("api_key", "api_token"):
        if not _PRINTED.fullmatch(access.secrets[name]):
            raise Reconnect("board_key_form", vendor=KEY, field=name)
    lists = {kind: _first_of(access, kind) for kind in _LISTS}
    if all(rows is None for rows in lists.values()):
        raise Reconnect("board_token_refused", vendor=KEY)
    account = access.digest("board-account", access.secrets["api_key"])[:32]
    checks = [Check("board_account", ok=True, params={"account": account})]
    checks += [_permission(label, ok=lists[kind] is not None) for kind, label in _LISTS.items()]
    checks += [_permission(label, ok=_readable(access, kind, lists[kind])) for kind, label in _READS.items()]
    checks += [_permission(label, ok=None) for label in _WRITES]
    checks.append(Check("check_quota_untold", ok=None, needed=False))
    return Report(account, "", tuple(checks))


def _end(access: Access) -> list[str]:  # noqa: ARG001 - as every vendor's
    """board's tokens can be deleted by hand only."""
    return ["board_end_token"]


def refusal(answer: Answer) -> Outcome:
    """What an error answer says about the connection.

    A wrong key, a free plan and a switched-off API look the same. A missing tick is not a matter of this.
    """
    message = _message(answer)
    if answer.status == _FORBIDDEN and message == _UNKNOWN_KEY:
        return Reconnect("board_key_refused", vendor=KEY)
    if answer.status == _UNAUTHORIZED:
        return Reconnect("board_token_refused", vendor=KEY)
    if answer.status == _TOO_MANY and message == _USED_UP:
        return Retry("vendor_quota", daily=True, vendor=KEY)
    if answer.status == _TOO_MANY:
        return Retry("vendor_rate", after=retry_after(answer.headers), vendor=KEY)
    return outcome(KEY, answer)


def _first_of(access: Access, kind: str) -> list[Any] | None:
    """The first record of a list, if it has any; None if the token lacks the tick."""
    answer = _ask(access, f"/{kind}", {"per_page": "1"})
    if answer is None:
        return None
    if not isinstance(answer.body, list):
        raise Retry("vendor_garbled", vendor=KEY)
    return answer.body


def _readable(access: Access, kind: str, rows: list[Any] | None) -> bool | None:
    """Whether one record can be read by its id; None if there is none to try."""
    match rows:
        case None | []:
            return None
        case [{"id": int(number)}, *_]:
            with contextlib.suppress(NotFound):  # deleted since, but not forbidden
                return _ask(access, f"/{kind}/{number}") is not None
            return True
    raise Retry("vendor_garbled", vendor=KEY)


def _ask(access: Access, path: str, params: Mapping[str, str] | None = None) -> Answer | None:
    """Make one call; None if the token lacks the tick. Waits once where board says that it is too fast."""
    answer = _get(access, path, params)
    if answer.status == _TOO_MANY and _message(answer) != _USED_UP:
        access.sleep(1.0)
        answer = _get(access, path, params)
    if answer.status == _FORBIDDEN and _message(answer) != _UNKNOWN_KEY:
        return None
    if answer.status >= 300:  # noqa: PLR2004
        raise refusal(answer)
    return answer


def _get(access: Access, path: str, params: Mapping[str, str] | None) -> Answer:
    headers = {
        "x-api-key": access.secrets["api_key"],
        "authorization": f"Bearer {access.secrets['api_token']}",
        "accept": "application/json",
    }
    url = vendor_url("board", "https://api.the-board.jp/v1") + path
    return send(KEY, access.session, "GET", url, params=params, headers=headers)


def _permission(label: str, *, ok: bool | None) -> Check:
    remedy = "board_unseen" if ok is None else "board_tick"
    return Check("check_permission", ok=ok, params={"permission": label}, remedy=remedy)


def _message(answer: Answer) -> str:
    return str(answer.body.get("message", "")) if isinstance(answer.body, dict) else ""


ACCOUNT = AccountVendor(
    key=KEY,
    title="board",
    probe=_probe,
    end=_end,
    fields=(Field("api_key"), Field("api_token")),
    limits=LIMITS,
    manage_url="https://the-board.jp/",
)
