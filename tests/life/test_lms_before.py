"""Who was in HubSpot and Mailchimp before the school told of them, and moves from address to address in any order.

Whoever had left stays out under each of the addresses; a contact that nobody could tell to be the same is told of.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.crash.world import rows
from tests.harness import Stack
from tests.life.lms_lives import life_of
from tests.life.lms_world import end_of
from tests.life.test_lms import LIVES, begins, opened

_STATUSES = ("unsubscribed", "cleaned", "subscribed")
_GETS_MAIL = {"subscribed", "pending"}


@pytest.mark.timeout(600 + LIVES * 5)
def test_who_had_left_is_not_subscribed_anew_and_a_second_contact_is_told_of(stack: Stack) -> None:
    start, first = opened(stack, "kept"), begins()  # where whoever is new is subscribed
    moving = 0
    for seed in range(first, first + 3 * LIVES):
        status = _STATUSES[seed % len(_STATUSES)]
        life = replace(life_of(seed, known=False), there={"hubspot": "by hand", "mailchimp": status})
        addresses = {event["data"]["user"]["email"].lower() for event in life.events}
        if len(addresses) == 1:
            continue
        moving += 1
        told, found = end_of(stack, start, life, life.steps)
        mailed = [one["email_address"] for one in found["members"] if one["status"] in _GETS_MAIL]
        warned = {warn["code"] for row in rows("deliveries") for warn in row.get("warnings") or ()}
        warned |= {str(row.get("reason")) for row in rows("deliveries") if row["state"] == "parked"}
        problems = told.waiting("pending", "rejected")
        problems += [f"resubscribed: {mailed}"] if mailed and status != "subscribed" else []
        problems += [f"mailed twice: {mailed}"] if len(mailed) > 1 else []
        double = len(found["contacts"]) > 1 and warned.isdisjoint({"lms_other_contact", "lms_address_taken"})
        problems += [f"two contacts without a word: {found['contacts']}"] if double else []
        if problems:
            pytest.fail(f"{problems}\n{life}", pytrace=False)
    assert moving >= LIVES / 2
