"""Decides what purchases and grants become: a product for the course, a deal, and a line item that joins them. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from lms_to_hubspot.columns import COURSE_TYPE
from lms_to_hubspot.known import CONTACTS, DEALS, LINE_ITEMS, PRODUCTS, SKU, Catalogue, Known, Purchase, Rules, Step
from renkei.actions import UNIQUE, Create, Item, Remember, Search, To
from renkei.lms import Course, Event, User
from renkei.lms_users import Digest, Task

_TO_CONTACT, _TO_DEAL = (3,), (20,)
_AT_ONCE = 100
_LONGEST_KEY = 200
_LONGEST = 255  # characters of a deal's name
_OUR_CURRENCY = "JPY"  # of the help page; and of a grant whose course has none


def purchases_of(tasks: Mapping[str, tuple[Task, Event]], rules: Rules, digest: Digest) -> dict[str, Purchase]:
    """By task: the course that its event tells was bought or given. Those that tell of none are left out."""
    found: dict[str, Purchase] = {}
    for id_, (task, event) in tasks.items():
        if rules.settings.deals and (one := _purchase(task, event, rules, digest)):
            found[one.key] = replace(one, tasks=(*(found[one.key].tasks if one.key in found else ()), id_))
    return {id_: one for one in found.values() for id_ in one.tasks}


def _purchase(task: Task, event: Event, rules: Rules, digest: Digest) -> Purchase | None:
    data, settings = event.data, rules.settings
    if data.course is None:
        return None
    if event.type == "course.purchased" and data.order:
        kind, id_, at, stage = "order", data.order.id, data.order.purchased_at, settings.stage
        amount, currency = data.order.amount, data.order.currency
    elif event.type == "course.granted" and data.grant:
        kind, id_, at = "grant", data.grant.id, data.grant.granted_at
        stage = settings.grant_stage or settings.stage
        priced = settings.grant_amount == "price" and data.course.price is not None
        amount = data.course.price if priced and data.course.price is not None else Decimal()
        currency = data.course.currency or _OUR_CURRENCY
    else:
        return None
    key = _key((event.school_id, kind, id_, data.course.id, event.user.id), digest)
    deal = {
        rules.unique: key,
        "dealname": _name(data.course, event.user),
        "amount": _plain(amount),
        **({"deal_currency_code": currency} if amount else {}),  # nothing is nothing in any currency
        "pipeline": settings.pipeline,
        "dealstage": stage,
        "closedate": _time(at),
        **({COURSE_TYPE: data.course.type} if data.course.type else {}),
    }
    link = f"purchase#{digest('lms purchase', key)[:32]}"
    shelf = f"course#{digest('lms course', f'{event.school_id}\n{data.course.id}')[:32]}"
    return Purchase((), task.key, key, link, shelf, data.course, deal, _plain(amount))


def _key(parts: tuple[str, ...], digest: Digest) -> str:
    """A key to be read by people, with a digest where that alone would not be unique.

    HubSpot does not tell capitals from small letters, and an id may be long, or hold what stands between two.
    """
    text = ":".join(parts)
    plain = text == text.lower() and text.count(":") == len(parts) - 1 and len(text) <= _LONGEST_KEY
    return text if plain else f"{text[:_LONGEST_KEY]}:{digest('lms purchase', json.dumps(parts))[:8]}"


def _name(course: Course, user: User) -> str:
    """The deal's name: the course, and whose it is."""
    whose = user.nickname or user.username
    return f"{course.title} – {whose}"[:_LONGEST] if whose else course.title[:_LONGEST]


