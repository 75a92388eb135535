"""Salesforce as an account: OAuth at a login host, and what a test looks at in the org.

https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm (OAuth)
https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/ (REST API)

A token answer names no end: an access token lives until the org's session time is over, and use prolongs it. A
refresh token works once, and ends after 30 idle days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from renkei.accounts import Access, AccountVendor, Check, Report
from renkei.config import hosts, vendor_url
from renkei.errors import Misconfigured, Reconnect, Rejected
from renkei.http import Answer, Client, checked_host
from renkei.oauth import OAuthVendor, Told
from renkei.vendors.salesforce_errors import KEY, classify

VERSION = "v67.0"
"""Of the REST API: one release behind the newest (Summer '26; v68.0 is Winter '27).

Orgs get a release on different weekends, so the newest may be missing somewhere; this one is everywhere, and a
version lives for three years at least.
https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/api_rest_eol.htm
"""
DATA = f"/services/data/{VERSION}"
_SCOPES = ("api", "refresh_token")
_IDENTITY = re.compile(r"/id/(00D\w{12,15})/(005\w{12,15})$", re.ASCII)
_USAGE = re.compile(r"(?:^|[;,]\s*)api-usage=(\d{1,12})/(\d{1,12})")
_NOT_FOUND = 404


def instance(secrets: Mapping[str, str]) -> str:
    """The address of a connection's org. Reconnect if it is none that we may send a token to (any more)."""
    try:
        return _checked(_bare(secrets["instance_url"]))
    except ValueError:
        raise Reconnect("salesforce_host", vendor=KEY) from None


def _probe(access: Access) -> Report:
    """Three calls: the description of Lead, the org's own record, and who the user is."""
    account = access.secrets["org"]
    scopes = [
        Check("check_scope", ok=scope in access.scopes, params={"scope": scope}, remedy="remedy_scope")
        for scope in _SCOPES
    ]
    if "api" not in access.scopes:  # no call would be answered
        return Report(account, "", tuple(scopes))
    client = Client(KEY, instance(access.secrets), access.session, access.token, classify)
    lead = _seen(client, f"{DATA}/sobjects/Lead/describe")
    org = _seen(client, f"{DATA}/sobjects/Organization/{account}?fields=Name,OrganizationType,IsSandbox")
    user = _seen(client, "/services/oauth2/userinfo")
    name = str(org.body.get("Name") or account)
    checks = [
        Check("check_account", ok=True, params={"account": account, "name": name}),
        Check("salesforce_api", ok=True),
        *_about(org.body, user.body),
        *scopes,
        _lead(lead.body),
        _quota(org, lead),
    ]
    return Report(account, name, tuple(checks))


# https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
# https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_organization.htm
# https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_using_userinfo_endpoint.htm
def _seen(client: Client, path: str) -> Answer:
    """The object that is there; an empty one where the user may not see it (often a 404)."""
    try:
        answer = client.call("GET", path)
    except (Rejected, Misconfigured):
        return Answer(_NOT_FOUND, {}, {})
    return answer if isinstance(answer.body, dict) else Answer(answer.status, {}, answer.headers)


def _about(org: Mapping[str, Any], user: Mapping[str, Any]) -> Iterator[Check]:
    """What is only for information."""
    if org.get("OrganizationType"):
        yield Check("salesforce_edition", ok=None, params={"edition": str(org["OrganizationType"])}, needed=False)
    if org.get("IsSandbox") is True:
        yield Check("salesforce_sandbox", ok=None, needed=False)
    if user.get("name"):
        params = {"name": str(user["name"]), "user": str(user.get("preferred_username", ""))}
        yield Check("salesforce_user", ok=None, params=params, needed=False)


def _lead(described: Mapping[str, Any]) -> Check:
    may = described.get("createable") is True
    return Check("check_permission", ok=may, params={"permission": "Lead: Create"}, remedy="salesforce_lead")


# https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm
def _quota(*answers: Answer) -> Check:
    """How many calls of 24 hours are left, as the org tells beside its answers."""
    for answer in answers:
        if told := _USAGE.search(answer.headers.get("sforce-limit-info", "")):
            left, most = int(told[2]) - int(told[1]), int(told[2])
            params = {"left": f"{max(left, 0)} / {most}"}
            return Check("check_quota", ok=left > 0, params=params, remedy="remedy_quota", needed=False)
    return Check("check_quota_untold", ok=None, needed=False)


def _end(access: Access) -> list[str]:  # noqa: ARG001 - as every vendor's
    """Nothing beside revoking the token, which every OAuth connection gets: it takes the app's access away."""
    return []


def _read(body: Mapping[str, Any]) -> Told:
    """The org and the user by `id`, and where the org answers. Reconnect for an address that is not allowed.

    That is no ValueError: a person has to see why, and trying again would find the refresh token used up.
    """
    found = _IDENTITY.search(str(body["id"]))
    if found is None:
        raise ValueError("no org in the answer")
    kept = {"instance_url": str(body["instance_url"]), "org": found[1], "user": found[2]}
    instance(kept)
    return Told(found[1], tuple(str(body.get("scope") or "").split()), kept)


def _site(given: str) -> str:
    """The login host that a person chose: "" for the usual one, test.salesforce.com, or an org's My Domain.

    The address of a page in the org will do as well. ValueError if it is at no host that is allowed.
    """
    text = given.strip()
    if not text:
        return ""
    parts = urlsplit(_checked(text if "://" in text else f"https://{text}"))
    if parts.scheme == "http":  # a stand-in on this machine
        return f"http://{parts.netloc}{parts.path.rstrip('/')}"
    # https://help.salesforce.com/s/articleView?id=xcloud.domain_name_url_formats.htm
    return (parts.hostname or "").replace(".lightning.force.com", ".my.salesforce.com")


def _checked(url: str) -> str:
    return checked_host(url, hosts(KEY, "salesforce.com,force.com"))


def _bare(url: str) -> str:
    """The URL if paths can be added to it."""
    if {"?", "#"} & set(url):
        raise ValueError("an address without a query is needed")
    return url.rstrip("/")


def _login(site: str, path: str) -> str:
    if not site:
        return f"{vendor_url('salesforce_login', 'https://login.salesforce.com')}/services/oauth2/{path}"
    return f"{site if '://' in site else f'https://{site}'}/services/oauth2/{path}"


ACCOUNT = AccountVendor(
    key=KEY,
    title="Salesforce",
    probe=_probe,
    end=_end,
    oauth=OAuthVendor(
        key=KEY,
        authorize_url=lambda site: _login(site, "authorize"),
        token_url=lambda site: _login(site, "token"),
        revoke_url=lambda site: _login(site, "revoke"),
        scopes=_SCOPES,
        read=_read,
        site=_site,
        timed=False,
        lapses=timedelta(days=30),
    ),
)
"""No `limits`: an org's number of calls depends on its edition and users, and each answer tells it."""
