"""Setting a workspace up: its file, checked and kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any

from console import sources
from console.answers import Wrong
from integrations import INTEGRATIONS, console_of
from renkei import config, scopes, workspaces
from renkei.accounts import vendor_of
from renkei.config import Language
from renkei.deliveries import stamp
from renkei.runtime import Platform
from renkei.settings import Problem, check
from renkei.waking import wake


def apply(parts: Platform, workspace: str, document: Mapping[str, Any], domain_name: str) -> dict[str, Any]:
    """Check a workspace file and keep it; deliveries that waited for a setting go on. Wrong with all problems."""
    filled, problems = check(document, workspace, INTEGRATIONS)
    types: dict[str, Any] = {}
    given_all = filled.get("integrations", {}) if not problems else {}
    lacking = _lacking(parts, workspace, given_all)
    for key, given in given_all.items():
        if lacking[key]:
            if given.get("enabled") is not False:  # else it is checked when it is switched on
                problems += [Problem(("integrations", key), message) for message in lacking[key]]
            continue
        kept, found = console_of(key).check(parts, workspace, given, filled["language"])
        types[key] = kept
        problems += [Problem(("integrations", key, *one.path), one.message, one.allowed) for one in found]
    if problems:
        message = "the workspace file was not saved"
        raise Wrong(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", message, problems)
    now = parts.clock()
    workspaces.save_address(config.public_url(domain_name))
    facts = _chosen(workspace, filled["integrations"])
    changed = [*filled["integrations"], *facts["passed_over"]]
    for key in changed:
        workspaces.wake_later(workspace, key, now)
    workspaces.save_settings(parts.vault, workspace, filled, types, stamp(now), **facts)
    sources.tell(workspace, filled)
    for key in changed:
        wake(parts, workspace, INTEGRATIONS[key])
    return {"saved": True, "warnings": []}


def _lacking(parts: Platform, workspace: str, given: Mapping[str, Any]) -> dict[str, list[str]]:
    """What each integration may not do yet, in words that say how it is allowed: without it nothing can be checked."""
    connected = [one for one in parts.connections.of(workspace) if one.state == "connected" and one.scopes]
    lacking: dict[str, list[str]] = {key: [] for key in given}
    for key, settings in given.items():
        integration = INTEGRATIONS[key]
        for connection in (one for one in connected if one.vendor in integration.vendors):
            vendor = connection.vendor
            missing = [one for one in scopes.of_one(integration, settings, vendor) if one not in connection.scopes]
            if missing:
                lacking[key].append(
                    f"{vendor_of(vendor).title} does not allow {', '.join(missing)} yet; a person with admin rights"
                    f" there allows it by: renkei connect {vendor} --file FILE (this file); then apply it again"
                )
    return lacking


def _chosen(workspace: str, given: Collection[str]) -> dict[str, list[str]]:
    """Which integrations the files named so far, and which were passed over: what waits for those is skipped.

    Before a file names any, all wait for their settings. One that was named and is no more goes on waiting.
    """
    kept = workspaces.settings(workspace)
    named = {*(kept or {}).get("named", ()), *given}
    taken = {source for key in given for source in INTEGRATIONS[key].sources}
    passed = [key for key, one in INTEGRATIONS.items() if key not in named and not taken.isdisjoint(one.sources)]
    return {"named": sorted(named), "passed_over": passed}


def properties(parts: Platform, workspace: str, object_name: str, language: Language) -> list[dict[str, Any]]:
    """What rows may name of an object. Reconnect if there is no living connection; Wrong if there is no such object."""
    consoles = {name: console for console in map(console_of, INTEGRATIONS) for name in console.OBJECTS}
    if object_name not in consoles:
        raise Wrong(HTTPStatus.NOT_FOUND, "unknown_object", f"allowed: {', '.join(consoles)}")
    found: list[dict[str, Any]] = consoles[object_name].properties(parts, workspace, object_name, language)
    return found
