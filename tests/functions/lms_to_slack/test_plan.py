"""Which events are said, which are said together, and what follows from what is remembered."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from typing import Any

import pytest

from lms_to_slack import Settings
from lms_to_slack.plan import OPEN, SENDING, TOLD, Notice, draft, ends, for_all, plan, surely_not
from renkei.errors import Misconfigured, NotFound, Outcome, Reconnect, Rejected, Retry, Skip
from renkei.integration import Done
from tests.functions.lms_to_slack.steps import bought, event, left
from tests.harness import ROOT


def digest(purpose: str, text: str) -> str:
    return hashlib.sha256(f"{purpose}{text}".encode()).hexdigest()


def drafted(body: dict[str, Any], id_: str = "d", **settings: Any) -> Notice:
    return draft(id_, body, Settings(**settings), digest)


@pytest.mark.parametrize(
    ("body", "settings", "told"),
    [
        (bought(1), {}, True),
        (bought(1), {"on_cancel": False}, True),
        (bought(1), {"on_purchase": False}, False),
        (left(1), {}, True),
        (left(1), {"on_cancel": False}, False),
        (event("user.created", 1), {}, False),
        (event("user.deleted", 1), {}, False),
        (event("course.granted", 1, course=None), {}, False),
        ({"type": "import", "rows": []}, {}, False),
        ({}, {}, False),
    ],
)
def test_what_slack_is_told_of(body: dict[str, Any], settings: dict[str, Any], told: bool) -> None:
    if told:
        drafted(body, **settings)
        return
    with pytest.raises(Skip) as end:
        drafted(body, **settings)
    assert (end.value.code, end.value.params) == ("lms_not_told", {"type": str(body.get("type"))})


def test_of_the_recorded_events_two_are_told() -> None:
    told = set()
    for path in (ROOT / "events/lms").glob("*.json"):
        with suppress(Skip):
            drafted(json.loads(path.read_text("utf-8")))
            told.add(path.stem)
    assert told == {"course_purchased", "membership_cancelled"}


def test_what_cannot_be_read_is_rejected() -> None:
    with pytest.raises(Rejected) as end:
        drafted(bought(1, title=""))
    assert end.value.code == "lms_payload"


@pytest.mark.parametrize(
    ("user", "shown"), [({}, "佐々木花子"), ({"nickname": ""}, "hana"), ({"nickname": None, "username": None}, "")]
)
def test_a_name_is_in_it_only_if_it_may(user: dict[str, Any], shown: str) -> None:
    body = bought(1)
    body["data"] = body["data"] | {"user": body["data"]["user"] | user}
    assert drafted(body).fact.name == ""
    assert drafted(body, show_name=True).fact.name == shown


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (bought(1, "o"), bought(2, "o"), True),
        (bought(1, "o"), bought(2, "o", id=32), False),  # two courses of one order
        (bought(1, "o"), bought(1, "p"), False),
        (bought(1, "o"), bought(1, "o") | {"school_id": "other"}, False),
        (left(1), left(2, id="member-1"), True),
        (left(1), left(2), False),
        (bought(1, "x"), left(1, id="x"), False),
    ],
)
def test_what_tells_of_the_same(one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    assert (drafted(one).link == drafted(other).link) is same


def notices(count: int) -> list[Notice]:
    return [drafted(bought(number), f"d{number}") for number in range(count)]


@pytest.mark.parametrize(("count", "posts"), [(0, []), (1, [1]), (5, [1] * 5), (6, [6]), (100, [100])])
def test_many_are_folded_into_one(count: int, posts: list[int]) -> None:
    found, verdicts = plan(notices(count), {}, 5)
    assert [len(post.notices) for post in found] == posts
    assert not verdicts


def test_what_was_told_or_may_have_been() -> None:
    one, two, three, four = notices(4)
    row = {"state": TOLD, "by": one.id}
    remembered = {one.link: row, two.link: row, three.link: {"state": SENDING}, four.link: {"state": OPEN}}
    found, verdicts = plan([one, two, three, four], remembered, 5)
    assert isinstance(verdicts[one.id], Done)  # by itself, right before its process died
    assert isinstance(verdicts[two.id], Skip)
    assert [(post.notices, len(post.again), post.fresh) for post in found] == [
        ((three,), 1, []),
        ((four,), 0, [four.link]),
    ]
    done = ends(found[0], None)[three.id]
    assert isinstance(done, Done)
    assert [warning.code for warning in done.warnings] == ["slack_maybe_again"]


@pytest.mark.parametrize("end", [None, Retry("vendor_busy", vendor="slack")])
def test_repeats_in_a_batch_share_what_became_of_the_first(end: Outcome | None) -> None:
    batch = [drafted(bought(number, f"o{number % 2}"), f"d{number}") for number in range(5)]
    found, _ = plan(batch, {}, 1)
    assert [len(post.notices) for post in found] == [2]
    verdicts = ends(found[0], end)
    kinds = [Done, Done, Skip, Skip, Skip] if end is None else [Retry] * 5
    assert [type(verdicts[f"d{number}"]) for number in range(5)] == kinds


@pytest.mark.parametrize(
    ("end", "sure", "all_"),
    [
        (Retry("vendor_rate"), True, True),
        (Retry("budget_used"), True, True),
        (Retry("vendor_unreachable"), False, True),
        (Retry("vendor_garbled"), False, True),
        (Retry("vendor_busy"), False, True),
        (Reconnect("hook_gone"), True, True),
        (Misconfigured("slack_channel"), True, True),
        (Rejected("slack_message"), True, False),
        (NotFound("vendor_refused"), True, False),
    ],
)
def test_what_a_refusal_leaves_open(end: Outcome, sure: bool, all_: bool) -> None:
    assert (surely_not(end), for_all(end)) == (sure, all_)


@pytest.mark.parametrize(
    ("channel", "fine"),
    [
        ("", True), ("C0123456789", True), ("G0123", True), ("#sales", True), ("#営業-通知_1", True),
        ("sales", False), ("#", False), ("# sales", False), ("#<!channel>", False), ("U0123456789", False),
        ("c0123456789", False), ("#Sales", False), ("https://x", False), ("#" + "x" * 81, False),
    ],
)  # fmt: skip
def test_channels(channel: str, fine: bool) -> None:
    if fine:
        assert Settings(channel=channel).channel == channel
    else:
        with pytest.raises(ValueError, match="channel"):
            Settings(channel=channel)
