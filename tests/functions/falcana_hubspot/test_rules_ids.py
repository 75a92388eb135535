"""Both sides bear each other's id, once; and find each other by it when nothing else is remembered."""

from __future__ import annotations

import pytest

from renkei import checkpoints, links
from tests.firm import KEY, Firm
from tests.harness import PORTAL

MARK = "renkei_falcana_id"


def _filled(firm: Firm) -> None:
    """A company with a contact that was made on each side, transferred."""
    company = firm.company("Müller GmbH", city="Berlin")
    firm.contact(company)
    address = firm.address("Schulze AG", city="Hamburg")
    firm.person(address, "Schulze", email="hans@schulze.example")
    firm.five()


def _ids(firm: Firm) -> list[set[tuple[str, str]]]:
    """(falcana's id, HubSpot's id) as falcana has them, and as HubSpot does."""
    there = {**firm.addresses(), **firm.persons()}
    theirs = {**firm.companies(), **firm.contacts()}
    ours = {(id_, one["external_ids"].get("hubspot", "")) for id_, one in there.items()}
    return [ours, {(one.get(MARK) or "", id_) for id_, one in theirs.items()}]


def test_each_bears_the_others_id_and_nobody_can_change_it_in_falcana(firm: Firm) -> None:
    _filled(firm)
    ours, theirs = _ids(firm)
    assert (ours, len(ours)) == (theirs, 4)
    assert all(all(pair) for pair in ours)
    for objects in ("companies", "contacts"):
        definition = firm.hubspot.portals[PORTAL].properties[objects][MARK]
        assert definition.unique
    (company, *_), (address, *_) = firm.companies(), firm.addresses()
    with pytest.raises(ValueError, match="read_only"):
        firm.change("address", address, external_ids={"hubspot": company})
    again = firm.hubspot.seed(PORTAL, "companies", {"name": "Abschrift GmbH"})
    with pytest.raises(ValueError, match=r"unique|already"):
        firm.hubspot.change(PORTAL, "companies", again, {MARK: address})


@pytest.mark.parametrize("job", ["import", "export", "sync"])
def test_pairs_that_are_no_longer_remembered_are_found_by_their_ids(firm: Firm, job: str) -> None:
    _filled(firm)
    before = _ids(firm)
    links.forget_many(firm.scope, [link for _, link in links.each(firm.scope)])
    for name in ("feed", "search.companies", "search.contacts", "late.companies", "late.contacts", "sync"):
        checkpoints.drop(firm.stack.workspace, KEY, name)
    firm.forget_calls()
    run = firm.five() if job == "sync" else firm.press(job)
    assert (run["state"], firm.writes()) == ("delivered", [])
    firm.five()
    assert _ids(firm) == before
    (address, *_), (company, *_) = firm.addresses(), firm.companies()
    partner = firm.addresses()[address]["external_ids"]["hubspot"]
    firm.change("address", address, city="Potsdam")
    firm.five()
    assert firm.companies()[partner]["city"] == "Potsdam"
    assert len(firm.companies()) == len(firm.addresses()) == 2
    assert company in firm.companies()


def test_an_id_that_came_with_the_record_from_elsewhere_is_replaced(firm: Firm) -> None:
    """An address may have been brought to falcana with the id of a portal that is another, or of one that is gone."""
    gone = firm.company("Weg GmbH")
    firm.delete("company", gone)
    addresses = [
        firm.address("Fremd AG", external_ids={"hubspot": "999999"}),
        firm.address("Wort AG", external_ids={"hubspot": "ALT-17"}),
        firm.address("Weg GmbH", external_ids={"hubspot": gone}),
    ]
    firm.five()
    ours, theirs = _ids(firm)
    assert (ours, len(ours)) == (theirs, 3)
    assert {id_ for id_, _ in ours} == set(addresses)


def test_an_id_that_is_right_links_before_anything_else(firm: Firm) -> None:
    """falcana's people may have kept HubSpot's ids already; then names may differ as they like."""
    company = firm.company("Müller Gesellschaft mit beschränkter Haftung", city="Berlin")
    address = firm.address("Mueller", phone="030 123456", external_ids={"hubspot": company})
    firm.five()
    assert (list(firm.addresses()), list(firm.companies())) == ([address], [company])
    assert firm.addresses()[address]["city"] == "Berlin"
    assert firm.companies()[company][MARK] == address
    assert firm.companies()[company]["phone"] == "030 123456"
