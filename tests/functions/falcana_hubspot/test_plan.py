"""Which side's value holds: tables for every rule, and what is true of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcana_hubspot.plan import BOTH_WAYS, Merge, Rule, Side, Way, merge
from falcana_hubspot.values import Form, comparable

EARLY = datetime(2026, 11, 21, 1, tzinfo=UTC)
LATE, LATER = EARLY + timedelta(minutes=1), EARLY + timedelta(minutes=2)
NOTHING, IN, OUT = frozenset[Way](), frozenset[Way]({"to_falcana"}), frozenset[Way]({"to_hubspot"})
OPTIONS = {"handel": "Trade", "industrie": "Industry"}


def digest(what: str, value: str) -> str:
    return f"<{what} {value}>"


def name(rule: Any = "newest", *, clear: bool = False, form: Form = "text", **other: Any) -> Rule:
    return Rule("name", "hs_name", rule, clear, form, **other)


def agreed(value: str | None, form: Form = "text") -> dict[str, str]:
    return {} if value is None else {"name": digest("name", comparable(form, value, {}, "DE", "falcana"))}


def merged(
    rule: Rule,
    hubspot: str | None,
    falcana: str | None,
    before: str | None = None,
    *,
    later: Literal["hubspot", "falcana", ""] = "hubspot",
    ways: frozenset[Way] = BOTH_WAYS,
    **other: Any,
) -> Merge:
    """What a pair of one field writes. `before`: what was agreed on, or None if nothing was."""
    theirs = Side({"name": hubspot}, LATE if later == "hubspot" else EARLY)
    ours = Side({"name": falcana}, LATE if later == "falcana" else EARLY)
    return merge([rule], theirs, ours, agreed(before, rule.form), digest, ways, **other)


def written(one: Merge) -> tuple[str | None, str | None]:
    """What goes to HubSpot and to falcana, of one field."""
    assert one.to_hubspot.keys() <= {"hs_name"}
    assert one.to_falcana.keys() <= {"name"}
    return one.to_hubspot.get("hs_name"), one.to_falcana.get("name")


# (HubSpot's, falcana's, what was agreed on, who is later) and what is written (to HubSpot, to falcana)
CASES: dict[str, list[tuple[str, str, str | None, str, str | None, str | None]]] = {
    "newest": [
        ("A", "A", "A", "hubspot", None, None),
        ("A", "a ", "A", "hubspot", None, None),
        ("B", "A", "A", "falcana", None, "B"),  # one side changed: the time does not matter
        ("A", "B", "A", "hubspot", "B", None),
        ("B", "B", "A", "hubspot", None, None),  # both, to the same
        ("B", "C", "A", "hubspot", None, "B"),  # both: the later one
        ("B", "C", "A", "falcana", "C", None),
        ("B", "C", None, "hubspot", None, "B"),  # nothing agreed: the later one
        ("B", "C", None, "falcana", "C", None),
        ("", "C", None, "hubspot", "C", None),  # of a blank and a value, the value
        ("B", "", None, "falcana", None, "B"),
        ("", "C", "A", "hubspot", "C", None),
        ("B", "", "A", "falcana", None, "B"),
        ("", "A", "A", "hubspot", None, None),  # emptied: stays so, and empties nothing
        ("A", "", "A", "falcana", None, None),
        ("", "", "A", "hubspot", None, None),
        ("B", "", "", "falcana", None, "B"),  # filled, of two blanks
        ("", "B", "", "hubspot", "B", None),
        ("A", "", "", "falcana", None, "A"),
    ],
    "newest, clear": [
        ("", "A", "A", "falcana", None, ""),  # emptied: travels
        ("A", "", "A", "hubspot", "", None),
        ("", "C", "A", "hubspot", None, ""),  # both changed: the later one, and be it a blank
        ("", "C", "A", "falcana", "C", None),
        ("B", "", "A", "falcana", "", None),
        ("", "C", None, "hubspot", "C", None),  # nothing agreed: nobody emptied it
        ("B", "", None, "falcana", None, "B"),
        ("B", "C", "A", "falcana", "C", None),
    ],
    "→": [
        ("B", "A", "A", "falcana", None, "B"),
        ("A", "B", "A", "falcana", None, "A"),  # falcana's change goes
        ("B", "C", None, "falcana", None, "B"),
        ("B", "", "A", "falcana", None, "B"),
        ("", "A", "A", "hubspot", None, None),
        ("", "B", None, "falcana", None, None),
        ("A", "A", None, "hubspot", None, None),
    ],
    "→, clear": [
        ("", "A", "A", "falcana", None, ""),
        ("", "B", None, "falcana", None, ""),
        ("B", "", "B", "falcana", None, "B"),
    ],
    "←": [
        ("A", "B", "A", "hubspot", "B", None),
        ("B", "A", "A", "hubspot", "A", None),
        ("B", "C", None, "hubspot", "C", None),
        ("", "B", "A", "hubspot", "B", None),
        ("A", "", "A", "falcana", None, None),
        ("B", "", None, "hubspot", None, None),
    ],
    "←, clear": [("A", "", "A", "hubspot", "", None), ("B", "", None, "hubspot", "", None)],
    "fill": [
        ("B", "", None, "falcana", None, "B"),
        ("", "B", None, "hubspot", "B", None),
        ("B", "C", None, "hubspot", None, None),
        ("B", "A", "A", "hubspot", None, None),
        ("", "A", "A", "hubspot", "A", None),
        ("A", "A", None, "hubspot", None, None),
    ],
    "fill, clear": [("", "A", "A", "hubspot", "A", None), ("B", "C", "A", "hubspot", None, None)],
    "off": [
        ("B", "C", "A", "hubspot", None, None),
        ("B", "", None, "hubspot", None, None),
        ("B", "B", None, "", None, None),
    ],
}
TABLE = [(kind, *case) for kind, cases in CASES.items() for case in cases]


@pytest.mark.parametrize(("kind", "hubspot", "falcana", "before", "later", "out", "into"), TABLE)
@pytest.mark.parametrize("ways", [BOTH_WAYS, IN, OUT, NOTHING], ids=["both", "in", "out", "none"])
def test_which_value_holds(  # noqa: PLR0917 - a table
    kind: str, hubspot: str, falcana: str, before: str | None, later: Any, out: str | None, into: str | None, ways: Any
) -> None:
    rule, _, clear = kind.partition(", ")
    found = merged(name(rule, clear=bool(clear)), hubspot, falcana, before, later=later, ways=ways)
    closed = hubspot if out is not None and "to_hubspot" not in ways else None
    closed = falcana if into is not None and "to_falcana" not in ways else closed
    out, into = out if "to_hubspot" in ways else None, into if "to_falcana" in ways else None
    assert written(found) == (out, into)
    there, here = hubspot if out is None else out, falcana if into is None else into
    same = rule != "off" and there.strip().casefold() == here.strip().casefold()
    if rule == "newest" and before is None and closed is not None:
        before = closed  # what is to go the other way once it is open counts as changed since
    assert found.agreed == (agreed(here) if same else agreed(before))


@pytest.mark.parametrize(
    ("hubspot_at", "falcana_at", "tie", "out", "into"),
    [
        (EARLY, EARLY, "hubspot", None, "B"),
        (EARLY, EARLY, "falcana", "C", None),
        (None, LATE, "hubspot", None, "B"),
        (LATE, None, "falcana", "C", None),
        (LATE, EARLY, "falcana", None, "B"),
        (EARLY, LATE, "hubspot", "C", None),
    ],
)
def test_the_same_time_or_none_is_decided_by_the_setting(
    hubspot_at: datetime | None, falcana_at: datetime | None, tie: Any, out: str | None, into: str | None
) -> None:
    theirs, ours = Side({"name": "B"}, hubspot_at), Side({"name": "C"}, falcana_at)
    found = merge([name()], theirs, ours, agreed("A"), digest, BOTH_WAYS, tie=tie)
    assert written(found) == (out, into)
    assert found.contested == ("name",)


@pytest.mark.parametrize(
    ("rule", "hubspot", "falcana", "before", "ways", "contested"),
    [
        ("newest", "B", "C", "A", BOTH_WAYS, True),
        ("newest", "B", "C", None, BOTH_WAYS, True),
        ("newest", "B", "A", "A", BOTH_WAYS, False),
        ("newest", "B", "", "A", BOTH_WAYS, False),
        ("newest", "B", "B", "A", BOTH_WAYS, False),
        ("newest", "B", "C", "A", OUT, False),  # HubSpot is later, and nothing was lost
        ("→", "B", "C", "A", BOTH_WAYS, False),
    ],
)
def test_contested_is_where_a_change_was_lost(  # noqa: PLR0917 - a table
    rule: str, hubspot: str, falcana: str, before: str | None, ways: frozenset[Way], contested: bool
) -> None:
    assert bool(merged(name(rule), hubspot, falcana, before, ways=ways).contested) is contested


@pytest.mark.parametrize("rule", ["→", "←", "newest", "fill", "off"])
@pytest.mark.parametrize(("hubspot", "falcana"), [(None, "B"), ("B", None), (None, None)])
def test_what_is_not_known_is_passed_over(rule: str, hubspot: str | None, falcana: str | None) -> None:
    assert merged(name(rule, clear=True), hubspot, falcana, "A") == Merge(agreed=agreed("A"))


def test_a_field_that_is_missing_is_blank() -> None:
    found = merge([name()], Side({}, EARLY), Side({"name": "B"}, EARLY), {}, digest, BOTH_WAYS)
    assert found == Merge(to_hubspot={"hs_name": "B"}, agreed=agreed("B"))


@pytest.mark.parametrize("clear", [False, True])
@pytest.mark.parametrize(
    ("rule", "out", "into"),
    [("→", False, True), ("←", True, False), ("newest", True, True), ("fill", True, True), ("off", False, False)],
)
def test_a_record_that_is_to_be_made_gets_what_flows_there(rule: str, out: bool, into: bool, clear: bool) -> None:
    rules = [name(rule, clear=clear), replace(name(rule, clear=clear), field="zip", property="hs_zip")]
    side, stale = Side({"name": " B ", "zip": ""}, EARLY), {"name": digest("name", "b"), "zip": "<old>"}
    blank = {} if rule == "off" else {"zip": digest("zip", "")}
    there = merge(rules, None, side, stale, digest, BOTH_WAYS)
    assert there == (Merge(to_hubspot={"hs_name": "B"}, agreed=agreed("B") | blank) if out else Merge(agreed=blank))
    here = merge(rules, side, None, stale, digest, BOTH_WAYS)
    assert here == (Merge(to_falcana={"name": "B"}, agreed=agreed("B") | blank) if into else Merge(agreed=blank))
    assert merge(rules, None, side, {}, digest, IN).to_hubspot == {}
    assert merge(rules, side, None, {}, digest, OUT).to_falcana == {}


@pytest.mark.parametrize(
    ("hubspot", "falcana", "before", "out", "into", "unknown"),
    [
        ("Industry", "handel", "Trade", None, "industrie", None),
        ("Trade", "industrie", "Trade", "Industry", None, None),
        ("Mining", "handel", "Trade", None, None, "hubspot"),
        ("Trade", "bergbau", "Trade", None, None, "falcana"),
        ("Mining", "industrie", "Trade", None, None, "hubspot"),  # both changed, HubSpot later
        ("Trade", "bergbau", "", None, None, "falcana"),  # HubSpot's is later, but falcana's is not to be lost
        ("", "bergbau", None, None, None, "falcana"),
        ("Mining", "", None, None, None, "hubspot"),
        ("Mining", "handel", None, None, None, "hubspot"),
    ],
)
def test_an_option_without_counterpart_is_passed_over_and_told(  # noqa: PLR0917 - a table
    hubspot: str, falcana: str, before: str | None, out: str | None, into: str | None, unknown: str | None
) -> None:
    kept = {} if before is None else {"name": digest("name", before)}
    theirs, ours = Side({"name": hubspot}, LATE), Side({"name": falcana}, EARLY)
    found = merge([name(form="option", options=OPTIONS)], theirs, ours, kept, digest, BOTH_WAYS)
    assert written(found) == (out, into)
    assert found.unknown == ((("name", unknown),) if unknown else ())
    if unknown:
        assert found.agreed == kept
        assert merge([name(form="option", options=OPTIONS)], theirs, ours, kept, digest, NOTHING).unknown == ()


@pytest.mark.parametrize(
    ("rule", "hubspot", "falcana", "out", "into"),
    [
        (name("→", form="option", options=OPTIONS), "Trade", "bergbau", None, "handel"),
        (name("←", form="option", options=OPTIONS), "Mining", "handel", "Trade", None),
        (name("→", form="option", options=OPTIONS), "Mining", "handel", None, None),
    ],
)
def test_a_one_way_rule_overwrites_what_has_no_counterpart(
    rule: Rule, hubspot: str, falcana: str, out: str | None, into: str | None
) -> None:
    assert written(merged(rule, hubspot, falcana)) == (out, into)


def test_an_option_gets_its_counterpart_later() -> None:
    rule, kept = name(form="option", options=OPTIONS), {"name": digest("name", "Trade")}
    theirs, ours = Side({"name": "Mining"}, EARLY), Side({"name": "handel"}, LATE)
    assert merge([rule], theirs, ours, kept, digest, BOTH_WAYS).unknown == (("name", "hubspot"),)
    known = replace(rule, options=OPTIONS | {"bergbau": "Mining"})
    assert merge([known], theirs, ours, kept, digest, BOTH_WAYS).to_falcana == {"name": "bergbau"}


def test_only_one_way_cares_for_counterparts_there() -> None:
    rule = name(form="option", options=OPTIONS)
    assert written(merged(rule, "Trade", "bergbau", ways=IN)) == (None, "handel")
    assert merged(rule, "Trade", "bergbau", later="falcana", ways=IN) == Merge()
    assert written(merged(rule, "Mining", "handel", later="falcana", ways=OUT)) == ("Trade", None)


def test_what_both_call_by_an_unknown_name_is_agreed_and_may_change() -> None:
    rule, both = name(form="option", options=OPTIONS), Side({"name": "bergbau"}, EARLY)
    found = merge([rule], both, both, {}, digest, BOTH_WAYS)
    assert found.agreed.keys() == {"name"}
    assert found.unknown == ()
    changed = merge([rule], Side({"name": "Trade"}, EARLY), both, found.agreed, digest, BOTH_WAYS)
    assert changed.to_falcana == {"name": "handel"}


@pytest.mark.parametrize(
    ("form", "hubspot", "falcana"),
    [
        ("phone", "+49 30 123456", "030/12 34 56"),
        ("mail", "anna@firma.de", "Anna@Firma.de"),
        ("number", "1200.5", "1.200,50"),
        ("number", "1.255", "1,255"),
        ("yes_no", "true", "ja"),
        ("date", "1795305600000", "22.11.2026"),
        ("website", "firma.de", "https://www.firma.de/"),
        ("country", "Germany", "Deutschland"),
        ("long_text", "a\nb", "A\r\nB "),
    ],
)
def test_another_way_to_write_it_is_no_change(form: Form, hubspot: str, falcana: str) -> None:
    for before in (None, falcana):
        found = merged(name(form=form), hubspot, falcana, before, later="falcana")
        assert written(found) == (None, None)
        assert found.agreed.keys() == {"name"}


@pytest.mark.parametrize(
    ("form", "hubspot", "falcana", "out", "into"),
    [
        ("number", "", "1.200,50", "1200.5", None),
        ("number", "1.255", "", None, "1,255"),
        ("date", "", "22.11.2026", "2026-11-22", None),
        ("number", "", "viele", None, None),
        ("date", "", "bald", None, None),
    ],
)
def test_each_side_gets_what_it_can_read(
    form: Form, hubspot: str, falcana: str, out: str | None, into: str | None
) -> None:
    found = merged(name(form=form), hubspot, falcana)
    assert written(found) == (out, into)
    assert bool(found.unknown) is (out is into)


def test_the_domain_of_a_company_has_no_room_for_a_path() -> None:
    rule = Rule("website", "domain", form="website")
    theirs, ours = Side({"website": "firma.de"}, LATE), Side({"website": "https://www.firma.de/kontakt"}, EARLY)
    assert merge([rule], theirs, ours, {}, digest, BOTH_WAYS).to_falcana == {}
    assert merge([rule], None, ours, {}, digest, BOTH_WAYS).to_hubspot == {"domain": "firma.de"}
    other = replace(rule, property="website")
    assert merge([other], theirs, ours, {}, digest, BOTH_WAYS).to_falcana == {"website": "firma.de"}


def test_numbers_are_of_the_country() -> None:
    assert written(merged(name(form="number"), "", "1.255"))[0] == "1255"
    assert written(merged(name(form="number"), "", "1.255", region="US"))[0] == "1.255"
    assert merged(name(form="phone"), "+81 3 1234 5678", "03-1234-5678", region="JP").to_falcana == {}


def test_what_no_rule_names_is_forgotten() -> None:
    found = merge([name("off")], Side({}), Side({}), agreed("A") | {"gone": "<x>"}, digest, BOTH_WAYS)
    assert found.agreed == agreed("A")


def test_a_way_that_was_off_loses_no_change_when_it_is_on() -> None:
    """falcana's own change waits for its way, whatever HubSpot changed in other fields meanwhile."""
    rules = [name(), Rule("zip", "hs_zip")]
    kept = {"name": digest("name", "a"), "zip": digest("zip", "1")}
    world = World({"name": "A", "zip": "2"}, {"name": "B", "zip": "1"}, LATE, EARLY, kept)
    world.merge(rules, IN)
    assert world.falcana == {"name": "B", "zip": "2"}
    assert world.hubspot["name"] == "A"
    world.merge(rules, BOTH_WAYS)
    assert world.hubspot == world.falcana == {"name": "B", "zip": "2"}


