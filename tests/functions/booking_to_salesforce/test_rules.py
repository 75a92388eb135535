"""The numbered rules of booking_to_salesforce (3 to 6), each on the whole stack in process."""

from __future__ import annotations

import json
from typing import Any

import pytest

from booking_to_salesforce.app import Run
from booking_to_salesforce.known import Step
from local.sandbox.salesforce.saves import ASSIGNMENT_RULE
from local.sandbox.salesforce.store import GONE_MAIL, HOST_MAIL
from renkei.actions import Create, Result, Upsert
from tests.functions.booking_to_salesforce.steps import (
    KEY,
    MAIL,
    ORG,
    ROWS,
    calls,
    change,
    deliver,
    leads,
    ready,
    settings,
    values,
)
from tests.harness import Stack, booking

NAMES = ("LastName", "FirstName", "Company", "Email")
GUEST = ["佐々木", "花子", "株式会社青空商事", MAIL]
COUNT = {"property": "NumberOfEmployees", "question": "従業員数"}
COMMENT = {"property": "Description", "from": "guest_comment"}
OWNER = {"property": "OwnerId", "from": "host_email"}


def only(stack: Stack) -> dict[str, Any]:
    """The one lead that is there."""
    (lead,) = leads(stack)
    return lead


def codes(delivery: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in delivery["warnings"]]


def ends(deliveries: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(delivery["state"], delivery["reason"] or "") for delivery in deliveries]


def asking(number: int, **answers: str) -> dict[str, Any]:
    """A booking with further questions; `guest_email` and its like change the usual ones."""
    usual = {name: answers.pop(name) for name in list(answers) if name.startswith(("guest_", "company_"))}
    payload = booking(number, **usual)
    payload["event"]["form"] += [
        {"field_type": "paragraph", "label": label, "value": value} for label, value in answers.items()
    ]
    return payload


# 3. Values are shaped to the fields.


def test_3_a_booking_becomes_a_lead(stack: Stack) -> None:
    products = {"property": "Products__c", "question": "ご関心のある製品"}
    times = [{"property": "Visit_On__c", "from": "start"}, {"property": "Visit_At__c", "from": "start"}]
    fixed = [{"property": "Rating", "text": "Hot"}, {"property": "HasOptedOutOfEmail", "text": "はい"}]
    ready(stack, COUNT, COMMENT, products, *times, *fixed)
    (delivery,) = deliver(stack, booking())
    lead = only(stack)
    assert (delivery["state"], delivery["outcome"]) == ("delivered", {"lead": lead["Id"], "lead_was": "created"})
    assert delivery["warnings"] == []
    assert values(lead, *NAMES) == GUEST
    assert values(lead, "NumberOfEmployees", "Products__c", "Visit_On__c", "Visit_At__c") == [
        1200,
        "会計;請求",
        "2026-12-01",
        "2026-12-01T01:00:00.000+0000",
    ]
    assert values(lead, "Rating", "HasOptedOutOfEmail", "Description") == ["Hot", True, "よろしくお願いいたします。"]


SHAPED = [
    ("FirstName", {"guest_name": "佐々木 " + "花" * 41}, "花" * 40, "salesforce_cut"),
    ("NumberOfEmployees", {"従業員": "ひみつ"}, None, "no_number"),
    ("Score__c", {"点": "1000"}, None, "no_number"),
    ("HasOptedOutOfEmail", {"配信": "たぶん"}, False, "salesforce_no_boolean"),
    ("Visit_On__c", {"日": "来週"}, None, "salesforce_no_date"),
    ("Visit_At__c", {"時": "10時"}, None, "salesforce_no_date"),
    ("Rating", {"熱": "ぬるい"}, None, "salesforce_no_option"),
    ("Products__c", {"品": "会計, 経費"}, "会計", "salesforce_no_option"),
    ("Website", {"サイト": "https://example.jp/" + "x" * 255}, None, "salesforce_too_long"),
]


