"""The demo's fifth part: a school's people and purchases arrive in HubSpot, Mailchimp and Slack."""

import copy
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from local.demo.campus import VENDORS, Campus, new_secret
from local.demo.offices import PORTAL, Record, until, writes
from local.demo.story import Story
from local.demo.terminal import Terminal
from local.sandbox.hubspot import demo_key
from local.sandbox.mailchimp import DEMO as MAILCHIMP
from local.sandbox.slack import DEMO as SLACK
from local.stack.template import ROOT

EVENTS = ROOT / "events" / "lms"
WORKSPACE = Path(__file__).parent / "school.yaml"
JOINED, BOUGHT, LEFT = "user_created.json", "course_purchased.json", "membership_cancelled.json"
MOST_NEW = {"hubspot": 2, "mailchimp": 1, "slack": 0}
USERS = "local/demo/users.csv"
CHANNEL = "C0DEMO"
THREE = [f"lms_to_{vendor}" for vendor in VENDORS]


def tell(story: Story) -> None:
    """Connect, and let people join, buy and leave. Raises DemoTrouble where it cannot go on."""
    visitor = replace(story.visitor, workspace="school")
    told = replace(story, visitor=visitor, failed=story.failed)
    terminal = Terminal(visitor.url, visitor.workspace, story.say)
    campus = Campus(visitor.sandbox, url=f"{visitor.url}/webhooks/lms/{visitor.workspace}")
    School(told, terminal, campus).tell()


