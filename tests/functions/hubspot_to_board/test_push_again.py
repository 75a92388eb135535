"""Pushing clients into a portal that lives: links that are there, companies that are gone, failures, and other runs."""

from __future__ import annotations

from functools import partialmethod

import pytest

from local.sandbox.faults import Fault
from renkei.vendors.board import Board
from tests.functions.hubspot_to_board.nights import project_of
from tests.functions.hubspot_to_board.pushes import ask, client, companies, push, shown
from tests.harness import PORTAL, Stack
from tests.office import KEY, Office


def clients_of(office: Office, *deals: str) -> list[int]:
    """The clients of deals' projects."""
    return [project_of(office, deal)["client"]["id"] for deal in deals]


def test_a_company_that_is_linked_stays_with_its_client(office: Office) -> None:
    """Two companies of one client are usual; neither is free for a client whose mail domain fits it."""
    both = [office.company(name="株式会社青空", domain="aozora.co.jp"), office.company(name="株式会社青空")]
    for company in both:
        office.deal(company, status="見積中(中)")
        office.tell()
    (first,) = [one["id"] for one in office.clients()]
    other = client(office, name="青空ホールディングス株式会社", to="info@aozora.co.jp")
    delivery = push(office)
    assert (delivery["state"], delivery["outcome"].get("linked", "0")) == ("delivered", "0")
    assert str(other) in delivery["outcome"]["candidates"], "a person has to choose"
    later = [office.deal(company, status="見積中(中)") for company in both]
    office.tell()
    assert clients_of(office, *later) == [first, first]


# Clients that were archived: board merges none, so people archive the double.


def test_a_living_client_counts_before_an_archived_one_of_its_name(office: Office) -> None:
    client(office, name="株式会社青空商事", archive_flg=1)
    living = client(office, name="株式会社青空商事")
    deal = office.linked("見積中(中)")
    assert clients_of(office, deal) == [living]


def test_archived_clients_are_not_pushed(office: Office) -> None:
    client(office, name="株式会社青空商事", archive_flg=1)
    client(office, name="みどり工業")
    delivery = push(office)
    assert [one["name"] for one in companies(office)] == ["みどり工業"]
    assert (delivery["outcome"]["seen"], delivery["outcome"]["archived"]) == ("2", "1")


# What it made.


@pytest.mark.parametrize("keep", ["fill", "always"])
def test_what_hubspot_tells_of_pushed_companies_costs_board_nothing(stack: Stack, keep: str) -> None:
    office = Office(stack)
    stack.begin(f"office that keeps {keep}", lambda: office.open(keep_company=keep))
    for number in range(3):
        client(office, name=f"株式会社{number}", tel=f"03-1234-567{number}", pref="東京都", address1="港区虎ノ門1-1")
    push(office)
    assert len(companies(office)) == 3
    office.forget_calls()
    office.tell()
    assert (office.board.calls, office.writes()) == ([], [])


def test_a_company_that_was_pushed_and_then_changed_goes_over(stack: Stack) -> None:
    office = Office(stack)
    stack.begin("office that keeps always", lambda: office.open(keep_company="always"))
    client(office, name="株式会社青空", tel="03-1234-5678")
    push(office)
    office.tell()
    (company,) = office.stack.the("companies")
    office.wait(60)
    office.hubspot.change(PORTAL, "companies", company["id"], {"phone": "0611112222"})
    office.tell()
    assert [one["tel"].replace("-", "") for one in office.clients()] == ["0611112222"]


@pytest.mark.parametrize("mail", ["", "info@aozora.co.jp"])
def test_a_company_that_was_deleted_since_is_made_again(office: Office, mail: str) -> None:
    one = client(office, name="株式会社青空", **({"to": mail} if mail else {}))
    push(office)
    (company,) = [record["id"] for record in office.stack.the("companies")]
    office.hubspot.archive(PORTAL, "companies", company)
    path = f"/api/workspaces/{office.stack.workspace}/tools/{KEY}/unlink"
    assert office.stack.api("POST", path, {"company": company})[0] == 200
    delivery = push(office)
    assert delivery["outcome"]["created"] == "1"
    (again,) = [record["id"] for record in office.stack.the("companies")]
    assert again != company
    office.tell()
    deal = office.deal(again, status="見積中(中)")
    office.tell()
    assert clients_of(office, deal) == [one]


# A page that is done again, and two runs at once.


@pytest.mark.parametrize("kind", ["status", "cut_after"])
def test_a_page_that_is_done_again_is_counted_once(office: Office, kind: str) -> None:
    doubles = [office.company(name="株式会社0") for _ in range(2)]
    ids = [client(office, name=f"株式会社{number}") for number in range(4)]
    office.wait(100)
    fault = Fault("POST", "^/crm/.*companies/batch/(create|upsert)", kind, 503, times=3)  # type: ignore[arg-type]
    office.hubspot.faults.add(fault)
    outcome = push(office)["outcome"]
    assert fault.struck
    assert {name: outcome[name] for name in ("total", "seen", "unclear")} == {"total": "4", "seen": "4", "unclear": "1"}
    assert outcome["candidates"] == f"{ids[0]}: {', '.join(sorted(doubles))}"
    assert len(companies(office)) == 5


def test_a_dry_run_beside_a_real_one_keeps_its_own_place_and_counts(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of one client each, and the dry run begins when the real one is somewhere in the middle."""
    monkeypatch.setattr(Board, "clients", partialmethod(Board.clients, size=1))
    for number in range(4):
        client(office, name=f"第{number}商会")
    real = ask(office)
    dry = ""
    for _ in range(2):
        bells = office.stack.bells(KEY)
        dry = dry or ask(office, dry_run=True)
        office.stack.answer(bells)
    for _ in range(9):
        office.work()
        office.wait(600)
        office.stack.sweep()
    ends = [shown(office, delivery) for delivery in (real, dry)]
    assert [one["state"] for one in ends] == ["delivered", "delivered"]
    assert [one["outcome"]["seen"] for one in ends] == ["4", "4"]
    assert ends[0]["outcome"]["created"] == "4"
    assert sorted(one["name"] for one in companies(office)) == [f"第{number}商会" for number in range(4)]
