"""A firm that keeps its customers in falcana and sells with HubSpot: the set-up and the deeds its tests begin with."""

from __future__ import annotations

from typing import Any

from local.sandbox.falcana import DEMO
from renkei import links
from tests.harness import PORTAL, Stack

KEY = "falcana_hubspot"
TENANT = DEMO.tenant
OBJECTS = {"company": "companies", "contact": "contacts"}
ENTITIES = {"address": "addresses", "person": "contact-persons"}
BOTH = {"hubspot_to_falcana": True, "falcana_to_hubspot": True}
NEW = {"owner_user": 11, "sales_group": 21}


def settings(**changes: Any) -> dict[str, Any]:
    """The integration's settings; a change to None takes one away."""
    whole = {"directions": BOTH, "new_addresses": NEW} | changes
    return {name: value for name, value in whole.items() if value is not None}


class Firm:
    """The firm, and what its people do at either vendor."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.hubspot, self.falcana, self.clock = stack.hubspot, stack.falcana, stack.clock

    def open(self, **changes: Any) -> None:
        """Apply settings and connect both vendors; call counting starts after it."""
        stack = self.stack
        assert stack.connect()["statusCode"] == 200
        status, told = stack.connect_falcana()
        assert status == 200, told
        self.apply(**changes)
        self.wait(10)
        self.forget_calls()

    def apply(self, **changes: Any) -> None:
        """Apply a workspace file with these settings."""
        status, told = self.stack.apply(integrations={KEY: settings(**changes)})
        assert status == 200, told

    def wait(self, seconds: float) -> None:
        """Pass time."""
        self.clock.sleep(seconds)

    # What people do in HubSpot.

    def company(self, name: str = "Müller GmbH", **properties: str) -> str:
        """A company as a person makes it."""
        self.wait(1)
        return self.hubspot.seed(PORTAL, "companies", {"name": name, **properties})

    def contact(self, company: str = "", email: str = "erika@muster.example", **properties: str) -> str:
        """A contact of a company, as a person makes it."""
        self.wait(1)
        values = {"email": email, "firstname": "Erika", "lastname": "Mustermann", **properties}
        made = self.hubspot.seed(PORTAL, "contacts", {name: text for name, text in values.items() if text})
        if company:
            self.hubspot.associate(PORTAL, "contacts", made, "companies", company, 1)
        return made

    def edit(self, kind: str, id_: str, **properties: str) -> None:
        """Change a company or contact."""
        self.wait(1)
        self.hubspot.change(PORTAL, OBJECTS[kind], id_, properties)

    # What people do in falcana.

    def address(self, name: str = "Schulze AG", **values: object) -> str:
        """An address."""
        self.wait(1)
        fields = {"kind": "company", "name": name, "owner_user_id": 11, "sales_group_id": 21, **values}
        return str(self.falcana.seed(TENANT, "addresses", fields))

    def person(self, address: str, last_name: str = "Schulze", **values: object) -> str:
        """A contact person of an address."""
        self.wait(1)
        fields = {"address_id": int(address), "last_name": last_name, **values}
        return str(self.falcana.seed(TENANT, "contact-persons", fields))

    def change(self, kind: str, id_: str, /, **values: object) -> None:
        """Change an address or contact person."""
        self.wait(1)
        self.falcana.change(TENANT, ENTITIES[kind], int(id_), values)  # type: ignore[arg-type]

    def remove(self, kind: str, id_: str) -> None:
        """Delete an address or contact person."""
        self.wait(1)
        self.falcana.remove(TENANT, ENTITIES[kind], int(id_))  # type: ignore[arg-type]

    # What our stack does.

    def five(self) -> dict[str, Any]:
        """Let five minutes go by and the automatic run happen; gives its row in the ledger."""
        self.wait(300)
        assert self.stack.dispatch(KEY, "sync") == 1
        at = self.clock()
        self.work()
        return self.row(f"schedule.sync.{at:%Y%m%dT%H%M%SZ}")

    def later(self, runs: int = 6) -> None:
        """Let so many runs go by: what takes turns between runs has had its turn then."""
        for _ in range(runs):
            self.five()

    def press(self, job: str, *, dry_run: bool = False) -> dict[str, Any]:
        """Ask for a run, and let it be done; gives its row in the ledger."""
        self.wait(1)
        body = {"job": job, "dry_run": dry_run}
        status, told = self.stack.api("POST", f"/api/workspaces/{self.stack.workspace}/jobs/{KEY}", body)
        assert (status, told.get("already")) == (200, False), told
        self.work()
        return self.row(told["delivery"].partition(".")[2])

    def work(self) -> None:
        """Let the workers answer the bells."""
        self.stack.work()

    def row(self, key: str) -> dict[str, Any]:
        """A run as the ledger has it."""
        found = self.stack.platform.deliveries.one(self.stack.workspace, KEY, key)
        assert found, key
        return found

    def tool(self, name: str, **given: object) -> dict[str, Any]:
        """Use a tool at the admin's door."""
        status, told = self.stack.api("POST", f"/api/workspaces/{self.stack.workspace}/tools/{KEY}/{name}", given)
        assert status == 200, told
        return told

    def forget_calls(self) -> None:
        """Count calls from here."""
        self.hubspot.calls.clear()
        self.falcana.calls.clear()

    # What can be looked at.

    def calls(self) -> list[str]:
        """The calls that both vendors got, as `POST /v1/addresses`, each vendor's in their order."""
        return [f"{one.method} {one.path}" for one in (*self.hubspot.calls, *self.falcana.calls)]

    def writes(self) -> list[str]:
        """Those of the calls that change something."""
        reading = ("/search", "/batch/read", "/token", "/introspect", "/find")
        return [one for one in self.calls() if not one.startswith("GET ") and not one.endswith(reading)]

    def companies(self) -> dict[str, dict[str, str]]:
        """HubSpot's living companies: {id: properties}."""
        return {one["id"]: one["properties"] for one in self.stack.the("companies")}

    def contacts(self) -> dict[str, dict[str, str]]:
        """HubSpot's living contacts."""
        return {one["id"]: one["properties"] for one in self.stack.the("contacts")}

    def addresses(self) -> dict[str, dict[str, Any]]:
        """falcana's living addresses: {id: record}."""
        return self._living("addresses")

    def persons(self) -> dict[str, dict[str, Any]]:
        """falcana's living contact persons."""
        return self._living("contact-persons")

    def _living(self, entity: str) -> dict[str, dict[str, Any]]:
        return {str(one["id"]): one for one in self.falcana.state(TENANT)[entity]}

    # More deeds, and looks.

    def delete(self, kind: str, id_: str) -> None:
        """Delete a company or contact in HubSpot."""
        self.wait(1)
        self.hubspot.archive(PORTAL, OBJECTS[kind], id_)

    def restore(self, kind: str, id_: str) -> None:
        """Take a company or contact out of HubSpot's recycle bin."""
        self.wait(1)
        self.hubspot.restore(PORTAL, OBJECTS[kind], id_)

    def unite(self, kind: str, primary: str, other: str) -> str:
        """Merge two companies or contacts in HubSpot; gives the id of what is left."""
        self.wait(1)
        return self.hubspot.merge(PORTAL, OBJECTS[kind], primary, other)

    def merge(self, kind: str, winner: str, loser: str) -> None:
        """Merge two addresses or contact persons in falcana."""
        self.wait(1)
        self.falcana.merge(TENANT, ENTITIES[kind], int(winner), int(loser))  # type: ignore[arg-type]

    def belong(self, contact: str, company: str) -> None:
        """Make a company a contact's primary one."""
        self.wait(1)
        self.hubspot.associate(PORTAL, "contacts", contact, "companies", company, 1)

    def partner(self, hubspot: str) -> str:
        """The address or contact person that bears this id of HubSpot's; there is just one."""
        there = {**self.addresses(), **self.persons()}
        (found,) = [id_ for id_, one in there.items() if one["external_ids"].get("hubspot") == hubspot]
        return found

    def waiting(self, what: str) -> list[dict[str, Any]]:
        """What waits for a person: parked, undecided, ended or deletes."""
        path = f"/api/workspaces/{self.stack.workspace}/tools/{KEY}/waiting?kind={what}"
        status, told = self.stack.api("GET", path)
        assert status == 200, told
        found: list[dict[str, Any]] = told["waiting"]
        return found

    @property
    def scope(self) -> str:
        """The scope of the links between the two."""
        return links.pair_scope(self.stack.workspace, "falcana", TENANT, str(PORTAL))

    def many_others(self, number: int = 420) -> None:
        """Let it be remembered that so many more addresses are linked: then a few deletions are no large share."""
        links.put_many(self.scope, {f"address#9{one:06}": {"with": f"8{one:06}", "v": "1"} for one in range(number)})
