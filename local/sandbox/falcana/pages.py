"""The page a person sees: what is in the tenants."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from local.sandbox.falcana.accounts import Client, Tenant
from local.sandbox.falcana.records import EXTERNAL, NUMBER, PARENT, Entity
from local.sandbox.falcana.shapes import instant
from local.sandbox.showing import Table, page
from local.sandbox.vendor import Call

LATEST = 100
SHOWN: Mapping[Entity, tuple[str, tuple[str, ...]]] = {
    "addresses": ("Adressen", (NUMBER, "kind", "name", "street", "zip", "city", "phone", "email", EXTERNAL)),
    "contact-persons": (
        "Ansprechpartner",
        (PARENT, "salutation", "first_name", "last_name", "email", "phone", "position", EXTERNAL),
    ),
}


def state(clients: Iterable[tuple[Client, Tenant, bool]], switches: Mapping[str, object], calls: Sequence[Call]) -> str:
    """The clients, each with whether it is revoked, the switches, and each tenant's latest records."""
    found = list(clients)
    heads = ("Id", "Name", "Client", "Revoked", *(name for name, _ in SHOWN.values()))
    rows = [
        (one.tenant, one.tenant_name, one.client_id, revoked, *(len(tenant.tables[entity].rows) for entity in SHOWN))
        for one, tenant, revoked in found
    ]
    tables = [Table("Tenants", heads, rows), Table("Switches", ("Name", "Value"), list(switches.items()))]
    for one, tenant, _ in found:
        tables += [_records(one, tenant, entity) for entity in SHOWN]
    return page("Sandbox falcana", tables, calls)


def _records(client: Client, tenant: Tenant, entity: Entity) -> Table:
    title, names = SHOWN[entity]
    latest = islice(reversed(tenant.tables[entity].rows.values()), LATEST)
    rows = [
        (
            row.id,
            row.version,
            *(row.values.get(name, "") for name in names),
            instant(row.updated_at),
            row.updated_by.type,
        )
        for row in latest
    ]
    return Table(f"{client.tenant}: {title}", ("id", "version", *names, "updated_at"), rows)
