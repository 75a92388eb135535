"""What the demo does and what must hold: connect, one booking, the same again, a booking from a free-mail address."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from local.demo.visitor import Visitor
from local.stack.template import ROOT

EVENTS = ROOT / "events" / "timerex"
BOOKING, FREE_MAIL = EVENTS / "event_confirmed.json", EVENTS / "event_confirmed_free_mail.json"
WORKSPACE = Path(__file__).parent / "workspace.yaml"
PRIMARY = 1  # the type id of a primary association
MOST_CALLS = 3
type Record = dict[str, Any]


@dataclass
class Story:
    """Tells the story step by step; `failed` lists what did not hold."""

    visitor: Visitor
    say: Callable[[str], None]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    failed: list[str] = field(default_factory=list)

    def tell(self) -> None:
        """Do and check everything. Raises DemoTrouble where it cannot go on."""
        self.connect()
        self.booking()
        self.repeat()
        self.free_mail()

    def connect(self) -> None:
        """Connect HubSpot over its consent page, keep TimeRex's token, save the workspace file."""
        self.say("\n1. Connecting the workspace “demo”")
        there = f"workspaces/{self.visitor.workspace}"
        started = self.visitor.api("POST", f"{there}/connections/hubspot", {"switch_account": False})
        self.visitor.consent(started["url"])
        found = {row["vendor"]: row for row in self.visitor.api("GET", f"{there}/connections")["connections"]}
        state = found.get("hubspot", {}).get("state")
        self.check(state == "connected", f"HubSpot is connected (account {found.get('hubspot', {}).get('account')})")
        kept = self.visitor.api("POST", f"{there}/connections/timerex", {"token": self.token, "keep_old": False})
        self.check(kept["tokens"] == 1, f"TimeRex may send to {kept['webhook_url']}")
        document = yaml.safe_load(WORKSPACE.read_text(encoding="utf-8"))
        saved = self.visitor.api("PUT", there, document)
        self.check(saved["saved"] is True, "the workspace file is saved: every line fits the portal")

    def booking(self) -> None:
        """Send a booking of a new firm and look at what arrived."""
        self.say("\n2. A guest books: events/timerex/event_confirmed.json")
        asked = len(self.visitor.vendor_calls())
        answer = self.visitor.send(BOOKING.read_bytes(), self.token)
        self.check(answer.get("accepted") == 1, f"the webhook answered {json.dumps(answer)}")
        ledger = self.visitor.settled(1)
        calls = self.visitor.vendor_calls()[asked:]
        portal = self.visitor.portal()
        companies, contacts = living(portal, "companies"), living(portal, "contacts")
        for company in companies:
            self.show("company", company, "name", "domain", "numberofemployees", "country")
        for contact in contacts:
            self.show("contact", contact, "lastname", "firstname", "email")
        self.check(len(companies) == 1, "one company")
        self.check(len(contacts) == 1, "one contact")
        linked = contacts[0]["associations"].get("companies", {}) if contacts else {}
        primary = [other for other, types in linked.items() if PRIMARY in types]
        self.check(primary == [company["id"] for company in companies], "the contact belongs to the company (primary)")
        self.line(ledger)
        self.check([delivery["state"] for delivery in ledger] == ["delivered"], "one delivery, delivered")
        for call in calls:
            self.say(f"     {call}")
        self.check(0 < len(calls) <= MOST_CALLS, f"{len(calls)} calls to HubSpot (at most {MOST_CALLS})")

    def repeat(self) -> None:
        """Send the same event once more: nothing may happen."""
        self.say("\n3. TimeRex sends the same event again")
        before, asked = self.visitor.deliveries(), len(self.visitor.vendor_calls())
        answer = self.visitor.send(BOOKING.read_bytes(), self.token)
        self.check(
            answer.get("repeated") == 1 and not answer.get("accepted"), f"the webhook answered {json.dumps(answer)}"
        )
        self.check(self.visitor.settled(1) == before, "still one delivery, as it was")
        self.check(len(living(self.visitor.portal(), "contacts")) == 1, "no second contact")
        self.check(len(living(self.visitor.portal(), "companies")) == 1, "no second company")
        self.check(len(self.visitor.vendor_calls()) == asked, "no call to HubSpot")

    def free_mail(self) -> None:
        """Send a booking from a free-mail address without a company name: a contact, and no domain anywhere."""
        self.say("\n4. A guest with a free-mail address books: events/timerex/event_confirmed_free_mail.json")
        event = json.loads(FREE_MAIL.read_text(encoding="utf-8"))
        (address,) = (field["value"] for field in event["event"]["form"] if field["field_type"] == "guest_email")
        domain = address.rpartition("@")[2]
        answer = self.visitor.send(FREE_MAIL.read_bytes(), self.token)
        self.check(answer.get("accepted") == 1, f"the webhook answered {json.dumps(answer)}")
        ledger = self.visitor.settled(2)
        portal = self.visitor.portal()
        found = [contact for contact in living(portal, "contacts") if contact["properties"].get("email") == address]
        for contact in found:
            self.show("contact", contact, "lastname", "firstname", "email")
        self.check(len(found) == 1, "one more contact")
        domains = [company["properties"].get("domain") for company in living(portal, "companies")]
        self.check(domain not in domains, f"no company got the domain {domain}")
        self.check(len(domains) == 1, "no company was made of it")
        new = [delivery for delivery in ledger if delivery["id"].endswith(event["event"]["id"])]
        self.line(new)
        self.check(any(delivery["warnings"] for delivery in new), "the delivery says why there is no company")
        self.check(sorted(row["state"] for row in ledger) == ["delivered"] * 2, "two deliveries, both delivered")

    def check(self, held: bool, what: str) -> None:
        """Say whether something held, and remember it if not."""
        self.say(f"   {'ok' if held else 'FAILED'}  {what}")
        if not held:
            self.failed.append(what)

    def show(self, what: str, record: Record, *names: str) -> None:
        """Show a record of the portal."""
        values = (f"{name} {record['properties'][name]}" for name in names if record["properties"].get(name))
        self.say(f"     {what} {record['id']}: {', '.join(values)}")

    def line(self, ledger: list[Record]) -> None:
        """Show the ledger's lines."""
        for row in ledger:
            said = "".join(f"; {warning['message']}" for warning in row["warnings"])
            words = f"{row['state']}{': ' + row['message'] if row.get('message') else ''}{said}"
            self.say(f"     delivery {row['id']}: {words}")


def living(portal: dict[str, Any], kind: str) -> list[Record]:
    """Pick the records of a type that nobody archived."""
    return [record for record in portal[kind] if not record["archived"]]
