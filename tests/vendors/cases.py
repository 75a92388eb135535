"""What the conformance suite must know of a vendor: one record each. A new vendor adds one to CASES."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import requests

from local.sandbox.board import DEMO
from local.sandbox.board import Board as BoardSandbox
from local.sandbox.falcana import DEMO as TENANT
from local.sandbox.falcana import Falcana as FalcanaSandbox
from local.sandbox.hubspot import HubSpot as HubSpotSandbox
from local.sandbox.inprocess import WsgiAdapter
from local.sandbox.mailchimp import DEMO as AUDIENCE
from local.sandbox.mailchimp import Mailchimp as MailchimpSandbox
from local.sandbox.salesforce import Salesforce as SalesforceSandbox
from local.sandbox.salesforce.orgs import ORGS
from local.sandbox.slack import DEMO as SCHOOL
from local.sandbox.slack import Slack as SlackSandbox
from local.sandbox.slack.teams import Channel
from local.sandbox.vendor import Vendor
from renkei.accounts import oauth_of
from renkei.actions import Create, Item, Read, Result, Search
from renkei.config import vendor_url
from renkei.errors import Misconfigured, NotFound, Outcome, Reconnect, Retry
from renkei.oauth import OAuthVendor
from renkei.vendors import board, falcana, hubspot, mailchimp, salesforce, slack
from tests.harness import PORTAL, Clock

PERSON = "personal.value@secret-guest.example.jp"
"""Stands for what a guest told us: it is in the path or the body of every verb's call."""
NAME = "山田秘密子"


@dataclass(frozen=True)
class Verbs:
    """A vendor's client as the suite sees it.

    `read` and `write` make one call each that carries PERSON, and give the Outcome that the client put into its
    result, if it did not raise one. `pause`: how long a 429 without Retry-After is to wait; None: the platform says.
    `taken`: the status by which it says that PERSON is there already, None if it makes another one; `missing`: what
    a 404 means to each, and a 403 with a word of the vendor's or with junk; `made`: its status where something was
    written; `refusal`: the body of an error that quotes a text. `renews`: it has a bearer token that may be asked for
    anew.
    """

    client: Callable[[requests.Session, Callable[[bool], str]], Any]
    read: Callable[[Any], Outcome | None]
    write: Callable[[Any], Outcome | None]
    pause: timedelta | None
    refusal: Callable[[str], object]
    taken: int | None = 409
    missing: Mapping[str, type[Outcome]] = field(default_factory=lambda: dict.fromkeys(("read", "write"), NotFound))
    forbidden: Mapping[str, type[Outcome]] = field(
        default_factory=lambda: dict.fromkeys(("told", "junk"), Misconfigured)
    )
    made: int = 201
    renews: bool = True


@dataclass(frozen=True)
class Endpoints:
    """A vendor's token endpoints as the suite sees them.

    `granted` is a whole token answer, `account` whose it is; without each of `needed` it is no grant.
    """

    oauth: OAuthVendor
    granted: Mapping[str, Any]
    account: str
    needed: tuple[str, ...]


@dataclass(frozen=True)
class VendorCase:
    """A vendor as the suite sees it: with verbs if we have a client, with endpoints if it connects by OAuth.

    `secrets`: what nobody may see beside the token.
    """

    name: str
    environment: Mapping[str, str]
    base: str
    sandbox: Callable[[Clock], Vendor]
    token: Callable[[Any], str]
    verbs: Verbs | None = None
    endpoints: Endpoints | None = None
    secrets: tuple[str, ...] = ()

    def session(self, vendor: Vendor) -> requests.Session:
        """A session whose vendor is the sandbox."""
        session = requests.Session()
        session.mount(self.base, WsgiAdapter(vendor, self.base.partition("3001")[2]))
        return session


def _hubspot_read(client: hubspot.HubSpot) -> Outcome | None:
    return _failed(client.do(Read("contacts", (PERSON,), ("email",), by="email")))


def _hubspot_write(client: hubspot.HubSpot) -> Outcome | None:
    item = Item(PERSON, {"email": PERSON, "lastname": NAME})
    return _failed(client.do(Create("contacts", "email", (item,))))


def _hubspot_sandbox(clock: Clock) -> Vendor:
    vendor = HubSpotSandbox(clock)
    vendor.seed(PORTAL, "contacts", {"email": PERSON})
    return vendor


