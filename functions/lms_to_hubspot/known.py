"""What planning speaks of: purchases, and what was found out so far. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lms_to_hubspot import Settings
from renkei.actions import Action, Create, Delete, Item, Read, Remember, Result, Search, Update
from renkei.errors import Conflict, Misconfigured, NotFound, Outcome, Retry
from renkei.lms import Course
from renkei.lms_users import Standing, Wish, owner_link, user_link

CONTACTS, DEALS, PRODUCTS, LINE_ITEMS = "contacts", "deals", "products", "line_items"
SKU = "hs_sku"


@dataclass(frozen=True)
class Rules:
    """The settings, the types of the portal's contact properties, and the property that keeps deals apart."""

    settings: Settings
    types: Mapping[str, str]
    unique: str


@dataclass(frozen=True)
class Purchase:
    """A course that somebody bought or was given: what becomes a deal and a line item.

    `key` is unique for it, and stands on the deal; `link` and `shelf` are where it and its course are remembered.
    `tasks` are all that tell of it.
    """

    tasks: tuple[str, ...]
    user: str
    key: str
    link: str
    shelf: str
    course: Course
    deal: Mapping[str, str]
    price: str


@dataclass(frozen=True)
class Recall:
    """Look up what is remembered under links."""

    links: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """Read all products from HubSpot's list, which is never late as its search is."""


type Step = Action | Delete | Recall | Catalogue


