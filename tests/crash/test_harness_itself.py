"""The crash harness must catch code that breaks its promises, and must see every effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from booking_to_salesforce.known import Known
from renkei import runtime
from renkei.actions import UNIQUE, Create, Item, Result
from renkei.deliveries import Deliveries
from renkei.dynamo import Item as Row
from renkei.dynamo import Table
from renkei.integration import Verdict, Worker
from renkei.runtime import Work
from renkei.vendors.hubspot import HubSpot
from tests import rights
from tests.crash.lives import Lives
from tests.crash.salesforce_stories import STORIES as SALESFORCE_STORIES
from tests.crash.stories import STORIES
from tests.functions.booking_to_salesforce.steps import leads
from tests.harness import QUEUES, Stack

NEW_FIRM = next(story for story in STORIES if story.name == "new firm")
NEW_LEAD = next(story for story in SALESFORCE_STORIES if story.name == "new lead")
CONTACT_ONLY = next(story for story in STORIES if story.name == "contact only")


def test_it_sees_every_effect_of_a_booking(stack: Stack) -> None:
    lives = Lives(stack, NEW_FIRM)
    assert [kill.side for kill in lives.kills] == ["before", "after"] * (len(lives.kills) // 2)
    assert [(kill.deed, kill.effect) for kill in lives.kills if kill.side == "before"] == [
        (0, "kms Decrypt"),  # the digest key, to compare the sender's token
        (0, "kms GenerateDataKey"),
        (0, "dynamodb PutItem"),
        (0, "sqs SendMessage"),
        (1, "sqs ReceiveMessage"),
        (1, "kms Decrypt"),  # the payload; the connection's and the digest key are in memory since set-up
        (1, "dynamodb UpdateItem"),  # buys searches of the account's budget
        (1, "POST /hubspot/crm/objects/2026-09/companies/search"),
        (1, "dynamodb UpdateItem"),  # notes the key of the company to come, by the firm's domain
        (1, "dynamodb UpdateItem"),  # and by its name
        (1, "dynamodb UpdateItem"),  # buys other calls
        (1, "POST /hubspot/crm/objects/2026-09/companies"),
        (1, "dynamodb UpdateItem"),  # remembers the firm by its domain
        (1, "dynamodb UpdateItem"),  # and by its name
        (1, "POST /hubspot/crm/objects/2026-09/contacts"),
        (1, "dynamodb UpdateItem"),  # settles
        (1, "sqs DeleteMessage"),
        (1, "sqs ReceiveMessage"),
        *[(1, "sqs ReceiveMessage")] * (len(QUEUES) - 1),  # the other integrations' queues
    ]


def test_a_process_that_dies_of_an_exception_leaves_what_a_killed_one_leaves(stack: Stack) -> None:
    lives = Lives(stack, CONTACT_ONLY)
    assert lives.die_really() == len(lives.kills) >= 20


def test_it_catches_a_company_made_without_a_key(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    create = HubSpot._create

    def keyless(self: HubSpot, action: Create) -> Result:
        kept = [{name: text for name, text in item.properties.items() if name != UNIQUE} for item in action.items]
        items = [Item(item.key, values, item.to) for item, values in zip(action.items, kept, strict=True)]
        return create(self, Create(action.object, action.by, tuple(items)))

    monkeypatch.setattr(HubSpot, "_create", keyless)
    lives = Lives(stack, NEW_FIRM)
    with pytest.raises(AssertionError, match=r"killed after effect \d+ \(POST .*/companies.* at once: left"):
        lives.die_everywhere("at once")
    assert len(stack.the("companies")) == 2


def test_it_catches_a_lead_whose_creation_is_not_looked_for(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Known, "unclear", lambda *_: False)
    lives = Lives(stack, NEW_LEAD)
    with pytest.raises(AssertionError, match=r"killed after effect \d+ \(POST .*/sobjects/Lead, .* at once: left"):
        lives.die_everywhere("at once")
    assert len(leads(stack)) == 2


def test_it_catches_a_delivery_that_ends_before_its_work(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    guarded = runtime._guarded

    def hasty(rows: Sequence[Row], worker: Worker, work: Work) -> Mapping[str, Verdict]:
        for row in rows:
            work.platform.deliveries.settle(row, "delivered")
        return guarded(rows, worker, work)

    monkeypatch.setattr(runtime, "_guarded", hasty)
    lives = Lives(stack, NEW_FIRM)
    with pytest.raises(AssertionError, match=r"killed after effect .*dynamodb UpdateItem.*left"):
        lives.die_everywhere("later")
    assert not stack.the("contacts")


def test_it_catches_a_receiver_that_knows_an_event_before_it_is_stored(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = Deliveries.accept

    def forgetful(self: Deliveries, workspace: str, integration: str, key: str, payload: bytes) -> bool:
        seen = Table("links")
        if seen.get({"scope": workspace, "link": key}):
            return False
        seen.put({"scope": workspace, "link": key})
        return accept(self, workspace, integration, key, payload)

    monkeypatch.setattr(Deliveries, "accept", forgetful)
    lives = Lives(stack, NEW_FIRM)
    with pytest.raises(AssertionError, match=r"killed after effect .*dynamodb PutItem.*deliveries"):
        lives.die_everywhere("later")
    rights.forgive()


def test_it_catches_a_payload_that_stays(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    change = Deliveries._change

    def hoarding(self: Deliveries, row: Row, put: Row, remove: Sequence[str] = ()) -> bool:
        return change(self, row, put, [name for name in remove if name != "sealed"])

    monkeypatch.setattr(Deliveries, "_change", hoarding)
    with pytest.raises(AssertionError, match="still holds its payload"):
        Lives(stack, NEW_FIRM)
