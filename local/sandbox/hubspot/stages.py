"""The pipelines that deals move through, and what a deal's stage says about it.

https://developers.hubspot.com/docs/api-reference/latest/crm/pipelines/guide
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

DEFAULT = "default"
OWN = (
    ("提案", "0.2"),
    ("見積(中)", "0.4"),
    ("見積(高)", "0.8"),
    ("受注確定", "0.9"),
    ("受注", "1.0"),
    ("失注", "0.0"),
    ("請求済", "1.0"),
    ("入金済", "1.0"),
)
USUAL = (
    ("appointmentscheduled", "Appointment Scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified To Buy", "0.4"),
    ("presentationscheduled", "Presentation Scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
    ("contractsent", "Contract Sent", "0.9"),
    ("closedwon", "Closed Won", "1.0"),
    ("closedlost", "Closed Lost", "0.0"),
)
FIRST_IDS = {111111: 8_001_000, 222222: 9_002_000}


@dataclass(frozen=True)
class Stage:
    """One stage. Sure things, won or lost, are closed."""

    id: str
    label: str
    probability: str

    @property
    def closed(self) -> bool:
        """Whether a deal in it is decided."""
        return Decimal(self.probability) in (0, 1)

    @property
    def won(self) -> bool:
        """Whether a deal in it is won."""
        return Decimal(self.probability) == 1


@dataclass(frozen=True)
class Pipeline:
    """A pipeline and its stages in order."""

    id: str
    label: str
    stages: tuple[Stage, ...]

    def stage(self, stage_id: str) -> Stage | None:
        """One of its stages."""
        return next((stage for stage in self.stages if stage.id == stage_id), None)


def pipelines_of(portal: int) -> list[Pipeline]:
    """What a new portal has: the usual one, and one with ids of its own."""
    found = [Pipeline(DEFAULT, "Sales Pipeline", tuple(Stage(*stage) for stage in USUAL))]
    if first := FIRST_IDS.get(portal):
        stages = (Stage(str(first + place), *stage) for place, stage in enumerate(OWN, 1))
        found.append(Pipeline(str(first), "新規案件", tuple(stages)))
    return found


def pipeline_with(pipelines: Iterable[Pipeline], stage_id: str) -> Pipeline | None:
    """The pipeline that has a stage."""
    return next((pipeline for pipeline in pipelines if pipeline.stage(stage_id)), None)


def calculated(pipelines: Iterable[Pipeline], deal: Mapping[str, str]) -> dict[str, str]:
    """The properties of a deal that follow from others; "" where there is nothing to say."""
    found = (p.stage(deal.get("dealstage", "")) for p in pipelines if p.id == deal.get("pipeline"))
    stage = next(found, None)
    flags = (stage.closed, stage.won, stage.closed and not stage.won) if stage else ()
    names = ("hs_is_closed", "hs_is_closed_won", "hs_is_closed_lost")
    return {
        "amount_in_home_currency": deal.get("amount", ""),
        **dict.fromkeys(names, ""),
        **{name: "true" if flag else "false" for name, flag in zip(names, flags, strict=False)},
    }


def amount_of(line: Mapping[str, str]) -> str:
    """What a line item comes to; "" where there is no price."""
    number = {name: Decimal(line[name]) for name in ("price", "quantity", "discount") if line.get(name)}
    if "price" not in number:
        return ""
    share = 1 - Decimal(line.get("hs_discount_percentage") or 0) / 100
    one = number["price"] * share if "discount" not in number else number["price"] - number["discount"]
    return f"{(one * number.get('quantity', Decimal(1))).normalize():f}"


def placed(pipelines: Iterable[Pipeline], deal: Mapping[str, str]) -> dict[str, str]:
    """A deal as the UI leaves it: in the pipeline of its stage, in a first stage where none is chosen.

    Raises ValueError for a stage that is nowhere.
    """
    known = list(pipelines)
    wanted = next((p for p in known if p.id == (deal.get("pipeline") or DEFAULT)), None)
    if wanted is None:
        raise ValueError(f"no such pipeline: {deal.get('pipeline')}")
    stage = deal.get("dealstage") or wanted.stages[0].id
    found = pipeline_with([wanted] if deal.get("pipeline") else known, stage)
    if found is None:
        raise ValueError(f"no such stage: {stage}")
    return dict(deal) | {"pipeline": found.id, "dealstage": stage}