@dataclass
class Known:
    """What was found out so far."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By link: what is remembered. A link that is no key here was not looked up."""
    living: set[str] = field(default_factory=set)
    """Users who are not deleted, whatever is remembered: this batch tells of them."""
    addresses: dict[str, str] = field(default_factory=dict)
    """By mail address: the contact that has it, "" where none has."""
    also: dict[str, str] = field(default_factory=dict)
    """By id of a contact that was merged: what it is called now."""
    made: set[str] = field(default_factory=set)
    written: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By contact: the tasks that it was written for in this batch."""
    unsure: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    archived: set[str] = field(default_factory=set)
    refused: dict[str, Outcome] = field(default_factory=dict)
    """By task: why it was not taken."""
    products: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By course id: the products that were found."""
    gone: set[str] = field(default_factory=set)
    """Products that were deleted, as far as this batch was told."""
    catalogue: bool = False
    intents: set[str] = field(default_factory=set)
    """Links that say since this attempt that a product is being made."""
    deals: dict[str, str] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)
    """Purchases that had a deal already."""

    def contact(self, wish: Wish) -> str:
        """The contact of a user as far as it is known; "" if none is."""
        if linked := self.linked(wish):
            return linked
        found = (self.addresses.get(email, "") for email in wish.emails)
        return next((one for one in found if one and self.free(one, wish)), "")

    def linked(self, wish: Wish) -> str:
        """The contact that a user is linked to, by its present id; "" if there is none (any more)."""
        record = self.also.get(wish.before.record, wish.before.record)
        return "" if record in self.lost else record

    def shared(self, wish: Wish) -> bool:
        """Whether somebody merged a user's contact into that of another user, whose it stays."""
        return bool(self.linked(wish)) and self.owner(self.linked(wish)) not in {"", wish.key}

    def wrote(self, contact: str, wish: Wish) -> bool:
        """Whether a contact was written for a user in this batch."""
        return any(task.id in self.written.get(contact, ()) for task in wish.tasks)

    def free(self, contact: str, wish: Wish) -> bool:
        """Whether a contact is a user's, or nobody's."""
        return self.owner(contact) in {"", wish.key} and (contact not in self.written or self.wrote(contact, wish))

    def owner(self, contact: str) -> str:
        """The user whose contact it is: "" where it is nobody's, or that user's who is deleted."""
        key = str(self.rows.get(owner_link(contact), {}).get("user", ""))
        gone = key not in self.living and Standing.of(self.rows.get(user_link(key), {})).deleted
        return "" if gone else key

    def absorb(self, step: Step, result: Result) -> None:  # noqa: C901 - a table
        """Take in what came of a step."""
        match step:
            case Remember():
                self.rows[step.link] = {**self.rows.get(step.link, {}), **step.values}
                self.intents.add(step.link)
            case Search() | Catalogue():
                self._shelved(step, result)
            case Read(by="email"):
                self.addresses |= dict.fromkeys(step.keys, "")
                self.addresses |= {key: record.id for key, record in result.records.items()}
            case Read():
                self.unsure -= set(step.keys)
                self.also |= {key: record.id for key, record in result.records.items()}
                self.lost |= result.failed.keys()
            case Create(object="contacts"):
                self.addresses |= {key: record.id for key, record in result.records.items()}
                self.made |= {record.id for record in result.records.values()}
                self._wrote(step.items, result)
                self._not_made(step.items, result, self.addresses)
            case Update():
                self._updated(step.items, result)
            case Create(object="products"):
                self.products |= {key: (record.id,) for key, record in result.records.items()}
                self._refuse(step.items, result)
            case Create():
                held = self.deals if step.object == DEALS else self.lines
                held |= {key: record.id for key, record in result.records.items()}
                self.there |= self._not_made(step.items, result, held) if step.object == DEALS else set()
                if step.object == LINE_ITEMS:
                    self._not_made(tuple(one for one in step.items if not self._deleted(one, result)), result, held)
            case Delete():
                self.archived |= set(step.keys)

    def _deleted(self, line: Item, result: Result) -> bool:
        """Whether a line item was refused because somebody deleted the product that we remember: it is forgotten."""
        end, product = result.failed.get(line.key), line.properties["hs_product_id"]
        if end is None or end.params.get("property") != "hs_product_id":
            return False
        shelves = [link for link, row in self.rows.items() if row.get("product") == product]
        if self.intents.intersection(shelves):  # it was found or made just now
            return False
        self.gone.add(product)
        self.products.clear()
        self.rows |= {link: {} for link in shelves}
        return True

    def _shelved(self, step: Search | Catalogue, result: Result) -> None:
        wanted = step.any_of[SKU] if isinstance(step, Search) else ()
        found: dict[str, list[str]] = {sku: [] for sku in wanted}
        for record in (one for one in result.records.values() if one.id not in self.gone):
            found.setdefault(record.properties.get(SKU, ""), []).append(record.id)
        self.products |= {sku: tuple(sorted(ids, key=int)) for sku, ids in found.items()}
        self.catalogue = self.catalogue or isinstance(step, Catalogue)

    def _not_made(self, items: tuple[Item, ...], result: Result, held: dict[str, str]) -> set[str]:
        """Take in which were there already; gives their keys."""
        there = {key: end.record_id for key, end in result.failed.items() if isinstance(end, Conflict)}
        held |= {key: id_ for key, id_ in there.items() if id_}
        self._refuse(items, Result(failed={key: end for key, end in result.failed.items() if not there.get(key)}))
        return {key for key, id_ in there.items() if id_}

    def _updated(self, items: tuple[Item, ...], result: Result) -> None:
        self._wrote(items, result)
        self.also |= {key: record.id for key, record in result.records.items() if record.id != key}
        ends: dict[str, Outcome] = {}
        for key, end in result.failed.items():
            if isinstance(end, NotFound):
                self.unsure.add(key)
            elif isinstance(end, Conflict):
                ends[key] = Misconfigured("lms_address_taken", contact=key, other=end.record_id or "-")
            else:
                ends[key] = end
        self._refuse(items, Result(failed=ends))

    def _wrote(self, items: tuple[Item, ...], result: Result) -> None:
        for item in items:
            if record := result.records.get(item.key):
                for id_ in {item.key, record.id}:
                    self.written[id_] = (*self.written.get(id_, ()), *item.tasks)

    def _refuse(self, items: tuple[Item, ...], result: Result) -> None:
        for item in items:
            if end := result.failed.get(item.key):
                busy = isinstance(end, Conflict)  # there, says HubSpot, but not where: look again
                self.refused |= dict.fromkeys(item.tasks, Retry("vendor_busy", vendor="hubspot") if busy else end)
