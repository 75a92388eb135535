"""falcana: addresses, contact persons, what changed of them, and what a tenant defined.

**The contract is ours, not falcana's:** there is no public API. docs/falcana-api.yaml has what we propose, and
`local/sandbox/falcana` answers so. Whatever falcana comes to offer is to be put behind the class here.

Mail addresses and external ids are looked for by a POST: they do not belong into addresses, which others log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import batched
from typing import Any

import requests

from renkei import http
from renkei.budgets import FREE, Budget, Limits, Rate
from renkei.config import Language, hosts
from renkei.errors import NotFound, Reconnect, Rejected, Retry
from renkei.vendors.falcana_errors import CURSOR_REFUSED, KEY, CursorExpired, Gone, Stale, classify, refusal
from renkei.vendors.falcana_shapes import (
    CUSTOM,
    ENTITIES,
    NUMBERS,
    By,
    Change,
    CustomField,
    Entity,
    Feed,
    Named,
    Option,
    Record,
    change_of,
    cursor_of,
    custom_field_of,
    garbled,
    group_of,
    items,
    record_of,
    truth_of,
    user_of,
)

__all__ = [
    "ENTITIES", "KEY", "LIMITS", "MOST", "By", "Change", "CursorExpired", "CustomField", "Entity", "Falcana", "Feed",
    "Gone", "Named", "Option", "Record", "Stale", "base_url", "token",
]  # fmt: skip

LIMITS = Limits(burst=Rate(50, timedelta(seconds=10)))
"""Half of the 600 calls a minute that we propose for a tenant; the rest is for others."""
MOST = 200
"""Records in a page, and changes in one of the feed."""
_FOUND = 100  # values that one call looks for
_LONGEST = 100  # characters that an external id, a customer number or a mail address has at most
_TOO_MANY = 429


def base_url(secrets: Mapping[str, str]) -> str:
    """The address of a connection's falcana, without a slash at its end. Reconnect if it may not be called."""
    try:
        url = http.checked_host(secrets["base_url"].strip(), hosts(KEY, "falcana.com"))
    except ValueError:
        raise Reconnect("falcana_address", vendor=KEY) from None
    if {"?", "#"} & set(url):
        raise Reconnect("falcana_address", vendor=KEY)
    return url.rstrip("/")


# docs/falcana-api.yaml (ours): POST /v1/token
def token(session: requests.Session, secrets: Mapping[str, str]) -> str:
    """A fresh bearer token of the client; it lives for an hour."""
    form = {"grant_type": "client_credentials"}
    credentials = (secrets["client_id"], secrets["client_secret"])
    answer = http.send(KEY, session, "POST", f"{base_url(secrets)}/v1/token", data=form, auth=credentials)
    if answer.status >= 300:  # noqa: PLR2004
        raise refusal(answer)
    found = answer.body.get("access_token") if isinstance(answer.body, dict) else None
    if not isinstance(found, str) or not found:
        raise garbled()
    return found


