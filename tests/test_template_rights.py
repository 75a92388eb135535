"""Rights and the way in, on the template as SAM transforms it: least privilege, and nothing personal in logs."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, cast

import pytest

from local.stack.template import resources, transformed

FROM_NOBODY_ELSE = {"StringEquals": {"ses:FromAddress": {"Ref": "NoticeFrom"}}}


@cache
def deployed() -> dict[str, Any]:
    return transformed()


def properties(name: str) -> dict[str, Any]:
    return cast("dict[str, Any]", deployed()["Resources"][name]["Properties"])


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, role in resources(deployed(), "AWS::IAM::Role").items():
        for policy in role["Properties"].get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                # A right that hangs on a parameter: what it is where it is given.
                yield name, statement["Fn::If"][1] if "Fn::If" in statement else statement


def listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_no_role_may_do_everything() -> None:
    for role, statement in statements():
        for action in listed(statement["Action"]):
            assert "*" not in action, f"{role}: {action}"


def test_no_role_may_touch_everything() -> None:
    """Sending a mail is the one right to more than what the stack owns: the sender's address bounds it."""
    for role, statement in statements():
        sends = statement.get("Condition") == FROM_NOBODY_ELSE
        for resource in listed(statement["Resource"]):
            named = json.dumps(resource)
            assert named != '"*"', role
            assert "*" not in named or (sends and "}:ses:$" in named), f"{role}: {resource}"


def test_no_role_names_what_it_does_not_need() -> None:
    """Writing to the tables, by role: what a reviewer wants to see at a glance."""
    writing = re.compile(r"dynamodb:(Put|Update|Delete|BatchWrite)")
    writes = {
        (role, statement_table(statement))
        for role, statement in statements()
        if any(writing.match(action) for action in statement["Action"])
    }
    assert writes == {
        ("WebhooksRole", "DeliveriesTable"),
        ("OauthRole", "WorkspacesTable"),
        ("OauthRole", "ConnectionsTable"),
        ("OauthRole", "DeliveriesTable"),
        ("ApiRole", "WorkspacesTable"),
        ("ApiRole", "ConnectionsTable"),
        ("ApiRole", "DeliveriesTable"),
        ("ApiRole", "LinksTable"),
        ("SweepRole", "DeliveriesTable"),
        ("DailyRole", "ConnectionsTable"),
        ("DailyRole", "WorkspacesTable"),
        ("DispatchRole", "DeliveriesTable"),
        ("NoticesRole", "WorkspacesTable"),
        ("NoticesRole", "ConnectionsTable"),
        ("NoticePagesRole", "WorkspacesTable"),
        ("BookingToHubspotRole", "WorkspacesTable"),
        ("BookingToHubspotRole", "ConnectionsTable"),
        ("BookingToHubspotRole", "DeliveriesTable"),
        ("BookingToHubspotRole", "LinksTable"),
        ("BookingToSalesforceRole", "WorkspacesTable"),
        ("BookingToSalesforceRole", "ConnectionsTable"),
        ("BookingToSalesforceRole", "DeliveriesTable"),
        ("BookingToSalesforceRole", "LinksTable"),
        ("HubspotToBoardRole", "WorkspacesTable"),
        ("HubspotToBoardRole", "ConnectionsTable"),
        ("HubspotToBoardRole", "DeliveriesTable"),
        ("HubspotToBoardRole", "LinksTable"),
        ("FalcanaHubspotRole", "WorkspacesTable"),
        ("FalcanaHubspotRole", "ConnectionsTable"),
        ("FalcanaHubspotRole", "DeliveriesTable"),
        ("FalcanaHubspotRole", "LinksTable"),
        ("LmsToHubspotRole", "WorkspacesTable"),
        ("LmsToHubspotRole", "ConnectionsTable"),
        ("LmsToHubspotRole", "DeliveriesTable"),
        ("LmsToHubspotRole", "LinksTable"),
        ("LmsToMailchimpRole", "WorkspacesTable"),
        ("LmsToMailchimpRole", "ConnectionsTable"),
        ("LmsToMailchimpRole", "DeliveriesTable"),
        ("LmsToMailchimpRole", "LinksTable"),
        ("LmsToSlackRole", "WorkspacesTable"),
        ("LmsToSlackRole", "ConnectionsTable"),
        ("LmsToSlackRole", "DeliveriesTable"),
        ("LmsToSlackRole", "LinksTable"),
    }


def statement_table(statement: dict[str, Any]) -> str:
    return str(listed(statement["Resource"])[0]["Fn::GetAtt"][0])


def test_only_those_who_speak_to_a_vendor_read_its_app_s_secret() -> None:
    readers: dict[str, set[str]] = {}
    for role, statement in statements():
        if "secretsmanager:GetSecretValue" in statement["Action"]:
            readers[role] = {secret["Fn::GetAtt"][0] for secret in listed(statement["Resource"])}
    both = {"HubspotAppSecret", "SalesforceAppSecret"}
    assert readers == {
        "WebhooksRole": {"HubspotAppSecret"},  # HubSpot signs with it
        "OauthRole": both,
        "ApiRole": both,
        "DailyRole": both,
        "NoticePagesRole": both,
        "BookingToHubspotRole": {"HubspotAppSecret"},
        "BookingToSalesforceRole": {"SalesforceAppSecret"},
        "HubspotToBoardRole": {"HubspotAppSecret"},
        "FalcanaHubspotRole": {"HubspotAppSecret"},
        "LmsToHubspotRole": {"HubspotAppSecret"},
    }


