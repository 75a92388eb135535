"""What a run works with: both vendors' clients, the settings, and what is remembered of pairs."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from falcana_hubspot import INTEGRATION, Settings
from falcana_hubspot.book import Book
from falcana_hubspot.kinds import ADDRESS, COMPANY_OF, KINDS, NUMBER, PERSON, Kind, rules_of
from falcana_hubspot.plan import Rule, Way
from renkei import links
from renkei.freemail import free_mail
from renkei.runs import ENOUGH
from renkei.runtime import Work
from renkei.vendors.falcana import Falcana
from renkei.vendors.hubspot_sync import FALCANA_ID, HubSpotSync
from renkei.workers import token_source

HUBSPOT = "hubspot"
TO_FALCANA: Way = "to_falcana"
TO_HUBSPOT: Way = "to_hubspot"
MERGED = "hs_merged_object_ids"
_SHORT = 22  # characters of a digest that are kept


def scope_of(workspace: str, tenant: str, portal: str) -> str:
    """The scope of the links between a tenant of falcana and a portal."""
    return links.pair_scope(workspace, INTEGRATION.vendor, tenant, portal)


class Desk:
    """One batch of a run, which rather waits for the vendors' rates than comes back later."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.settings = Settings.model_validate(work.settings)
        parts, hubspot, falcana = work.platform, work.connection_to(HUBSPOT), work.connection
        self._token = token_source(parts, hubspot)
        budgets = {one.vendor: parts.budget(one, live=False) for one in (hubspot, falcana)}
        for budget in budgets.values():
            budget.wait_up_to(work.left() - ENOUGH)
        self.hubspot = HubSpotSync(parts.session, self._token, parts.sleep, budgets[HUBSPOT])
        self.falcana = Falcana(parts.session, parts.connections.secrets(falcana), budgets[falcana.vendor])
        self.portal = hubspot.account
        self.scope = scope_of(work.workspace, falcana.account, hubspot.account)
        self.book = Book(self.scope)

    @property
    def now(self) -> datetime:
        """The moment."""
        return self.work.platform.clock()

    @property
    def ways(self) -> frozenset[Way]:
        """The directions that are on."""
        on = self.settings.directions
        return frozenset(
            way for way, wanted in ((TO_FALCANA, on.hubspot_to_falcana), (TO_HUBSPOT, on.falcana_to_hubspot)) if wanted
        )

    @functools.cached_property
    def rules(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules of each kind, by its name in falcana."""
        return {kind.name: rules_of(kind, self.settings, self.work.types.get(kind.name, {})) for kind in KINDS}

    @functools.cached_property
    def free_mail(self) -> frozenset[str]:
        """The domains of free mail."""
        return frozenset(free_mail((), ()))

    def properties(self, kind: Kind) -> tuple[str, ...]:
        """What is read of a record in HubSpot."""
        named = {rule.property for rule in self.rules[kind.name]}
        beside = {COMPANY_OF} if kind is PERSON else set[str]()
        return tuple(sorted({*named, *beside, FALCANA_ID, MERGED, kind.modified}))

    def property_of(self, kind: Kind, field: str) -> str:
        """The property that a field of falcana is mapped to; "" if none."""
        return next((rule.property for rule in self.rules[kind.name] if rule.field == field), "")

    def matched(self, kind: Kind) -> dict[str, str]:
        """The fields by which records are certainly the same, with their properties."""
        fields = ("email", NUMBER) if kind is ADDRESS else ("email",)
        return {field: name for field in fields if (name := self.property_of(kind, field))}

    def rules_digest(self, *, fields: bool = False) -> str:
        """A digest that changes with the settings; or with what they say of `fields` and their options only."""
        whole = self.settings.model_dump(mode="json")
        of_fields = {name: whole[name] for name in ("address_fields", "contact_fields", "customer_number", "kinds")}
        told = json.dumps([of_fields if fields else whole, self.work.types], sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()[:_SHORT]

    def digest(self, purpose: str, text: str) -> str:
        """A keyed digest of what was agreed on, or of what two records share."""
        return self.work.platform.vault.digest(f"falcana {purpose}", text)[:_SHORT]

    def agreed(self, kind: Kind, field: str, of: str, text: str) -> str:
        """What is remembered of a value that a pair agreed on; by `of`, equal values of two pairs do not look equal."""
        return self.digest(f"{kind.name} {field}", f"{of}\0{text}")

    def close(self) -> None:
        """Hand back what was found out about calls and tokens."""
        self.work.calls += self.hubspot.calls + self.falcana.calls
        self.work.others[HUBSPOT] = self._token.connection


def company_of(record: Mapping[str, Any]) -> str:
    """The id of the company that a contact belongs to; "" if none."""
    return str(record.get(COMPANY_OF) or "").partition(".")[0]
