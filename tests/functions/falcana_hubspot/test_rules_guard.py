"""Many deletions at once wait until somebody says that they are right."""

from __future__ import annotations

import pytest

from tests.firm import TENANT, Firm
from tests.harness import PORTAL


def _firms(firm: Firm, number: int) -> list[str]:
    """So many companies, transferred; gives their addresses."""
    for index in range(number):
        firm.hubspot.seed(PORTAL, "companies", {"name": f"Firma {index}", "domain": f"firma{index}.example"})
    firm.five()
    return list(firm.addresses())


def _remove(firm: Firm, addresses: list[str]) -> None:
    for one in addresses:
        firm.falcana.remove(TENANT, "addresses", int(one))


@pytest.mark.parametrize(("number", "waits"), [(20, False), (21, True)])
def test_more_than_twenty_wait_however_many_there_are(firm: Firm, number: int, waits: bool) -> None:
    addresses = _firms(firm, 22)
    firm.many_others()
    _remove(firm, addresses[:number])
    run = firm.five()
    assert len(firm.companies()) == (22 if waits else 22 - number)
    assert run["outcome"].get("deletes_waiting", "0") == ("21" if waits else "0")


@pytest.mark.parametrize(
    ("linked", "gone", "waits"), [(19, 1, False), (39, 2, True), (40, 2, False), (59, 3, True), (60, 3, False)]
)
def test_more_than_one_in_twenty_wait(firm: Firm, linked: int, gone: int, waits: bool) -> None:
    addresses = _firms(firm, 4)
    firm.many_others(linked - 4)
    _remove(firm, addresses[:gone])
    firm.five()
    assert len(firm.companies()) == (4 if waits else 4 - gone)
    assert len(firm.waiting("deletes")) == (gone if waits else 0)


def test_what_waits_is_told_shown_kept_and_done_when_it_is_confirmed(firm: Firm) -> None:
    addresses = _firms(firm, 24)
    partners = {one["external_ids"]["hubspot"] for one in list(firm.addresses().values())[:22]}
    _remove(firm, addresses[:22])
    run = firm.five()
    assert run["state"] == "delivered"
    assert [(one["code"], one["params"]) for one in run["warnings"]] == [("falcana_deletes_wait", {"number": "22"})]
    assert {(row["kind"], row["id"]) for row in firm.waiting("deletes")} == {("address", one) for one in addresses[:22]}
    firm.edit("company", min(partners), city="Potsdam")  # and nothing comes back meanwhile
    firm.later()
    assert (len(firm.companies()), len(firm.addresses())) == (24, 2)
    kept = firm.addresses()[addresses[23]]
    firm.edit("company", kept["external_ids"]["hubspot"], city="Bonn")
    firm.five()
    assert firm.addresses()[addresses[23]]["city"] == "Bonn"  # the run goes on
    firm.tool("confirm_deletes")
    run = firm.five()
    assert run["outcome"]["archived_in_hubspot"] == "22"
    assert partners.isdisjoint(firm.companies())
    assert len(firm.companies()) == 2
    assert firm.waiting("deletes") == []
    new = _firms(firm, 24)[2:]  # what was confirmed once is not confirmed for ever
    _remove(firm, new[:21])
    firm.five()
    assert len(firm.companies()) == 26
    assert len(firm.waiting("deletes")) == 21


def test_what_waits_is_dropped_if_somebody_links_the_company_to_another(firm: Firm) -> None:
    addresses = _firms(firm, 22)
    first = firm.addresses()[addresses[0]]["external_ids"]["hubspot"]
    _remove(firm, addresses[:21])
    firm.five()
    new = firm.address("Firma 0")
    firm.tool("link", address=new, company=first)
    firm.five()
    firm.tool("confirm_deletes")
    firm.five()
    assert firm.partner(first) == new
    assert len(firm.companies()) == 2
