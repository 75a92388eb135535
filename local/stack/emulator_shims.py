"""Shims, run by the emulator's own Python in place of its command: mails, and the time in what a schedule sends.

The emulator leaves two things out of SES v2's SendEmail:
- It wants a right to send from everywhere ("*"). AWS wants one for the sender's identity, and for a recipient's that is
  the account's own, with the sender's address as a condition key:
  https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html
- It keeps a raw mail's subject and text, and not its headers. Here the whole mail goes into a folder, one file each.
And one out of EventBridge Scheduler: a schedule's input may ask for the time that it came at.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html

Arguments: the folder. It imports nothing of ours: the emulator's virtual environment knows nothing of it.
"""

import base64
import json
import sys
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import parseaddr
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import uuid4

from ministack import app
from ministack.core.responses import get_account_id
from ministack.services import eventbridge, ses_v2

SEND = ("POST", "/v2/email/outbound-emails")
TIME = "<aws.scheduler.scheduled-time>"


def raw_mail(body: bytes) -> bytes:
    """Give the mail a request carries as it is; empty if it is a simple or a template mail."""
    content = json.loads(body or b"{}").get("Content", {})
    return base64.b64decode(content.get("Raw", {}).get("Data", ""))


def sender(body: bytes) -> str:
    """Give the bare address a mail comes from."""
    named = json.loads(body or b"{}").get("FromEmailAddress") or str(message_from_bytes(raw_mail(body))["From"])
    return parseaddr(named)[1]


def identity(address: str) -> str:
    """Give the verified identity that an address belongs to: itself, else its domain."""
    return address if address in ses_v2._identities else address.rpartition("@")[2]


def identities(body: bytes) -> set[str]:
    """Give the identities that a mail takes a right to: the sender's, and each recipient's that the account has."""
    to = json.loads(body or b"{}").get("Destination", {}).get("ToAddresses", [])
    named = {identity(parseaddr(address)[1]) for address in to}
    return {identity(sender(body))} | {one for one in named if one in ses_v2._identities}


def enforce(  # noqa: PLR0917 - the emulator's signature
    method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any], request_id: str
) -> object:
    """Authorize a call: sending on each identity it concerns, everything else as the emulator does it."""
    if (method, path.rstrip("/")) != SEND or not app.AUTH:
        return emulated_enforce(method, path, headers, body, query, request_id)
    region = app.extract_region(headers, query)
    action = "ses:SendRawEmail" if raw_mail(body) else "ses:SendEmail"
    context = {"ses:fromaddress": sender(body)}
    arns = [f"arn:aws:ses:{region}:{get_account_id()}:identity/{one}" for one in sorted(identities(body))]
    answers = (
        app._enforce_data_plane(
            "sesv2", action, headers, query, request_id, resource_arn=arn, service_context=context, named_resource=arn
        )
        for arn in arns
    )
    return next(filter(None, answers), None)


async def handle(
    method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> tuple[int, dict[str, str], bytes]:
    """Answer a call as the emulator does, and keep the mail that was sent."""
    answer: tuple[int, dict[str, str], bytes] = await emulated_handle(method, path, headers, body, query)
    if (method, path.rstrip("/")) == SEND and answer[0] == HTTPStatus.OK and (mail := raw_mail(body)):
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"{uuid4().hex}.part"
        part.write_bytes(mail)
        part.rename(part.with_suffix(".eml"))  # whoever looks sees whole mails only
    return answer


def invoke(target: dict[str, Any], event: dict[str, Any], *rest: Any) -> object:
    """Send what a rule or a schedule sends as the emulator does; of a schedule with its time filled in."""
    if event.get("Source") == "aws.scheduler" and TIME in target.get("Input", ""):
        at = f"{datetime.fromtimestamp(event['Time'], UTC):%Y-%m-%dT%H:%M:%SZ}"
        target = {**target, "Input": target["Input"].replace(TIME, at)}
    return emulated_invoke(target, event, *rest)


if __name__ == "__main__":
    folder = Path(sys.argv.pop(1))
    emulated_enforce, app._enforce_ses_v2 = app._enforce_ses_v2, enforce
    emulated_handle, ses_v2.handle_request = ses_v2.handle_request, handle
    emulated_invoke, eventbridge._invoke_target = eventbridge._invoke_target, invoke
    app.main()
