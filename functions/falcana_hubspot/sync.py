"""The automatic run: what changed since the last one, and everything of a direction that has not run yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from falcana_hubspot.deleting import Deleting
from falcana_hubspot.delta import Delta
from falcana_hubspot.desk import TO_FALCANA, TO_HUBSPOT
from falcana_hubspot.kinds import KINDS
from falcana_hubspot.transfer import Transfer
from falcana_hubspot.whole import Whole
from falcana_hubspot.wishes import Wishes
from renkei.errors import Skip
from renkei.integration import Done, Unfinished
from renkei.runs import Steps

_NOTHING = {"seen", "changed"}
"""What is counted and is no news by itself."""


class Sync(Transfer):
    """One run in the directions that are on."""

    job = "sync"
    gives_way = False  # it is the short one

    def phases(self) -> Sequence[Callable[[], Steps]]:
        """First what people asked for; a direction without a checkpoint takes everything."""
        delta, whole, wishes = Delta(self), Whole(self), Wishes(self.desk, self, self.settling)
        deleting = Deleting(self)
        plan = self.kept.setdefault("plan", self._plan())
        found: list[Callable[[], Steps]] = [wishes.granted]
        if plan["rules"]:
            found.append(wishes.parked)
        found.append(wishes.looked_at_again)
        if TO_FALCANA in self.ways:
            found += whole.of_hubspot() if plan["import"] else [delta.search, delta.late]
        if TO_HUBSPOT in self.ways:
            found += whole.of_falcana() if plan["export"] else [delta.feed]
        found.append(delta.look)
        if TO_HUBSPOT in self.ways:
            found.append(deleting.pages)
        return [*found, self._keep_rules] if plan["rules"] else found

    def go_on(self) -> Done | Unfinished:
        """As every run; Skip for one that was started by the clock and found nothing to do."""
        if not self.ways:
            raise Skip("falcana_no_direction")
        end = super().go_on()
        news = {name for name, number in self.counts.items() if number} - _NOTHING
        if isinstance(end, Done) and not (self.by_hand or news or end.warnings):
            raise Skip("nothing_new")
        return end

    def _plan(self) -> dict[str, bool]:
        known = self.load("rules")
        fields = bool(known.get("fields")) and known["fields"] != self.desk.rules_digest(fields=True)
        return {  # other rules hold for what was transferred before, too
            "import": fields or not all(self.load(f"search.{kind.object}") for kind in KINDS),
            "export": fields or not self.load("feed").get("cursor"),
            "rules": bool(known.get("digest") != self.desk.rules_digest()) or self.by_hand,
        }

    def _keep_rules(self) -> Steps:
        told = {"digest": self.desk.rules_digest(), "fields": self.desk.rules_digest(fields=True)}
        self.save("rules", told)
        yield
