"""Makes the Calendly subscription, from the admin's machine.

The signing key is ours before Calendly has it, so that no event comes that we would refuse. An address can be
subscribed once, and every look comes before a change: the same command can be run again after anything.
"""

import argparse
from collections.abc import Callable
from functools import partial
from typing import Final, NoReturn

from local.cli.calendly_api import Calendly, Owner, Scope, Subscription, Unknown
from local.cli.connect_commands import hand_over
from local.cli.context import Context
from local.cli.errors import FAILED, OK, Failure
from local.cli.prompts import Wanted, obtain
from local.cli.schedulers import SCHEDULERS, new_secret
from local.cli.shapes import Json, text

_TOKEN: Final = Wanted("ask_calendly_token", "CALENDLY_TOKEN", "--secret-file")
_CALENDLY: Final = SCHEDULERS["calendly"]
_TRIES: Final = 3
_AT_ONCE: Final = "2"  # keys that the stack takes as valid


def subscribe(context: Context, args: argparse.Namespace, source: Json) -> int:
    """Subscribe the workspace's address to the events of an organization or of one user."""
    url, scope = text(source.get("webhook_url")), args.scope
    calendly = Calendly(obtain(context, _TOKEN, args.secret_file), context.environ)
    if not url.startswith("https://") and not calendly.local:
        raise Failure("needs_https", url=url, title=_CALENDLY.title)
    context.screen.note("looking", vendor=_CALENDLY.title)
    owner = calendly.owner()
    there = calendly.subscriptions(owner, scope, url)
    if there and not args.replace:
        return _left_as_it_is(context, source, there)
    if not args.replace and text(source.get("tokens")) == _AT_ONCE:
        raise Failure("two_keys")
    maker = _Maker(context, calendly, owner, scope, url)
    made, tokens = maker.replace(there)
    told: Json = {"created": True, "replaced": bool(there), "webhook_url": url, "subscription": made.json()}
    context.screen.data({**told, "tokens": tokens})
    context.screen.say("subscribed", url=url, scope=made.scope, events=", ".join(made.events))
    if tokens != 1:
        context.screen.note("old_key_stays")
    return OK


def _left_as_it_is(context: Context, source: Json, there: list[Subscription]) -> int:
    """Say what there is already, and what is the matter with it."""
    one = there[0]
    wrong = (
        "subscription_disabled"
        if one.state != "active"
        else "subscription_lacks"
        if not one.whole
        else "subscription_keyless"
        if source.get("connected") is not True
        else ""
    )
    context.screen.data({"created": False, "ok": not wrong, "subscription": one.json()})
    context.screen.say("subscription_there", url=one.url, state=one.state, scope=one.scope, since=one.since)
    if wrong:
        context.screen.note(wrong)
    return FAILED if wrong else OK


class _Maker:
    """Gives the stack a new key, ends what is to be replaced, and subscribes."""

    def __init__(self, context: Context, calendly: Calendly, owner: Owner, scope: Scope, url: str) -> None:
        self._context = context
        self._calendly = calendly
        self._owner = owner
        self._scope = scope
        self._url = url
        self._key = new_secret()
        self._uncertain = False  # whether Calendly may have got the key

    def replace(self, there: list[Subscription]) -> tuple[Subscription, int]:
        """Make a subscription instead of those that there are; also give how many keys are valid.

        Raises Failure, after taking the key back where it is certain that Calendly never got it.
        """
        answer = hand_over(self._context, _CALENDLY, self._key, keep_old=True)
        touched = False
        try:
            for one in there:
                touched = True
                self._patiently(partial(self._calendly.delete, one))
            made = self._create()
        except (Failure, KeyboardInterrupt):
            if not self._uncertain:
                self._take_back()
            if self._uncertain or touched:
                scope = " --scope user" if self._scope == "user" else ""
                self._context.screen.note("run_again", command=f"renkei sources calendly --create{scope}")
            raise
        tokens = answer.get("tokens")
        return made, tokens if isinstance(tokens, int) else 1

    def _create(self) -> Subscription:
        """Subscribe; where it is not known whether that was done, look before trying again."""
        for left in reversed(range(_TRIES)):
            before, self._uncertain = self._uncertain, True
            try:
                return self._calendly.create(self._owner, self._scope, self._url, self._key)
            except Unknown:
                if (found := self._look()) or not left:
                    return found or self._never()
                self._wait()
            except Failure as refusal:
                # An address is subscribed once: it may be what was sent before that is in the way.
                if before and refusal.key == "calendly_taken" and (found := self._look()):
                    return found
                self._uncertain = before
                raise
        return self._never()

    def _look(self) -> Subscription | None:
        """Look for what may have been made: there was none before."""
        found = self._patiently(partial(self._calendly.subscriptions, self._owner, self._scope, self._url))
        return found[0] if found else None

    def _never(self) -> NoReturn:
        raise Unknown("calendly_unclear", passing=True)

    def _patiently[T](self, call: Callable[[], T]) -> T:
        """Call what may be called again, some times."""
        for _ in range(_TRIES - 1):
            try:
                return call()
            except Unknown:
                self._wait()
        return call()

    def _wait(self) -> None:
        self._context.pause.sleep(self._context.pause.step)

    def _take_back(self) -> None:
        try:
            hand_over(self._context, _CALENDLY, self._key, take_back=True)
        except Failure:
            self._context.screen.note("key_left")