@pytest.mark.parametrize(("name", "answers", "value", "code"), SHAPED)
def test_3_what_does_not_fit_is_cut_or_left_out_and_told_in_three_languages(
    stack: Stack, name: str, answers: dict[str, str], value: object, code: str
) -> None:
    (label,) = answers
    rows = [{"property": name, "question": label}] if name != "FirstName" else []
    ready(stack, *rows)
    told = set()
    for number, language in enumerate(("ja", "en", "de")):
        change(stack, *rows, language=language)
        (delivery,) = deliver(stack, asking(number, **answers))
        assert (delivery["state"], codes(delivery)) == ("delivered", [code])
        told.add(delivery["warnings"][0]["message"])
        assert values(leads(stack)[number], name) == [value]
        assert all(answer not in delivery["warnings"][0]["message"] for answer in answers.values())
    assert len(told) == 3
    assert all(name in message for message in told)


def test_3_a_renamed_question_is_told(stack: Stack) -> None:
    ready(stack, {"property": "Rating", "question": "熱量"})
    (delivery,) = deliver(stack, booking())
    assert (delivery["state"], codes(delivery)) == ("delivered", ["question_missing"])
    assert "熱量" in delivery["warnings"][0]["message"]


def test_3_german_numbers_in_a_german_workspace(stack: Stack) -> None:
    row = {"property": "AnnualRevenue", "question": "Umsatz"}
    ready(stack, row, language="de")
    (delivery,) = deliver(stack, asking(1, Umsatz="1.200.000,00 Euro"))
    assert codes(delivery) == []
    assert values(only(stack), "AnnualRevenue") == [1_200_000]


@pytest.mark.parametrize(
    ("row", "label", "answers", "reason"),
    [
        ({"property": "Company", "from": "company_name"}, "会社名", {"company_name": ""}, "salesforce_blank"),
        ({"property": "LastName", "from": "guest_last_name"}, "姓", {"guest_name": " "}, "salesforce_blank"),
        ({"property": "Rating", "question": "熱量"}, "Rating", {"熱量": "ぬるい"}, "salesforce_unfit"),
    ],
)
def test_3_a_blank_required_field_parks_and_is_named_with_its_remedy(
    stack: Stack, row: dict[str, str], label: str, answers: dict[str, str], reason: str
) -> None:
    if row["property"] == "Rating":
        stack.salesforce.change_field("Rating", nillable=False)
    rows = [*(one for one in ROWS if one["property"] != row["property"]), row]
    ready(stack, lead=rows)
    told = set()
    for number, language in enumerate(("ja", "en", "de")):
        change(stack, lead=rows, language=language)
        (delivery,) = deliver(stack, asking(number, **answers))
        assert (delivery["state"], delivery["reason"]) == ("parked", reason)
        assert row["property"] in delivery["message"]
        assert label in delivery["message"]
        assert "renkei discard" in delivery["message"]
        told.add(delivery["message"])
    assert len(told) == 3
    assert leads(stack) == []
    fixed = {"property": row["property"], "text": "Hot"}
    change(stack, fixed, lead=[one for one in ROWS if one["property"] != row["property"]])
    stack.work()
    assert {delivery["state"] for delivery in stack.deliveries()} == {"delivered"}
    assert [values(lead, row["property"]) for lead in leads(stack)] == [["Hot"]] * 3


def test_3_a_required_field_whose_question_was_renamed_parks_and_names_the_question(stack: Stack) -> None:
    rows = [*(one for one in ROWS if one["property"] != "Company"), {"property": "Company", "question": "会社"}]
    ready(stack, lead=rows)
    (delivery,) = deliver(stack, booking())
    assert (delivery["state"], delivery["reason"]) == ("parked", "question_missing")
    assert "会社" in delivery["message"]
    change(stack)
    stack.work()
    assert values(only(stack), "Company") == [GUEST[2]]


def test_3_a_blank_company_becomes_the_fixed_text(stack: Stack) -> None:
    ready(stack, blank_company="個人")
    deliver(stack, booking(1, company_name=None), booking(2, company_name=" ", guest_email="b@example.jp"))
    assert [values(lead, "Company") for lead in leads(stack)] == [["個人"], ["個人"]]


def test_3_setting_a_text_for_blank_companies_lets_go_what_waited(stack: Stack) -> None:
    ready(stack)
    assert deliver(stack, booking(1, company_name=""))[0]["state"] == "parked"
    change(stack, blank_company="個人")
    stack.work()
    assert values(only(stack), "Company") == ["個人"]


