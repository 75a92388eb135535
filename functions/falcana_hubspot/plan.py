"""Decides, field by field, what two records that belong together write to each other. Pure.

What was last agreed on is remembered as digests only: a side whose value has another digest was changed since. Values
are compared as `values.comparable` makes them, so that another way to write the same is no change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from datetime import datetime
from typing import Literal

from falcana_hubspot.values import Form, System, comparable, to_falcana, to_hubspot

type Way = Literal["to_falcana", "to_hubspot"]
type Digest = Callable[[str, str], str]
"""A digest of (field, value) for one pair of records."""

BOTH_WAYS: frozenset[Way] = frozenset({"to_falcana", "to_hubspot"})
_WAY: Mapping[System, Way] = {"hubspot": "to_falcana", "falcana": "to_hubspot"}


@dataclass(frozen=True)
class Rule:
    """A field of falcana, the property that holds the same, and which side follows.

    `options`: falcana's keys (or ids, of a parent) and HubSpot's values. Keys of falcana that are none have no
    counterpart. Where a parent brings none, both sides speak of it by the same id already.
    """

    field: str
    property: str
    rule: Literal["→", "←", "newest", "fill", "off"] = "newest"
    clear: bool = False
    form: Form = "text"
    options: Mapping[str, str] = made(default_factory=dict)


@dataclass(frozen=True)
class Side:
    """A record: values by falcana's field names, as this side writes them, and when it was changed (by its own clock).

    A field that is missing is blank; one that is None is not known, and passed over.
    """

    values: Mapping[str, str | None]
    at: datetime | None = None


@dataclass(frozen=True)
class Merge:
    """What is to be written, and what to remember once that is done.

    `to_hubspot` is by property, `to_falcana` by field; "" empties. `agreed` is the complete new set: the digests of
    what is equal then, and the old ones where the sides still differ. `contested`: fields that both sides had changed,
    so that one change is lost. `unknown`: fields that stay as they are, because a value of the named
    side cannot be written on the other (an option that is missing there, a number that is none).
    """

    to_hubspot: Mapping[str, str] = made(default_factory=dict)
    to_falcana: Mapping[str, str] = made(default_factory=dict)
    agreed: Mapping[str, str] = made(default_factory=dict)
    contested: tuple[str, ...] = ()
    unknown: tuple[tuple[str, System], ...] = ()


def merge(  # noqa: PLR0917 - both sides, what they agreed on, and which way
    rules: Iterable[Rule],
    hubspot: Side | None,
    falcana: Side | None,
    agreed: Mapping[str, str],
    digest: Digest,
    ways: frozenset[Way],
    *,
    region: str = "DE",
    tie: System = "hubspot",
) -> Merge:
    """What a pair writes by the rules. A side that is None is to be made, with all that flows there.

    A blank overwrites only by a rule with `clear`, and there only what somebody emptied (or by a one-way rule). A way
    that is off writes nothing, and what differs because of it is not agreed on.
    """
    if hubspot is None or falcana is None:
        agreed = {}
        ways &= {_WAY["hubspot" if hubspot else "falcana"]}
    later = _later(hubspot, falcana) or tie
    found, writes = dict[str, str](), {"to_hubspot": dict[str, str](), "to_falcana": dict[str, str]()}
    contested, unknown = list[str](), list[tuple[str, System]]()
    for rule in rules:
        form, kept = _form(rule), agreed.get(rule.field)
        if kept is not None:
            found[rule.field] = kept
        raw: dict[System, str | None] = {"hubspot": _held(hubspot, rule.field), "falcana": _held(falcana, rule.field)}
        if rule.rule == "off" or None in raw.values():
            continue
        values = {side: comparable(form, text or "", rule.options, region, side) for side, text in raw.items()}
        digests = {side: digest(rule.field, value) for side, value in values.items()}
        if values["hubspot"] == values["falcana"]:
            found[rule.field] = digests["hubspot"]
            continue
        changed = [side for side, one in digests.items() if one != kept]
        source = _source(rule, values, changed, later, new=kept is None)
        if source is None:
            continue
        # Of two changes none is lost because the other cannot be told: both stay until a person has looked.
        heard = {source, *changed} if rule.rule == "newest" else {source}
        texts = {
            side: _text(rule, side, raw[side] or "", region) if values[side] else ""
            for side in values
            if side in heard and _WAY[side] in ways
        }
        unknown += [(rule.field, side) for side, text in texts.items() if text is None]
        text = texts.get(source)
        shut = hubspot and falcana and _WAY[source] not in ways and kept is None and rule.rule == "newest"
        if shut and all(_text(rule, side, raw[side] or "", region) is not None for side in values if values[side]):
            # What is to go once the way is on counts as changed since: our own marks move the records' times.
            found[rule.field] = digests["hubspot" if source == "falcana" else "falcana"]
        if text is None or None in texts.values():
            continue
        writes[_WAY[source]][rule.field if source == "hubspot" else rule.property] = text
        found[rule.field] = digests[source]
        if rule.rule == "newest" and len(changed) > 1 and all(values.values()):
            contested.append(rule.field)
    return Merge(writes["to_hubspot"], writes["to_falcana"], found, tuple(contested), tuple(unknown))


def _held(side: Side | None, name: str) -> str | None:
    return side.values.get(name, "") if side else ""


def _later(hubspot: Side | None, falcana: Side | None) -> System | None:
    """The side that was changed later; None at the same time, or where a time is not known."""
    theirs, ours = hubspot.at if hubspot else None, falcana.at if falcana else None
    if theirs is None or ours is None or theirs == ours:
        return None
    return "hubspot" if theirs > ours else "falcana"


def _form(rule: Rule) -> Form:
    """A company's `domain` has no room for the path of a website, so that only the domains are compared."""
    return "domain" if rule.form == "website" and rule.property == "domain" else rule.form


def _text(rule: Rule, side: System, text: str, region: str) -> str | None:
    """A side's value as the other side takes it; None if it has no counterpart there."""
    write = to_falcana if side == "hubspot" else to_hubspot
    return write(_form(rule), text, rule.options, region)


def _source(
    rule: Rule, values: Mapping[System, str], changed: Sequence[System], later: System, *, new: bool
) -> System | None:
    """The side whose value holds where the two differ; None where both are to stay. `new`: they never agreed."""
    filled: System = "hubspot" if values["hubspot"] else "falcana"
    blank = not all(values.values())
    match rule.rule:
        case "→" | "←":
            source: System = "hubspot" if rule.rule == "→" else "falcana"
        case "newest" if len(changed) == 1:
            (source,) = changed
        case "newest" if blank and (new or not rule.clear):
            return filled
        case "newest":
            return later
        case _:
            return filled if blank and rule.rule == "fill" else None
    return source if rule.clear or not blank or source == filled else None
