"""What must be so between HubSpot and board, whatever happened: told by the two accounts and by what people did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.crash.world import rows
from tests.harness import PORTAL
from tests.office import PIPELINE, STAGES, Office

STANDARD = {"見積中(高)": "qualifiedtobuy", "受注済": "closedwon", "失注": "closedlost"}
"""The stages of HubSpot's own pipeline, where a firm uses few."""
MAPS = {PIPELINE: STAGES, "default": STANDARD}
LABELS = {stage: status for stages in MAPS.values() for status, stage in stages.items()}
BY_INVOICES = {"請求済", "入金済"}
NUMBERS = {"見積中(高)": 1, "見積中(中)": 2, "見積中(低)": 3, "見積中(除)": 8, "受注確定": 4, "受注済": 5, "失注": 9}
TWO_PIPELINES = [
    {"pipeline": pipeline, "stages": [{"status": status, "stage": stage} for status, stage in stages.items()]}
    for pipeline, stages in MAPS.items()
]

type Touch = tuple[str, str | None]
"""Which side a person changed, and the status they gave it (None: something else, or a stage that is not mapped)."""


@dataclass
class Story:
    """What people did to a deal and its project, oldest first. `unsure`: who was last cannot be said of outside."""

    stage: str
    touches: list[Touch] = field(default_factory=list)
    unsure: bool = False
    fated: bool = False
    """Merged, or its project deleted: it is nobody's pair any more, or more than one."""
    estimated: bool = False


@dataclass
class Firm:
    """The accounts, and the stories of the deals in them."""

    office: Office
    rule: str = "all"
    stories: dict[str, Story] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)
    """The names that each company ever had."""
    projects: dict[str, set[int]] = field(default_factory=dict)
    """The ids of the projects that were ever seen with a key."""

    # What can be looked at.

    def keyed(self) -> dict[str, dict[str, Any]]:
        """board's projects by the deals that their keys name."""
        found: dict[str, dict[str, Any]] = {}
        for project in self.office.projects():
            portal, _, deal = str(project["management_no"] or "").removeprefix("hubspot-").partition("-")
            assert portal == str(PORTAL)
            assert deal not in found, f"two projects of deal {deal}"
            found[deal] = project
        return found

    def deals(self) -> dict[str, dict[str, Any]]:
        """The living deals."""
        return {one["id"]: one for one in self.office.stack.the("deals")}

    def status_of(self, project: Mapping[str, Any]) -> str:
        """What a project is, by its 受注ステータス, or, while that is 受注済, by its invoices."""
        label = str(project["order_status_name"])
        if label != "受注済":
            return label
        bills = [one for one in self.office.board.state()["invoices"] if one["project_id"] == project["id"]]
        return _billed([(one["invoice_date"], one["id"], one["invoice_status"]) for one in bills], self.rule) or label

    # What must be so at any moment.

    def check(self) -> None:
        """No second project or client, nothing deleted, no status in board that nobody gave."""
        calls = self.office.calls()
        assert not [one for one in calls if one.startswith("DELETE ") or one.endswith(("/archive", "/gdpr-delete"))]
        for deal, project in self.keyed().items():
            seen = self.projects.setdefault(deal, set())
            seen.add(project["id"])
            assert len(seen) == 1, f"deal {deal} got a second project"
            story = self.stories[deal]
            given = {label for _, label in story.touches} - BY_INVOICES
            assert project["order_status_name"] in given, f"nobody gave deal {deal} this status"
        clients = [str(one["name"]) for one in self.office.clients()]
        assert _each_own(clients, list(self.names.values())), f"a client too many: {clients}"

    # What must be so once all is settled.

    def agrees(self) -> None:
        """Both sides agree by the map; who never was linked is where people put it."""
        keyed, deals = self.keyed(), self.deals()
        linked = {
            int(row["project"]) for row in rows("links") if row["link"].startswith("deal#") and row.get("project")
        }
        assert linked <= {project["id"] for project in keyed.values()}, "linked with a project that is gone"
        for id_, deal in deals.items():
            story, project = self.stories[id_], keyed.get(id_)
            stage = deal["properties"]["dealstage"]
            if project is None:
                self._unlinked(id_, deal, story)
            elif not story.fated:
                self._pair(id_, stage, project)
                if story.estimated and stage in LABELS:
                    shown = Decimal(deal["properties"].get("amount", "") or "NaN")
                    assert shown == Decimal(project["estimate"]["total"]), f"deal {id_} has another amount"
                self._newest(id_, story, project)

    def _unlinked(self, id_: str, deal: Mapping[str, Any], story: Story) -> None:
        if story.fated:
            return
        stage = deal["properties"]["dealstage"]
        assert stage == story.stage, f"deal {id_} never was linked, and was moved"
        mapped = LABELS.get(stage, "請求済") not in BY_INVOICES
        assert not (mapped and deal["associations"].get("companies")), f"deal {id_} has no project"

    def _pair(self, id_: str, stage: str, project: Mapping[str, Any]) -> None:
        pipeline = next((stages for stages in MAPS.values() if stage in stages.values()), {})
        status = self.status_of(project)
        if status in pipeline and not project["lock_flg"]:
            assert LABELS[stage] == status, f"deal {id_} and its project do not agree"

    def _newest(self, id_: str, story: Story, project: Mapping[str, Any]) -> None:
        """The newest change wins. One that brings back an older status need not look like a change."""
        before, (_, label) = story.touches[:-1], story.touches[-1]
        plain = label is not None and label not in BY_INVOICES and label not in {other for _, other in before}
        if plain and not story.unsure:
            assert project["order_status_name"] == label, f"the newest change of deal {id_} did not win"


def _billed(bills: Iterable[tuple[str, int, int]], rule: str) -> str:
    """入金済 if all that count are paid, 請求済 if one at least is billed; 回収不能 counts for nothing."""
    states = [status for _, _, status in sorted(bills) if status != 9]
    counted = {"all": states, "first": states[:1], "last": states[-1:]}[rule]
    if counted and set(counted) == {3}:
        return "入金済"
    return "請求済" if {2, 5, 3} & set(counted) else ""


def _each_own(clients: Sequence[str], companies: Sequence[set[str]]) -> bool:
    """Whether each client is of a company of its own that ever had its name, and no two have one name."""
    if len(set(clients)) < len(clients):
        return False
    if not clients:
        return True
    first, rest = clients[0], clients[1:]
    return any(
        first in names and _each_own(rest, [*companies[:number], *companies[number + 1 :]])
        for number, names in enumerate(companies)
    )