def test_3_a_field_that_is_no_longer_required_goes_through_by_retry(stack: Stack) -> None:
    ready(stack)
    (delivery,) = deliver(stack, booking(1, company_name=""))
    stack.salesforce.change_field("Company", nillable=True)
    assert stack.api("POST", f"/api/workspaces/demo/deliveries/{delivery['id']}/retry")[0] == 200
    stack.work()
    assert stack.deliveries()[0]["state"] == "parked", "what is known of the org is as old as the settings"
    change(stack)
    stack.work()
    assert values(only(stack), "Company") == [None]


def test_3_a_field_that_became_required_meanwhile_is_named(stack: Stack) -> None:
    ready(stack)
    stack.salesforce.change_field("Rating", nillable=False)
    (delivery,) = deliver(stack, booking())
    assert (delivery["state"], delivery["reason"]) == ("parked", "salesforce_required")
    assert "Rating" in delivery["message"]
    change(stack, {"property": "Rating", "text": "Hot"})
    stack.work()
    assert values(only(stack), "Rating") == ["Hot"]


def test_3_what_is_blank_on_a_lead_that_is_there_does_no_harm(stack: Stack) -> None:
    ready(stack, match="update")
    id_ = stack.salesforce.seed(ORG, "Lead", {"LastName": "旧", "Company": "旧社", "Email": MAIL})
    (delivery,) = deliver(stack, booking(1, company_name=""))
    assert (delivery["state"], delivery["outcome"]["lead"]) == ("delivered", id_)
    assert values(only(stack), "Company") == ["旧社"]


def test_3_a_booking_without_an_address_waits_for_a_setting(stack: Stack) -> None:
    """Without the booking's id on the lead nothing would tell whether it is there already."""
    ready(stack)
    (delivery,) = deliver(stack, booking(1, guest_email=""))
    assert delivery["state"] == "parked"
    assert "booking_id_field" in delivery["message"]
    stack.salesforce.configure({"booking_id_field": True})
    change(stack, booking_id_field=KEY)
    stack.work()
    assert values(only(stack), "LastName", "Email") == ["佐々木", None]


# 4. Once and only once.


def test_4_by_the_bookings_id(stack: Stack) -> None:
    ready(stack, booking_id_field=KEY)
    deliver(stack, booking(1))
    assert calls(stack) == [f"PATCH /sobjects/Lead/{KEY}/timerex-{1:020x}"]
    assert values(only(stack), KEY, *NAMES) == [f"timerex-{1:020x}", *GUEST]


def test_4_by_the_address_first_a_look_and_then_a_creation(stack: Stack) -> None:
    ready(stack)
    deliver(stack, booking(1))
    (look, make) = calls(stack)
    assert look.startswith("GET /query")
    assert make == "POST /sobjects/Lead"


@pytest.mark.parametrize("by", [KEY, None])
def test_4_the_same_booking_again_makes_no_second_lead(stack: Stack, by: str | None) -> None:
    ready(stack, booking_id_field=by)
    deliver(stack, booking(1))
    for _ in range(2):
        assert stack.send("timerex", booking(1))[0] == 200
        stack.work()
    assert len(leads(stack)) == 1


@pytest.mark.parametrize("by", [KEY, None])
def test_4_two_bookings_of_one_guest_are_two_leads(stack: Stack, by: str | None) -> None:
    ready(stack, booking_id_field=by)
    together = deliver(stack, booking(1), booking(2))
    alone = deliver(stack, booking(3))
    assert [delivery["outcome"]["lead_was"] for delivery in (*together, *alone)] == ["created"] * 3
    assert len(leads(stack)) == 3


ADDRESSES = [
    "o'hara@example.jp",
    "a'b'@example.jp",
    "a+b@example.jp",
    "{x}|y~z`w@example.jp",
    "percent%25@example.jp",
    "under_score@example.jp",
    "q?u=e&r#y@example.jp",
    "Ｈａｎａｋｏ@example.jp",
]
NONE_IN_SALESFORCE = [
    'quote"in@example.jp',
    "back\\slash@example.jp",
    "b\\'@example.jp",
    "müller@example.jp",
    "日本@example.jp",
]


