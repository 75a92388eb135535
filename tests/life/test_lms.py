"""Whatever the order, the repeats and the troubles in which a user's events come: the three vendors end the same.

Lives are drawn by number. RENKEI_EXAMPLES sets how many, RENKEI_SEED with which number they begin; a life that fails
is told with its number, after as much of it was left out as it takes to fail.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.crash.world import World, keep
from tests.harness import Stack
from tests.life.lms_lives import Event, Life, life_of, pair_of
from tests.life.lms_world import KEYS, end_of
from tests.school import HUBSPOT, MAILCHIMP, SLACK, School

LIVES = int(os.environ.get("RENKEI_EXAMPLES", "0")) or 12
SEED = os.environ.get("RENKEI_SEED")
SETTINGS: Mapping[str, dict[str, dict[str, Any]]] = {
    "as it comes": {},
    "archived": {
        HUBSPOT: {"deleted": "archive", "grant_amount": "price"},
        MAILCHIMP: {"status_if_new": "pending"},
        SLACK: {"fold_above": 1},
    },
    "kept": {MAILCHIMP: {"on_delete": "keep", "status_if_new": "subscribed"}, SLACK: {"fold_above": 2}},
    "for ever": {MAILCHIMP: {"on_delete": "permanent"}},
}
HELD = {
    HUBSPOT: ("contacts", "username", "email", "purchased_courses"),
    MAILCHIMP: ("members", "USERNAME", "email_address", "COURSES"),
}
GONE = {"deleted", "archived"}
OUT = {"unsubscribed", "cleaned", "archived"}


def opened(stack: Stack, name: str) -> World:
    """A school that is connected to all three."""
    school = School(stack)
    stack.begin(f"school {name}", lambda: school.open(*KEYS, **SETTINGS[name]))
    return keep(stack)


def begins() -> int:
    """The number of the first life."""
    if SEED:
        return int(SEED)
    return random.SystemRandom().randrange(10**6) if "RENKEI_EXAMPLES" in os.environ else 0


def wrong(stack: Stack, start: World, life: Life, *, archives: bool) -> str:
    """What is wrong in the end of a life, "" if nothing is."""
    _, wanted = end_of(stack, start, life, life.in_order)
    told, found = end_of(stack, start, life, life.steps)
    problems = told.waiting("pending", "parked", "rejected")
    for picture in (wanted, found):
        for deal in picture["deals"] if archives else ():
            del deal["contacts"]  # it stays with one that is archived
        for member in picture["members"] if life.there.get("mailchimp") in OUT else ():
            member["status"] = "out" if member["status"] in OUT else member["status"]  # nor do they come back
    problems += [f"{name}: {found[name]}\n  in order: {wanted[name]}" for name in wanted if found[name] != wanted[name]]
    problems += [f"silently again: {told.silently_again()}"] if told.silently_again() else []
    if life.surely and (often := {one for one, times in told.said().items() if times > 1}):
        problems.append(f"said again: {often}")
    return "\n".join(problems + _whole(life, wanted))


def _whole(life: Life, wanted: Mapping[str, Any]) -> list[str]:
    """What does not fit what happened, even in order."""
    prices = {event["data"].get(name, {}).get("amount") for event in life.events for name in ("order", "membership")}
    said = {f"{int(price):,}" for price in prices if price}
    got = {key["id"] for event in life.events for name in ("order", "grant") if (key := event["data"].get(name))}
    deals = [deal["renkei_lms_purchase_id"].split(":")[2] for deal in wanted["deals"]]
    found = [f"in order said: {wanted['said']}"] if set(wanted["said"]) != said else []
    found += [f"in order deals: {deals} for {got}"] if sorted(deals) != sorted(got) else []
    (user,) = life.users
    there = [(one["email"], one.get("status") == "deleted") for one in wanted["contacts"]]
    fine = [[(user.address.lower(), not user.alive)], *([[]] if not user.alive else [])]
    return found + ([f"in order contacts: {wanted['contacts']}"] if life.clear and there not in fine else [])


@pytest.mark.timeout(600 + LIVES * 5)
@pytest.mark.parametrize("name", SETTINGS)
def test_the_order_and_the_repeats_of_a_users_events_do_not_matter(stack: Stack, name: str) -> None:
    start, first = opened(stack, name), begins()
    archives = name == "archived"
    for seed in range(first, first + LIVES):
        life = life_of(seed, comes_back=name != "for ever", known=not archives)
        if wrong(stack, start, life, archives=archives):
            life = shorter(stack, start, life, archives=archives)
            problems = wrong(stack, start, life, archives=archives)
            pytest.fail(f"{name}: {problems}\n{life}", pytrace=False)


def shorter(stack: Stack, start: World, life: Life, *, archives: bool) -> Life:
    """As much of a failing life as is needed to fail."""
    for fewer in _fewer(life):
        if wrong(stack, start, fewer, archives=archives):
            return shorter(stack, start, fewer, archives=archives)
    return life


def _fewer(life: Life) -> Iterator[Life]:
    for event in life.events:
        steps = [
            replace(step, events=tuple(one for one in step.events if not _same(one, event))) for step in life.steps
        ]
        yield replace(
            life,
            events=tuple(one for one in life.events if one is not event),
            steps=tuple(step for step in steps if step.events),
        )
    for number, step in enumerate(life.steps):
        for simpler in (
            replace(step, faults=(), dies=0, loses_bells=False),
            replace(step, faults=step.faults[:-1]),
            replace(step, pause=0.0),
            *(
                replace(step, events=(*step.events[:n], *step.events[n + 1 :]))
                for n, one in enumerate(step.events)
                if "r" in one["id"]
            ),
        ):
            if simpler != step and simpler.events:
                yield replace(life, steps=(*life.steps[:number], simpler, *life.steps[number + 1 :]))


def _same(one: Event, event: Event) -> bool:
    return str(one["id"]).partition("r")[0] == str(event["id"])


@pytest.mark.timeout(600 + LIVES * 5)
@pytest.mark.parametrize("name", ["as it comes", "archived"])
def test_two_users_who_take_addresses_from_each_other_all_get_through(stack: Stack, name: str) -> None:
    start, first = opened(stack, name), begins()
    for seed in range(first, first + LIVES):
        pair = pair_of(seed, leaves_free=name == "archived")
        if problems := mixed_up(stack, start, pair):
            pair = _shortened(stack, start, pair)
            problems = mixed_up(stack, start, pair)
            pytest.fail(f"{name}: {'\n'.join(problems)}\n{pair}", pytrace=False)


def mixed_up(stack: Stack, start: World, pair: Life) -> list[str]:
    """What is wrong in the end of a pair's lives."""
    told, found = end_of(stack, start, pair, pair.steps)
    left = {event["data"]["user"]["id"] for event in pair.events if event["type"] == "user.deleted"}
    problems = list(_deals(found, pair, left))
    problems += told.waiting("pending", "rejected")
    for key, (kind, *names) in HELD.items():
        has = sorted(tuple(one.get(name, "") for name in names) for one in found[kind] if one.get("status") not in GONE)
        due = sorted(
            (f"name-{user.id}", user.address.lower(), ", ".join(user.courses)) for user in pair.users if user.alive
        )
        waits = [one for one in told.waiting("parked") if key in one]
        crosswise = len(due) > 1 and [one[:2] for one in has] == [(due[0][0], due[1][1]), (due[1][0], due[0][1])]
        if crosswise and waits:
            continue  # each waits for the address that the other still has
        problems += [f"{kind}: {has}, wanted {due}"] if has != due else []
        problems += [one for one in waits if not _sold_by_who_left(one, pair)]
    return problems


