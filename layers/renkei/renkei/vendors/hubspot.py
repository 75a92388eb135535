"""HubSpot: CRM objects, properties, owners, account. https://developers.hubspot.com/docs/api-reference/latest

Date-versioned paths with one version constant. Objects are addressed by name; values are text.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import batched
from typing import Any
from urllib.parse import quote

import requests

from renkei.actions import Create, Item, Read, Reads, Result, Search, To, Update, Writes
from renkei.budgets import FREE, Budget, Limits, Rate
from renkei.config import vendor_url
from renkei.errors import Conflict, Misconfigured, NotFound, Outcome, Rejected, Retry
from renkei.http import Client
from renkei.vendors.hubspot_errors import classify, missing, partial, trace_ids
from renkei.vendors.hubspot_properties import HubSpotProperties
from renkei.vendors.hubspot_shapes import (
    OURS,
    VERSION,
    Property,
    create_body,
    key_of,
    next_of,
    record_of,
    search_bodies,
    write_input,
)

__all__ = ["KEY", "LIMITS", "VERSION", "HubSpot", "Property", "base_url"]

KEY = "hubspot"
# https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines: 110 for marketplace apps and 100 or
# more for private ones, so the smaller; how many a day only HubSpot itself knows.
LIMITS = Limits(burst=Rate(100, timedelta(seconds=10)), search=Rate(5, timedelta(seconds=1)))
_OBJECTS = f"/crm/objects/{VERSION}"
_BATCH = 100
_TRIES = 4  # of a batch that conflicts; then one by one
_SEARCHES = 4  # a second, where no budget sees to it


def base_url() -> str:
    """HubSpot's address for API calls."""
    return vendor_url("hubspot", "https://api.hubapi.com")


