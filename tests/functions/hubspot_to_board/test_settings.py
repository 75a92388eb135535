"""Which stage is which status: doubles are refused when settings are saved, and a refused map changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.hubspot_to_board.admin import problems
from tests.harness import PORTAL
from tests.office import PIPELINE, STAGES, UNMAPPED, Office, settings

MEDIUM, HIGH, WON = STAGES["見積中(中)"], STAGES["見積中(高)"], STAGES["受注済"]


def mapped(*rows: tuple[str, str], pipeline: str = PIPELINE) -> dict[str, Any]:
    """One pipeline with these (status, stage)."""
    return {"pipeline": pipeline, "stages": [{"status": status, "stage": stage} for status, stage in rows]}


@pytest.mark.parametrize(
    ("pipelines", "named"),
    [
        ([mapped(("受注済", WON), ("受注済", HIGH))], ("受注済", WON, HIGH)),
        ([mapped(("受注済", WON), ("失注", WON))], (WON, "受注済", "失注")),
        ([mapped(("見積中(中)", MEDIUM), ("見積中（中）", HIGH))], ("見積中(中)", MEDIUM, HIGH)),
        ([mapped(("受注済", WON), ("請求済", WON))], (WON, "受注済", "請求済")),
        ([mapped(("受注済", WON)), mapped(("失注", HIGH))], (PIPELINE,)),
        (
            [
                mapped(("受注済", WON)),
                mapped(("失注", "closedlost"), ("受注確定", "closedlost"), pipeline="default"),
            ],
            ("closedlost", "失注", "受注確定"),
        ),
    ],
)
def test_a_double_is_refused_and_named(office: Office, pipelines: list[dict[str, Any]], named: tuple[str, ...]) -> None:
    ((_, message, _),) = problems(office.stack, settings(pipelines=pipelines))
    assert all(word in message for word in named), message


@pytest.mark.parametrize("language", ["ja", "en", "de"])
def test_both_are_named_in_every_language(office: Office, language: str) -> None:
    pipelines = [mapped(("受注済", WON), ("失注", WON))]
    given = {"hubspot_to_board": settings(pipelines=pipelines)}
    status, told = office.stack.apply(integrations=given, language=language)
    assert status == 422
    (message,) = [one["message"] for one in told["error"]["problems"]]
    assert all(word in message for word in (WON, "受注済", "失注"))


def test_after_a_refusal_the_map_is_what_it_was(office: Office) -> None:
    problems(office.stack, settings(pipelines=[mapped(("受注済", WON), ("失注", WON))]))
    deal = office.linked("見積中(中)")
    office.move(deal, "受注済")
    office.tell()
    assert office.projects()[0]["order_status_name"] == "受注済"


def test_every_status_may_be_mapped_and_written_in_either_width(office: Office) -> None:
    names = ("見積中（高）", "見積中(中)", "見積中（低）", "見積中(除)", "受注確定", "受注済", "失注", "請求済")
    stages = [str(int(PIPELINE) + number) for number in range(1, 9)]
    office.apply(pipelines=[mapped(*zip(names, stages, strict=True))])
    deal = office.deal(office.company(), dealstage=stages[0])
    seen = []
    for stage in stages[:7]:
        office.wait(1)
        office.hubspot.change(PORTAL, "deals", deal, {"dealstage": stage})
        office.tell()
        seen.append(office.projects()[0]["order_status"])
    assert seen == [1, 2, 3, 8, 4, 5, 9]


@pytest.mark.parametrize("way", ["stage", "pipeline"])
def test_what_is_no_stage_of_the_pipeline_is_refused(office: Office, way: str) -> None:
    wrong = mapped(("受注済", "closedwon")) if way == "stage" else mapped(("受注済", WON), pipeline="77")
    ((_, message, allowed),) = problems(office.stack, settings(pipelines=[wrong]))
    assert ("closedwon" if way == "stage" else "77") in message
    assert allowed


def test_a_stage_that_is_mapped_later_counts_from_then_on(office: Office) -> None:
    deal = office.deal(office.company())
    office.tell()
    rows = [*STAGES.items(), ("見積中(低)", UNMAPPED)]
    office.apply(pipelines=[mapped(*rows)])
    office.tell()
    assert office.projects() == []
    other = office.deal(office.company(name="みどり"))
    office.tell()
    assert [one["order_status_name"] for one in office.projects()] == ["見積中(低)"]
    office.move(deal, "受注済")
    office.tell()
    assert sorted(one["order_status_name"] for one in office.projects()) == ["受注済", "見積中(低)"]
    assert office.held(other)["dealstage"] == UNMAPPED


def test_a_pipeline_that_is_taken_out_leaves_its_deals_and_projects_alone(office: Office) -> None:
    deal = office.linked("見積中(中)")
    office.apply(pipelines=[mapped(("受注済", "closedwon"), pipeline="default")])
    office.move(deal, "受注済")
    office.tell()
    office.wait(60)
    office.board.change("projects", office.projects()[0]["id"], {"order_status": 9})
    office.night()
    assert (office.projects()[0]["order_status"], office.status(deal)) == (9, "受注済")


@pytest.mark.parametrize("keep", ["always ", "never", ""])
def test_an_unknown_way_to_keep_companies_is_refused(office: Office, keep: str) -> None:
    ((place, message, _),) = problems(office.stack, settings(keep_company=keep))
    assert place == "keep_company"
    assert all(word in message for word in ("first", "fill", "always"))


@pytest.mark.parametrize("pattern", ["https://the-board.jp/clients/", "javascript:{id}", "http://the-board.jp/{id}"])
def test_an_address_without_the_id_is_refused(office: Office, pattern: str) -> None:
    given = settings(client_page={"property": "website", "pattern": pattern})
    ((place, _, _),) = problems(office.stack, given)
    assert place == "client_page.pattern"
