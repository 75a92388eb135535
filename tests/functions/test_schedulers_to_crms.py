"""Every scheduler with every CRM: from recorded payloads through the real routes to records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from integrations import INTEGRATIONS
from renkei.bookings import SCHEDULERS
from tests.functions.booking_to_salesforce.steps import events, leads
from tests.harness import PORTAL, TOKEN, Stack, event

type Row = dict[str, str]


@dataclass(frozen=True)
class Booked:
    """What a scheduler sends for a booking, for moving it, and for calling it off; and what is to come of it."""

    source: str
    made: tuple[str, ...]
    moved: tuple[str, ...]
    start: str
    moved_to: str
    link: str
    phone: str = ""
    lost: int = 0
    """How many of the moving's events tell only that the old booking is over."""


BOOKINGS = (
    Booked(
        "timerex",
        ("event_confirmed",),
        ("event_cancelled_rescheduled", "event_confirmed_rescheduled"),
        "2026-12-01T01:00:00",
        "2026-12-03T01:00:00",
        "https://zoom.example.com/j/84512349876?pwd=abc",
        lost=1,
    ),
    Booked(
        "calendly",
        ("invitee_created",),
        ("invitee_canceled_rescheduled", "invitee_created_rescheduled"),
        "2026-11-30T23:30:00",
        "2026-12-03T01:00:00",
        "https://zoom.example.com/j/84512349871?pwd=abc",
        "+81 90-1234-5678",
        lost=1,
    ),
    Booked(
        "calcom",
        ("booking_created",),
        ("booking_rescheduled",),
        "2026-11-30T23:30:00",
        "2026-12-03T01:00:00",
        "https://app.cal.example.com/video/uJ6mKc2Qx9vTn4RzA1bWsY",
        "+819012345678",
    ),
)
HUBSPOT: dict[str, Any] = {
    "meeting": True,
    "calendars": [
        {
            "company": [{"property": "name", "question": "会社名"}, {"property": "domain", "from": "guest_email"}],
            "contact": [
                {"property": "email", "from": "guest_email"},
                {"property": "lastname", "from": "guest_last_name"},
                {"property": "firstname", "from": "guest_first_name"},
                {"property": "phone", "from": "guest_phone"},
            ],
        }
    ],
}
SALESFORCE: dict[str, Any] = {
    "event": True,
    "booking_id_field": "Renkei_Booking_Id__c",
    "calendars": [
        {
            "lead": [
                {"property": "Company", "question": "会社名"},
                {"property": "Email", "from": "guest_email"},
                {"property": "LastName", "from": "guest_last_name"},
                {"property": "FirstName", "from": "guest_first_name"},
                {"property": "Phone", "from": "guest_phone"},
                {"property": "LeadSource", "from": "utm_source"},
            ]
        }
    ],
}


def connect_hubspot(stack: Stack) -> None:
    assert stack.connect()["statusCode"] == 200
    assert stack.apply(HUBSPOT)[0] == 200


def connect_salesforce(stack: Stack) -> None:
    stack.salesforce.configure({"booking_id_field": True})
    assert stack.consented("salesforce", {})["statusCode"] == 200
    status, told = stack.apply(integrations={"booking_to_salesforce": SALESFORCE})
    assert status == 200, told


def in_hubspot(stack: Stack) -> tuple[list[Row], list[Row]]:
    """People, with their firms; and appointments: (start, where)."""
    people = [
        {
            "last": one["properties"].get("lastname", ""),
            "first": one["properties"].get("firstname", ""),
            "mail": one["properties"]["email"],
            "phone": one["properties"].get("phone") or "",
            "firm": ", ".join(
                firm["properties"]["name"]
                for firm in stack.the("companies")
                if firm["id"] in one["associations"].get("companies", {})
            ),
        }
        for one in stack.the("contacts")
    ]
    meetings = [
        {"start": one["properties"]["hs_meeting_start_time"][:19], "where": one["properties"]["hs_meeting_location"]}
        for one in stack.the("meetings")
    ]
    return people, meetings


def in_salesforce(stack: Stack) -> tuple[list[Row], list[Row]]:
    people = [
        {
            "last": one["LastName"],
            "first": one["FirstName"],
            "mail": one["Email"].lower(),
            "phone": one["Phone"] or "",
            "firm": one["Company"],
        }
        for one in leads(stack)
    ]
    return people, [{"start": one["StartDateTime"][:19], "where": one["Location"]} for one in events(stack)]


CRMS: dict[str, tuple[Callable[[Stack], None], Callable[[Stack], tuple[list[Row], list[Row]]]]] = {
    "booking_to_hubspot": (connect_hubspot, in_hubspot),
    "booking_to_salesforce": (connect_salesforce, in_salesforce),
}


def test_the_table_is_whole() -> None:
    assert [booked.source for booked in BOOKINGS] == list(SCHEDULERS)
    assert set(CRMS) == {key for key, one in INTEGRATIONS.items() if set(SCHEDULERS) <= set(one.sources)}


@pytest.mark.parametrize("booked", BOOKINGS, ids=lambda booked: booked.source)
@pytest.mark.parametrize("crm", CRMS)
def test_from_payload_to_records(stack: Stack, booked: Booked, crm: str) -> None:
    connect, found = CRMS[crm]
    connect(stack)
    stack.api("POST", f"/api/workspaces/{stack.workspace}/connections/{booked.source}", {"token": TOKEN})
    guest = {
        "last": "佐々木",
        "first": "花子",
        "mail": "hanako.sasaki@aozora-shoji.example.jp",
        "phone": booked.phone,
        "firm": "株式会社青空商事",
    }

    assert sent(stack, booked, *booked.made) == ["delivered"]
    assert found(stack) == ([guest], [{"start": booked.start, "where": booked.link}])

    states = sent(stack, booked, *booked.moved)
    assert sorted(states) == sorted(["skipped"] * booked.lost + ["delivered"])
    people, appointments = found(stack)
    assert people == [guest]
    assert [one["start"] for one in appointments] == [booked.moved_to]

    assert sent(stack, booked, *booked.made, *booked.moved, again=True) == []
    assert found(stack) == (people, appointments)


@pytest.mark.parametrize("booked", BOOKINGS, ids=lambda booked: booked.source)
def test_one_booking_for_both_crms(stack: Stack, booked: Booked) -> None:
    """A workspace with both: each gets its own delivery, and one's trouble is not the other's."""
    connect_hubspot(stack)
    connect_salesforce(stack)
    both = {"booking_to_hubspot": HUBSPOT, "booking_to_salesforce": SALESFORCE}
    assert stack.apply(integrations=both)[0] == 200
    stack.api("POST", f"/api/workspaces/{stack.workspace}/connections/{booked.source}", {"token": TOKEN})
    stack.salesforce.revoke()

    assert sorted(sent(stack, booked, *booked.made)) == ["delivered", "parked"]
    assert len(stack.the("contacts", PORTAL)) == 1
    assert not leads(stack)
    stack.consented("salesforce", {})
    stack.work()
    assert {one["state"] for one in stack.deliveries()} == {"delivered"}
    assert len(leads(stack)) == 1


def sent(stack: Stack, booked: Booked, *names: str, again: bool = False) -> list[str]:
    """Send recorded events; the states of the deliveries that came of them."""
    before = {one["id"] for one in stack.deliveries()}
    for name in names:
        status, told = stack.send(booked.source, event(f"{booked.source}/{name}"))
        assert status == 200, told
        assert bool(told["repeated"]) == again, told
        stack.clock.sleep(1)
    stack.work()
    return [one["state"] for one in stack.deliveries() if one["id"] not in before]
