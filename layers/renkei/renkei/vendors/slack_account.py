"""Slack as an account: either the address of an incoming hook, or a bot token.

A hook's address is a secret that posts into one channel; a bot token posts into any channel that its scopes allow.
Testing a hook posts nothing: Slack refuses an empty message, and looks at the hook before it does.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/
https://docs.slack.dev/authentication/tokens
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from renkei.accounts import Access, AccountVendor, Check, Field, Report
from renkei.budgets import Limits, Rate
from renkei.config import vendor_url
from renkei.errors import Outcome, Reconnect, Retry
from renkei.http import Answer, outcome, retry_after, send

KEY = "slack"
LIMITS = Limits(burst=Rate(1, timedelta(seconds=1)))
"""About a message a second and channel: https://docs.slack.dev/apis/web-api/rate-limits"""

_HOOK_PATH = r"/services/(T[0-9A-Z]{1,30})/(B[0-9A-Z]{1,30})/[0-9A-Za-z]{1,100}"
_TOKEN = re.compile(r"xoxb-[0-9A-Za-z-]{1,200}")
_TEAM = re.compile(r"[TE][0-9A-Z]{1,30}")
_CODE = re.compile(r"[a-z_]{1,60}")
_NEEDED, _USEFUL = "chat:write", "chat:write.public"
_TOO_MANY, _SERVER_ERROR = 429, 500

_ALIVE = {"no_text", "missing_text_or_fallback_or_attachments"}
_HOOK_REFUSED = {
    "no_service": "hook_gone",
    "no_service_id": "hook_gone",
    "no_team": "hook_gone",
    "no_active_hooks": "hook_gone",
    "invalid_token": "hook_gone",
    "channel_not_found": "slack_channel_gone",
    "channel_is_archived": "slack_channel_gone",
    "action_prohibited": "slack_prohibited",
    "posting_to_general_channel_denied": "slack_prohibited",
    "team_disabled": "slack_team_disabled",
}
_TOKEN_GONE = {"invalid_auth", "not_authed", "token_revoked", "account_inactive", "token_expired"}
_TOKEN_REFUSED = {
    "invalid_auth": "key_refused",
    "not_authed": "key_refused",
    "token_revoked": "slack_token_revoked",
    "account_inactive": "slack_app_removed",
    "token_expired": "slack_token_expired",
    "missing_scope": "slack_scope_missing",
}
_TOO_OFTEN = {"ratelimited", "rate_limited"}
_BUSY = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
"""What was asked for may have happened."""


def hook_of(url: str) -> tuple[str, str]:
    """Team and hook of a hook's address. Reconnect unless it is one at the only host that may have it."""
    base = vendor_url("slack_hooks", "https://hooks.slack.com")
    found = re.fullmatch(re.escape(base) + _HOOK_PATH, url)
    if found is None:
        raise Reconnect("slack_hook_form", vendor=KEY)
    return found[1], found[2]


def token_of(secrets: Mapping[str, Any]) -> str:
    """The bot token that was entered. Reconnect unless it is one."""
    token = secrets["bot_token"]
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise Reconnect("slack_token_form", vendor=KEY)
    return token


def api() -> str:
    """The address of the Web API."""
    return vendor_url("slack", "https://slack.com/api")


def hook_refusal(answer: Answer) -> Outcome | None:
    """What a hook's error answer says about the connection; None if it is about the message alone."""
    if code := _HOOK_REFUSED.get(answer.text.strip()):
        return Reconnect(code, vendor=KEY)
    if answer.status == _TOO_MANY:
        return Retry("vendor_rate", after=retry_after(answer.headers), vendor=KEY)
    if answer.status >= _SERVER_ERROR or answer.status // 100 == 3:  # noqa: PLR2004
        return outcome(KEY, answer)
    return None


