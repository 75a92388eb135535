"""HubSpot's search lags, comes out of order and hides records; nothing is lost, and the price stays the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from werkzeug.wrappers import Request, Response

from local.sandbox.hubspot import search
from renkei.vendors import hubspot_sync
from tests.firm import Firm
from tests.functions.falcana_hubspot.pace import ended
from tests.harness import PORTAL

FEW = 8


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of a search has 10 records instead of 200."""
    monkeypatch.setattr(hubspot_sync, "_FOUND", 10)


def _names(firm: Firm) -> set[str]:
    return {one["name"] for one in firm.addresses().values()}


def _at_once(firm: Firm, number: int, **properties: str) -> list[str]:
    """Companies that all changed in one millisecond."""
    return [firm.hubspot.seed(PORTAL, "companies", {"name": f"Firma {one}", **properties}) for one in range(number)]


def _five(firm: Firm, times: int = 1) -> dict[str, Any]:
    run: dict[str, Any] = {}
    for _ in range(times):
        run = ended(firm, firm.five())
        assert run["state"] in {"delivered", "skipped"}, run
    return run


@pytest.mark.parametrize("older", [2, 90])
def test_what_comes_after_a_later_change_is_found_by_the_next_run(firm: Firm, older: int) -> None:
    """The index showed another one first: what came late is older than the latest that was seen."""
    firm.company("Erste GmbH")
    _five(firm)
    firm.wait(280 - older)
    late = firm.company("Späte GmbH")
    firm.hubspot.configure({"search_lag_per_record": {late: older + 30.0}})
    firm.wait(older)
    firm.company("Frühe GmbH")
    firm.wait(15)
    _run(firm)
    assert _names(firm) == {"Erste GmbH", "Frühe GmbH"}
    _five(firm)
    assert "Späte GmbH" in _names(firm)


def _run(firm: Firm) -> dict[str, Any]:
    """The automatic run, now."""
    return ended(firm, firm.press("sync"))


@pytest.mark.parametrize("kind", ["company", "contact"])
def test_what_came_very_late_or_was_hidden_is_found_an_hour_behind(firm: Firm, kind: str) -> None:
    company = firm.company("Erste GmbH")
    _five(firm, 2)
    hidden = firm.company("Versteckt GmbH") if kind == "company" else firm.contact(company, lastname="Versteckt")
    firm.hubspot.configure({"search_hides": [hidden]})
    firm.wait(60)
    others = firm.company("Andere GmbH"), firm.contact(company, "andere@muster.example")
    _five(firm)
    firm.wait(1800)
    firm.company("Noch eine GmbH")
    _five(firm)
    firm.hubspot.configure({"search_hides": []})
    _five(firm, 2)
    firm.edit("company", others[0], city="Potsdam")
    _five(firm, 12)
    there = {one["external_ids"]["hubspot"] for one in (*firm.addresses().values(), *firm.persons().values())}
    assert hidden in there, "found by the reading that follows an hour behind"
    firm.forget_calls()
    _five(firm)
    assert firm.writes() == []
    assert len(firm.calls()) <= FEW


def test_changes_that_come_in_another_order_than_they_were_made_are_all_taken(firm: Firm) -> None:
    companies = [firm.company(f"Firma {one}") for one in range(6)]
    _five(firm, 2)
    lags = {id_: float(700 - 110 * place) for place, id_ in enumerate(companies)}
    firm.hubspot.configure({"search_lag_per_record": lags})
    for place, id_ in enumerate(companies):
        firm.edit("company", id_, city=f"Stadt {place}")
    firm.wait(20)
    for _ in range(16):
        _five(firm)
    cities = {one["external_ids"]["hubspot"]: one["city"] for one in firm.addresses().values()}
    assert cities == {id_: f"Stadt {place}" for place, id_ in enumerate(companies)}


