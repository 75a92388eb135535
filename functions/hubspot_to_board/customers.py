"""A company's client (顧客) in board: linked, found by its name, or made; and what is written to either side then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hubspot_to_board import ClientPage
from hubspot_to_board.clients import changes, client_values, needles, only, same_named, wanted_properties
from hubspot_to_board.desk import Desk
from hubspot_to_board.plan import merged_into
from renkei.actions import Item, Read, Record, Update
from renkei.errors import Misconfigured, NotFound, Outcome, Rejected, Retry, Skip
from renkei.integration import Done
from renkei.mapping import Warn
from renkei.vendors.board import Client
from renkei.vendors.hubspot_deals import COMPANIES

LATE = timedelta(minutes=2)
"""How long a request whose answer was lost may still take effect at board."""
_NOT_SENT = {"budget_used", "vendor_rate", "vendor_quota"}


class Unclear(Retry):
    """Nobody knows whether a record was made: to be looked for until it would be there. Says nothing of others."""


@dataclass(frozen=True)
class Customer:
    """A company's client in board, and what a person should know of how it came about."""

    company: str
    client: int
    warns: tuple[Warn, ...] = ()
    notices: tuple[Warn, ...] = ()


def wait(since: str, now: datetime) -> None:
    """Unclear while what was sent at `since` may still take effect."""
    left = datetime.fromisoformat(since) + LATE - now
    if left > timedelta():
        raise Unclear("board_unclear", after=left, vendor="board")


def not_sent(end: Outcome) -> bool:
    """Whether the request behind this end had no effect for certain."""
    return not isinstance(end, Retry) or end.code in _NOT_SENT


