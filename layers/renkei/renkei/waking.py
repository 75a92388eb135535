"""Deliveries that wait for a person go on by themselves once the person has acted.

Who changes a connection or a setting first notes it (`workspaces.wake_later`), and wakes afterwards; should that
be cut off, or a worker park a delivery for what it saw a moment before, the sweep wakes again for a while.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from renkei import workspaces
from renkei.bells import Bell, ring
from renkei.integration import Integration
from renkei.runtime import Platform

_AT_ONCE = timedelta(seconds=10)  # of an API call's 29, and of the sweep's 50


def bring_back(parts: Platform, workspace: str, integration: Integration) -> int:
    """Bring back all that waits for a person now, because a person says that it is mended, and ring. Gives how many."""
    now = parts.clock()
    woken, _ = parts.deliveries.unpark(workspace, integration.key, now, now + _AT_ONCE)
    if woken:
        ring(Bell(workspace, integration.vendor, integration.key))
    return woken


def wake(parts: Platform, workspace: str, integration: Integration) -> int:
    """Bring back what was parked before the connection or the settings last changed, and ring. Gives how many.

    Many take a while; the sweep brings back the rest.
    """
    connections = [parts.connections.get(workspace, vendor) for vendor in integration.vendors]
    settings = workspaces.settings(workspace)
    changes = [settings["saved_at"]] if settings else []
    changes += [one.row["connected_at"] for one in connections if one and one.state == "connected"]
    woken, now = 0, parts.clock()
    if changes:
        changed_at = datetime.fromisoformat(max(changes))
        woken, all_of_them = parts.deliveries.unpark(workspace, integration.key, changed_at, now + _AT_ONCE)
        if not all_of_them:
            workspaces.wake_later(workspace, integration.key, now)
    if woken:
        ring(Bell(workspace, integration.vendor, integration.key))
    return woken
