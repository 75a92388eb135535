"""The pages a person sees: consent, a refused install link, and what is in the portals."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from local.sandbox.hubspot.kinds import PRIMARY_TYPES
from local.sandbox.hubspot.store import Portal, Record, stamp
from local.sandbox.hubspot.tokens import App
from local.sandbox.vendor import Call

LATEST = 200
FRAME = Markup(
    "<!doctype html><html lang='en'><meta charset='utf-8'><title>{title}</title><style>"
    "body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}}"
    "table{{border-collapse:collapse;margin:.5rem 0 1.5rem}}"
    "td,th{{border:1px solid #ccc;padding:.25rem .6rem;text-align:left;vertical-align:top}}"
    "button{{font:inherit;padding:.4rem 1.2rem;margin-right:.6rem}}</style>"
    "<h1>{title}</h1>{body}</html>"
)


def consent(app: App, portals: Sequence[Portal], scopes: Sequence[str]) -> str:
    """The page that asks whether an app may be connected, and to which account."""
    choices = Markup("").join(
        Markup("<p><label><input type='radio' name='portal' value='{id}'{on}> {name} ({id})</label>").format(
            id=p.id, name=p.name, on=Markup(" checked") if p is portals[0] else ""
        )
        for p in portals
    )
    wants = Markup("").join(Markup("<li>{}").format(scope) for scope in scopes)
    body = Markup(
        "<p><strong>{app}</strong> wants to be connected. It asks for:<ul>{wants}</ul>"
        "<form method='post'><fieldset><legend>Choose an account</legend>"
        "{choices}</fieldset><p><button name='answer' value='allow'>Allow</button>"
        "<button name='answer' value='deny'>Deny</button></form>"
    ).format(app=app.name, wants=wants, choices=choices)
    return _page("Sandbox HubSpot: connect app", body)


def refused(why: str) -> str:
    """The page for an install link that cannot be used."""
    return _page("Sandbox HubSpot: couldn't connect", Markup("<p>{}").format(why))


def portal_state(found: Portal) -> dict[str, object]:
    """What is in a portal, as `HubSpot.state` gives it."""
    shown: dict[str, object] = {"portal": found.id, "name": found.name}
    for kind, records in found.records.items():
        shown[kind] = [
            {
                "id": record.id,
                "archived": record.archived,
                "properties": dict(record.properties),
                "associations": {
                    to_kind: {other: sorted(types) for other, types in linked.items()}
                    for to_kind in found.records
                    if (linked := found.linked((kind, record.id), to_kind))
                },
            }
            for record in records.values()
        ]
    shown["custom_properties"] = {
        kind: [p.name for p in properties.values() if not p.hubspot_defined and not p.archived]
        for kind, properties in found.properties.items()
    }
    return shown


def state(portals: Iterable[Portal], calls: Sequence[Call]) -> str:
    """What is in the portals, and who called."""
    body = Markup("").join(_portal(portal) for portal in portals)
    rows = [
        (
            call.at.isoformat(timespec="seconds"),
            call.method,
            call.path,
            call.status or "cut",
            call.portal or "",
            call.fault,
        )
        for call in reversed(calls[-LATEST:])
    ]
    heads = ("At", "Method", "Path", "Status", "Portal", "Fault")
    body += Markup("<h2>Calls ({})</h2>").format(len(calls)) + _table(heads, rows)
    return _page("Sandbox HubSpot", body)


def _portal(portal: Portal) -> Markup:
    companies = {record.id: record for record in portal.records["companies"].values()}
    body = Markup("<h2>{} ({})</h2>").format(portal.name, portal.id)
    body += Markup("<h3>Companies</h3>") + _table(
        ("Id", "Name", "Domain", "More domains", "Created", ""),
        [
            (*_values(r, "name", "domain", "hs_additional_domains"), stamp(r.created_at), _gone(r))
            for r in companies.values()
        ],
    )
    body += Markup("<h3>Contacts</h3>") + _table(
        ("Id", "Last name", "First name", "E-mail", "Company", ""),
        [
            (*_values(r, "lastname", "firstname", "email"), _names(portal, r, companies), _gone(r))
            for r in portal.records["contacts"].values()
        ],
    )
    stages = {stage.id: f"{p.label}: {stage.label}" for p in portal.pipelines for stage in p.stages}
    body += Markup("<h3>Deals</h3>") + _table(
        ("Id", "Name", "Stage", "Amount", "Close date", "Owner", "Companies", "Contacts", ""),
        [
            (
                *_values(r, "dealname"),
                stages.get(r.properties.get("dealstage", ""), ""),
                *_values(r, "amount", "closedate", "hubspot_owner_id")[1:],
                _names(portal, r, companies),
                _with(portal, r, "contacts"),
                _gone(r),
            )
            for r in portal.records["deals"].values()
        ],
    )
    body += Markup("<h3>Line items</h3>") + _table(
        ("Id", "Name", "Quantity", "Price", "Amount", "Product", "Of", ""),
        [
            (*_values(r, "name", "quantity", "price", "amount", "hs_product_id"), _with(portal, r, "deals"), _gone(r))
            for r in portal.records["line_items"].values()
        ],
    )
    body += Markup("<h3>Products</h3>") + _table(
        ("Id", "Name", "SKU", "Price", "URL", ""),
        [(*_values(r, "name", "hs_sku", "price", "hs_url"), _gone(r)) for r in portal.records["products"].values()],
    )
    body += Markup("<h3>Meetings</h3>") + _table(
        ("Id", "Title", "Start", "Outcome", "With", ""),
        [
            (
                *_values(r, "hs_meeting_title", "hs_meeting_start_time", "hs_meeting_outcome"),
                _with(portal, r, "contacts", "companies"),
                _gone(r),
            )
            for r in portal.records["meetings"].values()
        ],
    )
    return body


def _values(record: Record, *names: str) -> tuple[str, ...]:
    return (record.id, *(record.properties.get(name, "") for name in names))


def _names(portal: Portal, record: Record, companies: dict[str, Record]) -> str:
    linked = portal.linked((record.kind, record.id), "companies")
    return ", ".join(
        (companies[i].properties.get("name") or companies[i].properties.get("domain") or i)
        + (" (primary)" if types & PRIMARY_TYPES else "")
        for i, types in linked.items()
    )


def _with(portal: Portal, record: Record, *kinds: str) -> str:
    return ", ".join(f"{kind} {i}" for kind in kinds for i in portal.linked((record.kind, record.id), kind))


def _gone(record: Record) -> str:
    return "archived" if record.archived else ""


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    lines = [Markup("<tr>") + Markup("").join(Markup("<td>{}").format(cell) for cell in row) for row in rows]
    if not lines:
        return Markup("<p>None.")
    head = Markup("").join(Markup("<th>{}").format(name) for name in heads)
    return Markup("<table><tr>{}{}</table>").format(head, Markup("").join(lines))


def _page(title: str, body: Markup) -> str:
    return str(FRAME.format(title=escape(title), body=body))
