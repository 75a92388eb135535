"""What Salesforce asks of an Event beyond its fields: when it starts, how long it lasts, whom it is with.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_event.htm
"""

from datetime import datetime, timedelta

from local.sandbox.salesforce.errors import Refused, bad
from local.sandbox.salesforce.store import Record, stamp

LONGEST = timedelta(days=14)


def completed(given: Record, before: Record | None) -> Record:
    """The times that follow from those given; `before` is the event as it was. Raises what is missing or wrong."""
    if given.get("IsAllDayEvent", (before or {}).get("IsAllDayEvent")):
        return _whole_day(given, before)
    start = _start(given, before)
    known_end = given.get("EndDateTime")
    minutes = given.get("DurationInMinutes")
    if known_end is None and minutes is None and before is not None:
        known_end = before.get("EndDateTime")  # who moves only the start makes it longer or shorter
    missing = ["ActivityDateTime"] * (start is None) + ["DurationInMinutes"] * (known_end is None and minutes is None)
    if start is None or missing:
        raise bad("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", *missing)
    end = _moment(known_end) if known_end is not None else start + timedelta(minutes=minutes or 0)
    if end < start:
        raise _broken("The event's end is before its start", "EndDateTime")
    if minutes is not None and end - start != timedelta(minutes=minutes):
        raise _broken("The duration and the end do not agree", "DurationInMinutes")
    if end - start > LONGEST:
        raise _broken("An event cannot last longer than 14 days", "DurationInMinutes")
    return {
        "StartDateTime": stamp(start),
        "ActivityDateTime": stamp(start),
        "ActivityDate": stamp(start)[:10],
        "EndDateTime": stamp(end),
        "DurationInMinutes": int((end - start).total_seconds() // 60),
    }


def _start(given: Record, before: Record | None) -> datetime | None:
    named = [given[name] for name in ("StartDateTime", "ActivityDateTime") if given.get(name) is not None]
    if len(set(named)) > 1:
        raise _broken("StartDateTime and ActivityDateTime do not agree", "ActivityDateTime")
    found = named[0] if named else (before or {}).get("StartDateTime")
    cleared = any(name in given and given[name] is None for name in ("StartDateTime", "ActivityDateTime"))
    return None if found is None or (cleared and not named) else _moment(found)


def _whole_day(given: Record, before: Record | None) -> Record:
    day = given.get("ActivityDate") or (before or {}).get("ActivityDate")
    if day is None:
        raise bad("REQUIRED_FIELD_MISSING", "Required fields are missing: [ActivityDate]", "ActivityDate")
    return {"ActivityDate": day, "DurationInMinutes": given.get("DurationInMinutes") or 1440}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _broken(message: str, column: str) -> Refused:
    return bad("FIELD_INTEGRITY_EXCEPTION", message, column)