# What is true of all rules.

FIELDS = ("name", "zip", "custom.note", "custom.kind")
FORMS: Mapping[str, Form] = {"name": "text", "zip": "number", "custom.note": "phone", "custom.kind": "option"}
THEIRS = {"name": ("", "A", "B", "C"), "zip": ("", "1", "2.5", "1.255"), "custom.note": ("", "030 1234567", "-"),
          "custom.kind": ("", "Trade", "Industry", "Mining")}  # fmt: skip
OURS = {"name": ("", "A", "B ", "c"), "zip": ("", "1", "2,5", "viele"), "custom.note": ("", "+49301234567", "?"),
        "custom.kind": ("", "handel", "industrie", "bergbau")}  # fmt: skip
RULES = st.sampled_from(["→", "←", "newest", "fill", "off"])
WAYS = st.sampled_from([BOTH_WAYS, IN, OUT, NOTHING])
TIMES = st.sampled_from([None, EARLY, LATE])


@dataclass
class World:
    """A pair of records and what is remembered of them."""

    hubspot: dict[str, str]
    falcana: dict[str, str]
    hubspot_at: datetime | None
    falcana_at: datetime | None
    agreed: Mapping[str, str]

    def merge(self, rules: list[Rule], ways: frozenset[Way] = BOTH_WAYS) -> Merge:
        """Merge the two, and write what comes of it as the two systems would."""
        theirs, ours = Side(dict(self.hubspot), self.hubspot_at), Side(dict(self.falcana), self.falcana_at)
        found = merge(rules, theirs, ours, self.agreed, digest, ways)
        by_property = {rule.property: rule.field for rule in rules}
        self.hubspot |= {by_property[key]: value for key, value in found.to_hubspot.items()}
        self.falcana |= found.to_falcana
        self.agreed = found.agreed
        return found

    def same(self, rule: Rule) -> bool:
        return self.seen(rule, "hubspot") == self.seen(rule, "falcana")

    def seen(self, rule: Rule, side: Literal["hubspot", "falcana"]) -> str:
        held = self.hubspot if side == "hubspot" else self.falcana
        return comparable(rule.form, held[rule.field], rule.options, "DE", side)


