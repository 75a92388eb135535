"""Notices: what workers note for people to know, and the ledger of the mails about it (rows of Workspaces).

Rows of a workspace: `cause#<cause>` (noted by workers), `mail#<cause>#<who>` (one a cause and recipient) and
`unsubscribed#<who>`. Recipients stand in them as keyed digests only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from renkei import workspaces
from renkei.causes import Cause, Mail
from renkei.config import Language
from renkei.deliveries import stamp
from renkei.dynamo import ConditionFailed, Item, Table
from renkei.texts import text
from renkei.vault import Vault

__all__ = ["Cause", "Mail", "note"]

_TABLE = Table("workspaces")
_NOTED = timedelta(days=30)
_KEPT = timedelta(days=400)
_TIMES = ("since", "at", "told_at", "next_at", "refused_at", "held_since")
_PLAIN = ("state", "turn", "unclear", "refused", "held", "why", "why_params")


def note(workspace: str, cause: Cause, now: datetime) -> None:
    """Note that something happened which a person should know of. AWS errors are botocore's.

    To be called before the delivery is changed: who dies in between does it again.
    """
    put = {"kind": cause.kind, "about": cause.about, "code": cause.code, "params": dict(cause.params)}
    _TABLE.update(_key(workspace, "cause", cause.key), put=put | {"noted_at": stamp(now), "ttl": _ends(now, _NOTED)})


def noted(workspace: str) -> list[tuple[Cause, datetime]]:
    """(cause, when it was last noted) of what workers noted."""
    rows = _TABLE.query(("workspace", workspace), sort=("item", "begins_with", "cause#"))
    return [(_cause(row), datetime.fromisoformat(row["noted_at"])) for row in rows]


def mails(workspace: str) -> list[Mail]:
    """All that the ledger knows of a workspace's mails."""
    return [_mail(row) for row in _TABLE.query(("workspace", workspace), sort=("item", "begins_with", "mail#"))]


def mail(workspace: str, cause_key: str, who: str) -> Mail | None:
    """What the ledger knows of one mail."""
    row = _TABLE.get(_key(workspace, "mail", cause_key, who))
    return _mail(row) if row else None


def write(workspace: str, before: Mail, now: datetime, **changes: Any) -> Mail | None:
    """Change a mail's row unless somebody else did since `before` was read (or: made one). None: somebody did.

    A change to None removes.
    """
    put = {name: stamp(value) if isinstance(value, datetime) else value for name, value in changes.items()}
    gone = [name for name, value in put.items() if value is None]
    kept = {name: value for name, value in put.items() if value is not None}
    cause = before.cause
    kept |= {"kind": cause.kind, "about": cause.about, "code": cause.code, "params": dict(cause.params)}
    kept |= {"who": before.who, "turn": before.turn + 1, "noted_at": stamp(now), "ttl": _ends(now, _KEPT)}
    try:
        row = _TABLE.update(
            _key(workspace, "mail", cause.key, before.who),
            put=kept,
            remove=gone,
            when="#turn = :seen" if before.turn else "attribute_not_exists( #turn )",
            given={":seen": before.turn} if before.turn else None,
        )
    except ConditionFailed:
        return None
    return _mail(row)


def who(vault: Vault, address: str) -> str:
    """How a recipient stands in the rows: a keyed digest of the address."""
    return vault.digest("recipient", address.casefold())[:32]


def link_key(vault: Vault, workspace: str, cause_key: str, who: str) -> str:
    """What the link in a mail proves itself with."""
    return vault.digest("notice-link", f"{workspace}/{cause_key}/{who}")[:40]


def unsubscribed(workspace: str) -> set[str]:
    """Who wants no more mails of this workspace."""
    rows = _TABLE.query(("workspace", workspace), sort=("item", "begins_with", "unsubscribed#"))
    return {row["item"].partition("#")[2] for row in rows if row["off"]}


def unsubscribe(workspace: str, who: str, now: datetime, *, off: bool = True) -> None:
    """Note that somebody wants no more mails of this workspace, or wants them again."""
    _TABLE.update(_key(workspace, "unsubscribed", who), put={"off": off, "noted_at": stamp(now)})


def subject(cause: Cause, workspace: str, name: str, language: Language) -> str:
    """The subject of a mail about a cause."""
    return text("notice_subject", language, {"subject": title(cause, name, language), "workspace": workspace})


def title(cause: Cause, name: str, language: Language) -> str:
    """What happened, and what to do. `name`: of what the cause is about, for people."""
    return text(f"notice_{cause.kind}_subject", language, {**cause.params, "vendor": name, "integration": name})


def recent(
    workspace: str, vault: Vault, language: Language, names: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """What was sent, held back or refused, and why; newest first. For an admin: it names the recipients.

    `names` are those of integrations for people, by key.
    """
    people = {who(vault, address): address for address, _ in workspaces.recipients(workspace, vault)}
    rows = list(_TABLE.query(("workspace", workspace), sort=("item", "begins_with", "mail#")))
    shown = [_shown(row, people, language, names or {}, workspace) for row in rows]
    told = {_mail(row).cause.key for row in rows}
    shown += [
        _shown(row | {"who": "", "state": "due"}, people, language, names or {}, workspace)
        for row in _TABLE.query(("workspace", workspace), sort=("item", "begins_with", "cause#"))
        if row["kind"] != "rejected" and _cause(row).key not in told  # the rejected ones come in one mail
    ]
    return sorted(shown, key=lambda one: str(one["noted_at"]), reverse=True)


def _shown(
    row: Item, people: Mapping[str, str], language: Language, names: Mapping[str, str], workspace: str
) -> dict[str, Any]:
    cause, why = _cause(row), row.get("why", "")
    return {
        "cause": cause.key,
        "kind": cause.kind,
        "about": cause.about,
        "subject": subject(cause, workspace, names.get(cause.about, cause.about), language),
        "to": people.get(row["who"], row["who"][:8]),
        "state": "due" if row["state"] == "claimed" else row["state"],
        "why": why,
        "message": text(f"notice_why_{why}", language, row.get("why_params")) if why else "",
        "sent_at": row.get("sent_at"),
        "noted_at": row["noted_at"],
        "tries": row.get("tries", 0),
        "held": row.get("held", 0),
        "next_at": row.get("next_at"),
    }


def _mail(row: Item) -> Mail:
    times: dict[str, Any] = {name: datetime.fromisoformat(row[name]) for name in _TIMES if name in row}
    return Mail(_cause(row), row["who"], **times, **{name: row[name] for name in _PLAIN if name in row})


def _cause(row: Item) -> Cause:
    return Cause(row["kind"], row["about"], row["code"], row["params"])


def _key(workspace: str, *parts: str) -> dict[str, str]:
    return {"workspace": workspace, "item": "#".join(parts)}


def _ends(now: datetime, kept: timedelta) -> int:
    return int((now + kept).timestamp())