def _hubspot_refusal(quoted: str) -> object:
    problem = {"message": quoted, "code": "INVALID_EMAIL", "context": {"propertyName": ["email"], "given": [PERSON]}}
    return {"status": "error", "message": quoted, "category": "VALIDATION_ERROR", "errors": [problem]}


def _salesforce(session: requests.Session, token: Callable[[bool], str]) -> salesforce.Salesforce:
    return salesforce.Salesforce(session, token, vendor_url("salesforce_login", "https://login.salesforce.com"))


def _salesforce_read(client: salesforce.Salesforce) -> Outcome | None:
    return _failed(client.do(Search("Lead", {"Email": (PERSON,)}, ("Email",))))


def _salesforce_write(client: salesforce.Salesforce) -> Outcome | None:
    item = Item("booking", {"LastName": NAME, "Company": "-", "Email": PERSON})
    return _failed(client.do(Create("Lead", "", (item,))))


def _salesforce_sandbox(clock: Clock) -> Vendor:
    vendor = SalesforceSandbox(clock)
    vendor.seed(ORGS[0].id, "Lead", {"LastName": NAME, "Email": PERSON})
    vendor.configure({"duplicate_rule": "block"})
    return vendor


def _salesforce_refusal(quoted: str) -> object:
    """With a code that nobody knows, and fields that are none."""
    return [{"message": quoted, "errorCode": "SOMETHING_NEW", "fields": [PERSON, NAME, "Email"]}]


def _board(session: requests.Session, _: Callable[[bool], str]) -> board.Board:
    return board.Board(session, {"api_key": DEMO.api_key, "api_token": DEMO.api_token})


def _board_read(client: board.Board) -> Outcome | None:
    client.clients(1, named=PERSON)
    return None


def _board_write(client: board.Board) -> Outcome | None:
    client.create_client({"name": PERSON, "name_disp": NAME})
    return None


def _board_sandbox(clock: Clock) -> Vendor:
    vendor = BoardSandbox(clock)
    vendor.seed("clients", {"name": PERSON, "name_disp": NAME})
    return vendor


def _board_refusal(quoted: str) -> object:
    """With names of fields that are none."""
    return {"message": quoted, "errors": {PERSON: [quoted], NAME: [quoted], "name": [quoted]}}


def _falcana_keys() -> dict[str, str]:
    """Its address is a connection's own; here it comes from the environment, too."""
    address = os.environ["FALCANA_OF_THIS_TEST"]
    return {"base_url": address, "client_id": TENANT.client_id, "client_secret": TENANT.client_secret}


def _falcana(session: requests.Session, token: Callable[[bool], str]) -> falcana.Falcana:
    return falcana.Falcana(session, _falcana_keys(), give_token=token)


def _falcana_read(client: falcana.Falcana) -> Outcome | None:
    client.find("addresses", "emails", [PERSON])
    return None


def _falcana_write(client: falcana.Falcana) -> Outcome | None:
    values = {"kind": "private", "name": NAME, "email": PERSON, "owner_user_id": "11", "sales_group_id": "21"}
    client.create("addresses", values, "hubspot-1", "key-1")
    return None


def _falcana_sandbox(clock: Clock) -> Vendor:
    vendor = FalcanaSandbox(clock)
    values = {"name": NAME, "email": PERSON, "external_ids": {"hubspot": "hubspot-1"}}
    vendor.seed(TENANT.tenant, "addresses", values)
    return vendor


def _falcana_token(vendor: FalcanaSandbox) -> str:
    """A token that was asked for before the test begins."""
    token = falcana.token(FALCANA.session(vendor), _falcana_keys())
    vendor.calls.clear()
    return token


def _falcana_refusal(quoted: str) -> object:
    """With a code that nobody knows, and fields, a scope and ids that are none."""
    complaint = {"field": PERSON, "code": NAME, "message": quoted}
    told = {"title": quoted, "detail": quoted, "code": quoted, "field": PERSON, "scope": quoted, "errors": [complaint]}
    return told | {"existing_id": quoted, "merged_into": quoted}


def _slack_hook(session: requests.Session, _: Callable[[bool], str]) -> slack.Slack:
    return slack.Slack(session, {"hook_url": os.environ["RENKEI_SLACK_HOOKS_URL"] + SCHOOL.hook})


def _slack_bot(session: requests.Session, _: Callable[[bool], str]) -> slack.Slack:
    return slack.Slack(session, {"bot_token": SCHOOL.bot_token})


def _slack_post(client: slack.Slack) -> Outcome | None:
    client.post(slack.Message(f"{PERSON} {NAME}"), "C0DEMO")
    return None


