"""Products and line items, and the currencies that they and deals are in.

https://developers.hubspot.com/docs/api-reference/latest/crm/objects/line-items/guide
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from local.sandbox.hubspot.definitions import Option
from local.sandbox.hubspot.errors import Problem
from local.sandbox.hubspot.store import Portal, Record

CURRENCIES = {"deals": "deal_currency_code", "line_items": "hs_line_item_currency_code"}
NOT_NEGATIVE = {"line_items": ("price", "quantity"), "products": ("price",)}
INHERITED = ("name", "price")


def use_currencies(portal: Portal, more: Iterable[str]) -> None:
    """The currencies that the account has besides its own; deals and line items can be in no other."""
    portal.additional_currencies = tuple(more)
    codes = (portal.currency, *portal.additional_currencies)
    for kind, name in CURRENCIES.items():
        portal.properties[kind][name].options = tuple(Option(code, code, at) for at, code in enumerate(codes))


def inherited(portal: Portal, kind: str, values: Mapping[str, str]) -> dict[str, str]:
    """A line item with what it takes over from its product; its own values win."""
    product = portal.find("products", values.get("hs_product_id", "")) if kind == "line_items" else None
    theirs = product.properties if product else {}
    return {name: theirs[name] for name in INHERITED if name in theirs} | dict(values)


def add_up(portal: Portal, deal: Record, now: datetime) -> None:
    """Let a deal's amount follow its line items, in an account that is set so. When exactly, HubSpot does not say."""
    if portal.lines_make_amount:
        found = (portal.find("line_items", line) for line in portal.linked((deal.kind, deal.id), "line_items"))
        amount = sum((Decimal(line.properties.get("amount", "0")) for line in found if line), Decimal())
        portal.write(deal, {"amount": f"{amount:f}"}, now)


def wrong(portal: Portal, kind: str, values: Mapping[str, str]) -> list[Problem]:
    """A product that is not there, a price below nothing. HubSpot's own codes for them are not known."""
    found = []
    product = values.get("hs_product_id", "") if kind == "line_items" else ""
    if product and not portal.find("products", product):
        found.append(Problem("hs_product_id", "INVALID_OBJECT_ID", f"There is no product {product}"))
    negative = [name for name in NOT_NEGATIVE.get(kind, ()) if Decimal(values.get(name) or 0) < 0]
    return found + [Problem(name, "INVALID_NUMBER", f"{name} cannot be negative") for name in negative]
