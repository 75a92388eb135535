"""What people typed and did on both sides, and what the rules say must have come of it in the end.

Every word is typed once only and bears a number of its own, however it is written, so that it is known again wherever
it goes. What the integration says of a record (it is ended, it waits) counts only if something that people did
justifies it; whatever has no such excuse must be the same on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from falcana_hubspot.desk import TO_FALCANA, TO_HUBSPOT
from falcana_hubspot.kinds import ADDRESS, COMPANY_OF, KINDS, PARENT, PERSON, Kind
from falcana_hubspot.plan import Rule
from renkei.vendors.hubspot_sync import FALCANA_ID
from tests.harness import PORTAL
from tests.life.falcana_past import Model, Past, Vendor
from tests.life.falcana_words import token
from tests.life.falcana_world import TENANT

type Row = Mapping[str, Any]


type Words = Mapping[Vendor, list[tuple[datetime, str]]]


class Verdicts:
    """Looks at both sides in the end: `found` is what is against the rules."""

    def __init__(self, model: Model, rules: Mapping[str, tuple[Rule, ...]], ways: frozenset[str]) -> None:
        """`rules` by kind, and `ways` as the settings have them now."""
        self._model, self._world, self._rules, self._ways = model, model.world, rules, ways
        portal, tenant = self._world.hubspot.portals[PORTAL], self._world.falcana.state(TENANT)
        self._merged = portal.merged
        self._left = {kind.name: {one.id: one.properties for one in portal.live(kind.object)} for kind in KINDS}
        self._all = {kind.name: portal.records[kind.object] for kind in KINDS}
        self._right = {kind.name: {str(one["id"]): one for one in tenant[kind.entity]} for kind in KINDS}

    def found(self) -> Iterator[str]:
        """Each thing that is."""
        yield from (one for one in self._world.wire.writes if one.startswith("DELETE"))
        for kind in KINDS:
            yield from self._excuses(kind)
            yield from self._transferred(kind)
            yield from self._doubled(kind)
            yield from self._deleted(kind)
            for id_ in self._right[kind.name]:
                partner = self._row(kind.name, id_).get("with")
                if partner and not self._row(kind.name, id_).get("ended") and partner in self._left[kind.name]:
                    yield from self._agree(kind, id_, partner)

    def _row(self, name: str, id_: str) -> Row:
        return self._world.row(f"{name}#{id_}")

    def _past(self, vendor: Vendor, kind: Kind, id_: str) -> Past:
        return self._model.past.get((vendor, kind.name, id_), Past())

    def _chain(self, kind: Kind, id_: str) -> list[str]:
        """A record of HubSpot, and those that it became by merges."""
        found = [id_]
        while after := self._merged.get((kind.object, found[-1])):
            found.append(after)
        return found

    # Excuses have to be true.

    def _excuses(self, kind: Kind) -> Iterator[str]:
        model = self._model
        for row in [*self._world.rows(f"{kind.name}#"), *self._world.rows(f"{kind.other}#")]:
            name, id_ = row["link"].split("#")
            ours, theirs = (id_, str(row.get("with", "")))[:: 1 if name == kind.name else -1]
            mark = self._right[kind.name].get(ours, {}).get("external_ids", {}).get("hubspot", "")
            chain = self._chain(kind, theirs or mark)
            match row.get("ended"):
                case None:
                    true = True
                case "hubspot_deleted":
                    true = any((kind.name, one) in model.archived for one in chain)
                case "falcana_deleted" | "archived_by_us" as code:
                    gone = ("falcana", kind.name, ours) in model.merged and ours not in self._right[kind.name]
                    true = (kind.name, ours) in model.removed or (gone and code == "falcana_deleted")
                case "merged_twice":
                    merged = {("falcana", kind.name, ours), *(("hubspot", kind.name, one) for one in chain)}
                    true = bool(merged & model.merged)
                case _:
                    true = False
            if not true:
                yield f"{row['link']} was ended ({row['ended']}) without a reason"
        for row in self._world.rows("parked#"):
            _, name, id_ = row["link"].split("#")
            if name in {kind.name, kind.other} and not self._may_wait(kind, name, id_, row):
                yield f"{name} {id_} waits without a reason ({row['code']} {row.get('params')})"

    def _may_wait(self, kind: Kind, name: str, id_: str, parked: Row) -> bool:
        code = parked["code"]
        if id_ not in (self._right if name == kind.name else self._left)[kind.name]:
            return True  # it is gone
        if code == "falcana_no_company":
            given = self._left[kind.name][id_].get(COMPANY_OF)
            return self._world.settings.without_company == "wait" and not given
        if code in {"falcana_company_waits", "falcana_company_ended"}:
            if name == kind.name:
                return False
            company = str(self._left[kind.name][id_].get(COMPANY_OF) or "")
            row = self._row(ADDRESS.other, company)
            there = row.get("with") in self._right[ADDRESS.name]
            return not company or bool(row.get("ended") or row.get("parked") or not there)
        if code == "falcana_taken":  # two with one address on one side, which a merge can bring about
            return any(one[1] == kind.name for one in self._model.merged) or bool(self._model.removed)
        return False

    # What flows has a partner.

    def _transferred(self, kind: Kind) -> Iterator[str]:
        for id_, one in self._right[kind.name].items():
            row = self._row(kind.name, id_)
            partner = str(row.get("with") or "")
            if (kind.name, id_) in self._model.stays and not row.get("ended"):
                yield f"{kind.name} {id_} is transferred although its partner was deleted"
            if row.get("ended") or (kind is ADDRESS and one["kind"] == "private"):
                continue
            if not partner and TO_HUBSPOT in self._ways and not row.get("parked"):
                yield f"{kind.name} {id_} was not transferred to HubSpot"
            if partner:
                yield from self._linked(kind, id_, partner, str(one["external_ids"].get("hubspot")))
        for id_ in self._left[kind.name] if TO_FALCANA in self._ways else ():
            row = self._row(kind.other, id_)
            if not (row.get("with") or row.get("ended") or row.get("parked")):
                yield f"{kind.other} {id_} was not transferred to falcana"

    def _linked(self, kind: Kind, ours: str, theirs: str, mark: str) -> Iterator[str]:
        there = self._left[kind.name].get(theirs)
        if there is None:
            yield f"{kind.name} {ours} is linked to {theirs}, which is no more"
            return
        if not ({("falcana", kind.name, ours), ("hubspot", kind.name, theirs)} & self._model.past.keys()):
            yield f"{kind.other} {theirs} came back: somebody deleted it, and nobody made it again"
        if self._row(kind.other, theirs).get("with") != ours:
            yield f"{kind.name} {ours} is linked to {theirs}, but not the other way"
        if mark != theirs:
            yield f"{kind.name} {ours} does not bear its partner's id {theirs}: {mark}"
        if TO_HUBSPOT in self._ways and there.get(FALCANA_ID) != ours:
            yield f"{kind.other} {theirs} does not bear its partner's id {ours}: {there.get(FALCANA_ID)}"

    def _doubled(self, kind: Kind) -> Iterator[str]:
        names = ("name", "website") if kind is ADDRESS else ("email", "last_name")
        for name in names:
            rule = next(rule for rule in self._rules[kind.name] if rule.field == name)
            right = [
                token(one[name]) for id_, one in self._right[kind.name].items()
                if one.get(name) and one.get("kind") != "private" and self._flows(kind.name, id_)
            ]  # fmt: skip
            left = [
                token(one[rule.property]) for id_, one in self._left[kind.name].items()
                if one.get(rule.property) and self._flows(kind.other, id_)
            ]  # fmt: skip
            for side, held in (("falcana", right), ("HubSpot", left)):
                if twice := {one for one in held if held.count(one) > 1}:
                    yield f"{side} has {name} {sorted(twice)} twice"

    def _flows(self, name: str, id_: str) -> bool:
        """Whether a record is not ended, and waits for nobody (as one does whose address another got by a merge)."""
        return not {"ended", "parked"} & self._row(name, id_).keys()

    def _deleted(self, kind: Kind) -> Iterator[str]:
        for id_, record in self._all[kind.name].items():
            if record.archived and (kind.name, id_) not in self._model.archived:
                by_us = self._row(kind.other, id_).get("ended") == "archived_by_us"
                if (kind.object, id_) not in self._merged and not by_us:
                    yield f"{kind.other} {id_} was deleted, and nobody did"
        keeps = self._world.settings.on_falcana_delete == "unlink"
        for (name, id_), partner in self._model.removed.items():
            row = self._row(name, id_)
            if name == kind.name and partner and TO_HUBSPOT in self._ways and row.get("with") and not row.get("ended"):
                yield f"{name} {id_} was deleted in falcana, and nothing came of it"
            if name == kind.name and row.get("ended") == "archived_by_us" and keeps:
                yield f"{name} {id_} took its partner with it, against the settings"
        if TO_HUBSPOT in self._ways and self._world.rows(f"delete#{kind.name}#"):
            yield "deletions wait that a person confirmed"

    # Agreement, and the last word.

    def _agree(self, kind: Kind, ours: str, theirs: str) -> Iterator[str]:
        one, there = self._right[kind.name][ours], self._left[kind.name][theirs]
        for rule in self._rules[kind.name]:
            if rule.field == PARENT:
                yield from self._belongs(ours, one, there)
                continue
            own = rule.field.removeprefix("custom.")
            mine = token(one["custom"].get(own) if own != rule.field else one.get(rule.field))
            other = token(there.get(rule.property))
            if rule.form == "option" and self._model.options:
                continue
            words: Words = {
                "falcana": self._past("falcana", kind, ours).words.get(rule.field, []),
                "hubspot": self._past("hubspot", kind, theirs).words.get(rule.field, []),
            }
            if mine != other and not (
                self._may_differ(kind, (ours, theirs), rule, (mine, other), words) or self._taken(rule, mine)
            ):
                yield f"{kind.name} {ours} and {theirs} differ in {rule.field}: {mine!r}, {other!r}, typed {words}"
            elif mine == other:
                yield from self._last_word(kind, (ours, theirs), rule, mine, words)

    def _taken(self, rule: Rule, mail: str) -> bool:
        """Whether another contact has this mail address, if only as its second one: HubSpot takes each once."""
        names = ("email", "hs_additional_emails")
        more = [one.get(name, "") for one in self._left[PERSON.name].values() for name in names]
        return rule.field == "email" and mail in {token(text) for texts in more for text in texts.split(";")}

    def _may_differ(self, kind: Kind, pair: tuple[str, str], rule: Rule, values: tuple[str, str], words: Words) -> bool:
        mine, other = values
        blanked = "" in [text for found in words.values() for _, text in found]
        wrong: dict[str, str] = {"→": TO_FALCANA, "←": TO_HUBSPOT}
        if rule.rule in wrong:
            source = other if rule.rule == "→" else mine
            target: Vendor = "falcana" if rule.rule == "→" else "hubspot"
            if len(self._ways) == 1 and words[target]:  # nobody looks there for what is typed against the rule
                return True
            return wrong[rule.rule] not in self._ways or (not source and not rule.clear)
        if rule.rule == "fill":
            emptied: Vendor = "falcana" if other else "hubspot"
            needed = TO_FALCANA if other else TO_HUBSPOT
            unseen = len(self._ways) == 1 and bool(words[emptied])
            return bool(mine and other) or needed not in self._ways or unseen
        if len(self._ways) > 1:
            return not rule.clear and (not mine or not other) and blanked
        flows: Vendor = "hubspot" if TO_FALCANA in self._ways else "falcana"
        held: Vendor = "falcana" if flows == "hubspot" else "hubspot"
        merged = any((held, kind.name, id_) in self._model.merged for id_ in pair)  # which fills blanks
        return bool(words[held]) or merged or ("" in (mine, other) and not rule.clear)

    def _belongs(self, ours: str, one: Row, there: Mapping[str, str]) -> Iterator[str]:
        address, company = str(one[PARENT]), str(there.get(COMPANY_OF) or "")
        row, other = self._row(ADDRESS.name, address), self._row(ADDRESS.other, company)
        settled = row.get("with") and not row.get("ended"), other.get("with") and not other.get("ended")
        if len(self._ways) > 1 and all(settled) and row["with"] != company:
            yield f"person {ours} belongs to address {address} and company {company}"

    def _last_word(
        self,
        kind: Kind,
        pair: tuple[str, str],
        rule: Rule,
        value: str,
        words: Words,
    ) -> Iterator[str]:
        told = [text for found in words.values() for _, text in found]
        unclear = any(past.merged for past in self._pasts(kind, pair).values()) or not told
        if value and value not in told and unclear:
            told = [text for past in self._model.past.values() for _, text in past.words.get(rule.field, ())]
        if value not in told and (value or told):
            yield f"{kind.name} {pair} have {rule.field} {value!r}, which nobody typed: {words}"
        pasts = self._pasts(kind, pair)
        if rule.rule != "newest" or len(self._ways) < 2 or "" in told or any(past.merged for past in pasts.values()):
            return
        last = {side: found[-1] for side, found in words.items() if found}
        if not last:
            return
        later = max(last, key=lambda side: last[side][0])
        earlier: Vendor = "hubspot" if later == "falcana" else "falcana"
        if value == last[later][1]:
            return
        touched = [at for at in (pasts[earlier].touched, kind is PERSON and self._model.moved.get(earlier)) if at]
        if earlier in last and value == last[earlier][1] and touched and max(touched) >= last[later][0]:
            return
        yield f"the last word of {later} on {rule.field} of {kind.name} {pair} was lost: {value!r} of {words}"

    def _pasts(self, kind: Kind, pair: tuple[str, str]) -> dict[Vendor, Past]:
        return {"falcana": self._past("falcana", kind, pair[0]), "hubspot": self._past("hubspot", kind, pair[1])}