def _plain(amount: Decimal) -> str:
    """Digits, without an exponent and without zeros behind the point."""
    return format(amount.normalize() if amount else Decimal(), "f")


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def steps(purchases: Iterable[tuple[Purchase, str]], known: Known, rules: Rules) -> list[Step]:
    """The next steps for purchases, each with its contact; none when all is done."""
    open_ = [(one, contact) for one, contact in purchases if not known.rows.get(one.link, {}).get("line")]
    phases: tuple[Callable[[], Iterator[Step]], ...] = (
        lambda: _products([one for one, _ in open_], known),
        lambda: _deals(open_, known, rules.unique),
        lambda: _lines([one for one, _ in open_], known),
        lambda: _notes([one for one, _ in open_], known),
    )
    return next((found for phase in phases if (found := list(phase()))), [])


def _products(purchases: Sequence[Purchase], known: Known) -> Iterator[Step]:
    """Find or make the product of each course, and remember it.

    HubSpot lets two products have one SKU, and its search is late. So a note goes before the making, and whoever
    finds such a note from an earlier attempt looks through the list, which is not late.
    """
    shelves = {one.shelf: one.course for one in purchases if not known.rows.get(one.shelf, {}).get("product")}
    lacking = {shelf: course for shelf, course in shelves.items() if not known.products.get(course.id)}
    unseen = {course.id for course in lacking.values()} - known.products.keys()
    if any(known.rows.get(shelf) and shelf not in known.intents for shelf in lacking) and not known.catalogue:
        yield Catalogue()
    elif unseen and not known.catalogue:
        yield Search(PRODUCTS, {SKU: tuple(sorted(unseen))}, (SKU,))
    else:
        for shelf, course in shelves.items():
            if shelf not in lacking:
                yield Remember(shelf, {"product": known.products[course.id][0]})  # of several the first that was made
            elif shelf not in known.intents:
                yield Remember(shelf, {"making": "1"})
            else:
                tasks = tuple(id_ for one in purchases if one.shelf == shelf for id_ in one.tasks)
                yield Create(PRODUCTS, "", (Item(course.id, _product_values(course), tasks=tasks),))


def _product_values(course: Course) -> dict[str, str]:
    values = {"name": course.title, SKU: course.id}
    if course.price is not None and course.currency == _OUR_CURRENCY:  # a product's price knows no currency
        values["price"] = _plain(course.price)
    return values | ({"hs_url": course.url} if course.url else {})


def product_of(purchase: Purchase, known: Known) -> str:
    """The product of a purchase's course; "" before there is one."""
    return str(known.rows.get(purchase.shelf, {}).get("product", ""))


def deal_of(purchase: Purchase, known: Known) -> str:
    """The deal of a purchase; "" before there is one."""
    return known.deals.get(purchase.key) or str(known.rows.get(purchase.link, {}).get("deal", ""))


def line_of(purchase: Purchase, known: Known) -> str:
    """The line item of a purchase; "" before there is one."""
    return known.lines.get(purchase.key) or str(known.rows.get(purchase.link, {}).get("line", ""))


def _deals(purchases: Sequence[tuple[Purchase, str]], known: Known, unique: str) -> Iterator[Step]:
    items = [
        Item(one.key, one.deal, (To(CONTACTS, contact, _TO_CONTACT),), one.tasks)
        for one, contact in purchases
        if not deal_of(one, known)
    ]
    if items:
        yield Create(DEALS, unique, tuple(items[:_AT_ONCE]))


def _lines(purchases: Sequence[Purchase], known: Known) -> Iterator[Step]:
    items = []
    for one in purchases:
        if not line_of(one, known):
            values = {UNIQUE: one.key, "hs_product_id": product_of(one, known), "quantity": "1", "price": one.price}
            items.append(Item(one.key, values, (To(DEALS, deal_of(one, known), _TO_DEAL),), one.tasks))
    if items:
        yield Create(LINE_ITEMS, UNIQUE, tuple(items[:_AT_ONCE]))


def _notes(purchases: Sequence[Purchase], known: Known) -> Iterator[Step]:
    """Remember what was made, so that a repeat costs no call."""
    for one in purchases:
        yield Remember(one.link, {"deal": deal_of(one, known), "line": line_of(one, known)})
