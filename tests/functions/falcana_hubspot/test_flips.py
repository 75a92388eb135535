"""No ping-pong: our own writes come back to nobody, another way to write the same is no change, and flipping ends."""

from __future__ import annotations

import pytest

from tests.firm import Firm

WRITTEN_OTHERWISE = {
    "a phone number": ("phone", "phone", "030 123456", "+49 (0)30 / 12 34 56"),
    "small letters": ("name", "name", "Müller GmbH", "MÜLLER  gmbh"),
    "width": ("city", "city", "Berlin", "Ｂｅｒｌｉｎ"),
    "white space": ("street", "address", "Am Markt 1", " Am  Markt\u00a01"),
    "a composed letter": ("city", "city", "Köln", "Ko\u0308ln"),
    "a country": ("country", "country", "Deutschland", "DE"),
    "a website": ("website", "domain", "https://www.muster.example/", "muster.example"),
}


@pytest.mark.parametrize("what", list(WRITTEN_OTHERWISE))
def test_another_way_to_write_the_same_is_no_change(firm: Firm, what: str) -> None:
    ours, theirs, here, there = WRITTEN_OTHERWISE[what]
    address = firm.address(**{"name": "Müller GmbH", ours: here})
    firm.five()
    company = firm.addresses()[address]["external_ids"]["hubspot"]
    firm.forget_calls()
    firm.edit("company", company, **{theirs: there})
    firm.five()
    firm.change("address", address, **{ours: f"{here} " if ours != "phone" else "0049 30 123456"})
    firm.five()
    assert firm.writes() == []
    assert firm.companies()[company][theirs] == there, "each side keeps it as its people wrote it"


NUMBERS = [{"falcana": "name", "hubspot": "name"}, {"falcana": "custom.notiz", "hubspot": "annualrevenue"}]


def test_numbers_are_compared_by_what_they_are_worth(firm: Firm) -> None:
    firm.apply(address_fields=NUMBERS)
    company = firm.company(annualrevenue="1200.5")
    firm.five()
    address = firm.partner(company)
    assert firm.addresses()[address]["custom"]["notiz"] == "1200,5"
    firm.forget_calls()
    for text in ("1.200,50", "１２００,5", "1200,5 €"):
        firm.change("address", address, custom={"notiz": text})
        firm.five()
    assert firm.writes() == []
    firm.change("address", address, custom={"notiz": "1.300"})
    firm.five()
    assert firm.companies()[company]["annualrevenue"] == "1300"


def test_what_we_wrote_ourselves_comes_back_to_nobody(firm: Firm) -> None:
    """In falcana versions say that it is ours, so it is not read; in HubSpot it is looked at once, in one call."""
    company = firm.company()
    firm.contact(company)
    firm.person(firm.address(), email="hans@schulze.example")
    firm.five()
    firm.five()
    firm.edit("company", company, city="Potsdam")
    firm.five()
    for _ in range(2):
        assert _read_of(firm, "companies") + _read_of(firm, "addresses") == []
    firm.change("address", firm.partner(company), city="Werder")
    firm.five()
    assert len(_read_of(firm, "companies")) <= 1
    for _ in range(2):
        assert _read_of(firm, "companies") + _read_of(firm, "addresses") == []


def _read_of(firm: Firm, name: str) -> list[str]:
    """Which calls of the next run, that writes nothing, read records of this name."""
    firm.forget_calls()
    firm.five()
    assert firm.writes() == []
    found = [one for one in firm.calls() if f"/{name}/" in one and not one.endswith("/search")]
    return [one for one in found if one.endswith(("/batch/read", "/find")) or one[-1].isdecimal()]


def _robots(firm: Firm, company: str, address: str) -> dict[str, str] | None:
    """Two robots, each sets its value back once the other's came; gives what is told in the end, and in which turn."""
    for turn in range(12):
        if turn % 2:
            firm.edit("company", company, city="Alt")
        else:
            firm.change("address", address, city="Neu")
        run = firm.five()
        told = {one["code"]: one for one in run.get("warnings") or ()}
        if "falcana_flips" in told:
            return {"turn": str(turn), **told["falcana_flips"]}
    return None


def test_a_record_that_flips_three_times_is_stopped_and_told_of_and_the_others_go_on(firm: Firm) -> None:
    company, other = firm.company(city="Alt"), firm.company("Andere GmbH", city="Ulm")
    firm.five()
    address = firm.partner(company)
    told = _robots(firm, company, address)
    assert told
    assert int(told["turn"]) in {5, 6}, told
    for _ in range(3):
        firm.forget_calls()
        firm.change("address", address, city=f"Anderswo {firm.clock():%H%M}")
        firm.edit("company", company, city=f"Hier {firm.clock():%H%M}")
        firm.five()
        assert firm.writes() == []
    firm.edit("company", other, city="Neu-Ulm")
    firm.five()
    assert firm.addresses()[firm.partner(other)]["city"] == "Neu-Ulm"
    (ended,) = [one for one in firm.waiting("ended") if one["id"] == address]
    assert ended["code"] == "flips"


def test_a_robot_against_the_side_that_holds_is_stopped_too(firm: Firm) -> None:
    """falcana's city holds (←), and something in HubSpot sets it back each time."""
    rows = [{"falcana": "name", "hubspot": "name"}, {"falcana": "city", "hubspot": "city", "rule": "←"}]
    firm.apply(address_fields=rows)
    address = firm.address(city="Neu")
    firm.five()
    company = firm.addresses()[address]["external_ids"]["hubspot"]
    writes = []
    for _ in range(12):
        firm.forget_calls()
        firm.edit("company", company, city="Alt")
        firm.five()
        writes.append(len(firm.writes()))
    assert writes[0] == 1
    assert writes[-1] == 0, writes
    (ended,) = [one for one in firm.waiting("ended") if one["id"] == address]
    assert ended["code"] == "flips"


def test_somebody_who_changes_a_mind_on_other_days_is_no_robot(firm: Firm) -> None:
    company = firm.company(city="Alt")
    firm.five()
    address = firm.partner(company)
    for day in range(10):
        firm.wait(86400)
        if day % 2:
            firm.edit("company", company, city="Alt")
        else:
            firm.change("address", address, city="Neu")
        firm.five()
        city = "Alt" if day % 2 else "Neu"
        assert (firm.companies()[company]["city"], firm.addresses()[address]["city"]) == (city, city)
