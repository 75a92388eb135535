"""Which company a booking belongs to: remembered, found, or to be made. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from booking_to_hubspot.known import COMPANIES, Firm, Known, Task
from renkei.actions import UNIQUE, Action, Create, Forget, Item, Read, Record, Remember, Search
from renkei.mapping import Value
from renkei.values import domain_spellings, fold_name, name_spellings, normal_domain

_MATCHED = ("name", "domain", "hs_additional_domains")


def firm_of(company: Sequence[Value], digest: Callable[[str, str], str]) -> Firm | None:
    """The firm that a company's values speak of; None where neither its name nor its domain is among them."""
    values = {value.property: value.value for value in company}
    domain, name = values.get("domain"), fold_name(values.get("name", "")) or None
    links = [f"company#{kind}#{digest(kind, text)}" for kind, text in (("domain", domain), ("name", name)) if text]
    return Firm(domain, name, tuple(links)) if links else None


def look(tasks: Sequence[Task], known: Known) -> Iterator[Action]:
    """Verify the companies that we remember; search for the firms that we do not.

    A company that we were about to create when the answer was lost is looked for by its unique key, without lag.
    """
    ids: dict[str, None] = {}
    keys: dict[str, None] = {}
    wanted: dict[str, list[str]] = {"domain": [], "name": [], "hs_additional_domains": []}
    for task in tasks:
        firm = task.firm
        if firm is None or company_of(firm, known):
            continue
        held = {link: id_ for link in firm.links if (id_ := known.link_id(link))}
        gone = [link for link, id_ in held.items() if (COMPANIES, id_) in known.absent]
        yield from map(Forget, gone)
        if len(held) > len(gone):
            ids |= {next(id_ for link, id_ in held.items() if link not in gone): None}
            continue
        if (key := known.company_key(firm)) and (COMPANIES, key) not in known.absent:
            keys |= {key: None}
            continue
        if firm.domain:
            wanted["domain"] += domain_spellings(firm.domain)
            wanted["hs_additional_domains"].append(firm.domain)
        written = next((value.value for value in task.company if value.property == "name"), "")
        wanted["name"] += name_spellings(written) if firm.name else []
    if ids:
        yield _read(tasks, tuple(ids))
    if keys:
        yield _read(tasks, tuple(keys), by=UNIQUE)
    any_of = {
        name: tuple(new)
        for name, values in wanted.items()
        if (new := dict.fromkeys(value for value in values if value not in known.searched))
    }
    if any_of:
        yield Search(COMPANIES, any_of, _MATCHED)


def _read(tasks: Sequence[Task], keys: tuple[str, ...], by: str | None = None) -> Read:
    """Read companies with all that any row may want to compare."""
    properties = {value.property for task in tasks for value in task.company}
    return Read(COMPANIES, keys, tuple(sorted({*_MATCHED, *properties})), by)


def company_of(firm: Firm, known: Known) -> Record | None:
    """The company of a firm, if one is known to be there: remembered and verified, made in this run, or found."""
    for link in firm.links:
        id_ = known.link_id(link)
        if id_ and (record := known.records.get((COMPANIES, id_))):
            return record
    key = known.company_key(firm)
    if key and (record := known.records.get((COMPANIES, key))):
        return record
    found = known.candidates.values()
    domain = [record for record in found if firm.domain and firm.domain in _domains(record)]
    name = [record for record in found if firm.name and fold_name(record.properties.get("name", "")) == firm.name]
    return min(domain or name, key=lambda record: (len(record.id), record.id), default=None)


def company_actions(tasks: Sequence[Task], known: Known) -> Iterator[Action]:
    """Remember which firm has which company, and make the companies that are missing.

    A later booking of the batch with the same domain or name waits for the company of the first.
    """
    items: dict[str, Item] = {}
    notes: dict[str, dict[str, str]] = {}
    claimed: set[str] = set()
    for task in tasks:
        firm = task.firm
        if firm is None:
            continue
        if record := company_of(firm, known):
            for link, matches in zip(firm.links, _matches(firm, record), strict=True):
                held = known.link_id(link)
                if (record.new or matches or held) and held != record.id:
                    notes[link] = {"id": record.id}
        elif claimed.isdisjoint(firm.links):
            key = known.company_key(firm) or firm.links[0].rpartition("#")[2]
            claimed.update(firm.links)
            # Noted first: whoever comes after a lost answer must find the company, whichever link leads there.
            notes |= {link: {"key": key} for link in firm.links if known.links.get(link, {}).get("key") != key}
            values = {value.property: value.value for value in task.company}
            items[key] = Item(key, values | {UNIQUE: key}, tasks=(task.id,))
    for link, values in notes.items():
        yield Remember(link, values)
    if items:
        yield Create(COMPANIES, UNIQUE, tuple(items.values()))


def _matches(firm: Firm, record: Record) -> list[bool]:
    """For each of a firm's links: whether the record itself bears that domain or name."""
    domain = [firm.domain in _domains(record)] if firm.domain else []
    return domain + ([fold_name(record.properties.get("name", "")) == firm.name] if firm.name else [])


def _domains(record: Record) -> set[str | None]:
    texts = [record.properties.get("domain", ""), *record.properties.get("hs_additional_domains", "").split(";")]
    return {normal_domain(text) for text in texts if text}
