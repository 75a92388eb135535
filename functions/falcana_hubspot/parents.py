"""Which address a contact person has, and which company a contact: on both sides by falcana's id of the address."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from falcana_hubspot.desk import TO_FALCANA, TO_HUBSPOT, Desk, company_of
from falcana_hubspot.gathering import InFalcana, InHubSpot
from falcana_hubspot.kinds import ADDRESS, PARENT
from falcana_hubspot.pairs import Pair
from falcana_hubspot.plan import Way
from renkei.actions import Record
from renkei.vendors.falcana import Record as FalcanaRecord

type Settle = Callable[[InHubSpot, InFalcana], None]
"""Settles companies and addresses that persons need, before the persons."""

type Agreed = Callable[[str], bool]
"""Whether an address is what was last agreed on."""


def _nothing(address: str) -> bool:  # noqa: ARG001 - as every one
    return False


class Parents:
    """What is known of the companies and addresses that persons belong to."""

    def __init__(self, desk: Desk, ways: frozenset[Way], settle: Settle, *, dry: bool = False) -> None:
        self._dry = dry
        self._book = desk.book
        self._ways = ways
        self._settle = settle

    def prepare(self, pairs: Sequence[Pair]) -> None:
        """Settle what these persons belong to and nobody has seen yet: the search index lags, ids do not."""
        companies = {id_ for pair in pairs if pair.hubspot and (id_ := company_of(pair.hubspot.properties))}
        addresses = {id_ for pair in pairs if pair.falcana and (id_ := pair.falcana.values.get(PARENT, ""))}
        left = [f"{ADDRESS.other}#{id_}" for id_ in sorted(companies)]
        right = [f"{ADDRESS.name}#{id_}" for id_ in sorted(addresses)]
        self._book.recall([*left, *right])
        self._book.recall(f"{ADDRESS.name}#{self._book[link].get('with')}" for link in left)
        new: InHubSpot = {link.partition("#")[2]: None for link in left if not self._book[link]}
        other: InFalcana = {link.partition("#")[2]: None for link in right if not self._book[link]}
        if self._dry:
            return
        if (new and TO_FALCANA in self._ways) or (other and TO_HUBSPOT in self._ways):
            self._settle(new if TO_FALCANA in self._ways else {}, other if TO_HUBSPOT in self._ways else {})
            self._book.recall([*left, *right])

    def in_hubspot(self, record: Record, agreed: Agreed = _nothing) -> str | None:
        """The address of the company of a contact; "" without a company, None if it is not known (yet).

        A company that is not transferred any more is known only where it is what was last `agreed` on: then it is
        no change, and that of the other side holds.
        """
        company = company_of(record.properties)
        row = self._book[f"{ADDRESS.other}#{company}"] if company else {}
        if company and self._dry and not row:  # it would be there by then
            return f"of {company}"
        address = str(row.get("with", ""))
        gone = bool(address) and bool(self._book[f"{ADDRESS.name}#{address}"].get("gone"))
        if company and (not address or gone or (row.get("ended") and not agreed(address))):
            return None
        return address

    def in_falcana(self, record: FalcanaRecord, agreed: Agreed = _nothing) -> str | None:
        """The address of a contact person; "" if it is no company, None if its company is not known (yet)."""
        address = record.values.get(PARENT, "")
        row = self._book[f"{ADDRESS.name}#{address}"]
        if row.get("out") and not row.get("with"):
            return ""
        if row.get("gone"):
            return None
        if (row.get("with") and not row.get("ended")) or (self._dry and not row):
            return address
        # Without the way there, one that has no partner is just another one than the company's.
        alone = not row and TO_HUBSPOT not in self._ways
        return address if alone or agreed(address) else None

    def company(self, address: str) -> str:
        """The company of an address; "" if it has none."""
        return str(self._book[f"{ADDRESS.name}#{address}"].get("with") or ("?" if self._dry else ""))

    def missing(self, pair: Pair) -> str:
        """The link of what a person has to wait for; "" if nothing."""
        if pair.hubspot and self.in_hubspot(pair.hubspot) is None:
            return f"{ADDRESS.other}#{company_of(pair.hubspot.properties)}"
        own = f"{ADDRESS.name}#{pair.falcana.values.get(PARENT, '')}" if pair.falcana else ""
        # One that is no company may become one.
        return own if pair.falcana and (self._book[own].get("out") or self.in_falcana(pair.falcana) is None) else ""
