"""board as an account: an API key and an API token, and what the token may do.

The key stands for the account and its limits; the token has a tick for each thing it may do. board tells neither the
account's name nor its id, so a keyed digest of the key is the id.

https://the-board.jp/helps/help_common_api (keys and tokens), https://developers.the-board.jp/doc/ (API)
"""

from __future__ import annotations

import re
from collections.abc import Callable

from renkei.accounts import Access, AccountVendor, Check, Field, Report
from renkei.errors import Misconfigured, NotFound, Reconnect, Retry
from renkei.vendors.board import KEY, LIMITS, MOST, Board, Kind, Page, Row, Verb, permission
from renkei.vendors.board_shapes import deal_of

# The ticks that are needed. Reading one record is looked at where there is one.
_LISTS: tuple[Kind, ...] = ("users", "clients", "projects", "invoices")
_READS: tuple[Kind, ...] = ("clients", "projects")
_WRITES: tuple[tuple[Kind, Verb], ...] = (
    ("clients", "登録"),
    ("clients", "更新"),
    ("projects", "登録"),
    ("projects", "更新"),
    ("projects", "受注ステータス更新"),
)
_PRINTED = re.compile(r"[\x21-\x7e]{1,500}")


def _probe(access: Access) -> Report:
    """Read one record of each list (of projects a page), and one by its id, as far as the token may: six calls."""
    for name in ("api_key", "api_token"):
        if not _PRINTED.fullmatch(access.secrets[name]):
            raise Reconnect("board_key_form", vendor=KEY, field=name)
    board = Board(access.session, access.secrets)
    lists = {kind: _list(access, board, kind) for kind in _LISTS}
    if all(page is None for page in lists.values()):
        raise Reconnect("board_token_refused", vendor=KEY)
    reads = {kind: _readable(access, board, kind, lists[kind]) for kind in _READS}
    account = access.digest("board-account", access.secrets["api_key"])[:32]
    checks = [Check("board_account", ok=True, params={"account": account})]
    checks += [_permission(kind, "リストの取得", ok=page is not None) for kind, page in lists.items()]
    checks += [_permission(kind, "取得", ok=ok) for kind, ok in reads.items()]
    checks += [_permission(kind, verb, ok=None) for kind, verb in _WRITES]
    checks += _linked(lists["projects"])
    checks.append(_quota(access))
    return Report(account, "", tuple(checks))


def _end(access: Access) -> list[str]:  # noqa: ARG001 - as every vendor's
    """board's tokens can be deleted by hand only."""
    return ["board_end_token"]


def _list(access: Access, board: Board, kind: Kind) -> Page[Row] | None:
    """The first page of a list; None if the token lacks the tick."""
    if kind == "projects":  # lists show board's own HubSpot link only so
        return _allowed(access, lambda: board.rows(kind, 1, {"response_group": "large"}, MOST))
    return _allowed(access, lambda: board.rows(kind, 1, size=1))


def _readable(access: Access, board: Board, kind: Kind, page: Page[Row] | None) -> bool | None:
    """Whether one record can be read by its id; None if there is none to try."""
    if page is None or not page.rows:
        return None
    number = page.rows[0]["id"]
    try:
        return _allowed(access, lambda: board.row(kind, number)) is not None
    except NotFound:  # deleted since, but not forbidden
        return True


def _linked(projects: Page[Row] | None) -> list[Check]:
    """Whether board's own HubSpot link is at work, too, by the newest projects."""
    if projects is None or not projects.rows:
        return []
    linked = sum(1 for row in projects.rows if deal_of(row))
    params = {"count": str(len(projects.rows)), "linked": str(linked)}
    return [Check("check_board_link", ok=not linked, params=params, remedy="board_own_link", needed=False)]


def _quota(access: Access) -> Check:
    """What is left of the day by our own count: board tells nobody."""
    left = access.left()
    if left is None:
        return Check("check_quota_untold", ok=None, needed=False)
    params = {"left": str(left.live), "bulk": str(left.bulk), "limit": str(left.limit)}
    return Check("check_board_quota", ok=left.live > 0, params=params, remedy="remedy_quota", needed=False)


def _allowed[T](access: Access, call: Callable[[], T]) -> T | None:
    """Make one call; None if the token lacks the tick. Waits once where board says that it is too fast."""
    try:
        try:
            return call()
        except Retry as end:
            if end.code != "vendor_rate":
                raise
        access.sleep(1.0)
        return call()
    except Misconfigured:
        return None


def _permission(kind: Kind, verb: Verb, *, ok: bool | None) -> Check:
    remedy = "board_unseen" if ok is None else "board_tick"
    return Check("check_permission", ok=ok, params={"permission": permission(kind, verb)}, remedy=remedy)


ACCOUNT = AccountVendor(
    key=KEY,
    title="board",
    probe=_probe,
    end=_end,
    fields=(Field("api_key"), Field("api_token")),
    limits=LIMITS,
    manage_url="https://the-board.jp/",
)
