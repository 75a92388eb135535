"""board's clients become companies in HubSpot: for a start, and as often as one likes without a duplicate.

A client that is linked is left alone. Else it is the company with its mail domain, or else with its name, if there is
but one; where there are several, or the one is another client's, a person has to choose. Only what is nowhere is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from hubspot_to_board.clients import client_values, domain_of, matches, reversed_values, wanted_properties
from hubspot_to_board.customers import address_of, data_digest, page_digest
from hubspot_to_board.desk import HUBSPOT, Desk
from hubspot_to_board.runs import Run, Steps
from renkei import links
from renkei.actions import UNIQUE, Create, Item, Read, Record, Result, Search, Update
from renkei.errors import Conflict, Misconfigured, Rejected
from renkei.freemail import free_mail
from renkei.japan import firm_spellings
from renkei.values import domain_spellings, fold_name, name_spellings
from renkei.vendors.board import Client
from renkei.vendors.hubspot_deals import COMPANIES

_MATCHED = ("name", "domain", "hs_additional_domains")
_EXAMPLES = 50


class Pushing(Run):
    """One run. `dry_run`: nothing is written, and counts and candidates are told."""

    def __init__(self, desk: Desk, id_: str, asked: Mapping[str, Any]) -> None:
        self._dry = asked.get("dry_run") is True
        self.name = "push-dry" if self._dry else "push"  # both may run at the same time
        super().__init__(desk, id_, asked)
        self._asked: list[str] = []
        self._unclear: list[str] = self.kept.setdefault("unclear", [])

    def phases(self) -> Sequence[Callable[[], Steps]]:
        """One page of clients after the other."""
        return (self._clients,)

    def outcome(self) -> Mapping[str, Any]:
        """Counts, and which clients nobody could decide on (`client: companies`)."""
        return {**super().outcome(), "candidates": "; ".join(self._unclear)}

    def _clients(self) -> Steps:
        state = self.state
        while state.get("page") != "end":
            number = int(state.get("page", 1))
            page = self.desk.board.clients(number, whole=True)
            new = [one for one in page.rows if one.id not in self._linked]
            living = [one for one in new if not one.archived]
            self._asked.clear()
            self._push(living)
            # Counted in the end, because a page that is cut off is done again.
            self.count("seen", len(page.rows))
            self.count("linked_before", len(page.rows) - len(new))
            self.count("archived", len(new) - len(living))
            self.count("unclear", len(self._asked))
            self._unclear += self._asked[: max(_EXAMPLES - len(self._unclear), 0)]
            state["page"] = number + 1 if page.more else "end"
            state["total"] = page.total
            self.counts["total"] = page.total
            yield

    def _push(self, clients: Sequence[Client]) -> None:
        if not clients:
            return
        held = links.recall(self._claims, [link for one in clients for link in self._links(one)])
        alive = self._alive({str(row["id"]) for row in held.values() if row.get("id")})
        found = self._found(clients) | {record.id: record for record in alive.values()}
        made: dict[str, Client] = {}
        for one in clients:
            ids = {str(row["id"]) for link in self._links(one) if (row := held.get(link)) and row.get("id")}
            known = {alive[id_].id for id_ in ids & alive.keys()}
            there = known or set(matches(one.name, self._domain(one), found))
            key = self._key(one, held)
            if len(there) == 1 and self._free(company := next(iter(there))):
                self._link(one, found[company])
                self.count("linked")
            elif there or key in made:
                self._ask(one, there or {f"as client {made[key].id}"})
            else:
                made[key] = one
        self._make(made)

    def _alive(self, ids: set[str]) -> Mapping[str, Record]:
        """Of the companies that are remembered by a domain or a name, those that are still there."""
        return self.desk.hubspot.do(Read(COMPANIES, tuple(sorted(ids)), self._properties)).records if ids else {}

    def _found(self, clients: Sequence[Client]) -> dict[str, Record]:
        written = [way for one in clients for way in (one.name, *firm_spellings(one.name))]
        names = [spelling for way in written for spelling in name_spellings(way)]
        domains = [domain for one in clients if (domain := self._domain(one))]
        any_of = {"name": tuple(names), "hs_additional_domains": tuple(domains)}
        any_of["domain"] = tuple(spelling for domain in domains for spelling in domain_spellings(domain))
        wanted = {name: values for name, values in any_of.items() if values}
        return self.desk.hubspot.do(Search(COMPANIES, wanted, self._properties)).records

    def _make(self, made: Mapping[str, Client]) -> None:
        """Make companies. Each is claimed first, so that no booking makes it at the same moment."""
        if self._dry or not made:
            self.count("created", len(made))
            return
        for key, client in made.items():
            for link in self._links(client):
                links.remember(self._claims, link, {"key": key})
        items = tuple(Item(key, {**self._values(client), UNIQUE: key}) for key, client in made.items())
        result = self._created(items)
        conflicts = {end.record_id for end in result.failed.values() if isinstance(end, Conflict) and end.record_id}
        there = self._alive(conflicts)
        for key, client in made.items():
            end, record = result.failed.get(key), result.records.get(key)
            if record:
                self.count("created")
                self._link(client, Record(record.id, self._values(client), new=True))
            elif isinstance(end, Conflict) and (held := there.get(end.record_id or "")) and self._free(held.id):
                self.count("linked")
                self._link(client, held)
            elif isinstance(end, Conflict) and end.record_id:
                self._ask(client, {end.record_id})
            else:
                self.count("failed")
                self.tell("client_not_pushed", client=str(client.id), code=end.code if end else "vendor_garbled")

    def _created(self, items: tuple[Item, ...]) -> Result:
        try:
            return self.desk.hubspot.do(Create(COMPANIES, UNIQUE, items))
        except (Rejected, Misconfigured) as refused:
            if len(items) == 1:
                return Result(failed={items[0].key: refused})
        result = Result()
        for item in items:
            result.add(self._created((item,)))
        return result

    def _link(self, client: Client, record: Record) -> None:
        """Show the client's page in the company, then remember the pair: whoever dies in between does it again.

        What the company holds now is not pushed back: only what changes from here on is.
        """
        company = record.id
        self._linked.add(client.id)
        self._taken.add(company)
        if self._dry:
            return
        page = self.desk.settings.client_page
        shown: dict[str, str] = {}
        if page and self._show(company, {page.property: address_of(page, client.id)}, record):
            shown = {"page": page_digest(self.desk, page, client.id)}
        with suppress(Misconfigured):  # a company without a name
            data, _ = client_values(record.properties, company, self.desk.settings)
            shown["pushed"] = data_digest(self.desk, company, data)
        for link in self._links(client):
            links.remember(self._claims, link, {"id": company})
        self.desk.note(f"company#{company}", {"client": str(client.id), **shown})

    def _show(self, company: str, shown: Mapping[str, str], record: Record) -> bool:
        """Write properties into a company that lacks them. False, and people are told, if HubSpot refuses them."""
        if shown.items() <= record.properties.items():
            return True
        try:
            if self.desk.hubspot.do(Update(COMPANIES, (Item(company, shown),))).failed:
                return False  # deleted this very moment
        except (Rejected, Misconfigured):
            self.tell("client_page_missing", property=", ".join(shown))
            return False
        return True

    def _ask(self, client: Client, companies: Iterable[str]) -> None:
        self._asked.append(f"{client.id}: {', '.join(sorted(companies))}")

    def _free(self, company: str) -> bool:
        return company not in self._taken

    def _values(self, client: Client) -> dict[str, str]:
        page, domain = self.desk.settings.client_page, self._domain(client)
        values = {**reversed_values(client.values, self.desk.settings), "name": client.name}
        values |= {"domain": domain} if domain else {}
        return values | ({page.property: address_of(page, client.id)} if page else {})

    def _domain(self, client: Client) -> str:
        return domain_of(client.values.get("to", ""), self._free_mail)

    def _links(self, client: Client) -> list[str]:
        """Where bookings remember a company by its domain and its name."""
        digest, domain = self.desk.work.platform.vault.digest, self._domain(client)
        pairs = [("domain", domain), ("name", fold_name(client.name))]
        return [f"company#{kind}#{digest(kind, text)}" for kind, text in pairs if text]

    def _key(self, client: Client, held: Mapping[str, Mapping[str, Any]]) -> str:
        keys = [str(row["key"]) for link in self._links(client) if (row := held.get(link)) and row.get("key")]
        return keys[0] if keys else self._links(client)[0].rpartition("#")[2]

    @cached_property
    def _properties(self) -> tuple[str, ...]:
        return tuple(sorted({*_MATCHED, *wanted_properties(self.desk.settings)}))

    @cached_property
    def _claims(self) -> str:
        return links.scope(self.desk.work.workspace, HUBSPOT, self.desk.portal)

    @cached_property
    def _free_mail(self) -> frozenset[str]:
        return frozenset(free_mail((), ()))

    @cached_property
    def _taken(self) -> set[str]:
        """The companies that are linked to a client."""
        return {row["link"].partition("#")[2] for row in self._rows}

    @cached_property
    def _linked(self) -> set[int]:
        """The clients that are linked to a company, or to several."""
        return {int(row["client"]) for row in self._rows}

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        return [row for row in links.rows(self.desk.scope, "company#") if row.get("client")]