def test_an_old_state_that_the_index_shows_overwrites_nothing(firm: Firm) -> None:
    """Ids come from the search, values by reading them: what the index still has of a record is not taken."""
    company = firm.company("Erste GmbH", city="Berlin")
    _five(firm)
    firm.edit("company", company, city="Potsdam")
    firm.wait(30)
    firm.hubspot.configure({"search_lag_per_record": {company: 15.0}})
    firm.edit("company", company, city="Werder")
    _run(firm)
    assert firm.addresses()[firm.partner(company)]["city"] == "Werder"
    firm.hubspot.configure({"search_lag_per_record": {}})
    firm.forget_calls()
    _five(firm)
    assert firm.writes() == []


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("number", [10, 43])
def test_many_changes_of_one_millisecond_are_all_read(firm: Firm, number: int) -> None:
    firm.company("Erste GmbH")
    _five(firm)
    firm.wait(60)
    _at_once(firm, number)
    _five(firm)
    assert len(firm.addresses()) == number + 1
    firm.company("Danach GmbH")
    _five(firm)
    assert "Danach GmbH" in _names(firm)
    for _ in range(2):
        firm.forget_calls()
        run = _five(firm)
        assert (run["reason"], firm.writes()) == ("nothing_new", [])
        assert len(firm.calls()) <= FEW, firm.calls()


def test_two_hundred_and_one_changes_of_one_millisecond_are_all_read(firm: Firm) -> None:
    companies = _at_once(firm, 201)
    _five(firm)
    firm.wait(60)
    for id_ in companies:
        firm.hubspot.change(PORTAL, "companies", id_, {"city": "Potsdam"})
    _five(firm)
    assert [one["city"] for one in firm.addresses().values()] == ["Potsdam"] * 201


@pytest.mark.usefixtures("small_pages")
def test_no_search_asks_for_more_than_hubspot_shows(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cap of 10,000 results, lowered: no page lies behind it."""
    monkeypatch.setattr(search, "MOST_RESULTS", 10)
    firm.company("Erste GmbH")
    _five(firm)
    for one in range(36):
        firm.clock.now += timedelta(milliseconds=7 * (one % 3))
        firm.hubspot.seed(PORTAL, "companies", {"name": f"Firma {one}"})
    firm.forget_calls()
    _five(firm)
    assert len(firm.addresses()) == 37
    assert not [one for one in firm.hubspot.calls if one.status == 400]


@pytest.mark.usefixtures("small_pages")
def test_a_reading_that_ends_in_the_middle_goes_on_there(firm: Firm) -> None:
    """HubSpot fails between two pages of a search: the first page is not read again."""
    firm.company("Erste GmbH")
    _five(firm)
    for one in range(25):
        firm.clock.now += timedelta(milliseconds=3)
        firm.hubspot.seed(PORTAL, "companies", {"name": f"Firma {one}"})
    before, searched = firm.hubspot.answer, 0

    def answer(request: Request) -> tuple[Response, str | None]:
        nonlocal searched
        if request.path.endswith("/companies/search"):
            searched += 1
            if searched == 2:
                return firm.hubspot.fault_response(503), None
        return before(request)

    firm.forget_calls()
    with mock.patch.object(firm.hubspot, "answer", answer):
        run = ended(firm, firm.five())
    assert (run["state"], run["attempts"]) == ("delivered", 2)
    assert len(firm.addresses()) == 26
    assert firm.calls().count("POST /v1/addresses") == 25
    assert searched == 4


def test_what_nobody_searched_for_a_long_time_is_found_when_it_goes_on(firm: Firm) -> None:
    """The integration was off for a day, and things came and went meanwhile."""
    company = firm.company("Erste GmbH")
    contact = firm.contact(company)
    _five(firm)
    firm.apply(enabled=False)
    firm.wait(86_400)
    firm.edit("company", company, city="Potsdam")
    new, gone = firm.company("Neue GmbH"), firm.company("Kurz da GmbH")
    firm.delete("company", gone)
    firm.belong(contact, new)
    firm.wait(3600)
    firm.apply()
    _five(firm, 4)
    assert _names(firm) == {"Erste GmbH", "Neue GmbH"}
    assert firm.addresses()[firm.partner(company)]["city"] == "Potsdam"
    assert str(firm.persons()[firm.partner(contact)]["address_id"]) == firm.partner(new)


def test_a_company_that_the_search_hides_is_there_before_its_contact(firm: Firm) -> None:
    """Who belongs to it is found first; ids do not lag."""
    firm.company("Erste GmbH")
    _five(firm)
    hidden = firm.company("Versteckt GmbH", city="Ulm")
    firm.hubspot.configure({"search_hides": [hidden]})
    contact = firm.contact(hidden)
    firm.wait(30)
    _five(firm)
    address = firm.partner(hidden)
    assert str(firm.persons()[firm.partner(contact)]["address_id"]) == address
    assert firm.addresses()[address]["city"] == "Ulm"
    firm.hubspot.configure({"search_hides": []})
    _five(firm, 2)
    assert len(firm.addresses()) == 2
