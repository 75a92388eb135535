"""Cal.com's events as canonical bookings, and who may send them."""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from renkei.bookings import Booking, field
from renkei.vendors.calcom import EVENTS, booking, receive, signed
from tests.harness import ROOT, event
from tests.layers.mutated import mutated

NAMES = sorted(path.stem for path in (ROOT / "events/calcom").iterdir())
OLD, NEW = "uJ6mKc2Qx9vTn4RzA1bWsY", "pD8hLf5Gk3eXq7VtC2nMwZ"
SEAT = "wQ4tZe1Ru8yIo5PaS3dFgH.1f6c2a3e-5b7d-4c8e-9a10-0000000000d2"


def read(name: str) -> Booking:
    return booking(event(f"calcom/{name}"))


def changed(name: str, **changes: Any) -> dict[str, Any]:
    """A recorded payload with other values in `payload`; what is None is taken out."""
    whole = event(f"calcom/{name}")
    whole["payload"] = {key: one for key, one in (whole["payload"] | changes).items() if one is not None}
    return whole


def answered(**answers: Any) -> dict[str, Any]:
    """A recorded payload with other answers, by the question's slug."""
    whole = event("calcom/booking_created")
    whole["payload"]["responses"] |= {slug: {"label": slug, "value": value} for slug, value in answers.items()}
    return whole


@pytest.mark.parametrize(
    ("name", "key", "known"),
    [
        ("booking_created", f"booking_created.{OLD}", True),
        ("booking_rescheduled", f"booking_rescheduled.{NEW}", True),
        ("booking_cancelled", "booking_cancelled.kR2sNb7Ym4cHj9PdF6gLxE", True),
        ("booking_created_seat", f"booking_created.{SEAT}", True),
        ("booking_cancelled_seat", f"booking_cancelled.{SEAT}", True),
        ("booking_rescheduled_seats", "booking_rescheduled.wQ4tZe1Ru8yIo5PaS3dFgH.20261127100000000", False),
        ("booking_requested", "booking_requested.hT3vBn6Mk9jUy2GfD5sAqL", False),
        ("ping", "ping.892b7fba2b5b9a42500dcc18d3799980", False),
    ],
)
def test_what_makes_an_event_one(name: str, key: str, known: bool) -> None:
    assert receive(event(f"calcom/{name}")) == (key, known)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"triggerEvent": "MEETING_ENDED", "uid": "abc", "title": "x"}, "meeting_ended.abc"),
        ({"triggerEvent": "BOOKING_NO_SHOW_UPDATED", "payload": {"bookingUid": "abc"}}, "booking_no_show_updated.abc"),
    ],
)
def test_other_triggers_are_known_by_their_booking(body: dict[str, Any], key: str) -> None:
    assert receive(body) == (key, False)


def test_what_has_no_booking_is_known_by_all_that_it_says() -> None:
    one, two = ({"triggerEvent": "FORM_SUBMITTED", "createdAt": at, "payload": {"formId": "f"}} for at in ("1", "2"))
    assert receive(one) == receive(dict(reversed(one.items()))) != receive(two)
    assert re.fullmatch("form_submitted.[0-9a-f]{32}", receive(one)[0])


def test_an_event_with_seats_that_is_moved_twice_is_two_events() -> None:
    first, second = event("calcom/booking_rescheduled_seats"), event("calcom/booking_rescheduled_seats")
    second["createdAt"] = "2026-11-28T10:00:00.000Z"
    keys = [receive(one)[0].rpartition(".")[2] for one in (first, first, second)]
    assert keys == ["20261127100000000", "20261127100000000", "20261128100000000"]


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({}, False),
        ({"rescheduleUid": None}, False),
        ({"rescheduleUid": OLD}, False),  # into a slot that is booked already
        ({"attendeeSeatId": "1f6c2a3e-5b7d-4c8e-9a10-0000000000d2"}, True),
        ({"seatsPerTimeSlot": None}, True),
    ],
)
def test_a_host_who_moves_all_seats_moves_no_guests_booking(changes: dict[str, Any], known: bool) -> None:
    assert receive(changed("booking_rescheduled_seats", **changes))[1] == known
    told = changed("booking_rescheduled_seats", **changes) | {"triggerEvent": "BOOKING_CANCELLED"}
    assert receive(told)[1], "only a move is passed over"


