"""The demo's fourth part: falcana's addresses and HubSpot's companies become the same, and stay so."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast
from urllib.parse import quote

import yaml

from local.demo.offices import Offices, Record, writes
from local.demo.story import Story
from local.demo.terminal import Terminal
from local.sandbox.falcana import DEMO

WORKSPACE = Path(__file__).parent / "vertrieb.yaml"
BOTH = {"hubspot_to_falcana": True, "falcana_to_hubspot": True}
PORTAL = 222222
PRIMARY = 1  # the type id of a primary association
LAG = 1.0  # seconds until the sandbox HubSpot's index shows a change
TRIES = 6
MOST_CALLS = 8


@dataclass(frozen=True)
class Desks(Offices):
    """Those who sell in HubSpot, and those who keep the customers in falcana."""

    portal: int = PORTAL
    vendors: tuple[str, ...] = ("hubspot", "falcana")

    def quick_index(self) -> None:
        """Let HubSpot's search index follow after a second instead of ten."""
        self._post("hubspot", "settings", {"search_lag_seconds": LAG})

    def employed(self, contact: str, company: str) -> None:
        """Give a contact its primary company."""
        ends = {"kind": "contacts", "id": contact, "to_kind": "companies", "to_id": company}
        self._post("hubspot", "associate", {"portal": self.portal, **ends, "types": [PRIMARY]})

    def binned(self, kind: str, id_: str) -> None:
        """Delete a record in HubSpot."""
        self._post("hubspot", "archive", {"portal": self.portal, "kind": kind, "id": id_})

    def living(self, kind: str) -> dict[str, Record]:
        """Look at the records in HubSpot: {id: properties}."""
        portal = self._get("hubspot", "state")["portals"][str(self.portal)]
        return {one["id"]: one["properties"] for one in portal[kind] if not one["archived"]}

    def entered(self, entity: str, **values: object) -> str:
        """Enter a record in falcana; gives its id."""
        return str(self._post("falcana", "seed", {"entity": entity, "values": values})["id"])

    def edited(self, entity: str, id_: str, **values: object) -> None:
        """Change a record in falcana."""
        self._post("falcana", "change", {"entity": entity, "id": int(id_), "values": values})

    def removed(self, entity: str, id_: str) -> None:
        """Delete a record in falcana."""
        self._post("falcana", "remove", {"entity": entity, "id": int(id_)})

    def kept(self, entity: str) -> dict[str, Record]:
        """Look at the records in falcana: {id: record}."""
        found = self._get("falcana", "state")["records"][DEMO.tenant][entity]
        return {str(one["id"]): one for one in cast("list[Record]", found)}


def tell(story: Story) -> None:
    """Connect both, let them meet, and change things on each side. Raises DemoTrouble where it cannot go on."""
    visitor = replace(story.visitor, workspace="vertrieb")
    told = replace(story, visitor=visitor, failed=story.failed)
    terminal = Terminal(visitor.url, visitor.workspace, story.say)
    Customers(told, terminal, Desks(visitor.sandbox)).tell()


