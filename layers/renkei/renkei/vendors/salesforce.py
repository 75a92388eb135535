"""Salesforce: leads, events and what they hang on. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/

Objects are addressed by name; values are text, and become JSON by the fields' types (`kinds`). `options` of a
creation: `assignment` (`on`, `off`, or an assignment rule's id) and `duplicates` (`save`: past rules that only warn).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import batched
from typing import Any
from urllib.parse import quote

import requests

from renkei.actions import Create, Delete, Item, Look, Read, Record, Result, Search, Update, Upsert
from renkei.budgets import FREE, Budget
from renkei.errors import Conflict, Misconfigured, NotFound, Outcome, Rejected, Retry
from renkei.http import Answer, Client
from renkei.vendors.salesforce_account import DATA
from renkei.vendors.salesforce_errors import DUPLICATE, KEY, LOCKED, classify, partial
from renkei.vendors.salesforce_shapes import ID, Kinds, field_of, queries, record_of, values_of

_MANY = 200  # records in a collection
_QUERIES = 5  # in one composite call
_ASSIGNMENT = {"on": "TRUE", "off": "FALSE"}
_REFUSED = 300
_FOR_ALL = {"salesforce_permission", "salesforce_version", "salesforce_storage"}  # whatever the record
_NOWHERE = "INVALID_CROSS_REFERENCE_KEY"  # in a collection: of an id that is no record's

type Asked = Look | Search | Read | Create | Upsert | Update | Delete


class Salesforce:
    """One org. Every method raises the outcomes of `renkei.errors`; every call is taken from the budget.

    `address` gives where the org answers: that may change with a new token.
    """

    def __init__(
        self,
        session: requests.Session,
        token: Callable[[bool], str],
        address: str | Callable[[], str],
        kinds: Kinds | None = None,
        budget: Budget = FREE,
    ) -> None:
        self._client = Client(KEY, address, session, token, classify, budget=budget)
        self._kinds = kinds or {}

    @property
    def calls(self) -> int:
        """How many calls went out so far."""
        return self._client.calls

    def do(self, action: Asked) -> Result:
        """Carry an action out. What fails for one item is in the result; what fails for all is raised.

        A write that may have taken effect although no good answer came is raised, as a Retry.
        """
        match action:
            case Look():
                return Result(each=tuple(self._look(action.reads)))
            case Search() | Read():
                return next(iter(self._look([action])))
            case Delete():
                return self._delete(action)
        if len(action.items) == 1:
            return self._write_one(action, action.items[0])
        result = Result()
        for items in batched(action.items, _MANY, strict=False):
            result.add(self._write_many(action, items))
        return result

    def _look(self, reads: Sequence[Search | Read]) -> Iterator[Result]:
        asked = [(number, soql) for number, read in enumerate(reads) for soql in queries(read)]
        found: list[dict[str, Record]] = [{} for _ in reads]
        try:
            for part in batched(asked, _QUERIES, strict=False):
                pages = self._pages([soql for _, soql in part])
                for (number, _), page in zip(part, pages, strict=True):
                    found[number] |= {record.id: record for record in map(record_of, self._whole(page))}
        except NotFound:
            raise _unseen(*(read.object for read in reads)) from None
        for read, records in zip(reads, found, strict=True):
            if isinstance(read, Read) and read.by:
                keyed = (record for record in records.values() if read.by in record.properties)
                yield Result({record.properties[read.by]: record for record in keyed})
            else:
                yield Result(records)

    # https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm
    # https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm
    def _pages(self, asked: Sequence[str]) -> list[Any]:
        """The first page of each query; several in one call."""
        if len(asked) == 1:
            answer = self._client.call("GET", f"{DATA}/query?q={quote(asked[0], safe='')}", needs="records")
            return [answer.body]
        parts = [
            {"method": "GET", "referenceId": f"q{number}", "url": f"{DATA}/query?q={quote(soql, safe='')}"}
            for number, soql in enumerate(asked)
        ]
        body = {"allOrNone": False, "compositeRequest": parts}
        answer = self._client.call("POST", f"{DATA}/composite", json=body, needs="compositeResponse")
        told = {str(part.get("referenceId")): part for part in _objects(answer.body["compositeResponse"])}
        pages = []
        for number in range(len(asked)):
            part = told.get(f"q{number}", {})
            status = part.get("httpStatusCode")
            if isinstance(status, int) and status >= _REFUSED:
                raise self._client.refusal(Answer(status, part.get("body"), {}))
            pages.append(part.get("body"))
        return pages

    def _whole(self, page: Any) -> Iterator[Mapping[str, Any]]:
        """The records of a query, page by page."""
        yield from _records(page)
        while page.get("done") is False:
            page = self._client.call("GET", _path(page.get("nextRecordsUrl")), needs="records").body
            yield from _records(page)

    # https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_sobject_create.htm
    # https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_upsert.htm
    # https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_update_fields.htm
    def _write_one(self, action: Create | Upsert | Update, item: Item) -> Result:
        path, values = f"{DATA}/sobjects/{action.object}", values_of(item, self._kinds.get(action.object, {}))
        method, needs = "POST", "id"
        if isinstance(action, Upsert):
            path, method = f"{path}/{action.by}/{quote(item.key, safe='')}", "PATCH"
        elif isinstance(action, Update):
            path, method, needs = f"{path}/{item.key}", "PATCH", ""
        try:
            told = self._client.call(method, path, json=values, headers=_headers(action), needs=needs or None).body
        except (Rejected, Misconfigured, Retry) as refused:
            return _failed(action, (item,), refused)
        if isinstance(action, Update):
            return Result({item.key: Record(item.key, item.properties)})
        return Result({item.key: Record(_id(told), item.properties, new=told.get("created") is not False)})

    # https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm
    def _write_many(self, action: Create | Upsert | Update, items: Sequence[Item]) -> Result:
        path, method, kinds = f"{DATA}/composite/sobjects", "POST", self._kinds.get(action.object, {})
        records = [{"attributes": {"type": action.object}, **values_of(item, kinds)} for item in items]
        if isinstance(action, Upsert):
            path, method = f"{path}/{action.object}/{action.by}", "PATCH"
            records = [{**one, action.by: item.key} for one, item in zip(records, items, strict=True)]
        elif isinstance(action, Update):
            method = "PATCH"
            records = [{**one, "id": item.key} for one, item in zip(records, items, strict=True)]
        body = {"allOrNone": False, "records": records}
        try:
            told = self._client.call(method, path, json=body, headers=_headers(action)).body
        except (Rejected, Misconfigured, Retry) as refused:
            return self._apart(action, items, refused)
        result = Result()
        for item, entry in zip(items, _results(told, len(items)), strict=True):
            if entry.get("success") is True:
                new = not isinstance(action, Update) and entry.get("created") is not False
                id_ = item.key if isinstance(action, Update) else _id(entry)
                result.records[item.key] = Record(id_, item.properties, new=new)
                continue
            end = self._heard(_of_record(partial(entry)) if isinstance(action, Update) else partial(entry))
            if isinstance(end, Conflict) and end.code == DUPLICATE and end.record_id is None:
                # Refused, so it may be sent again, alone: that answer tells which record was found.
                result.add(self._write_one(action, item))
            else:
                result.failed[item.key] = end
        return result

    def _apart(self, action: Create | Upsert | Update, items: Sequence[Item], end: Outcome) -> Result:
        """What becomes of the records of a refused collection, which had no effect. Halves find who spoiled it."""
        if isinstance(end, NotFound | Retry) or end.code in _FOR_ALL:
            return _failed(action, items, end)
        middle, result = len(items) // 2, Result()
        for half in (items[:middle], items[middle:]):
            result.add(self.do(replace(action, items=tuple(half))))
        return result

    def _heard(self, end: Outcome) -> Outcome:
        """The outcome of one record, unless it is the whole connection's."""
        if isinstance(end, Rejected | Misconfigured) or end.code == LOCKED:
            return end
        raise self._client.held(end)

    def _delete(self, action: Delete) -> Result:
        """https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_delete_record.htm"""
        result = Result()
        if len(action.keys) == 1:
            (key,) = action.keys
            try:
                self._client.call("DELETE", f"{DATA}/sobjects/{action.object}/{key}")
            except (NotFound, Rejected, Misconfigured) as refused:
                return Result(failed={key: refused})
            return Result({key: Record(key, {})})
        for keys in batched(action.keys, _MANY, strict=False):
            query = {"ids": ",".join(keys), "allOrNone": "false"}
            told = self._client.call("DELETE", f"{DATA}/composite/sobjects", params=query).body
            for key, entry in zip(keys, _results(told, len(keys)), strict=True):
                if entry.get("success") is True:
                    result.records[key] = Record(key, {})
                else:
                    result.failed[key] = self._heard(_of_record(partial(entry)))
        return result

    # https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
    def describe(self, object_name: str) -> tuple[bool, list[dict[str, Any]]]:
        """(whether the user may create such records, the fields) of an object; labels in that user's language.

        NotFound where the user may not see it.
        """
        answer = self._client.call("GET", f"{DATA}/sobjects/{object_name}/describe", needs="fields")
        try:
            return answer.body.get("createable") is True, [field_of(entry) for entry in _objects(answer.body["fields"])]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise Retry("vendor_garbled", vendor=KEY) from None


