"""HubSpot deals become projects (案件) in board, and board's status and amount come back. Facts only."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from renkei.integration import Integration

ORDER_STATUS = {
    "見積中(高)": 1,
    "見積中(中)": 2,
    "見積中(低)": 3,
    "見積中(除)": 8,
    "受注確定": 4,
    "受注済": 5,
    "失注": 9,
}
"""What board calls a project's 受注ステータス, and its number there."""
BILLED, PAID = "請求済", "入金済"
"""What a won project is by its invoices: these go from board to HubSpot only."""


def _folded(text: object) -> object:
    return unicodedata.normalize("NFKC", text).strip() if isinstance(text, str) else text


type Status = Annotated[
    Literal["見積中(高)", "見積中(中)", "見積中(低)", "見積中(除)", "受注確定", "受注済", "失注", "請求済", "入金済"],
    BeforeValidator(_folded),
]
type ClientKey = Literal[
    "title",
    "zip",
    "pref",
    "address1",
    "address2",
    "tel",
    "fax",
    "note",
    "company_number",
    "invoice_system_number",
    "custom_no",
    "to",
    "cc",
]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Stage(_Model):
    """One status of board, and the stage of the pipeline that is the same."""

    status: Status = Field(title="受注ステータス", description="As board shows it")
    stage: str = Field(min_length=1, title="Stage", description="HubSpot's internal id; `renkei board pipelines`")


class Pipeline(_Model):
    """The stages of one deal pipeline. A stage that does not stand here is left alone, on both sides."""

    pipeline: str = Field(min_length=1, title="Pipeline", description="HubSpot's internal id")
    stages: tuple[Stage, ...] = Field(min_length=1, title="Stages")

    @model_validator(mode="after")
    def _one_to_one(self) -> Self:
        statuses: dict[str, str] = {}
        stages: dict[str, str] = {}
        for row in self.stages:
            if row.status in statuses:
                first = statuses[row.status]
                raise ValueError(f"{row.status} stands for two stages, {first} and {row.stage}; keep one of them")
            if row.stage in stages:
                raise ValueError(
                    f"the stage {row.stage} stands for {stages[row.stage]} and for {row.status}; keep one of them"
                )
            statuses[row.status], stages[row.stage] = row.stage, row.status
        return self


class DateRule(_Model):
    """A date of the deal."""

    property: str = Field("closedate", min_length=1, title="Property", description="A date property of the deal")
    month_end: bool = Field(False, title="End of that month")


class ClientField(_Model):
    """A field of board's client (顧客), and the company properties that fill it, one after the other."""

    field: ClientKey = Field(title="Field")
    properties: tuple[str, ...] = Field(alias="from", min_length=1, title="Company properties")


SEED_FIELDS = (
    ClientField(field="zip", properties=("zip",)),
    ClientField(field="tel", properties=("phone",)),
    ClientField(field="pref", properties=("state",)),
    ClientField(field="address1", properties=("city",)),
)


class ClientPage(_Model):
    """Where the address of the client's page in board is shown in HubSpot."""

    property: str = Field(min_length=1, title="Company property", description="A single-line text")
    pattern: str = Field(
        "https://the-board.jp/clients/{id}/edit", pattern=r"^https://\S*\{id\}\S*$", title="Address, with {id}"
    )


class Settings(_Model):
    """The integration's settings in the workspace file."""

    enabled: bool = Field(True, title="On")
    pipelines: Annotated[tuple[Pipeline, ...], Field(min_length=1, title="Pipelines")]
    invoice_timing: Literal["一括請求", "定期請求", "分割請求"] | None = Field(
        None, title="請求タイミング", description="Of a new project; a deal has none"
    )
    invoice_date: DateRule | None = Field(None, title="請求日", description="For 一括請求")
    contract_start: DateRule | None = Field(None, title="契約開始日", description="For 定期請求")
    contract_end: DateRule | None = Field(None, title="契約終了日", description="For 定期請求")
    invoice_dates: tuple[DateRule, ...] = Field((), title="請求日 (each)", description="For 分割請求")
    estimate_date: DateRule | None = Field(None, title="見積日", description="Else the day of its creation")
    fallback_user: int | None = Field(
        None,
        ge=1,
        title="担当者",
        description="The id of a board user, for deals whose owner is none; `renkei board users`",
    )
    client_fields: tuple[ClientField, ...] = Field(SEED_FIELDS, title="Company fields")
    keep_company: Literal["first", "fill", "always"] = Field(
        "first",
        title="Company data",
        description="first: when a company is linked; fill: later, too, what is empty in board; always: each change",
    )
    client_page: ClientPage | None = Field(None, title="Link to the client")
    invoices: Literal["first", "all", "last"] = Field(
        "all",
        title="Several invoices",
        description="Which count. all: 入金済 when all are paid, 請求済 as soon as one is billed; first, last: by date",
    )
    amount: bool = Field(True, title="見積額 to the deal's amount")
    amount_tax: Literal["excluded", "included"] = Field("excluded", title="Tax in the amount")
    project_key: Literal["management_no", "memo"] = Field(
        "management_no", title="Where our key stands", description="管理番号 or 社内メモ of a project"
    )

    @model_validator(mode="after")
    def _once(self) -> Self:
        _each_once("pipeline", (one.pipeline for one in self.pipelines))
        _each_once("field", (one.field for one in self.client_fields))
        return self

    @property
    def stage_map(self) -> dict[str, dict[str, str]]:
        """{pipeline: {stage: status}}."""
        return {one.pipeline: {row.stage: row.status for row in one.stages} for one in self.pipelines}


def _each_once(name: str, values: Iterable[Any]) -> None:
    seen: set[Any] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"the {name} {value} stands twice")
        seen.add(value)


def _scopes(given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:  # noqa: ARG001 - the same for all settings
    """What HubSpot must allow: deals move on both sides, and clients of board may be made companies."""
    asked = (
        "oauth",
        "crm.objects.companies.read",
        "crm.objects.companies.write",
        "crm.objects.deals.read",
        "crm.objects.deals.write",
        "crm.objects.owners.read",
        "crm.schemas.companies.write",
    )
    return {"hubspot": asked}


INTEGRATION = Integration(
    key="hubspot_to_board",
    title={"ja": "HubSpotの取引をboardへ", "en": "HubSpot deals to board", "de": "HubSpot-Deals nach board"},
    vendor="board",
    needs=("hubspot",),
    sources=("hubspot",),
    jobs=("sync", "push_clients"),
    completed=frozenset({"deal_without_company", "deal_date_missing", "company_without_name", "client_ambiguous"}),
    settings=Settings,
    scopes=_scopes,
)