def _slack_look(client: slack.Slack) -> Outcome | None:
    client.channel(PERSON)
    return None


def _slack_sandbox(clock: Clock) -> Vendor:
    vendor = SlackSandbox(clock)
    vendor.configure({"post_limit": None, "scopes": ["chat:write", "channels:read"], "joined": ["C0DEMO", PERSON]})
    vendor.teams["T0DEMO"].channels[PERSON] = Channel(PERSON, "people")
    return vendor


def _slack_refusal(quoted: str) -> object:
    """With a word for the error that is none."""
    return {"ok": False, "error": quoted, "needed": quoted, "response_metadata": {"messages": [quoted]}}


def _mailchimp(session: requests.Session, _: Callable[[bool], str]) -> mailchimp.Mailchimp:
    return mailchimp.Mailchimp(session, {"api_key": AUDIENCE.api_key, "audience": AUDIENCE.audience})


def _mailchimp_read(client: mailchimp.Mailchimp) -> Outcome | None:
    client.member(PERSON)  # Mailchimp takes an address for a key, too
    return None


def _mailchimp_write(client: mailchimp.Mailchimp) -> Outcome | None:
    client.change(mailchimp.subscriber("old@example.co.jp"), mailchimp.Values(PERSON, {"FNAME": NAME}))
    return None


def _mailchimp_sandbox(clock: Clock) -> Vendor:
    vendor = MailchimpSandbox(clock)
    for email in (PERSON, "old@example.co.jp"):
        vendor.seed(AUDIENCE.api_key, AUDIENCE.audience, email, "subscribed", {"FNAME": NAME})
    return vendor


def _mailchimp_refusal(quoted: str) -> object:
    """With a title that nobody knows, and fields that are none."""
    complaints = [{"field": PERSON, "message": quoted}, {"field": NAME, "message": quoted}]
    return {"title": quoted, "detail": quoted, "instance": quoted, "errors": complaints}


def _mailchimp_fields(client: mailchimp.Mailchimp) -> Outcome | None:
    client.merge_fields()
    return None


def _mailchimp_many(client: mailchimp.Mailchimp) -> Outcome | None:
    _, refused = client.subscribe([mailchimp.Values(PERSON, {"FNAME": NAME})], "transactional")
    return refused.get(PERSON)


def _products_read(client: hubspot.HubSpot) -> Outcome | None:
    return _failed(client.do(Search("products", {"hs_sku": (PERSON,)}, ("hs_sku",))))


def _products_write(client: hubspot.HubSpot) -> Outcome | None:
    return _failed(client.do(Create("products", "", (Item("course", {"name": NAME, "hs_sku": PERSON}),))))


def _failed(result: Result) -> Outcome | None:
    return next(iter(result.failed.values()), None)


HUBSPOT = VendorCase(
    name="hubspot",
    environment={"RENKEI_HUBSPOT_URL": "http://127.0.0.1:3001/hubspot"},
    base="http://127.0.0.1:3001/hubspot",
    sandbox=_hubspot_sandbox,
    token=lambda vendor: str(vendor.issue_token(PORTAL)[0]),
    verbs=Verbs(hubspot.HubSpot, _hubspot_read, _hubspot_write, timedelta(seconds=10), _hubspot_refusal),
    endpoints=Endpoints(
        oauth_of("hubspot"),
        granted={
            "access_token": "an-access-token",
            "refresh_token": "a-new-refresh-token",
            "expires_in": 1800,
            "hub_id": PORTAL,
            "scopes": ["oauth"],
        },
        account=str(PORTAL),
        needed=("access_token", "expires_in"),
    ),
)

SALESFORCE = VendorCase(
    name="salesforce",
    environment={"RENKEI_SALESFORCE_LOGIN_URL": "http://127.0.0.1:3001/salesforce"},
    base="http://127.0.0.1:3001/salesforce",
    sandbox=_salesforce_sandbox,
    token=lambda vendor: str(vendor.issue_token()[0]),
    verbs=Verbs(
        _salesforce,
        _salesforce_read,
        _salesforce_write,
        pause=None,
        refusal=_salesforce_refusal,
        taken=400,
        missing=dict.fromkeys(("read", "write"), Misconfigured),
    ),
    endpoints=Endpoints(
        oauth_of("salesforce"),
        granted={
            "access_token": "an-access-token",
            "refresh_token": "a-new-refresh-token",
            "id": f"https://login.salesforce.com/id/{ORGS[0].id}/{ORGS[0].user.id}",
            "instance_url": "https://aozora.my.salesforce.com",
            "scope": "api refresh_token",
        },
        account=ORGS[0].id,
        needed=("access_token", "id", "instance_url"),
    ),
)

