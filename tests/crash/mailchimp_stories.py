"""The stories of lms_to_mailchimp that must survive every death."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.crash.lives import Story
from tests.crash.mailchimp_picture import picture
from tests.crash.outside import Deed, settles, works
from tests.functions.lms_to_mailchimp.steps import HANAKO, NEW, opened, seeded
from tests.harness import Stack
from tests.school import MAILCHIMP, School

_TARO, _OLD = {"id": "u-2", "nickname": "太郎"}, "taro@example.jp"
_AS_OF = "2026-11-22T02:00:00Z"


def _sends(*told: tuple[str, dict[str, Any]]) -> Deed:
    """A school sends events (type, what differs in the user), and repeats each until it gets its 2xx."""
    events = [_event(number, kind, dict(user)) for number, (kind, user) in enumerate(told, 1)]

    def deed(stack: Stack) -> None:
        for event in events:
            answers = [stack.lms(event)]
            while answers[-1][0] != 200 and len(answers) < 3:
                answers.append(stack.lms(event))
            assert answers[-1][0] == 200, answers

    return deed


def _event(number: int, kind: str, user: dict[str, Any]) -> dict[str, Any]:
    school = School.__new__(School)
    school.number = user.pop("at", 0) + number
    before = user.pop("before", "")
    return school.event(kind, user, **({"previous": {"email": before}} if before else {}))


def _imports(many: int) -> Deed:
    """An admin sends a list, and sends it again until it is taken."""
    rows = [
        {"number": number, "user": {"id": f"u{number}", "email": f"u{number}@example.jp"}} for number in range(many)
    ]
    body = {"import": "0123456789abcdef", "part": 1, "school_id": "demo", "as_of": _AS_OF, "rows": rows}

    def deed(stack: Stack) -> None:
        answer = School(stack).tool(MAILCHIMP, "part", body)
        if answer[0] >= 500:
            answer = School(stack).tool(MAILCHIMP, "part", body)
        assert answer[0] == 200, answer

    return deed


def _set_up(*before: Callable[[Stack], object], **settings: Any) -> Callable[[Stack], None]:
    """A school whose people go to Mailchimp, and what was there before the story begins."""

    def prepare(stack: Stack) -> None:
        opened(stack, status_if_new="subscribed", **settings)
        for deed in before:
            deed(stack)

    return prepare


def _is(email: str, status: Any) -> Callable[[Stack], object]:
    return lambda stack: seeded(School(stack), email, status)


def _left(**statuses: str) -> Callable[[Any], None]:
    """Just these are members: status by the part of the address before @."""

    def check(found: Any) -> None:
        there = {email.partition("@")[0]: status for email, status, *_ in found["members"]}
        assert there == statuses, found

    return check


def _moved(found: Any) -> None:
    assert {email: status for email, status, *_ in found["members"]} == {HANAKO: "archived", NEW: "unsubscribed"}


def _handed_on(found: Any) -> None:
    there = {email: fields for email, _, _, fields in found["members"]}
    assert there.keys() == {HANAKO, NEW}
    assert "太郎" in there[HANAKO]
    assert "佐々木 花子" in there[NEW]


def _story(
    name: str, *deeds: Deed, prepare: Callable[[Stack], None], end: Callable[[Any], object], **more: Any
) -> Story:
    return Story(name, prepare, deeds, picture, end, **more)


_CREATED = (_sends(("user.created", {})), works)

STORIES = (
    _story("a new user", *_CREATED, prepare=_set_up(), end=_left(hanako="subscribed")),
    _story(
        "a new address that is a member",
        _sends(("user.updated", {"email": NEW, "before": HANAKO, "at": 5})),
        works,
        prepare=_set_up(*_CREATED, _is(NEW, "unsubscribed")),
        end=_moved,
    ),
    _story(
        "deleted while asked, and back",
        _sends(("user.deleted", {"at": 10})),
        works,
        _sends(("user.updated", {"at": 20})),
        works,
        prepare=_set_up(_is(HANAKO, "pending"), *_CREATED),
        end=_left(hanako="pending"),
    ),
    _story(
        "deleted before it was heard of, and back",
        _sends(("user.deleted", {"at": 10})),
        _sends(("user.created", {"at": 5})),
        works,
        _sends(("user.updated", {"at": 20})),
        works,
        prepare=_set_up(),
        end=_left(hanako="subscribed"),
        same=frozenset({"delivered", "skipped"}),
    ),
    _story(
        "deleted for ever",
        _sends(("user.deleted", {"at": 10})),
        works,
        prepare=_set_up(*_CREATED, on_delete="permanent"),
        end=_left(),
    ),
    _story(
        "an address that is handed on",
        _sends(("user.updated", {**_TARO, "email": HANAKO, "before": _OLD, "at": 5})),
        _sends(("user.updated", {"email": NEW, "before": HANAKO, "at": 10})),
        settles,
        prepare=_set_up(*_CREATED, _sends(("user.created", {**_TARO, "email": _OLD, "at": 2})), works),
        end=_handed_on,
    ),
    _story(
        "a list",
        _imports(3),
        works,
        prepare=_set_up(_is("u1@example.jp", "unsubscribed")),
        end=_left(u0="subscribed", u1="unsubscribed", u2="subscribed"),
    ),
)
