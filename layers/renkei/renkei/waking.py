"""Deliveries that wait for a person go on by themselves once the person has acted.

Who changes a connection or a setting first notes it (`workspaces.wake_later`), and wakes afterwards; should that
be cut off, or a worker park a delivery for what it saw a moment before, the sweep wakes again for a while.
"""

from __future__ import annotations

from datetime import datetime

from renkei import workspaces
from renkei.bells import Bell, ring
from renkei.integration import Integration
from renkei.runtime import Platform


def wake(parts: Platform, workspace: str, integration: Integration) -> int:
    """Bring back what was parked before the connection or the settings last changed, and ring. Gives how many."""
    connection = parts.connections.get(workspace, integration.vendor)
    settings = workspaces.settings(workspace)
    changes = [settings["saved_at"]] if settings else []
    if connection and connection.state == "connected":
        changes.append(connection.row["connected_at"])
    woken = 0
    if changes:
        woken = parts.deliveries.unpark(workspace, integration.key, datetime.fromisoformat(max(changes)))
    if woken:
        ring(Bell(workspace, integration.vendor, integration.key))
    return woken
