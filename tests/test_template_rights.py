"""Rights and the way in, on the template as SAM transforms it: least privilege, and nothing personal in logs."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from local.stack.template import resources, transformed


@cache
def deployed() -> dict[str, Any]:
    return transformed()


def properties(name: str) -> dict[str, Any]:
    return cast("dict[str, Any]", deployed()["Resources"][name]["Properties"])


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, role in resources(deployed(), "AWS::IAM::Role").items():
        for policy in role["Properties"].get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name, statement


def listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_no_role_may_do_everything() -> None:
    for role, statement in statements():
        for action in listed(statement["Action"]):
            assert "*" not in action, f"{role}: {action}"


def test_no_role_may_touch_everything() -> None:
    for role, statement in statements():
        for resource in listed(statement["Resource"]):
            assert "*" not in json.dumps(resource), f"{role}: {resource}"


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
        ("SweepRole", "DeliveriesTable"),
        ("BookingToHubspotRole", "ConnectionsTable"),
        ("BookingToHubspotRole", "DeliveriesTable"),
        ("BookingToHubspotRole", "LinksTable"),
    }


def statement_table(statement: dict[str, Any]) -> str:
    return str(listed(statement["Resource"])[0]["Fn::GetAtt"][0])


def test_only_those_who_speak_to_hubspot_read_the_app_secret() -> None:
    readers = {role for role, s in statements() if "secretsmanager:GetSecretValue" in s["Action"]}
    assert readers == {"OauthRole", "ApiRole", "BookingToHubspotRole"}


def test_the_receiver_cannot_read_connections_links_or_deliveries() -> None:
    held = [statement for role, statement in statements() if role == "WebhooksRole"]
    assert "ConnectionsTable" not in json.dumps(held)
    assert "LinksTable" not in json.dumps(held)
    (deliveries,) = (s["Action"] for s in held if "DeliveriesTable" in json.dumps(s))
    assert deliveries == ["dynamodb:PutItem"]


def test_the_sweep_opens_nothing_sealed() -> None:
    held = json.dumps([statement for role, statement in statements() if role == "SweepRole"])
    assert "kms:" not in held
    assert "secretsmanager:" not in held


# --- the way in ---


def routes() -> dict[str, dict[str, Any]]:
    paths = properties("HttpApi")["Body"]["paths"]
    return {f"{verb} {path}": detail for path, verbs in paths.items() for verb, detail in verbs.items()}


def test_the_routes_are_the_ones_we_know() -> None:
    assert sorted(routes()) == [
        "get /healthz",
        "get /oauth/{vendor}/callback",
        "get /oauth/{vendor}/start",
        "post /webhooks/{vendor}/{workspace}",
        "x-amazon-apigateway-any-method /api/{proxy+}",
    ]


def test_only_the_api_asks_for_aws_credentials_and_it_always_does() -> None:
    guarded = {route for route, detail in routes().items() if detail.get("security")}
    assert guarded == {"x-amazon-apigateway-any-method /api/{proxy+}"}
    assert routes()["x-amazon-apigateway-any-method /api/{proxy+}"]["security"] == [{"AWS_IAM": []}]


def test_webhooks_are_throttled_by_parameter() -> None:
    stage = properties("HttpApiApiGatewayDefaultStage")
    assert stage["RouteSettings"]["POST /webhooks/{vendor}/{workspace}"] == {
        "ThrottlingRateLimit": {"Ref": "WebhookRate"},
        "ThrottlingBurstLimit": {"Ref": "WebhookBurst"},
    }
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
