"""falcana as an account: an address, a client id and a secret.

**The contract is ours, not falcana's:** there is no public API. docs/falcana-api.yaml holds what we propose: a token
by OAuth 2 client credentials (RFC 6749, 4.4), problems with a `code` (RFC 9457), and `GET /v1/ping`.
"""

from __future__ import annotations

import re

from renkei.accounts import Access, AccountVendor, Check, Field, Report
from renkei.http import Client
from renkei.vendors.falcana import KEY, LIMITS, base_url, token
from renkei.vendors.falcana_errors import SCOPES, refusal
from renkei.vendors.falcana_shapes import garbled, list_of

_TENANT = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")


def _probe(access: Access) -> Report:
    """Two calls: a token, and who the client is."""
    client = Client(
        KEY, base_url(access.secrets), access.session, lambda _: token(access.session, access.secrets), refusal
    )
    # docs/falcana-api.yaml (ours): GET /v1/ping
    told = client.call("GET", "/v1/ping", needs="tenant").body
    account, granted = str(told["tenant"]), list_of(told.get("scopes") or [])
    if not _TENANT.fullmatch(account):
        raise garbled()
    name = str(told.get("tenant_name") or account)
    checks = [Check("check_account", ok=True, params={"account": account, "name": name})]
    checks += [
        Check("check_scope", ok=scope in granted, params={"scope": scope}, remedy="falcana_scope") for scope in SCOPES
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
