"""What the template gives the functions beside their code (tables, key, queues, secrets), on any AWS stand-in.

The stack on the emulator gets these by `sam deploy`. Functions started alone get them from here, read from the same
template, so that they cannot drift apart.
"""

import json
from typing import TYPE_CHECKING, Any, cast

import boto3

from local.stack.template import REGION, parsed, resources, transformed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import CreateTableInputTypeDef

APPS = ("hubspot", "salesforce")


def provide(endpoint: str) -> dict[str, str]:
    """Create the template's tables, key, queues and secrets at an AWS endpoint; gives the functions' environment."""
    template = transformed()
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)  # noqa: S106
    dynamodb = session.client("dynamodb", endpoint_url=endpoint)
    for name, table in resources(template, "AWS::DynamoDB::Table").items():
        dynamodb.create_table(**table_request(name, table["Properties"]))
    key = session.client("kms", endpoint_url=endpoint).create_key()["KeyMetadata"]["Arn"]
    sqs = session.client("sqs", endpoint_url=endpoint)
    queues = {
        name: sqs.create_queue(QueueName=f"{queue}.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        for name, queue in _written().items()
        if name.startswith("RENKEI_QUEUE_")
    }
    secrets = session.client("secretsmanager", endpoint_url=endpoint)
    for app in APPS:
        secrets.create_secret(Name=f"{app}-app", SecretString=json.dumps({"client_id": "", "client_secret": ""}))
    return _written() | {
        "RENKEI_KEY_ID": key,
        **queues,
        **{f"RENKEI_{app.upper()}_APP_SECRET": f"{app}-app" for app in APPS},
        "AWS_ENDPOINT_URL": endpoint,
    }


def _written() -> dict[str, str]:
    """Give the variables as the template has them: plain ones, defaults of parameters, and the tables' logical ids."""
    template = parsed()
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    parameters = template["Parameters"]
    plain = {name: value for name, value in variables.items() if isinstance(value, str)}
    named = {name: value["Ref"] for name, value in variables.items() if isinstance(value, dict) and "Ref" in value}
    return plain | {name: str(parameters.get(ref, {}).get("Default", ref)) for name, ref in named.items()}


def table_request(name: str, properties: dict[str, Any]) -> "CreateTableInputTypeDef":
    """Turn a table of the template into the request that creates it: keys and indexes, nothing that costs money."""
    kept = ("BillingMode", "AttributeDefinitions", "KeySchema", "LocalSecondaryIndexes", "GlobalSecondaryIndexes")
    request = {key: properties[key] for key in kept if key in properties}
    return cast("CreateTableInputTypeDef", {"TableName": name, **request})
