"""The demo's second part: another team books over Cal.com, and its CRM is Salesforce."""

import json
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from local.demo.story import Record, Story
from local.stack.template import ROOT

EVENTS = ROOT / "events" / "calcom"
WORKSPACE = Path(__file__).parent / "sales.yaml"


def tell(story: Story) -> None:
    """Connect, book, and move the booking. Raises DemoTrouble where it cannot go on."""
    sales = replace(story, visitor=replace(story.visitor, workspace="sales"), failed=story.failed)
    key = secrets.token_hex(24)
    _connect(sales, key)
    _booking(sales, key)
    _moved(sales, key)


def _connect(story: Story, key: str) -> None:
    story.say("\n7. Another team: Cal.com and Salesforce (workspace “sales”)")
    there = f"workspaces/{story.visitor.workspace}"
    started = story.visitor.api("POST", f"{there}/connections/salesforce", {"switch_account": False})
    story.visitor.consent(started["url"])
    found = story.visitor.connection("salesforce")
    story.check(found.get("state") == "connected", f"Salesforce is connected (org {found.get('account')})")
    kept = story.visitor.api("POST", f"{there}/connections/calcom", {"token": key, "keep_old": False})
    story.check(kept["tokens"] == 1, f"Cal.com may send to {kept['webhook_url']}")
    story.visitor.salesforce(booking_id_field=True)  # its admin adds the field of docs/salesforce-app
    saved = story.visitor.api("PUT", there, yaml.safe_load(WORKSPACE.read_text(encoding="utf-8")))
    story.check(saved["saved"] is True, "the workspace file is saved: every line fits the org's fields")


def _booking(story: Story, key: str) -> None:
    story.say("\n8. A guest books over Cal.com: events/calcom/booking_created.json")
    event = (EVENTS / "booking_created.json").read_bytes()
    status, _ = story.visitor.send_signed(event, "not the key that Cal.com has")
    story.check(status == 401, f"with a wrong signature the webhook answers {status}")  # noqa: PLR2004
    asked = len(story.visitor.vendor_calls("salesforce"))
    _, answer = story.visitor.send_signed(event, key)
    story.check(answer.get("accepted") == 1, f"the webhook answered {json.dumps(answer)}")
    story.line(story.visitor.settled(1))
    leads, events = _living(story, "Lead"), _living(story, "Event")
    for lead in leads:
        story.say(f"     lead {lead['Id']}: {_shown(lead, 'LastName', 'FirstName', 'Company', 'Email')}")
        story.say(f"       {_shown(lead, 'NumberOfEmployees', 'LeadSource', 'Renkei_Booking_Id__c')}")
    for one in events:
        story.say(f"     event {one['Id']}: {_shown(one, 'Subject', 'StartDateTime', 'Location')}")
    story.check(len(leads) == 1, "one lead")
    story.check([one["WhoId"] for one in events] == [lead["Id"] for lead in leads], "one event, on the lead")
    _, again = story.visitor.send_signed(event, key)
    story.check(again.get("repeated") == 1, f"sent again, the webhook answered {json.dumps(again)}")
    for call in story.visitor.vendor_calls("salesforce")[asked:]:
        story.say(f"     {call}")


def _moved(story: Story, key: str) -> None:
    story.say("\n9. The guest moves the booking: events/calcom/booking_rescheduled.json")
    before = _living(story, "Event")
    _, answer = story.visitor.send_signed((EVENTS / "booking_rescheduled.json").read_bytes(), key)
    story.check(answer.get("accepted") == 1, f"the webhook answered {json.dumps(answer)}")
    story.line(story.visitor.settled(2)[:1])
    after = _living(story, "Event")
    for one in after:
        story.say(f"     event {one['Id']}: {_shown(one, 'Subject', 'StartDateTime')}")
    story.check(len(_living(story, "Lead")) == 1, "still one lead")
    same = [one["Id"] for one in after] == [one["Id"] for one in before]
    story.check(same and after[0]["StartDateTime"] != before[0]["StartDateTime"], "the same event, at its new time")


def _living(story: Story, name: str) -> list[Record]:
    records: dict[str, Any] = story.visitor.org()["records"]
    return [record for record in records[name] if not record["IsDeleted"]]


def _shown(record: Record, *names: str) -> str:
    return ", ".join(f"{name} {record[name]}" for name in names if record.get(name))