class Customers:
    """The customers of one batch."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._known: dict[str, Customer] = {}

    def of(self, company: str) -> Customer:
        """The client of a company; made if there is none. Misconfigured where a person has to choose or to fill in."""
        if company not in self._known:
            self._known[company] = self._linked(company) or self._first(company)
        return self._known[company]

    def refresh(self, company: str) -> Done:
        """Push a linked company's data again, as the setting says. Skip where there is nothing to do."""
        desk = self._desk
        row = desk.row(f"company#{company}")
        if not row.get("client"):
            raise Skip("company_not_linked")
        if desk.settings.keep_company == "first":
            raise Skip("company_kept")
        record = self._read(company)
        values, warns = client_values(record.properties, company, desk.settings)
        if row.get("pushed") == data_digest(desk, company, values):
            raise Skip("nothing_changed")
        client = int(row["client"])
        try:
            held = desk.board.client(client)
        except NotFound:
            desk.forget(f"company#{company}")
            told = Warn("board_client_gone", (("client", str(client)), ("company", company)))
            return Done({"company": company, "unlinked": str(client)}, (told,), (told,))
        changed = changes(values, _shown(held), fill=desk.settings.keep_company == "fill")
        if changed:
            desk.board.update_client(client, changed)
        desk.note(f"company#{company}", {"pushed": data_digest(desk, company, values)})
        return Done({"company": company, "client": str(client), "fields": ", ".join(sorted(changed)) or "-"}, warns)

    def _linked(self, company: str) -> Customer | None:
        row = self._desk.row(f"company#{company}")
        if not row.get("client"):
            return None
        client = int(row["client"])
        warns: tuple[Warn, ...] = ()
        if not row.get("pushed"):  # a person chose it
            warns = self._chosen(company, client)
        return Customer(company, client, warns, () if self._shown(row, client) else self._show(company, client, None))

    def _chosen(self, company: str, client: int) -> tuple[Warn, ...]:
        """Push the data of a company that somebody linked by hand."""
        desk = self._desk
        values, warns = client_values(self._read(company).properties, company, desk.settings)
        try:
            warns += self._filled(desk.board.client(client), values)
        except NotFound:
            desk.forget(f"company#{company}")
            raise Unclear("record_gone", vendor="board") from None
        desk.note(f"company#{company}", {"pushed": data_digest(desk, company, values)})
        return warns

    def _first(self, company: str) -> Customer:
        """Link a company that never was: find its client by name, or make one; then push what it may have."""
        desk = self._desk
        record = self._read(company)
        for old in (company, *merged_into(record)):
            desk.moved("company", old, record.id)
        if record.id != company or desk.row(f"company#{company}").get("client"):
            return self.of(record.id)
        values, warns = client_values(record.properties, company, desk.settings)
        found = self._found(company, values["name"])
        if found is None:
            client = self._made(company, values)
        else:
            client = found.id
            warns += self._filled(found, values)
        desk.note(
            f"company#{company}",
            {"client": str(client), "pushed": data_digest(desk, company, values), "sent": ""},
        )
        return Customer(company, client, warns, self._show(company, client, record))

    def _found(self, company: str, name: str) -> Client | None:
        """The client with this name; one that we may have made before goes first."""
        board, row = self._desk.board, self._desk.row(f"company#{company}")
        sent = row.get("sent")
        if sent and row.get("named") != data_digest(self._desk, company, {"name": name}):  # renamed since it was sent
            since = datetime.fromisoformat(sent) - LATE
            for client in self._listed(changed_since=since):
                if row.get("named") == data_digest(self._desk, company, {"name": client.name}):
                    return board.client(client.id)
        named = [client for needle in needles(name) for client in self._listed(named=needle)]
        named = list({client.id: client for client in named}.values())
        chosen = only(same_named(name, [(client.id, client.name, client.archived) for client in named]), company)
        if chosen is None and sent:
            wait(sent, self._desk.now)
        return next((client for client in named if client.id == chosen), None)

    def _listed(self, *, named: str = "", changed_since: datetime | None = None) -> list[Client]:
        found: list[Client] = []
        page, more = 1, True
        while more:
            part = self._desk.board.clients(page, named=named, changed_since=changed_since, whole=True)
            found += part.rows
            page, more = page + 1, part.more
        return found

    def _made(self, company: str, values: Mapping[str, str]) -> int:
        link = f"company#{company}"
        named = data_digest(self._desk, company, {"name": values["name"]})
        self._desk.note(link, {"sent": self._desk.stamp(), "named": named})
        try:
            return self._desk.board.create_client(values)
        except Outcome as end:
            if not_sent(end):
                self._desk.note(link, {"sent": ""})
            raise

    def _filled(self, client: Client, values: Mapping[str, str]) -> tuple[Warn, ...]:
        """Write to a client that was there already: what it lacks, or everything, as the setting says."""
        changed = changes(values, _shown(client), fill=self._desk.settings.keep_company != "always")
        try:
            if changed:
                self._desk.board.update_client(client.id, changed)
        except Rejected as refused:
            return (Warn("client_not_filled", (("field", refused.params.get("field", "-")),)),)
        return ()

    def _shown(self, row: Mapping[str, object], client: int) -> bool:
        page = self._desk.settings.client_page
        return page is None or row.get("page") == self._desk.digest(
            "page", f"{page.property}\0{address_of(page, client)}"
        )

    def _show(self, company: str, client: int, record: Record | None) -> tuple[Warn, ...]:
        """Write the address of the client's page into the company. What a person must be told, if it cannot be."""
        page = self._desk.settings.client_page
        if page is None:
            return ()
        url = address_of(page, client)
        if record is None or record.properties.get(page.property) != url:
            try:
                result = self._desk.hubspot.do(Update(COMPANIES, (Item(company, {page.property: url}),)))
            except (Misconfigured, Rejected) as refused:
                if isinstance(refused, Misconfigured) and refused.code != "hubspot_property":
                    raise
                return (Warn("client_page_missing", (("property", page.property),)),)
            if result.failed:
                raise Unclear("record_gone", vendor="hubspot")
        self._desk.note(f"company#{company}", {"page": page_digest(self._desk, page, client)})
        return ()

    def _read(self, company: str) -> Record:
        result = self._desk.hubspot.do(Read(COMPANIES, (company,), wanted_properties(self._desk.settings)))
        if company not in result.records:
            raise Unclear("record_gone", vendor="hubspot")  # deleted this very moment: the deal will say so
        return result.records[company]


def _shown(client: Client) -> dict[str, str]:
    return {"name": client.name, **client.values}


def address_of(page: ClientPage, client: int) -> str:
    """The address of a client's page in board."""
    return page.pattern.replace("{id}", str(client))


def page_digest(desk: Desk, page: ClientPage, client: int) -> str:
    """What is remembered of an address that was written into a company."""
    return desk.digest("page", f"{page.property}\0{address_of(page, client)}")


def data_digest(desk: Desk, company: str, values: Mapping[str, str]) -> str:
    """What is remembered of a company's data that was pushed."""
    text = "\0".join(f"{name}={value}" for name, value in sorted(values.items()))
    return desk.digest("company", f"{desk.first_id('company', company)}\0{text}")