def token_refusal(answer: Answer) -> Outcome:
    """What a method's answer that is not ok says about the connection. Most come with status 200."""
    error = answer.body.get("error") if isinstance(answer.body, dict) else None
    if answer.status == _TOO_MANY or error in _TOO_OFTEN:
        return Retry("vendor_rate", after=retry_after(answer.headers), vendor=KEY)
    if error in _BUSY:
        return Retry("vendor_busy", after=retry_after(answer.headers), vendor=KEY, status=error)
    if not isinstance(error, str) or not _CODE.fullmatch(error):
        return outcome(KEY, answer) if answer.status >= 300 else Retry("vendor_garbled", vendor=KEY)  # noqa: PLR2004
    if code := _TOKEN_REFUSED.get(error):
        return Reconnect(code, vendor=KEY)
    return Reconnect("slack_token_refused", vendor=KEY, problem=error)


def _probe(access: Access) -> Report:
    """One call, whichever of the two was entered."""
    return _probed_hook(access) if "hook_url" in access.secrets else _probed_token(access)


def _probed_hook(access: Access) -> Report:
    url = access.secrets["hook_url"]
    team, hook = hook_of(url)
    headers = {"content-type": "application/json"}
    answer = send(KEY, access.session, "POST", url, plain=True, data=b"{}", headers=headers)
    if end := hook_refusal(answer):
        raise end
    said = answer.text.strip()
    told = said if _CODE.fullmatch(said) else str(answer.status)
    check = Check("check_hook", ok=said in _ALIVE, params={"hook": hook, "answer": told}, remedy="slack_hook_unclear")
    return Report(f"{team}.{hook}", team, (check,))


# https://docs.slack.dev/reference/methods/auth.test
def _probed_token(access: Access) -> Report:
    answer = _method(access, "auth.test")
    told = answer.body if isinstance(answer.body, dict) else {}
    if told.get("ok") is not True:
        raise token_refusal(answer)
    team, name = str(told.get("team_id")), str(told.get("team", ""))
    if not _TEAM.fullmatch(team):
        raise Retry("vendor_garbled", vendor=KEY)
    checks = [Check("check_account", ok=True, params={"account": team, "name": name})]
    return Report(team, name, (*checks, *_scopes(answer.headers.get("x-oauth-scopes"))))


def _scopes(header: str | None) -> list[Check]:
    """The scopes one by one: the one that is needed, the one that is useful, and what else there is."""
    if header is None:
        return [Check("check_scope", ok=None, params={"scope": _NEEDED}, remedy="slack_scope")]
    granted = {name for part in header.split(",") if (name := part.strip())}
    return [
        Check("check_scope", ok=_NEEDED in granted, params={"scope": _NEEDED}, remedy="slack_scope"),
        Check(
            "check_scope",
            ok=_USEFUL in granted or None,
            params={"scope": _USEFUL},
            remedy="slack_public_scope",
            needed=False,
        ),
        *(
            Check("check_scope", ok=True, params={"scope": name}, needed=False)
            for name in sorted(granted - {_NEEDED, _USEFUL})
        ),
    ]


# https://docs.slack.dev/reference/methods/auth.revoke
def _end(access: Access) -> list[str]:
    """Revoke a bot token; a hook can be deleted by hand only. A token that is gone already needs nothing."""
    if "hook_url" in access.secrets:
        return ["slack_end_hook"]
    try:
        answer = _method(access, "auth.revoke")
    except Outcome:
        return ["slack_end_token"]
    told = answer.body if isinstance(answer.body, dict) else {}
    return [] if told.get("revoked") is True or told.get("error") in _TOKEN_GONE else ["slack_end_token"]


def _method(access: Access, method: str) -> Answer:
    headers = {"authorization": f"Bearer {token_of(access.secrets)}", "accept": "application/json"}
    return send(KEY, access.session, "POST", f"{api()}/{method}", headers=headers)


ACCOUNT = AccountVendor(
    key=KEY,
    title="Slack",
    probe=_probe,
    end=_end,
    fields=(Field("hook_url"), Field("bot_token")),
    either=(("hook_url",), ("bot_token",)),
    limits=LIMITS,
    manage_url="https://api.slack.com/apps",
)
