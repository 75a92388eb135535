"""`sam deploy` of the real template to the emulator, and what CloudFormation there leaves undone."""

import contextlib
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.stack import routes
from local.stack.errors import StackError
from local.stack.places import HOST, STACK_NAME, Ports, aws_environment
from local.stack.template import REGION, ROOT, transformed

if TYPE_CHECKING:
    import boto3

# The sandbox vendors know this app; it opens nothing else.
DEMO_APP = {"client_id": "renkei-demo-app", "client_secret": "renkei-demo-secret"}
APP_SECRETS = ("HubspotAppSecret", "SalesforceAppSecret")
SENDER = "renkei@sandbox.example"
RECIPIENT = "admin@example.co.jp"  # of the demo's workspace


@dataclass(frozen=True)
class Deployed:
    """A deployed stack: its outputs, its API's id, and the physical names by logical id."""

    outputs: dict[str, str]
    api_id: str
    names: dict[str, str]
    routes: int


def session(endpoint: str) -> "boto3.Session":
    """Give a boto3 session for the emulator; clients still need endpoint_url."""
    import boto3 as library  # noqa: PLC0415 - half a second, only where the emulator is spoken to

    environment = aws_environment(endpoint)
    return library.Session(
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )


def overrides(ports: Ports) -> dict[str, str]:
    """Give the template parameters that make the deployed functions speak to the sandbox."""
    sandbox = f"http://{HOST}:{ports.sandbox}"
    return {
        "PublicUrl": f"http://{HOST}:{ports.front}",
        "HubspotUrl": f"{sandbox}/hubspot",
        "HubspotAuthorizeUrl": f"{sandbox}/hubspot/oauth/authorize",
        "SalesforceLoginUrl": f"{sandbox}/salesforce",
        "SalesforceHosts": HOST,
        "BoardUrl": f"{sandbox}/board/v1",
        "MailchimpUrl": f"{sandbox}/mailchimp/3.0",
        "SlackUrl": f"{sandbox}/slack/api",
        "SlackHooksUrl": f"{sandbox}/slack",
        "FalcanaHosts": HOST,
        "NoticeFrom": SENDER,
        "LogRetentionDays": "1",
    }


def deploy(template: Path, ports: Ports) -> Deployed:
    """Deploy a built template to the emulator; StackError with the end of sam's output when that fails."""
    endpoint = f"http://{HOST}:{ports.emulator}"
    parameters = [f"{key}={value}" for key, value in overrides(ports).items()]
    command = [
        *("sam", "deploy", "--template-file", str(template), "--stack-name", STACK_NAME, "--region", REGION),
        *("--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-progressbar"),
        *("--no-fail-on-empty-changeset", "--parameter-overrides", *parameters),
    ]
    ran = subprocess.run(command, cwd=ROOT, env=aws_environment(endpoint), capture_output=True, text=True, check=False)
    if ran.returncode:
        raise StackError(f"sam deploy failed:\n{(ran.stdout + ran.stderr)[-3000:]}")
    return _finish(endpoint)


def _finish(endpoint: str) -> Deployed:
    aws = session(endpoint)
    formation = aws.client("cloudformation", endpoint_url=endpoint)
    stack = formation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    found = formation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    names = {resource["LogicalResourceId"]: resource.get("PhysicalResourceId", "") for resource in found}
    account = stack["StackId"].split(":")[4]
    template: dict[str, Any] = transformed()
    arns = {name: _arn(names[name], account) for name in names if name.endswith("Function")}
    gateway = aws.client("apigatewayv2", endpoint_url=endpoint)
    created = routes.create(gateway, names["HttpApi"], template, arns)
    secrets = aws.client("secretsmanager", endpoint_url=endpoint)
    for name in APP_SECRETS:
        secrets.put_secret_value(SecretId=outputs[name], SecretString=json.dumps(DEMO_APP))
    mail = aws.client("sesv2", endpoint_url=endpoint)
    for identity in (SENDER, RECIPIENT):  # as in SES's sandbox; the emulator takes them for verified at once
        with contextlib.suppress(mail.exceptions.AlreadyExistsException):
            mail.create_email_identity(EmailIdentity=identity)
    return Deployed(outputs, names["HttpApi"], names, created)


def _arn(function: str, account: str) -> str:
    if re.match("arn:", function):
        return function
    return f"arn:aws:lambda:{REGION}:{account}:function:{function}"
