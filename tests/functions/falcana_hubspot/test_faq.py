"""What the help page of the interface that this integration is modelled on promises, sentence by sentence."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.firm import BOTH, KEY, Firm, settings
from tests.harness import PORTAL, ROOT, Stack

KINDS = pytest.mark.parametrize("kind", ["company", "contact"])
SIDE = {"company": "address", "contact": "person"}
GERMAN = {"accept-language": "de"}


def _linked(firm: Firm, kind: str) -> tuple[str, str]:
    """A company or contact, and what was made of it in falcana."""
    company = firm.company("Müller GmbH", phone="030 123456")
    contact = firm.contact(company, phone="030 123457")
    firm.five()
    one = company if kind == "company" else contact
    return one, firm.partner(one)


def test_companies_become_addresses_and_addresses_companies(firm: Firm) -> None:
    """Unternehmen aus Hubspot werden in falcana als Adressen angelegt bzw. … Adressen … als Unternehmen."""
    firm.company("Müller GmbH", city="Berlin", zip="10115", address="Am Markt 1")
    firm.address("Schulze AG", city="Hamburg", zip="20095", street="Hafen 2")
    firm.five()
    wanted = [("Müller GmbH", "Am Markt 1", "10115", "Berlin"), ("Schulze AG", "Hafen 2", "20095", "Hamburg")]
    here = [(one["name"], one["street"], one["zip"], one["city"]) for one in firm.addresses().values()]
    there = [(one["name"], one["address"], one["zip"], one["city"]) for one in firm.companies().values()]
    assert (sorted(here), sorted(there)) == (wanted, wanted)


def test_contacts_become_contact_persons_and_they_contacts(firm: Firm) -> None:
    """Kontakte aus Hubspot werden in falcana als Ansprechpartner angelegt bzw. … Ansprechpartner … als Kontakte."""
    company, address = firm.company("Müller GmbH"), firm.address("Schulze AG")
    firm.contact(company, jobtitle="Chefin")
    firm.person(address, "Schulze", first_name="Hans", email="hans@schulze.example", position="Einkauf")
    firm.five()
    wanted = [("Erika", "Mustermann", "erika@muster.example", "Chefin", "Müller GmbH")]
    wanted.append(("Hans", "Schulze", "hans@schulze.example", "Einkauf", "Schulze AG"))
    addresses, companies = firm.addresses(), firm.companies()
    here = [
        (one["first_name"], one["last_name"], one["email"], one["position"], addresses[str(one["address_id"])]["name"])
        for one in firm.persons().values()
    ]
    names = ("firstname", "lastname", "email", "jobtitle")
    there = [
        (*(one[name] for name in names), companies[one["associatedcompanyid"]]["name"])
        for one in firm.contacts().values()
    ]
    assert (sorted(here), sorted(there)) == (wanted, wanted)


def test_own_fields_go_with_properties(firm: Firm) -> None:
    """Es ist möglich Individualfelder von falcana mit Eigenschaften von Hubspot abzugleichen."""
    rows = [{"falcana": "name", "hubspot": "name"}, {"falcana": "custom.notiz", "hubspot": "description"}]
    firm.apply(address_fields=rows)
    company = firm.company("Müller GmbH", description="Stammkunde")
    firm.five()
    address = firm.partner(company)
    assert firm.addresses()[address]["custom"]["notiz"] == "Stammkunde"
    firm.change("address", address, custom={"notiz": "Neukunde"})
    firm.five()
    assert firm.companies()[company]["description"] == "Neukunde"


def test_dropdowns_need_the_same_options_on_both_sides(firm: Firm) -> None:
    """Dropdown-Felder … müssen … in beiden Systemen mit den gleichen Optionen angelegt sein."""
    rows = [{"falcana": "name", "hubspot": "name"}, {"falcana": "custom.branche", "hubspot": "type"}]
    status, told = firm.stack.apply(integrations={KEY: settings(address_fields=rows)})
    assert status == 422
    said = " ".join(one["message"] for one in told["error"]["problems"])
    for option in ("handel", "industrie", "dienstleistung", "PROSPECT", "RESELLER"):
        assert option in said


@KINDS
def test_what_is_deleted_in_hubspot_stays_and_goes_no_further(firm: Firm, kind: str) -> None:
    """… wird dieser in falcana … nicht automatisch gelöscht, aber auch nicht mehr von falcana an Hubspot übertragen."""
    hubspot, falcana = _linked(firm, kind)
    firm.delete(kind, hubspot)
    firm.five()
    firm.change(SIDE[kind], falcana, phone="030 999999")
    firm.later()
    assert falcana in {**firm.addresses(), **firm.persons()}
    assert len(firm.companies() if kind == "company" else firm.contacts()) == 0


@KINDS
def test_what_is_deleted_in_falcana_is_deleted_in_hubspot_by_the_next_run(firm: Firm, kind: str) -> None:
    """… wird dieser dadurch bei der nächsten Übertragung auch in Hubspot gelöscht."""
    hubspot, falcana = _linked(firm, kind)
    firm.many_others()
    firm.remove(SIDE[kind], falcana)
    firm.five()
    assert hubspot not in {**firm.companies(), **firm.contacts()}


def test_the_run_is_every_five_minutes_if_one_of_the_two_options_is_chosen(firm: Firm) -> None:
    """Wenn mindestens eine der beiden Optionen gewählt wird, wird der … Abgleich alle fünf Minuten durchgeführt."""
    schedule = (ROOT / "template.yaml").read_text("utf-8").partition("        FalcanaHubspot:\n")[2][:500]
    assert "ScheduleExpression: rate(5 minutes)" in schedule
    assert '"run": "sync"' in schedule
    puts = []
    for into, out in ((False, False), (True, False), (False, True), (True, True)):
        firm.apply(directions={"hubspot_to_falcana": into, "falcana_to_hubspot": out})
        firm.wait(300)
        puts.append(firm.stack.dispatch(KEY, "sync"))
        firm.work()
    assert puts == [0, 1, 1, 1]


def test_only_what_changed_since_the_last_run(firm: Firm) -> None:
    """Dabei werden immer nur jene Daten abgeglichen, die sich seit dem letzten Abgleich geändert haben."""
    companies = [firm.company(f"Firma {number}") for number in range(5)]
    for company in companies[:3]:
        firm.contact(company, email=f"chef{company}@muster.example")
    firm.five()
    firm.five()
    firm.edit("company", companies[0], city="Berlin")
    firm.change("address", firm.partner(companies[1]), city="Bonn")
    firm.forget_calls()
    run = firm.five()
    assert (run["outcome"]["updated_in_falcana"], run["outcome"]["updated_in_hubspot"]) == ("1", "1")
    assert len(firm.writes()) == 2


def test_the_recommended_order_makes_nothing_twice(stack: Stack) -> None:
    """… zuerst … von Hubspot in falcana …, anschließend … Duplikate-Check …, um doppelte Einträge … zu vermeiden."""
    firm = Firm(stack)
    firm.open(directions={})
    new = firm.company("Neu GmbH")
    company = firm.company("Müller GmbH", city="Berlin", phone="030 123456")
    contact = firm.contact(company)
    address = firm.address("Mueller", city="Berlin", phone="+49 30 123456")
    person = firm.person(address, "Mustermann", email="ERIKA@muster.example")
    firm.press("import")
    assert firm.partner(new)
    firm.press("duplicates")
    assert [(row["id"], row["with"]) for row in firm.waiting("undecided")] == [(address, company)]
    firm.tool("link", address=address, company=company)
    firm.apply()
    firm.later(2)
    assert len(firm.addresses()) == len(firm.companies()) == 2
    assert (list(firm.persons()), list(firm.contacts())) == ([person], [contact])
    assert (firm.partner(company), firm.partner(contact)) == (address, person)


def test_the_permissions_are_requested_at_hubspot(firm: Firm) -> None:
    """… die nötigen Berechtigungen … angefordert. … Hierfür werden Administrationsrechte benötigt."""
    stack = firm.stack
    asked = {}
    for name, out in (("one way", False), ("both", True)):
        chosen = settings(directions=BOTH | {"falcana_to_hubspot": out})
        document = {"workspace": stack.workspace, "notices": {"to": [{"mail": "admin@example.com"}]}}
        body = {"file": document | {"integrations": {KEY: chosen}}}
        status, told = stack.api("POST", f"/api/workspaces/{stack.workspace}/connections/hubspot", body)
        assert status == 200, told
        query = parse_qs(urlsplit(stack.browse(told["url"])["headers"]["location"]).query)
        asked[name] = set(" ".join(query["scope"] + query.get("optional_scope", [])).split())
    reads = {"oauth", "crm.objects.companies.read", "crm.objects.contacts.read"}
    writes = {f"crm.{area}.{kind}.write" for area in ("objects", "schemas") for kind in ("companies", "contacts")}
    assert asked == {"one way": reads, "both": reads | writes}
    tested = stack.api("POST", f"/api/workspaces/{stack.workspace}/tools/{KEY}/test", {}, **GERMAN)[1]
    assert "Administrationsrechte" in tested["rights"]


def test_the_connection_is_tested(firm: Firm) -> None:
    """Bei erfolgreicher Verbindung wird die Meldung „Die Verbindung wurde erfolgreich hergestellt.“ angezeigt."""
    path = f"/api/workspaces/{firm.stack.workspace}/tools/{KEY}/test"
    told = firm.stack.api("POST", path, {}, **GERMAN)[1]
    assert (told["ok"], told["message"]) == (True, "Die Verbindung wurde erfolgreich hergestellt.")
    firm.hubspot.uninstall(PORTAL)
    told = firm.stack.api("POST", path, {}, **GERMAN)[1]
    assert not told["ok"]
    assert "erfolgreich" not in told["message"]


@pytest.mark.parametrize("later", ["hubspot", "falcana"])
def test_import_overwrites_what_hubspot_changed_later(stack: Stack, later: str) -> None:
    """… überschrieben, falls diese in Hubspot ein späteres Änderungsdatum als in falcana haben."""
    firm = Firm(stack)
    firm.open(directions={})
    company = firm.company("Müller GmbH", city="Berlin")
    firm.press("import")
    address = firm.partner(company)
    if later == "hubspot":
        firm.change("address", address, city="Werder")
    firm.edit("company", company, city="Potsdam", phone="030 123456")
    if later == "falcana":
        firm.change("address", address, city="Werder")
    firm.press("import")
    there = firm.addresses()[address]
    assert (there["city"], there["phone"]) == ("Potsdam" if later == "hubspot" else "Werder", "030 123456")
    assert firm.companies()[company]["city"] == "Potsdam"  # nothing goes to HubSpot


@KINDS
def test_hubspots_ids_are_kept_where_nobody_can_change_them(firm: Firm, kind: str) -> None:
    """Die IDs … werden … in ein Individualfeld … gespeichert. Dieses Feld kann in falcana nicht editiert werden."""
    hubspot, falcana = _linked(firm, kind)
    assert {**firm.addresses(), **firm.persons()}[falcana]["external_ids"] == {"hubspot": hubspot}
    with pytest.raises(ValueError, match="read_only"):
        firm.change(SIDE[kind], falcana, external_ids={"hubspot": "1"})


def test_export_takes_everything_at_first_and_then_what_changed(stack: Stack) -> None:
    """… nur jene Daten …, die sich seit dem letzten Abgleich geändert haben. Wenn noch kein Abgleich …, alle Daten."""
    firm = Firm(stack)
    firm.open(directions={})
    addresses = [firm.address(f"Firma {number}") for number in range(3)]
    firm.person(addresses[0], "Schulze")
    firm.press("export")
    assert (len(firm.companies()), len(firm.contacts())) == (3, 1)
    firm.forget_calls()
    firm.press("export")
    assert firm.writes() == []
    firm.change("address", addresses[1], city="Bonn")
    run = firm.press("export")
    assert (run["outcome"]["updated_in_hubspot"], len(firm.writes())) == ("1", 1)
    assert sorted(one.get("city") or "" for one in firm.companies().values()) == ["", "", "Bonn"]
