"""Deletions, exactly: what goes in HubSpot stays in falcana, what goes in falcana goes in HubSpot, and never many."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.firm import Firm

KINDS = pytest.mark.parametrize("kind", ["company", "contact"])
SIDE = {"company": "address", "contact": "person"}
FIELD = {"company": "phone", "contact": "position"}
PROPERTY = {"company": "phone", "contact": "jobtitle"}


@dataclass
class Pair:
    """A company or contact, and what was made of it in falcana."""

    firm: Firm
    kind: str
    hubspot: str
    falcana: str

    @property
    def here(self) -> dict[str, object] | None:
        """The record in falcana."""
        return {**self.firm.addresses(), **self.firm.persons()}.get(self.falcana)

    @property
    def there(self) -> dict[str, str] | None:
        """The record in HubSpot."""
        return {**self.firm.companies(), **self.firm.contacts()}.get(self.hubspot)

    def type_here(self, text: str) -> None:
        """Somebody types in falcana."""
        self.firm.change(SIDE[self.kind], self.falcana, **{FIELD[self.kind]: text})

    def type_there(self, text: str) -> None:
        """Somebody types in HubSpot."""
        self.firm.edit(self.kind, self.hubspot, **{PROPERTY[self.kind]: text})

    @property
    def texts(self) -> tuple[object, object]:
        """What stands here and there in the field that people type in."""
        here, there = self.here, self.there
        return here and here[FIELD[self.kind]], there and there.get(PROPERTY[self.kind])


def _pair(firm: Firm, kind: str) -> Pair:
    company = firm.company()
    contact = firm.contact(company)
    firm.five()
    one = company if kind == "company" else contact
    return Pair(firm, kind, one, firm.partner(one))


def _deleted_in_hubspot(firm: Firm, kind: str) -> Pair:
    pair = _pair(firm, kind)
    firm.delete(kind, pair.hubspot)
    firm.later()  # no search shows it: it is found when the recycle bin has its turn
    return pair


@KINDS
def test_deleted_in_hubspot_it_stays_in_falcana_and_never_comes_back(firm: Firm, kind: str) -> None:
    pair = _deleted_in_hubspot(firm, kind)
    before = set(firm.companies()), set(firm.contacts()), set(firm.addresses()), set(firm.persons())
    (row,) = [one for one in firm.waiting("ended") if one["kind"] == SIDE[kind]]
    assert (row["id"], row["code"]) == (pair.falcana, "hubspot_deleted")
    pair.type_here("030 444555")
    firm.forget_calls()
    firm.later(3)
    firm.press("export")
    assert [one for one in firm.writes() if "/crm/" in one] == []
    assert (set(firm.companies()), set(firm.contacts()), set(firm.addresses()), set(firm.persons())) == before
    assert pair.here


@KINDS
@pytest.mark.parametrize("first", ["feed", "bin"])
def test_changed_in_falcana_and_deleted_in_hubspot_before_the_same_run(firm: Firm, kind: str, first: str) -> None:
    """Whether the deletion or the change is found first: nothing comes back."""
    pair = _pair(firm, kind)
    firm.five()
    if first == "bin":
        firm.five()
    firm.delete(kind, pair.hubspot)
    pair.type_here("030 444555")
    firm.later()
    assert pair.here
    assert pair.there is None
    assert len(firm.companies()) == (0 if kind == "company" else 1)
    assert len(firm.contacts()) == (1 if kind == "company" else 0)


@KINDS
def test_restored_in_hubspot_it_is_not_transferred_until_somebody_links_it(firm: Firm, kind: str) -> None:
    pair = _deleted_in_hubspot(firm, kind)
    firm.restore(kind, pair.hubspot)
    pair.type_there("von HubSpot")
    pair.type_here("von falcana")
    firm.later()
    for job in ("import", "export"):
        firm.press(job)
    assert pair.texts == ("von falcana", "von HubSpot")
    assert len(firm.companies()) == len(firm.contacts()) == len(firm.addresses()) == len(firm.persons()) == 1
    firm.tool("link", **{SIDE[kind]: pair.falcana, kind: pair.hubspot})
    firm.five()
    assert pair.texts == ("von falcana", "von falcana")  # the later one
    pair.type_there("wieder da")
    firm.five()
    assert pair.texts == ("wieder da", "wieder da")
    assert [one for one in firm.waiting("ended") if one["kind"] == SIDE[kind]] == []


@KINDS
def test_an_ended_one_that_is_to_begin_anew_gets_a_new_partner(firm: Firm, kind: str) -> None:
    pair = _deleted_in_hubspot(firm, kind)
    firm.tool("unlink", **{SIDE[kind]: pair.falcana, "again": True})
    firm.five()
    (new,) = firm.companies() if kind == "company" else firm.contacts()
    assert new != pair.hubspot
    assert firm.partner(new) == pair.falcana
    pair.type_here("030 444555")
    firm.five()
    pair.hubspot = new
    assert pair.texts == ("030 444555", "030 444555")
    firm.forget_calls()
    firm.later(3)
    assert firm.writes() == []
    assert len(firm.companies()) == len(firm.contacts()) == len(firm.addresses()) == len(firm.persons()) == 1


@KINDS
@pytest.mark.parametrize("setting", ["archive", "unlink"])
def test_deleted_in_falcana_it_goes_from_hubspot_or_is_let_go(firm: Firm, kind: str, setting: str) -> None:
    firm.apply(on_falcana_delete=setting)
    pair = _pair(firm, kind)
    beside = firm.company("Bleibt GmbH")
    firm.five()
    firm.many_others()
    firm.remove(SIDE[kind], pair.falcana)
    firm.five()
    whole = kind == "company"  # in falcana an address takes its contact persons with it
    if setting == "archive":
        assert (len(firm.companies()), firm.contacts(), pair.there) == (1 if whole else 2, {}, None)
        assert beside in firm.companies()
    else:
        assert pair.there
        pair.type_there("030 444555")
        firm.five()
        firm.press("import")
        assert pair.here is None
    firm.later()
    left = {"address": 1 if whole else 2, "person": 0}
    assert (len(firm.addresses()), len(firm.persons())) == (left["address"], left["person"])
    assert len(firm.contacts()) == (1 if setting == "unlink" else 0)
    codes = {row["code"] for row in firm.waiting("ended")}
    assert codes == {"archived_by_us" if setting == "archive" else "falcana_deleted"}


@KINDS
def test_deleted_on_both_sides_nothing_is_left_to_do(firm: Firm, kind: str) -> None:
    pair = _pair(firm, kind)
    firm.delete(kind, pair.hubspot)
    firm.many_others()
    firm.remove(SIDE[kind], pair.falcana)
    firm.five()
    firm.forget_calls()
    firm.later(3)
    assert (pair.here, pair.there, firm.writes()) == (None, None, [])
    assert firm.waiting("deletes") == []


@KINDS
def test_deleted_in_falcana_while_somebody_types_in_hubspot(firm: Firm, kind: str) -> None:
    """Exactly: deleted in falcana is deleted in HubSpot, whatever else was done to it."""
    pair = _pair(firm, kind)
    firm.many_others()
    firm.remove(SIDE[kind], pair.falcana)
    pair.type_there("030 444555")
    firm.five()
    firm.five()
    assert (pair.here, pair.there) == (None, None)


def test_restored_after_we_deleted_it_the_contact_is_not_deleted_again(firm: Firm) -> None:
    pair = _pair(firm, "contact")
    firm.remove("person", pair.falcana)
    firm.five()
    assert firm.contacts() == {}
    firm.restore("contact", pair.hubspot)
    firm.later()
    assert (list(firm.contacts()), firm.persons()) == ([pair.hubspot], {})
    firm.tool("unlink", contact=pair.hubspot, again=True)
    firm.five()
    assert firm.persons()[firm.partner(pair.hubspot)]["last_name"] == "Mustermann"


def test_a_company_that_goes_leaves_its_contact_alone(firm: Firm) -> None:
    """HubSpot keeps the contacts of a company that is deleted, and so does falcana."""
    pair = _pair(firm, "contact")
    (company,) = firm.companies()
    firm.delete("company", company)
    firm.later()
    assert (len(firm.addresses()), len(firm.persons()), len(firm.contacts())) == (1, 1, 1)
    pair.type_there("Chefin")
    firm.five()
    pair.type_here("Leiterin")
    firm.five()
    assert pair.texts == ("Leiterin", "Leiterin")