@pytest.mark.parametrize("mail", [*ADDRESSES, *NONE_IN_SALESFORCE])
def test_4_odd_addresses_are_looked_for_and_nothing_else(stack: Stack, mail: str) -> None:
    ready(stack, match="skip")
    for other in ("other@example.jp", "x@example.jp"):
        lead(stack, Email=other)
    (delivery,) = deliver(stack, booking(1, guest_email=mail))
    assert "POST /composite" in calls(stack), "looked for"
    assert ends([delivery]) == [("rejected", "salesforce_email") if mail in NONE_IN_SALESFORCE else ("delivered", "")]
    if mail in NONE_IN_SALESFORCE:
        id_ = lead(stack, Email=mail)
        assert stack.api("POST", f"/api/workspaces/demo/deliveries/{delivery['id']}/retry")[0] == 200
        stack.work()
        assert ends(stack.deliveries()) == [("skipped", "salesforce_known")]
        assert id_ in stack.deliveries()[0]["message"]
    else:
        assert ends(deliver(stack, booking(2, guest_email=mail))) == [("skipped", "salesforce_known")]


def test_4_an_address_that_would_ask_for_everybody_is_none(stack: Stack) -> None:
    ready(stack, match="skip")
    lead(stack, Email="other@example.jp")
    (delivery,) = deliver(stack, booking(1, guest_email="' OR Email != '@example.jp"))
    assert delivery["state"] == "parked"
    assert calls(stack) == []


@pytest.mark.parametrize("by", [KEY, None])
def test_4_half_a_character_stops_nothing(stack: Stack, by: str | None) -> None:
    ready(stack, COMMENT, booking_id_field=by)
    payload = booking(1, guest_comment="\ud83d", guest_name="佐々木 \udc00", guest_email="a\ud800@example.jp")
    assert stack.post(json.dumps(payload))[0] == 200
    stack.work()
    (delivery,) = stack.deliveries()
    assert delivery["reason"] != "bug"
    assert delivery["state"] == "delivered"
    assert values(only(stack), "Email", "FirstName") == ["a?@example.jp", "?"]


# 5. What happens if the guest is known.


def lead(stack: Stack, **fields: object) -> str:
    return stack.salesforce.seed(ORG, "Lead", {"LastName": "旧", "Company": "旧社", "Email": MAIL, **fields})


def contact(stack: Stack) -> str:
    return stack.salesforce.seed(ORG, "Contact", {"LastName": "旧", "Email": MAIL})


@pytest.mark.parametrize("by", [KEY, None])
def test_5_create_makes_a_lead_for_each_booking(stack: Stack, by: str | None) -> None:
    ready(stack, booking_id_field=by)
    lead(stack)
    contact(stack)
    (delivery,) = deliver(stack, booking())
    assert delivery["outcome"]["lead_was"] == "created"
    assert len(leads(stack)) == 2


@pytest.mark.parametrize("by", [KEY, None])
@pytest.mark.parametrize("there", [lead, contact])
def test_5_skip_makes_none_where_a_lead_or_a_contact_has_the_address(stack: Stack, by: str | None, there: Any) -> None:
    ready(stack, booking_id_field=by, match="skip")
    id_ = there(stack)
    count = len(leads(stack))
    (delivery,) = deliver(stack, booking())
    assert (delivery["state"], delivery["reason"]) == ("skipped", "salesforce_known")
    assert id_ in delivery["message"]
    assert len(leads(stack)) == count


@pytest.mark.parametrize("match", ["skip", "update"])
@pytest.mark.parametrize("by", [KEY, None])
def test_5_a_converted_lead_counts_by_its_contact(stack: Stack, by: str | None, match: str) -> None:
    ready(stack, booking_id_field=by, match=match)
    who = stack.salesforce.convert(lead(stack))
    (delivery,) = deliver(stack, booking())
    assert (delivery["state"], delivery["reason"]) == ("skipped", "salesforce_known")
    assert who in delivery["message"]


@pytest.mark.parametrize("by", [KEY, None])
@pytest.mark.parametrize("match", ["skip", "update"])
def test_5_a_guest_nobody_knows_becomes_a_lead(stack: Stack, by: str | None, match: str) -> None:
    ready(stack, booking_id_field=by, match=match)
    lead(stack, Email="other@example.jp")
    stack.salesforce.delete(lead(stack))
    (delivery,) = deliver(stack, booking())
    assert delivery["outcome"]["lead_was"] == "created"


