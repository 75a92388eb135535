"""The stories of booking_to_hubspot that must survive every death."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from tests.crash.hubspot_picture import picture
from tests.crash.lives import Story
from tests.crash.outside import Deed, loses_bells, passes_time, sends, works
from tests.harness import PORTAL, SETTINGS, Stack, booking, event

_COMPANY = {"name": "株式会社青空商事", "domain": "aozora-shoji.example.jp"}
_HOUR = 3600


def _set_up(*before: Callable[[Stack], object], settings: Mapping[str, Any] = SETTINGS) -> Callable[[Stack], None]:
    """A workspace with its rules, and what was there before the story begins."""

    def prepare(stack: Stack) -> None:
        stack.set_up(settings)
        for deed in before:
            deed(stack)

    return prepare


def _counts(companies: int, contacts: int, primary: int, meetings: int = 0) -> Callable[[Any], None]:
    """How many records there are, and how many contacts have a primary company."""

    def check(left: Any) -> None:
        found = [len(left[kind]) for kind in ("companies", "contacts", "meetings")]
        assert found == [companies, contacts, meetings], left
        assert sum(bool(contact["primary company"]) for contact in left["contacts"]) == primary, left

    return check


def _story(
    name: str, *deeds: Deed, end: Callable[[Any], object], prepare: Callable[[Stack], None] | None = None
) -> Story:
    return Story(name, prepare or _set_up(), deeds, picture, end)


def _policies() -> dict[str, Any]:
    """Rows that change a company and a contact that are there already."""
    settings = deepcopy(SETTINGS)
    rules = settings["calendars"][0]
    rules["company"][2]["policy"] = "fill"
    rules["contact"][1]["policy"] = "overwrite"
    rules["contact"].append({"property": "company", "from": "company_name", "policy": "fill"})
    return settings


def _old_records(stack: Stack) -> None:
    stack.hubspot.seed(PORTAL, "companies", _COMPANY)
    old = {"email": "hanako.sasaki@aozora-shoji.example.jp", "lastname": "旧姓", "firstname": "花"}
    stack.hubspot.seed(PORTAL, "contacts", old)
    stack.clock.sleep(60)  # so that the search index has them


def _changed(left: Any) -> None:
    _counts(1, 1, primary=0)(left)
    assert left["companies"][0]["properties"]["numberofemployees"] == "1200"
    contact = left["contacts"][0]["properties"]
    assert (contact["lastname"], contact["firstname"], contact["company"]) == ("佐々木", "花", _COMPANY["name"])


def _booked(number: int, firm: int) -> Deed:
    guest = {"company_name": f"第{firm}商事", "guest_email": f"guest{number}@firm{firm}.example.jp"}
    return sends(booking(number, **guest))


_BOOKINGS = [_booked(number, number % 3) for number in range(5)]


def _meeting(day: str, outcome: str) -> Callable[[Any], None]:
    """One meeting, of contact and company, on a day and with an outcome."""

    def check(left: Any) -> None:
        _counts(1, 1, primary=1, meetings=1)(left)
        (meeting,) = left["meetings"]
        assert meeting["properties"]["hs_meeting_outcome"] == outcome
        assert meeting["properties"]["hs_meeting_start_time"].startswith(day)
        assert meeting["associations"].keys() == {"companies", "contacts"}

    return check


_WITH_MEETING = {**SETTINGS, "meeting": True}
_MADE = (sends(event("timerex/event_confirmed")), works)
_MOVED = (
    sends(event("timerex/event_cancelled_rescheduled")),
    sends(event("timerex/event_confirmed_rescheduled")),
    works,
)


def _cancelled() -> dict[str, Any]:
    """The booking that the first one was moved to is cancelled."""
    payload = event("timerex/event_cancelled")
    payload["event"]["id"] = event("timerex/event_confirmed_rescheduled")["event"]["id"]
    return payload


def connects(stack: Stack) -> None:
    """A person connects HubSpot, and again for as long as it does not show as connected."""
    for _ in range(3):
        (hubspot,) = [one for one in _connections(stack) if one["vendor"] == "hubspot"]
        if hubspot["state"] == "connected":
            return
        stack.connect()
    raise AssertionError("it cannot be connected")


def _connections(stack: Stack) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = stack.api("GET", f"/api/workspaces/{stack.workspace}/connections")[1]["connections"]
    return shown


STORIES = (
    _story("new firm", sends(event("timerex/event_confirmed")), works, end=_counts(1, 1, primary=1)),
    _story(
        "bell lost, the sweep rings",
        sends(event("timerex/event_confirmed")),
        loses_bells,
        works,
        end=_counts(1, 1, primary=1),
    ),
    _story(
        "firm remembered",
        sends(booking(1, guest_email="second@aozora-shoji.example.jp")),
        works,
        prepare=_set_up(sends(booking(0)), works),
        end=_counts(1, 2, primary=2),
    ),
    _story(
        "firm found",
        sends(event("timerex/event_confirmed")),
        works,
        prepare=_set_up(lambda stack: stack.hubspot.seed(PORTAL, "companies", _COMPANY), passes_time(60)),
        end=_counts(1, 1, primary=1),
    ),
    _story(
        "contact only",
        sends(booking(0, company_name=None, guest_email="hanako@gmail.com")),
        works,
        end=_counts(0, 1, primary=0),
    ),
    _story(
        "existing records, fill and overwrite",
        sends(event("timerex/event_confirmed")),
        works,
        prepare=_set_up(_old_records, settings=_policies()),
        end=_changed,
    ),
    _story(
        "five bookings of three firms",
        _BOOKINGS[-1],
        works,
        prepare=_set_up(*_BOOKINGS[:-1]),
        end=_counts(3, 5, primary=5),
    ),
    _story(
        "meeting made",
        *_MADE,
        prepare=_set_up(settings=_WITH_MEETING),
        end=_meeting("2026-12-01", "SCHEDULED"),
    ),
    _story(
        "meeting moved",
        *_MOVED,
        prepare=_set_up(*_MADE, settings=_WITH_MEETING),
        end=_meeting("2026-12-03", "RESCHEDULED"),
    ),
    _story(
        "meeting cancelled",
        sends(_cancelled()),
        works,
        prepare=_set_up(*_MADE, *_MOVED, settings=_WITH_MEETING),
        end=_meeting("2026-12-03", "CANCELED"),
    ),
    _story(
        "token expired",
        sends(event("timerex/event_confirmed")),
        works,
        prepare=_set_up(passes_time(_HOUR)),
        end=_counts(1, 1, primary=1),
    ),
    _story(
        "token refused before its time",
        sends(event("timerex/event_confirmed")),
        works,
        prepare=_set_up(lambda stack: stack.hubspot.tokens.access.clear()),
        end=_counts(1, 1, primary=1),
    ),
)