class Falcana:
    """One tenant. Every method raises the outcomes of `renkei.errors`; every call is taken from the budget.

    `secrets` are the address, the client's id and its secret. The client asks for a token before its first call, and
    once more where one is refused; `give_token(fresh)` brings tokens from elsewhere.
    """

    def __init__(
        self,
        session: requests.Session,
        secrets: Mapping[str, str],
        budget: Budget = FREE,
        give_token: Callable[[bool], str] | None = None,
    ) -> None:
        self._session, self._secrets, self._budget = session, secrets, budget
        self._token, self._tokens = "", 0
        give = give_token or self._give_token
        self._way = http.Client(KEY, base_url(secrets), session, give, classify, budget=budget)

    @property
    def calls(self) -> int:
        """How many calls went out so far, those for tokens too."""
        return self._way.calls + self._tokens

    # docs/falcana-api.yaml (ours): GET /v1/changes
    def now(self) -> str:
        """Where the feed is now: what changes from here on stands behind it."""
        cursor = cursor_of(self._changes({}))
        if not cursor:
            raise garbled()
        return cursor

    def changes(self, cursor: str) -> Feed:
        """What changed behind a cursor of the feed, our own changes too. CursorExpired if it does not reach back.

        A row may come again, and a record has one for each of its versions.
        """
        body = self._changes({"cursor": cursor})
        found = Feed(tuple(items(body, change_of)), cursor_of(body), truth_of(body, "has_more"))
        if not found.cursor or (found.more and found.cursor == cursor):  # that would never end
            raise garbled()
        return found

    # docs/falcana-api.yaml (ours): GET /v1/{entity}
    def page(self, entity: Entity, cursor: str = "") -> tuple[list[Record], str]:
        """A page of all living records, and the cursor of the next one, `""` at the end. By id, so new ones come last.

        CursorExpired if it is no cursor of this list.
        """
        query = {"limit": str(MOST)} | ({"cursor": cursor} if cursor else {})
        body = self._list("GET", f"/v1/{entity}", params=query)
        behind = cursor_of(body)
        if behind and behind == cursor:
            raise garbled()
        return items(body, lambda row: record_of(entity, row)), behind

    # docs/falcana-api.yaml (ours): POST /v1/{entity}/find
    def find(self, entity: Entity, by: By, values: Sequence[str]) -> list[Record]:
        """The living records with one of these ids, external ids, customer numbers or mail addresses, in no order.

        A call for each hundred. Several records may have the same mail address, in whatever case it is written.
        """
        found: dict[str, Record] = {}
        texts = (value for value in values if len(value) <= _LONGEST)
        wanted: Iterable[int | str | None] = map(_number, values) if by == "ids" else texts
        for part in batched(filter(None, dict.fromkeys(wanted)), _FOUND, strict=False):
            body = self._list("POST", f"/v1/{entity}/find", json={by: part})
            found |= {record.id: record for record in items(body, lambda row: record_of(entity, row))}
        return list(found.values())

    # docs/falcana-api.yaml (ours): GET /v1/{entity}/{id}
    def get(self, entity: Entity, id: str) -> Record:  # noqa: A002 - as all that has one
        """A record. Gone if it was deleted or merged, NotFound if it never was."""
        return record_of(entity, self._way.call("GET", _path(entity, id), needs="id").body)

    # docs/falcana-api.yaml (ours): POST /v1/{entity}
    def create(self, entity: Entity, values: Mapping[str, str], external_id: str, key: str) -> Record:
        """Make a record of these values (`custom.<key>` for a tenant's own fields); blank ones are left out.

        `key` makes a lost answer safe: the caller tries again after a Retry, within a day and with the same key and
        values, and gets the record that was made. Conflict if the external id or the customer number is taken, its
        `record_id` being the record that has it; without one, if the same key came with other values before: then
        look for the external id. Rejected (`field`, `why`) for values that falcana does not take.
        """
        body = _sent({name: value for name, value in values.items() if value.strip()})
        body |= {"external_ids": {"hubspot": external_id}} if external_id else {}
        return self._written(entity, "POST", f"/v1/{entity}", body, {"idempotency-key": key})

    # docs/falcana-api.yaml (ours): PATCH /v1/{entity}/{id}
    def update(
        self,
        entity: Entity,
        id: str,  # noqa: A002
        version: int,
        values: Mapping[str, str],
        external_id: str | None = None,
    ) -> Record:
        """Change these fields of a record that still has this version; `""` clears. None: the external id stays.

        Stale (a Conflict, so catch it first) if it has another version by now, Gone, NotFound; else as `create`.
        """
        body = _sent(values) | ({} if external_id is None else {"external_ids": {"hubspot": external_id or None}})
        return self._written(entity, "PATCH", _path(entity, id), body, {"if-match": f'"{version}"'})

    # docs/falcana-api.yaml (ours): GET /v1/custom-fields, /v1/users, /v1/sales-groups
    def custom_fields(self, entity: Entity, language: Language) -> list[CustomField]:
        """The fields that the tenant defined, named in this language, else in English, else in German."""
        body = self._list("GET", "/v1/custom-fields", params={"entity": entity})
        return items(body, lambda row: custom_field_of(row, language))

    def users(self) -> list[Named]:
        """The tenant's users, those that are not active too."""
        return items(self._list("GET", "/v1/users"), user_of)

    def sales_groups(self) -> list[Named]:
        """The tenant's sales groups (Vertriebsgruppen)."""
        return items(self._list("GET", "/v1/sales-groups"), group_of)

    def _changes(self, query: Mapping[str, str]) -> object:
        asked = {"entity": ",".join(ENTITIES), "limit": str(MOST)}
        return self._list("GET", "/v1/changes", params={**asked, **query})

    def _list(self, method: str, path: str, **request: Any) -> object:
        try:
            return self._way.call(method, path, needs="items", **request).body
        except NotFound:  # of no record, so not to be taken for one's end
            raise Retry("vendor_busy", vendor=KEY, status="404") from None
        except Rejected as end:
            if end.code == CURSOR_REFUSED:
                raise CursorExpired from None
            raise

    def _written(
        self, entity: Entity, method: str, path: str, body: Mapping[str, object], headers: Mapping[str, str]
    ) -> Record:
        return record_of(entity, self._way.call(method, path, json=body, headers=headers, needs="id").body)

    def _give_token(self, fresh: bool) -> str:
        if fresh or not self._token:
            self._budget.take("call")
            self._tokens += 1
            try:
                self._token = token(self._session, self._secrets)
            except Retry as end:
                raise self._way.held(end, _TOO_MANY if end.code == "vendor_rate" else 0) from None
        return self._token


def _number(id: str) -> int | None:  # noqa: A002
    """An id as falcana has it; None for what is none, as a person may have typed it."""
    return int(id) if id.isascii() and id.isdecimal() else None


def _path(entity: Entity, id: str) -> str:  # noqa: A002
    number = _number(id)
    if number is None:
        raise NotFound("falcana_not_found", vendor=KEY)
    return f"/v1/{entity}/{number}"


def _sent(values: Mapping[str, str]) -> dict[str, Any]:
    """Values as falcana takes them: ids as numbers, null for blanks, a tenant's own fields apart."""
    given: dict[str, Any] = {name: value if value.strip() else None for name, value in values.items()}
    own = {name.removeprefix(CUSTOM): value for name, value in given.items() if name.startswith(CUSTOM)}
    fields = {name: value for name, value in given.items() if not name.startswith(CUSTOM)}
    fields |= {name: _number(value) or value for name, value in fields.items() if name in NUMBERS and value}
    return fields | ({"custom": own} if own else {})
