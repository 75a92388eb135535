"""Which permissions a vendor is asked for: what the integrations of a workspace need, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from renkei import workspaces
from renkei.accounts import vendor_of
from renkei.integration import Integration


def of_one(integration: Integration, given: Mapping[str, Any], vendor: str) -> tuple[str, ...]:
    """What an integration needs with settings as they are kept: all that a vendor is ever asked for, unless it says."""
    return integration.scopes(given).get(vendor) or _all(vendor)


def needed(vendor: str, integrations: Mapping[str, Integration], given: Mapping[str, Any]) -> tuple[str, ...]:
    """What all integrations need that are on in `given` (settings as they are kept, by key), in the vendor's order.

    All that the vendor is ever asked for where none of them works with it: nobody has said yet what it is for.
    """
    wanted: set[str] = set()
    for key, settings in given.items():
        one = integrations.get(key)
        if one and vendor in one.vendors and settings.get("enabled") is not False:
            wanted.update(of_one(one, settings, vendor))
    return tuple(scope for scope in _all(vendor) if scope in wanted or not wanted)


def of_workspace(vendor: str, integrations: Iterable[Integration], workspace: str) -> tuple[str, ...]:
    """The same by the workspace file that was applied last."""
    kept = workspaces.settings(workspace)
    given = (kept["document"].get("integrations") or {}) if kept else {}
    return needed(vendor, {one.key: one for one in integrations}, given)


def _all(vendor: str) -> tuple[str, ...]:
    """All that a vendor is ever asked for; nothing of one that is connected by keys."""
    oauth = vendor_of(vendor).oauth
    return oauth.scopes if oauth else ()
