"""What the demo does and what must hold: connect, bookings, and a connection that breaks and is healed by a person."""

import json
import re
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
PAGE = re.compile(r"http\S+/notices/[^\s#]+")
type Record = dict[str, Any]


@dataclass
class Story:
    """Tells the story step by step; `failed` lists what did not hold. `minute` does what is done each minute, now."""

    visitor: Visitor
    say: Callable[[str], None]
    minute: Callable[[], object]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    failed: list[str] = field(default_factory=list)

    def tell(self) -> None:
        """Do and check everything. Raises DemoTrouble where it cannot go on."""
        self.connect()
        self.booking()
        self.repeat()
        self.free_mail()
        self.healed(self.broken())

    def connect(self) -> None:
        """Connect HubSpot over its consent page, keep TimeRex's token, save the workspace file."""
        self.say("\n1. Connecting the workspace “demo”")
        there = f"workspaces/{self.visitor.workspace}"
        started = self.visitor.api("POST", f"{there}/connections/hubspot", {"switch_account": False})
        self.visitor.consent(started["url"])
        found = self.visitor.connection("hubspot")
        self.check(found.get("state") == "connected", f"HubSpot is connected (account {found.get('account')})")
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
        new = of(event, ledger)
        self.line(new)
        self.check(any(delivery["warnings"] for delivery in new), "the delivery says why there is no company")
        self.check(sorted(row["state"] for row in ledger) == ["delivered"] * 2, "two deliveries, both delivered")

    def broken(self) -> Record:
        """Let HubSpot's admin remove the app, and a guest book: the booking waits, one mail says so. Gives the mail."""
        self.say("\n5. HubSpot's admin removes the app; the next guest books all the same")
        before = len(self.visitor.mails())
        self.visitor.uninstall()
        answer = self.visitor.send(json.dumps(another()).encode(), self.token)
        self.check(answer.get("accepted") == 1, f"the webhook answered {json.dumps(answer)}")
        new = of(another(), self.visitor.settled(3))
        self.line(new)
        self.check([row["state"] for row in new] == ["parked"], "the booking is kept and waits for a person")
        state = self.visitor.connection("hubspot").get("state")
        self.check(state == "reconnect", f"the connection's state is “{state}”")
        self.minute()
        told = self.visitor.mails(before + 1)[before:]
        for mail in told:
            self.mail(mail)
        self.check(len(told) == 1, "one mail says what happened and what to do")
        self.minute()
        self.check(len(self.visitor.mails()) == before + len(told), "a minute later there is no second one")
        return told[0] if told else {"text": ""}

    def healed(self, mail: Record) -> None:
        """Follow the mail's link and connect again: what waited goes through, once, and a mail says so."""
        self.say("\n6. The admin follows the mail's link and connects again")
        contacts, before = living(self.visitor.portal(), "contacts"), len(self.visitor.mails())
        if (link := PAGE.search(mail["text"])) is None:
            return self.check(False, "the mail has a link")
        self.say(f"     {link[0].partition('?')[0]}")
        self.visitor.reconnect(link[0])
        ledger = self.visitor.settled(3, stuck=False)
        self.line(of(another(), ledger))
        self.check([row["state"] for row in ledger] == ["delivered"] * 3, "the booking went through by itself")
        portal = self.visitor.portal()
        new = [one for one in living(portal, "contacts") if one["id"] not in {old["id"] for old in contacts}]
        for contact in new:
            self.show("contact", contact, "lastname", "firstname", "email")
        self.check(len(new) == 1, "one more contact, and none of them twice")
        self.check(len(living(portal, "companies")) == 1, "still one company")
        self.minute()
        told = self.visitor.mails(before + 1)[before:]
        for one in told:
            self.mail(one)
        self.check(
            [re.findall(r"\d+", one["subject"]) for one in told] == [["1"]],
            "one mail says that it works again, and how many went through",
        )
        return None

    def check(self, held: bool, what: str) -> None:
        """Say whether something held, and remember it if not."""
        self.say(f"   {'ok' if held else 'FAILED'}  {what}")
        if not held:
            self.failed.append(what)

    def show(self, what: str, record: Record, *names: str) -> None:
        """Show a record of the portal."""
        values = (f"{name} {record['properties'][name]}" for name in names if record["properties"].get(name))
        self.say(f"     {what} {record['id']}: {', '.join(values)}")

    def mail(self, mail: Record) -> None:
        """Show a mail: to whom, its subject and its first line."""
        self.say(f"     mail to {', '.join(mail['to'])}: {mail['subject']}")
        self.say(f"       {next(iter(mail['text'].splitlines()), '')}")

    def line(self, ledger: list[Record]) -> None:
        """Show the ledger's lines."""
        for row in ledger:
            said = "".join(f"; {warning['message']}" for warning in row["warnings"])
            words = f"{row['state']}{': ' + row['message'] if row.get('message') else ''}{said}"
            self.say(f"     delivery {row['id']}: {words}")


def another() -> Record:
    """Give the booking of another guest of the same firm."""
    event: Record = json.loads(BOOKING.read_text(encoding="utf-8"))
    event["event"]["id"] = "0a1b2c3d4e5f60718293"
    values = {"guest_name": "高橋　三郎", "guest_email": "saburo.takahashi@aozora-shoji.example.jp"}
    for field_ in event["event"]["form"]:
        field_["value"] = values.get(field_["field_type"], field_["value"])
    return event


def of(event: Record, ledger: list[Record]) -> list[Record]:
    """Pick an event's deliveries."""
    return [row for row in ledger if row["id"].endswith(event["event"]["id"])]


def living(portal: dict[str, Any], kind: str) -> list[Record]:
    """Pick the records of a type that nobody archived."""
    return [record for record in portal[kind] if not record["archived"]]
