"""Who may send events to a workspace: the admin's side of the sources."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from console.answers import Wrong
from integrations import INTEGRATIONS
from renkei import workspaces
from renkei.runtime import Platform
from renkei.vendors import timerex

_TOKENS = 2  # valid at once, for rotation
_SHORTEST_TOKEN = 16


def tell(workspace: str, filled: Mapping[str, Any]) -> None:
    """What the webhook receiver needs to know of the file: header, listeners, and which are off."""
    listeners = listening(timerex.KEY)
    off = [key for key in listeners if filled["integrations"].get(key, {}).get("enabled") is False]
    header = filled["sources"]["timerex"]["header"].lower()
    workspaces.save_source(workspace, timerex.KEY, header=header, listeners=listeners, off=off)


def listening(source: str) -> dict[str, str]:
    """The integrations that listen to a source, each with the vendor whose connection it writes through."""
    return {one.key: one.vendor for one in INTEGRATIONS.values() if source in one.sources}


def keep_token(parts: Platform, workspace: str, body: Mapping[str, Any], base: str) -> dict[str, Any]:
    """Keep a source's token as a keyed digest. Wrong if it is none."""
    token = body.get("token")
    if not isinstance(token, str) or len(token) < _SHORTEST_TOKEN or token != token.strip():
        message = f"the token is a text of at least {_SHORTEST_TOKEN} characters without outer space"
        raise Wrong(HTTPStatus.BAD_REQUEST, "bad_token", message)
    source = workspaces.source(workspace, timerex.KEY) or {}
    old = source.get("tokens", []) if body.get("keep_old") is True else []
    digest = parts.vault.digest(f"token {timerex.KEY}", token)
    tokens = list(dict.fromkeys([digest, *old]))[:_TOKENS]
    header = source.get("header") or timerex.TOKEN_HEADER
    facts = {"tokens": tokens, "listeners": listening(timerex.KEY), "header": header, "off": source.get("off", [])}
    workspaces.save_source(workspace, timerex.KEY, **facts)
    return {"webhook_url": f"{base}/webhooks/{timerex.KEY}/{workspace}", "header": header, "tokens": len(tokens)}


def shown(workspace: str) -> list[dict[str, Any]]:
    """The sources that may send to a workspace, as the list of connections shows them."""
    source = workspaces.source(workspace, timerex.KEY)
    tokens = len((source or {}).get("tokens", ()))
    return [{"vendor": timerex.KEY, "state": "connected", "account": "", "tokens": tokens}] if tokens else []


def end(workspace: str, vendor: str) -> bool:
    """End a source's right to send. False if it had none."""
    if not shown(workspace):
        return False
    workspaces.save_source(workspace, vendor, tokens=[])
    return True
