"""The schedulers and the school that send events, as whoever plays one must know them: files, secrets, proofs.

TimeRex: https://developers.timerex.net/webhook/reference
Calendly: https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures
Cal.com: https://cal.com/docs/developing/guides/automation/webhooks
A school's LMS: docs/lms-events.yaml
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from standardwebhooks import Webhook

from local.cli.errors import Misuse
from local.cli.prompts import Wanted
from local.cli.shapes import Json, mapping
from local.cli.yaml_file import read_text
from renkei.vendors import calcom, calendly, lms, timerex


def new_secret() -> str:
    """Make a signing key that nobody can guess: 256 bits."""
    return secrets.token_urlsafe(32)


def _new_school_secret() -> str:
    return lms.PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


@dataclass(frozen=True)
class Scheduler:
    """A scheduler, or a school. `receive` names a delivery, or says what is wrong with an event.

    `marks` says whether an event looks like one of its own; `fields`: what its form takes; `make`: makes a secret, if
    it takes ours.
    """

    key: str
    title: str
    secret: Wanted
    agent: str
    receive: Callable[[object], tuple[str, bool]]
    marks: Callable[[Json], bool]
    fields: Mapping[str, str]
    make: Callable[[], str] | None = new_secret


def _wanted(prompt: str, variable: str) -> Wanted:
    return Wanted(prompt, variable, "--token-file")


SCHEDULERS: Final[Mapping[str, Scheduler]] = {
    one.key: one
    for one in (
        Scheduler(
            timerex.KEY,
            "TimeRex",
            _wanted("ask_token", "RENKEI_TIMEREX_TOKEN"),
            "TimeRex API v1",
            timerex.receive,
            lambda event: "webhook_type" in event,
            {"URL": "{url}", "Security token": "", "Header": "{header}"},
            make=None,  # TimeRex makes its token itself
        ),
        Scheduler(
            calendly.KEY,
            "Calendly",
            _wanted("ask_signing_key", "RENKEI_CALENDLY_SIGNING_KEY"),
            "Calendly",
            calendly.receive,
            lambda event: isinstance(event.get("event"), str) and "payload" in event,
            {"url": "{url}", "events": "invitee.created, invitee.canceled", "scope": "organization", "signing_key": ""},
        ),
        Scheduler(
            calcom.KEY,
            "Cal.com",
            _wanted("ask_webhook_secret", "RENKEI_CALCOM_SECRET"),
            "Cal.com",
            calcom.receive,
            lambda event: "triggerEvent" in event,
            {
                "Subscriber URL": "{url}",
                "Event Triggers": "BOOKING_CREATED, BOOKING_RESCHEDULED, BOOKING_CANCELLED",
                "Secret": "",
                "Payload Template": "default",
            },
        ),
        Scheduler(
            lms.KEY,
            "LMS",
            _wanted("ask_school_secret", "RENKEI_LMS_SECRET"),
            "LMS",
            lms.receive,
            lambda event: "school_id" in event,
            {"URL": "{url}", "events": ", ".join(lms.EVENTS), "secret": ""},
            make=_new_school_secret,
        ),
    )
}
SOURCES: Final = tuple(SCHEDULERS)


def read_event(file: Path) -> Json:
    """Read a recorded event. Raises Misuse, with the line, if it is not a JSON object."""
    try:
        event: object = json.loads(read_text(file))
    except json.JSONDecodeError as error:
        raise Misuse("bad_json", file=file, line=error.lineno, reason=error.msg) from error
    if not isinstance(event, dict):
        raise Misuse("bad_json", file=file, line=1, reason=type(event).__name__)
    return mapping(event)


def scheduler_of(file: Path, event: Json, named: str | None) -> Scheduler:
    """Find whose event it is: the named one, else by the folder it lies in, else by what it holds. Else Misuse."""
    if named:
        return SCHEDULERS[named]
    folder = file.resolve().parent.name
    if folder in SCHEDULERS:
        return SCHEDULERS[folder]
    found = [one for one in SCHEDULERS.values() if one.marks(event)]
    if len(found) != 1:
        raise Misuse("which_source", file=file, names=", ".join(SCHEDULERS))
    return found[0]


def delivery_name(scheduler: Scheduler, event: Json) -> str:
    """Give what the ids of an event's deliveries end with. Raises ValueError with what is wrong with the event."""
    return f".{scheduler.key}.{scheduler.receive(event)[0]}"


def usable(scheduler: Scheduler, secret: str) -> str:
    """Give a secret. Raises Misuse if it cannot be this scheduler's."""
    if scheduler.key == lms.KEY and lms.secret_of(secret) is None:
        raise Misuse("bad_school_secret")
    return secret


def proof(scheduler: Scheduler, header: str, secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """Give the headers by which a scheduler proves that a body is its own. Raises Misuse if the secret is none."""
    usable(scheduler, secret)
    if scheduler.key == timerex.KEY:
        return {header: secret}
    if scheduler.key == calcom.KEY:
        return {header: _hmac(secret, body), "x-cal-webhook-version": "2021-10-20"}
    if scheduler.key == lms.KEY:
        return _school_proof(header, secret, body, now)
    seconds = str(int(now.timestamp()))
    return {header: f"t={seconds},v1={_hmac(secret, seconds.encode() + b'.' + body)}"}


def filled_in(scheduler: Scheduler, url: str, header: str) -> dict[str, str]:
    """Give what to enter at a scheduler, field by field; a secret is left empty."""
    return {name: value.format(url=url, header=header) for name, value in scheduler.fields.items()}


def _school_proof(header: str, secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """Give the three headers of Standard Webhooks."""
    named = f"msg_{secrets.token_hex(12)}"
    signature = Webhook(secret).sign(named, now, body.decode())
    return {lms.ID_HEADER: named, lms.TIME_HEADER: str(int(now.timestamp())), header: signature}


def _hmac(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
