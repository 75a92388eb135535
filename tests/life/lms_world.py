"""A school's events on the whole stack, to all three vendors, and what there is in the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from local.sandbox.faults import Fault
from local.sandbox.mailchimp import DEMO
from renkei.texts import text
from tests.crash.effects import Side, watched
from tests.crash.lives import Killed
from tests.crash.world import World, return_to, rows
from tests.functions.lms_to_slack.steps import words
from tests.harness import PORTAL, Stack
from tests.life.lms_lives import ADDRESSES, Life, Step
from tests.school import HUBSPOT, MAILCHIMP, SLACK

type Picture = dict[str, Any]
KEYS = (HUBSPOT, MAILCHIMP, SLACK)
_ROUNDS = 30
_TIMES = ("createdate", "lastmodifieddate", "hs_lastmodifieddate", "hs_object_id")
_AGAIN = (text("slack_say_maybe_again", "ja"), text("slack_say_some_again", "ja", {"count": ""})[-12:])


class Told:
    """One telling of a life: `steps` one after the other, from the world where it begins."""

    def __init__(self, stack: Stack, start: World) -> None:
        self.stack = stack
        return_to(stack, start, bells=False)

    def there(self, before: Mapping[str, str]) -> None:
        """Somebody is known before: at HubSpot, and with a status at Mailchimp."""
        address = ADDRESSES[0]
        if "hubspot" in before:
            known = {"email": address, "firstname": "by hand"}
            self.stack.hubspot.seed(PORTAL, "contacts", known)
        if status := before.get("mailchimp"):
            self.stack.mailchimp.seed(DEMO.api_key, DEMO.audience, address, status, {"NICKNAME": "old"})  # type: ignore[arg-type]

    def tell(self, steps: Sequence[Step]) -> None:
        """Send all, and let hours pass until nothing is to be done."""
        for step in steps:
            self._step(step)
        for _ in range(_ROUNDS):
            if not self.waiting("pending"):
                break
            self.passes(600)

    def waiting(self, *states: str) -> list[str]:
        """The deliveries in these states: which, and why."""
        return [
            f"{row['box']} {row['id']}: {row.get('reason')}" for row in rows("deliveries") if row["state"] in states
        ]

    def _step(self, step: Step) -> None:
        stack = self.stack
        for event in step.events:
            status, answer = stack.lms(event)
            assert status == 200, answer
        for vendor, number, fault in step.faults:
            getattr(stack, vendor).faults.add(Fault(**fault, every=number))
        self.works(step.dies, lost=step.loses_bells)
        for vendor, *_ in step.faults:
            getattr(stack, vendor).faults.clear()
        if step.pause:
            self.passes(step.pause)

    def passes(self, seconds: float) -> None:
        """Time passes, and the sweep rings for what is due then."""
        self.stack.clock.sleep(seconds)
        self.stack.sweep()
        self.works()

    def works(self, dies: int = 0, *, lost: bool = False) -> None:
        """The three workers answer their bells, or die at their n-th effect, or the bells get lost."""
        for key in KEYS:
            bells = self.stack.bells(key)
            with self._mortal(dies):
                self.stack.answer([] if lost else bells)

    @contextmanager
    def _mortal(self, dies: int) -> Iterator[None]:
        """A process that dies at its n-th effect."""
        if not dies:
            yield
            return
        moments = count(1)

        def effect(_side: Side, _effect: str) -> None:
            if next(moments) >= dies:
                raise Killed

        try:
            with watched(effect):
                yield
        except Killed:
            self.stack.restart()

    # What there is.

    def picture(self) -> Picture:
        """What the three vendors have, without ids and times of ours."""
        return {**self.hubspot(), "members": self.members(), "said": sorted(self.said())}

    def hubspot(self) -> Picture:
        """Contacts, deals with whose they are, line items with their deal and product, products."""
        state: Any = self.stack.hubspot.state(PORTAL)
        held = {
            kind: {one["id"]: one for one in state[kind]} for kind in ("contacts", "deals", "line_items", "products")
        }
        living = {id_: one for id_, one in held["contacts"].items() if not one["archived"]}
        deals = [
            _plain(one)
            | {"dealname": one["properties"]["dealname"].partition(" – ")[0]}
            | {
                "contacts": [
                    living[id_]["properties"]["email"]
                    for id_ in one["associations"].get("contacts", ())
                    if id_ in living
                ]
            }
            for one in held["deals"].values()
        ]
        lines = [
            _plain(one)
            | {
                "deals": [
                    held["deals"][id_]["properties"]["renkei_lms_purchase_id"] for id_ in one["associations"]["deals"]
                ]
            }
            | {"hs_product_id": held["products"][one["properties"]["hs_product_id"]]["properties"]["hs_sku"]}
            for one in held["line_items"].values()
        ]
        return {
            "contacts": _sorted(map(_plain, living.values())),
            "deals": _sorted(deals),
            "lines": _sorted(lines),
            "products": _sorted(map(_plain, held["products"].values())),
        }

    def members(self) -> list[dict[str, Any]]:
        """Mailchimp's members, archived ones, too."""
        found: Any = self.stack.mailchimp.state()["members"]
        names = ("email_address", "status", "language")
        return _sorted({**{name: one[name] for name in names}, **_held(one["merge_fields"])} for one in found)

    def said(self) -> dict[str, int]:
        """What Slack was told of, by its price, and how often."""
        told: dict[str, int] = {}
        for message in self.stack.slack.messages():
            for price in _prices(words(message)):
                told[price] = told.get(price, 0) + 1
        return told

    def silently_again(self) -> set[str]:
        """What Slack was told of again without a word of that."""
        said, silently = set[str](), set[str]()
        for message in self.stack.slack.messages():
            parts = words(message)
            if not any(part.endswith(_AGAIN) for part in parts):
                silently |= said & _prices(parts)
            said |= _prices(parts)
        return silently


def end_of(stack: Stack, start: World, life: Life, steps: Sequence[Step]) -> tuple[Told, Picture]:
    """A life told in these steps, and what there is then."""
    one = Told(stack, start)
    one.there(life.there)
    one.tell(steps)
    return one, one.picture()


def _prices(parts: Sequence[str]) -> set[str]:
    return {price for part in parts for price in re.findall(r"([\d,]+)円", part)}


def _plain(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record["properties"].items() if value and name not in _TIMES}


def _held(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _sorted(found: Any) -> list[dict[str, Any]]:
    return sorted(found, key=lambda one: sorted((name, str(value)) for name, value in one.items()))