def _sold_by_who_left(parked: str, pair: Life) -> bool:
    """Whether this waits because there is no contact any more, of somebody who is deleted, for what was bought."""
    id_ = parked.partition(":")[0].rpartition(".")[2].partition("r")[0]
    (event,) = [one for one in pair.events if one["id"] == id_]
    return "order" in event["data"] and not any(
        user.alive and user.id == event["data"]["user"]["id"] for user in pair.users
    )


def _deals(found: Mapping[str, Any], pair: Life, left: set[str]) -> Iterator[str]:
    """Each purchase is one deal, with its user's contact; of who was deleted there may be none to be with."""
    names = {one["email"]: one.get("username") for one in found["contacts"]}
    deals = {deal["renkei_lms_purchase_id"].split(":")[2]: deal for deal in found["deals"]}
    for event in pair.events:
        if order := event["data"].get("order"):
            user, deal = event["data"]["user"]["id"], deals.pop(order["id"], None)
            if user not in left and [names[one] for one in (deal or {}).get("contacts", ())] != [f"name-{user}"]:
                yield f"{order['id']} of {user}: {deal}"
    if deals or len({deal["renkei_lms_purchase_id"] for deal in found["deals"]}) < len(found["deals"]):
        yield f"deals that nobody made: {found['deals']}"


def _shortened(stack: Stack, start: World, pair: Life) -> Life:
    for fewer in _fewer(pair):
        if fewer.events == pair.events and mixed_up(stack, start, fewer):
            return _shortened(stack, start, fewer)
    return pair
