"""Single records: list, read, create, update, archive, merge.

https://developers.hubspot.com/docs/api-reference/latest/crm/using-object-apis
"""

from collections.abc import Iterable
from datetime import datetime

from local.sandbox.hubspot import links
from local.sandbox.hubspot.ask import Answer, Ask
from local.sandbox.hubspot.errors import bad_json, invalid, not_found
from local.sandbox.hubspot.kinds import (
    DEFAULT_PROPERTIES,
    TYPE_IDS,
    created_name,
    kind_of,
    modified_name,
)
from local.sandbox.hubspot.lines import inherited
from local.sandbox.hubspot.shapes import Json, needed, values
from local.sandbox.hubspot.store import Portal, Record, stamp
from local.sandbox.hubspot.values import checked, complete, unique_property

# Of the record that a merge loses this property goes into that list of the one that stays.
MERGED_LISTS = {"companies": ("domain", "hs_additional_domains"), "contacts": ("email", "hs_additional_emails")}
LISTED, MOST_LISTED, MOST_WITH_HISTORY = 10, 100, 50


def view(portal: Portal, record: Record, names: Iterable[str], history: Iterable[str] = ()) -> Json:
    """A record as the API shows it: the default properties and those asked for, null when empty.

    Unknown names are left out silently.
    """
    known = portal.properties[record.kind]
    always = (
        *DEFAULT_PROPERTIES.get(record.kind, ()),
        created_name(record.kind),
        modified_name(record.kind),
        "hs_object_id",
    )
    asked = [n for n in names if n in known and not known[n].archived]
    shown: Json = {
        "id": record.id,
        "properties": {name: record.properties.get(name) for name in (*always, *asked)},
        "createdAt": stamp(record.created_at),
        "updatedAt": stamp(record.updated_at),
        "archived": record.archived,
        "url": f"https://app.hubspot.com/contacts/{portal.id}/record/{TYPE_IDS[record.kind]}/{record.id}",
    }
    if record.archived_at:
        shown["archivedAt"] = stamp(record.archived_at)
    past = {name: _history(record, name) for name in history if name in known}
    if past:
        shown["propertiesWithHistory"] = past
    return shown


def create_record(ask: Ask, kind: str, given: dict[str, str], associations: object) -> Record:
    """Make a record with its associations, or refuse and make nothing."""
    with ask.portal.all_or_nothing():
        kept = complete(kind, checked(ask.portal, kind, given))
        wanted = links.inline(ask, kind, associations)
        record = ask.portal.create(kind, inherited(ask.portal, kind, kept), ask.now)
        links.follow(ask.portal, record, None, ask.now)
        first = ask.settings.first_company_is_primary
        for target, types in wanted:
            links.link(ask.portal, record, target, types, ask.now, first_is_primary=first)
    return record


def write_record(portal: Portal, record: Record, given: dict[str, str], now: datetime) -> None:
    """Change a record, and with it a contact's primary company; or refuse and change nothing."""
    before = record.properties.get(links.PRIMARY_NAME)
    portal.write(record, checked(portal, record.kind, given, record), now)
    links.follow(portal, record, before, now)


def addressed(ask: Ask, kind: str, key: str, by: str | None, *, alone: bool = False) -> Record:
    """The live record with this id, or with this value of a unique property; 404 when none.

    Asked for alone, a record also answers to the ids and addresses it has beside its own.
    """
    if by:
        unique_property(ask.portal, kind, by, "read/update")
        record = ask.portal.find_by(kind, by, key)
        if by == "email" and alone and record is None and ask.settings.second_addresses_resolve:
            record = ask.portal.contact_with(key)
    else:
        record = ask.portal.find(kind, key, merged=alone)
    if record is None:
        raise not_found(key)
    return record


def page(ask: Ask, kind: str) -> Answer:
    """GET …/{type}: live records, or archived ones with archived=true, never both."""
    kind = kind_of(kind)
    ask.need_objects("read", kind)
    history = ask.names("propertiesWithHistory")
    limit = ask.limit(LISTED, MOST_WITH_HISTORY if history else MOST_LISTED)
    after = ask.query("after") or "0"
    if not after.isdecimal():
        raise invalid("after is not a paging cursor")
    found, more = ask.portal.index[kind].page(int(after), limit, archived=ask.flag("archived"))
    body: Json = {"results": [_read(ask, ask.portal.records[kind][str(number)]) for number in found]}
    if more:
        body["paging"] = {"next": {"after": str(found[-1])}}
    return 200, body


def get(ask: Ask, kind: str, key: str) -> Answer:
    """GET …/{type}/{id}, also by idProperty. Ids from before a merge lead to what is left."""
    kind = kind_of(kind)
    ask.need_objects("read", kind)
    if ask.flag("archived"):
        record = ask.portal.records[kind].get(key)
        if record is None or not record.archived:
            raise not_found(key)
    else:
        record = addressed(ask, kind, key, ask.query("idProperty"), alone=True)
    return 200, _read(ask, record)


def create(ask: Ask, kind: str) -> Answer:
    """POST …/{type}."""
    kind = kind_of(kind)
    ask.need_objects("write", kind)
    body = ask.body()
    given = values(body)
    record = create_record(ask, kind, given, body.get("associations"))
    return 201, written(ask, record, given)


