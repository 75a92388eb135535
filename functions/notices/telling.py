"""Puts a cause into words: what happened, what to do, and the numbers and ids that belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from integrations import INTEGRATIONS, through
from notices.mails import Content
from renkei import notices
from renkei.accounts import VENDORS, vendor_of
from renkei.causes import Cause
from renkei.config import Language
from renkei.deliveries import State, public_id, stamp
from renkei.dynamo import Item
from renkei.runtime import Platform
from renkei.texts import text

_MOST_NAMED, _MOST_READ = 20, 200
_COUNTED = ("delivered", "skipped", "rejected", "waiting")
_NAMING = ("property", "field", "question", "calendar", "scopes", "integration")
"""What names the thing to be mended, among the parameters of an Outcome."""
_MENDING = {
    "lms_property_missing": "renkei lms prepare-hubspot",
    "lms_property_type": "renkei lms prepare-hubspot",
    "mailchimp_fields": "renkei lms prepare-mailchimp",
}
"""By code: the command that mends what something parks for, where it is no setting."""


@dataclass(frozen=True)
class Teller:
    """Tells of one workspace. Its numbers are those of the moment."""

    parts: Platform
    workspace: str

    def content(self, cause: Cause, since: datetime, language: Language, rejected: Sequence[Item] = ()) -> Content:
        """What a mail or page says. `rejected`: the deliveries of a digest, of which the first ones are named."""
        params = self._params(cause, language, len(rejected))
        counts = [params.get(name) for name in _COUNTED]
        lead = "notice_recovered_nothing" if set(counts) == {"0"} else f"notice_{cause.kind}_lead"
        lead = "notice_parked_record_lead" if _completed(cause) else lead
        return Content(
            language,
            notices.title(cause, name_of(cause, language), language),
            text(lead, language, params),
            tuple(self._paragraphs(cause, language, params)),
            tuple(self._facts(cause, since, language)),
            tuple(_named(row, language) for row in rejected[:_MOST_NAMED]),
            tuple(self._commands(cause)),
            "notice_details" if cause.kind == "recovered" else "notice_open",
        )

    def still(self, cause: Cause) -> bool:
        """Whether what a worker noted is still so: a delivery waits for it, or nothing ever did."""
        if cause.kind not in {"parked", "late"}:
            return True
        state: State = "parked" if cause.kind == "parked" else "pending"
        rows = self.parts.deliveries.newest(self.workspace, [cause.about], [state], _MOST_READ)
        return len(rows) >= _MOST_READ or any(_waits_for(row, cause) for row in rows)

    def rejected(self, after: datetime, until: datetime) -> list[Item]:
        """The newest deliveries that were rejected after one moment and until another."""
        rows = self.parts.deliveries.newest(self.workspace, list(INTEGRATIONS), ["rejected"], _MOST_READ)
        found = [row for row in rows if stamp(after) < row["settled_at"] <= stamp(until)]
        return found or (rows if len(rows) >= _MOST_READ else [])

    def _params(self, cause: Cause, language: Language, count: int) -> dict[str, str]:
        name = name_of(cause, language)
        which = {"vendor": cause.about} if cause.about in VENDORS else {"integration": name}
        number = f"{count}+" if count >= _MOST_READ else str(count)
        return {**cause.params, **which, "workspace": self.workspace, "count": number}

    def _paragraphs(self, cause: Cause, language: Language, params: dict[str, str]) -> list[str]:
        said = []
        if cause.code and cause.kind in {"broken", "parked", "late", "noticed"}:
            said.append(text(cause.code, language, cause.params))
        if cause.kind in {"idle30", "idle7"}:
            said.append(text("notice_idle_remedy", language, params))
        if cause.kind == "recovered" and (params["rejected"], params["waiting"]) != ("0", "0"):
            said.append(text("notice_recovered_rest", language, params))
        return said

    def _facts(self, cause: Cause, since: datetime, language: Language) -> list[tuple[str, str]]:
        facts = [("workspace", self.workspace)]
        if cause.kind == "recovered":
            facts += [(name, cause.params[name]) for name in _COUNTED]
        elif cause.kind in {"idle30", "idle7"}:
            facts.append(("until", cause.params["until"]))
        elif cause.kind != "rejected":
            facts.append(("since", f"{since:%Y-%m-%d %H:%M} UTC"))
            if cause.kind != "noticed":
                facts.append(("waiting", str(self._waiting(cause))))
        if cause.kind in {"broken", "expired"} and (manage := vendor_of(cause.about).manage_url):
            facts.append(("manage", manage))
        facts += [("field", cause.params[name]) for name in _NAMING if name in cause.params]
        return [(text(f"notice_label_{name}", language), value) for name, value in facts]

    def _waiting(self, cause: Cause) -> int:
        """How many deliveries wait for a vendor's connection, or in an integration's box."""
        waiting = through(cause.about) if cause.about in VENDORS else [INTEGRATIONS[cause.about]]
        return sum(self.parts.deliveries.waiting(self.workspace, one.key) for one in waiting)

    def _commands(self, cause: Cause) -> list[str]:
        here = f"--workspace {self.workspace}"
        match cause.kind:
            case "broken" | "expired":
                by_key = cause.code == "key_refused" and vendor_of(cause.about).oauth is not None
                return [f"renkei connect {cause.about}{' --token' if by_key else ''} {here}"]
            case "idle30" | "idle7":
                return [f"renkei apply workspace.yaml {here}", f"renkei connect {cause.about} {here}"]
            case "parked":
                mending = (
                    [] if _completed(cause) else [f"{_MENDING.get(cause.code, 'renkei apply workspace.yaml')} {here}"]
                )
                return [*mending, f"renkei deliveries --state parked {here}"]
            case "late":
                return [f"renkei deliveries --state pending {here}"]
            case "rejected":
                return [f"renkei deliveries --state rejected {here}", f"renkei retry ID {here}"]
        return []


def name_of(cause: Cause, language: Language) -> str:
    """The name, for people, of what a cause is about; the key where there is none (any more)."""
    if cause.about in VENDORS:
        return vendor_of(cause.about).title
    return INTEGRATIONS[cause.about].title[language] if cause.about in INTEGRATIONS else cause.about


def _completed(cause: Cause) -> bool:
    """Whether it waits for a record that a person completes at a vendor, and for no setting."""
    return cause.kind == "parked" and cause.about in INTEGRATIONS and cause.code in INTEGRATIONS[cause.about].completed


def _named(row: Item, language: Language) -> tuple[str, str]:
    integration = row["box"].partition("#")[2]
    return public_id(integration, row["id"]), text(row["reason"], language, row.get("params"))


def _waits_for(row: Item, cause: Cause) -> bool:
    same = row.get("reason") == cause.code
    return same and (cause.kind != "parked" or row.get("params", {}) == dict(cause.params))
