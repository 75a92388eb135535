"""The events of HubSpot's webhooks: what is told of which change, and how it is signed."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hubspot.utils.signature import Signature

from local.sandbox.hubspot import App, HubSpot
from local.sandbox.hubspot.webhooks import FIRST_SUBSCRIPTION, SUBSCRIPTIONS, Subscription
from tests.local.sandbox.conftest import OTHER, PORTAL, Api, Clock

OBJECTS = "/crm/objects/2026-09"
DEALS = f"{OBJECTS}/deals"
AT = 1795309323456  # the clock's 2026-11-22T01:02:03.456Z
URL = "https://renkei.example/webhooks/hubspot"


def _short(hubspot: HubSpot) -> list[tuple[object, ...]]:
    """What waits: the type and what says more of it."""
    names = ("subscriptionType", "objectId", "fromObjectId", "toObjectId", "propertyName", "propertyValue")
    return [tuple(event[n] for n in names if n in event) for event in hubspot.take_events()]


@pytest.fixture
def installed(hubspot: HubSpot) -> HubSpot:
    hubspot.issue_token(PORTAL)
    return hubspot


@pytest.fixture
def deal(installed: HubSpot) -> int:
    made = int(installed.seed(PORTAL, "deals", {"dealname": "案件", "dealstage": "contractsent"}))
    installed.take_events()
    return made


@pytest.fixture
def company(installed: HubSpot) -> int:
    return int(installed.seed(PORTAL, "companies", {"website": "https://kaisha.example"}))


def test_a_person_moves_a_stage(installed: HubSpot, deal: int) -> None:
    installed.change(PORTAL, "deals", str(deal), {"dealstage": "closedwon", "amount": "5"})
    assert installed.take_events() == [
        {
            "eventId": 3,
            "subscriptionId": FIRST_SUBSCRIPTION + 3,
            "portalId": PORTAL,
            "appId": 7_000_001,
            "occurredAt": AT,
            "subscriptionType": "deal.propertyChange",
            "attemptNumber": 0,
            "objectId": deal,
            "changeSource": "CRM_UI",
            "sourceId": "userId:51001",
            "propertyName": "dealstage",
            "propertyValue": "closedwon",
            "isSensitive": False,
        }
    ]
    assert installed.take_events() == []


def test_an_app_moves_a_stage(api: Api, hubspot: HubSpot, clock: Clock) -> None:
    made = api.post(DEALS, json={"properties": {"dealname": "案件", "dealstage": "contractsent"}, "associations": []})
    clock.pass_(1)
    for _ in range(2):  # the second time nothing changes
        api.patch(f"{DEALS}/{made.json()['id']}", json={"properties": {"dealstage": "closedwon"}})
    created, staged, moved = hubspot.take_events()
    assert (created["subscriptionType"], created["changeFlag"]) == ("deal.creation", "NEW")
    assert (staged["propertyValue"], staged["occurredAt"]) == ("contractsent", AT)
    assert (moved["propertyValue"], moved["occurredAt"]) == ("closedwon", AT + 1000)
    for event in (created, staged, moved):
        assert (event["changeSource"], event["sourceId"]) == ("INTEGRATION", "7000001")
        assert event["objectId"] == int(made.json()["id"])


def test_only_the_subscribed_company_properties_are_told(installed: HubSpot, company: int) -> None:
    assert _short(installed) == []  # neither creation nor the website
    values = {"name": "甲", "phone": "03", "zip": "1", "state": "東京都", "city": "港区", "address": "1-1"}
    installed.change(PORTAL, "companies", str(company), values | {"domain": "k.example", "description": "x"})
    told = [(name, value) for *_, name, value in _short(installed)]
    assert dict(told) == values | {"domain": "k.example"}
    installed.change(PORTAL, "companies", str(company), {"phone": ""})
    assert _short(installed) == [("company.propertyChange", company, "phone", "")]
    installed.archive(PORTAL, "companies", str(company))
    assert _short(installed) == []


def test_an_association_is_the_deals_from_either_side(api: Api, hubspot: HubSpot, deal: int, company: int) -> None:
    hubspot.take_events()
    told = []
    path = f"associations/companies/{company}"
    primary = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 5}]
    from_company = f"{OBJECTS}/companies/{company}/associations/default/deals/{deal}"
    for method, address, body in (
        ("PUT", from_company, None),
        ("PUT", from_company, None),  # nothing new
        ("PUT", f"{DEALS}/{deal}/{path}", primary),
        ("DELETE", f"{DEALS}/{deal}/{path}", None),
    ):
        assert api.request(method, address, json=body).ok
        told.append(hubspot.take_events())
    flags = [[(e["associationRemoved"], e["isPrimaryAssociation"]) for e in events] for events in told]
    assert flags == [[(False, False)], [], [(False, True)], [(True, True)]]
    assert told[0] == [
        {
            "eventId": 3,
            "subscriptionId": FIRST_SUBSCRIPTION + 4,
            "portalId": PORTAL,
            "appId": 7_000_001,
            "occurredAt": AT,
            "subscriptionType": "deal.associationChange",
            "attemptNumber": 0,
            "changeSource": "INTEGRATION",
            "sourceId": "7000001",
            "associationType": "DEAL_TO_COMPANY",
            "fromObjectId": deal,
            "toObjectId": company,
            "associationRemoved": False,
            "isPrimaryAssociation": False,
        }
    ]


def test_another_company_becomes_primary(installed: HubSpot, deal: int, company: int) -> None:
    second = int(installed.seed(PORTAL, "companies", {"website": "https://b.example"}))
    contact = int(installed.seed(PORTAL, "contacts", {"email": "a@b.example"}))
    installed.associate(PORTAL, "deals", str(deal), "companies", str(company), 5)
    installed.associate(PORTAL, "companies", str(second), "deals", str(deal), 6)
    installed.associate(PORTAL, "contacts", str(contact), "deals", str(deal))
    installed.associate(PORTAL, "contacts", str(contact), "companies", str(company), 1)
    names = ("associationType", "toObjectId", "associationRemoved", "isPrimaryAssociation")
    events = installed.take_events()
    assert {event["fromObjectId"] for event in events} == {deal}
    assert [tuple(event[name] for name in names) for event in events] == [
        ("DEAL_TO_COMPANY", company, False, True),
        ("DEAL_TO_COMPANY", company, True, True),  # no longer primary; still associated
        ("DEAL_TO_COMPANY", second, False, True),
        ("DEAL_TO_CONTACT", contact, False, False),
    ]


def test_ends_and_merges(installed: HubSpot, deal: int, company: int) -> None:
    other = int(installed.seed(PORTAL, "deals", {"dealname": "乙", "amount": "7"}))
    installed.associate(PORTAL, "deals", str(deal), "companies", str(company))
    installed.take_events()
    left = int(installed.merge(PORTAL, "deals", str(deal), str(other)))
    *links, merged = installed.take_events()
    assert [(e["fromObjectId"], e["associationRemoved"]) for e in links] == [(deal, True), (left, False)]
    assert merged["subscriptionType"] == "deal.merge"
    assert (merged["primaryObjectId"], merged["mergedObjectIds"], merged["newObjectId"]) == (deal, [other], left)
    installed.archive(PORTAL, "deals", str(left))
    gone = installed.take_events()
    assert [e["subscriptionType"] for e in gone] == ["deal.deletion", "deal.associationChange"]
    assert (gone[0]["objectId"], gone[0]["changeFlag"]) == (left, "DELETED")


def test_only_where_the_app_is_installed(hubspot: HubSpot) -> None:
    hubspot.seed(PORTAL, "deals", {"dealname": "案件"})
    assert hubspot.take_events() == []
    hubspot.issue_token(PORTAL, {"oauth", "crm.objects.companies.read"})  # no scope for deals
    hubspot.issue_token(OTHER)
    for portal in (PORTAL, OTHER):
        hubspot.seed(portal, "deals", {"dealname": "案件"})
    assert {event["portalId"] for event in hubspot.take_events()} == {OTHER}
    hubspot.uninstall(OTHER)
    hubspot.seed(OTHER, "deals", {"dealname": "案件"})
    assert hubspot.take_events() == []


def test_events_are_taken_by_portal_oldest_first(hubspot: HubSpot, clock: Clock) -> None:
    for portal in (PORTAL, OTHER, PORTAL):
        hubspot.issue_token(portal)
        hubspot.seed(portal, "deals", {"dealname": "案件"})
        clock.pass_(1)
    mine = hubspot.take_events(PORTAL)
    assert [e["occurredAt"] for e in mine] == [AT, AT, AT + 2000, AT + 2000]
    other = hubspot.take_events()
    assert {e["portalId"] for e in other} == {OTHER}
    assert [e["eventId"] for e in other] == [1, 2] == [e["eventId"] for e in mine[:2]]  # not unique


def test_what_is_refused_or_taken_back_is_not_told(api: Api, hubspot: HubSpot, deal: int, company: int) -> None:
    good = {"id": str(deal), "properties": {"dealstage": "closedwon"}}
    bad = {"id": str(company), "properties": {"dealstage": "closedwon"}}
    assert api.post(f"{DEALS}/batch/update", json={"inputs": [good, bad]}).status_code == 404
    ends = [{"from": {"id": str(deal)}, "to": {"id": to}} for to in (str(company), "1")]
    many = "/crm/associations/2026-09/deals/companies/batch/associate/default"
    assert api.post(many, json={"inputs": ends}).status_code == 404
    with pytest.raises(ValueError, match="no such stage"):
        hubspot.change(PORTAL, "deals", str(deal), {"dealstage": "closedwon", "pipeline": "8001000"})
    with pytest.raises(ValueError, match="not valid"):
        hubspot.associate(PORTAL, "deals", str(deal), "companies", str(company), 1)
    assert hubspot.take_events() == []


def test_other_subscriptions(clock: Clock) -> None:
    wanted = (Subscription("contact.creation"), Subscription("contact.propertyChange", "email"))
    hubspot = HubSpot(clock, subscriptions=wanted)
    hubspot.issue_token(PORTAL)
    contact = int(hubspot.seed(PORTAL, "contacts", {"email": "a@b.example"}))
    hubspot.seed(PORTAL, "deals", {"dealname": "案件"})
    assert _short(hubspot) == [
        ("contact.creation", contact),
        ("contact.propertyChange", contact, "email", "a@b.example"),
    ]


def test_the_subscriptions_are_those_of_the_app_that_is_shipped() -> None:
    file = Path(__file__).parents[3] / "docs" / "hubspot-app" / "src" / "app" / "webhooks" / "webhooks-hsmeta.json"
    shipped = json.loads(file.read_text(encoding="utf-8"))["config"]["subscriptions"]["legacyCrmObjects"]
    wanted = {Subscription(one["subscriptionType"], one.get("propertyName", "")) for one in shipped if one["active"]}
    assert (set(SUBSCRIPTIONS), len(SUBSCRIPTIONS)) == (wanted, len(shipped))


@pytest.mark.parametrize(
    ("timestamp", "wanted"),
    [
        (1693657560000, "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="),
        (1700000300000, "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw="),
    ],
)
def test_the_signature_is_that_of_the_published_vectors(timestamp: int, wanted: str) -> None:
    app = App(client_secret="yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy")
    hubspot = HubSpot(lambda: datetime.fromtimestamp(timestamp / 1000, UTC), app=app)
    body = b"{'example_field':'example_value'}"
    assert hubspot.signed(body, "https://www.example.com/webhook_uri") == {
        "X-HubSpot-Signature-v3": wanted,
        "X-HubSpot-Request-Timestamp": str(timestamp),
        "X-HubSpot-Signature": hashlib.sha256(app.client_secret.encode() + body).hexdigest(),
        "X-HubSpot-Signature-Version": "v1",
    }


@pytest.mark.parametrize(
    ("url", "message_url"),
    [
        (URL, URL),
        (f"{URL}?a=b&c=%20d", f"{URL}?a=b&c=%20d"),
        (f"{URL}/%3a%2F%40%253A?x=%3F%27%C3%A9", f"{URL}/:/@%253A?x=?'%C3%A9"),
    ],
)
def test_hubspots_own_client_agrees_with_the_signatures(hubspot: HubSpot, url: str, message_url: str) -> None:
    body = '[{"propertyValue":"見積"}]'
    headers = hubspot.signed(body.encode(), url)
    secret = hubspot.app.client_secret
    v3 = Signature.get_signature(secret, body, "v3", message_url, timestamp=headers["X-HubSpot-Request-Timestamp"])
    assert headers["X-HubSpot-Signature-v3"] == v3
    assert headers["X-HubSpot-Signature"] == Signature.get_signature(secret, body, "v1")
