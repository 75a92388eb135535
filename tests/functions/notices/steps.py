"""What a test of the notices does again and again: connections that break and heal, mails that go wrong, pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import urlsplit

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from moto.core.models import botocore_stubber

import notices.app
import notices.pages
from renkei import aws
from renkei.causes import Cause
from renkei.connections import Connection
from renkei.errors import Outcome, Reconnect
from renkei.notices import note
from tests.harness import Context, Stack, http_event

DAY = 24 * 3600.0
ADMIN, BOSS = "admin@example.co.jp", "boss@example.de"
BOX = "booking_to_hubspot"

type Wrong = Literal["time-out before", "time-out after", "unreachable"]


class Killed(BaseException):
    """The end of a process."""


def people(stack: Stack, *to: str, **document: Any) -> None:
    """Name who is told (in English unless `mail=language`). Integrations keep their settings, or have none."""
    kept = stack.api("GET", f"/api/workspaces/{stack.workspace}")[1]
    named = [one.partition("=")[::2] for one in to]
    notices = {"to": [{"mail": mail, "language": language or "en"} for mail, language in named]}
    whole = {"workspace": stack.workspace, "integrations": kept.get("integrations", {}), "notices": notices, **document}
    status, told = stack.api("PUT", f"/api/workspaces/{stack.workspace}", whole)
    assert status == 200, told


def run(stack: Stack) -> dict[str, int]:
    """Let the minute's notices run."""
    done: dict[str, int] = notices.app.handler({"job": "notices"}, Context())  # type: ignore[arg-type]
    return done


def connection(stack: Stack, vendor: str) -> Connection:
    """A connection as it is now."""
    found = stack.platform.connections.get(stack.workspace, vendor)
    assert found
    return found


def connected(stack: Stack, vendor: str = "slack", waiting_since: str = "") -> None:
    """Connect a vendor (again) behind the scenes, with keys that nobody looks at."""
    before = stack.platform.connections.get(stack.workspace, vendor)
    stack.platform.connections.connect(
        stack.workspace, vendor, "T0", {"bot_token": "secret"}, before=before, waiting_since=waiting_since
    )


def broken(stack: Stack, vendor: str = "slack", code: str = "key_refused") -> None:
    """Let a connection break."""
    stack.platform.connections.broken(connection(stack, vendor), Reconnect(code, vendor=vendor))


def parked(stack: Stack, number: int, end: Outcome, kind: Literal["parked", "late", "rejected"] = "parked") -> None:
    """Let a booking end as a worker ends it: first the note, then the delivery."""
    stack.platform.deliveries.accept(stack.workspace, BOX, f"timerex.event_confirmed.{number}", b"{}")
    row = stack.platform.deliveries.one(stack.workspace, BOX, f"timerex.event_confirmed.{number}")
    assert row
    note(stack.workspace, Cause(kind, BOX, end.code, end.params), stack.clock())
    why: dict[str, Any] = {"reason": end.code, "params": dict(end.params)}
    if kind == "parked":
        stack.platform.deliveries.park(row, stack.clock(), **why)
    elif kind == "late":
        stack.platform.deliveries.postpone(row, stack.clock(), **why)
    else:
        stack.platform.deliveries.settle(row, "rejected", **why)


def row_of(stack: Stack, number: int) -> dict[str, Any]:
    """A booking's row."""
    found = stack.platform.deliveries.one(stack.workspace, BOX, f"timerex.event_confirmed.{number}")
    assert found
    return found


@contextmanager
def ses(wrong: Wrong | ClientError | None = None, *, times: int | None = None) -> Iterator[list[str]]:
    """Let SES go wrong (the first `times` times); gives the requests that reached the wire."""
    seen: list[str] = []

    def strike(request: Any, **_: Any) -> Any:
        seen.append(request.url)
        if wrong is None or (times is not None and len(seen) > times):
            return None
        if isinstance(wrong, ClientError):
            raise wrong
        if wrong == "unreachable":
            raise EndpointConnectionError(endpoint_url=request.url)
        if wrong == "time-out after":
            answer = botocore_stubber("before-send.sesv2.SendEmail", request)
            assert answer is not None
            assert answer.status_code == 200
        raise ReadTimeoutError(endpoint_url=request.url)

    with hooked("before-send.sesv2.SendEmail", strike):
        yield seen


@contextmanager
def dying(event: str) -> Iterator[None]:
    """Die at one of botocore's events."""

    def die(**_: Any) -> None:
        raise Killed

    with hooked(event, die):
        yield


@contextmanager
def hooked(event: str, hook: Callable[..., Any]) -> Iterator[None]:
    """Hook into one of botocore's events, before anybody else."""
    events = aws.client(event.split(".")[1]).meta.events
    events.register_first(event, hook)
    try:
        yield
    finally:
        events.unregister(event, hook)


def refusal(code: str, message: str = "no") -> ClientError:
    """What SES refuses with."""
    return ClientError({"Error": {"Code": code, "Message": message}}, "SendEmail")


def visit(
    link: str, method: str = "GET", body: str | None = None, *, accept: str = "en", encoded: bool = False
) -> dict[str, Any]:
    """Open a page as a browser does, or post to it (`encoded`: as base64)."""
    parts = urlsplit(link)
    _, _, workspace, notice = parts.path.split("/")
    request = http_event(method, parts.path, body, {"accept-language": accept}, parts.query)
    request |= {"pathParameters": {"workspace": workspace, "notice": notice}, "isBase64Encoded": encoded}
    answer: dict[str, Any] = notices.pages.handler(request, Context())  # type: ignore[arg-type]
    return answer
