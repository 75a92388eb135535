"""Which company a deal belongs to, and what board's client (顧客) is made of. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Container, Iterable, Mapping, Sequence

from hubspot_to_board import Settings
from hubspot_to_board.plan import MERGED
from renkei.actions import Record
from renkei.errors import Misconfigured
from renkei.japan import firm_key, phone, prefecture, short_name, zip_code
from renkei.mapping import Warn
from renkei.values import name_spellings, normal_domain

_SHAPES: dict[str, Callable[[str], str | None]] = {"zip": zip_code, "pref": prefecture, "tel": phone, "fax": phone}


def company_of(companies: Iterable[tuple[str, bool]]) -> str:
    """The company of a deal among (id, primary): the primary one, else the one with the smallest record id.

    Misconfigured where the deal has none: it waits until one is associated.
    """
    found = sorted(companies, key=lambda one: (not one[1], len(one[0]), one[0]))
    if not found:
        raise Misconfigured("deal_without_company")
    return found[0][0]


def wanted_properties(settings: Settings) -> tuple[str, ...]:
    """The company's properties that a client is made of, and where its page is shown."""
    names = {name for row in settings.client_fields for name in row.properties}
    shown = {settings.client_page.property} if settings.client_page else set()
    return tuple(sorted({MERGED, "name", *names, *shown}))


def client_values(company: Mapping[str, str], id_: str, settings: Settings) -> tuple[dict[str, str], tuple[Warn, ...]]:
    """(what a client is made of, what had to be left out). Misconfigured where the company has no name."""
    name = company.get("name", "").strip()
    if not name:
        raise Misconfigured("company_without_name", company=id_)
    values, warns = {"name": name, "name_disp": short_name(name)}, []
    for row in settings.client_fields:
        text = "".join(company.get(prop, "").strip() for prop in row.properties)
        if not text:
            continue
        shape = _SHAPES.get(row.field)
        shaped = shape(text) if shape else text
        if shaped is None:
            warns.append(Warn("client_field_left_out", (("field", row.field), ("property", ", ".join(row.properties)))))
        else:
            values[row.field] = shaped
    if (pref := values.get("pref")) and values.get("address1", "").startswith(pref):
        values["address1"] = values["address1"].removeprefix(pref)  # it would be printed twice
    return values, tuple(warns)


def needles(name: str) -> list[str]:
    """What to look for inside the names of clients to find whoever bears this name: its longest part without a gap.

    As it is written, and where it has letters or katakana also in the other width: board's search tells widths apart.
    """
    piece = max(short_name(name).split(), key=len, default=name)
    usual = unicodedata.normalize("NFKC", piece)
    return list(dict.fromkeys([piece, usual, name_spellings(usual)[-1]]))


def same_named(name: str, clients: Iterable[tuple[int, str, bool]]) -> list[int]:
    """The ids among (id, name, archived) of the clients that bear this name, smallest first.

    board cannot merge, so people archive a duplicate: archived ones count only where no other is.
    """
    key = firm_key(name)
    same = sorted((archived, id_) for id_, other, archived in clients if firm_key(other) == key)
    return [id_ for archived, id_ in same if archived == same[0][0]]


def only(candidates: Sequence[int], company: str) -> int | None:
    """The one candidate, or None. Misconfigured where there are several: a person has to choose."""
    if len(candidates) > 1:
        raise Misconfigured("client_ambiguous", company=company, clients=", ".join(map(str, candidates)))
    return candidates[0] if candidates else None


def changes(values: Mapping[str, str], held: Mapping[str, str], *, fill: bool) -> dict[str, str]:
    """What to write so that a client has these values; `fill`: only what it lacks."""
    changed = {name: text for name, text in values.items() if held.get(name, "") != text}
    if fill:
        return {name: text for name, text in changed.items() if not held.get(name)}
    if "name" not in changed:
        changed.pop("name_disp", None)  # people shorten names in their own way
    return changed


def reversed_values(client: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """What a company is made of, of a client's fields: those that one property alone fills."""
    rows = [row for row in settings.client_fields if len(row.properties) == 1]
    return {row.properties[0]: text for row in rows if (text := client.get(row.field, ""))}


def domain_of(mails: str, free: Container[str]) -> str:
    """The mail domain of a client: of the first of its addresses that is no free mail; empty if there is none."""
    found = (normal_domain(mail) for mail in mails.split(",") if "@" in mail)
    return next((domain for domain in found if domain and domain not in free), "")


def matches(name: str, domain: str, companies: Mapping[str, Record]) -> list[str]:
    """The ids of the companies with this domain; if there is none, of those with this name."""
    by_domain = [id_ for id_, one in companies.items() if domain and domain in _domains(one)]
    key = firm_key(name)
    return by_domain or [id_ for id_, one in companies.items() if firm_key(one.properties.get("name", "")) == key]


def _domains(company: Record) -> set[str | None]:
    texts = [company.properties.get("domain", ""), *company.properties.get("hs_additional_domains", "").split(";")]
    return {normal_domain(text) for text in texts if text}
