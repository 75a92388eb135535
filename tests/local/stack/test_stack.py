"""The deployed stack on the embedded emulator, from outside (make stack-test): one start, the whole story, one stop."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.credentials import Credentials

from integrations import INTEGRATIONS
from local.cli.signing import Signer
from local.demo import deals
from local.demo.story import BOOKING, Story
from local.demo.visitor import DemoTrouble, Visitor
from local.stack import scheduled
from local.stack.deploy import SENDER
from renkei.integration import Integration
from tests.local.stack.running import Aws, said, until

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("build"), pytest.mark.timeout(300)]


def test_status_shows_the_addresses(stack: dict[str, Any], folder: Path) -> None:
    code, output = said(folder, "status")
    assert code == 0
    assert all(stack[part] in output for part in ("url", "sandbox", "endpoint_url"))


def test_the_public_address_is_in_the_outputs(stack: dict[str, Any]) -> None:
    assert stack["outputs"]["WebhookUrl"] == f"{stack['url']}/webhooks"
    assert stack["outputs"]["HubspotRedirectUrl"] == f"{stack['url']}/oauth/hubspot/callback"
    assert stack["outputs"]["HubspotWebhookUrl"] == f"{stack['url']}/webhooks/hubspot"


def test_only_the_api_s_own_routes_answer(stack: dict[str, Any]) -> None:
    assert requests.get(f"{stack['url']}/healthz", timeout=30).status_code == 200
    assert requests.get(f"{stack['url']}/nothing/here", timeout=30).status_code == 404
    assert requests.get(f"{stack['url']}/webhooks/timerex/demo", timeout=30).status_code == 404


def test_the_api_wants_a_signature_and_webhooks_a_token(stack: dict[str, Any]) -> None:
    assert requests.get(f"{stack['url']}/api/workspaces", timeout=30).status_code == 403
    unknown = requests.post(f"{stack['url']}/webhooks/timerex/demo", json={}, timeout=30)
    assert unknown.status_code == 401


def test_the_whole_story_holds(stack: dict[str, Any]) -> None:
    lines: list[str] = []
    visitor = Visitor(stack["url"], stack["sandbox"], stack["region"], "demo")
    story = Story(visitor, lines.append, lambda: scheduled.run(stack["endpoint_url"], "notices"))
    story.tell()
    assert story.failed == [], "\n".join(lines)
    ends = [json.loads(str(story.minute())) for _ in range(3)]  # the schedule may have done a part of it by itself
    assert not [end for end in ends if end.keys() - {"recoveries"}], ends
    assert ends[-1] == {}, "nothing is left to be told"


def test_the_story_of_deals_holds(stack: dict[str, Any]) -> None:
    """Both roles of a deal's way, too: the emulator checks the rights of receiver, worker and admin's door."""
    lines: list[str] = []
    visitor = Visitor(stack["url"], stack["sandbox"], stack["region"], "demo")
    story = Story(visitor, lines.append, lambda: scheduled.run(stack["endpoint_url"], "notices"))
    deals.tell(story, stack["outputs"]["HubspotWebhookUrl"])
    assert story.failed == [], "\n".join(lines)
    said_of_it = json.loads(scheduled.run(stack["endpoint_url"], "dispatch"))
    assert said_of_it == {"put": 1}, "03:00 comes for the workspace that has it on, and for no other"
    billing = Visitor(stack["url"], stack["sandbox"], stack["region"], "billing")
    assert until(lambda: all(row["state"] != "pending" for row in billing.deliveries()), 60)
    runs = [row for row in billing.deliveries() if ".schedule.sync." in row["id"]]
    assert [row["state"] for row in runs] == ["delivered"]


def test_a_mail_s_one_click_ends_the_mails(stack: dict[str, Any]) -> None:
    visitor = Visitor(stack["url"], stack["sandbox"], stack["region"], "demo")
    mail = next(one for one in visitor.mails() if "billing" not in one["text"])
    assert mail["sender"] == f"Renkei <{SENDER}>"
    assert mail["html"].startswith("<!doctype html>")
    assert mail["one_click"] == "List-Unsubscribe=One-Click"
    page, click = mail["unsubscribe"].strip("<>"), {"List-Unsubscribe": "One-Click"}
    forged = page.replace("?key=", "?key=0")
    assert [requests.get(one, timeout=30).status_code for one in (page, forged)] == [200, 404]
    assert 'value="unsubscribe"' in requests.get(page, timeout=30).text, "looking at it changes nothing"
    assert [requests.post(one, data=click, timeout=30).status_code for one in (forged, page)] == [404, 200]
    assert 'value="subscribe"' in requests.get(page, timeout=30).text


def test_a_signature_of_somebody_else_is_refused(stack: dict[str, Any]) -> None:
    stranger = Signer(Credentials("AKIAIOSFODNN7EXAMPLE", "somebody-else").get_frozen_credentials(), stack["region"])
    assert requests.get(f"{stack['url']}/api/workspaces", auth=stranger, timeout=30).status_code == 403


def test_the_api_takes_a_body_as_large_as_a_delivery_may_hold(stack: dict[str, Any]) -> None:
    visitor = Visitor(stack["url"], stack["sandbox"], stack["region"], "demo")
    event = json.loads(BOOKING.read_text(encoding="utf-8")) | {"more": "受講者" * 40_000}
    asked = {"integration": "booking_to_hubspot", "source": "timerex", "payload": event}
    assert len(json.dumps(asked, ensure_ascii=False).encode()) > 350_000
    assert visitor.api("POST", "workspaces/demo/preview", asked)["outcome"] == "delivered"


def test_another_account_is_not_taken_by_mistake(stack: dict[str, Any]) -> None:
    visitor = Visitor(stack["url"], stack["sandbox"], stack["region"], "demo")
    asked = visitor.api("POST", "workspaces/demo/connections/hubspot", {"switch_account": False})
    with pytest.raises(DemoTrouble, match=r"answered 400: .*222222"):
        visitor.consent(asked["url"], portal="222222")
    assert visitor.connection("hubspot")["account"] == "111111"


def test_what_waits_for_a_person_goes_on_when_the_person_has_acted(stack: dict[str, Any]) -> None:
    """Disconnect, book, connect again: every role needs the rights it has, and none more (the emulator checks them)."""
    visitor = Visitor(stack["url"], stack["sandbox"], stack["region"], "demo")
    story = Story(visitor, print, lambda: None)
    assert visitor.api("DELETE", "workspaces/demo/connections/hubspot")["disconnected"] is True
    visitor.api("POST", "workspaces/demo/connections/timerex", {"token": story.token, "keep_old": True})
    event = json.loads(BOOKING.read_text(encoding="utf-8"))
    event["event"]["id"] = "0123456789abcdef0123"
    assert visitor.send(json.dumps(event).encode(), story.token)["accepted"] == 1

    def states() -> list[str]:
        return [row["state"] for row in visitor.deliveries() if row["id"].endswith(event["event"]["id"])]

    assert until(lambda: states() == ["parked"], 60)
    story.connect()
    assert story.failed == []
    assert until(lambda: states() == ["delivered"], 60)
    (delivered,) = (row["id"] for row in visitor.deliveries() if row["id"].endswith(event["event"]["id"]))
    with pytest.raises(DemoTrouble, match="409"):
        visitor.api("POST", f"workspaces/demo/deliveries/{delivered}/retry")


def test_what_a_person_asks_is_answered(stack: dict[str, Any]) -> None:
    visitor = Visitor(stack["url"], stack["sandbox"], stack["region"], "demo")
    event = json.loads(BOOKING.read_text(encoding="utf-8"))
    asked = {"integration": "booking_to_hubspot", "source": "timerex", "payload": event}
    assert visitor.api("POST", "workspaces/demo/preview", asked)["outcome"] == "delivered"
    assert visitor.api("GET", "workspaces/demo/properties/companies")["properties"]
    assert visitor.api("GET", "workspaces/demo")["workspace"] == "demo"


def brought_back(visitor: Visitor, wanted: dict[str, str]) -> int:
    """How many deliveries a retry in bulk brings back, page by page."""
    done, after = 0, ""
    while True:
        told = visitor.api("POST", f"workspaces/{visitor.workspace}/deliveries/retry", wanted | {"after": after})
        done, after = done + told["done"], told["next"]
        if after is None:
            return int(done)


def test_a_connection_is_ended_for_good(stack: dict[str, Any]) -> None:
    """What waits needs a decision, also in bulk; the links of the account go with `forget`."""
    visitor = Visitor(stack["url"], stack["sandbox"], stack["region"], "demo")
    there, token = "workspaces/demo", "another-security-token"
    visitor.api("POST", f"{there}/connections/timerex", {"token": token, "keep_old": True})
    visitor.uninstall()
    event = json.loads(BOOKING.read_text(encoding="utf-8"))
    for number in range(3):
        event["event"]["id"] = f"fedcba987654321{number:05}"
        assert visitor.send(json.dumps(event).encode(), token)["accepted"] == 1
    assert until(lambda: len(visitor.api("GET", f"{there}/deliveries?state=parked")["deliveries"]) == 3, 60)
    mails = visitor.mails()
    scheduled.run(stack["endpoint_url"], "notices")
    (broken,) = (one for one in visitor.api("GET", f"{there}/notices")["notices"] if one["kind"] == "broken")
    assert (broken["why"], visitor.mails()) == ("told_already", mails), "one mail a week for one cause"
    with pytest.raises(DemoTrouble, match="decision_needed"):
        visitor.api("DELETE", f"{there}/connections/hubspot")
    assert brought_back(visitor, {"connection": "hubspot"}) == 3
    assert until(lambda: len(visitor.api("GET", f"{there}/deliveries?state=parked")["deliveries"]) == 3, 60)
    first = visitor.api("GET", f"{there}/deliveries?state=parked")["deliveries"][0]
    assert visitor.api("POST", f"{there}/deliveries/{first['id']}/discard")["state"] == "skipped"
    ended = visitor.api("DELETE", f"{there}/connections/hubspot?waiting=discard&forget=true")
    assert (ended["disconnected"], ended["discarded"], ended["more"]) == (True, 2, False)
    assert ended["forgotten"] > 0
    assert visitor.api("GET", f"{there}/deliveries?state=parked")["deliveries"] == []


def test_the_logs_show_what_happened_and_nothing_of_the_guest(stack: dict[str, Any], folder: Path) -> None:
    code, output = said(folder, "logs")
    assert code == 0
    assert "drained" in output
    assert not [word for word in ("sasaki", "aozora", "青空商事", "佐々木", "capability") if word in output.lower()]


@pytest.mark.parametrize("integration", INTEGRATIONS.values(), ids=INTEGRATIONS)
def test_a_bell_nobody_can_answer_does_not_stop_the_next(aws: Aws, integration: Integration) -> None:
    logical_id = "".join(word.capitalize() for word in integration.key.split("_")) + "Queue"
    queue, sqs = aws.physical(logical_id), aws.client("sqs")
    for workspace in ("nobody", "somebody"):
        bell = {"workspace": workspace, "connection": integration.vendor, "integration": integration.key}
        sqs.send_message(
            QueueUrl=queue,
            MessageBody=json.dumps(bell),
            MessageGroupId=workspace,
            MessageDeduplicationId=uuid.uuid4().hex,
        )
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def empty() -> bool:
        found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=counts)["Attributes"]
        return all(found[count] == "0" for count in counts)

    assert until(empty, 60)


def test_deploying_again_keeps_routes_and_data(stack: dict[str, Any], folder: Path) -> None:
    code, output = said(folder, "deploy")
    assert code == 0, output
    assert "8 routes answer" in output
    assert requests.get(f"{stack['url']}/healthz", timeout=30).status_code == 200
    visitor = Visitor(stack["url"], stack["sandbox"], stack["region"], "demo")
    assert visitor.api("GET", "workspaces") == {"workspaces": ["billing", "demo"]}


def test_what_a_schedule_sends_tells_its_time(aws: Aws) -> None:
    """As the one of falcana, but at once: the dispatcher reads the time, and no run is put for nobody."""
    scheduler, name = aws.client("scheduler"), "renkei-local-dispatch-falcana"
    assert json.loads(scheduled.run(aws.endpoint, "dispatch-falcana")) == {"put": 0}
    target = scheduler.get_schedule(Name=name)["Target"]
    assert scheduled.TIME in target["Input"]

    def lines(word: str) -> list[str]:
        found = aws.client("logs").filter_log_events(logGroupName="/renkei/renkei-local/dispatch")["events"]
        return [event["message"] for event in found if word in event["message"]]

    before = len(lines("falcana_hubspot"))
    scheduler.create_schedule(
        Name=f"{name}-now",
        ScheduleExpression=f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=target,
    )
    assert until(lambda: len(lines("falcana_hubspot")) > before, 60)
    assert lines("ERROR") == []


def test_the_sweep_comes_by_itself(aws: Aws) -> None:
    group = "/renkei/renkei-local/sweep"

    def swept() -> bool:
        events = aws.client("logs").filter_log_events(logGroupName=group)["events"]
        return any("OldestPendingSeconds" in event["message"] for event in events)

    assert until(swept, 90)


def test_no_function_logged_an_error(folder: Path) -> None:
    """A right that is missing shows here too: a function that is refused something says so."""
    _, output = said(folder, "logs")
    assert [line for line in output.splitlines() if '"level":"ERROR"' in line or "AccessDenied" in line] == []
