"""Calendly's API as far as webhook subscriptions go: https://developer.calendly.com/api-docs

Called from the admin's own machine with a personal access token, which goes nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Literal
from urllib.parse import quote, urlencode

import requests

from local.cli.client import Method, json_of, send
from local.cli.errors import Failure
from local.cli.place import check_url
from local.cli.shapes import Json, mapping, rows, text, words
from local.cli.signing import is_loopback

ADDRESS: Final = "https://api.calendly.com"
EVENTS: Final = ("invitee.created", "invitee.canceled")
_PAGE: Final = 100
_PAGES: Final = 50  # more than anybody has: a list that does not end is none

type Scope = Literal["organization", "user"]


class Unknown(Failure):
    """Whether Calendly did what was asked is not known: look before asking again."""


@dataclass(frozen=True)
class Owner:
    """Whose token it is: what Calendly calls the user and the organization."""

    user: str
    organization: str

    def query(self, scope: Scope) -> dict[str, str]:
        """Name what a subscription is for."""
        return {"organization": self.organization, "scope": scope} | ({"user": self.user} if scope == "user" else {})


@dataclass(frozen=True)
class Subscription:
    """A subscription: `state` is active or disabled (then it never sends again)."""

    uri: str
    url: str
    state: str
    scope: str
    events: tuple[str, ...]
    since: str

    def json(self) -> Json:
        """Give it for a script."""
        told: Json = {"uri": self.uri, "callback_url": self.url, "state": self.state, "scope": self.scope}
        return told | {"events": list(self.events), "created_at": self.since}

    @property
    def whole(self) -> bool:
        """Whether all events that are needed are sent."""
        return set(EVENTS) <= set(self.events)


class Calendly:
    """Calls Calendly with a personal access token. Raises Misuse if the address is not fit for one."""

    def __init__(self, token: str, environ: Mapping[str, str]) -> None:
        self._url = (environ.get("RENKEI_CALENDLY_URL") or ADDRESS).rstrip("/")
        check_url(self._url)
        self._token = token
        self._http = requests.Session()
        self._http.trust_env = not is_loopback(self._url)

    @property
    def local(self) -> bool:
        """Whether it is a stand-in on this machine."""
        return is_loopback(self._url)

    def owner(self) -> Owner:
        """Say whose the token is: https://developer.calendly.com/api-docs/calendly-api/users/get-current-user"""
        me = mapping(self._call("GET", "users/me").get("resource"))
        found = Owner(text(me.get("uri")), text(me.get("current_organization")))
        if not found.user or not found.organization:
            raise Unknown("calendly_odd", status=200)
        return found

    def subscriptions(self, owner: Owner, scope: Scope, url: str) -> list[Subscription]:
        """List those that send to an address.

        https://developer.calendly.com/api-docs/calendly-api/webhooks/list-webhook-subscriptions
        """
        found: list[Subscription] = []
        token = ""
        for _ in range(_PAGES):
            query = owner.query(scope) | {"count": str(_PAGE)} | ({"page_token": token} if token else {})
            answer = self._call("GET", "webhook_subscriptions?" + urlencode(query))
            found += [_read(row) for row in rows(answer.get("collection"))]
            token = text(mapping(answer.get("pagination")).get("next_page_token"))
            if not token:
                return [one for one in found if one.url == url]
        raise Unknown("calendly_odd", status=200)

    def create(self, owner: Owner, scope: Scope, url: str, signing_key: str) -> Subscription:
        """Subscribe an address. Raises Unknown if it is not known whether that was done.

        https://developer.calendly.com/api-docs/calendly-api/webhooks/create-webhook-subscription
        """
        body: Json = {"url": url, "events": list(EVENTS), **owner.query(scope), "signing_key": signing_key}
        made = _read(mapping(self._call("POST", "webhook_subscriptions", body).get("resource")))
        if not made.uri:
            raise Unknown("calendly_odd", status=201)
        return made

    def delete(self, subscription: Subscription) -> None:
        """End a subscription; it may be gone already. Raises Unknown if it is not known whether that was done.

        https://developer.calendly.com/api-docs/calendly-api/webhooks/delete-webhook-subscription
        """
        # Its name, not its address: the token goes to no place that an answer names.
        name = quote(subscription.uri.rpartition("/")[2], safe="")
        self._call("DELETE", f"webhook_subscriptions/{name}", gone=True)

    def _call(self, method: Method, path: str, body: Json | None = None, *, gone: bool = False) -> Json:
        headers = {"accept": "application/json", "user-agent": "renkei", "authorization": f"Bearer {self._token}"}
        # An authentication that does nothing keeps a ~/.netrc from replacing the token.
        request = requests.Request(
            method, f"{self._url}/{path}", json=body, headers=headers, auth=lambda prepared: prepared
        )
        try:
            response = send(self._http, self._http.prepare_request(request), self._url)
        except Failure as failure:
            key = "calendly_slow" if failure.key == "too_slow" else "calendly_unreachable"
            raise Unknown(key, passing=True, **failure.values) from None
        status = response.status_code
        if (gone and status == HTTPStatus.NOT_FOUND) or status == HTTPStatus.NO_CONTENT:
            return {}
        answer = json_of(response)
        if status in (HTTPStatus.OK, HTTPStatus.CREATED) and isinstance(answer, dict):
            return mapping(answer)
        raise _failure(response, mapping(answer))


def _failure(response: requests.Response, error: Json) -> Failure:
    """Name a refusal; what is no clear refusal is Unknown."""
    status, message = response.status_code, text(error.get("message"))
    seconds = response.headers.get("X-RateLimit-Reset", "")
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return Failure("calendly_token")
        case HTTPStatus.FORBIDDEN:
            return _forbidden(words(error.get("required_scopes")), message)
        case HTTPStatus.CONFLICT:
            return Failure("calendly_taken")
        case HTTPStatus.TOO_MANY_REQUESTS:
            return Failure("calendly_busy", passing=True, seconds=seconds if seconds.isdigit() else "60")
    if not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unknown("calendly_odd", passing=True, status=status)
    details = [f"{text(one.get('parameter'))} {text(one.get('message'))}" for one in rows(error.get("details"))]
    return Failure("calendly_refused", status=status, message="; ".join([message or "-", *details]))


def _forbidden(scopes: list[str], message: str) -> Failure:
    if scopes:
        return Failure("calendly_scopes", scopes=", ".join(scopes))
    # It has been "… to Professional", "… to Standard" and "… to a paid Calendly account".
    return Failure("calendly_plan" if "upgrade" in message.lower() else "calendly_denied", message=message)


def _read(row: Json) -> Subscription:
    names = ("uri", "callback_url", "state", "scope")
    uri, url, state, scope = (text(row.get(name)) for name in names)
    return Subscription(uri, url, state, scope, tuple(words(row.get("events"))), text(row.get("created_at")))