class HubSpot(HubSpotProperties):
    """One portal. Every method raises the outcomes of `renkei.errors`; every call is taken from the budget."""

    def __init__(
        self,
        session: requests.Session,
        token: Callable[[bool], str],
        sleep: Callable[[float], None] = time.sleep,
        budget: Budget = FREE,
    ) -> None:
        self._sleep = sleep
        self._free = budget is FREE
        self._client = Client(KEY, base_url(), session, token, classify, budget=budget)

    @property
    def calls(self) -> int:
        """How many calls went out so far."""
        return self._client.calls

    def do(self, action: Reads | Writes) -> Result:
        """Carry an action out. What fails for one item is in the result; what fails for all is raised."""
        result = Result()
        try:
            result = self._do(action)
            ours = OURS.keys() & {missing(end) for end in result.failed.values()}
        except (Conflict, NotFound) as whole:  # of no record, so not ours to judge: an address that moved, a lock
            status = "409" if isinstance(whole, Conflict) else "404"
            raise Retry("vendor_busy", vendor=KEY, status=status) from whole
        except (Rejected, Misconfigured) as refused:
            name = "" if isinstance(action, Search) else missing(refused) or action.by
            if name is None or name not in OURS or self.has(action.object, name):
                raise
            ours = {name}
        if not ours:
            return result
        for name in sorted(ours):
            self.ensure(action.object, name, OURS[name])  # somebody deleted it in HubSpot
        return self._do(action)

    def _do(self, action: Reads | Writes) -> Result:
        match action:
            case Search():
                return self._search(action)
            case Read():
                return self._read(action)
            case Create():
                return self._create(action)
            case Update():
                return self._update(action)

    # https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
    def _search(self, action: Search) -> Result:
        result = Result()
        for number, body in enumerate(search_bodies(action)):
            if self._free and number and number % _SEARCHES == 0:
                self._sleep(1)
            after = "0"
            while after:
                path, asked = f"{_OBJECTS}/{action.object}/search", {**body, "after": after}
                page = self._client.call("POST", path, json=asked, needs="results", kind="search")
                result.records |= {found["id"]: record_of(found) for found in page.body["results"]}
                after = next_of(page.body)
        return result

    # https://developers.hubspot.com/docs/api-reference/latest/crm/objects/batch-read
    def _read(self, action: Read) -> Result:
        result = self._read_batch(action) if len(action.keys) > 1 else Result()
        # One by one: a merged record answers to its old id, and a contact to its second address, only so.
        for key in [key for key in action.keys if key not in result.records]:
            if action.singly or len(action.keys) == 1:
                self._read_one(action, key, result)
            else:
                result.failed[key] = NotFound("hubspot_not_found")
        return result

    def _read_batch(self, action: Read) -> Result:
        result = Result()
        wanted = sorted({*action.properties, *([action.by] if action.by else [])})
        for keys in batched(action.keys, _BATCH, strict=False):
            body: dict[str, Any] = {"inputs": [{"id": key} for key in keys], "properties": wanted}
            body |= {"propertiesWithHistory": []} | ({"idProperty": action.by} if action.by else {})
            path = f"{_OBJECTS}/{action.object}/batch/read"
            found = self._client.call("POST", path, json=body, needs="results").body["results"]
            result.records |= {key_of(record, action.by): record for record in map(record_of, found)}
        return result

    def _read_one(self, action: Read, key: str, result: Result) -> None:
        query = {"properties": ",".join(action.properties)} | ({"idProperty": action.by} if action.by else {})
        path = f"{_OBJECTS}/{action.object}/{_quoted(key)}"
        try:
            answer = self._client.call("GET", path, params=query, needs="id")
        except NotFound as missing:
            result.failed[key] = missing
        else:
            result.records[key] = record_of(answer.body)

    # https://developers.hubspot.com/docs/api-reference/latest/crm/objects/batch-create
    def _create(self, action: Create) -> Result:
        result, items = Result(), {item.key: item for item in action.items}
        for _ in range(_TRIES if len(items) > 1 and action.by else 0):
            try:
                part = self._batch(action.object, "create", action.by, tuple(items.values()))
            except Conflict as conflict:
                # Seen: one conflict fails a whole batch, and only the first is named. Take out all that exist.
                taken = self._taken(action, items, conflict.record_id)
                result.failed |= {key: Conflict("hubspot_exists", record_id=id_) for key, id_ in taken.items()}
                items = {key: item for key, item in items.items() if key not in taken}
                if not taken or len(items) < 2:  # noqa: PLR2004
                    break
            else:
                return self._looked_up(action, items, Result(part.records, {**result.failed, **part.failed}))
        for item in items.values():
            try:
                answer = self._client.call("POST", f"{_OBJECTS}/{action.object}", json=create_body(item), needs="id")
            except (Conflict, Rejected) as refused:
                result.failed[item.key] = refused
            else:
                result.records[item.key] = record_of(answer.body, new=True)
        return self._looked_up(action, items, result)

    def _taken(self, action: Create, items: Mapping[str, Item], named: str | None) -> dict[str, str]:
        """Which of the keys exist, with their ids: by the unique property, else by the record that was named."""
        found = self._read_batch(Read(action.object, tuple(items), (), action.by)).records
        if found or not named:
            return {key: record.id for key, record in found.items() if key in items}
        told = self._read(Read(action.object, (named,), ("email", "hs_additional_emails", action.by))).records
        others = {
            text.strip().lower() for record in told.values() for text in ";".join(record.properties.values()).split(";")
        }
        mails = {key: item.properties.get("email", "").lower() for key, item in items.items()}
        return {key: named for key, mail in mails.items() if key in others or mail in others}

    def _looked_up(self, action: Create, items: Mapping[str, Item], result: Result) -> Result:
        """Look before believing a refusal: the record may be there, or what it should belong to may be gone."""
        doubtful = {key: end for key, end in result.failed.items() if _doubtful(action, end)}
        keys = tuple(doubtful) if action.by else ()
        there = self._read(Read(action.object, keys, (), action.by)).records
        for key, end in doubtful.items():
            if key in there:
                result.failed[key] = Conflict("hubspot_exists", record_id=there[key].id)
            elif isinstance(end, Conflict) or any(self._gone(to) for to in items[key].to):
                raise Retry("record_gone", vendor=KEY)
        return result

    def _gone(self, to: To) -> bool:
        """Whether the other end is no more what it was: deleted, or merged into a record with another id."""
        found = self._read(Read(to.object, (to.id,), ())).records.get(to.id)
        return found is None or found.id != to.id

    # https://developers.hubspot.com/docs/api-reference/latest/crm/objects/update-object
    def _update(self, action: Update) -> Result:
        if len(action.items) > 1 or not action.follow:
            try:
                return self._batch(action.object, "update", action.by, action.items)
            except Conflict as taken:  # one may fail them all, and need not be named: by halves until it is alone
                if len(action.items) == 1 and taken.record_id:
                    return Result(failed={action.items[0].key: taken})
                if len(action.items) == 1:
                    raise
                middle, result = len(action.items) // 2, Result()
                for half in (action.items[:middle], action.items[middle:]):
                    result.add(self._update(replace(action, items=half)))
                return result
        (item,) = action.items
        query = {"idProperty": action.by} if action.by else None
        path, body = f"{_OBJECTS}/{action.object}/{_quoted(item.key)}", {"properties": dict(item.properties)}
        try:
            answer = self._client.call("PATCH", path, json=body, params=query, needs="id")
        except NotFound as missing:
            return Result(failed={item.key: missing})
        except Conflict as taken:
            if taken.record_id is None:  # of no record: a lock
                raise
            return Result(failed={item.key: taken})
        return Result(records={item.key: record_of(answer.body)})

    def _batch(self, object_name: str, verb: str, by: str | None, items: tuple[Item, ...]) -> Result:
        """A batch write in hundreds, with trace ids so that a bad item fails alone; matched by key."""
        result = Result()
        for part in batched(items, _BATCH, strict=False):
            inputs = [write_input(verb, by, item, str(number)) for number, item in enumerate(part)]
            path = f"{_OBJECTS}/{object_name}/batch/{verb}"
            answer = self._client.call("POST", path, json={"inputs": inputs}, needs="results")
            known = {item.key for item in part}
            for entry in answer.body["results"]:
                record = record_of(entry, new=verb == "create")
                if (key := key_of(record, by)) in known:
                    result.records[key] = record
            for entry in answer.body.get("errors") or ():
                for number in trace_ids(entry):
                    result.failed[part[int(number)].key] = partial(entry)
            for key in known - result.records.keys() - result.failed.keys():
                # Neither made nor refused, as far as the answer says: that must never pass for success.
                result.failed[key] = Rejected("vendor_garbled", vendor=KEY)
        return result

    # https://developers.hubspot.com/docs/api-reference/latest/crm/owners
    def owners(self) -> dict[str, str]:
        """The ids of all owners by mail address (lower case)."""
        owners: dict[str, str] = {}
        query = {"limit": "100"}
        while True:
            page = self._client.call("GET", f"/crm/owners/{VERSION}", params=query, needs="results").body
            owners |= {owner["email"].lower(): owner["id"] for owner in page["results"] if owner.get("email")}
            if not (after := next_of(page)):
                return owners
            query["after"] = after

    # https://developers.hubspot.com/docs/api-reference/latest/crm/app-uninstalls
    def uninstall(self) -> None:
        """Take our app out of the portal; HubSpot mails its super admins."""
        self._client.call("DELETE", f"/appinstalls/{VERSION}/external-install")


def _doubtful(action: Create, end: Outcome) -> bool:
    """Whether a refusal does not say what is the matter: a conflict with no record named, a value that is ours."""
    if isinstance(end, Conflict):
        return not end.record_id
    return end.code == "vendor_refused" or (action.by in OURS and isinstance(end, Rejected))


def _quoted(key: str) -> str:
    return quote(key, safe="")
