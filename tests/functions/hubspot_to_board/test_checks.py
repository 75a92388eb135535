"""Settings are held against the portal and the board account when they are applied, before a deal meets with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hubspot_to_board import INTEGRATION, Settings, checks
from local.cli.yaml_file import read_workspace_file
from renkei import checkpoints, workspaces
from renkei.settings import check
from renkei.vendors.board import User
from renkei.vendors.hubspot import Property
from renkei.vendors.hubspot_deals import Pipeline, Stage
from tests.functions.hubspot_to_board.admin import KEY, OWN, applied, connected, problems, settings, stages
from tests.harness import Stack

EXAMPLE = Path(__file__).parents[3] / "docs" / "workspace.hubspot-board.example.yaml"
PIPELINES = [
    Pipeline(OWN, "新規案件", (Stage("8001003", "見積(高)"), Stage("8001005", "受注"), Stage("8001007", "請求済"))),
    Pipeline("default", "Sales", (Stage("closedwon", "Closed Won"),)),
]
DEALS = [
    Property("closedate", "Close Date", "datetime", mappable=False),
    Property("start_on", "開始日", "date", mappable=False),
    Property("dealname", "Deal Name", "string", mappable=True),
]
COMPANIES = [
    *(Property(name, name.title(), "string", True, "text") for name in ("zip", "phone", "state", "city", "board_url")),
    Property("about", "About", "string", mappable=True, field="textarea"),
    Property("hs_object_id", "Record ID", "number", mappable=False),
    Property("hs_url", "Read-only", "string", mappable=False),
]
USERS = [User(4001, "h@example.co.jp", "山田 花子", valid=True), User(4002, "", "佐藤", valid=False)]


def found(given: dict[str, Any]) -> list[tuple[str, str, tuple[str, ...]]]:
    seen = checks.problems(Settings.model_validate(given), PIPELINES, DEALS, COMPANIES, USERS)
    return [(".".join(map(str, one.path)), one.message, one.allowed) for one in seen]


def test_settings_that_fit_have_no_problem() -> None:
    dates = [{"property": "start_on"}, {"property": "closedate", "month_end": True}]
    more = {"invoice_dates": dates, "client_page": {"property": "board_url"}, "fallback_user": 4001}
    assert found(settings(**more)) == []


def rule(name: str) -> dict[str, Any]:
    return settings(estimate_date={"property": name})


@pytest.mark.parametrize(
    ("given", "place", "words", "allowed"),
    [
        (stages(("受注済", "x"), pipeline="77"), "pipelines.0.pipeline", "no deal pipeline 77", f"{OWN} (新規案件)"),
        (stages(("受注済", "closedwon")), "pipelines.0.stages.0.stage", "has no stage closedwon", "8001005 (受注)"),
        (rule("no_such"), "estimate_date.property", "no property no_such", "start_on (開始日)"),
        (rule("dealname"), "estimate_date.property", "dealname (Deal Name) is no date", "closedate (Close Date)"),
        (
            settings(invoice_dates=[{"property": "closedate"}, {"property": "dealname"}]),
            "invoice_dates.1.property",
            "is no date",
            "start_on (開始日)",
        ),
        (settings(contract_end={"property": "x"}), "contract_end.property", "no property x", "start_on (開始日)"),
        (
            settings(client_fields=[{"field": "zip", "from": ["zip", "postcode"]}]),
            "client_fields.0.from.1",
            "no property postcode",
            "zip (Zip)",
        ),
        (settings(client_page={"property": "x"}), "client_page.property", "single-line text", "board_url (Board_Url)"),
        (
            settings(client_page={"property": "hs_url"}),
            "client_page.property",
            "no single-line text that may be written",
            "board_url (Board_Url)",
        ),
        (settings(client_page={"property": "hs_object_id"}), "client_page.property", "no single-line", "zip (Zip)"),
        (settings(fallback_user=4002), "fallback_user", "4002 may no longer", "4001 (山田 花子)"),
        (settings(fallback_user=5), "fallback_user", "5 is not there", "4001 (山田 花子)"),
    ],
)
def test_what_does_not_fit_is_named_with_what_would(
    given: dict[str, Any], place: str, words: str, allowed: str
) -> None:
    ((where, message, offered),) = found(given)
    assert (where, words in message, allowed in offered) == (place, True, True)
    assert not {"dealname (Deal Name)", "hs_url (Read-only)", "4002 (佐藤)"} & set(offered) or place[:3] == "cli"


@pytest.mark.parametrize("status", ["請求済", "入金済"])
def test_what_comes_of_invoices_only_comes_while_a_project_is_won(status: str) -> None:
    ((place, message, _),) = found(stages((status, "8001007")))
    assert (place, "only comes while board's project is 受注済" in message) == ("pipelines.0.stages.0.status", True)
    assert found(stages((status, "8001007"), ("受注済", "8001005"))) == []
    two = stages((status, "8001007"))["pipelines"] + stages(("受注済", "closedwon"), pipeline="default")["pipelines"]
    assert len(found(settings(pipelines=two))) == 1, "each pipeline for itself"


def test_several_problems_are_told_together() -> None:
    given = settings(fallback_user=9, client_page={"property": "x"}, estimate_date={"property": "y"})
    assert [place for place, *_ in found(given)] == ["estimate_date.property", "client_page.property", "fallback_user"]


def test_only_what_is_named_is_kept_with_its_type() -> None:
    given = Settings.model_validate(settings(client_page={"property": "board_url"}))
    kept = checks.kept(given, DEALS, COMPANIES)
    companies = dict.fromkeys(("zip", "phone", "state", "city", "board_url"), "string")
    assert kept == {"deals": {"closedate": "datetime"}, "companies": companies}


# At `renkei apply`.


@pytest.fixture
def both(stack: Stack) -> Stack:
    stack.begin("connected to hubspot and board", lambda: connected(stack))
    return stack


def test_without_connections_it_says_which_to_make(stack: Stack) -> None:
    said = [message for _, message, _ in problems(stack, settings())]
    assert [message.rpartition("run: ")[2] for message in said] == ["renkei connect board", "renkei connect hubspot"]
    assert stack.connect()["statusCode"] == 200
    ((place, message, _),) = problems(stack, settings())
    assert (place, message.endswith("renkei connect board")) == ("", True)


def test_what_fits_is_kept_with_the_types_of_its_properties(both: Stack) -> None:
    status, told = applied(both, settings())
    assert status == 200, told
    kept = workspaces.settings("demo")
    assert kept is not None
    assert kept["types"][KEY]["deals"] == {"closedate": "datetime"}
    assert set(kept["types"][KEY]["companies"]) == {"zip", "phone", "state", "city"}


def test_what_does_not_fit_the_accounts_is_not_saved(both: Stack) -> None:
    given = stages(("受注済", "closedwon")) | {"fallback_user": 4711, "client_page": {"property": "board_url"}}
    found = problems(both, given)
    assert [place for place, *_ in found] == ["pipelines.0.stages.0.stage", "client_page.property", "fallback_user"]
    assert "8001005 (受注)" in found[0][2]
    assert workspaces.settings("demo") is None
    assert checkpoints.load("demo", KEY, "since.111111") == {}


def test_a_user_of_board_may_be_named(both: Stack) -> None:
    user = both.board.seed("users", {"email": "h@example.co.jp", "last_name": "山田", "first_name": "花子"})
    assert applied(both, settings(fallback_user=user))[0] == 200
    ((_, _, allowed),) = problems(both, settings(fallback_user=user + 1))
    assert f"{user} (山田 花子)" in allowed


def test_the_first_time_is_noted_once(both: Stack) -> None:
    first = both.clock()
    assert applied(both, settings())[0] == 200
    noted = checkpoints.load("demo", KEY, "since.111111")
    assert noted["at"].startswith(first.isoformat()[:19])
    both.clock.sleep(3600)
    assert applied(both, settings(amount=False))[0] == 200
    assert checkpoints.load("demo", KEY, "since.111111") == noted


def test_a_double_is_an_error_that_names_both(both: Stack) -> None:
    ((_, message, _),) = problems(both, stages(("受注済", "8001005"), ("受注済", "8001004")))
    assert {"8001005", "8001004"} <= set(message.replace(",", " ").replace(";", " ").split())


def test_the_dates_of_deals_are_offered(both: Stack) -> None:
    status, told = both.api("GET", "/api/workspaces/demo/properties/deals", **{"accept-language": "en"})
    assert status == 200, told
    names = {one["name"]: one["type"] for one in told["properties"]}
    assert names["closedate"] == "datetime"
    assert set(names.values()) <= {"date", "datetime"}
    status, told = both.api("GET", "/api/workspaces/demo/properties/tickets")
    assert (status, "deals" in told["error"]["message"], "Lead" in told["error"]["message"]) == (404, True, True)


def test_the_example_is_valid_and_fits_the_demo_account(both: Stack) -> None:
    document: Any = read_workspace_file(EXAMPLE).data
    filled, wrong = check(document, document["workspace"], {KEY: INTEGRATION})
    assert wrong == []
    status, told = applied(both, filled["integrations"][KEY])
    assert status == 200, told