@dataclass(frozen=True)
class Customers:
    """Tells it step by step."""

    story: Story
    terminal: Terminal
    desks: Desks

    def tell(self) -> None:
        """Do and check everything."""
        self.connect()
        company, address = self.meet()
        self.both_ways(address)
        self.there_and_back(company, address)
        self.deleted(address)
        self.rests()

    def connect(self) -> None:
        """Connect falcana by its keys and HubSpot over its consent page, apply the file, test."""
        self.story.say("\n16. Another team: falcana and HubSpot (workspace “vertrieb”)")
        self.story.say("   falcana has no public API: this is the interface of docs/falcana-api.yaml, our proposal.")
        visitor, there = self.story.visitor, f"workspaces/{self.story.visitor.workspace}"
        keys = {
            "RENKEI_FALCANA_BASE_URL": f"{visitor.sandbox}/falcana",
            "RENKEI_FALCANA_CLIENT_ID": DEMO.client_id,
            "RENKEI_FALCANA_CLIENT_SECRET": DEMO.client_secret,
        }
        self.check(self.terminal.renkei("connect", "falcana", **keys) == 0, "falcana is connected")
        asked = {"switch_account": False, "file": self.document(directions=BOTH)}
        started = visitor.api("POST", f"{there}/connections/hubspot", asked)
        visitor.consent(started["url"], portal=str(PORTAL))
        found = visitor.connection("hubspot")
        self.check(found.get("state") == "connected", f"HubSpot is connected (account {found.get('account')})")
        saved = visitor.api("PUT", there, self.document())
        self.check(saved["saved"] is True, "the workspace file is saved, with both directions off")
        code = self.terminal.renkei("--language", "de", "falcana", "test")
        self.check(code == 0, "the test of the connection says that all is there")

    def meet(self) -> tuple[str, str]:
        """Fill both systems, and let them meet: look, take over, decide. Gives a company and its address."""
        desks = self.desks
        self.story.say("\n17. Both are filled, and one firm is in both")
        desks.quick_index()
        company = desks.made(
            "companies", name="Nordlicht Werft GmbH", city="Kiel", phone="0431 556677", domain="nordlicht.example"
        )
        lena = desks.made("contacts", firstname="Lena", lastname="Petersen", email="lena@nordlicht.example")
        desks.employed(lena, company)
        desks.made("companies", name="Deichkrone Hotel GmbH", city="Husum", domain="deichkrone.example")
        address = desks.entered(
            "addresses", name="Nordlicht-Werft GmbH & Co. KG", city="Kiel", phone="+49 431 55 66 77"
        )
        same = desks.entered(
            "contact-persons",
            address_id=int(address),
            first_name="Lena",
            last_name="Petersen",
            email="Lena@Nordlicht.example",
        )
        alps = desks.entered("addresses", name="Alpenblick Molkerei AG", city="Kempten", phone="0831 123450")
        desks.entered(
            "contact-persons",
            address_id=int(alps),
            first_name="Jonas",
            last_name="Huber",
            email="jonas@alpenblick.example",
        )
        code = self.terminal.renkei("falcana", "import", "--dry-run")
        self.check(code == 0 and len(desks.kept("addresses")) == 2, "a rehearsal counts, and writes nothing")  # noqa: PLR2004
        self.check(self.terminal.renkei("falcana", "import") == 0, "HubSpot's data is taken over")
        names = [one["name"] for one in desks.kept("addresses").values()]
        self.check("Deichkrone Hotel GmbH" in names, "the hotel is an address now")
        persons = desks.kept("contact-persons")
        self.check(persons[same]["external_ids"].get("hubspot") == lena, "Lena was in both: the same mail address")
        alone = "hubspot" not in desks.kept("addresses")[address]["external_ids"]
        self.check(alone and len(names) == 3, "the shipyard only may be the same: a person decides")  # noqa: PLR2004
        self.check(self.terminal.renkei("falcana", "duplicates") == 0, "the duplicate check lists it, and why")
        code = self.terminal.renkei("falcana", "link", "--address", address, "--company", company)
        self.check(code == 0 and self.terminal.renkei("falcana", "import") == 0, "they are linked")
        linked = desks.kept("addresses")[address]["external_ids"].get("hubspot")
        self.check(linked == company, f"address {address} bears HubSpot's id {linked}; no address was doubled")
        return company, address

    def both_ways(self, address: str) -> None:
        """Switch both directions on: what is only in falcana goes to HubSpot."""
        self.story.say("\n18. Both directions are switched on")
        visitor = self.story.visitor
        saved = visitor.api("PUT", f"workspaces/{visitor.workspace}", self.document(directions=BOTH))
        self.check(saved["saved"] is True, "the workspace file is saved; from now on there is a run every five minutes")
        self.synced(lambda: "Alpenblick Molkerei AG" in self.named("companies", "name"))
        companies, contacts = self.desks.living("companies"), self.desks.living("contacts")
        self.show("companies", "name", "city", "phone", "renkei_falcana_id")
        self.check(len(companies) == 3, "the dairy is a company in HubSpot; three on each side")  # noqa: PLR2004
        theirs = next((one for one in contacts.values() if one.get("lastname") == "Huber"), {})
        dairy = next(id_ for id_, one in companies.items() if one["name"] == "Alpenblick Molkerei AG")
        self.check(theirs.get("associatedcompanyid") == dairy, "Jonas Huber is a contact, and belongs to it")
        marks = {one.get("renkei_falcana_id") for one in companies.values()}
        self.check(address in marks and len(marks) == len(companies), "each company bears the id of its address")

    def there_and_back(self, company: str, address: str) -> None:
        """Change things on each side, at the same time too."""
        desks = self.desks
        self.story.say("\n19. In HubSpot the shipyard moves to Flensburg, and it has a new contact")
        desks.changed("companies", company, city="Flensburg")
        ole = desks.made("contacts", firstname="Ole", lastname="Brandt", email="ole@nordlicht.example")
        desks.employed(ole, company)
        self.counted(lambda: self.kept_with(ole) != "")
        self.check(desks.kept("addresses")[address]["city"] == "Flensburg", "falcana's address is in Flensburg")
        person = desks.kept("contact-persons").get(self.kept_with(ole), {})
        self.check(person.get("address_id") == int(address), "Ole Brandt is a contact person of that address")

        self.story.say("\n20. In falcana its phone number changes; in HubSpot, at the same time, its street")
        desks.edited("addresses", address, phone="+49 461 998877")
        desks.changed("companies", company, address="Hafenstraße 1")
        self.counted(lambda: desks.kept("addresses")[address]["street"] == "Hafenstraße 1")
        held = desks.living("companies")[company]
        self.check(held.get("phone") == "+49 461 998877", f"HubSpot has the number: {held.get('phone')}")
        one = desks.kept("addresses")[address]
        both = (one["street"], one["phone"]) == ("Hafenstraße 1", "+49 461 998877")
        self.check(both and held.get("address") == "Hafenstraße 1", "both changes stay, on both sides")

    def deleted(self, address: str) -> None:
        """Delete a person in falcana and a company in HubSpot."""
        desks = self.desks
        self.story.say("\n21. In falcana Ole Brandt is deleted; in HubSpot the hotel is")
        ole = next(id_ for id_, one in desks.kept("contact-persons").items() if one["last_name"] == "Brandt")
        desks.removed("contact-persons", ole)
        hotel = next(id_ for id_, one in desks.living("companies").items() if one["name"] == "Deichkrone Hotel GmbH")
        desks.binned("companies", hotel)
        self.synced(lambda: "Brandt" not in self.named("contacts", "lastname"))
        self.check("Brandt" not in self.named("contacts", "lastname"), "his contact is deleted in HubSpot, too")
        its = next(id_ for id_, one in desks.kept("addresses").items() if one["external_ids"].get("hubspot") == hotel)
        desks.edited("addresses", its, city="Tönning")
        self.synced(lambda: hotel in self.ended())
        self.terminal.renkei("falcana", "waiting", "ended", "--all")
        gone = hotel in self.ended() and len(desks.living("companies")) == 2  # noqa: PLR2004
        self.check(gone, "what changes in the hotel's address is no longer transferred")
        names = {one["name"] for one in desks.kept("addresses").values()}
        self.check("Deichkrone Hotel GmbH" in names, "it stays in falcana")
        self.check(address in desks.kept("addresses"), "nothing else is gone")

    def rests(self) -> None:
        """Run once more: nothing is written."""
        self.story.say("\n22. Once more")
        before = self.desks.living("companies"), self.desks.kept("addresses")
        time.sleep(2 * LAG)
        calls: list[str] = []
        for _ in range(TRIES):  # the clock's own run may come between
            asked = self.desks.asked()
            self.terminal.renkei("falcana", "sync")
            calls = self.desks.calls(asked)
            if len(calls) <= MOST_CALLS and not writes(calls):
                break
        few = 0 < len(calls) <= MOST_CALLS and writes(calls) == []
        self.check(few, f"{len(calls)} calls to HubSpot and falcana (at most {MOST_CALLS}), and none that writes")
        same = (self.desks.living("companies"), self.desks.kept("addresses")) == before
        self.check(same, "both sides are as they were")
        self.check(self.terminal.renkei("falcana", "status") == 0, "renkei falcana status says how it goes")

    # What each step does.

    def check(self, held: bool, what: str) -> None:
        """Say whether something held."""
        self.story.check(held, what)

    def document(self, **changes: object) -> Record:
        """Give the workspace file, with other settings."""
        found: Record = yaml.safe_load(WORKSPACE.read_text(encoding="utf-8"))
        found["integrations"]["falcana_hubspot"] |= changes
        return found

    def synced(self, seen: Callable[[], bool]) -> None:
        """Let the automatic run happen, until something is seen: HubSpot's index is late."""
        for _ in range(TRIES):
            time.sleep(LAG + 0.5)
            if self.terminal.renkei("falcana", "sync") == 0 and seen():
                return

    def counted(self, seen: Callable[[], bool]) -> None:
        """Do the same, and show what both vendors were asked."""
        before = self.desks.asked()
        self.synced(seen)
        for call in self.desks.calls(before):
            self.story.say(f"     {call}")

    def kept_with(self, contact: str) -> str:
        """Find the contact person that bears this id of HubSpot's; "" if there is none."""
        found = self.desks.kept("contact-persons").items()
        return next((id_ for id_, one in found if one["external_ids"].get("hubspot") == contact), "")

    def ended(self) -> set[str]:
        """List HubSpot's ids of what is no longer transferred."""
        visitor, after, found = self.story.visitor, "", set[str]()
        while True:
            query = f"kind=ended&after={quote(after)}"
            page = visitor.api("GET", f"workspaces/{visitor.workspace}/tools/falcana_hubspot/waiting?{query}")
            found |= {str(row["with"]) for row in page["waiting"]}
            after = page["next"] or ""
            if not after:
                return found

    def named(self, kind: str, name: str) -> set[str]:
        """List what HubSpot's records are called."""
        return {one.get(name, "") for one in self.desks.living(kind).values()}

    def show(self, kind: str, *names: str) -> None:
        """Show HubSpot's records."""
        for id_, one in self.desks.living(kind).items():
            self.story.say(f"     {kind} {id_}: {', '.join(one[name] for name in names if one.get(name))}")
