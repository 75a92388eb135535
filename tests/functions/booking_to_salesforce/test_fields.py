"""A booking's text made to fit a field of Lead: by table, and whatever comes against the sandbox org."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
import requests
from hypothesis import example, given, settings
from hypothesis import strategies as st

from booking_to_salesforce.fields import Fact, facts_of, offered, shaped
from local.sandbox.inprocess import WsgiAdapter
from local.sandbox.salesforce import Salesforce
from renkei.actions import Create, Item
from renkei.bookings import Booking
from renkei.errors import Rejected
from renkei.vendors import salesforce
from tests.functions.booking_to_salesforce.steps import ORG
from tests.harness import SANDBOXES, Clock

TOKYO = timezone(timedelta(hours=9))
BOOKED = Booking(
    source="timerex",
    id="1",
    kind="confirmed",
    start=datetime(2026, 12, 1, 8, 30, tzinfo=TOKYO),
    end=datetime(2026, 12, 1, 9, 30, tzinfo=TOKYO),
)
PRODUCTS = [["会計", "Accounting"], ["請求", "Billing"], ["R&D, IT", "Research, and IT"], ["ＩＴ", "IT"]]
CUT = "salesforce_cut"


def fact(type_: str, **facts: Any) -> Fact:
    return Fact("Field__c", "Field", type_, **facts)


def told(text: str, wanted: Fact, *, german: bool = False) -> tuple[str, str]:
    """(what is sent, the code of what is told)."""
    value, warn = shaped(text, wanted, BOOKED, german=german)
    assert warn is None or dict(warn.params)["property"] == "Field__c"
    return value, warn.code if warn else ""


@pytest.mark.parametrize(
    ("type_", "length", "text", "value", "code"),
    [
        ("string", 5, "佐々木花子", "佐々木花子", ""),
        ("string", 5, "佐々木花子様", "佐々木花子", CUT),
        ("string", 5, "  ab \n\t cd  ", "ab cd", ""),
        ("string", 5, "abcd efg", "abcd", CUT),  # no white space at the end
        ("string", 4, "ab😀", "ab😀", ""),  # an emoji is two of Salesforce's characters
        ("string", 3, "ab😀", "ab", CUT),  # and never halved
        ("string", 4, "ab😀😀😀", "ab😀", CUT),
        ("string", 10, "😀" * 20, "😀" * 5, CUT),
        ("string", 0, "x" * 500, "x" * 500, ""),  # not told how long
        ("string", 9, "a\ud800b", "a?b", ""),  # what is no text at all
        ("textarea", 20, "一行目\n二行目", "一行目\n二行目", ""),
        ("textarea", 4, "一行目\n二行目", "一行目", CUT),
        ("encryptedstring", 3, "秘密です", "秘密で", CUT),
        ("picklist", 40, "Anything", "Anything", ""),  # a list that takes other values, too
        ("combobox", 40, "Anything", "Anything", ""),
        ("email", 80, "Ｈanako@Example.JP ", "hanako@example.jp", ""),
        ("email", 80, "a'b+c@sub.example.co.jp", "a'b+c@sub.example.co.jp", ""),
        ("email", 80, "x..y.@docomo.ne.jp", "x..y.@docomo.ne.jp", ""),  # Salesforce's to judge
        ("email", 80, "なし", "", "salesforce_no_mail"),
        ("email", 80, "a b@example.jp", "", "salesforce_no_mail"),
        ("email", 80, "a@b@example.jp", "", "salesforce_no_mail"),
        ("email", 80, "a@example", "", "salesforce_no_mail"),
        ("email", 10, "hanako@example.jp", "", "salesforce_too_long"),
        ("url", 10, "https://example.jp/", "", "salesforce_too_long"),
        ("url", 20, " https://example.jp/ ", "https://example.jp/", ""),
        ("phone", 12, "+81 3-1234-5678", "", "salesforce_too_long"),
        ("phone", 40, "０３ー１２３４", "０３ー１２３４", ""),
    ],
)
def test_text_fits_or_is_cut_or_is_left_out(type_: str, length: int, text: str, value: str, code: str) -> None:
    assert told(text, fact(type_, length=length)) == (value, code)


INT, TENTHS, MONEY = (
    fact("int", digits=8),
    fact("double", precision=5, scale=2),
    fact("currency", precision=18, scale=0),
)
SMALL = fact("double", precision=18, scale=10)
NONE = ("", "no_number")


@pytest.mark.parametrize(
    ("text", "wanted", "read", "german"),
    [
        ("１,２００名", INT, ("1200", ""), NONE),
        ("約1,500人", INT, ("1500", ""), None),
        ("1.200", INT, NONE, ("1200", "")),
        ("1,200", INT, ("1200", ""), NONE),
        ("12.0", INT, ("12", ""), ("12", "")),
        ("12.5", INT, NONE, NONE),  # half a person is a misunderstanding
        ("99999999", INT, ("99999999", ""), ("99999999", "")),
        ("100000000", INT, NONE, NONE),  # nine digits
        ("ひみつ", INT, NONE, NONE),
        ("10-20", INT, NONE, NONE),
        ("-5", INT, ("-5", ""), ("-5", "")),
        ("-0", INT, ("0", ""), ("0", "")),
        ("0", INT, ("0", ""), ("0", "")),
        ("120.5", TENTHS, ("120.5", ""), ("120.5", "")),
        ("120,5", TENTHS, NONE, ("120.5", "")),
        ("1.200,5", fact("double", precision=9, scale=2), ("1200.5", ""), ("1200.5", "")),
        ("1.50", TENTHS, ("1.5", ""), ("1.5", "")),
        ("1.005", TENTHS, NONE, NONE),  # 1005, as the other language writes it?
        ("1.0051", TENTHS, ("1.01", ""), ("1.01", "")),
        ("-0.001", TENTHS, ("0", ""), None),
        ("999.99", TENTHS, ("999.99", ""), ("999.99", "")),
        ("999.996", TENTHS, NONE, NONE),
        ("999.9961", TENTHS, NONE, NONE),  # rounded, it no longer fits
        ("0.00001", SMALL, ("0.00001", ""), ("0.00001", "")),
        ("3億5千万円", MONEY, ("350000000", ""), ("350000000", "")),
        ("1.5 Mio", MONEY, ("1500000", ""), ("1500000", "")),
        ("9999999999999999兆", SMALL, NONE, NONE),
        ("9007199254740993", MONEY, NONE, NONE),  # JSON's numbers cannot tell it from its neighbour
        ("85%", fact("percent", precision=3, scale=0), ("85", ""), ("85", "")),
    ],
)
def test_numbers_as_people_write_them(
    text: str, wanted: Fact, read: tuple[str, str], german: tuple[str, str] | None
) -> None:
    assert told(text, wanted) == read
    if german:
        assert told(text, wanted, german=True) == german


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        (("はい", "Ja", "YES", "true", "1", "〇", "✓", "希望する", "Ｏｎ", " yes "), "true"),
        (("いいえ", "nein", "No", "false", "0", "×", "なし", "希望しない"), "false"),
        (("たぶん", "vielleicht", "2", "yes and no", "いいえ、でも"), ""),
    ],
)
def test_booleans(texts: tuple[str, ...], value: str) -> None:
    for text in texts:
        assert told(text, fact("boolean")) == (value, "" if value else "salesforce_no_boolean"), text


DATE, TIME, NO_DATE = fact("date"), fact("datetime"), ("", "salesforce_no_date")


@pytest.mark.parametrize(
    ("text", "date", "time"),
    [
        ("2026-11-22", ("2026-11-22", ""), NO_DATE),
        ("2026/11/22", ("2026-11-22", ""), NO_DATE),
        ("2026/1/2", ("2026-01-02", ""), NO_DATE),
        ("２０２６／１１／２２", ("2026-11-22", ""), NO_DATE),
        ("2026年11月22日", ("2026-11-22", ""), NO_DATE),
        ("2026年 1月 2日", ("2026-01-02", ""), NO_DATE),
        ("22.11.2026", ("2026-11-22", ""), NO_DATE),
        ("2. 1. 2026", ("2026-01-02", ""), NO_DATE),
        ("2026-12-01T08:30:00+09:00", ("2026-12-01", ""), ("2026-11-30T23:30:00Z", "")),
        ("2026-11-30T23:30:00Z", ("2026-11-30", ""), ("2026-11-30T23:30:00Z", "")),
        ("2026-12-01 08:30", ("2026-12-01", ""), ("2026-11-30T23:30:00Z", "")),  # in the booking's zone
        ("２０２６-12-01 08:30", ("2026-12-01", ""), ("2026-11-30T23:30:00Z", "")),
        ("1710-01-01T00:00:00+00:00", ("1710-01-01", ""), ("1710-01-01T00:00:00Z", "")),
        ("1650-01-01T00:00:00+00:00", NO_DATE, NO_DATE),  # before Salesforce's time
        ("0001-01-01T00:00:00+09:00", NO_DATE, NO_DATE),
        ("9999-12-31T23:59:59-09:00", NO_DATE, NO_DATE),
        ("2026/02/30", NO_DATE, NO_DATE),
        ("11/22/2026", NO_DATE, NO_DATE),  # or the 11th of a 22nd month: not guessed
        ("来週の火曜", NO_DATE, NO_DATE),
        ("22.11.26", NO_DATE, NO_DATE),
    ],
)
def test_dates_and_times(text: str, date: tuple[str, str], time: tuple[str, str]) -> None:
    assert told(text, DATE) == date
    assert told(text, TIME) == time


def test_a_time_without_a_zone_and_without_a_booking_is_left_out() -> None:
    assert shaped("2026-12-01 08:30", TIME)[0] == ""


NO_OPTION = "salesforce_no_option"


@pytest.mark.parametrize(
    ("text", "one", "many"),
    [
        ("会計", ("会計", ""), ("会計", "")),
        (" 会計 ", ("会計", ""), ("会計", "")),
        ("Accounting", ("会計", ""), ("会計", "")),  # by its label
        ("ACCOUNTING", ("会計", ""), ("会計", "")),
        ("IT", ("ＩＴ", ""), ("ＩＴ", "")),  # the org's own spelling is sent
        ("会計, 請求", ("", NO_OPTION), ("会計;請求", "")),
        ("請求、会計", ("", NO_OPTION), ("請求;会計", "")),
        ("請求;Billing", ("", NO_OPTION), ("請求", "")),
        ("請求\uff0cAccounting", ("", NO_OPTION), ("請求;会計", "")),
        ("R&D, IT", ("R&D, IT", ""), ("R&D, IT", "")),
        ("会計, R&D, IT, Billing", ("", NO_OPTION), ("会計;R&D, IT;請求", "")),
        ("会計, IT", ("", NO_OPTION), ("会計;ＩＴ", "")),
        ("会計, 勤怠", ("", NO_OPTION), ("会計", NO_OPTION)),
        ("勤怠", ("", NO_OPTION), ("", NO_OPTION)),
        (", ;", ("", NO_OPTION), ("", NO_OPTION)),
        ("", ("", NO_OPTION), ("", NO_OPTION)),
    ],
)
def test_lists_that_take_only_their_options(text: str, one: tuple[str, str], many: tuple[str, str]) -> None:
    assert told(text, fact("picklist", options=PRODUCTS, length=255)) == one
    assert told(text, fact("multipicklist", options=PRODUCTS, length=4099)) == many


def test_a_value_goes_before_a_label() -> None:
    crossed = fact("picklist", options=[["A", "B"], ["B", "A"]])
    assert [told(text, crossed)[0] for text in "AB"] == ["A", "B"]


def test_an_open_list_of_several() -> None:
    free = fact("multipicklist", length=8)
    assert told("赤, 青、赤", free) == ("赤;青", "")
    assert told(",", free) == ("", NO_OPTION)
    assert told("赤い車, 青い自転車", free) == ("", "salesforce_too_long")


def test_what_is_offered_begins_with_what_is_required() -> None:
    kinds = facts_of(
        {
            "B": {"name": "B", "label": "二", "type": "string"},
            "A": {"name": "A", "label": "三", "type": "string", "required": True},
            "C": {"name": "C", "label": "一", "type": "address"},
            "D": {"name": "D", "label": "一", "type": "string", "createable": False},
            "E": {"name": "E", "label": "一", "type": "boolean"},
        }
    )
    assert [one.name for one in offered(kinds)] == ["A", "E", "B"]


# Whatever comes, it is left out with a word, or the org takes it.


@cache
def org() -> tuple[salesforce.Salesforce, dict[str, Fact]]:
    """An org, signed in; and what it says of Lead's fields."""
    clock = Clock()
    sandbox = Salesforce(clock, sleep=clock.sleep)
    for name, more in {
        "Short__c": {"type": "string", "length": 5},
        "Open__c": {"type": "multipicklist", "length": 30, "picklistValues": ["A"]},
        "One__c": {"type": "picklist", "length": 255, "restrictedPicklist": True, "picklistValues": ["Ａ, B", "0"]},
        "Private__c": {"type": "email", "length": 40},
        "Price__c": {"type": "currency", "precision": 18, "scale": 4},
    }.items():
        sandbox.add_field(None, "Lead", name=name, label=name, **more)
    session = requests.Session()
    session.mount(f"{SANDBOXES}/salesforce", WsgiAdapter(sandbox, "/salesforce"))
    token, _ = sandbox.issue_token(ORG)
    client = salesforce.Salesforce(session, lambda _: token, f"{SANDBOXES}/salesforce")
    described = {one["name"]: one for one in client.describe("Lead")[1]}
    facts = facts_of(described)
    kinds = {"Lead": {name: one.type for name, one in facts.items()}}
    return salesforce.Salesforce(session, lambda _: token, f"{SANDBOXES}/salesforce", kinds), facts