def test_a_move_that_keeps_the_uid_follows_nothing() -> None:
    assert booking(changed("booking_rescheduled", rescheduleUid=NEW)).previous_id is None


def test_a_booking() -> None:
    found = read("booking_created")
    assert (found.source, found.id, found.kind, found.changed) == ("calcom", OLD, "confirmed", False)
    assert (found.previous_id, found.next_id) == (None, None)
    assert found.occurred_at == datetime(2026, 11, 22, 3, 15, tzinfo=UTC)
    assert (found.start, found.end) == (datetime(2026, 11, 30, 23, 30, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    assert (found.start.day, found.start.utcoffset()) == (1, timedelta(hours=9)), "as the host's calendar shows it"
    assert found.timezone == "Asia/Tokyo"
    calendar = found.calendar
    assert (calendar.id, calendar.key, calendar.name) == ("310045", "sales-online", "オンライン商談")
    assert [(host.name, host.email) for host in found.hosts] == [("田中 一郎", "tanaka@example.co.jp")]
    guest = found.guest
    assert (guest.email, guest.locale) == ("Hanako.Sasaki@aozora-shoji.example.jp", "ja")
    assert (guest.last, guest.first, guest.phone) == ("佐々木", "花子", "+819012345678")
    assert (guest.company, guest.comment) == ("株式会社青空商事", "よろしくお願いいたします。")
    answers = {one.type: (one.label, one.values) for one in found.answers}
    assert answers["products"] == ("ご関心のある製品", ("会計", "請求"))
    assert answers["staff"] == ("従業員数", ("１,２００名",))
    assert answers["consent"][1] == ("true",)
    assert answers["guests"] == ("additional_guests", ("kato@aozora-shoji.example.jp",))
    assert (found.meeting.provider, found.meeting.join_url) == (
        "cal_video",
        f"https://app.cal.example.com/video/{OLD}",
    )
    assert found.utm == {"utm_source": "newsletter", "utm_campaign": "2026-autumn"}


def test_a_reschedule_is_one_event() -> None:
    found = read("booking_rescheduled")
    assert (found.kind, found.changed, found.id, found.previous_id) == ("rescheduled", True, NEW, OLD)
    assert (found.next_id, found.reason) == (None, "会議が入ったため")


def test_a_reschedule_that_the_host_had_to_confirm_is_told_as_a_new_booking() -> None:
    found = booking(changed("booking_created", rescheduleUid="theOneBefore"))
    assert (found.kind, found.changed, found.previous_id) == ("confirmed", True, "theOneBefore")
    assert not booking(changed("booking_cancelled", rescheduleUid="theOneBefore")).changed


def test_a_host_who_asks_for_another_time_has_cancelled() -> None:
    """Until the guest chooses one, there is no meeting; then comes a reschedule of this booking."""
    found = booking(changed("booking_cancelled", requestReschedule=True))
    assert (found.kind, found.changed, found.next_id) == ("cancelled", False, None)


def test_a_cancellation() -> None:
    found = read("booking_cancelled")
    assert (found.kind, found.changed, found.reason) == ("cancelled", False, "Termin passt nicht mehr.")
    guest = found.guest
    assert (guest.name, guest.first, guest.last) == ("Jürgen Groß", "", "")
    assert (guest.phone, guest.locale, guest.comment) == ("+49891234567", "de", "Bitte vormittags.")
    assert field(found, "guest_last_name", "given_first") == "Groß"
    assert found.meeting.join_url == ""


def test_every_seat_is_a_booking_of_its_own() -> None:
    new, gone = read("booking_created_seat"), read("booking_cancelled_seat")
    assert new.id == gone.id == SEAT
    assert (new.guest.name, new.guest.email) == ("Olivia Parker", "olivia.parker@example.com"), "not the first guest"
    assert [host.email for host in new.hosts] == ["tanaka@example.co.jp", "mori@example.co.jp"]
    assert new.meeting.join_url == "https://meet.example.com/webinar"
    assert new.utm == {"utm_source": "website", "utm_medium": "embed"}


def test_answers_of_another_guest_stay_out_when_a_seat_is_given_back() -> None:
    gone = read("booking_cancelled_seat")
    assert (gone.guest.email, gone.guest.name, gone.guest.comment) == ("olivia.parker@example.com", "Olivia Parker", "")
    assert gone.answers == ()
    assert "Liam" not in gone.model_dump_json()


def test_a_seat_names_its_guest() -> None:
    whole = event("calcom/booking_created_seat")
    first, second = whole["payload"]["attendees"]
    whole["payload"]["responses"] = {}
    whole["payload"]["attendeeSeatId"] = first["bookingSeat"]["referenceUid"]
    assert booking(whole).guest.email == first["email"]
    whole["payload"]["attendees"] = [second, first]
    assert booking(whole).guest.email == first["email"]


def test_a_colleague_of_the_host_is_no_guest() -> None:
    whole = changed("booking_created_seat", responses=None, attendeeSeatId=None)
    whole["payload"]["attendees"].insert(0, {"name": "森 美咲", "email": "mori@example.co.jp"})
    assert booking(whole).guest.email == "liam.hughes@example.org"


def test_a_guest_with_a_phone_number_only() -> None:
    whole = changed("booking_created", responses=None, userFieldsResponses=None)
    made_up = {"name": "花子", "email": "819012345678@sms.cal.com", "phoneNumber": "+819012345678"}
    whole["payload"]["attendees"] = [made_up]
    guest = booking(whole).guest
    assert (guest.email, guest.phone, guest.name) == ("", "+819012345678", "花子")


@pytest.mark.parametrize(
    ("value", "values"),
    [
        ("text", ("text",)),
        ("", ()),
        (None, ()),
        (5, ("5",)),
        (False, ("false",)),
        (["a", "b"], ("a", "b")),
        ({"value": "phone", "optionValue": "+81312345678"}, ("+81312345678",)),
        ({"value": "integrations:zoom", "optionValue": ""}, ("integrations:zoom",)),
        ({"firstName": "Olivia", "lastName": "Parker"}, ("Olivia Parker",)),
    ],
)
def test_an_answer_becomes_text(value: object, values: tuple[str, ...]) -> None:
    found = booking(answered(anything=value))
    assert next(one.values for one in found.answers if one.type == "anything") == values


@pytest.mark.parametrize("slug", ["company", "Company", "company_name", "company-name", "companyName"])
def test_the_company_is_what_a_question_of_that_name_says(slug: str) -> None:
    whole = answered(**{slug: "Parker Freight Ltd"})
    if slug != "company":
        del whole["payload"]["responses"]["company"], whole["payload"]["userFieldsResponses"]["company"]
    assert booking(whole).guest.company == "Parker Freight Ltd"


@pytest.mark.parametrize(
    ("location", "video", "metadata", "provider", "url", "place"),
    [
        ("integrations:zoom", {"type": "zoom_video", "url": "https://z"}, {}, "zoom", "https://z", ""),
        ("integrations:google:meet", None, {"videoCallUrl": "https://g"}, "google_meet", "https://g", ""),
        ("integrations:office365_video", None, {"videoCallUrl": "https://t"}, "microsoft_teams", "https://t", ""),
        ("x", {"type": "office365_video", "url": "https://t"}, {}, "microsoft_teams", "https://t", ""),
        ("https://meet.example.com", None, {}, "", "https://meet.example.com", ""),
        ("integrations:daily", None, {}, "", "", ""),
        ("conferencing", None, {}, "", "", ""),
        ("inPerson", None, {}, "", "", ""),
        ("東京都千代田区", None, None, "", "", "東京都千代田区"),
        (" Lobby ", None, None, "", "", "Lobby"),
        ("+81 3-0000-0000", None, None, "", "", "+81 3-0000-0000"),
        ("+819012345678", None, None, "", "", ""),  # the guest's
        (None, None, None, "", "", ""),
    ],
)
def test_where_to_meet(  # noqa: PLR0917 - a table
    location: object, video: object, metadata: object, provider: str, url: str, place: str
) -> None:
    found = booking(changed("booking_created", location=location, videoCallData=video, metadata=metadata))
    assert (found.meeting.provider, found.meeting.join_url) == (provider, url)
    assert found.meeting.place == field(found, "place") == place


def test_the_phone_number_of_a_guest_who_is_called_is_no_place() -> None:
    called = {"value": "phone", "optionValue": "+81 90 8765 4321"}
    whole = answered(location=called)
    whole["payload"] |= {"location": "+81 90 8765 4321", "videoCallData": None, "metadata": None}
    assert booking(whole).meeting.place == ""


@pytest.mark.parametrize("name", ["Madonna", {"firstName": "Madonna"}, {"firstName": "Madonna", "lastName": ""}])
def test_a_guest_with_one_name_has_a_last_name(name: object) -> None:
    found = booking(answered(name=name))
    assert (field(found, "guest_last_name"), field(found, "guest_first_name")) == ("Madonna", "")


@pytest.mark.parametrize(
    "body",
    [
        None,
        "text",
        {},
        {"event": "created"},
        {"triggerEvent": "{{triggerEvent}}", "payload": {}},
        {"triggerEvent": "BOOKING_CREATED"},
        {"triggerEvent": "BOOKING_CREATED", "title": "x", "startTime": "2026-12-01T01:00:00Z"},
        changed("booking_created", uid=None),
        changed("booking_created", uid="../x"),
        changed("booking_created", startTime="tomorrow"),
        changed("booking_created", endTime="2026-12-01T01:00:00"),
        changed("booking_created", organizer=None),
        changed("booking_created", attendees=["x"]),
    ],
)
def test_another_template_is_told_so(body: object) -> None:
    with pytest.raises(ValueError, match=r"use Cal\.com's default payload template"):
        receive(body)


@given(body=mutated([event(f"calcom/{name}") for name in NAMES]))
def test_what_the_receiver_lets_in_the_worker_can_read(body: Any) -> None:
    try:
        key, known = receive(body)
    except ValueError:
        return
    assert re.fullmatch(r"[a-z0-9_]+\.[A-Za-z0-9._-]+", key)
    if known:
        found = booking(body)
        assert key.partition(".")[2].startswith(found.id)
        assert found.kind == EVENTS[body["triggerEvent"]]


# printf '%s' "$BODY" | openssl dgst -sha256 -hmac calcom-webhook-secret-1 (and -2), with BODY as here.
BODY = '{"triggerEvent":"BOOKING_CREATED","payload":{"title":"Gespräch"}}'.encode()
KEYS = (b"calcom-webhook-secret-1", b"calcom-webhook-secret-2")
ONE = "1763f69b7973937a3f61b04f9647e0a05e68337d7f1972b78e6a9642a2ab7ced"
TWO = "2588b77cb0427818e5791e259a2ed29791dc982a929b3eab766f2e074d388a03"


def accepted(header: str | None, *, body: bytes = BODY, keys: tuple[bytes, ...] = KEYS) -> bool:
    headers = {} if header is None else {"x-cal-signature-256": header}
    return signed(headers, body, keys, datetime(2026, 11, 22, 3, tzinfo=UTC))


def test_a_signature_fits() -> None:
    assert accepted(ONE)
    assert accepted(TWO)
    assert not accepted(ONE, keys=KEYS[1:])
    assert not accepted(ONE, keys=())
    assert not accepted(ONE, body=BODY.replace(b":", b": "))


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "no-secret-provided",
        ONE[:-1],
        ONE + "0",
        ONE.upper(),
        f"sha256={ONE}",
        f"{ONE},{ONE}",
        "0" * 64,
        "é" * 64,
        "\ud83d",
    ],
)
def test_another_header_does_not(header: str | None) -> None:
    assert not accepted(header)


def test_no_secret_is_no_signature() -> None:
    """Neither Cal.com's word for it, nor what an empty secret would sign, whatever the keys are."""
    assert not accepted("no-secret-provided", keys=(b"", b"no-secret-provided"))
    assert not accepted(hmac.digest(b"", BODY, "sha256").hex(), keys=(b"",))