BOARD = VendorCase(
    name="board",
    environment={"RENKEI_BOARD_URL": "http://127.0.0.1:3001/board/v1"},
    base="http://127.0.0.1:3001/board",
    sandbox=_board_sandbox,
    token=lambda _: DEMO.api_token,
    verbs=Verbs(
        _board,
        _board_read,
        _board_write,
        pause=None,
        refusal=_board_refusal,
        taken=None,
        missing={"read": Retry, "write": NotFound},
        renews=False,
    ),
    secrets=(DEMO.api_key,),
)

FALCANA = VendorCase(
    name="falcana",
    environment={
        "RENKEI_FALCANA_HOSTS": "127.0.0.1",
        "FALCANA_OF_THIS_TEST": "http://127.0.0.1:3001/falcana",
    },
    base="http://127.0.0.1:3001/falcana",
    sandbox=_falcana_sandbox,
    token=_falcana_token,
    verbs=Verbs(
        _falcana,
        _falcana_read,
        _falcana_write,
        pause=None,
        refusal=_falcana_refusal,
        missing=dict.fromkeys(("read", "write"), Retry),  # without its code it is none of a record
    ),
    secrets=(TENANT.client_secret,),
)

SLACK_HOOK = VendorCase(
    name="slack by a hook",
    environment={"RENKEI_SLACK_HOOKS_URL": "http://127.0.0.1:3001/slack"},
    base="http://127.0.0.1:3001/slack",
    sandbox=_slack_sandbox,
    token=lambda _: SCHOOL.hook,
    verbs=Verbs(
        _slack_hook,
        _slack_post,
        _slack_post,
        pause=None,
        refusal=_slack_refusal,
        missing=dict.fromkeys(("read", "write"), Reconnect),  # a hook is all that could be missing
        taken=None,
        renews=False,
        made=200,
    ),
    secrets=(SCHOOL.hook.rpartition("/")[2],),
)

SLACK_BOT = VendorCase(
    name="slack by a token",
    environment={"RENKEI_SLACK_URL": "http://127.0.0.1:3001/slack/api"},
    base="http://127.0.0.1:3001/slack",
    sandbox=_slack_sandbox,
    token=lambda _: SCHOOL.bot_token,
    verbs=Verbs(
        _slack_bot,
        _slack_look,
        _slack_post,
        pause=None,
        refusal=_slack_refusal,
        taken=None,
        renews=False,
        made=200,
    ),
)

MAILCHIMP = VendorCase(
    name="mailchimp",
    environment={"RENKEI_MAILCHIMP_URL": "http://127.0.0.1:3001/mailchimp/3.0"},
    base="http://127.0.0.1:3001/mailchimp",
    sandbox=_mailchimp_sandbox,
    token=lambda _: AUDIENCE.api_key,
    verbs=Verbs(
        _mailchimp,
        _mailchimp_read,
        _mailchimp_write,
        pause=None,
        refusal=_mailchimp_refusal,
        taken=400,
        forbidden={"told": Reconnect, "junk": Retry},  # without a title it comes from heavy use
        renews=False,
    ),
)

PRODUCTS = replace(
    HUBSPOT,
    name="hubspot's products",
    verbs=Verbs(
        hubspot.HubSpot,
        _products_read,
        _products_write,
        timedelta(seconds=10),
        _hubspot_refusal,
        taken=None,
        missing={"read": Retry, "write": NotFound},  # a search is about no record
    ),
    endpoints=None,
)

AUDIENCE_OF_MANY = replace(
    MAILCHIMP,
    name="mailchimp, many at once",
    verbs=Verbs(
        _mailchimp,
        _mailchimp_fields,
        _mailchimp_many,
        pause=None,
        refusal=_mailchimp_refusal,
        taken=200,
        missing=dict.fromkeys(("read", "write"), Reconnect),  # then the audience is gone
        forbidden={"told": Reconnect, "junk": Retry},
        renews=False,
    ),
)

CASES = (HUBSPOT, PRODUCTS, SALESFORCE, BOARD, FALCANA, MAILCHIMP, AUDIENCE_OF_MANY, SLACK_HOOK, SLACK_BOT)
