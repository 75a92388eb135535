"""What of a company that changes later reaches its client, and the client's address in HubSpot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from renkei import notices
from tests import mails
from tests.harness import PORTAL
from tests.office import KEY, Office

PAGE = "board_url"


@pytest.fixture
def shown(office: Office) -> Office:
    """The client's address is to be shown in a property of the firm's own."""
    known = office.hubspot.portals[PORTAL].properties["companies"]
    known[PAGE] = replace(known["website"], name=PAGE, hubspot_defined=False)
    office.apply(client_page={"property": PAGE})
    return office


def changed(office: Office, **properties: str) -> str:
    """Let somebody change the only company, and HubSpot tell of it."""
    (company,) = office.stack.the("companies")
    office.wait(1)
    office.hubspot.change(PORTAL, "companies", company["id"], properties)
    office.tell()
    return str(company["id"])


def client(office: Office, *names: str) -> list[Any]:
    (one,) = office.clients()
    return [one[name] or "" for name in names]


def addresses(office: Office) -> list[str]:
    """The addresses that the companies show."""
    return [one["properties"].get(PAGE, "") for one in office.stack.the("companies")]


def address(number: int) -> str:
    return f"https://the-board.jp/clients/{number}/edit"


# keep_company.


@pytest.mark.parametrize(
    ("keep", "city", "tel"),
    [
        (None, "港区", ""),
        ("first", "港区", ""),
        ("fill", "港区", "03-1234-5678"),
        ("always", "千代田区", "03-1234-5678"),
    ],
)
def test_a_later_change_goes_over_as_the_setting_says(office: Office, keep: str | None, city: str, tel: str) -> None:
    office.apply(keep_company=keep)
    office.linked(city="港区")
    changed(office, city="千代田区", phone="0312345678")
    assert client(office, "address1", "tel") == [city, tel]


@pytest.mark.parametrize("keep", ["first", "fill", "always"])
def test_what_is_cleared_in_hubspot_stays_in_board(office: Office, keep: str) -> None:
    office.apply(keep_company=keep)
    office.linked(city="港区", zip="1050001")
    changed(office, city="", zip="")
    assert client(office, "address1", "zip") == ["港区", "105-0001"]


@pytest.mark.parametrize(("keep", "kept"), [("first", True), ("fill", True), ("always", False)])
def test_a_new_name_goes_over_only_with_always(office: Office, keep: str, kept: bool) -> None:
    office.apply(keep_company=keep)
    office.linked()
    changed(office, name="みどり有限会社")
    expected = ["株式会社青空商事", "青空商事"] if kept else ["みどり有限会社", "みどり"]
    assert client(office, "name", "name_disp") == expected


@pytest.mark.parametrize(("keep", "city"), [("first", "大阪市"), ("fill", "大阪市"), ("always", "港区")])
def test_a_client_that_was_there_is_filled_and_only_with_always_written_over(
    office: Office, keep: str, city: str
) -> None:
    office.apply(keep_company=keep)
    there = {"name": "株式会社青空商事", "name_disp": "あおぞら", "address1": "大阪市", "note": "大事な客"}
    office.board.seed("clients", there)
    office.linked(city="港区", zip="1050001")
    expected = [city, "105-0001", "あおぞら", "大事な客"]
    assert client(office, "address1", "zip", "name_disp", "note") == expected


@pytest.mark.parametrize("keep", ["first", "fill"])
def test_what_people_wrote_in_board_is_never_written_over(office: Office, keep: str) -> None:
    office.apply(keep_company=keep)
    office.linked(city="港区")
    (one,) = office.clients()
    office.board.change("clients", one["id"], {"address1": "渋谷区", "tel": "03-9999-9999"})
    changed(office, city="千代田区", phone="0312345678")
    assert client(office, "address1", "tel") == ["渋谷区", "03-9999-9999"]


def test_the_same_change_told_twice_is_written_once(office: Office) -> None:
    office.apply(keep_company="always")
    office.linked(city="港区")
    changed(office, city="千代田区")
    office.wait(60)
    office.board.change("clients", office.clients()[0]["id"], {"address1": "渋谷区"})
    office.forget_calls()
    changed(office, domain="aozora.example.jp")
    assert office.writes() == []
    assert client(office, "address1") == ["渋谷区"]


def test_a_change_of_a_company_that_is_nobodys_client_does_nothing(office: Office) -> None:
    office.apply(keep_company="always")
    office.company(city="港区")
    office.tell()
    office.forget_calls()
    changed(office, city="千代田区")
    assert (office.clients(), office.calls()) == ([], [])


def test_a_refused_value_is_a_warning_and_the_rest_goes_over(office: Office) -> None:
    office.apply(keep_company="always")
    office.linked(city="港区", state="東京都")
    changed(office, state="California", city="San Jose")
    assert client(office, "pref", "address1") == ["東京都", "San Jose"]


# client_page.


def test_the_address_follows_the_pattern(shown: Office) -> None:
    shown.apply(client_page={"property": PAGE, "pattern": "https://board.example/c/{id}"})
    shown.linked()
    assert addresses(shown) == [f"https://board.example/c/{shown.clients()[0]['id']}"]


def test_the_address_of_a_client_that_was_there_is_written_too(shown: Office) -> None:
    there = shown.board.seed("clients", {"name": "株式会社青空商事"})
    shown.linked()
    assert addresses(shown) == [address(there)]


def test_two_companies_of_one_client_both_show_it(shown: Office) -> None:
    for _ in range(2):
        shown.linked()
    assert addresses(shown) == [address(shown.clients()[0]["id"])] * 2


def test_without_the_setting_nothing_is_written_to_hubspot(office: Office) -> None:
    office.linked()
    written = [call for call in office.writes() if "/crm/" in call]
    assert written == []


def removed(office: Office) -> Any:
    """Let somebody delete the property; gives it."""
    return office.hubspot.portals[PORTAL].properties["companies"].pop(PAGE)


def noted(office: Office) -> list[tuple[str, str]]:
    return [(cause.kind, cause.code) for cause, _ in notices.noted(office.stack.workspace)]


def test_a_missing_property_is_a_notice_and_no_failure(shown: Office) -> None:
    removed(shown)
    shown.linked()
    assert (shown.ended("parked"), shown.ended("rejected"), shown.ended("pending")) == ({}, {}, {})
    warned = [row for row in shown.stack.deliveries("delivered") if row["warnings"]]
    assert warned
    assert all(PAGE in row["warnings"][0]["message"] for row in warned)
    assert noted(shown) == [("noticed", "client_page_missing")]


def test_the_notice_is_mailed_once(shown: Office) -> None:
    removed(shown)
    mails.clear()
    for name in ("一", "二", "三"):
        shown.linked(name=name)
        shown.wait(120)
        shown.stack.tell()
    (mail,) = mails.sent()
    assert PAGE in mail.text
    assert mail.cause.startswith(f"noticed.{KEY}.client_page_missing")


def test_a_later_deal_tries_again(shown: Office) -> None:
    gone = removed(shown)
    shown.linked()
    (company,) = shown.stack.the("companies")
    shown.hubspot.portals[PORTAL].properties["companies"][PAGE] = gone
    shown.deal(company["id"], status="見積中(中)")
    shown.tell()
    assert addresses(shown) == [address(shown.clients()[0]["id"])]
    shown.deal(company["id"], status="見積中(中)")
    shown.forget_calls()
    shown.tell()
    assert not [call for call in shown.writes() if "/companies" in call]


def test_what_was_named_only_later_is_shown_at_the_next_deal(office: Office) -> None:
    office.linked()
    office.apply(client_page={"property": "website"})
    (company,) = office.stack.the("companies")
    office.deal(company["id"], status="見積中(中)")
    office.tell()
    assert office.stack.the("companies")[0]["properties"]["website"] == address(office.clients()[0]["id"])
