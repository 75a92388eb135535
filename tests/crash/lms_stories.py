"""The stories of a school's people in HubSpot and in Mailchimp that must survive every death."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.crash.lives import Story
from tests.crash.lms_picture import in_hubspot, many
from tests.crash.mailchimp_picture import picture as in_mailchimp
from tests.crash.outside import Deed, works
from tests.crash.slack_picture import picture as in_slack
from tests.crash.world import rows
from tests.harness import PORTAL, Stack
from tests.school import HUBSPOT, MAILCHIMP, SLACK, USER, School

_REPEATS = 2
_HANAKO, _NEW, _TARO = USER["email"], "hanako@new.example.jp", "taro@example.jp"
_MOVED: dict[str, Any] = {"email": _NEW, "nickname": "佐々木 花子 (新)"}
_SECOND: dict[str, Any] = {"id": "u-2", "username": "taro", "nickname": "太郎", "email": _TARO}
_WANTS = {**_SECOND, "email": _HANAKO}

type Told = Callable[[School], dict[str, Any]]


def _at(stack: Stack, moment: int) -> School:
    """The school at a moment of the story: it says the same at the same moment in every life."""
    school = School(stack)
    school.number = moment
    return school


def _says(moment: int, told: Told) -> Deed:
    """The school sends an event, and repeats it until it gets its 2xx."""

    def deed(stack: Stack) -> None:
        event = told(_at(stack, moment))
        answers = [stack.lms(event)]
        while answers[-1][0] != 200 and len(answers) <= _REPEATS:
            answers.append(stack.lms(event))
        assert answers[-1][0] == 200, answers
        stack.clock.sleep(0.001)

    return deed


def _is(kind: str, **user: Any) -> Told:
    return lambda school: school.event(kind, user)


def _bought(order: str = "o-1", **user: Any) -> Told:
    return lambda school: school.bought(user, order)


def _moved(previous: str = _HANAKO, **user: Any) -> Told:
    return lambda school: school.event("user.updated", user or _MOVED, previous={"email": previous})


def _hands_in(key: str, part: int, people: list[dict[str, Any]]) -> Deed:
    """An admin's command hands in a part of a list, and again until it is taken."""
    rows = [{"number": number, "user": user} for number, user in enumerate(people, 1)]
    body = {"import": "0123456789abcdef", "part": part, "school_id": "demo", "as_of": "2026-11-22T02:00:00Z"}

    def deed(stack: Stack) -> None:
        status, told = School(stack).tool(key, "part", body | {"rows": rows})
        assert status == 200, told

    return deed


def _set_up(key: str | tuple[str, ...], *before: Deed, **settings: Any) -> Callable[[Stack], None]:
    def prepare(stack: Stack) -> None:
        keys = (key,) if isinstance(key, str) else key
        School(stack).open(*keys, **dict.fromkeys(keys, settings))
        for deed in before:
            deed(stack)

    return prepare


_PEOPLE = [{"id": f"u-{number}", "email": f"user{number}@example.jp", "nickname": f"{number}"} for number in range(6)]
_LIST = [*_PEOPLE, {"id": "u-9", "email": "no address"}]


# HubSpot


def _contact(stack: Stack) -> None:
    stack.hubspot.seed(PORTAL, "contacts", {"email": "user3@example.jp", "lastname": "前からいる"})


def _product(stack: Stack) -> None:
    stack.hubspot.seed(PORTAL, "products", {"name": "簿記", "hs_sku": "101", "price": "9000"})
    stack.clock.sleep(60)  # the search knows it


def _there(nickname: str = USER["nickname"], email: str = _HANAKO, **kinds: int) -> Callable[[Any], None]:
    """One contact, and of the other kinds just so many, all joined."""

    def check(found: Any) -> None:
        assert many(found) == {"contacts": 1, **kinds}, found
        (contact,) = found["contacts"]
        assert (contact["properties"]["email"], contact["properties"]["nickname"]) == (email, nickname)
        for deal in found["deals"]:
            assert [name for name, _ in deal["joined"]["contacts"]] == [f"contacts {email}"]
            assert len(deal["joined"]["line_items"]) == 1
        assert all(line["product"] for line in found["line_items"])
        assert len({line["product"] for line in found["line_items"]}) == bool(kinds)

    return check


def _gone(*, archived: bool) -> Callable[[Any], None]:
    def check(found: Any) -> None:
        (contact,) = found["contacts"]
        assert (contact["properties"]["status"], contact["archived"]) == ("deleted", archived)

    return check


def _exchanged(found: Any) -> None:
    told = {one["properties"]["email"]: one["properties"]["nickname"] for one in found["contacts"]}
    assert told == {_HANAKO: "太郎", _NEW: _MOVED["nickname"]}


def _listed(found: Any) -> None:
    assert many(found) == {"contacts": len(_PEOPLE)}
    refused = [(taken, count) for taken, count, _ in found["lists"].values() if taken]
    assert refused == [(len(_PEOPLE), "1")]


def _hubspot(name: str, *deeds: Deed, prepare: Callable[[Stack], None], end: Callable[[Any], object]) -> Story:
    return Story(name, prepare, deeds, in_hubspot, end, frozenset({"delivered", "skipped"}))


