"""Which permissions a vendor is asked for: what the integrations of a workspace need, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from renkei import workspaces
from renkei.accounts import vendor_of
from renkei.integration import Integration


def of_one(integration: Integration, given: Mapping[str, Any], vendor: str) -> tuple[str, ...]:
    """What an integration needs with settings as they are kept: all that a vendor is ever asked for, unless it says."""
    return integration.scopes(given).get(vendor) or _all(vendor)


def needed(
    vendor: str,
    integrations: Mapping[str, Integration],
    given: Mapping[str, Any],
    otherwise: Collection[str] | None = None,
) -> tuple[str, ...]:
    """What all integrations need that are on in `given` (settings as they are kept, by key), in the vendor's order.

    Where none of them works with the vendor, nobody has said yet what it is for: then `otherwise`, or where that is
    None all that the vendor is ever asked for.
    """
    wanted: set[str] = set()
    for one, settings in _on(integrations, given):
        if vendor in one.vendors:
            wanted.update(of_one(one, settings, vendor))
    wanted = wanted or set(_all(vendor) if otherwise is None else otherwise)
    return tuple(scope for scope in _all(vendor) if scope in wanted)


def of_workspace(
    vendor: str, integrations: Iterable[Integration], workspace: str, otherwise: Collection[str] | None = None
) -> tuple[str, ...]:
    """The same by the workspace file that was applied last."""
    return needed(vendor, {one.key: one for one in integrations}, given(workspace), otherwise)


def given(workspace: str) -> Mapping[str, Any]:
    """The integrations' settings in the workspace file that was applied last."""
    kept = workspaces.settings(workspace)
    return (kept["document"].get("integrations") or {}) if kept else {}


def heard(vendor: str, integrations: Mapping[str, Integration], given: Mapping[str, Any]) -> bool:
    """Whether an integration that is on in `given` waits for the vendor's own events."""
    return any(vendor in one.sources for one, _ in _on(integrations, given))


def _on(
    integrations: Mapping[str, Integration], given: Mapping[str, Any]
) -> Iterator[tuple[Integration, Mapping[str, Any]]]:
    """The integrations that are on, with their settings."""
    for key, settings in given.items():
        one = integrations.get(key)
        if one and settings.get("enabled") is not False:
            yield one, settings


def _all(vendor: str) -> tuple[str, ...]:
    """All that a vendor is ever asked for; nothing of one that is connected by keys."""
    oauth = vendor_of(vendor).oauth
    return oauth.scopes if oauth else ()