@pytest.mark.parametrize("by", [KEY, None])
@pytest.mark.parametrize(("match", "state"), [("skip", "skipped"), ("update", "delivered")])
def test_5_two_bookings_of_one_guest_together_are_one_lead(
    stack: Stack, by: str | None, match: str, state: str
) -> None:
    ready(stack, booking_id_field=by, match=match)
    found = deliver(stack, booking(1), booking(2, guest_email=MAIL.upper()))
    assert [delivery["state"] for delivery in found] == ["delivered", state]
    assert len(leads(stack)) == 1


@pytest.mark.parametrize("by", [KEY, None])
@pytest.mark.parametrize("match", ["create", "skip", "update"])
def test_5_a_booking_that_waits_does_not_hold_up_the_guests_next(stack: Stack, by: str | None, match: str) -> None:
    ready(stack, booking_id_field=by, match=match)
    found = deliver(stack, booking(1, company_name=""), booking(2), booking(3))
    state = "skipped" if match == "skip" else "delivered"
    assert [delivery["state"] for delivery in found] == ["parked", "delivered", state]
    change(stack, booking_id_field=by, match=match, blank_company="個人")
    stack.work()
    assert [delivery["state"] for delivery in stack.deliveries()] == [state, "delivered", state]
    assert len(leads(stack)) == (3 if match == "create" else 1)


def test_5_a_refused_booking_does_not_stand_for_the_guests_next(stack: Stack) -> None:
    ready(stack, match="skip")
    stack.salesforce.refuse_next("CANNOT_EXECUTE_FLOW_TRIGGER")
    found = deliver(stack, booking(1), booking(2), booking(3))
    assert [delivery["state"] for delivery in found] == ["rejected", "delivered", "skipped"]
    assert stack.api("POST", f"/api/workspaces/demo/deliveries/{found[0]['id']}/retry")[0] == 200
    stack.work()
    assert stack.deliveries()[2]["state"] == "skipped"
    assert len(leads(stack)) == 1


POLICIES = [
    {"property": "Title", "text": "部長"},
    {"property": "City", "text": "大阪", "policy": "fill"},
    {"property": "State", "text": "大阪府", "policy": "fill"},
    {"property": "Phone", "from": "guest_phone", "policy": "overwrite"},
    {"property": "Description", "from": "guest_comment", "policy": "overwrite"},
    {"property": "Visit_At__c", "from": "start", "policy": "overwrite"},
]
POLICY_NAMES = [row["property"] for row in POLICIES]


@pytest.mark.parametrize("by", [KEY, None])
def test_5_update_fills_and_overwrites_by_the_rows(stack: Stack, by: str | None) -> None:
    ready(stack, *POLICIES, booking_id_field=by, match="update")
    id_ = lead(stack, City="京都", Phone="03", Description="旧")
    (delivery,) = deliver(stack, booking())
    assert delivery["outcome"] == {"lead": id_, "lead_was": "updated"}
    found = only(stack)
    assert values(found, *POLICY_NAMES) == [
        None, "京都", "大阪府", "03", "よろしくお願いいたします。", "2026-12-01T01:00:00.000+0000",
    ]  # fmt: skip
    assert values(found, *NAMES) == ["旧", None, "旧社", MAIL], "create: only on a new lead"


@pytest.mark.parametrize("by", [KEY, None])
def test_5_what_is_the_same_already_is_not_written(stack: Stack, by: str | None) -> None:
    rows = [
        {"property": "Visit_At__c", "from": "start", "policy": "overwrite"},
        {"property": "Visit_On__c", "from": "start", "policy": "overwrite"},
        {"property": "Score__c", "text": "12.50", "policy": "overwrite"},
        {"property": "AnnualRevenue", "text": "3億", "policy": "overwrite"},
        {"property": "Products__c", "text": "請求, 会計", "policy": "overwrite"},
        {"property": "Newsletter__c", "text": "はい", "policy": "overwrite"},
        {"property": "Email", "from": "guest_email", "policy": "overwrite"},
    ]
    ready(stack, *rows, booking_id_field=by, match="update", lead=[row for row in ROWS if row["property"] != "Email"])
    deliver(stack, booking(1))
    stack.salesforce.edit(only(stack)["Id"], Email=MAIL.upper(), Products__c="会計;請求")
    calls(stack)
    (delivery,) = deliver(stack, booking(2))
    assert not [call for call in calls(stack) if call.startswith("PATCH")]
    assert delivery["outcome"]["lead_was"] == "there"