def test_a_worker_answers_its_own_queue_and_whoever_may_ring_rings_for_every_integration() -> None:
    queues = {name for name, queue in resources(deployed(), "AWS::SQS::Queue").items() if "Dead" not in name}
    rings: dict[str, set[str]] = {}
    for role, statement in statements():
        held = {action for action in statement["Action"] if action.startswith("sqs:")}
        if held:
            rings[role] = {queue["Fn::GetAtt"][0] for queue in listed(statement["Resource"])}
            assert (held == {"sqs:SendMessage"}) == (rings[role] == queues), role
    workers = {queue.replace("Queue", "Role"): {queue} for queue in queues}
    assert rings == workers | dict.fromkeys(
        ("WebhooksRole", "OauthRole", "ApiRole", "SweepRole", "DispatchRole"), queues
    )


def test_the_receiver_cannot_read_connections_links_or_deliveries() -> None:
    held = [statement for role, statement in statements() if role == "WebhooksRole"]
    assert "ConnectionsTable" not in json.dumps(held)
    assert "LinksTable" not in json.dumps(held)
    (deliveries,) = (s["Action"] for s in held if "DeliveriesTable" in json.dumps(s))
    assert deliveries == ["dynamodb:PutItem"]


def test_the_dispatcher_puts_runs_or_brings_them_back_and_knows_neither_links_nor_connections() -> None:
    held = [statement for role, statement in statements() if role == "DispatchRole"]
    assert "ConnectionsTable" not in json.dumps(held)
    assert "LinksTable" not in json.dumps(held)
    actions = [s["Action"] for s in held if "DeliveriesTable" in json.dumps(s)]
    assert actions == [["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], ["dynamodb:Query"]]


@pytest.mark.parametrize("name", ["SweepRole", "DispatchRole"])
def test_the_sweep_and_the_dispatcher_open_and_seal_nothing(name: str) -> None:
    held = json.dumps([statement for role, statement in statements() if role == name])
    assert "sqs:" in held
    assert "kms:" not in held
    assert "secretsmanager:" not in held


# --- mail ---


def test_only_notices_are_mailed_and_only_where_there_is_a_sender() -> None:
    senders = {role for role, statement in statements() if any("ses:" in action for action in statement["Action"])}
    assert senders == {"NoticesRole"}
    (policy,) = properties("NoticesRole")["Policies"]
    (conditional,) = (s["Fn::If"] for s in policy["PolicyDocument"]["Statement"] if "Fn::If" in s)
    assert (conditional[0], conditional[2]) == ("HasNoticeFrom", {"Ref": "AWS::NoValue"})
    assert deployed()["Conditions"]["HasNoticeFrom"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "NoticeFrom"}, ""]}]}


def test_mail_goes_out_from_the_sender_s_address_alone_whichever_identities_ses_looks_at() -> None:
    (sending,) = (s for _, s in statements() if any("ses:" in action for action in s["Action"]))
    assert sending["Action"] == ["ses:SendEmail", "ses:SendRawEmail"]
    assert sending["Condition"] == FROM_NOBODY_ELSE
    ours = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:"
    assert sending["Resource"] == [{"Fn::Sub": f"{ours}identity/*"}, {"Fn::Sub": f"{ours}configuration-set/*"}]


def test_whoever_mails_or_shows_a_page_changes_no_delivery() -> None:
    for role in ("NoticesRole", "NoticePagesRole"):
        actions = {
            action
            for name, statement in statements()
            if name == role and "DeliveriesTable" in json.dumps(statement)
            for action in statement["Action"]
        }
        assert actions == {"dynamodb:Query", "dynamodb:BatchGetItem"}, role


# --- the way in ---


def routes() -> dict[str, dict[str, Any]]:
    paths = properties("HttpApi")["Body"]["paths"]
    return {f"{verb} {path}": detail for path, verbs in paths.items() for verb, detail in verbs.items()}


def test_the_routes_are_the_ones_we_know() -> None:
    assert sorted(routes()) == [
        "get /healthz",
        "get /notices/{workspace}/{notice}",
        "get /oauth/{vendor}/callback",
        "get /oauth/{vendor}/start",
        "post /notices/{workspace}/{notice}",
        "post /webhooks/hubspot",
        "post /webhooks/{vendor}/{workspace}",
        "x-amazon-apigateway-any-method /api/{proxy+}",
    ]


def test_only_the_api_asks_for_aws_credentials_and_it_always_does() -> None:
    guarded = {route for route, detail in routes().items() if detail.get("security")}
    assert guarded == {"x-amazon-apigateway-any-method /api/{proxy+}"}
    assert routes()["x-amazon-apigateway-any-method /api/{proxy+}"]["security"] == [{"AWS_IAM": []}]


def test_webhooks_are_throttled_by_parameter() -> None:
    stage = properties("HttpApiApiGatewayDefaultStage")
    throttled = {"ThrottlingRateLimit": {"Ref": "WebhookRate"}, "ThrottlingBurstLimit": {"Ref": "WebhookBurst"}}
    webhooks = {route.replace("post", "POST") for route in routes() if "/webhooks/" in route}
    assert stage["RouteSettings"] == dict.fromkeys(webhooks, throttled)
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0


def test_the_access_log_is_json_without_personal_data() -> None:
    line = properties("HttpApiApiGatewayDefaultStage")["AccessLogSettings"]["Format"]
    assert "\n" not in line
    assert "time" in json.loads(line)
    used = set(re.findall(r"\$context\.([A-Za-z.]+)", line))
    assert used == {
        "requestId",
        "requestTime",
        "routeKey",
        "status",
        "responseLength",
        "responseLatency",
        "integrationLatency",
        "error.messageString",
        "integrationErrorMessage",
    }