def update(ask: Ask, kind: str, key: str) -> Answer:
    """PATCH …/{type}/{id}, also by idProperty."""
    kind = kind_of(kind)
    ask.need_objects("write", kind)
    given = values(ask.body())
    by = ask.query("idProperty")
    record = addressed(ask, kind, key, by, alone=True)
    write_record(ask.portal, record, given, ask.now)
    return 200, written(ask, record, given)


def archive(ask: Ask, kind: str, key: str) -> Answer:
    """DELETE …/{type}/{id}: to the recycle bin; again is no error."""
    kind = kind_of(kind)
    ask.need_objects("write", kind)
    record = ask.portal.records[kind].get(key)
    if record is None:
        raise not_found(key)
    if not record.archived:
        ask.portal.archive(record, ask.now)
    return 204, None


def merge(ask: Ask, kind: str) -> Answer:
    """POST …/{type}/merge: the primary record's values win; the other's id leads to it."""
    kind = kind_of(kind)
    ask.need_objects("write", kind)
    body = ask.body()
    kept = ask.portal.find(kind, needed(body, "primaryObjectId"), merged=True)
    lost = ask.portal.find(kind, needed(body, "objectIdToMerge"), merged=True)
    if kept is None or lost is None:
        raise not_found(needed(body, "objectIdToMerge" if kept else "primaryObjectId"))
    if kept is lost:
        raise bad_json("a record cannot be merged into itself")
    record = merge_records(ask.portal, kept, lost, ask.now, new=ask.settings.merge_gives_new_id)
    return 200, view(ask.portal, record, ())


def merge_records(portal: Portal, kept: Record, lost: Record, now: datetime, *, new: bool) -> Record:
    """Merge two records, into a third with a new id or into the first."""
    kind = kept.kind
    joined = lost.properties | kept.properties
    if kind in MERGED_LISTS:
        one, more = MERGED_LISTS[kind]
        joined[more] = _joined(kept, lost, one, more)
    gone = [kept, lost] if new else [lost]
    parts = [lost.properties.get("hs_merged_object_ids"), kept.properties.get("hs_merged_object_ids")]
    moved = len(joined.keys() - kept.properties.keys())
    ids = [r.id for r in gone] + [i for part in parts if part for i in part.split(";")]
    joined["hs_merged_object_ids"] = ";".join(dict.fromkeys(ids))
    joined.pop("hs_object_id")
    ends = [end for r in gone for end in portal.links.get((kind, r.id), {}).items()]
    for record in gone:
        portal.archive(record, now, merging=True)
    final = portal.create(kind, joined, now, merging=True) if new else kept
    if not new:
        portal.write(final, joined, now)
    for other, types in ends:
        links.move(portal, final, other, types, now)
    for record in gone:
        portal.merged[kind, record.id] = final.id
    ids_of = {"primaryObjectId": int(kept.id), "mergedObjectIds": [int(lost.id)], "newObjectId": int(final.id)}
    portal.note("merge", kept, now, ids_of | {"numberOfPropertiesMoved": moved})
    return final


def restore_record(portal: Portal, record: Record, now: datetime, *, bump: bool) -> None:
    """Take a record out of the recycle bin, with its associations. Refuses where something of it is taken now."""
    unique = [name for name, known in portal.properties[record.kind].items() if known.unique]
    checked(
        portal, record.kind, {name: record.properties[name] for name in unique if name in record.properties}, record
    )
    portal.restore(record, now)
    if bump:
        portal.write(record, {modified_name(record.kind): stamp(now)}, now)
    for other, types in portal.parted.pop((record.kind, record.id), {}).items():
        links.move(portal, record, other, types, now)


def written(ask: Ask, record: Record, given: dict[str, str]) -> Json:
    """A record as it is shown after a write; says where a date was normalised (from 2026-09)."""
    shown = view(ask.portal, record, given)
    if ask.version != "2026-09":
        return shown
    types = {name: ask.portal.properties[record.kind][name].type for name in given}
    warnings = [
        {
            "category": "PROPERTY_VALUE_NORMALIZED",
            "context": {"propertyName": n, "rawValue": raw, "normalizedValue": record.properties[n]},
            "message": f"The value of {n} was normalized",
        }
        for n, raw in given.items()
        if types[n] == "date" and raw and record.properties[n] != raw
    ]
    return shown | ({"warnings": warnings} if warnings else {})


def _read(ask: Ask, record: Record) -> Json:
    history = ask.names("propertiesWithHistory")
    shown = view(ask.portal, record, ask.names("properties"), history)
    associated = links.summary(ask, record, ask.names("associations"))
    return shown | ({"associations": associated} if associated else {})


def _history(record: Record, name: str) -> list[Json]:
    entries: list[Json] = []
    last = ""
    for at, found, source in record.versions:
        if (value := found.get(name, "")) != last:
            last = value
            by = {"sourceType": source.type, "sourceId": source.id}
            entries.append({"value": value, "timestamp": stamp(at), **by})
    return entries[::-1]


def _joined(kept: Record, lost: Record, one: str, more: str) -> str:
    found = [*kept.properties.get(more, "").split(";"), lost.properties.get(one, "")]
    found += lost.properties.get(more, "").split(";")
    own = kept.properties.get(one) or lost.properties.get(one)
    return ";".join(dict.fromkeys(value for value in found if value and value != own))
