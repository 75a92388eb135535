"""Which permissions a vendor is asked for: what the integrations of a workspace need, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from renkei import workspaces
from renkei.accounts import vendor_of
from renkei.integration import Integration


def of_one(integration: Integration, given: Mapping[str, Any], vendor: str) -> tuple[str, ...]:
    """What an integration needs with settings as they are kept: all that a vendor is ever asked for, unless it says."""
    return integration.scopes(given).get(vendor) or _all(vendor)


def needed(
    vendor: str, integrations: Mapping[str, Integration], given: Mapping[str, Any], otherwise: Collection[str] = ()
) -> tuple[str, ...]:
    """What all integrations need that are on in `given` (settings as they are kept, by key), in the vendor's order.

    Where none of them works with the vendor, nobody has said yet what it is for: then `otherwise`, or without that
    all that the vendor is ever asked for.
    """
    wanted: set[str] = set()
    for key, settings in given.items():
        one = integrations.get(key)
        if one and vendor in one.vendors and settings.get("enabled") is not False:
            wanted.update(of_one(one, settings, vendor))
    wanted = wanted or set(otherwise)
    return tuple(scope for scope in _all(vendor) if scope in wanted or not wanted)


def of_workspace(
    vendor: str, integrations: Iterable[Integration], workspace: str, otherwise: Collection[str] = ()
) -> tuple[str, ...]:
    """The same by the workspace file that was applied last."""
    kept = workspaces.settings(workspace)
    given = (kept["document"].get("integrations") or {}) if kept else {}
    return needed(vendor, {one.key: one for one in integrations}, given, otherwise)


def _all(vendor: str) -> tuple[str, ...]:
    """All that a vendor is ever asked for; nothing of one that is connected by keys."""
    oauth = vendor_of(vendor).oauth
    return oauth.scopes if oauth else ()
