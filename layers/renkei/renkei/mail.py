"""One mail through Amazon SES v2, and what is known of it afterwards.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html (Content.Raw)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from renkei.aws import client

_CODES = {
    "MailFromDomainNotVerifiedException": "not_verified",
    "MessageRejected": "mail_rejected",
    "TooManyRequestsException": "throttled",
    "LimitExceededException": "throttled",
    "ThrottlingException": "throttled",
    "Throttling": "throttled",
    "SendingPausedException": "paused",
    "AccountSuspendedException": "paused",
    "AccessDeniedException": "not_allowed",
}


@dataclass(frozen=True)
class Posted:
    """How sending went. `unknown`: it may have gone out. `why` is a code (`notice_why_…` in the texts)."""

    state: Literal["sent", "refused", "unknown"]
    why: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


def post(message: EmailMessage, sender: str, to: str) -> Posted:
    """Send a mail once. Raises nothing of AWS's: what SES says, or does not say, is the answer."""
    try:
        client("sesv2").send_email(
            FromEmailAddress=sender,
            Destination={"ToAddresses": [to]},
            Content={"Raw": {"Data": message.as_bytes()}},
        )
    except ClientError as refused:
        return _refusal(refused.response.get("Error", {}))
    except HTTPClientError:  # cut off, or timed out, after the request went out
        return Posted("unknown", "no_answer")
    except BotoCoreError as error:  # no connection, no credentials: it never left
        return Posted("refused", "unreachable", {"error": type(error).__name__})
    return Posted("sent")


def _refusal(error: Mapping[str, Any]) -> Posted:
    # The message quotes the addresses: it is looked at and goes nowhere.
    code, message = str(error.get("Code", "")), str(error.get("Message", ""))
    why = _CODES.get(code, "mail_refused")
    if why == "mail_rejected" and "not verified" in message:
        why = "not_verified"
    return Posted("refused", why, {"error": code})
