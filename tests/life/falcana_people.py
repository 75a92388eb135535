"""The people of a firm that works with falcana and HubSpot: what they do, as far as it can be done at that moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from falcana_hubspot import Settings
from falcana_hubspot.desk import TO_FALCANA, TO_HUBSPOT
from falcana_hubspot.kinds import ADDRESS, COMPANY_OF, KINDS, PARENT, PERSON, Kind, rules_of
from falcana_hubspot.plan import Rule
from local.sandbox.falcana.accounts import CUSTOMS
from renkei.deliveries import stamp
from tests.harness import PORTAL
from tests.life.falcana_past import Model, Vendor
from tests.life.falcana_words import CHOICES, FIELDS, NEEDED, OTHER, Words, flat, otherwise, rows, token
from tests.life.falcana_world import TENANT, World

NEW = {"owner_user": 11, "sales_group": 21}


class People:
    """They know both systems, and write down in the model what they did."""

    def __init__(self, world: World) -> None:
        """Nobody did anything."""
        self.world, self.model = world, Model(world)
        self._words = Words()
        self._hidden: dict[str, datetime] = {}
        self._given: dict[str, Any] = {}

    # Settings.

    def settle_for(
        self, *, ways: tuple[bool, bool], rules: tuple[str, str], unlink: bool, waits: bool, falcana_wins: bool
    ) -> None:
        """Save settings; `rules` are those of a city and of a position."""
        self._given = {
            "directions": {"hubspot_to_falcana": ways[0], "falcana_to_hubspot": ways[1]},
            "address_fields": rows("address", "city", rules[0]),
            "contact_fields": rows("person", "position", rules[1]),
            "new_addresses": NEW,
            "on_falcana_delete": "unlink" if unlink else "archive",
            "without_company": "wait" if waits else "private",
            "on_tie": "falcana" if falcana_wins else "hubspot",
        }
        self.world.save(strict=not self.model.options, **self._given)

    def switches_on(self) -> None:
        """Both directions are on from now on."""
        self._given["directions"] = {"hubspot_to_falcana": True, "falcana_to_hubspot": True}
        self.world.save(strict=not self.model.options, **self._given)

    def ways(self) -> frozenset[str]:
        """The directions that are on."""
        on = self.world.settings.directions
        told = ((TO_FALCANA, on.hubspot_to_falcana), (TO_HUBSPOT, on.falcana_to_hubspot))
        return frozenset(way for way, wanted in told if wanted)

    def rules(self) -> dict[str, tuple[Rule, ...]]:
        """The rules that hold."""
        settings: Settings = self.world.settings
        return {kind.name: rules_of(kind, settings, self.world.types.get(kind.name, {})) for kind in KINDS}

    def may_ask(self, job: str) -> bool:
        """A run by hand is asked for in a direction that is on: else it writes what this model does not follow."""
        return {"import": TO_FALCANA, "export": TO_HUBSPOT}.get(job, TO_FALCANA) in self.ways()

    def confirms(self) -> None:
        """Deletions that wait may happen."""
        self.world.checkpoint("confirmed", {"at": stamp(self.world.clock() + timedelta(hours=1))})

    def changes_options(self, side: Vendor, *, saved: bool) -> None:
        """One option goes on one side, or all are there again."""
        world = self.world
        self.model.options = True
        if side == "falcana":
            branche = world.falcana.tenants[TENANT].customs["addresses"]["branche"]
            (full,) = (one for one in CUSTOMS if one.key == "branche")
            fewer = replace(full, options=full.options[1:])
            world.falcana.define(TENANT, "addresses", fewer if branche == full else full)
        else:
            there = world.hubspot.portals[PORTAL].properties["companies"]["branche"]
            there.options = there.options[1:] if len(there.options) == len(CHOICES) else world.choices
        if saved:
            world.save(strict=False, **self._given)

    # Records.

    def makes(self, vendor: Vendor, kind: Kind, which: int, *, twin: bool) -> None:
        """A new record; `twin`: a person with a mail address that only the other side has."""
        values = {name: self._words.new(name, which) for name in FIELDS[kind.name][: 2 + which % 3]}
        if kind is ADDRESS and which % 2:
            values["website"] = self._words.new("website")
        if twin and kind is PERSON and (mail := self._mail_of_other(vendor)):
            values["email"] = mail
        if values.get("custom.branche", "") not in self._choices(vendor):
            del values["custom.branche"]
        self.world.clock.sleep(which % 2)
        parents = self.ids(vendor, ADDRESS)
        parent = parents[which % len(parents)] if parents else ""
        if vendor == "hubspot":
            told = {OTHER[name]: text for name, text in values.items()}
            id_ = self.world.hubspot.seed(PORTAL, kind.object, told)
            if kind is PERSON and parent and which < 5:
                self.world.hubspot.change(PORTAL, kind.object, id_, {COMPANY_OF: parent})
        else:
            if kind is PERSON and not parent:
                return
            place: dict[str, Any] = {PARENT: int(parent)} if kind is PERSON else {}
            id_ = str(self.world.falcana.seed(TENANT, kind.entity, flat(values) | place))
        self.model.typed(vendor, kind, id_, values)

    def types(self, vendor: Vendor, kind: Kind, which: int, fields: int, how: str) -> None:
        """Change some fields of a record; the bits of a number say which."""
        if ids := self.ids(vendor, kind):
            self.world.clock.sleep(which % 2)
            self._types(vendor, kind, ids[which % len(ids)], fields, how)

    def both_type(self, kind: Kind, which: int, fields: int, others: int, *, falcana_first: bool) -> None:
        """Change both records of a pair."""
        linked = [
            (id_, row["with"])
            for id_ in self.ids("falcana", kind)
            if (row := self.world.row(f"{kind.name}#{id_}")).get("with")
        ]
        linked = [(ours, theirs) for ours, theirs in linked if theirs in self.ids("hubspot", kind)]
        if not linked:
            return
        ours, theirs = linked[which % len(linked)]
        deeds: list[tuple[Vendor, str, int]] = [("falcana", ours, fields), ("hubspot", theirs, others)]
        for vendor, id_, bits in deeds if falcana_first else reversed(deeds):
            self.world.clock.sleep(which % 2)
            self._types(vendor, kind, id_, bits, "new")

    def _types(self, vendor: Vendor, kind: Kind, id_: str, fields: int, how: str) -> None:
        chosen = [name for bit, name in enumerate(FIELDS[kind.name]) if fields & 1 << bit]
        held = self._held(vendor, kind, id_)
        if how == "blank":
            values = {name: "" for name in chosen if name not in NEEDED}
        elif how == "same":
            values = {name: otherwise(name, held[name]) for name in chosen if held.get(name)}
        else:
            values = {name: self._words.new(name, fields) for name in chosen}
        if values.get("custom.branche", "") not in self._choices(vendor):
            del values["custom.branche"]
        if not values:
            return
        if vendor == "hubspot":
            told = {OTHER[name]: text for name, text in values.items()}
            self.world.hubspot.change(PORTAL, kind.object, id_, told)
        else:
            self.world.falcana.change(TENANT, kind.entity, int(id_), flat(values))
        self.model.typed(vendor, kind, id_, {} if how == "same" else values)  # that is no other word

    def moves(self, vendor: Vendor, which: int, target: int) -> None:
        """Give a person another firm; -1: none, in HubSpot."""
        persons, parents = self.ids(vendor, PERSON), self.ids(vendor, ADDRESS)
        if not persons or not parents:
            return
        id_, parent = persons[which % len(persons)], parents[target % len(parents)]
        self.world.clock.sleep(1)
        if vendor == "hubspot":
            self.world.hubspot.change(PORTAL, "contacts", id_, {COMPANY_OF: "" if target < 0 else parent})
        else:
            self.world.falcana.change(TENANT, "contact-persons", int(id_), {PARENT: int(parent)})
        self.model.typed(vendor, PERSON, id_, {})

    def deletes(self, vendor: Vendor, kind: Kind, which: int) -> None:
        """Delete a record."""
        ids = self.ids(vendor, kind)
        if not ids:
            return
        id_ = ids[which % len(ids)]
        self.model.moves(vendor, kind)
        if vendor == "hubspot":
            self.world.hubspot.archive(PORTAL, kind.object, id_)
            self.model.archived.add((kind.name, id_))
            row = self.world.row(f"{kind.other}#{id_}")
            if row.get("with") and not row.get("ended") and row["with"] in self.ids("falcana", kind):
                self.model.stays.add((kind.name, str(row["with"])))
            return
        gone = [(kind, id_)]
        if kind is ADDRESS:
            persons = self.world.falcana.state(TENANT)["contact-persons"]
            gone += [(PERSON, str(one["id"])) for one in persons if str(one[PARENT]) == id_]
        for one, number in gone:
            before = self.world.row(f"{one.name}#{number}")
            self.model.removed[one.name, number] = "" if before.get("ended") else str(before.get("with") or "")
            self.model.stays.discard((one.name, number))
        self.world.falcana.remove(TENANT, kind.entity, int(id_))

    def restores(self, kind: Kind, which: int) -> None:
        """Take a record out of HubSpot's recycle bin, if that can be."""
        portal = self.world.hubspot.portals[PORTAL]
        binned = [one.id for one in portal.records[kind.object].values() if one.archived]
        binned = [id_ for id_ in binned if (kind.object, id_) not in portal.merged]
        if not binned:
            return
        id_ = binned[which % len(binned)]
        self.model.moves("hubspot", kind)
        try:
            self.world.hubspot.restore(PORTAL, kind.object, id_)
        except ValueError:  # somebody else has its address by now
            return
        self.model.stays.discard((kind.name, str(self.world.row(f"{kind.other}#{id_}").get("with"))))
        self.model.of("hubspot", kind, id_).merged = True  # what was typed before that counts no more

    def merges(self, vendor: Vendor, kind: Kind, which: int, other: int) -> None:
        """Make one of two records."""
        ids = self.ids(vendor, kind)
        if len(ids) < 2 or which % len(ids) == other % len(ids):
            return
        kept, lost = ids[which % len(ids)], ids[other % len(ids)]
        self.model.moves(vendor, kind)
        if vendor == "hubspot":
            final = self.world.hubspot.merge(PORTAL, kind.object, kept, lost)
            self.model.joined(vendor, kind, final, kept, lost)
            return
        self.world.falcana.merge(TENANT, kind.entity, int(kept), int(lost))
        self.model.joined(vendor, kind, kept, lost)
        self.model.stays -= {(kind.name, kept), (kind.name, lost)}

    def links_again(self, kind: Kind, which: int) -> None:
        """Let an ended pair begin anew, as the tool at the admin's door does."""
        over = [id_ for id_ in self.ids("falcana", kind) if self.world.row(f"{kind.name}#{id_}").get("ended")]
        if over:
            id_ = over[which % len(over)]
            held = self.world.memory.rows["links"].setdefault(self.world.scope, {})
            link = f"wish#{kind.name}#{id_}"
            held[link] = {"scope": self.world.scope, "link": link, "do": "again"}
            self.model.stays.discard((kind.name, id_))
            self.model.of("falcana", kind, id_).merged = True

    # HubSpot's index.

    def lags(self, kind: Kind, which: int, seconds: int, *, hidden: bool) -> None:
        """Let the index not know of a record at all, or only of how it was."""
        ids = self.ids("hubspot", kind)
        if not ids:
            return
        settings, id_ = self.world.hubspot.settings, ids[which % len(ids)]
        if hidden:
            self._hidden[id_] = self.world.clock() + timedelta(seconds=seconds)
            self.unhide()
        else:
            settings.search_lag_per_record[id_] = float(seconds)

    def unhide(self) -> None:
        """What was hidden long enough is seen again."""
        self._hidden = {id_: until for id_, until in self._hidden.items() if until > self.world.clock()}
        self.world.hubspot.settings.search_hides = list(self._hidden)

    def lags_no_more(self) -> None:
        """The index is as it should be."""
        self._hidden.clear()
        self.world.hubspot.settings.search_lag_per_record.clear()

    # What they look at.

    def ids(self, vendor: Vendor, kind: Kind) -> list[str]:
        """The living records that people work with."""
        if vendor == "hubspot":
            return [one.id for one in self.world.hubspot.portals[PORTAL].live(kind.object)]
        rows = self.world.falcana.tenants[TENANT].tables[kind.entity].rows
        return [str(id_) for id_, one in rows.items() if one.values.get("kind") != "private"]

    def _held(self, vendor: Vendor, kind: Kind, id_: str) -> Mapping[str, str]:
        if vendor == "hubspot":
            held = self.world.hubspot.portals[PORTAL].records[kind.object][id_].properties
            return {name: held.get(OTHER[name], "") for name in FIELDS[kind.name]}
        values = self.world.falcana.tenants[TENANT].tables[kind.entity].rows[int(id_)].values
        return {name: str(values.get(name, "")) for name in FIELDS[kind.name]}

    def _choices(self, vendor: Vendor) -> set[str]:
        """The options that can be chosen now; a blank always can."""
        if vendor == "hubspot":
            there = self.world.hubspot.portals[PORTAL].properties["companies"]["branche"]
            return {"", *(one.value for one in there.options)}
        return {"", *(one.key for one in self.world.falcana.tenants[TENANT].customs["addresses"]["branche"].options)}

    def _mail_of_other(self, vendor: Vendor) -> str:
        """A mail address that one record of the other side has, which is not linked, and none of this side ever had."""
        contacts = self.world.hubspot.portals[PORTAL].records["contacts"].values()
        left = {one.id: one.properties.get("email", "") for one in contacts}
        persons = self.world.falcana.state(TENANT)["contact-persons"]
        right = {str(one["id"]): str(one.get("email") or "") for one in persons}
        mine, theirs = (left, right) if vendor == "hubspot" else (right, left)
        other: Vendor = "falcana" if vendor == "hubspot" else "hubspot"
        name = PERSON.name if vendor == "hubspot" else PERSON.other
        alone = {
            id_: mail for id_, mail in theirs.items()
            if mail and id_ in self.ids(other, PERSON) and not self.world.row(f"{name}#{id_}")
            and (other, PERSON.name, id_) not in self.model.merged
        }  # fmt: skip
        known = {*mine.values(), *self.model.mails(vendor)}
        return next((mail for mail in alone.values() if mail not in known and token(mail) not in known), "")
