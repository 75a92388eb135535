"""The pages a person sees: consent, a refused link, and what is in the orgs."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from markupsafe import Markup, escape

from local.sandbox.salesforce.orgs import Org, Settings
from local.sandbox.salesforce.tokens import App, Tokens
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


def state(orgs: Iterable[Org], tokens: Tokens, settings: Settings, calls: Sequence[Call]) -> str:
    """Who is connected, the switches, and who called."""
    living = {
        org.id: (
            sum(1 for one in tokens.approvals if one.org == org.id and one.refresh),
            sum(1 for one in tokens.sessions.values() if one.approval.org == org.id),
        )
        for org in orgs
    }
    body = _table(
        ("Org", "Name", "Edition", "Sign-in host", "Refresh tokens", "Sessions"),
        [(org.id, org.name, org.edition, org.host, *living[org.id]) for org in orgs],
    )
    body += Markup("<h2>Switches</h2>") + _table(("Name", "Value"), list(asdict(settings).items()))
    rows = [
        (one.at.isoformat(timespec="seconds"), one.method, one.path, one.status or "cut", one.portal or "", one.fault)
        for one in reversed(calls[-LATEST:])
    ]
    heads = ("At", "Method", "Path", "Status", "Org", "Fault")
    body += Markup("<h2>Calls ({})</h2>").format(len(calls)) + _table(heads, rows)
    return _page("Sandbox Salesforce", body)


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Markup:
    if not rows:
        return Markup("<p>None.")
    lines = [Markup("<tr>") + Markup("").join(Markup("<td>{}").format(cell) for cell in row) for row in rows]
    head = Markup("").join(Markup("<th>{}").format(name) for name in heads)
    return Markup("<table><tr>{}{}</table>").format(head, Markup("").join(lines))


def _page(title: str, body: Markup) -> str:
    return str(FRAME.format(title=escape(title), body=body))
