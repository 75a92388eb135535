"""Who may send events to a workspace: the admin's side of the sources."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from console.answers import Wrong
from integrations import INTEGRATIONS
from renkei import workspaces
from renkei.dynamo import ConditionFailed
from renkei.runtime import Platform
from renkei.sources import AT_ONCE, BY_ACCOUNT, SOURCES, Source, seal_key
from renkei.vendors import calcom, calendly, lms, timerex

_SHORTEST, _LONGEST = 16, 1024
_TRIES = 5
_HEADERS = {
    timerex.KEY: timerex.TOKEN_HEADER,
    calendly.KEY: calendly.SIGNATURE_HEADER,
    calcom.KEY: calcom.SIGNATURE_HEADER,
    lms.KEY: lms.SIGNATURE_HEADER,
}
"""Where each source's token or signature travels; TimeRex's can be chosen."""


def tell(workspace: str, filled: Mapping[str, Any]) -> None:
    """What the webhook receiver needs to know of a workspace file that was kept, for every source."""
    settings = workspaces.settings(workspace)
    for source in (*SOURCES, *BY_ACCOUNT):
        facts = _listening(source, settings)
        if source == timerex.KEY:
            facts["header"] = filled["sources"][timerex.KEY]["header"].lower()
        workspaces.save_source(workspace, source, **facts)


def keep_secret(parts: Platform, workspace: str, key: str, body: Mapping[str, Any], base: str) -> dict[str, Any]:
    """Keep a source's token (as a keyed digest) or signing key (sealed, too). Wrong if it is none.

    With `keep_old` the newest before it stays valid; with `take_back` this one alone ends, and the others stay.
    """
    source, secret = SOURCES[key], _secret(key, body)
    digest = parts.vault.digest(f"token {key}", secret)
    new = {digest: seal_key(parts.vault, workspace, key, secret) if source.signed else b""}
    listening = _listening(key, workspaces.settings(workspace))
    for _ in range(_TRIES):
        row = workspaces.source(workspace, key) or {}
        others = {one: sealed for one, sealed in _kept(source, row).items() if one != digest}
        kept = others
        if body.get("take_back") is not True:
            old = others if body.get("keep_old") is True else {}
            kept = dict([*new.items(), *old.items()][:AT_ONCE])
        header = _header(key, row)
        facts = _secrets(source, kept) | listening | ({"header": header} if key == timerex.KEY else {})
        try:
            workspaces.save_source(workspace, key, had=row.get("tokens", ()), **facts)
        except ConditionFailed:
            continue  # another admin was faster: theirs stays, too
        return {"webhook_url": _url(base, workspace, key), "header": header, "tokens": len(kept)}
    raise Wrong(HTTPStatus.CONFLICT, "busy", "others are changing this, too; try again")


def shown(workspace: str) -> list[dict[str, Any]]:
    """The sources that may send to a workspace, as the list of connections shows them."""
    counted = [(key, len((workspaces.source(workspace, key) or {}).get("tokens", ()))) for key in SOURCES]
    return [{"vendor": key, "state": "connected", "account": "", "tokens": count} for key, count in counted if count]


def offered(workspace: str, base: str) -> list[dict[str, Any]]:
    """Every source: where it sends to, how it proves itself, and whether it may send yet. Wrong if the name is none."""
    if not workspaces.NAME.fullmatch(workspace):
        raise Wrong(HTTPStatus.BAD_REQUEST, "bad_name", f"a workspace's name matches {workspaces.NAME.pattern}")
    told = []
    for source in SOURCES.values():
        row = workspaces.source(workspace, source.key) or {}
        tokens = len(row.get("tokens", ()))
        named = {"key": source.key, "title": source.title, "webhook_url": _url(base, workspace, source.key)}
        proof = {"proof": "signature" if source.signed else "token", "header": _header(source.key, row)}
        told.append(named | proof | {"connected": tokens > 0, "tokens": tokens})
    return told


def end(workspace: str, key: str) -> bool:
    """End a source's right to send. False if it had none."""
    if not (workspaces.source(workspace, key) or {}).get("tokens"):
        return False
    workspaces.save_source(workspace, key, **_secrets(SOURCES[key], {}))
    return True


def _listening(source: str, settings: Mapping[str, Any] | None) -> dict[str, Any]:
    """Who listens to a source, each with the vendor whose connection it writes through, and who is switched off.

    Whoever stands, or ever stood, in the workspace file listens. Before there is anybody in it, all do: a booking
    then waits for its settings instead of being lost. What a vendor sends for its accounts waits for nobody: a
    workspace that only books has no use for it.
    """
    able = [one for one in INTEGRATIONS.values() if source in one.sources]
    given = settings["document"].get("integrations", {}) if settings else {}
    named = {*given, *(settings.get("named", ()) if settings else ())}
    chosen = [one for one in able if one.key in named] or (able if source in SOURCES else [])
    off = [one.key for one in chosen if given.get(one.key, {}).get("enabled") is False]
    return {"listeners": {one.key: one.vendor for one in chosen}, "off": off}


def _secret(key: str, body: Mapping[str, Any]) -> str:
    secret = body.get("token")
    if key == lms.KEY and not (isinstance(secret, str) and lms.secret_of(secret)):
        message = f"the secret is {lms.SECRET_FORM}: `renkei connect {lms.KEY} --generate` makes one"
        raise Wrong(HTTPStatus.BAD_REQUEST, "bad_token", message)
    right = isinstance(secret, str) and secret.isprintable() and secret == secret.strip()
    if not isinstance(secret, str) or not right or not _SHORTEST <= len(secret) <= _LONGEST:
        message = f"the token is a text of {_SHORTEST} to {_LONGEST} characters without outer space"
        raise Wrong(HTTPStatus.BAD_REQUEST, "bad_token", message)
    if secret == calcom.UNSIGNED:
        message = (
            f"{calcom.UNSIGNED} is what Cal.com sends when its webhook has no secret: set one there, and give that"
        )
        raise Wrong(HTTPStatus.BAD_REQUEST, "bad_token", message)
    return secret


def _kept(source: Source, row: Mapping[str, Any]) -> dict[str, bytes]:
    """The digests of a row, newest first, each with its sealed key ("" where only the digest is kept)."""
    tokens = row.get("tokens", ())
    return dict(zip(tokens, row.get("keys", ()), strict=False)) if source.signed else dict.fromkeys(tokens, b"")


def _secrets(source: Source, kept: Mapping[str, bytes]) -> dict[str, Any]:
    return {"tokens": list(kept)} | ({"keys": list(kept.values())} if source.signed else {})


def _header(source: str, row: Mapping[str, Any]) -> str:
    return row.get("header") or _HEADERS[source]


def _url(base: str, workspace: str, source: str) -> str:
    return f"{base}/webhooks/{source}/{workspace}"
