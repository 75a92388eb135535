"""The writes of a page: each can be repeated, and a record that is refused keeps no other from its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from falcana_hubspot import NewAddresses
from falcana_hubspot.desk import Desk, company_of
from falcana_hubspot.kinds import ADDRESS, PARENT, Kind
from falcana_hubspot.pairs import OWN, Notes, Pair, end, join, kept_apart, look_again, named
from falcana_hubspot.steps import Step
from renkei.actions import Create, Item, Record, Result, Update
from renkei.deliveries import stamp
from renkei.errors import Conflict, Misconfigured, NotFound, Outcome, Rejected, Retry
from renkei.vendors.falcana import Gone, Stale
from renkei.vendors.falcana import Record as FalcanaRecord
from renkei.vendors.hubspot_sync import FALCANA_ID

_TRIES = 4  # of one record, with the fields left out that were refused
_NAMES = {"name", "last_name"}
_NEEDED = {"name", "last_name", "kind", PARENT, "owner_user_id", "sales_group_id"}


class Making:
    """Writes to both vendors. `gone`: told of a record of falcana that is no more."""

    def __init__(self, desk: Desk, notes: Notes, gone: Callable[[Kind, str, str], None]) -> None:
        self._desk = desk
        self._book = desk.book
        self._notes = notes
        self._gone = gone

    # falcana: one call for each record.

    def in_falcana(self, steps: Sequence[Step]) -> None:
        """Make records in falcana. One that is there already (a lost answer, a number that is taken) is looked at."""
        down, steps = False, [step for step in steps if step.pair.hubspot]
        self._sending(step.pair.link for step in steps)
        for step in steps:
            record, kind = step.pair.hubspot, step.pair.kind
            if record is None:
                continue
            key = self._key(f"{kind.other}#{record.id}")
            make = partial(self._desk.falcana.create, kind.entity, external_id=record.id, key=key)
            try:
                made = self._trying(step, make, {**step.falcana, **self._also_needed(step, record)})
            except Conflict as taken:
                self._there_already(step, taken)
            except Retry as busy:
                down = self._alone(step, busy, down=down)
            except Rejected as refused:
                down = False
                if not self._address_gone(step, refused):
                    step.pair.failed = refused
            else:
                step.pair.falcana, step.done, down = made, True, False
                self._notes.count("created_in_falcana")

    def _sending(self, made: Iterable[str]) -> None:
        """Note, before it happens, that records are made for these: who finds them afterwards knows whose they are."""
        for link in made:
            if not self._book[link].get("sent"):
                self._book.put(link, sent=stamp(self._desk.now))
        self._book.save()

    def _key(self, link: str, what: str = "") -> str:
        """The key under which falcana makes a record for another only once, until somebody lets it begin anew."""
        return self._desk.digest("create", f"{what}{link} {self._book[link].get('sent')}")

    def _also_needed(self, step: Step, record: Record) -> dict[str, str]:
        if step.pair.kind is ADDRESS:
            return {"kind": self._desk.settings.kinds[0], **self._owned_by()}
        if not step.falcana.get("last_name"):  # before it gets an address of its own
            raise Rejected("falcana_value", field="last_name", why="required")
        if company_of(record.properties):
            return {}
        words = (record.properties.get(name, "") for name in ("firstname", "lastname", "email"))
        name = " ".join([word for word in words if word][:2])
        values = {"kind": "private", "name": name, **self._owned_by()}
        key = self._key(f"{step.pair.kind.other}#{record.id}", "private ")
        try:
            made = self._desk.falcana.create(ADDRESS.entity, values, f"{OWN}{record.id}", key).id
        except Conflict as taken:
            there = self._desk.falcana.find(ADDRESS.entity, "external_ids", [f"{OWN}{record.id}"])
            if not there:
                raise Rejected("falcana_value", field="name", why="duplicate") from taken
            made = there[0].id
        self._book.put(f"{ADDRESS.name}#{made}", out=True)
        self._book.save()  # nobody would look at it again
        return {PARENT: made}

    def _address_gone(self, step: Step, refused: Rejected) -> bool:
        """Whether a contact person cannot be made because its address is gone; it is looked at again then."""
        address = step.falcana.get(PARENT, "")
        if not address or PARENT not in refused.params.get("field", "").split(", "):
            return False
        try:
            self._desk.falcana.get(ADDRESS.entity, address)
        except NotFound as gone:
            self._gone(ADDRESS, address, gone.into if isinstance(gone, Gone) else "")
            look_again(self._book, step.pair.link, self._desk.now)
            step.gone = True
            return True
        return False

    def _owned_by(self) -> dict[str, str]:
        given: NewAddresses | None = self._desk.settings.new_addresses
        if given is None:
            raise Misconfigured("falcana_setting_missing", setting="new_addresses")
        return {"owner_user_id": str(given.owner_user), "sales_group_id": str(given.sales_group)}

    def _there_already(self, step: Step, taken: Conflict) -> None:
        """Link what is there, if it is ours to link; the next run compares the two."""
        pair, kind = step.pair, step.pair.kind
        hubspot = pair.hubspot.id if pair.hubspot else ""
        there = self._desk.falcana.find(kind.entity, "external_ids", [hubspot])
        if not there:
            pair.failed = Rejected("falcana_taken", kind=kind.name, id=hubspot, others=taken.record_id or "?")
            return
        row, marked = self._book[f"{kind.name}#{there[0].id}"], step.pair.hubspot
        foreign = not marked or marked.properties.get(FALCANA_ID) != there[0].id  # a portal of before had such an id
        if foreign or row.get("ended") or row.get("with", hubspot) != hubspot:
            pair.failed = Rejected("falcana_taken", kind=kind.name, id=hubspot, others=there[0].id)
            return
        join(self._book, kind, there[0].id, hubspot)
        look_again(self._book, f"{kind.name}#{there[0].id}", self._desk.now)
        step.gone = True

    def change_falcana(self, steps: Iterable[Step]) -> list[Pair]:
        """Change records in falcana, each only if nobody else did since it was read; gives those where somebody did."""
        stale, down = list[Pair](), False
        for step in steps:
            pair, kind, one = step.pair, step.pair.kind, step.pair.falcana
            mark = pair.hubspot.id if pair.hubspot else ""
            if one is None or (not step.falcana and one.external_id == mark):
                continue
            told = None if one.external_id == mark else mark
            try:
                pair.falcana = self._trying(step, partial(self._changed, kind, one, told), step.falcana)
            except Stale:
                stale.append(pair)
            except NotFound as gone:
                self._gone(kind, one.id, gone.into if isinstance(gone, Gone) else "")
                step.gone = True
            except Retry as busy:
                down = self._alone(step, busy, down=down)
            except Rejected as refused:
                down = False
                if not self._address_gone(step, refused):
                    pair.failed = refused
            else:
                down = False
                self._notes.count("updated_in_falcana", int(bool(step.falcana)))
        return stale

    def _alone(self, step: Step, busy: Retry, *, down: bool) -> bool:
        """Let one record fail that falcana fails at; if it does so at the next one, too, falcana is down."""
        if down or busy.params.get("status") != "500":
            raise busy
        step.pair.failed = busy
        return True

    def _changed(self, kind: Kind, one: FalcanaRecord, mark: str | None, values: dict[str, str]) -> FalcanaRecord:
        return self._desk.falcana.update(kind.entity, one.id, one.version, values, mark)

    def _trying(
        self, step: Step, write: Callable[[dict[str, str]], FalcanaRecord], values: dict[str, str]
    ) -> FalcanaRecord:
        """Write; the fields that falcana does not take are left out, and told of, if it can be without them."""
        while True:
            try:
                return write(values)
            except Rejected as refused:
                named = set(refused.params.get("field", "").split(", ")) if refused.code == "falcana_value" else set()
                if not named or named & _NEEDED or not named <= values.keys():  # so it ends: each round has fewer
                    raise
                self._leave_out(step, named)
                values = {name: text for name, text in values.items() if name not in named}

    # HubSpot: a hundred records in a call.

    def in_hubspot(self, steps: Sequence[Step]) -> None:
        """Make records in HubSpot, marked with the id of their partner, so that none is made twice."""
        if not steps:
            return
        kind, by_key = steps[0].pair.kind, {step.pair.falcana.id: step for step in steps if step.pair.falcana}
        self._sending(step.pair.link for step in steps)
        result = self._writing(by_key, partial(self._create, kind))
        for key, record in result.records.items():
            by_key[key].pair.hubspot, by_key[key].hubspot = record, {}
            join(self._book, kind, key, record.id)
            self._notes.count("created_in_hubspot")
        for key in by_key.keys() - result.records.keys():  # afterwards: who has the address of another one of these
            self._not_created(by_key[key], result.failed.get(key))

    def _create(self, kind: Kind, items: tuple[Item, ...]) -> Result:
        return self._desk.hubspot.do(Create(kind.object, FALCANA_ID, items))

    def _not_created(self, step: Step, why: Outcome | None) -> None:
        pair, kind = step.pair, step.pair.kind
        one = pair.falcana.id if pair.falcana else ""
        there = why.record_id if isinstance(why, Conflict) else None
        row = self._book[f"{kind.other}#{there}"] if there else {}
        apart = there in kept_apart(self._book[f"alike#{kind.name}#{one}"])
        if there and not apart and not row.get("ended") and row.get("with", one) == one:
            join(self._book, kind, one, there)  # by its mail address, or made by us a moment ago
            look_again(self._book, f"{kind.name}#{one}", self._desk.now)
            self._notes.count("linked")
            step.gone = True
        elif there:
            pair.failed = Rejected("falcana_taken", kind=kind.name, id=one, others=there)
        else:
            pair.failed = why or Rejected("vendor_garbled", vendor="hubspot")

    def change_hubspot(self, steps: Sequence[Step]) -> None:
        """Change records in HubSpot."""
        changed = [step for step in steps if step.hubspot]
        if not changed:
            return
        kind, by_key = changed[0].pair.kind, {step.pair.hubspot.id: step for step in changed if step.pair.hubspot}
        result = self._writing(by_key, partial(self._update, kind), updating=True)
        for key, step in by_key.items():
            why = result.failed.get(key)
            if key in result.records:
                # What was read stays in the pair: who changed it since is seen, as the time of our write is another.
                self._notes.count("updated_in_hubspot", int(bool(step.hubspot.keys() - {FALCANA_ID})))
            elif isinstance(why, NotFound):
                one = step.pair.falcana.id if step.pair.falcana else ""
                end(self._book, kind, "hubspot_deleted", falcana=one, hubspot=key)
                self._notes.count("ended")
                step.gone = True
            elif step.hubspot:
                step.pair.failed = why or Rejected("vendor_garbled", vendor="hubspot")

    def _update(self, kind: Kind, items: tuple[Item, ...]) -> Result:
        return self._desk.hubspot.do(Update(kind.object, items))

    def _writing(
        self, by_key: dict[str, Step], write: Callable[[tuple[Item, ...]], Result], *, updating: bool = False
    ) -> Result:
        """Write all of them; those with a field that HubSpot does not take once more without it."""
        result, left = Result(), dict(by_key)
        for _ in range(_TRIES):
            if not left:
                break
            part = self._together(tuple(Item(key, step.hubspot) for key, step in left.items()), write)
            result.add(part)
            again = {}
            for key, why in part.failed.items():
                step = left[key]
                if field_ := self._refused_field(step.pair.kind, why, updating=updating):
                    name = self._desk.property_of(step.pair.kind, field_)
                    if name in step.hubspot:
                        self._leave_out(step, {field_})
                        step.hubspot = {known: text for known, text in step.hubspot.items() if known != name}
                        if step.hubspot:
                            again[key] = step
            for key in again:
                result.failed.pop(key, None)
            left = again
        return result

    def _together(self, items: tuple[Item, ...], write: Callable[[tuple[Item, ...]], Result]) -> Result:
        """All at once; where HubSpot refuses the whole for one of them, one by one."""
        try:
            return write(items)
        except Conflict as conflict:
            refused: Outcome = conflict
        except Rejected as rejected:
            refused = rejected
        except Misconfigured as lacking:
            if not lacking.params.get("problem", "").startswith("MISSING_"):  # of all of them
                raise
            refused = lacking
        if len(items) == 1:
            return Result(failed={items[0].key: refused})
        result = Result()
        for item in items:
            result.add(self._together((item,), write))
        return result

    def _refused_field(self, kind: Kind, why: Outcome, *, updating: bool) -> str:
        """The field that HubSpot does not take, if the record can be without; "" else."""
        if why.code == "guest_email_invalid" or (updating and isinstance(why, Conflict) and why.record_id):
            return "email"  # none, or another contact's
        name = why.params.get("property", "") if why.code == "hubspot_value" else ""
        found = next((rule.field for rule in self._desk.rules[kind.name] if rule.property == name), "") if name else ""
        return "" if found in _NAMES else found

    def _leave_out(self, step: Step, fields: set[str]) -> None:
        step.pair.refused |= fields
        if PARENT in fields and step.pair.falcana:  # its company may be gone, and nobody has noticed
            for link in (f"{ADDRESS.name}#{step.pair.falcana.values.get(PARENT, '')}", step.pair.link):
                look_again(self._book, link, self._desk.now)
        told = named(step.pair.falcana, step.pair.hubspot)
        self._notes.tell("falcana_field_refused", kind=step.pair.kind.name, field=", ".join(sorted(fields)), **told)