def test_5_of_several_leads_the_newest_is_taken(stack: Stack) -> None:
    ready(stack, *POLICIES, match="update")
    lead(stack)
    stack.clock.sleep(60)
    newest = lead(stack)
    stack.salesforce.convert(lead(stack))
    (delivery,) = deliver(stack, booking())
    assert delivery["outcome"]["lead"] == newest


def test_5_several_bookings_of_one_guest_change_the_lead_in_their_order(stack: Stack) -> None:
    row = {"property": "Description", "from": "guest_comment", "policy": "overwrite"}
    ready(stack, row, match="update")
    lead(stack)
    deliver(stack, *[booking(number, guest_comment=f"その{number}") for number in range(1, 4)])
    assert values(only(stack), "Description") == ["その3"]


# Duplicate rules of the org.


@pytest.mark.parametrize("by", [KEY, None])
@pytest.mark.parametrize("misspelt", [True, False])
@pytest.mark.parametrize("rule", ["alert", "block"])
@pytest.mark.parametrize("many", [1, 3])
def test_5_a_duplicate_rule_is_answered_by_the_policy(
    stack: Stack, by: str | None, rule: str, many: int, *, misspelt: bool
) -> None:
    ready(stack, *POLICIES, booking_id_field=by)
    stack.salesforce.configure({"duplicate_key_misspelt": misspelt, "duplicate_rule": rule})
    guests = [f"g{number}@example.jp" for number in range(many)]
    ids = [lead(stack, Email=guest) for guest in guests]
    sent = [booking(number, guest_email=guest) for number, guest in enumerate(guests)]
    found = deliver(stack, *sent, booking(99, guest_email="new@example.jp"))
    assert found[-1]["outcome"]["lead_was"] == "created"
    if rule == "alert":
        assert {delivery["outcome"]["lead_was"] for delivery in found} == {"created"}
        assert len(leads(stack)) == 2 * many + 1
        return
    assert {(delivery["state"], delivery["reason"]) for delivery in found[:-1]} == {("skipped", "salesforce_duplicate")}
    assert all(id_ in delivery["message"] for id_, delivery in zip(ids, found, strict=False))
    assert len(leads(stack)) == many + 1


