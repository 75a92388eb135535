"""board's clients become companies in HubSpot: once each, however often somebody asks for it."""

from __future__ import annotations

from typing import Any

import pytest

from local.sandbox.faults import Fault
from tests import harness
from tests.crash.world import rows
from tests.functions.hubspot_to_board.pushes import (
    FIRM,
    PAGE,
    WHOLE,
    ask,
    client,
    companies,
    linked,
    opened,
    push,
    shown,
)
from tests.harness import Stack
from tests.office import KEY, Office


@pytest.fixture
def office(stack: Stack) -> Office:
    """An office that also takes bookings into the same portal."""
    firm = Office(stack)
    stack.begin("office with bookings", lambda: opened(firm))
    return firm


def test_an_empty_portal_gets_a_company_for_each_client(office: Office) -> None:
    one, two = client(office, **WHOLE), client(office, name="みどり工業", to="taro@gmail.com")
    delivery = push(office)
    assert (delivery["state"], delivery["outcome"]["created"], delivery["outcome"]["total"]) == ("delivered", "2", "2")
    first, second = companies(office)
    names = ("name", "domain", "zip", "phone", "state", "city", PAGE)
    assert [first[name] for name in names] == [
        FIRM, "aozora-shoji.example.jp", "105-0001", "03-1234-5678", "東京都", "港区虎ノ門1-1",
        f"https://the-board.jp/clients/{one}/edit",
    ]  # fmt: skip
    assert (second["name"], second.get("domain"), second[PAGE]) == (
        "みどり工業", None, f"https://the-board.jp/clients/{two}/edit",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("mails", "domain"),
    [
        ("info@aozora.example.jp", "aozora.example.jp"),
        ("a@gmail.com,b@yahoo.co.jp, c@aozora.example.jp", "aozora.example.jp"),
        ("a@yahoo.co.jp", None),
        ("", None),
        ("keiri", None),
    ],
)
def test_the_domain_is_of_the_clients_own_mail_never_of_free_mail(
    office: Office, mails: str, domain: str | None
) -> None:
    client(office, to=mails)
    push(office)
    (company,) = companies(office)
    assert company.get("domain") == domain


@pytest.mark.parametrize("soon", [True, False])
def test_clicking_again_makes_no_company_again(office: Office, *, soon: bool) -> None:
    """The product that we replace makes one at every click."""
    client(office, **WHOLE)
    client(office, name="みどり工業")
    push(office)
    if not soon:
        office.wait(8 * 24 * 3600)
    office.forget_calls()
    delivery = push(office)
    assert (delivery["outcome"]["linked_before"], office.writes()) == ("2", [])
    assert len(companies(office)) == 2


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "timeout_after", "junk_body"])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_lost_answer_makes_no_duplicate(office: Office, kind: Any, nth: int) -> None:
    client(office, **WHOLE)
    client(office, name="みどり工業")
    office.hubspot.faults.add(Fault(path="^/crm/objects/", kind=kind, every=nth))
    assert push(office)["state"] == "delivered"
    assert sorted(one["name"] for one in companies(office)) == ["みどり工業", FIRM]
    office.forget_calls()
    push(office)
    assert office.writes() == []


@pytest.mark.parametrize(
    "there",
    [
        {"name": FIRM},
        {"name": "株式会社　青空商事"},
        {"name": "青空 Trading", "domain": "aozora-shoji.example.jp"},
        {"name": "青空 Trading", "domain": "www.aozora-shoji.example.jp"},
    ],
)
def test_a_company_that_is_there_is_linked_and_not_overwritten(office: Office, there: dict[str, str]) -> None:
    company = office.company(**there, phone="03-9999-9999", city="別の町")
    office.wait(60)
    number = client(office, **WHOLE)
    delivery = push(office)
    (held,) = companies(office)
    assert delivery["outcome"]["linked"] == "1"
    assert {name: held.get(name) for name in there} == there
    assert (held["phone"], held["city"], held.get("zip")) == ("03-9999-9999", "別の町", None)
    assert linked(office) == {company: str(number)}
    deal = office.deal(company, status="見積中(中)")
    office.tell()
    assert [one["client"]["id"] for one in office.projects()] == [number], f"deal {deal} is of that client"


def test_a_domain_counts_more_than_a_name(office: Office) -> None:
    office.company(name=FIRM)
    chosen = office.company(name="別の会社", domain="aozora-shoji.example.jp")
    office.wait(60)
    number = client(office, **WHOLE)
    push(office)
    assert linked(office) == {chosen: str(number)}


