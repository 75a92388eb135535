"""Shim: the emulator's CloudFormation ignores the HTTP API's Body, which is all that SAM emits.

Reads the routes from the transformed template's Body and creates them over the API, as CloudFormation would.
https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from local.stack.template import resources

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client

FUNCTION = re.compile(r"\$\{(\w+)\.Arn\}/invocations")


@dataclass(frozen=True)
class Route:
    """One route: its key ("GET /healthz"), its function's logical id, and whether callers sign with AWS credentials."""

    key: str
    function: str
    signed: bool


def routes_of(template: dict[str, Any]) -> Iterator[Route]:
    """Read the routes of a transformed template's HTTP API."""
    (api,) = resources(template, "AWS::ApiGatewayV2::Api").values()
    for path, verbs in api["Properties"]["Body"]["paths"].items():
        for verb, detail in verbs.items():
            method = "ANY" if verb == "x-amazon-apigateway-any-method" else verb.upper()
            found = FUNCTION.search(detail["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"])
            if found is None:
                raise ValueError(f"{method} {path} does not lead to a function")
            yield Route(f"{method} {path}", found[1], {"AWS_IAM": []} in detail.get("security", []))


def create(client: "ApiGatewayV2Client", api_id: str, template: dict[str, Any], functions: dict[str, str]) -> int:
    """Give the API the template's routes, in place of those it has; functions are ARNs by logical id.

    Gives the number of routes.
    """
    for old in client.get_routes(ApiId=api_id)["Items"]:
        client.delete_route(ApiId=api_id, RouteId=old["RouteId"])
    for gone in client.get_integrations(ApiId=api_id)["Items"]:
        client.delete_integration(ApiId=api_id, IntegrationId=gone["IntegrationId"])
    targets: dict[str, str] = {}
    routes = list(routes_of(template))
    for route in routes:
        if route.function not in targets:
            integration = client.create_integration(
                ApiId=api_id,
                IntegrationType="AWS_PROXY",
                IntegrationUri=functions[route.function],
                PayloadFormatVersion="2.0",
            )
            targets[route.function] = f"integrations/{integration['IntegrationId']}"
        access: Literal["AWS_IAM", "NONE"] = "AWS_IAM" if route.signed else "NONE"
        client.create_route(ApiId=api_id, RouteKey=route.key, Target=targets[route.function], AuthorizationType=access)
    return len(routes)