@pytest.fixture
def meanwhile(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses of which somebody makes a lead after the look and before the creation."""
    coming: list[str] = []
    apply = Run.apply

    def late(self: Run, action: Step) -> Result:
        if isinstance(action, Create | Upsert):
            for mail in coming:
                lead(stack, Email=mail, City="京都")
            coming.clear()
        return apply(self, action)

    monkeypatch.setattr(Run, "apply", late)
    return coming


@pytest.mark.parametrize("by", [KEY, None])
@pytest.mark.parametrize("rule", ["alert", "block"])
@pytest.mark.parametrize("match", ["skip", "update"])
@pytest.mark.parametrize("many", [1, 3])
def test_5_what_a_rule_finds_is_skipped_or_updated(
    stack: Stack, meanwhile: list[str], by: str | None, *, rule: str, match: str, many: int
) -> None:
    ready(stack, *POLICIES, booking_id_field=by, match=match)
    stack.salesforce.configure({"duplicate_rule": rule})
    guests = [f"g{number}@example.jp" for number in range(many)]
    meanwhile += guests
    sent = [booking(number, guest_email=guest) for number, guest in enumerate(guests)]
    *found, new = deliver(stack, *sent, booking(99))
    ids = [one["Id"] for one in leads(stack) if one["LastName"] == "旧"]
    assert new["outcome"]["lead_was"] == "created"
    assert len(leads(stack)) == many + 1
    if match == "skip":
        assert ends(found) == [("skipped", "salesforce_duplicate")] * many
        assert all(id_ in delivery["message"] for id_, delivery in zip(ids, found, strict=True))
    else:
        assert [delivery["outcome"] for delivery in found] == [{"lead": id_, "lead_was": "updated"} for id_ in ids]
        changed = [one for one in leads(stack) if one["Id"] in ids]
        assert {tuple(values(one, "City", "State", "Title")) for one in changed} == {("京都", "大阪府", None)}


@pytest.mark.parametrize("by", [KEY, None])
@pytest.mark.parametrize(("match", "state"), [("skip", "skipped"), ("update", "rejected")])
@pytest.mark.parametrize("many", [1, 3])
def test_5_what_a_rule_finds_and_does_not_show(
    stack: Stack, meanwhile: list[str], by: str | None, *, match: str, state: str, many: int
) -> None:
    ready(stack, booking_id_field=by, match=match)
    stack.salesforce.configure({"duplicate_rule": "alert", "duplicate_matches_visible": False})
    guests = [f"g{number}@example.jp" for number in range(many)]
    meanwhile += guests
    sent = [booking(number, guest_email=guest) for number, guest in enumerate(guests)]
    *found, new = deliver(stack, *sent, booking(99))
    assert ends([*found, new]) == [*[(state, "salesforce_duplicate_hidden")] * many, ("delivered", "")]
    assert len(leads(stack)) == many + 1


@pytest.mark.parametrize("many", [1, 3])
def test_5_a_match_that_the_user_may_not_see_is_told_and_kept(stack: Stack, many: int) -> None:
    ready(stack, booking_id_field=KEY)
    stack.salesforce.configure({"duplicate_rule": "block", "duplicate_matches_visible": False})
    for number in range(many):
        lead(stack, Email=f"g{number}@example.jp")
    sent = [booking(number, guest_email=f"g{number}@example.jp") for number in range(many)]
    found = deliver(stack, *sent, booking(99))
    assert ends(found) == [*[("rejected", "salesforce_duplicate_hidden")] * many, ("delivered", "")]
    stack.salesforce.configure({"duplicate_rule": "off"})
    for delivery in found[:-1]:
        assert stack.api("POST", f"/api/workspaces/demo/deliveries/{delivery['id']}/retry")[0] == 200
    stack.work()
    assert len(leads(stack)) == 2 * many + 1


# 6. Whose the lead is.


@pytest.mark.parametrize("by", [KEY, None])
@pytest.mark.parametrize(
    ("assignment", "row", "owner"),
    [
        ("auto", None, "rule"),
        ("auto", OWNER, "host"),
        ("auto", {"property": "OwnerId", "text": "host"}, "host"),
        ("on", OWNER, "rule"),
        ("on", None, "rule"),
        ("off", None, "me"),
        ("off", OWNER, "host"),
        (ASSIGNMENT_RULE, None, "rule"),
    ],
)
def test_6_who_owns_a_new_lead(
    stack: Stack, by: str | None, assignment: str, row: dict[str, str] | None, owner: str
) -> None:
    host, rule = stack.salesforce.user(HOST_MAIL), stack.salesforce.user("admin@kaisha-one.example")
    rule = stack.salesforce.seed(ORG, "User", {"LastName": "Rule", "Email": "rule@example.jp", "IsActive": True})
    stack.salesforce.configure({"assignment_owner": rule})
    rows = [row | ({"text": host} if "text" in row else {})] if row else []
    ready(stack, *rows, booking_id_field=by, assignment=assignment)
    found = deliver(stack, booking(1), *[booking(n, guest_email=f"g{n}@example.jp") for n in (2, 3)])
    assert [delivery["state"] for delivery in found] == ["delivered"] * 3
    me = stack.salesforce.user("admin@kaisha-one.example")
    wanted = {"rule": rule, "host": host, "me": me}[owner]
    assert [values(lead, "OwnerId") for lead in leads(stack)] == [[wanted]] * 3


def test_6_the_host_is_looked_for_once(stack: Stack) -> None:
    ready(stack, OWNER, booking_id_field=KEY)
    deliver(stack, booking(1))
    assert len(calls(stack)) == 2
    deliver(stack, booking(2))
    assert len(calls(stack)) == 1
    assert {lead["OwnerId"] for lead in leads(stack)} == {stack.salesforce.user(HOST_MAIL)}


@pytest.mark.parametrize("mail", [GONE_MAIL, "nobody@example.co.jp", ""])
def test_6_a_host_who_is_no_active_user_is_told_and_the_rules_run(stack: Stack, mail: str) -> None:
    rule = stack.salesforce.seed(ORG, "User", {"LastName": "Rule", "Email": "rule@example.jp", "IsActive": True})
    stack.salesforce.configure({"assignment_owner": rule})
    ready(stack, OWNER, booking_id_field=KEY)
    payload = booking()
    payload["event"]["hosts"] = [{"name": "田中 一郎", "email": mail}]
    (delivery,) = deliver(stack, payload)
    assert (delivery["state"], codes(delivery)) == ("delivered", ["salesforce_no_owner"] if mail else [])
    assert values(only(stack), "OwnerId") == [rule]


@pytest.mark.parametrize("by", [KEY, None])
@pytest.mark.parametrize("many", [1, 3])
def test_6_a_host_who_left_since_does_not_hold_the_lead_up(stack: Stack, by: str | None, many: int) -> None:
    ready(stack, OWNER, booking_id_field=by)
    deliver(stack, booking(1))
    stack.salesforce.edit(stack.salesforce.user(HOST_MAIL), IsActive=False)
    found = deliver(stack, *[booking(n, guest_email=f"g{n}@example.jp") for n in range(2, 2 + many)])
    assert {delivery["state"] for delivery in found} == {"delivered"}
    assert [codes(delivery) for delivery in found] == [["salesforce_no_owner"]] * many
    assert {lead["OwnerId"] for lead in leads(stack)[1:]} == {stack.salesforce.user("admin@kaisha-one.example")}
    calls(stack)
    (delivery,) = deliver(stack, booking(9, guest_email="g9@example.jp"))
    assert delivery["state"] == "delivered"


def test_6_a_host_who_came_back_as_another_user_is_found(stack: Stack) -> None:
    ready(stack, OWNER, booking_id_field=KEY)
    deliver(stack, booking(1))
    stack.salesforce.edit(stack.salesforce.user(HOST_MAIL), IsActive=False)
    new = stack.salesforce.seed(ORG, "User", {"LastName": "Tanaka", "Email": HOST_MAIL.upper(), "IsActive": True})
    (delivery,) = deliver(stack, booking(2))
    assert codes(delivery) == []
    assert leads(stack)[1]["OwnerId"] == new


@pytest.mark.parametrize("policy", ["fill", "overwrite"])
def test_6_an_owner_row_that_overwrites_gives_the_lead_to_the_host(stack: Stack, policy: str) -> None:
    ready(stack, {**OWNER, "policy": policy}, match="update")
    lead(stack)
    before = only(stack)["OwnerId"]
    deliver(stack, booking())
    wanted = stack.salesforce.user(HOST_MAIL) if policy == "overwrite" else before
    assert values(only(stack), "OwnerId") == [wanted]


def test_6_a_change_leaves_the_owner_alone(stack: Stack) -> None:
    ready(stack, *POLICIES, match="update")
    lead(stack)
    before = only(stack)["OwnerId"]
    stack.salesforce.configure({"assignment_owner": stack.salesforce.user(HOST_MAIL)})
    deliver(stack, booking())
    assert values(only(stack), "OwnerId", "Description") == [before, "よろしくお願いいたします。"]


# Several calendars.


def test_rules_of_several_calendars(stack: Stack) -> None:
    ready(stack)
    given = settings()
    usual = given["calendars"][0]["lead"]
    given["calendars"] = [
        {"calendar": "sales-online", "lead": [*usual, {"property": "LeadSource", "text": "Web"}]},
        {"calendar": "c0ffee", "lead": [*usual, {"property": "LeadSource", "text": "Other"}]},
    ]
    assert stack.apply(integrations={"booking_to_salesforce": given})[0] == 200
    sent = [booking(number, guest_email=f"g{number}@example.jp") for number in range(3)]
    sent[1] |= {"calendar_url_path": "support"}
    sent[1]["event"]["calendar_id"] = "c0ffee"
    sent[2] |= {"calendar_url_path": "other"}
    assert ends(deliver(stack, *sent)) == [("delivered", ""), ("delivered", ""), ("skipped", "calendar_not_mapped")]
    assert [values(lead, "LeadSource") for lead in leads(stack)] == [["Web"], ["Other"]]
