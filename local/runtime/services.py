"""What the template gives the functions beside their code (tables, key, queue, secret), on any AWS stand-in.

The stack on the emulator gets these by `sam deploy`. Functions started alone get them from here, read from the same
template, so that they cannot drift apart.
"""

import json
from typing import TYPE_CHECKING, Any, cast

import boto3

from local.stack.template import REGION, resources, transformed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import CreateTableInputTypeDef

ENVIRONMENT_OF_TABLES = {
    "ConnectionsTable": "RENKEI_CONNECTIONS_TABLE",
    "LinksTable": "RENKEI_LINKS_TABLE",
    "DeliveriesTable": "RENKEI_DELIVERIES_TABLE",
    "WorkspacesTable": "RENKEI_WORKSPACES_TABLE",
}


def provide(endpoint: str, secret: dict[str, str] | None = None) -> dict[str, str]:
    """Create the template's tables, key, queue and app secret at an AWS endpoint; gives the functions' environment."""
    template = transformed()
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)  # noqa: S106
    dynamodb = session.client("dynamodb", endpoint_url=endpoint)
    environment = dict.fromkeys(ENVIRONMENT_OF_TABLES.values(), "")
    for name, table in resources(template, "AWS::DynamoDB::Table").items():
        dynamodb.create_table(**table_request(name, table["Properties"]))
        environment[ENVIRONMENT_OF_TABLES[name]] = name
    key = session.client("kms", endpoint_url=endpoint).create_key()["KeyMetadata"]["Arn"]
    queue = session.client("sqs", endpoint_url=endpoint).create_queue(
        QueueName="booking-to-hubspot.fifo", Attributes={"FifoQueue": "true"}
    )["QueueUrl"]
    app = session.client("secretsmanager", endpoint_url=endpoint).create_secret(
        Name="hubspot-app", SecretString=json.dumps(secret or {"client_id": "", "client_secret": ""})
    )["Name"]
    return environment | {
        "RENKEI_KEY_ID": key,
        "RENKEI_QUEUE_BOOKING_TO_HUBSPOT": queue,
        "RENKEI_HUBSPOT_APP_SECRET": app,
        "RENKEI_PUBLIC_URL": "",
        "RENKEI_HUBSPOT_URL": "https://api.hubapi.com",
        "RENKEI_HUBSPOT_AUTHORIZE_URL": "https://app.hubspot.com/oauth/authorize",
        "POWERTOOLS_SERVICE_NAME": "renkei",
        "POWERTOOLS_METRICS_NAMESPACE": "Renkei",
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "AWS_ENDPOINT_URL": endpoint,
    }


def table_request(name: str, properties: dict[str, Any]) -> "CreateTableInputTypeDef":
    """Turn a table of the template into the request that creates it: keys and indexes, nothing that costs money."""
    kept = ("BillingMode", "AttributeDefinitions", "KeySchema", "LocalSecondaryIndexes", "GlobalSecondaryIndexes")
    request = {key: properties[key] for key in kept if key in properties}
    return cast("CreateTableInputTypeDef", {"TableName": name, **request})