@st.composite
def rule_sets(draw: st.DrawFn, kinds: st.SearchStrategy[Any] = RULES, clear: bool | None = None) -> list[Rule]:
    return [
        Rule(one, f"hs_{one}", draw(kinds), draw(st.booleans()) if clear is None else clear, FORMS[one], OPTIONS)
        for one in FIELDS
    ]


def values(of: Mapping[str, tuple[str, ...]]) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({one: st.sampled_from(of[one]) for one in FIELDS})


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Two records that agreed on some of their fields once."""
    once = draw(st.fixed_dictionaries({}, optional={one: st.sampled_from(OURS[one]) for one in FIELDS}))
    kept = {one: digest(one, comparable(FORMS[one], text, OPTIONS, "DE", "falcana")) for one, text in once.items()}
    return World(draw(values(THEIRS)), draw(values(OURS)), draw(TIMES), draw(TIMES), kept)


@given(rule_sets(), worlds(), WAYS)
def test_a_second_merge_writes_nothing(rules: list[Rule], world: World, ways: frozenset[Way]) -> None:
    first = world.merge(rules, ways)
    # Our own writes move the clocks, too.
    world.hubspot_at = LATER if first.to_hubspot else world.hubspot_at
    world.falcana_at = LATER if first.to_falcana else world.falcana_at
    kept = dict(world.agreed)
    second = world.merge(rules, ways)
    assert not second.to_hubspot
    assert not second.to_falcana
    assert world.agreed == kept


@given(rule_sets(kinds=st.just("newest"), clear=False), worlds())
def test_newest_both_ways_ends_in_agreement(rules: list[Rule], world: World) -> None:
    before = {rule.field: (world.seen(rule, "hubspot"), world.seen(rule, "falcana")) for rule in rules}
    kept = dict(world.agreed)
    found = world.merge(rules)
    told = {one for one, _ in found.unknown}
    for rule in rules:
        there, here = before[rule.field]
        emptied = not (there and here) and kept.get(rule.field) == digest(rule.field, there or here)
        assert world.same(rule) or rule.field in told or emptied
        if world.same(rule):
            assert world.agreed[rule.field] == digest(rule.field, world.seen(rule, "hubspot"))
            assert world.seen(rule, "hubspot") in {there, here}
        else:
            assert (world.seen(rule, "hubspot"), world.seen(rule, "falcana")) == (there, here)
            assert world.agreed.get(rule.field) == kept.get(rule.field)


@given(rule_sets(), worlds(), WAYS)
def test_no_rule_writes_what_it_must_not(rules: list[Rule], world: World, ways: frozenset[Way]) -> None:
    sides = {
        "hubspot": {rule.property: world.seen(rule, "falcana") for rule in rules},
        "falcana": {rule.field: world.seen(rule, "hubspot") for rule in rules},
    }
    before = {rule.field: (world.seen(rule, "hubspot"), world.seen(rule, "falcana")) for rule in rules}
    found = world.merge(rules, ways)
    assert not found.to_hubspot or "to_hubspot" in ways
    assert not found.to_falcana or "to_falcana" in ways
    for rule in rules:
        out, into = rule.property in found.to_hubspot, rule.field in found.to_falcana
        assert not (out and into)
        assert not out or rule.rule in {"←", "newest", "fill"}
        assert not into or rule.rule in {"→", "newest", "fill"}
        if rule.rule == "fill" and (out or into):
            assert before[rule.field][0 if out else 1] == ""
        if not rule.clear:
            assert found.to_hubspot.get(rule.property, "x")
            assert found.to_falcana.get(rule.field, "x")
        if out:  # a write says what the other side says
            assert world.seen(rule, "hubspot") == sides["hubspot"][rule.property]
        if into:
            assert world.seen(rule, "falcana") == sides["falcana"][rule.field]


@given(rule_sets(), st.sampled_from(["hubspot", "falcana"]), worlds(), WAYS)
def test_a_record_that_is_made_writes_only_there(
    rules: list[Rule], missing: Literal["hubspot", "falcana"], world: World, ways: frozenset[Way]
) -> None:
    theirs = None if missing == "hubspot" else Side(dict(world.hubspot), world.hubspot_at)
    ours = None if missing == "falcana" else Side(dict(world.falcana), world.falcana_at)
    found = merge(rules, theirs, ours, world.agreed, digest, ways)
    assert not (found.to_falcana if theirs is None else found.to_hubspot)
    assert all(found.to_hubspot.values())
    assert all(found.to_falcana.values())
    assert not found.contested
    made = World({}, {}, LATE, LATE, found.agreed)
    by_property = {rule.property: rule.field for rule in rules}
    blank = dict.fromkeys(FIELDS, "")
    made.hubspot = world.hubspot if theirs else blank | {by_property[k]: v for k, v in found.to_hubspot.items()}
    made.falcana = world.falcana if ours else blank | dict(found.to_falcana)
    for rule in rules:  # what is remembered is true, and what is not remembered differs
        if rule.rule != "off":
            assert made.same(rule) is (rule.field in found.agreed)


@given(
    st.lists(
        st.tuples(st.sampled_from(["hubspot", "falcana"]), st.sampled_from(FIELDS), st.integers(0, 1)),
        max_size=len(FIELDS),
        unique_by=lambda edit: edit[1],
    ),
    TIMES,
    TIMES,
)
def test_edits_of_different_fields_on_both_sides_all_survive(
    edits: list[tuple[str, str, int]], hubspot_at: datetime | None, falcana_at: datetime | None
) -> None:
    rules = [Rule(one, f"hs_{one}", "newest", False, FORMS[one], OPTIONS) for one in FIELDS]
    start = {"name": "A", "zip": "1", "custom.note": "030 1234567"}
    world = World(start | {"custom.kind": "Trade"}, start | {"custom.kind": "handel"}, EARLY, EARLY, {})
    world.merge(rules)
    new = {"name": ("B", "C"), "zip": ("7", "8"), "custom.note": ("040 1234567", "050 1234567")}
    expected = {rule.field: world.seen(rule, "hubspot") for rule in rules}
    for side, one, which in edits:
        theirs = side == "hubspot"
        value = new[one][which] if one in new else ("Industry" if theirs else "industrie")
        (world.hubspot if theirs else world.falcana)[one] = value
        expected[one] = comparable(FORMS[one], value, OPTIONS, "DE", "hubspot" if theirs else "falcana")
    world.hubspot_at, world.falcana_at = hubspot_at, falcana_at
    assert world.merge(rules).contested == ()
    assert {rule.field: world.seen(rule, "hubspot") for rule in rules} == expected
    assert {rule.field: world.seen(rule, "falcana") for rule in rules} == expected
