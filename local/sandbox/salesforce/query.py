"""Queries and their pages.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm
"""

import re
from typing import Any

from local.sandbox.salesforce.ask import Answer, Ask
from local.sandbox.salesforce.errors import Refused
from local.sandbox.salesforce.sobjects import value
from local.sandbox.salesforce.soql import Query, parse, wrong
from local.sandbox.salesforce.store import Record
from local.sandbox.salesforce.where import Finder

FEWEST, MOST, MOST_OFFSET = 200, 2000, 2000
SIZE = re.compile(r"batchsize\s*=\s*(\d{1,9})", re.IGNORECASE)
PLACE = re.compile(r"(\w+)-(\d{1,9})", re.ASCII)


def query(ask: Ask) -> Answer:
    """GET …/query?q=…: without what is deleted."""
    return _first(ask, deleted=False)


def query_all(ask: Ask) -> Answer:
    """GET …/queryAll?q=…: with what is deleted."""
    return _first(ask, deleted=True)


def more(ask: Ask, locator: str) -> Answer:
    """GET …/query/{locator}: what `nextRecordsUrl` leads to."""
    place = PLACE.fullmatch(locator)
    if place is None or place[1] not in ask.store.pages:
        raise Refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    found, size = ask.store.pages[place[1]]
    return _page(ask, found, int(place[2]), size, place[1])


def _first(ask: Ask, *, deleted: bool) -> Answer:
    asked = parse(ask.request.args.get("q", ""))
    found = _found(ask, asked, deleted=deleted)
    if asked.count:
        return Answer({"totalSize": len(found), "done": True, "records": []})
    told = SIZE.search(ask.request.headers.get("Sforce-Query-Options", ""))
    size = min(max(int(told.group(1)), FEWEST), MOST) if told else MOST
    return _page(ask, found, 0, size, "")


def _found(ask: Ask, asked: Query, *, deleted: bool) -> list[Record]:
    """The records as they are shown."""
    name = next((one for one in ask.store.fields if one.lower() == asked.source.lower() and ask.sees(one)), None)
    if name is None:
        message = (
            f"sObject type '{asked.source}' is not supported. If you are attempting to use a custom object, be sure "
            "to append the '__c' after the entity name."
        )
        raise wrong(asked.text, asked.source_at, "INVALID_TYPE", message)
    finder = Finder(asked, ask.fields(name))
    columns = [finder.field(column, at) for column, at in asked.columns]
    for at, facts in enumerate(columns):
        if facts in columns[:at]:
            raise wrong(asked.text, asked.columns[at][1], "INVALID_FIELD", f"duplicate field selected: {facts['name']}")
    test = finder.test(asked.where) if asked.where else None
    keys = [(finder.order(one), one.descending) for one in asked.order]
    if asked.offset > MOST_OFFSET:
        raise Refused(400, "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
    source = ask.store.records[name].values() if deleted else ask.store.living(name)
    found = [record for record in source if test is None or test(record)]
    for key, descending in reversed(keys):
        found.sort(key=key, reverse=descending)
    found = found[asked.offset :][: asked.limit]
    return [
        {"attributes": {"type": name, "url": ask.path(name, record["Id"])}}
        | {facts["name"]: value(record, facts) for facts in columns}
        for record in found
    ]


def _page(ask: Ask, found: list[Record], start: int, size: int, locator: str) -> Answer:
    end = start + size
    body: dict[str, Any] = {"totalSize": len(found), "done": end >= len(found)}
    if end < len(found):
        name = locator or ask.store.keep(found, size)
        body["nextRecordsUrl"] = f"/services/data/v{ask.version}.0/query/{name}-{end}"
    return Answer(body | {"records": found[start:end]})
