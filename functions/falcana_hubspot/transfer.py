"""What all runs share: the desk, how a page is settled, counts and examples, stopping and going on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from falcana_hubspot import INTEGRATION
from falcana_hubspot.desk import Desk
from falcana_hubspot.plan import Way
from falcana_hubspot.settling import Settling
from renkei import checkpoints
from renkei.checkpoints import ACCOUNTS
from renkei.errors import Outcome, Skip
from renkei.runs import Run

_EXAMPLES = 5


class Transfer(Run):
    """One run of a job, in these directions. `dry`: nothing is written, and counts and examples are told."""

    integration = INTEGRATION.key
    job = ""

    def __init__(self, desk: Desk, id_: str, asked: Mapping[str, Any], ways: frozenset[Way]) -> None:
        self.dry = asked.get("dry_run") is True
        self.name = f"{self.job}-dry" if self.dry else self.job
        self.desk = desk
        self.ways = ways
        self._id = id_
        self._one_pair_of_accounts(desk)
        super().__init__(desk.work, id_, asked)
        self.settling = Settling(desk, self, ways, dry=self.dry)

    def _one_pair_of_accounts(self, desk: Desk) -> None:
        """Begin anew between other accounts than the last run's: how far it was, was of those."""
        work, accounts = desk.work, {"scope": desk.scope}
        before = checkpoints.load(work.workspace, self.integration, ACCOUNTS)
        if before and before != accounts:
            checkpoints.drop_all(work.workspace, self.integration)
        if before != accounts:
            checkpoints.save(work.workspace, self.integration, ACCOUNTS, accounts)

    def resumes(self, saved: Mapping[str, Any], id_: str) -> bool:
        """Whether it goes on: where itself was, or where a person stopped the last one."""
        return super().resumes(saved, id_) or (bool(saved.get("id")) and saved["id"] == self._stopped())

    def interrupted(self) -> Outcome | None:
        """Skip once a person said that it should stop. How far it is stays saved, for who asks for it again."""
        return Skip("falcana_stopped", job=self.job) if self._stopped() == self._id else None

    def outcome(self) -> Mapping[str, Any]:
        """Counts, and ids of a few examples of each."""
        examples = {f"examples_{what}": " ".join(ids) for what, ids in self.kept.get("examples", {}).items()}
        return {**super().outcome(), **(examples if self.dry else {})}

    def count(self, what: str, number: int = 1) -> None:
        """Count something, if there is any."""
        if number:
            super().count(what, number)

    def example(self, what: str, *ids: str) -> None:
        """Keep the ids of what was counted, of the first few."""
        held = self.kept.setdefault("examples", {}).setdefault(what, [])
        if len(held) < _EXAMPLES:
            held.append("/".join(ids))

    def _stopped(self) -> str:
        return str(self.load(f"stop.{self.job}").get("id") or "")
