"""The stories of a connection's life that must survive every death: made, refreshed, told of, expired, ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests import mails
from tests.crash.hubspot_picture import picture as records
from tests.crash.lives import Story
from tests.crash.outside import Deed, passes_time, sends, works
from tests.crash.stories import connects
from tests.crash.world import rows
from tests.harness import PORTAL, Stack, booking, event

_DAY = 24 * 3600
_BOARD = {"secrets": {"api_key": "demo-board-key", "api_token": "demo-board-token"}}
_BOOKED = sends(event("timerex/event_confirmed"))


def picture(stack: Stack) -> dict[str, Any]:
    """What is in HubSpot, each connection's state and whether it holds a secret, and which mails went out."""
    held = {row["vendor"]: (row["state"], row["account"], "sealed" in row) for row in rows("connections")}
    # Why it broke depends on where a process died (a refresh that was cut off is told apart); that it did does not.
    told = {(mail.to, ".".join(mail.cause.split(".")[:2])) for mail in mails.sent()}
    return {**records(stack), "connections": held, "told": sorted(told)}


def _prepared(*deeds: Callable[[Stack], object]) -> Callable[[Stack], None]:
    def prepare(stack: Stack) -> None:
        stack.set_up()
        for deed in deeds:
            deed(stack)

    return prepare


def uninstalled(stack: Stack) -> None:
    """An admin of the portal took the app out."""
    stack.hubspot.uninstall(PORTAL)


def _first_connect(stack: Stack) -> None:
    """A person sets a new workspace up, and again for as long as it does not show as connected."""
    for _ in range(3):
        shown = stack.api("GET", f"/api/workspaces/{stack.workspace}/connections")[1]["connections"]
        if any(one["vendor"] == "hubspot" and one["state"] == "connected" for one in shown):
            return
        stack.connect()
    raise AssertionError("it cannot be connected")


def _hands_keys_over(stack: Stack) -> None:
    assert stack.api("POST", "/api/workspaces/demo/connections/board", _BOARD)[0] == 200


def _tries_it(stack: Stack) -> None:
    """A person tests the connection."""
    stack.api("POST", "/api/workspaces/demo/connections/hubspot/test", {})


_BROKEN = (uninstalled, _tries_it)


def _disconnects(decision: str, *, forget: bool = False) -> Deed:
    """A person ends the connection, and again until it shows as ended."""

    def deed(stack: Stack) -> None:
        query = f"?waiting={decision}" + ("&forget=true" if forget else "")
        for _ in range(5):
            status, told = stack.api("DELETE", f"/api/workspaces/demo/connections/hubspot{query}")
            if status == 404 or not told.get("more", True):
                return
        raise AssertionError("it does not come to an end")

    return deed


def _looks_daily(stack: Stack) -> None:
    """The daily look, and the one of the next day."""
    stack.daily()


def _tells(stack: Stack) -> None:
    """The minute's notices, and those of some minutes later: a claim of a dead process is found in five."""
    for _ in range(3):
        tells(stack)
        stack.clock.sleep(180)


def tells(stack: Stack) -> None:
    """The minute's notices."""
    stack.tell()


def _ends(state: str, delivered: int, *, secret: bool) -> Callable[[Any], None]:
    def check(left: Mapping[str, Any]) -> None:
        assert left["connections"]["hubspot"] == (state, str(PORTAL), secret), left["connections"]
        assert len(left["contacts"]) == delivered

    return check


def _tells_of(*causes: str) -> Callable[[Any], None]:
    def check(left: Mapping[str, Any]) -> None:
        assert [cause for _, cause in left["told"]] == sorted(causes), left["told"]

    return check


def _made(vendor: str) -> Callable[[Any], None]:
    def check(left: Mapping[str, Any]) -> None:
        state, _, secret = left["connections"][vendor]
        assert (state, secret) == ("connected", True)

    return check


def _forgotten(left: Mapping[str, Any]) -> None:
    assert "hubspot" not in left["connections"]
    assert not left["links"]


def _story(name: str, *deeds: Deed, end: Callable[[Any], object], prepare: Callable[[Stack], None]) -> Story:
    return Story(name, prepare, deeds, picture, end)


def _alone(stack: Stack) -> None:
    """A stack without anything."""


LIFE_STORIES = (
    _story("a first connection", _first_connect, end=_ends("connected", 0, secret=True), prepare=_alone),
    _story(
        "a connection by keys",
        _hands_keys_over,
        end=_made("board"),
        prepare=_prepared(),  # with the key of the digest that stands for the account
    ),
    _story(
        "token refreshed by a test",
        _tries_it,
        end=_ends("connected", 0, secret=True),
        prepare=_prepared(passes_time(3600)),
    ),
    _story(
        "ended, what waited is discarded",
        _disconnects("discard"),
        end=_ends("disconnected", 0, secret=False),
        prepare=_prepared(_BOOKED),
    ),
    _story(
        "ended and forgotten",
        _disconnects("discard", forget=True),
        end=_forgotten,
        prepare=_prepared(_BOOKED, works, sends(booking(7))),
    ),
    _story(
        "expired",
        _looks_daily,
        end=_ends("expired", 0, secret=False),
        prepare=_prepared(passes_time(181 * _DAY)),
    ),
    _story("told that it broke", _tells, end=_tells_of("broken.hubspot"), prepare=_prepared(*_BROKEN)),
)
"""Of connections alone: nothing is on the queue when they begin."""

DRAIN_STORIES = (
    _story(
        "broken, connected again, drained in order",
        works,
        connects,
        works,
        end=_ends("connected", 2, secret=True),
        prepare=_prepared(uninstalled, *(sends(booking(n, guest_email=f"g{n}@firm.example.jp")) for n in range(2))),
    ),
    _story(
        "ended, what waited is kept and goes through later",
        _disconnects("keep"),
        works,
        passes_time(1),
        connects,
        works,
        end=_ends("connected", 1, secret=True),
        prepare=_prepared(_BOOKED),
    ),
    _story(
        "expired, and connected again when a booking comes",
        connects,
        works,
        end=_ends("connected", 1, secret=True),
        prepare=_prepared(passes_time(181 * _DAY), _looks_daily, _BOOKED, works, passes_time(1)),
    ),
)
"""With deliveries that wait, and go through in the end."""

MAIL_STORIES = (
    LIFE_STORIES[-1],
    _story(
        "told that it works again",
        _tells,
        end=_tells_of("broken.hubspot", "recovered.hubspot"),
        prepare=_prepared(*_BROKEN, tells, passes_time(60), connects, passes_time(180)),
    ),
    _story(
        "told that it expired",
        _looks_daily,
        _tells,
        end=_tells_of("expired.hubspot", "idle7.hubspot"),
        prepare=_prepared(passes_time(175 * _DAY), tells, passes_time(6 * _DAY)),
    ),
)
