"""The schedulers that send bookings, as whoever plays one must know them: files, secrets, and how each proves itself.

TimeRex: https://developers.timerex.net/webhook/reference
Calendly: https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures
Cal.com: https://cal.com/docs/developing/guides/automation/webhooks
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from local.cli.errors import Misuse
from local.cli.prompts import Wanted
from local.cli.shapes import Json, mapping
from local.cli.yaml_file import read_text
from renkei.vendors import calcom, calendly, timerex


@dataclass(frozen=True)
class Scheduler:
    """A scheduler. `receive` names a delivery, or says what is wrong with an event; `fields`: what its form takes.

    `marks` says whether an event looks like one of its own.
    """

    key: str
    title: str
    secret: Wanted
    agent: str
    receive: Callable[[object], tuple[str, bool]]
    marks: Callable[[Json], bool]
    fields: Mapping[str, str]
    generates: bool = True


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
            generates=False,  # TimeRex makes its token itself
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


def proof(scheduler: Scheduler, header: str, secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """Give the headers by which a scheduler proves that a body is its own."""
    if scheduler.key == timerex.KEY:
        return {header: secret}
    if scheduler.key == calcom.KEY:
        return {header: _hmac(secret, body), "x-cal-webhook-version": "2021-10-20"}
    seconds = str(int(now.timestamp()))
    return {header: f"t={seconds},v1={_hmac(secret, seconds.encode() + b'.' + body)}"}


def filled_in(scheduler: Scheduler, url: str, header: str) -> dict[str, str]:
    """Give what to enter at a scheduler, field by field; a secret is left empty."""
    return {name: value.format(url=url, header=header) for name, value in scheduler.fields.items()}


def _hmac(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