def names() -> list[str]:
    return [
        "LastName", "Short__c", "Description", "Phone", "Website", "LeadSource", "Rating", "AnnualRevenue",
        "NumberOfEmployees", "HasOptedOutOfEmail", "Products__c", "Score__c", "Chance__c", "Visit_On__c", "Visit_At__c",
        "Open__c", "One__c", "Price__c", "Email", "Private__c",
    ]  # fmt: skip


WORDS = (
    "はい|1,200名|1.200,5|-0|９９億|2026年11月22日|22.11.2026|2026-11-22T10:00|0001-01-01|Hot|会計、請求|Ａ, B|a@b.jp|"
    "\ud800|\x00| |'\\\"|9999999999999999兆|1e400|NaN"
)
ODD = st.sampled_from(WORDS.split("|"))
LONG = st.sampled_from("😀あa9,").map(lambda char: char * 300)
TEXTS = st.one_of(ODD, LONG, st.text(), st.text("0123456789.,-/:T+Z年月日万億% ", max_size=30), st.datetimes().map(str))


@settings(max_examples=150)
@given(text=TEXTS, german=st.booleans())
@example(text="\ud800@example.jp", german=False)
@example(text="a@-b.jp", german=False)
def test_whatever_comes_is_left_out_with_a_word_or_taken_by_the_org(text: str, german: bool) -> None:
    client, facts = org()
    made: dict[str, str] = {}
    for name in names():
        value, warn = shaped(text.strip(), facts[name], BOOKED, german=german)
        assert value or warn or not text.strip(), name
        made |= {name: value} if value else {}
    mails = [name for name in ("Email", "Private__c") if name in made]
    end = save(client, made)
    if isinstance(end, Rejected) and end.code == "salesforce_email":
        assert mails, "of an address, Salesforce has the last word"
        end = save(client, {name: value for name, value in made.items() if name not in mails})
    assert end is None, (end, getattr(end, "params", {}))