_JOINED = (_says(1, _is("user.created")), works)
IN_HUBSPOT = (
    _hubspot("a new user", *_JOINED, prepare=_set_up(HUBSPOT), end=_there()),
    _hubspot(
        "a new user buys a new course",
        _says(1, _bought()),
        works,
        prepare=_set_up(HUBSPOT),
        end=_there(deals=1, line_items=1, products=1),
    ),
    _hubspot(
        "a known user buys a course that HubSpot has",
        _says(2, _bought()),
        works,
        prepare=_set_up(HUBSPOT, *_JOINED, _product),
        end=_there(deals=1, line_items=1, products=1),
    ),
    _hubspot(
        "all of a user in one batch, and a second purchase",
        _says(1, _is("user.created")),
        _says(2, _bought()),
        _says(3, _moved()),
        _says(4, _bought("O-2", **_MOVED)),
        works,
        prepare=_set_up(HUBSPOT),
        end=_there(_MOVED["nickname"], _NEW, deals=2, line_items=2, products=1),
    ),
    _hubspot(
        "another address",
        _says(2, _moved()),
        works,
        prepare=_set_up(HUBSPOT, *_JOINED),
        end=_there(_MOVED["nickname"], _NEW),
    ),
    _hubspot(
        "an address that is handed on after somebody waited for it",
        _says(3, _moved(_TARO, **_WANTS)),
        works,
        _says(4, _moved()),
        works,
        prepare=_set_up(HUBSPOT, *_JOINED, _says(2, _is("user.created", **_SECOND)), works),
        end=_exchanged,
    ),
    _hubspot(
        "an address that is asked for and given up in one batch",
        _says(3, _moved(_TARO, **_WANTS)),
        _says(4, _moved()),
        works,
        prepare=_set_up(HUBSPOT, *_JOINED, _says(2, _is("user.created", **_SECOND)), works),
        end=_exchanged,
    ),
    _hubspot(
        "deleted",
        _says(2, _is("user.deleted")),
        works,
        prepare=_set_up(HUBSPOT, *_JOINED),
        end=_gone(archived=False),
    ),
    _hubspot(
        "deleted and archived",
        _says(2, _is("user.deleted")),
        works,
        prepare=_set_up(HUBSPOT, *_JOINED, deleted="archive"),
        end=_gone(archived=True),
    ),
    _hubspot(
        "a part of a list",
        _hands_in(HUBSPOT, 1, _LIST),
        works,
        prepare=_set_up(HUBSPOT, _contact, _says(1, _is("user.created", **_PEOPLE[2])), works),
        end=_listed,
    ),
)


# Mailchimp (its own stories are in mailchimp_stories.py)


def _moved_once(found: Any) -> None:
    ((email, status, _, fields),) = found["members"]
    assert (email, status) == (_NEW, "subscribed")
    assert _MOVED["nickname"] in fields


def _handed_on(found: Any) -> None:
    told = {email: fields for email, _, _, fields in found["members"]}
    assert told.keys() == {_HANAKO, _NEW}
    assert "太郎" in told[_HANAKO]
    assert _MOVED["nickname"] in told[_NEW]


def _mailchimp(name: str, *deeds: Deed, prepare: Callable[[Stack], None], end: Callable[[Any], object]) -> Story:
    return Story(name, prepare, deeds, in_mailchimp, end)


IN_MAILCHIMP = (
    _mailchimp(
        "a purchase, and then another address",
        _says(2, _bought()),
        _says(3, _moved()),
        works,
        prepare=_set_up(MAILCHIMP, *_JOINED, status_if_new="subscribed"),
        end=_moved_once,
    ),
    _mailchimp(
        "an address that is handed on after somebody waited for it",
        _says(3, _moved(_TARO, **_WANTS)),
        works,
        _says(4, _moved()),
        works,
        prepare=_set_up(MAILCHIMP, *_JOINED, _says(2, _is("user.created", **_SECOND)), works),
        end=_handed_on,
    ),
)


# All three


def in_all(stack: Stack) -> dict[str, Any]:
    """What came of events at each vendor, and whose deliveries are done."""
    members, done = in_mailchimp(stack)["members"], {"delivered", "skipped"}
    boxes = sorted(row["box"] for row in rows("deliveries") if row["state"] in done)
    return {"hubspot": in_hubspot(stack), "members": members, "slack": in_slack(stack), "done": boxes}


def _arrived(found: Any) -> None:
    _there(deals=1, line_items=1, products=1)(found["hubspot"])
    assert [email for email, *_ in found["members"]] == [_HANAKO]
    assert len(found["done"]) == len(set(found["done"])) == 3
    assert (found["slack"]["said"], found["slack"]["silently again"]) == (["簿記"], [])


IN_ALL = Story(
    "a purchase by a new user, in all three",
    _set_up((HUBSPOT, MAILCHIMP, SLACK)),
    (_says(1, lambda school: school.bought(title="〔簿記〕")), works),
    in_all,
    _arrived,
    frozenset({"delivered", "skipped"}),
)
