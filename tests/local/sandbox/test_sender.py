"""On a port: a thread posts the webhooks, and a person's changes have pages."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from local.sandbox.hubspot import HubSpot
from local.sandbox.hubspot.sender import Sender
from local.sandbox.hubspot.webhooks import Event
from tests.local.sandbox.conftest import PORTAL, Api


class Receiver:
    """A listener on a port: keeps what it got, and answers with the statuses it is told, then 200."""

    def __init__(self) -> None:
        self.got: list[Request] = []
        self.statuses: list[int] = []
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}/webhooks/hubspot"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _answer(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        request.get_data()
        status = self.statuses.pop(0) if self.statuses else 200
        self.got.append(request)
        return Response(status=status)(environ, start_response)

    def batches(self) -> list[list[dict[str, Any]]]:
        return [request.get_json() for request in self.got]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.stop()


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def _threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "hubspot-webhooks"]


@pytest.fixture
def told(hubspot: HubSpot, served: str, receiver: Receiver) -> Iterator[str]:
    """The sandbox's own pages, with the receiver as the target."""
    hubspot.issue_token(PORTAL)
    pages = f"{served}/hubspot/_sandbox"
    assert requests.post(f"{pages}/settings", json={"webhook_target": receiver.url}, timeout=5).ok
    yield pages
    hubspot.reset()
    _until(lambda: not _threads())


def test_a_persons_changes_are_posted(told: str, hubspot: HubSpot, receiver: Receiver) -> None:
    def hand(page: str, **body: object) -> dict[str, str]:
        answer = requests.post(f"{told}/{page}", json={"portal": PORTAL} | body, timeout=5)
        assert answer.status_code == 200, answer.text
        found: dict[str, str] = answer.json()
        return found

    deal = hand("seed", kind="deals", properties={"dealname": "案件"})["id"]
    company = hand("seed", kind="companies", properties={"website": "https://kaisha.example"})["id"]
    hand("associate", kind="deals", id=deal, to_kind="companies", to_id=company, types=[5])
    hand("change", kind="deals", id=deal, properties={"dealstage": "closedwon"})
    _until(lambda: sum(map(len, receiver.batches())) == 4)
    events = [event for batch in receiver.batches() for event in batch]
    assert [(e["subscriptionType"], e.get("propertyValue")) for e in events] == [
        ("deal.creation", None),
        ("deal.propertyChange", "appointmentscheduled"),
        ("deal.associationChange", None),
        ("deal.propertyChange", "closedwon"),
    ]
    for request in receiver.got:
        wanted = hubspot.signed(request.get_data(), receiver.url)
        assert {name: request.headers.get(name) for name in wanted} == wanted
        assert request.mimetype == "application/json"
    assert hubspot.take_events() == []


@pytest.mark.parametrize(
    ("page", "body"),
    [
        ("seed", {"portal": 1, "kind": "deals", "properties": {}}),
        ("seed", {"portal": PORTAL, "kind": "unicorns", "properties": {}}),
        ("seed", {"portal": PORTAL, "kind": "deals", "properties": {"amount": 5}}),
        ("seed", {"portal": PORTAL, "kind": "deals", "properties": {"nonsense": "5"}}),
        ("change", {"portal": PORTAL, "kind": "deals", "id": "1", "properties": {}}),
        ("change", {"portal": PORTAL, "kind": "deals", "properties": {}}),
        ("associate", {"portal": PORTAL, "kind": "deals", "id": "1", "to_kind": "companies", "to_id": "2"}),
        ("associate", {"portal": PORTAL, "types": "5"}),
        ("settings", {"webhook_target": "ftp://127.0.0.1"}),
        ("settings", {"webhook_target": None}),
    ],
    ids=str,
)
def test_what_cannot_be_done_by_hand(nobody: Api, page: str, body: dict[str, object]) -> None:
    answer = nobody.post(f"/_sandbox/{page}", json=body)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])


def test_pages_that_are_not_there(nobody: Api) -> None:
    for method, page in (("POST", "remove"), ("GET", "seed"), ("DELETE", "change")):
        assert nobody.request(method, f"/_sandbox/{page}", json={}).status_code == 404


def test_what_is_not_taken_is_sent_again(receiver: Receiver) -> None:
    receiver.statuses = [500, 302, 404]
    waiting: list[list[Event]] = [[{"eventId": 1, "attemptNumber": 0}, {"eventId": 2, "attemptNumber": 0}]]
    sender = Sender(receiver.url, lambda: waiting.pop() if waiting else [], lambda *_: {}, [0.01] * 5)
    _until(lambda: len(receiver.got) == 4)
    assert [[e["attemptNumber"] for e in batch] for batch in receiver.batches()] == [[0, 0], [1, 1], [2, 2], [3, 3]]
    time.sleep(0.05)
    assert len(receiver.got) == 4
    sender.stop()
    _until(lambda: not _threads())


def test_it_gives_up_in_the_end_and_goes_on_with_others() -> None:
    receiver, tried = Receiver(), []
    target = receiver.url
    receiver.stop()  # nobody listens any more

    def signed(body: bytes, url: str) -> dict[str, str]:
        tried.append((len(body), url))
        return {}

    waiting: list[list[Event]] = [[{"attemptNumber": 0}]]
    sender = Sender(target, lambda: waiting.pop() if waiting else [], signed, [0.01, 0.02])
    _until(lambda: len(tried) == 3)
    waiting.append([{"attemptNumber": 0}])
    sender.ring()
    _until(lambda: len(tried) == 6)
    sender.stop()
    _until(lambda: not _threads())


def test_at_most_a_hundred_in_a_batch(hubspot: HubSpot, receiver: Receiver) -> None:
    hubspot.issue_token(PORTAL)
    for number in range(75):
        hubspot.seed(PORTAL, "deals", {"dealname": str(number)})
    assert _threads() == []  # without a target there is none
    hubspot.configure({"webhook_target": receiver.url})
    _until(lambda: [len(batch) for batch in receiver.batches()] == [100, 50])
    hubspot.configure({"webhook_target": ""})
    _until(lambda: not _threads())
    hubspot.seed(PORTAL, "deals", {"dealname": "案件"})
    assert len(hubspot.take_events()) == 2


def test_the_page_shows_deals(hubspot: HubSpot) -> None:
    company = hubspot.seed(PORTAL, "companies", {"name": "甲"})
    deal = hubspot.seed(PORTAL, "deals", {"dealname": "<案件>", "dealstage": "8001002", "amount": "1200000"})
    hubspot.associate(PORTAL, "deals", deal, "companies", company, 5)
    page = hubspot.page()
    for shown in ("&lt;案件&gt;", "新規案件: 見積(中)", "1200000", "甲 (primary)"):
        assert f"<td>{shown}<td>" in page