def save(client: salesforce.Salesforce, values: dict[str, str]) -> object:
    """Why the org does not take a lead of these values; None if it does."""
    whole = {"LastName": "x", "Company": "x"} | values
    return client.do(Create("Lead", "", (Item("1", whole, tasks=("1",)),))).failed.get("1")


@settings(max_examples=80)
@given(text=st.text(max_size=60), length=st.integers(1, 40))
def test_a_cut_text_is_the_longest_beginning_that_fits(text: str, length: int) -> None:
    whole = " ".join(text.split())
    value, warn = shaped(text, fact("string", length=length))
    units = [len(whole[:end].encode("utf-16-le")) // 2 for end in range(len(whole) + 1)]
    fitting = max(end for end, size in enumerate(units) if size <= length)
    assert value == (whole[:fitting].rstrip() if fitting < len(whole) else whole)
    assert (warn is not None) == (fitting < len(whole))


@settings(max_examples=80)
@given(st.decimals(-(10**13), 10**13, places=4))
def test_a_number_comes_out_as_it_went_in_and_reads_the_same_again(number: Decimal) -> None:
    wanted = fact("currency", precision=18, scale=4)
    value, _ = shaped(f"{number:f}", wanted)
    if value:
        assert Decimal(value) == number
        assert shaped(value, wanted)[0] in {value, ""}


@settings(max_examples=60)
@given(st.datetimes(datetime(1702, 1, 1), datetime(3998, 1, 1)), st.integers(-14, 14))  # noqa: DTZ001
def test_a_moment_stays_the_same_moment(at: datetime, offset: int) -> None:
    moment = at.replace(microsecond=0, tzinfo=timezone(timedelta(hours=offset)))
    value, _ = shaped(moment.isoformat(), TIME)
    assert datetime.fromisoformat(value) == moment
    assert shaped(value, TIME)[0] == value
