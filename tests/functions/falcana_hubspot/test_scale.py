"""Many records and many workspaces: memory is for one page, and nobody waits for another's falcana."""

from __future__ import annotations

import json
from collections.abc import Iterable
from unittest import mock

import pytest
from werkzeug.wrappers import Request, Response

from falcana_hubspot.book import Book
from local.sandbox.falcana import DEMO, OTHER
from renkei import aws
from tests.firm import KEY, NEW, TENANT, Firm, settings
from tests.functions.falcana_hubspot.pace import ended
from tests.harness import PORTAL

SECOND, ELSEWHERE = "second", 222222


def _open_second(firm: Firm) -> None:
    """Another workspace, with another tenant of falcana and another portal."""
    stack = firm.stack
    first, stack.workspace = stack.workspace, SECOND
    assert stack.connect(ELSEWHERE)["statusCode"] == 200
    status, told = stack.connect_falcana(client_id=OTHER.client_id, client_secret=OTHER.client_secret)
    assert status == 200, told
    status, told = stack.apply(integrations={KEY: settings(new_addresses=NEW)})
    assert status == 200, told
    stack.workspace = first
    firm.wait(10)


def _there(firm: Firm) -> list[str]:
    return [one["name"] for one in firm.falcana.state(OTHER.tenant)["addresses"]]


def _rung(firm: Firm) -> list[tuple[str, str]]:
    """(message group, workspace) of the bells that wait."""
    found = aws.client("sqs").receive_message(
        QueueUrl=firm.stack.queue_url(KEY), MaxNumberOfMessages=10, AttributeNames=["MessageGroupId"]
    )
    told = [(one["Attributes"]["MessageGroupId"], json.loads(one["Body"])) for one in found.get("Messages", ())]
    for one in found.get("Messages", ()):
        aws.client("sqs").delete_message(QueueUrl=firm.stack.queue_url(KEY), ReceiptHandle=one["ReceiptHandle"])
    return [(group, body["workspace"]) for group, body in told]


def test_each_workspace_has_its_own_queue_and_its_own_records(firm: Firm) -> None:
    """One message group for each workspace: its runs never overlap, and no other's wait for them."""
    _open_second(firm)
    firm.company("Eine GmbH")
    firm.hubspot.seed(ELSEWHERE, "companies", {"name": "Andere GmbH"})
    firm.wait(300)
    assert firm.stack.dispatch(KEY, "sync") == 2
    groups = _rung(firm)
    assert sorted(workspace for _, workspace in groups) == ["demo", SECOND]
    assert len({group for group, _ in groups}) == 2
    firm.wait(60)
    firm.stack.sweep()
    firm.work()
    assert [one["name"] for one in firm.addresses().values()] == ["Eine GmbH"]
    assert _there(firm) == ["Andere GmbH"]


@pytest.mark.parametrize("how", ["down", "refused"])
def test_a_workspace_whose_falcana_does_not_answer_keeps_no_other_from_its_run(firm: Firm, how: str) -> None:
    _open_second(firm)
    before = firm.falcana.answer

    def answer(request: Request) -> tuple[Response, str | None]:
        asked = request.authorization
        if asked and asked.type == "basic" and asked.username == DEMO.client_id:
            return firm.falcana.fault_response(503), TENANT
        return before(request)

    if how == "refused":
        firm.falcana.configure({"revoked": [DEMO.client_id]})
    firm.company("Eine GmbH")
    with mock.patch.object(firm.falcana, "answer", answer if how == "down" else before):
        for number in range(3):
            firm.hubspot.seed(ELSEWHERE, "companies", {"name": f"Andere GmbH {number}"})
            firm.wait(300)
            firm.stack.dispatch(KEY, "sync")
            firm.work()
            assert len(_there(firm)) == number + 1
    assert firm.addresses() == {}
    firm.falcana.configure({"revoked": []})
    if how == "refused":
        assert firm.stack.connect_falcana()[0] == 200
    for _ in range(3):
        firm.wait(3600)
        firm.stack.sweep()
        firm.work()
    assert [one["name"] for one in firm.addresses().values()] == ["Eine GmbH"]


@pytest.mark.parametrize("job", ["import", "sync"])
def test_memory_is_for_one_page_however_many_records_there_are(firm: Firm, job: str) -> None:
    """What is remembered at once does not grow with the number of records, be they new or known."""
    most: list[int] = []
    recall = Book.recall

    def counting(book: Book, wanted: Iterable[str]) -> None:
        recall(book, wanted)
        most[-1] = max(most[-1], len(book._rows))

    with mock.patch.object(Book, "recall", counting):
        for number in (120, 240):
            for one in range(number - len(firm.companies())):
                firm.hubspot.seed(PORTAL, "companies", {"name": f"Firma {number} {one}"})
            firm.wait(30)
            most.append(0)
            assert ended(firm, firm.press(job))["state"] == "delivered"
            assert len(firm.addresses()) == number
    assert min(most) >= 100, "it is counted"
    assert max(most) <= 3 * 200, "three rows for each record of the longest page, a search's"
