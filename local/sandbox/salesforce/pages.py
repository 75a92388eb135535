"""The pages a person sees: consent, a refused link, and what is in the orgs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from markupsafe import Markup

from local.sandbox.salesforce.orgs import Org, Settings
from local.sandbox.salesforce.store import Store
from local.sandbox.salesforce.tokens import App, Tokens
from local.sandbox.showing import FRAME, Table, page
from local.sandbox.vendor import Call

SHOWN = {
    "Lead": ("Id", "LastName", "FirstName", "Company", "Email", "Phone", "Status", "OwnerId", "Description"),
    "Event": ("Id", "Subject", "StartDateTime", "EndDateTime", "Location", "WhoId", "OwnerId"),
    "Contact": ("Id", "Name", "Email"),
}


def consent(app: App, orgs: Sequence[Org], scopes: Sequence[str]) -> str:
    """The page that asks whether an app may have access, and to which org."""
    choices = Markup("").join(
        Markup("<p><label><input type='radio' name='org' value='{id}'{on}> {name} ({user}, {id})</label>").format(
            id=org.id, name=org.name, user=org.user.name, on=Markup(" checked") if org is orgs[0] else ""
        )
        for org in orgs
    )
    wants = Markup("").join(Markup("<li>{}").format(scope) for scope in scopes)
    body = Markup(
        "<p><strong>{app}</strong> is asking for access:<ul>{wants}</ul>"
        "<form method='post'><fieldset><legend>Choose an org</legend>"
        "{choices}</fieldset><p><button name='answer' value='allow'>Allow</button>"
        "<button name='answer' value='deny'>Deny</button></form>"
    ).format(app=app.name, wants=wants, choices=choices)
    return _page("Sandbox Salesforce: allow access?", body)


def refused(error: str, description: str) -> str:
    """The page for a link that cannot be used."""
    return _page("Sandbox Salesforce: error", Markup("<p>error={}<p>{}").format(error, description))


def state(
    orgs: Sequence[Org], tokens: Tokens, settings: Settings, stores: Mapping[str, Store], calls: Sequence[Call]
) -> str:
    """Who is connected, what arrived, the switches, and who called."""
    rows = [
        (
            org.id,
            org.name,
            org.edition,
            org.host,
            sum(1 for one in tokens.approvals if one.org == org.id and one.refresh),
            sum(1 for one in tokens.sessions.values() if one.approval.org == org.id),
        )
        for org in orgs
    ]
    tables = [Table("Orgs", ("Id", "Name", "Edition", "Host", "Refresh tokens", "Sessions"), rows)]
    for org in orgs:
        tables += [
            Table(f"{org.name}: {name}s", (*columns, "State"), _rows(stores[org.id], name, columns))
            for name, columns in SHOWN.items()
        ]
    tables.append(Table("Switches", ("Name", "Value"), list(asdict(settings).items())))
    return page("Sandbox Salesforce", tables, calls)


def _rows(store: Store, name: str, columns: Sequence[str]) -> list[tuple[object, ...]]:
    """An object's records, newest first; the owner by name."""
    owners = {one["Id"]: one["Name"] for one in store.records["User"].values()}
    rows: list[tuple[object, ...]] = []
    for record in store.records[name].values():
        shown = record | {"OwnerId": owners.get(record.get("OwnerId"), record.get("OwnerId"))}
        gone = "deleted" if record.get("IsDeleted") else "converted" if record.get("IsConverted") else ""
        values = (shown.get(column) for column in columns)
        rows.append((*("" if value is None else value for value in values), gone))
    return rows[::-1]


def _page(title: str, body: Markup) -> str:
    return str(FRAME.format(title=title, body=body))
