"""Mailchimp as an account: an API key, which names its data centre, and the audience to work with.

https://mailchimp.com/developer/marketing/docs/fundamentals/ and https://mailchimp.com/help/find-audience-id/
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta

from renkei.accounts import Access, AccountVendor, Check, Field, Report
from renkei.budgets import Limits, Rate
from renkei.config import vendor_url
from renkei.errors import Outcome, Reconnect, Retry
from renkei.http import Answer, outcome, retry_after, send

KEY = "mailchimp"
LIMITS = Limits(burst=Rate(5, timedelta(seconds=1)))
"""Mailchimp counts open connections (ten), not calls: five calls a second of up to two seconds each stay below."""

# The data centre becomes part of the host that gets the key, so nothing but a data centre may stand there.
_API_KEY = re.compile(r"[0-9A-Za-z]{8,100}-([a-z]{2,4}[0-9]{1,3})")
_AUDIENCE = re.compile(r"[0-9A-Za-z]{1,40}")
_ACCOUNT = re.compile(r"[0-9A-Za-z]{1,64}")
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY = 401, 403, 404, 429
_REFUSED = {"User Disabled": "mailchimp_account_disabled", "Wrong Datacenter": "key_refused"}


def base_url(api_key: str) -> str:
    """The address of the key's data centre. Reconnect if the key has not the form of one."""
    found = _API_KEY.fullmatch(api_key)
    if found is None:
        raise Reconnect("mailchimp_key_form", vendor=KEY)
    return vendor_url("mailchimp", "https://{dc}.api.mailchimp.com/3.0").replace("{dc}", found[1])


# https://mailchimp.com/developer/marketing/docs/fundamentals/#authenticate-with-an-api-key
def authorization(api_key: str) -> dict[str, str]:
    """The header that carries a key; the user may be any."""
    return {"authorization": f"Basic {b64encode(f'renkei:{api_key}'.encode()).decode()}"}


# https://mailchimp.com/developer/marketing/api/root/list-api-root-resources/
# https://mailchimp.com/developer/marketing/api/lists/get-list-info/
def _probe(access: Access) -> Report:
    """Two calls: the account, and the audience. Only ids and names are asked for."""
    audience = access.secrets["audience"]
    if not _AUDIENCE.fullmatch(audience):
        raise Reconnect("mailchimp_audience_form", vendor=KEY)
    told = _read(_get(access, "/", "account_id,account_name"), "account_id")
    account, name = str(told["account_id"]), str(told.get("account_name", ""))
    if not _ACCOUNT.fullmatch(account):
        raise Retry("vendor_garbled", vendor=KEY)
    checks = (
        Check("check_account", ok=True, params={"account": account, "name": name}),
        _audience(audience, _get(access, f"/lists/{audience}", "id,name")),
        Check("check_quota_untold", ok=None, needed=False),
    )
    return Report(f"{account}.{audience}", name, checks)


def _end(access: Access) -> list[str]:  # noqa: ARG001 - as every vendor's
    """Mailchimp's keys can be deleted by hand only."""
    return ["mailchimp_end_key"]


# https://mailchimp.com/developer/marketing/docs/errors/
def refusal(answer: Answer) -> Outcome:
    """What an error answer says about the connection. A 403 that is no JSON comes from heavy use."""
    title = str(answer.body.get("title", "")) if isinstance(answer.body, dict) else ""
    if answer.status == _UNAUTHORIZED:
        return Reconnect("key_refused", vendor=KEY)
    if answer.status == _FORBIDDEN and title:
        return Reconnect(_REFUSED.get(title, "mailchimp_forbidden"), vendor=KEY)
    if answer.status in {_FORBIDDEN, _TOO_MANY}:
        return Retry("vendor_rate", after=retry_after(answer.headers), vendor=KEY)
    return outcome(KEY, answer)


def _audience(wanted: str, answer: Answer) -> Check:
    if answer.status == _NOT_FOUND:
        params = {"audience": wanted, "name": ""}
        return Check("mailchimp_audience", ok=False, params=params, remedy="mailchimp_no_audience")
    params = {"audience": wanted, "name": str(_read(answer, "id").get("name", ""))}
    return Check("mailchimp_audience", ok=True, params=params)


def _get(access: Access, path: str, fields: str) -> Answer:
    api_key = access.secrets["api_key"]
    headers = {**authorization(api_key), "accept": "application/json"}
    return send(KEY, access.session, "GET", base_url(api_key) + path, params={"fields": fields}, headers=headers)


def _read(answer: Answer, needs: str) -> Mapping[str, object]:
    if answer.status >= 300:  # noqa: PLR2004
        raise refusal(answer)
    if not isinstance(answer.body, dict) or needs not in answer.body:
        raise Retry("vendor_garbled", vendor=KEY)
    return answer.body


ACCOUNT = AccountVendor(
    key=KEY,
    title="Mailchimp",
    probe=_probe,
    end=_end,
    fields=(Field("api_key"), Field("audience", hidden=False)),
    limits=LIMITS,
    manage_url="https://admin.mailchimp.com/account/api/",
)
