"""What a function on powertools usually looks like: Logger, Tracer, resolver and a table of boto3.

https://docs.aws.amazon.com/powertools/python/latest/core/event_handler/api_gateway/
"""

import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
tracer = Tracer()
app = APIGatewayHttpResolver()
table = boto3.resource("dynamodb").Table(os.environ["RENKEI_DELIVERIES_TABLE"])


@app.get("/healthz")
def healthz() -> dict[str, bool]:
    """Answer that all is well."""
    return {"ok": True}


@logger.inject_lambda_context
@tracer.capture_lambda_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a request of the HTTP API."""
    return app.resolve(event, context)
