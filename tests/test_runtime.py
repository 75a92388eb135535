"""The built functions in the real Lambda runtime, answering real events (make runtime)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from moto.server import ThreadedMotoServer

from integrations import INTEGRATIONS
from local.runtime.built import Function, functions
from local.runtime.runtime import Answer
from local.runtime.services import provide
from local.stack.template import parsed
from renkei.integration import Integration

EVENTS = Path(__file__).resolve().parents[1] / "events" / "apigateway"
# Lambda's limits: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
INIT_LIMIT_MS = 10_000
UNZIPPED_LIMIT = 250 * 1024 * 1024
NAMES = (
    "WebhooksFunction",
    "OauthFunction",
    "ApiFunction",
    "SweepFunction",
    "DailyFunction",
    "DispatchFunction",
    "NoticesFunction",
    "NoticePagesFunction",
    "BookingToHubspotFunction",
    "BookingToSalesforceFunction",
    "HubspotToBoardFunction",
    "FalcanaHubspotFunction",
    "LmsToHubspotFunction",
    "LmsToMailchimpFunction",
    "LmsToSlackFunction",
)

pytestmark = [pytest.mark.runtime, pytest.mark.xdist_group("build"), pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def built() -> dict[str, Function]:
    return {function.name: function for function in functions()}


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield provide(f"http://{host}:{port}")
    server.stop()


def event(name: str) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8")))


def invoked(function: Function, environment: dict[str, str], payload: object) -> Answer:
    with function.runtime(environment) as runtime:
        answer = runtime.invoke(payload)
    assert "errorType" not in (answer.payload or {}), f"{function.name}: {answer.payload}\n{answer.log}"
    assert answer.init_ms is not None
    assert answer.init_ms < INIT_LIMIT_MS
    return answer


def test_every_function_was_built(built: dict[str, Function]) -> None:
    assert sorted(built) == sorted(NAMES)


def test_the_environment_given_here_is_the_template_s(environment: dict[str, str]) -> None:
    variables = parsed()["Globals"]["Function"]["Environment"]["Variables"]
    assert set(environment) - {"AWS_ENDPOINT_URL"} == set(variables)


def test_code_and_layer_fit_into_lambda(built: dict[str, Function]) -> None:
    function = built["BookingToHubspotFunction"]
    files = [path for folder in (function.code, function.layer) for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < UNZIPPED_LIMIT / 4


def test_webhooks_says_it_is_well(built: dict[str, Function], environment: dict[str, str]) -> None:
    answer = invoked(built["WebhooksFunction"], environment, event("healthz"))
    assert answer.payload["statusCode"] == 200


def test_webhooks_refuses_a_wrong_token(built: dict[str, Function], environment: dict[str, str]) -> None:
    answer = invoked(built["WebhooksFunction"], environment, event("webhook_wrong_token"))
    assert answer.payload["statusCode"] == 401
    assert "wrong-token" not in answer.log


def test_webhooks_asks_to_try_again_while_the_store_is_down(
    built: dict[str, Function], environment: dict[str, str]
) -> None:
    nowhere = environment | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    answer = invoked(built["WebhooksFunction"], nowhere, event("webhook_wrong_token"))
    assert answer.payload["statusCode"] == 503


def test_oauth_shows_a_page_for_an_unknown_ticket(built: dict[str, Function], environment: dict[str, str]) -> None:
    answer = invoked(built["OauthFunction"], environment, event("oauth_start_unknown_ticket"))
    assert 400 <= answer.payload["statusCode"] < 500
    assert "text/html" in json.dumps(answer.payload)


def test_the_api_lists_no_workspaces_yet(built: dict[str, Function], environment: dict[str, str]) -> None:
    answer = invoked(built["ApiFunction"], environment, event("api_workspaces"))
    assert answer.payload["statusCode"] == 200
    assert json.loads(answer.payload["body"]) == {"workspaces": []}


def test_the_sweep_reports_the_oldest_that_waits(built: dict[str, Function], environment: dict[str, str]) -> None:
    answer = invoked(built["SweepFunction"], environment, {"job": "sweep"})
    assert "OldestPendingSeconds" in answer.log


@pytest.mark.parametrize("name", ["DailyFunction", "NoticesFunction"])
def test_what_is_scheduled_runs_on_a_stack_that_nobody_uses_yet(
    built: dict[str, Function], environment: dict[str, str], name: str
) -> None:
    job = name.removesuffix("Function").lower()
    answer = invoked(built[name], environment | {"RENKEI_NOTICE_FROM": "renkei@example.com"}, {"job": job})
    assert isinstance(answer.payload, dict)
    assert not [line for line in answer.log.splitlines() if '"level":"ERROR"' in line]


@pytest.mark.parametrize("key", ["hubspot_to_board", "falcana_hubspot"])
def test_the_dispatcher_runs_on_a_stack_that_nobody_uses_yet(
    built: dict[str, Function], environment: dict[str, str], key: str
) -> None:
    asked = {"job": "dispatch", "integration": key, "run": "sync", "at": "2026-11-21T18:00:00Z"}
    answer = invoked(built["DispatchFunction"], environment, asked)
    assert answer.payload == {"put": 0}


def test_a_notice_s_page_is_for_those_who_got_the_mail(built: dict[str, Function], environment: dict[str, str]) -> None:
    answer = invoked(built["NoticePagesFunction"], environment, event("notice_wrong_key"))
    assert answer.payload["statusCode"] == 404
    assert "text/html" in json.dumps(answer.payload)
    assert "wrong" not in answer.log


@pytest.mark.parametrize("integration", INTEGRATIONS.values(), ids=INTEGRATIONS)
def test_a_worker_takes_a_bell_for_a_workspace_that_is_gone(
    built: dict[str, Function], environment: dict[str, str], integration: Integration
) -> None:
    (worker,) = (one for one in built.values() if one.handler == f"{integration.key}.app.handler")
    bell = {"workspace": "gone", "connection": integration.vendor, "integration": integration.key}
    record = {
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": json.dumps(bell),
        "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": f"gone.{integration.vendor}"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:ap-northeast-1:123456789012:{integration.key}.fifo",
        "awsRegion": "ap-northeast-1",
    }
    answer = invoked(worker, environment, {"Records": [record]})
    assert answer.payload == {"batchItemFailures": []}