@dataclass(frozen=True)
class School:
    """Tells it step by step."""

    story: Story
    terminal: Terminal
    campus: Campus

    def tell(self) -> None:
        """Do and check everything."""
        self.connect()
        self.prepare()
        self.joins()
        self.buys()
        self.repeats()
        self.unsubscribes()
        self.cancels()
        self.apart()
        self.lists()

    def connect(self) -> None:
        """Connect all three by their keys, as an admin does, and the LMS by its secret."""
        self.story.say("\n23. Another team: a school, HubSpot, Mailchimp and Slack (workspace “school”)")
        visitor = self.story.visitor
        entered: dict[str, dict[str, str]] = {
            "hubspot --token": {"RENKEI_HUBSPOT_ACCESS_TOKEN": demo_key(PORTAL)},
            "mailchimp": {
                "RENKEI_MAILCHIMP_API_KEY": MAILCHIMP.api_key,
                "RENKEI_MAILCHIMP_AUDIENCE": MAILCHIMP.audience,
            },
            "slack": {"RENKEI_SLACK_HOOK_URL": f"{visitor.sandbox}/slack{SLACK.hook}"},
            "lms": {"RENKEI_LMS_SECRET": self.campus.secret},
        }
        for words, keys in entered.items():
            code = self.terminal.renkei("connect", *words.split(), **keys)
            self.check(code == 0, f"{words.split()[0]} is connected")

    def prepare(self) -> None:
        """Make the properties and merge fields that are missing, and apply the file."""
        self.story.say("\n24. HubSpot and Mailchimp are prepared: nobody types property names by hand")
        for vendor in ("hubspot", "mailchimp"):
            self.check(self.terminal.renkei("lms", f"prepare-{vendor}") == 0, f"{vendor} has all that is needed")
        code = self.terminal.renkei("apply", str(WORKSPACE.relative_to(ROOT)))
        self.check(code == 0, "the workspace file is saved: every property, field and stage is there")

    def joins(self) -> None:
        """Let somebody sign up."""
        self.story.say(f"\n25. Somebody signs up: events/lms/{JOINED}")
        event = self.event(JOINED)
        status, _ = self.campus.send(event, new_secret())
        self.check(status == 401, f"signed with another secret it is answered with {status}")  # noqa: PLR2004
        asked = self.campus.asked()
        self.sent(event)
        email = event["data"]["user"]["email"]
        contact = self.contact(email)
        self.shown("contact", contact, "email", "nickname", "group", "signup_page", "custom_form_1", "status")
        self.check(contact.get("username") == "hanako_s", "a contact in HubSpot, with the school's properties")
        member = self.member(email)
        self.check(member.get("status") == "subscribed", "a member in Mailchimp, with the status that the file says")
        self.check(self.campus.messages() == [], "Slack is not told of it")
        for vendor, calls in self.calls(asked).items():
            self.check(len(calls) <= MOST_NEW[vendor], f"{len(calls)} calls to {vendor} (at most {MOST_NEW[vendor]})")

    def buys(self) -> None:
        """Let her buy a course; she has another mail address by now."""
        self.story.say(f"\n26. She buys a course, and has another mail address by now: events/lms/{BOUGHT}")
        campus, event = self.campus, self.event(BOUGHT)
        asked = campus.asked()
        self.sent(event)
        email = event["data"]["user"]["email"]
        contact = self.contact(email)
        self.shown("contact", contact, "email", "nickname", "purchased_courses")
        same = len(self.people("username", "hanako_s")) == 1 and contact.get("purchased_courses") == "101"
        self.check(same, "it is the same contact, with the new address and the course")
        self.show_purchase()
        member = self.member(email)
        self.check(member.get("COURSES") == "101", "it is the same member, too, with the course")
        said = campus.messages()
        self.said(said)
        self.check(len(said) == 1, "one message in Slack")
        whole = json.dumps(said, ensure_ascii=False)
        self.check("1,200円" in whole and event["data"]["user"]["nickname"] not in whole, "with the price, and no name")
        self.check("&lt;基礎編&gt;" in whole, "with the course's title, escaped")
        for vendor, calls in self.calls(asked).items():
            named = [call for call in calls if "/services/" not in call]  # a hook's path is its secret
            self.story.say(f"     calls to {vendor}: {', '.join(named) or len(calls)}")

    def repeats(self) -> None:
        """Tell the same purchase again, under the same and another event id."""
        self.story.say("\n27. The school sends the purchase again, once as it was and once as another event")
        before, asked = self.all(), self.campus.asked()
        event = self.event(BOUGHT)
        _, answer = self.campus.send(event)
        self.check(answer.get("repeated") == len(THREE), f"as it was: the webhook answered {json.dumps(answer)}")
        self.sent(event | {"id": "evt_again"})
        self.check(self.all() == before, "nothing changed in HubSpot, Mailchimp and Slack")
        self.check(writes(self.campus.calls(asked)) == [], "no call that writes anything")

    def unsubscribes(self) -> None:
        """Let her leave the newsletter, and change something in the school."""
        self.story.say("\n28. She unsubscribes from the newsletter, and later joins another group at the school")
        event = self.event(BOUGHT)
        user = event["data"]["user"] | {"updated_at": "2026-11-22T11:00:00+09:00", "version": 5, "groups": ["卒業生"]}
        self.campus.unsubscribe(user["email"])
        self.sent(event | {"id": "evt_group", "type": "user.updated", "data": {"user": user}})
        member = self.member(user["email"])
        self.check(member.get("GROUP") == "卒業生", "the group arrives in Mailchimp")
        self.check(member.get("status") == "unsubscribed", "she stays unsubscribed; the delivery says so")
        self.check(self.contact(user["email"]).get("group") == "卒業生", "and it arrives in HubSpot")

    def cancels(self) -> None:
        """Let somebody cancel a paid membership."""
        self.story.say(f"\n29. Somebody cancels a paid membership: events/lms/{LEFT}")
        count = len(self.campus.messages())
        self.sent(self.event(LEFT))
        said = self.campus.messages()[count:]
        self.said(said)
        self.check(len(said) == 1 and "29.90" in json.dumps(said), "one message in Slack, with price and currency")

    def apart(self) -> None:
        """Break one of the three, and mend it."""
        self.story.say("\n30. Slack's channel is archived, and somebody else buys the course")
        campus, event = self.campus, copy.deepcopy(self.event(BOUGHT))
        campus.archive_channel(CHANNEL)
        count, mails = len(campus.messages()), len(self.story.visitor.mails())
        event["data"]["user"] |= {"id": "20999", "username": "kenta", "email": "kenta@hinata.example.jp"}
        event["data"]["user"] |= {"nickname": "山本 健太"}
        event["data"]["order"] |= {"id": "ord_55013"}
        ends = self.sent(event | {"id": "evt_kenta"}, waits="lms_to_slack")
        self.check(ends.get("lms_to_slack") == "parked", "Slack's delivery waits for a person")
        rest = [state for key, state in ends.items() if key != "lms_to_slack"]
        self.check(rest == ["delivered"] * 2, "the two others went through")
        self.check(len(self.campus.records("products")) == 1, "still one product; the course is known")
        self.story.minute()
        told = self.story.visitor.mails(mails + 1)[mails:]
        for mail in told:
            self.story.mail(mail)
        self.check(len(told) == 1, "one mail says what happened and what to do")
        campus.archive_channel()
        code = self.terminal.renkei("test-connection", "slack")
        self.check(code == 0, "the channel is back; the test of the connection heals it")
        ends = until(lambda: self.ended("evt_kenta"))
        self.said(campus.messages()[count:])
        all_ = set(ends.values()) == {"delivered"} and len(campus.messages()) == count + 1
        self.check(all_, "the message stands in Slack, once; nothing was sent again by hand")

    def lists(self) -> None:
        """Bring those in who were at the school before it told of anything."""
        self.story.say(f"\n31. Who was at the school before: the LMS's own export, {USERS}")
        words = ("lms", "import", USERS, "--school", "aoi-academy", "--timezone", "Asia/Tokyo")
        before, count = self.all(), len(self.people("status", "active"))
        code = self.terminal.renkei(*words, "--dry-run")
        self.check(code == 1 and self.all() == before, "a rehearsal names the line that would not pass")
        self.check(self.terminal.renkei(*words) == 1, "three lines are through, the fourth is told of")
        self.check(len(self.people("status", "active")) == count + 2, "two more contacts")
        member = self.member("hanako@midori.example.jp")
        there = member.get("GROUP") == "卒業生, 同窓会" and member.get("status") == "unsubscribed"
        self.check(there, "she has her new group, and is unsubscribed as before")
        before, asked = self.all(), self.campus.asked()
        self.terminal.renkei(*words)
        quiet = self.all() == before and not self.campus.calls(asked)
        self.check(quiet, "the same list again: it was worked off, and nothing is called")

    # What each step does.

    def check(self, held: bool, what: str) -> None:
        """Say whether something held."""
        self.story.check(held, what)

    def event(self, name: str) -> dict[str, Any]:
        """Give one of the examples."""
        found: dict[str, Any] = json.loads((EVENTS / name).read_text(encoding="utf-8"))
        return found

    def sent(self, event: dict[str, Any], waits: str = "") -> dict[str, str]:
        """Send an event and wait for its three ends (or until the one that `waits` is parked); gives the states."""
        _, answer = self.campus.send(event)
        self.check(answer.get("accepted") == len(THREE), f"the webhook answered {json.dumps(answer)}")
        ends = until(lambda: self.ended(event["id"], waits))
        self.story.line([row for row in self.story.visitor.deliveries() if row["id"].endswith(event["id"])])
        return ends

    def ended(self, id_: str, waits: str = "") -> dict[str, str]:
        """By integration, the ends of an event's deliveries; empty while one is on its way."""
        rows = [row for row in self.story.visitor.deliveries() if row["id"].endswith(f".{id_}")]
        states = {row["id"].partition(".")[0]: row["state"] for row in rows}
        ends = {"delivered", "skipped", "rejected"}
        done = all(state in ends or (key == waits and state == "parked") for key, state in states.items())
        return states if done and len(states) == len(THREE) else {}

    def people(self, name: str, value: str) -> list[Record]:
        """Pick HubSpot's contacts by a property."""
        return [one for one in self.campus.records("contacts") if one["properties"].get(name) == value]

    def contact(self, email: str) -> dict[str, str]:
        """Give the properties of the contact with an address; empty if there is none."""
        return next((one["properties"] for one in self.people("email", email)), {})

    def member(self, email: str) -> dict[str, str]:
        """Give a member's merge fields and status; empty if there is none."""
        found = self.campus.member(email)
        values = {name: str(value) for name, value in found.get("merge_fields", {}).items() if value}
        if found:
            values |= {"status": found["status"], "language": found["language"]}
            told = ", ".join(f"{name} {value}" for name, value in values.items())
            self.story.say(f"     member {found['contact_id'][:8]}…: {email}, {told}")
        return values

    def shown(self, what: str, values: dict[str, str], *names: str) -> None:
        """Show a record's properties."""
        told = ", ".join(f"{name} {values[name]}" for name in names if values.get(name))
        self.story.say(f"     {what}: {told}")

    def show_purchase(self) -> None:
        """Look at the product, the deal and the line item that joins them."""
        (contact,) = self.people("username", "hanako_s")
        products, lines = self.campus.records("products"), self.campus.records("line_items")
        deals = [one for one in self.campus.records("deals") if one["properties"].get("renkei_lms_purchase_id")]
        names = {
            "product": (products, ("name", "hs_sku", "hs_url", "price")),
            "deal": (deals, ("dealname", "amount", "deal_currency_code", "dealstage", "renkei_lms_purchase_id")),
            "line item": (lines, ("name", "price", "quantity", "hs_product_id")),
        }
        for what, (records, shown) in names.items():
            for record in records:
                self.shown(f"{what} {record['id']}", record["properties"], *shown)
        one = len(products) == len(deals) == len(lines) == 1
        self.check(one, "one product, one deal, one line item")
        joined = one and lines[0]["properties"]["hs_product_id"] == products[0]["id"]
        joined = joined and deals[0]["id"] in lines[0]["associations"].get("deals", {})
        self.check(joined, "the line item joins product and deal")
        hers = one and contact["id"] in deals[0]["associations"].get("contacts", {})
        self.check(hers and deals[0]["properties"]["amount"] == "1200", "the deal is hers, of 1200 JPY")

    def said(self, messages: list[Record]) -> None:
        """Show what stands in Slack."""
        for one in messages:
            self.story.say(f"     Slack, {one['channel']}: {one['payload']['text']}")

    def calls(self, since: dict[str, int]) -> dict[str, list[str]]:
        """By vendor, what was asked since."""
        return {vendor: self.campus.calls({vendor: since[vendor]}) for vendor in VENDORS}

    def all(self) -> list[object]:
        """Look at everything."""
        campus = self.campus
        kinds = [campus.records(kind) for kind in ("contacts", "products", "deals", "line_items")]
        return [*kinds, campus.members(), campus.messages()]