@pytest.mark.parametrize("dry_run", [False, True])
def test_of_several_companies_a_person_has_to_choose(office: Office, *, dry_run: bool) -> None:
    both = [office.company(name=FIRM), office.company(name="株式会社 青空商事")]
    office.wait(60)
    number = client(office, **WHOLE)
    other = client(office, name="みどり工業")
    delivery = push(office, dry_run=dry_run)
    assert delivery["outcome"]["unclear"] == "1"
    candidates = str(delivery["outcome"]["candidates"])
    assert str(number) in candidates
    assert all(company in candidates for company in both)
    assert [one["name"] for one in companies(office)].count("みどり工業") == (not dry_run)
    assert set(linked(office).values()) == (set() if dry_run else {str(other)})


def test_two_clients_of_one_name_do_not_become_one_company_nor_two_unseen(office: Office) -> None:
    numbers = [client(office), client(office)]
    delivery = push(office)
    assert len(companies(office)) == len(linked(office)) == 1
    assert delivery["outcome"]["unclear"] == "1"
    told = str(delivery["outcome"]["candidates"])
    assert sum(str(number) in told for number in numbers) >= 1
    again = push(office)
    assert (len(companies(office)), again["outcome"]["unclear"]) == (1, "1")


def test_a_dry_run_writes_nothing_anywhere(office: Office) -> None:
    company = office.company(name="みどり工業")
    office.wait(60)
    for name in ("みどり工業", FIRM, "しらかば商店"):
        client(office, name=name)
    before = list(rows("links"))
    delivery = push(office, dry_run=True)
    wanted = {"total": "3", "created": "2", "linked": "1"}
    assert {name: delivery["outcome"][name] for name in wanted} == wanted
    assert office.writes() == []
    assert list(rows("links")) == before
    assert [one["id"] for one in office.stack.the("companies")] == [company]
    real = push(office)
    assert {name: real["outcome"][name] for name in wanted} == wanted, "a dry run says what a real one does"


def test_many_clients_are_pushed_page_by_page_with_progress_and_go_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(120):
        office.board.seed("clients", {"name": f"第{number}商会", "to": f"info@shokai{number}.example.jp"})
    with monkeypatch.context() as little:
        looks = iter([120_000] * 3)
        little.setattr(harness.Context, "get_remaining_time_in_millis", lambda _: next(looks, 30_000))
        delivery = ask(office)
        office.stack.answer(office.stack.bells(KEY))
    shows = shown(office, delivery)
    assert shows["state"] == "pending"
    assert 0 < int(shows["progress"]["created"]) < 120
    assert str(shows["progress"]["total"]) == "120"
    office.work()
    shows = shown(office, delivery)
    assert (shows["state"], shows["outcome"]["created"]) == ("delivered", "120")
    assert sorted(one["name"] for one in companies(office)) == sorted(f"第{number}商会" for number in range(120))


def test_a_push_that_was_stopped_goes_on_when_asked_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(110):
        office.board.seed("clients", {"name": f"第{number}商会"})
    with monkeypatch.context() as little:
        looks = iter([120_000] * 2)
        little.setattr(harness.Context, "get_remaining_time_in_millis", lambda _: next(looks, 30_000))
        delivery = ask(office)
        office.stack.answer(office.stack.bells(KEY))
    made = len(companies(office))
    assert 0 < made < 110
    path = f"/api/workspaces/{office.stack.workspace}/deliveries/{delivery}/discard"
    assert office.stack.api("POST", path, {})[0] == 200
    office.work()
    assert len(companies(office)) == made, "it was stopped"
    again = push(office)
    assert (again["outcome"]["linked_before"], again["outcome"]["created"]) == (str(made), str(110 - made))
    assert len(companies(office)) == 110


def test_a_client_that_hubspot_refuses_fails_alone_and_is_told(office: Office) -> None:
    office.apply(client_fields=[{"field": "note", "from": ["numberofemployees"]}])
    client(office, name="みどり工業", note="12")
    bad = client(office, name=FIRM, note="たくさん")
    client(office, name="しらかば商店")
    delivery = push(office)
    assert sorted(one["name"] for one in companies(office)) == ["しらかば商店", "みどり工業"]
    assert (delivery["state"], delivery["outcome"]["created"], delivery["outcome"]["failed"]) == ("delivered", "2", "1")
    (told,) = delivery["warnings"]
    assert str(bad) in str(told)
    office.board.change("clients", bad, {"note": "30"})
    push(office)
    assert [one["numberofemployees"] for one in companies(office) if one["name"] == FIRM] == ["30"]
