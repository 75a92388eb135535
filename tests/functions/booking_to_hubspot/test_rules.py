"""The numbered rules of booking_to_hubspot, each on the whole stack in process."""

from __future__ import annotations

import pytest

from tests.functions.booking_to_hubspot.steps import COMPANY, MAIL, calls, company_of, deliver, settings, values
from tests.harness import PORTAL, SETTINGS, TOKEN, Stack, booking, event

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


@pytest.mark.parametrize(
    ("location", "where", "place"),
    [
        (
            {"type": "physical", "location": "東京都千代田区丸の内1-1-1"},
            "東京都千代田区丸の内1-1-1",
            "東京都千代田区丸の内1-1-1",
        ),
        ({"type": "custom", "location": "https://meet.example.com/x"}, "https://meet.example.com/x", None),
        ({"type": "outbound_call", "location": "+81 90-1234-5678"}, None, None),
    ],
)
def test_10_a_meeting_says_where_it_is(
    stack: Stack, location: dict[str, str], where: str | None, place: str | None
) -> None:
    rows = [{"property": "email", "from": "guest_email"}, {"property": "lastname", "from": "place"}]
    stack.set_up(settings(meeting=True, company=[], contact=rows))
    stack.api("POST", "/api/workspaces/demo/connections/calendly", {"token": TOKEN})
    payload = event("calendly/invitee_created")
    payload["payload"]["scheduled_event"]["location"] = location
    assert stack.send("calendly", payload)[0] == 200
    stack.work()
    assert values(stack.the("meetings")[0], "hs_meeting_location") == [where]
    assert values(stack.the("contacts")[0], "lastname") == [place]


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
