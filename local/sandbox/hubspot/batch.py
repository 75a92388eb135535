"""Many records at once: create, read, update, upsert, archive.

https://developers.hubspot.com/docs/api-reference/latest/crm/using-object-apis
"""

from collections.abc import Callable

from local.sandbox.hubspot.ask import Answer, Ask
from local.sandbox.hubspot.batches import answered, capped, distinct, shuffled
from local.sandbox.hubspot.errors import Refused, not_found
from local.sandbox.hubspot.kinds import SINGULAR, kind_of
from local.sandbox.hubspot.objects import addressed, create_record, view, write_record, written
from local.sandbox.hubspot.shapes import Json, items, needed, strings, text, values
from local.sandbox.hubspot.values import unique_property

MOST, MOST_WITH_HISTORY = 100, 50


def create(ask: Ask, kind: str) -> Answer:
    """POST …/batch/create."""
    kind = kind_of(kind)
    ask.need_objects("write", kind)

    def one(entry: Json) -> Json:
        given = values(entry)
        return written(ask, create_record(ask, kind, given, entry.get("associations")), given)

    return _each(ask, items(ask.body(), "inputs"), one, 201)


def read(ask: Ask, kind: str) -> Answer:
    """POST …/batch/read; what is not there is named in `errors`. No associations, no merged ids."""
    kind = kind_of(kind)
    ask.need_objects("read", kind)
    body = ask.body()
    by = text(body, "idProperty")
    if by:
        unique_property(ask.portal, kind, by, "read")
    names, history = strings(body, "properties"), strings(body, "propertiesWithHistory")
    most = MOST_WITH_HISTORY if history else MOST
    keys = [needed(entry, "id") for entry in capped(items(body, "inputs"), most)]
    distinct([key.lower() for key in keys] if by else keys)
    results: list[Json] = []
    missing = []
    for key in keys:
        if ask.flag("archived"):
            record = ask.portal.records[kind].get(key)
            record = record if record and record.archived else None
        elif by:
            record = ask.portal.find_by(kind, by, key)
        else:
            record = ask.portal.find(kind, key)
        if record is None:
            missing.append(key)
        else:
            results.append(view(ask.portal, record, names, history))
    errors = [_not_found(kind, missing)] if missing else []
    return (207 if errors else 200), answered(ask.now, shuffled(results), errors)


def update(ask: Ask, kind: str) -> Answer:
    """POST …/batch/update."""
    kind = kind_of(kind)
    ask.need_objects("write", kind)
    inputs = items(ask.body(), "inputs")
    for by in {text(entry, "idProperty") for entry in inputs} - {None}:
        unique_property(ask.portal, kind, str(by), "update/upsert")
    distinct([needed(entry, "id").lower() for entry in inputs])

    def one(entry: Json) -> Json:
        given, by = values(entry), text(entry, "idProperty")
        record = addressed(ask, kind, needed(entry, "id"), by)
        write_record(ask.portal, record, given, ask.now)
        return written(ask, record, given)

    return _each(ask, inputs, one, 200)


def upsert(ask: Ask, kind: str) -> Answer:
    """POST …/batch/upsert: by a unique property per input; without one, by id (no creation)."""
    kind = kind_of(kind)
    ask.need_objects("write", kind)
    inputs = items(ask.body(), "inputs")
    keys = {text(entry, "idProperty") for entry in inputs} - {None}
    for by in keys:
        unique_property(ask.portal, kind, str(by), "update/upsert")
    distinct([needed(entry, "id").lower() for entry in inputs])

    def one(entry: Json) -> Json:
        given, by, key = values(entry), text(entry, "idProperty"), needed(entry, "id")
        record = ask.portal.find_by(kind, by, key) if by else ask.portal.find(kind, key)
        if record is None and not by:
            raise not_found(key)
        new = record is None
        if record is None:
            record = create_record(ask, kind, {str(by): key} | given, [])
        else:
            write_record(ask.portal, record, given, ask.now)
        return written(ask, record, given) | {"new": new}

    # Documented: no partial success for contacts by e-mail.
    return _each(ask, inputs, one, 200, whole=(kind, keys) == ("contacts", {"email"}))


def archive(ask: Ask, kind: str) -> Answer:
    """POST …/batch/archive; ids that are not there are passed over."""
    kind = kind_of(kind)
    ask.need_objects("write", kind)
    for entry in capped(items(ask.body(), "inputs"), MOST):
        record = ask.portal.find(kind, needed(entry, "id"))
        if record:
            ask.portal.archive(record, ask.now)
    return 204, None


def _each(
    ask: Ask,
    inputs: list[Json],
    one: Callable[[Json], Json],
    status: int,
    *,
    whole: bool = False,
) -> Answer:
    """Do every input. One that is refused fails alone only if all have their own trace id."""
    traces = [text(entry, "objectWriteTraceId") for entry in capped(inputs, MOST)]
    traced = None not in traces and len(set(traces)) == len(traces) and not whole
    results: list[Json] = []
    errors: list[Json] = []
    with ask.portal.all_or_nothing():
        for entry, trace in zip(inputs, traces, strict=True):
            try:
                with ask.portal.all_or_nothing():
                    result = one(entry)
            except Refused as refusal:
                conflict = refusal.category == "CONFLICT" and ask.settings.conflicts_fail_whole_batch
                if not traced or conflict:
                    raise
                errors.append(refusal.batch_error({"objectWriteTraceId": [str(trace)]}))
            else:
                results.append(result | ({"objectWriteTraceId": trace} if trace else {}))
    return (207 if errors else status), answered(ask.now, shuffled(results), errors)


def _not_found(kind: str, ids: list[str]) -> Json:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {SINGULAR[kind].upper()} objects, they may be deleted "
        "or not exist. Check that ids are valid.",
        "context": {"ids": ids},
        "errors": [],
        "links": {},
    }
