"""Pairs of a page become the same: decides by `plan`, makes and writes on both sides, and remembers what was agreed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from falcana_hubspot.book import packed, unpacked
from falcana_hubspot.desk import TO_FALCANA, TO_HUBSPOT, Desk
from falcana_hubspot.kinds import ADDRESS, COMPANY_OF, PARENT, PERSON, Kind
from falcana_hubspot.making import Making
from falcana_hubspot.pairs import Notes, Pair, end, look_again, named, nobody_else, park, seen, unpark
from falcana_hubspot.parents import Parents
from falcana_hubspot.plan import Merge, Side, Way, merge
from falcana_hubspot.steps import Step
from renkei import links
from renkei.deliveries import stamp
from renkei.errors import Rejected, Retry
from renkei.vendors.hubspot_sync import FALCANA_ID

_MOST_FLIPS = 5
"""A value that came back so often, A→B→A→B→A→B→A, goes on for ever: something else sets it, too.

Counted by our writes: one that repeats the last one says that it was undone, which is twice.
"""
_MOST_TRIES = 3  # of a record that falcana fails at
_FLIP = timedelta(hours=1)  # what comes back later than that was somebody's wish


class Applying:
    """Applies pages. `ways`: the directions of this run. `gone`: told of a record of falcana that is no more."""

    def __init__(
        self,
        desk: Desk,
        notes: Notes,
        ways: frozenset[Way],
        parents: Parents,
        gone: Callable[[Kind, str, str], None],
    ) -> None:
        self._desk = desk
        self._book = desk.book
        self._notes = notes
        self._ways = ways
        self._parents = parents
        self._making = Making(desk, notes, gone)
        self._anybody_waits: bool | None = None
        self._any_alike: bool | None = None

    def plan(self, pairs: Sequence[Pair]) -> list[Step]:
        """What each pair needs. Those that have to wait for another record are parked, and left out."""
        self._book.recall(pair.link for pair in pairs)
        steps = []
        for pair in pairs:
            if not pair.falcana and pair.kind is PERSON and self._held_up(pair):
                continue
            step = self._step(pair)
            self._spare(step)
            if step.merge.contested:
                self._notes.count("conflicts")
                self._notes.example("conflicts", *_ids(pair))
            for field, side in step.merge.unknown:
                id_ = pair.falcana.id if pair.falcana else ""
                self._notes.tell("falcana_option_unknown", kind=pair.kind.name, id=id_, field=field, side=side)
            if not self._flips(step):
                steps.append(step)
        return steps

    def apply(self, steps: Sequence[Step]) -> list[Pair]:
        """Do it. Gives the pairs that somebody changed in falcana at the same moment: to be looked at once more."""
        self._making.in_falcana([step for step in steps if not step.pair.falcana])
        for step in steps:
            if step.done and step.pair.falcana and TO_HUBSPOT in self._ways | self._desk.ways:
                step.hubspot = {FALCANA_ID: step.pair.falcana.id}
        made = [step for step in steps if not step.pair.hubspot]
        self._making.in_hubspot(made)
        self._agree(step for step in made if step.pair.hubspot)
        both = [step for step in steps if step.pair.falcana and step.pair.hubspot]
        # falcana first: it refuses what somebody changed meanwhile, before HubSpot has what is old by now.
        stale = self._making.change_falcana([step for step in both if step.going and not step.done])
        self._making.change_hubspot([step for step in both if step.going and step.pair not in stale])
        for step in steps:
            if step.pair not in stale and not step.gone:
                self._remember(step)
        return stale

    def _agree(self, made: Iterable[Step]) -> None:
        """Remember at once what a record was made with: who changes the other side now, changes it later than that."""
        for step in made:
            kept = {field: text for field, text in step.merge.agreed.items() if field not in step.pair.refused}
            self._book.put(step.pair.link, agreed=packed(kept), of=step.of)
        self._book.save()

    def _held_up(self, pair: Pair) -> bool:
        """Whether a contact has to wait before it gets a contact person: its company is not in falcana."""
        record = pair.hubspot
        if record is None:
            return False
        address = self._parents.in_hubspot(record)
        if address or (address == "" and self._desk.settings.without_company == "private"):
            return False
        if address is None:
            pair.waits = self._parents.missing(pair)
            self._wait(pair)
        code = "falcana_company_waits" if address is None else "falcana_no_company"
        if address is None and self._book[pair.waits].get("ended"):
            code = "falcana_company_ended"
        park(self._book, pair.link, Rejected(code, id=record.id), self._desk.now, seen(pair.kind, hubspot=record))
        self._notes.count("waiting")
        self._notes.example("waiting", record.id)
        return True

    def _step(self, pair: Pair) -> Step:
        row, kind, rules = self._book[pair.link], pair.kind, self._desk.rules[pair.kind.name]
        of = str(row.get("of") or "".join(_ids(pair)[:1]))
        agreed, settings = unpacked(row, "agreed"), self._desk.settings

        def digest(field: str, text: str) -> str:
            return self._desk.agreed(kind, field, of, text)

        def held(address: str) -> bool:
            return agreed.get(PARENT) == digest(PARENT, address)

        left = right = None
        if record := pair.hubspot:
            values: dict[str, str | None] = {rule.field: record.properties.get(rule.property, "") for rule in rules}
            if kind is PERSON:
                values[PARENT] = self._parents.in_hubspot(record, held)
            left = Side(values, _moment(record.properties.get(kind.modified, "")))
        if one := pair.falcana:
            values = {rule.field: one.values.get(rule.field, "") for rule in rules}
            if kind is PERSON:
                values[PARENT] = self._parents.in_falcana(one, held)
            right = Side(values, one.updated_at)
        region, tie = settings.region, settings.on_tie
        merged = merge(rules, left, right, agreed, digest, self._ways, region=region, tie=tie)
        values_there, values_here = self._to_hubspot(pair, merged), dict(merged.to_falcana)
        return Step(pair, merged, values_there, values_here, of=of, agreed=agreed, new="agreed" not in row)

    def _spare(self, step: Step) -> None:
        """Leave out what the other side refused before, until the value or the rules change."""
        before = unpacked(self._book[step.pair.link], "refused")
        for rule in self._desk.rules[step.pair.kind.name] if before else ():
            if before.get(rule.field) == self._refusal(step, rule.field):
                step.falcana.pop(rule.field, None)
                step.hubspot.pop(rule.property, None)
                step.pair.refused.add(rule.field)

    def _refusal(self, step: Step, field: str) -> str:
        return f"{step.merge.agreed.get(field, '')}.{self._desk.rules_digest()[:6]}"

    def _to_hubspot(self, pair: Pair, merged: Merge) -> dict[str, str]:
        """What is written to HubSpot: the company instead of the address, and our mark if it is missing."""
        values = dict(merged.to_hubspot)
        if COMPANY_OF in values:
            company = self._parents.company(values.pop(COMPANY_OF))
            values |= {COMPANY_OF: company} if company else {}
        mark, ways = pair.falcana.id if pair.falcana else "", self._ways | self._desk.ways
        marked = pair.hubspot.properties.get(FALCANA_ID) if pair.hubspot else ""
        if mark and TO_HUBSPOT in ways and marked != mark:
            values[FALCANA_ID] = mark
        return values

    def _flips(self, step: Step) -> bool:
        """Whether a value came back too often; the pair is not transferred any more then, and people are told.

        It comes back where something sets it on both sides in turns, or sets what we wrote back to what it was.
        """
        pair, now = step.pair, self._desk.now
        if not pair.hubspot or not pair.falcana:
            return False
        trail = unpacked(self._book[pair.link], "trail")
        step.trail = {field: told for field, told in trail.items() if now - datetime.fromisoformat(told[3]) < _FLIP}
        rules = self._desk.rules[pair.kind.name]
        to_hubspot = {rule.field for rule in rules if rule.property in step.merge.to_hubspot}
        for field in (*step.merge.to_falcana, *sorted(to_hubspot)):
            written = step.merge.agreed.get(field, "")
            before, last, number, _ = step.trail.get(field) or ("", "", 0, "")
            number += 2 if written == last else 1 if written == before else -number
            if number >= _MOST_FLIPS:
                end(self._book, pair.kind, "flips", falcana=pair.falcana.id, hubspot=pair.hubspot.id)
                self._notes.count("ended")
                self._notes.tell("falcana_flips", kind=pair.kind.name, field=field, **named(pair.falcana, pair.hubspot))
                return True
            step.trail[field] = (last, written, number, stamp(now))
        return False

    def _remember(self, step: Step) -> None:
        pair, book, ways = step.pair, self._book, self._ways
        record, one = pair.hubspot, pair.falcana
        # A run in one direction leaves what it saw of the other side to the run that transfers it.
        looked_at = seen(pair.kind, record if TO_FALCANA in ways else None, one if TO_HUBSPOT in ways else None)
        at, version = looked_at.pop("at", None), looked_at.get("v")
        if pair.failed and self._put_off(step):
            return
        if pair.failed:
            moved = {"v": version} if one else {"at": at}
            park(book, pair.link, pair.failed, self._desk.now, {name: text for name, text in moved.items() if text})
            if record and one:
                book.put(f"{pair.kind.other}#{record.id}", **{"with": one.id, **({"at": at} if at else {})})
                book.put(pair.link, **{"with": record.id, "of": step.of})
            self._notes.count("parked")
            told = named(pair.falcana, pair.hubspot)
            self._notes.tell("falcana_parked", kind=pair.kind.name, reason=pair.failed.code, **told)
            return
        if not record or not one:
            return
        kept = {field: text for field, text in step.merge.agreed.items() if field not in pair.refused}
        kept |= {field: text for field, text in step.agreed.items() if field in pair.refused}
        trail = {field: told for field, told in step.trail.items() if field not in pair.refused}
        links_ = (f"{pair.kind.other}#{record.id}", f"{pair.kind.name}#{one.id}")
        for link in links_:
            unpark(book, link)
        theirs, ours = links_
        told_ours = {"with": record.id, "of": step.of, "agreed": packed(kept), "trail": packed(trail)}
        told_ours["refused"] = packed({field: self._refusal(step, field) for field in pair.refused})
        book.put(ours, **told_ours, sent=None, **({"v": version} if version else {}))
        book.put(theirs, **{"with": one.id, "sent": None}, **({"at": at} if at else {}))
        if step.new:
            self._forget_alike(pair.kind, one.id, record.id)
        if pair.kind is ADDRESS and step.new:
            self._wake(theirs, ours)
        elif pair.kind is PERSON and (missing := self._parents.missing(pair)):
            pair.waits = missing
            self._wait(pair)

    def _put_off(self, step: Step) -> bool:
        """Whether one record that falcana fails at is only looked at again: not for ever, and not unheard of."""
        if not isinstance(step.pair.failed, Retry):
            return False
        if int(self._book[f"again#{step.pair.link}"].get("n") or 0) >= _MOST_TRIES:
            return False
        look_again(self._book, step.pair.link, self._desk.now)
        return True

    def _forget_alike(self, kind: Kind, falcana: str, hubspot: str) -> None:
        """A pair has nobody else that it may be the same as."""
        if self._any_alike is None:
            self._any_alike = bool(links.page(self._desk.scope, "alike#", limit=1)[0])
        if self._any_alike:
            nobody_else(self._book, kind.name, falcana, self._desk.now)
            nobody_else(self._book, kind.other, hubspot, self._desk.now)

    # Who waits for a company or an address.

    def _wait(self, pair: Pair) -> None:
        link = f"waits#{pair.waits}#{pair.link}"
        if not self._book[link]:
            self._book.put(link, at=stamp(self._desk.now))
        self._anybody_waits = True

    def _wake(self, *found: str) -> None:
        """Have those looked at again that waited for these."""
        if self._anybody_waits is None:
            self._anybody_waits = bool(links.page(self._desk.scope, "waits#", limit=1)[0])
        if not self._anybody_waits:
            return
        for link in found:
            for row in list(links.rows(self._desk.scope, f"waits#{link}#")):
                look_again(self._book, str(row["link"]).removeprefix(f"waits#{link}#"), self._desk.now)
                self._book.drop(str(row["link"]))


def _ids(pair: Pair) -> list[str]:
    return [one.id for one in (pair.falcana, pair.hubspot) if one]


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
