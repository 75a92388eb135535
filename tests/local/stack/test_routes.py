from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from local.stack import routes
from local.stack.routes import Route
from local.stack.template import REGION, transformed

if TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client

FUNCTIONS = {
    name: f"arn:aws:lambda:{REGION}:123456789012:function:{name}"
    for name in ("WebhooksFunction", "OauthFunction", "ApiFunction", "NoticePagesFunction")
}


@pytest.fixture
def gateway() -> Iterator["ApiGatewayV2Client"]:
    with mock_aws():
        yield boto3.client("apigatewayv2", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")


def test_the_body_s_routes_are_read() -> None:
    assert set(routes.routes_of(transformed())) == {
        Route("GET /healthz", "WebhooksFunction", signed=False),
        Route("POST /webhooks/{vendor}/{workspace}", "WebhooksFunction", signed=False),
        Route("POST /webhooks/hubspot", "WebhooksFunction", signed=False),
        Route("GET /oauth/{vendor}/start", "OauthFunction", signed=False),
        Route("GET /oauth/{vendor}/callback", "OauthFunction", signed=False),
        Route("GET /notices/{workspace}/{notice}", "NoticePagesFunction", signed=False),
        Route("POST /notices/{workspace}/{notice}", "NoticePagesFunction", signed=False),
        Route("ANY /api/{proxy+}", "ApiFunction", signed=True),
    }


def test_a_route_that_leads_nowhere_is_refused() -> None:
    template = transformed()
    paths = template["Resources"]["HttpApi"]["Properties"]["Body"]["paths"]
    paths["/healthz"]["get"]["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"] = "https://example.com"
    with pytest.raises(ValueError, match="GET /healthz"):
        list(routes.routes_of(template))


def test_the_api_gets_the_routes_and_a_second_time_the_same_ones(gateway: "ApiGatewayV2Client") -> None:
    api_id = gateway.create_api(Name="renkei", ProtocolType="HTTP")["ApiId"]
    for _ in range(2):
        assert routes.create(gateway, api_id, transformed(), FUNCTIONS) == 8
    found = {route["RouteKey"]: route for route in gateway.get_routes(ApiId=api_id)["Items"]}
    assert len(found) == 8
    assert found["ANY /api/{proxy+}"]["AuthorizationType"] == "AWS_IAM"
    assert found["GET /healthz"]["AuthorizationType"] == "NONE"
    integrations = {item["IntegrationId"]: item for item in gateway.get_integrations(ApiId=api_id)["Items"]}
    assert len(integrations) == 4
    target = found["GET /oauth/{vendor}/start"]["Target"].removeprefix("integrations/")
    assert integrations[target]["IntegrationUri"] == FUNCTIONS["OauthFunction"]
    assert integrations[target]["PayloadFormatVersion"] == "2.0"
