"""The numbered rules of booking_to_hubspot, each on the whole stack in process."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from aws_lambda_powertools.utilities.parameters import GetParameterError

from local.sandbox.faults import Fault
from renkei import runtime
from renkei.dynamo import Table
from renkei.vendors.hubspot import HubSpot
from tests.harness import PORTAL, SETTINGS, Stack, booking, event

_LOOKED_UP = HubSpot._looked_up
COMPANY = {"name": "株式会社青空商事", "domain": "aozora-shoji.example.jp"}
MAIL = "hanako.sasaki@aozora-shoji.example.jp"


def settings(**changes: Any) -> dict[str, Any]:
    """The usual settings with changes; `company` and `contact` replace the rows."""
    changed = copy.deepcopy(SETTINGS)
    for part in ("company", "contact"):
        if part in changes:
            changed["calendars"][0][part] = changes.pop(part)
    return changed | changes


def deliver(stack: Stack, *payloads: dict[str, Any]) -> list[dict[str, Any]]:
    """Send bookings, let the worker run, and give their deliveries, oldest first."""
    before = {delivery["id"] for delivery in stack.deliveries()}
    for payload in payloads:
        assert stack.post(payload)[0] == 200
        stack.clock.sleep(0.001)
    stack.work()
    return [delivery for delivery in reversed(stack.deliveries()) if delivery["id"] not in before]


def calls(stack: Stack) -> list[str]:
    """The vendor calls so far, as `METHOD path`, forgotten afterwards."""
    found = [f"{call.method} {call.path.replace('/crm/objects/2026-09', '')}" for call in stack.hubspot.calls]
    stack.hubspot.calls.clear()
    return found


def values(record: dict[str, Any], *names: str) -> list[Any]:
    return [record["properties"].get(name) for name in names]


def company_of(contact: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = contact["associations"].get("companies", {})
    return found


# 1. Either object or both; contact rows must contain `email`.


def test_1_company_and_contact(ready: Stack) -> None:
    (delivery,) = deliver(ready, event("timerex/event_confirmed"))
    assert delivery["state"] == "delivered"
    (company,), (contact,) = ready.the("companies"), ready.the("contacts")
    assert values(company, "name", "domain", "numberofemployees") == [*COMPANY.values(), "1200"]
    assert values(contact, "email", "lastname", "firstname") == [MAIL, "佐々木", "花子"]


def test_1_only_the_company(stack: Stack) -> None:
    stack.set_up(settings(contact=[]))
    (delivery,) = deliver(stack, booking())
    assert delivery["outcome"] == {"company": stack.the("companies")[0]["id"], "company_was": "created"}
    assert stack.the("contacts") == []


def test_1_only_the_contact_costs_one_call(stack: Stack) -> None:
    stack.set_up(settings(company=[]))
    deliver(stack, booking())
    assert calls(stack) == ["POST /contacts"]
    assert (len(stack.the("companies")), len(stack.the("contacts"))) == (0, 1)


def test_1_contact_rows_without_email_are_refused(stack: Stack) -> None:
    stack.connect()
    status, told = stack.apply(settings(contact=[{"property": "lastname", "from": "guest_name"}]))
    assert status == 422
    (problem,) = told["error"]["problems"]
    assert problem["path"] == ["integrations", "booking_to_hubspot", "calendars", 0]
    assert "email" in problem["message"]


# 2. Only text and number properties that may be written; labels in the workspace's language.


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("company", "industry"),  # an enumeration
        ("company", "hs_object_id"),  # read-only
        ("company", "createdate"),  # a date
        ("company", "is_public"),  # a bool
        ("company", "days_to_close"),  # calculated
        ("company", "hs_parent_company_id"),  # hidden
        ("contact", "hs_email_domain"),  # read-only
        ("contact", "associatedcompanyid"),  # hidden
        ("contact", "no_such_property"),
    ],
)
def test_2_what_cannot_be_mapped_is_refused_at_save(stack: Stack, part: str, name: str) -> None:
    stack.connect()
    rows = [*SETTINGS["calendars"][0][part], {"property": name, "from": "guest_comment"}]
    status, told = stack.apply(settings(**{part: rows}))
    assert status == 422, name
    (problem,) = told["error"]["problems"]
    assert problem["path"][-3:] == [part, len(rows) - 1, "property"]
    assert any(allowed.startswith("phone (") for allowed in problem["allowed"])
    assert stack.api("GET", "/api/workspaces/demo")[0] == 404


SEED_COMPANY = """name phone address address2 city state country zip website domain numberofemployees annualrevenue
    description founded_year"""
SEED_CONTACT = """lastname firstname salutation email mobilephone phone fax address city state country zip jobtitle
    company website annualrevenue industry twitterhandle hs_whatsapp_phone_number"""


def test_2_everything_in_the_seeds_tables_can_be_mapped(stack: Stack) -> None:
    stack.connect()
    for kind, names in (("companies", SEED_COMPANY), ("contacts", SEED_CONTACT)):
        _, told = stack.api("GET", f"/api/workspaces/demo/properties/{kind}")
        assert set(names.split()) <= {prop["name"] for prop in told["properties"]}


@pytest.mark.parametrize(("language", "label"), [("ja", "会社名"), ("en", "Company name"), ("de", "Firmenname")])
def test_2_labels_come_in_the_workspaces_language(stack: Stack, language: str, label: str) -> None:
    stack.connect()
    assert stack.apply(language=language)[0] == 200
    _, told = stack.api("GET", "/api/workspaces/demo/properties/companies")
    assert {prop["name"]: prop["label"] for prop in told["properties"]}["name"] == label


# 3. Numbers as people write them; what is none is left out with a warning.


def test_3_a_text_that_is_no_number_is_left_out_with_a_warning(ready: Stack) -> None:
    (delivery,) = deliver(ready, booking(paragraph="ひみつ"))
    assert delivery["state"] == "delivered"
    assert [warning["code"] for warning in delivery["warnings"]] == ["no_number"]
    assert "numberofemployees" in delivery["warnings"][0]["message"]
    assert values(ready.the("companies")[0], "name", "numberofemployees") == [COMPANY["name"], None]


# 4. A company only if none has the same name or the same domain.


@pytest.mark.parametrize(
    "there",
    [
        {"domain": "aozora-shoji.example.jp"},
        {"domain": "Aozora-Shoji.example.jp"},
        {"domain": "www.aozora-shoji.example.jp"},
        {"name": "別の名前", "domain": "other.example", "hs_additional_domains": "x.example;aozora-shoji.example.jp"},
        {"name": "株式会社青空商事"},
        {"name": "株式会社　青空商事"},
        {"name": "株式会社 青空商事", "domain": "elsewhere.example"},
        {"name": "株式会社青空商事", "domain": "elsewhere.example"},
    ],
)
def test_4_a_company_with_the_same_name_or_domain_is_used(ready: Stack, there: dict[str, str]) -> None:
    id_ = ready.hubspot.seed(PORTAL, "companies", there)
    ready.clock.sleep(60)
    (delivery,) = deliver(ready, booking())
    assert delivery["outcome"]["company"] == id_
    assert delivery["outcome"]["company_was"] == "there"
    assert len(ready.the("companies")) == 1


@pytest.mark.parametrize("written", ["Ｒｅｎｋｅｉ Ltd.", "Renkei  Ltd.", "Renkei\u3000Ltd."])
def test_4_width_and_white_space_do_not_make_another_name(ready: Stack, written: str) -> None:
    ready.hubspot.seed(PORTAL, "companies", {"name": "Renkei Ltd."})
    ready.clock.sleep(60)
    deliver(ready, booking(company_name=written, guest_email="x@gmail.com"))
    assert len(ready.the("companies")) == 1


@pytest.mark.parametrize("there", ["青空商事株式会社", "株式会社青空", "株式会社青空商事大阪"])
def test_4_a_similar_name_is_another_company(ready: Stack, there: str) -> None:
    ready.hubspot.seed(PORTAL, "companies", {"name": there})
    ready.clock.sleep(60)
    deliver(ready, booking())
    assert len(ready.the("companies")) == 2


def test_4_of_several_the_domain_counts_before_the_name_and_the_oldest_first(ready: Stack) -> None:
    ready.hubspot.seed(PORTAL, "companies", {"name": COMPANY["name"]})
    first = ready.hubspot.seed(PORTAL, "companies", {"domain": COMPANY["domain"]})
    ready.hubspot.seed(PORTAL, "companies", {"domain": COMPANY["domain"]})
    ready.clock.sleep(60)
    (delivery,) = deliver(ready, booking())
    assert delivery["outcome"]["company"] == first


# 5. A contact only if the address is not there yet, also as a second address.


@pytest.mark.parametrize("there", [{"email": MAIL}, {"email": "old@example.jp", "hs_additional_emails": MAIL}])
def test_5_a_taken_address_is_an_answer_and_no_error(ready: Stack, there: dict[str, str]) -> None:
    ready.hubspot.seed(PORTAL, "contacts", there)
    (delivery,) = deliver(ready, booking())
    assert delivery["state"] == "delivered"
    assert delivery["outcome"]["contact_was"] == "there"
    (contact,) = ready.the("contacts")
    assert values(contact, "lastname") == [None], "create: an existing contact stays as it is"


# 6. Association if and only if name or domain was there and the contact is new.


def test_6_a_new_contact_gets_its_company_as_primary(ready: Stack) -> None:
    (delivery,) = deliver(ready, booking())
    (contact,) = ready.the("contacts")
    assert company_of(contact) == {ready.the("companies")[0]["id"]: [1, 279]}
    assert delivery["outcome"]["associated"] is True


def test_6_also_when_the_company_was_there_before(ready: Stack) -> None:
    id_ = ready.hubspot.seed(PORTAL, "companies", COMPANY)
    ready.clock.sleep(60)
    deliver(ready, booking())
    assert company_of(ready.the("contacts")[0]) == {id_: [1, 279]}


def test_6_an_existing_contact_is_not_associated(ready: Stack) -> None:
    ready.hubspot.seed(PORTAL, "contacts", {"email": MAIL})
    (delivery,) = deliver(ready, booking())
    assert company_of(ready.the("contacts")[0]) == {}
    assert delivery["outcome"]["associated"] is False


def test_6_without_name_and_domain_there_is_no_association(ready: Stack) -> None:
    deliver(ready, event("timerex/event_confirmed_free_mail"))
    assert company_of(ready.the("contacts")[0]) == {}


# 7. The domain is what stands after the @, unless that is free mail.


def test_7_free_mail_sends_no_domain_but_the_name_counts(ready: Stack) -> None:
    deliver(ready, booking(guest_email="jiro@gmail.com"))
    assert values(ready.the("companies")[0], "name", "domain") == [COMPANY["name"], None]


def test_7_neither_name_nor_domain_makes_no_company_and_says_so(ready: Stack) -> None:
    (delivery,) = deliver(ready, event("timerex/event_confirmed_free_mail"))
    assert {warning["code"] for warning in delivery["warnings"]} == {"free_mail", "no_company", "no_number"}
    assert (len(ready.the("companies")), len(ready.the("contacts"))) == (0, 1)
    assert calls(ready) == ["POST /contacts"]


@pytest.mark.parametrize(
    ("mail", "domain"),
    [
        ("a@yahoo.ne.jp", None),  # our overlay adds it
        ("a@rakuten.jp", "rakuten.jp"),  # our overlay takes it out
        ("a@shop.sakura.ne.jp", "shop.sakura.ne.jp"),  # matched exactly, not by suffix
        ("a@our-isp.example", None),  # this workspace adds it
        ("a@gmx.de", "gmx.de"),  # this workspace takes it out
        ("a@MÜLLER.de", "xn--mller-kva.de"),
    ],
)
def test_7_the_list_its_overlay_and_the_workspaces_own_view(stack: Stack, mail: str, domain: str | None) -> None:
    stack.set_up(settings(contact=[], free_mail={"add": ["our-isp.example"], "remove": ["gmx.de"]}))
    deliver(stack, booking(guest_email=mail))
    assert values(stack.the("companies")[0], "domain") == [domain]


# 8. The search index lags; what we remember may have been deleted or merged since.


def test_8_a_second_booking_one_second_later_makes_no_second_company(ready: Stack) -> None:
    deliver(ready, booking(1))
    ready.clock.sleep(1)
    ready.restart()
    calls(ready)
    deliver(ready, booking(2, guest_email="second@aozora-shoji.example.jp"))
    (company,) = ready.the("companies")
    assert {tuple(company_of(contact)) for contact in ready.the("contacts")} == {(company["id"],)}
    assert len(calls(ready)) == 2


def test_8_by_the_name_too(ready: Stack) -> None:
    deliver(ready, booking(1))
    ready.clock.sleep(1)
    deliver(ready, booking(2, guest_email="someone@gmail.com"))
    assert len(ready.the("companies")) == 1


def test_8_a_company_deleted_meanwhile_is_made_again(ready: Stack) -> None:
    (first,) = deliver(ready, booking(1))
    ready.hubspot.archive(PORTAL, "companies", first["outcome"]["company"])
    ready.clock.sleep(60)
    (second,) = deliver(ready, booking(2, guest_email="second@aozora-shoji.example.jp"))
    (company,) = ready.the("companies")
    assert second["outcome"]["company"] == company["id"] != first["outcome"]["company"]
    ready.clock.sleep(1)
    (third,) = deliver(ready, booking(3, guest_email="third@aozora-shoji.example.jp"))
    assert third["outcome"]["company"] == company["id"]


@pytest.mark.parametrize("new_id", [False, True])
def test_8_a_company_merged_meanwhile_is_found_in_what_is_left(ready: Stack, new_id: bool) -> None:
    ready.hubspot.settings.change({"merge_gives_new_id": new_id})
    (first,) = deliver(ready, booking(1))
    other = ready.hubspot.seed(PORTAL, "companies", {"name": "青空ホールディングス", "domain": "aozora-hd.example.jp"})
    left = ready.hubspot.merge(PORTAL, "companies", other, first["outcome"]["company"])
    ready.clock.sleep(1)
    (second,) = deliver(ready, booking(2, guest_email="second@aozora-shoji.example.jp"))
    assert second["outcome"]["company"] == left
    assert len(ready.the("companies")) == 1


def test_8_two_workspaces_on_one_portal_make_one_company(ready: Stack) -> None:
    deliver(ready, booking(1))
    ready.workspace = "osaka"
    ready.set_up()
    deliver(ready, booking(2, guest_email="second@aozora-shoji.example.jp"))
    assert len(ready.the("companies")) == 1


# 9. Names.


@pytest.mark.parametrize(
    ("written", "last", "first"),
    [
        ("山田 太郎", "山田", "太郎"),
        ("山田\u3000太郎", "山田", "太郎"),
        ("山田 太郎 様", "山田", "太郎"),
        ("山田様", "山田", None),
        ("山田太郎", "山田太郎", None),
        ("山田 マリア クララ", "山田", "マリア クララ"),
    ],
)
def test_9_names_are_split_the_japanese_way(ready: Stack, written: str, last: str, first: str | None) -> None:
    deliver(ready, booking(guest_name=written))
    assert values(ready.the("contacts")[0], "lastname", "firstname") == [last, first]


def test_9_given_names_first_where_the_workspace_says_so(stack: Stack) -> None:
    stack.set_up(settings(name_order="given_first"))
    deliver(stack, booking(guest_name="John von Neumann"))
    assert values(stack.the("contacts")[0], "lastname", "firstname") == ["Neumann", "John von"]


# 10. Cancellations, and meetings on the timeline.


def test_10_a_cancellation_is_skipped_without_a_call(ready: Stack) -> None:
    (delivery,) = deliver(ready, event("timerex/event_cancelled"))
    assert (delivery["state"], delivery["reason"], calls(ready)) == ("skipped", "cancelled", [])


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
@pytest.mark.parametrize("meeting", [False, True])
def test_10_a_reschedule_in_any_order_makes_no_duplicate_and_loses_nothing(
    stack: Stack, order: tuple[int, ...], meeting: bool
) -> None:
    names = ("event_confirmed", "event_cancelled_rescheduled", "event_confirmed_rescheduled")
    stack.set_up(settings(meeting=meeting))
    for index in order:
        (delivery,) = deliver(stack, event(f"timerex/{names[index]}"))
        wanted = ("skipped", "rescheduled") if index == 1 else ("delivered", None)
        assert (delivery["state"], delivery["reason"]) == wanted
        stack.clock.sleep(1)
    assert (len(stack.the("companies")), len(stack.the("contacts"))) == (1, 1)
    meetings = stack.the("meetings")
    assert len(meetings) == int(meeting)
    if meeting:
        assert values(meetings[0], "hs_meeting_start_time")[0].startswith("2026-12-03T01:00:00"), order


def test_10_a_meeting_stands_on_the_timelines_with_its_host_as_owner(stack: Stack) -> None:
    stack.set_up(settings(meeting=True))
    deliver(stack, event("timerex/event_confirmed"))
    (meeting,) = stack.the("meetings")
    title, outcome, place, owner = values(
        meeting, "hs_meeting_title", "hs_meeting_outcome", "hs_meeting_location", "hubspot_owner_id"
    )
    assert title == "オンライン商談 – 佐々木　花子"
    assert (outcome, place) == ("SCHEDULED", "https://zoom.example.com/j/84512349876?pwd=abc")
    assert owner
    assert set(meeting["associations"]["contacts"]) == {stack.the("contacts")[0]["id"]}
    assert set(meeting["associations"]["companies"]) == {stack.the("companies")[0]["id"]}


def test_10_a_cancelled_meeting_is_marked_also_when_the_news_comes_first(stack: Stack) -> None:
    stack.set_up(settings(meeting=True))
    deliver(stack, event("timerex/event_confirmed"))
    (delivery,) = deliver(stack, event("timerex/event_cancelled"))
    assert (delivery["state"], delivery["outcome"]["meeting_was"]) == ("delivered", "cancelled")
    assert values(stack.the("meetings")[0], "hs_meeting_outcome") == ["CANCELED"]


def test_10_a_booking_whose_cancellation_came_first_gets_no_meeting(stack: Stack) -> None:
    stack.set_up(settings(meeting=True))
    deliver(stack, event("timerex/event_cancelled"))
    (delivery,) = deliver(stack, event("timerex/event_confirmed"))
    assert delivery["state"] == "delivered"
    assert (len(stack.the("contacts")), len(stack.the("meetings"))) == (1, 0)


def test_10_moved_twice_it_is_still_one_meeting(stack: Stack) -> None:
    stack.set_up(settings(meeting=True))
    deliver(stack, event("timerex/event_confirmed"), event("timerex/event_confirmed_rescheduled"))
    again = event("timerex/event_confirmed_rescheduled")
    again["event"] |= {
        "id": "0" * 20,
        "old_event_id": again["event"]["id"],
        "local_start_datetime": "2026-12-09T10:00:00+09:00",
    }
    deliver(stack, again)
    (meeting,) = stack.the("meetings")
    assert values(meeting, "hs_meeting_start_time")[0].startswith("2026-12-09T01:00:00")


# 11. What it costs.


def test_11_a_new_firm_costs_three_calls(ready: Stack) -> None:
    (delivery,) = deliver(ready, booking())
    assert calls(ready) == ["POST /companies/search", "POST /companies", "POST /contacts"]
    assert delivery["vendor_calls"] == 3


def test_11_a_known_firm_costs_two(ready: Stack) -> None:
    deliver(ready, booking(1))
    calls(ready)
    (delivery,) = deliver(ready, booking(2, guest_email="second@aozora-shoji.example.jp"))
    assert len(calls(ready)) == delivery["vendor_calls"] == 2


def test_11_a_hundred_bookings_of_sixty_firms_cost_at_most_eight(ready: Stack) -> None:
    bookings = [
        booking(
            n,
            company_name=f"株式会社さくら製作所{n % 60}",
            guest_email=f"guest{n}@sakura-seisakusho{n % 60}.example.jp",
        )
        for n in range(100)
    ]
    found = deliver(ready, *bookings)
    assert {delivery["state"] for delivery in found} == {"delivered"}
    assert len(calls(ready)) <= 8
    assert (len(ready.the("companies")), len(ready.the("contacts"))) == (60, 100)
    assert all(len(company_of(contact)) == 1 for contact in ready.the("contacts"))


@pytest.mark.parametrize("whole", [False, True])
def test_11_conflicts_in_a_backlog_fail_alone_whichever_way_hubspot_tells(ready: Stack, whole: bool) -> None:
    ready.hubspot.settings.change({"conflicts_fail_whole_batch": whole})
    ready.hubspot.seed(PORTAL, "contacts", {"email": "guest1@firm1.example"})
    found = deliver(ready, *(booking(n, company_name="", guest_email=f"guest{n}@firm{n}.example") for n in range(4)))
    assert [delivery["outcome"]["contact_was"] for delivery in found] == ["created", "there", "created", "created"]
    assert len(ready.the("contacts")) == 4


def test_11_one_bad_record_in_a_backlog_fails_alone(ready: Stack) -> None:
    found = deliver(ready, booking(1, guest_email="a@one.example"), booking(2, guest_email="no address"), booking(3))
    assert [delivery["state"] for delivery in found] == ["delivered", "rejected", "delivered"]
    assert found[1]["reason"] == "guest_email_invalid"
    assert len(ready.the("contacts")) == 2


def test_11_the_same_guest_twice_in_one_backlog_is_one_contact(ready: Stack) -> None:
    found = deliver(ready, booking(1), booking(2), booking(3, guest_email="other@aozora-shoji.example.jp"))
    assert [delivery["outcome"]["contact_was"] for delivery in found] == ["created", "there", "created"]
    assert (len(ready.the("companies")), len(ready.the("contacts"))) == (1, 2)


# Write policies.


def test_fill_and_overwrite_change_what_was_there(stack: Stack) -> None:
    rows = [
        {"property": "email", "from": "guest_email"},
        {"property": "lastname", "from": "guest_last_name"},
        {"property": "firstname", "from": "guest_first_name", "policy": "fill"},
        {"property": "jobtitle", "text": "担当者", "policy": "fill"},
        {"property": "city", "text": "東京", "policy": "overwrite"},
    ]
    company = [{"property": "name", "from": "company_name"}, {"property": "city", "text": "大阪", "policy": "fill"}]
    stack.set_up(settings(contact=rows, company=company))
    stack.hubspot.seed(PORTAL, "contacts", {"email": MAIL, "lastname": "旧姓", "jobtitle": "部長", "city": "京都"})
    stack.hubspot.seed(PORTAL, "companies", {"name": COMPANY["name"]})
    stack.clock.sleep(60)
    deliver(stack, booking())
    wanted = ["旧姓", "花子", "部長", "東京"]
    assert values(stack.the("contacts")[0], "lastname", "firstname", "jobtitle", "city") == wanted
    assert values(stack.the("companies")[0], "city") == ["大阪"]
    calls(stack)
    deliver(stack, booking(2))
    assert not [call for call in calls(stack) if call.startswith("PATCH")], "nothing left to change"


def test_fill_reaches_a_contact_by_its_second_address(stack: Stack) -> None:
    rows = [{"property": "email", "from": "guest_email"}, {"property": "city", "text": "東京", "policy": "fill"}]
    stack.set_up(settings(contact=rows, company=[]))
    stack.hubspot.seed(PORTAL, "contacts", {"email": "old@example.jp", "hs_additional_emails": MAIL})
    deliver(stack, booking())
    assert values(stack.the("contacts")[0], "email", "city") == ["old@example.jp", "東京"]


# Calendars and questions.


def test_the_first_calendar_that_fits_is_used(stack: Stack) -> None:
    special = {"calendar": "sales-online", "contact": [{"property": "email", "from": "guest_email"}]}
    stack.set_up({"calendars": [special, SETTINGS["calendars"][0]]})
    other = booking(2)
    other["calendar_url_path"] = "support"
    deliver(stack, booking(1))
    assert stack.the("companies") == []
    deliver(stack, other)
    assert len(stack.the("companies")) == 1


def test_a_calendar_without_rules_is_skipped(stack: Stack) -> None:
    stack.set_up({"calendars": [{**SETTINGS["calendars"][0], "calendar": "another"}]})
    (delivery,) = deliver(stack, booking())
    assert (delivery["state"], delivery["reason"]) == ("skipped", "calendar_not_mapped")


def test_a_renamed_question_is_a_warning_and_no_empty_value(ready: Stack) -> None:
    payload = booking()
    payload["event"]["form"][3]["label"] = "社員数"
    (delivery,) = deliver(ready, payload)
    assert delivery["state"] == "delivered"
    assert delivery["warnings"][0]["code"] == "question_missing"
    assert "従業員数" in delivery["warnings"][0]["message"]


def test_a_renamed_question_for_the_address_parks_until_the_file_is_corrected(stack: Stack) -> None:
    stack.set_up(settings(contact=[{"property": "email", "question": "Eメール"}]))
    (delivery,) = deliver(stack, booking())
    assert (delivery["state"], delivery["reason"]) == ("parked", "question_missing")
    assert stack.apply(settings(contact=[{"property": "email", "question": "メールアドレス"}]))[0] == 200
    stack.work()
    assert stack.deliveries()[0]["state"] == "delivered"
    assert len(stack.the("contacts")) == 1


def test_check_boxes_and_fixed_texts(stack: Stack) -> None:
    rows = [
        *SETTINGS["calendars"][0]["contact"],
        {"property": "message", "question": "ご関心のある製品"},
        {"property": "country", "text": "日本"},
        {"property": "website", "from": "utm_source"},
    ]
    stack.set_up(settings(contact=rows))
    deliver(stack, booking())
    wanted = ["会計, 請求", "日本", "newsletter"]
    assert values(stack.the("contacts")[0], "message", "country", "website") == wanted


# Waiting for a person, and for the vendor.


def test_a_booking_before_the_connection_waits_and_goes_on_by_itself(stack: Stack) -> None:
    stack.api("POST", "/api/workspaces/demo/connections/timerex", {"token": "timerex-security-token-0001"})
    stack.post(booking())
    stack.work()
    (delivery,) = stack.deliveries()
    assert (delivery["state"], delivery["reason"]) == ("parked", "no_settings")
    stack.connect()
    stack.apply()
    stack.work()
    assert stack.deliveries()[0]["state"] == "delivered"


def test_an_uninstalled_app_parks_and_a_new_connection_drains(ready: Stack) -> None:
    ready.hubspot.uninstall(PORTAL)
    (delivery,) = deliver(ready, booking())
    assert (delivery["state"], delivery["reason"]) == ("parked", "grant_refused")
    (connection, _) = ready.api("GET", "/api/workspaces/demo/connections")[1]["connections"]
    assert connection["state"] == "reconnect"
    assert deliver(ready, booking(2))[0]["reason"] == "not_connected"
    assert ready.connect()["statusCode"] == 200
    ready.work()
    assert {delivery["state"] for delivery in ready.deliveries()} == {"delivered"}


def test_a_rate_limit_postpones_by_the_vendors_word(ready: Stack) -> None:
    ready.hubspot.faults.add(Fault("POST", "*/contacts", status=429, headers={"Retry-After": "90"}))
    (delivery,) = deliver(ready, booking())
    assert (delivery["state"], delivery["reason"]) == ("pending", "vendor_rate")
    ready.clock.sleep(80)
    assert ready.sweep() == 0
    ready.clock.sleep(12)
    assert ready.sweep() == 1
    ready.work()
    assert ready.deliveries()[0]["state"] == "delivered"
    assert (len(ready.the("companies")), len(ready.the("contacts"))) == (1, 1)


def test_after_a_week_of_failing_it_is_rejected_and_can_be_retried(ready: Stack) -> None:
    ready.hubspot.faults.add(Fault("POST", "/crm/*", status=503, times=None))
    deliver(ready, booking())
    for _ in range(40):
        if ready.deliveries()[0]["state"] == "rejected":
            break
        ready.clock.sleep(timedelta(hours=9).total_seconds())
        ready.sweep()
        ready.work()
    (delivery,) = ready.deliveries()
    assert delivery["state"] == "rejected"
    ready.hubspot.faults.clear()
    assert ready.api("POST", f"/api/workspaces/demo/deliveries/{delivery['id']}/retry")[0] == 200
    ready.work()
    assert ready.deliveries()[0]["state"] == "delivered"


def test_our_own_property_deleted_in_hubspot_is_made_again(ready: Stack) -> None:
    del ready.hubspot.portals[PORTAL].properties["companies"]["renkei_key"]
    (delivery,) = deliver(ready, booking())
    assert (delivery["state"], delivery["outcome"]["company_was"]) == ("delivered", "created")
    assert "renkei_key" in ready.the("companies")[0]["properties"]


def test_a_mapped_property_deleted_in_hubspot_parks_and_is_named(ready: Stack) -> None:
    del ready.hubspot.portals[PORTAL].properties["companies"]["numberofemployees"]
    (delivery,) = deliver(ready, booking())
    assert (delivery["state"], delivery["reason"]) == ("parked", "hubspot_property")
    assert "numberofemployees" in delivery["message"]


def test_secrets_manager_being_down_costs_time_and_no_booking(ready: Stack) -> None:
    ready.clock.sleep(3600)  # the access token is over
    with mock.patch("renkei.workers.parameters.get_secret", side_effect=GetParameterError("down")):
        (delivery,) = deliver(ready, booking())
    assert (delivery["state"], delivery["reason"]) == ("pending", "app_unreadable")
    ready.clock.sleep(60)
    ready.sweep()
    ready.work()
    assert ready.deliveries()[0]["state"] == "delivered"


# What may go wrong in between.


def test_8_after_a_lost_answer_another_booking_finds_the_company_by_its_name(ready: Stack) -> None:
    ready.hubspot.faults.add(Fault("POST", "*/companies", "timeout_after"))
    with mock.patch.object(runtime, "_WORTH_WAITING", timedelta()):
        deliver(ready, booking(1))
        ready.clock.sleep(1)
        deliver(ready, booking(2, guest_email="someone@gmail.com"))
    assert len(ready.the("contacts")) == 1
    ready.clock.sleep(60)
    ready.sweep()
    ready.work()
    assert {delivery["state"] for delivery in ready.deliveries()} == {"delivered"}
    assert len(ready.the("companies")) == 1


def test_create_never_overwrites_what_another_workspace_just_made(ready: Stack) -> None:
    deliver(ready, booking(1))
    ready.workspace = "osaka"
    ready.set_up()
    (second,) = deliver(
        ready, booking(2, company_name="AOZORA (typo)", paragraph="7", guest_email="b@aozora-shoji.example.jp")
    )
    (company,) = ready.the("companies")
    assert values(company, "name", "numberofemployees") == [COMPANY["name"], "1200"]
    assert (second["outcome"]["company"], second["outcome"]["company_was"]) == (company["id"], "there")


def test_a_row_that_aws_refuses_does_not_hold_up_its_neighbours(ready: Stack) -> None:
    for number in (1, 2, 3):
        ready.post(booking(number, guest_email=f"g{number}@one.example"))
    table = Table("deliveries")
    (_, bad, _), _ = ready.platform.deliveries.due("demo", "booking_to_hubspot", 3)
    spoilt = b"\x01" + (9).to_bytes(2) + b"not a key" + bytes(40)
    table.update({"box": bad["box"], "id": bad["id"]}, put={"sealed": spoilt})
    ready.work()
    assert sorted(delivery["state"] for delivery in ready.deliveries()) == ["delivered", "delivered", "rejected"]


def test_one_bookings_bad_value_does_not_reject_another_of_the_same_firm_or_guest(ready: Stack) -> None:
    long = "9" * 70_000
    first = booking(1, company_name="株式会社一", guest_email="a@one.example", guest_name=long)
    second = booking(2, company_name="株式会社一", guest_email="a@one.example")
    found = deliver(ready, first, second)
    assert [delivery["state"] for delivery in found] == ["rejected", "delivered"]
    assert (len(ready.the("companies")), len(ready.the("contacts"))) == (1, 1)


@pytest.mark.parametrize(
    "there",
    [{"email": "guest50@firm50.example"}, {"email": "x@y.example", "hs_additional_emails": "guest50@firm50.example"}],
)
def test_11_a_backlog_with_an_existing_contact_still_costs_at_most_eight(ready: Stack, there: dict[str, str]) -> None:
    ready.hubspot.settings.change({"conflicts_fail_whole_batch": True})
    ready.hubspot.seed(PORTAL, "contacts", there)
    found = deliver(
        ready, *(booking(n, company_name="", guest_email=f"guest{n}@firm{n % 60}.example") for n in range(100))
    )
    assert {delivery["state"] for delivery in found} == {"delivered"}
    assert len(calls(ready)) <= 8
    assert len(ready.the("contacts")) == 100


def test_a_connection_whose_fresh_token_is_refused_too_is_marked_and_parks_the_rest(ready: Stack) -> None:
    ready.hubspot.faults.add(Fault("*", "/crm/*", status=401, times=None))
    assert deliver(ready, booking(1))[0]["state"] == "parked"
    (connection, _) = ready.api("GET", "/api/workspaces/demo/connections")[1]["connections"]
    assert connection["state"] == "reconnect"


def test_the_last_use_of_a_connection_is_noted_also_after_a_refresh(ready: Stack) -> None:
    ready.clock.sleep(7200)
    deliver(ready, booking(1))
    (connection, _) = ready.api("GET", "/api/workspaces/demo/connections")[1]["connections"]
    assert connection["last_used_at"].startswith("2026-11-22T05:00")


def test_a_delivered_delivery_forgets_why_it_had_to_wait(ready: Stack) -> None:
    ready.hubspot.faults.add(Fault("POST", "*/contacts", status=503))
    (delivery,) = deliver(ready, booking(1))
    ready.clock.sleep(60)
    ready.sweep()
    ready.work()
    (delivery,) = ready.deliveries()
    assert (delivery["state"], delivery["reason"], delivery["message"]) == ("delivered", None, "")


@pytest.mark.parametrize("status", [404, 409])
@pytest.mark.parametrize("path", ["*/companies/search", "*/companies", "*/contacts"])
def test_a_refusal_that_speaks_of_no_record_is_tried_again(ready: Stack, path: str, status: int) -> None:
    ready.hubspot.faults.add(Fault("POST", path, status=status, headers={"Retry-After": "1"}))
    deliver(ready, booking(1))
    ready.clock.sleep(60)
    ready.sweep()
    ready.work()
    assert ready.deliveries()[0]["state"] == "delivered"
    assert (len(ready.the("companies")), len(ready.the("contacts"))) == (1, 1)


def test_a_company_that_goes_between_look_and_contact_is_made_again(ready: Stack) -> None:
    (first,) = deliver(ready, booking(1))
    ready.clock.sleep(60)
    ready.hubspot.faults.add(Fault("POST", "*/contacts", status=400))
    id_ = first["outcome"]["company"]

    def gone_meanwhile(*given: Any) -> Any:
        ready.hubspot.archive(PORTAL, "companies", id_)
        return _LOOKED_UP(*given)

    with (
        mock.patch.object(HubSpot, "_looked_up", gone_meanwhile),
        mock.patch.object(runtime, "_WORTH_WAITING", timedelta()),
    ):
        (second,) = deliver(ready, booking(2, guest_email="b@aozora-shoji.example.jp"))
    assert (second["state"], second["reason"]) == ("pending", "record_gone")
    for _ in range(3):
        ready.clock.sleep(60)
        ready.sweep()
        ready.work()
    second = ready.deliveries()[0]
    assert second["state"] == "delivered"
    assert second["outcome"]["company"] == ready.the("companies")[0]["id"] != id_


@pytest.mark.parametrize(
    "odd",
    [
        {"url_params": {"a": "b"}}, {"url_params": ["x"]}, {"zoom_meeting": "x"}, {"created_at": "2026-11-22"},
        {"hosts": None}, {"is_changed": True, "old_event_id": "x" * 3000}, {"calendar_timezone": 5},
    ],
)  # fmt: skip
def test_an_odd_extra_costs_no_booking(ready: Stack, odd: dict[str, Any]) -> None:
    payload = booking(1)
    payload["event"] |= odd
    assert deliver(ready, payload)[0]["state"] == "delivered"