def _headers(action: Create | Upsert | Update) -> dict[str, str]:
    """https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_autoassign.htm

    Assignment rules run by default, also on changes: whose a lead is is decided once.
    """
    if action.object != "Lead":
        return {}
    if isinstance(action, Update):  # of a record that is there: a rule that only warns has nothing to say
        return {"Sforce-Auto-Assign": "FALSE", "Sforce-Duplicate-Rule-Header": "allowSave=true"}
    assignment = action.options.get("assignment", "on")
    headers = {"Sforce-Auto-Assign": _ASSIGNMENT.get(assignment, assignment)}
    if action.options.get("duplicates") == "save":
        headers["Sforce-Duplicate-Rule-Header"] = "allowSave=true"
    return headers


def _failed(action: Create | Upsert | Update, items: Iterable[Item], end: Outcome) -> Result:
    """A refusal as the result of each record. Raises what may have taken effect, or holds for the connection."""
    if isinstance(end, Retry) and end.code != LOCKED:
        raise end
    of_record = isinstance(action, Update) or end.params.get("problem") == "ENTITY_IS_DELETED"
    if isinstance(end, NotFound) and not of_record:
        end = _unseen(f"{action.object}.{action.by}" if action.by else action.object)
    return Result(failed={item.key: end for item in items})


