"""falcana as an account: an address, a client id and a secret.

**The contract is ours, not falcana's:** there is no public API. `local/sandbox/falcana` holds what we propose: a
token by OAuth 2 client credentials (RFC 6749, 4.4), problems with a `code` (RFC 9457), and `GET /v1/ping`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import requests

from renkei.accounts import Access, AccountVendor, Check, Field, Report
from renkei.budgets import Limits, Rate
from renkei.config import hosts
from renkei.errors import Outcome, Reconnect, Retry
from renkei.http import Answer, Client, checked_host, outcome, retry_after, send

KEY = "falcana"
LIMITS = Limits(burst=Rate(50, timedelta(seconds=10)))
"""Half of the 600 calls a minute that we propose for a tenant; the rest is for others."""
_SCOPES = ("addresses:read", "addresses:write", "contact-persons:read", "contact-persons:write")
_TENANT = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
_BAD_REQUEST, _UNAUTHORIZED, _NOT_FOUND, _TOO_MANY = 400, 401, 404, 429


def base_url(secrets: Mapping[str, str]) -> str:
    """The address of a connection's falcana, without a slash at its end. Reconnect if it may not be called."""
    try:
        url = checked_host(secrets["base_url"].strip(), hosts(KEY, "falcana.com"))
    except ValueError:
        raise Reconnect("falcana_address", vendor=KEY) from None
    if {"?", "#"} & set(url):
        raise Reconnect("falcana_address", vendor=KEY)
    return url.rstrip("/")


def token(session: requests.Session, secrets: Mapping[str, str]) -> str:
    """A fresh bearer token of the client; it lives for an hour."""
    form = {"grant_type": "client_credentials"}
    credentials = (secrets["client_id"], secrets["client_secret"])
    answer = send(KEY, session, "POST", f"{base_url(secrets)}/v1/token", data=form, auth=credentials)
    if answer.status >= 300:  # noqa: PLR2004
        raise refusal(answer)
    found = answer.body.get("access_token") if isinstance(answer.body, dict) else None
    if not isinstance(found, str) or not found:
        raise Retry("vendor_garbled", vendor=KEY)
    return found


def refusal(answer: Answer) -> Outcome:
    """What an error answer says about the connection."""
    body: Mapping[str, Any] = answer.body if isinstance(answer.body, dict) else {}
    if body.get("code") == "api_disabled":
        return Reconnect("falcana_api_off", vendor=KEY)
    if answer.status == _UNAUTHORIZED or (answer.status == _BAD_REQUEST and body.get("error")):
        return Reconnect("key_refused", vendor=KEY)
    if answer.status == _TOO_MANY:
        return Retry("vendor_rate", after=retry_after(answer.headers), vendor=KEY)
    if answer.status == _NOT_FOUND and "code" not in body:
        return Reconnect("falcana_not_there", vendor=KEY)
    return outcome(KEY, answer)


def _probe(access: Access) -> Report:
    """Two calls: a token, and who the client is."""
    client = Client(
        KEY, base_url(access.secrets), access.session, lambda _: token(access.session, access.secrets), refusal
    )
    told = client.call("GET", "/v1/ping", needs="tenant").body
    account, granted = str(told["tenant"]), told.get("scopes") or ()
    if not _TENANT.fullmatch(account):
        raise Retry("vendor_garbled", vendor=KEY)
    name = str(told.get("tenant_name") or account)
    checks = [Check("check_account", ok=True, params={"account": account, "name": name})]
    checks += [
        Check("check_scope", ok=scope in granted, params={"scope": scope}, remedy="falcana_scope") for scope in _SCOPES
    ]
    checks.append(Check("check_quota_untold", ok=None, needed=False))
    return Report(account, name, tuple(checks))


def _end(access: Access) -> list[str]:  # noqa: ARG001 - as every vendor's
    """A client can be deleted by hand only; its tokens end within the hour."""
    return ["falcana_end_client"]


ACCOUNT = AccountVendor(
    key=KEY,
    title="falcana",
    probe=_probe,
    end=_end,
    fields=(Field("base_url", hidden=False), Field("client_id", hidden=False), Field("client_secret")),
    limits=LIMITS,
)