def _unseen(*names: str) -> Misconfigured:
    """404 where no record was asked for: the object or field is not there for this user."""
    return Misconfigured("salesforce_unseen", object=", ".join(dict.fromkeys(names)))


def _of_record(end: Outcome) -> Outcome:
    """The outcome of a record that was addressed by its id."""
    params = end.params
    if params.get("problem") == _NOWHERE and params.get("property") == "-":
        return NotFound("salesforce_not_found", vendor=KEY, problem=_NOWHERE)
    return end


def _results(told: object, count: int) -> Iterable[Mapping[str, Any]]:
    """One result for each record, in their order. Retry if they are not there: what was sent may have happened."""
    if len(found := _objects(told)) != count:
        raise Retry("vendor_garbled", vendor=KEY)
    return found


def _records(page: object) -> Sequence[Mapping[str, Any]]:
    """The records in a page of a query."""
    found = _objects(page.get("records") if isinstance(page, dict) else None)
    for record in found:
        _id(record, "Id")
    return found


def _objects(told: object) -> list[Mapping[str, Any]]:
    if not isinstance(told, list) or not all(isinstance(entry, dict) for entry in told):
        raise Retry("vendor_garbled", vendor=KEY)
    return told


def _id(told: Mapping[str, Any], name: str = "id") -> str:
    """The id in an answer. It will be remembered, so nothing else may be taken for one."""
    if not ID.fullmatch(str(told.get(name))):
        raise Retry("vendor_garbled", vendor=KEY)
    return str(told[name])


def _path(url: object) -> str:
    """The path of a next page: at this org and this API only."""
    if not isinstance(url, str) or not url.startswith(f"{DATA}/query/"):
        raise Retry("vendor_garbled", vendor=KEY)
    return url
