"""「特定できる情報は保持しておりません」: of deals and clients nothing but ids and digests is kept, logged or rung.

Each test plays a part of a firm's life under open ears: every row of every table is heard after every write, every log
line, metric, bell and mail. At the end all of it is searched for names, amounts, addresses and keys, and each attribute
of each link is a decimal id, a digest, or the time of something in progress.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from local.sandbox.board import DEMO
from local.sandbox.faults import Fault
from tests import mails
from tests.crash.outside import settles
from tests.crash.world import rows
from tests.harness import PORTAL, Stack
from tests.office import OWNER, Office
from tests.privacy.ears import Ears, listening

JOBS, TOOLS = "/api/workspaces/demo/jobs/hubspot_to_board", "/api/workspaces/demo/tools/hubspot_to_board"
COMPANY = {
    "name": "株式会社極楽鳥商会",
    "zip": "9876543",
    "phone": "0398765432",
    "state": "沖縄",
    "city": "夢見町字架空9-8-7",
    "domain": "gokuraku.example.jp",
}
MAIL, DEAL, AMOUNT = "hana.sasaki@gokuraku.example.jp", "秘密の基幹刷新", "987654321"
RENAMED, OTHER = "有限会社天国鳥企画", "合同会社桃源郷"
SECRETS = {
    *COMPANY.values(), *(MAIL, DEAL, AMOUNT, RENAMED, OTHER, OWNER.email, DEMO.api_key, DEMO.api_token),
    *("極楽鳥", "天国鳥", "桃源郷", "夢見町", "沖縄県", "987-6543", "03-9876-5432", "98765432", "hana.sasaki"),
}  # fmt: skip
LINK = re.compile(r"(deal|company|owner)#\d+|company#(domain|name)#[0-9a-f]{32,64}")
VALUE = re.compile(r"|\d+|[0-9a-f]{32,64}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")


@pytest.fixture
def ears(stack: Stack, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[Ears]:
    with listening(stack, caplog, capfd) as open_ears:
        open_ears.secrets |= SECRETS
        open_ears.expected |= {("log", '"connected"'), ("table connections", "'vendor': 'board'")}
        Office(stack).open(
            client_page={"property": "address2"},
            keep_company="always",
            client_fields=[
                {"field": "zip", "from": ["zip"]},
                {"field": "tel", "from": ["phone"]},
                {"field": "pref", "from": ["state"]},
                {"field": "address1", "from": ["city"]},
            ],
        )
        yield open_ears
        open_ears.hear("ledger", json.dumps(stack.deliveries(), ensure_ascii=False))
        stack.tell()
        for mail in mails.sent():
            open_ears.hear("mails", f"{mail.subject} {mail.text} {mail.html}")
        ids_and_digests_only()
    # At this point `caplog.records` are those of the teardown only. botocore's own lines quote each request.
    for record in (*caplog.get_records("setup"), *caplog.get_records("call")):
        if not record.name.startswith("botocore"):
            open_ears.hear("records", f"{record.getMessage()} {vars(record)}")
    open_ears.heard = {where: list(dict.fromkeys(texts)) for where, texts in open_ears.heard.items()}
    assert open_ears.leaks() == []
    assert open_ears.missed() == []


@pytest.fixture
def office(stack: Stack, ears: Ears) -> Office:
    ears.expected.add(("bells", '"integration": "hubspot_to_board"'))
    return Office(stack)


def ids_and_digests_only() -> int:
    """Look at every attribute of every link; gives how many there are."""
    seen = 0
    for row in rows("links"):
        assert LINK.fullmatch(row["link"]), row
        assert re.fullmatch(r"demo#(board#\w+\.\d+|hubspot#\d+)", row["scope"]), row
        for name, value in row.items():
            if name not in {"scope", "link"}:
                assert isinstance(value, str), (name, row)
                assert VALUE.fullmatch(value), (name, row)
                seen += 1
    return seen


def begun(office: Office) -> tuple[str, str]:
    """A deal that tells everything became a project: (deal, company)."""
    company = office.company(**COMPANY)
    person = office.hubspot.seed(PORTAL, "contacts", {"email": MAIL, "lastname": "佐々木", "phone": COMPANY["phone"]})
    deal = office.deal(company, status="見積中(中)", dealname=DEAL, amount=AMOUNT)
    office.hubspot.associate(PORTAL, "deals", deal, "contacts", person)
    office.tell()
    return deal, company


def test_a_whole_life(office: Office, ears: Ears) -> None:
    deal, company = begun(office)
    (project,), (client,) = office.projects(), office.clients()
    assert (project["name"], client["name"]) == (DEAL, COMPANY["name"])
    office.move(deal, "受注済")
    office.hubspot.change(PORTAL, "companies", company, {"name": RENAMED, "phone": "0398765432"})
    office.tell()
    assert office.clients()[0]["name"] == RENAMED
    office.board.set_estimate(project["id"], AMOUNT, 98765432)
    office.board.bill(office.board.state()["invoices"][0]["id"], 2)
    office.night()
    assert (office.status(deal), office.held(deal)["amount"]) == ("請求済", AMOUNT)
    office.board.remove("projects", project["id"])
    office.wait(7 * 24 * 3600)
    office.night()
    office.stack.tell()
    assert ids_and_digests_only() > 5
    ears.expected |= {("log", '"drained"'), ("table links", f"deal#{deal}"), ("table workspaces", "checkpoint#")}


def test_deals_that_wait_for_people(office: Office, ears: Ears) -> None:
    for _ in range(2):
        office.board.seed("clients", {"name": COMPANY["name"], "name_disp": "極楽鳥商会", "to": MAIL})
    alone = office.deal(status="見積中(中)", dealname=DEAL, amount=AMOUNT)
    undated = office.deal(office.company(**COMPANY), status="見積中(中)", dealname=DEAL, closedate="")
    unclear = office.deal(office.company(**COMPANY), status="見積中(中)", dealname=DEAL)
    nameless = office.deal(office.company(name=""), status="見積中(中)", dealname=DEAL)
    office.tell()
    waiting = office.stack.deliveries("parked")
    assert {one["reason"] for one in waiting} >= {"deal_without_company", "deal_date_missing", "client_ambiguous"}
    for deal in (alone, undated, unclear, nameless):
        assert deal in json.dumps([one["id"] for one in waiting])
    office.night()
    office.stack.tell()
    ears.expected.add(("ledger", "client_ambiguous"))


@pytest.mark.parametrize(
    ("path", "status"),
    [*(("/v1/projects", status) for status in (401, 403, 404, 422, 429, 500)), ("/v1/clients", 400)],
)
def test_a_vendor_that_quotes_what_it_was_sent(office: Office, path: str, status: int) -> None:
    told = " ".join(sorted(SECRETS))
    body = json.dumps({"message": told, "error": told, "errors": {told: [told], "tel": [told]}}, ensure_ascii=False)
    fault = office.board.faults.add(Fault("POST", path, status=status, body=body, times=2))
    begun(office)
    assert fault.struck
    office.stack.tell()


def test_hubspot_quotes_what_it_was_sent(office: Office) -> None:
    told = " ".join(sorted(SECRETS))
    problem = {"message": told, "code": told, "context": {"propertyName": ["address2"], told: [told]}}
    body = json.dumps({"status": "error", "message": told, "category": "VALIDATION_ERROR", "errors": [problem]})
    fault = office.hubspot.faults.add(Fault("PATCH", "*/companies/*", status=400, body=body))
    begun(office)
    assert fault.struck
    (project,) = office.projects()
    office.board.change("projects", project["id"], {"order_status": 9})
    fault = office.hubspot.faults.add(Fault("POST", "*/deals/batch/update", status=400, body=body, times=2))
    one = office.hubspot.faults.add(Fault("PATCH", "*/deals/*", status=400, body=body, times=2))
    office.night()
    assert fault.struck + one.struck


@pytest.mark.parametrize("kind", ["timeout_after", "junk_body", "cut_after"])
def test_vendors_that_do_not_answer(office: Office, kind: str) -> None:
    for method, path in (("POST", "/v1/clients"), ("POST", "/v1/projects")):
        office.board.faults.add(Fault(method, path, kind, body=" ".join(SECRETS)))  # type: ignore[arg-type]
    office.hubspot.faults.add(Fault("PATCH", "*/companies/*", kind, body=" ".join(SECRETS)))  # type: ignore[arg-type]
    begun(office)
    ids_and_digests_only()
    settles(office.stack)
    assert len(office.projects()) == 1


def test_clients_that_are_pushed(office: Office, ears: Ears) -> None:
    office.company(**COMPANY)
    office.board.seed("clients", {"name": COMPANY["name"], "name_disp": "極楽鳥", "to": MAIL, "tel": "03-9876-5432"})
    office.board.seed("clients", {"name": OTHER, "name_disp": "桃源郷", "address1": COMPANY["city"], "zip": "987-6543"})
    for name in ("有限会社天国鳥企画", "有限会社 天国鳥企画"):
        office.company(name=name)
    office.board.seed("clients", {"name": RENAMED, "name_disp": "天国鳥"})
    office.wait(60)
    for dry in (True, False, False):
        status, told = office.stack.api("POST", JOBS, {"job": "push_clients", "dry_run": dry})
        assert status == 200, told
        office.work()
        office.wait(60)
    assert OTHER in {one["properties"]["name"] for one in office.stack.the("companies")}
    assert ids_and_digests_only() > 2
    ears.expected.add(("ledger", "push_clients"))


def test_merges_links_and_unlinks(office: Office) -> None:
    deal, company = begun(office)
    client = office.board.seed("clients", {"name": OTHER, "name_disp": "桃源郷"})
    other = office.company(name=RENAMED, domain="tengoku.example.jp")
    second = office.deal(other, status="受注確定", dealname=DEAL)
    office.tell()
    office.wait(1)
    left = office.hubspot.merge(PORTAL, "companies", company, other)
    merged = office.hubspot.merge(PORTAL, "deals", deal, second)
    office.tell()
    for body in ({"company": left, "client": str(client)}, {"company": left, "client": str(client)}):
        status, told = office.stack.api("POST", f"{TOOLS}/link", body)
        assert status == 200, told
    for told_off in ({"company": left}, {"deal": merged}, {"deal": merged, "again": True}):
        office.stack.api("POST", f"{TOOLS}/unlink", told_off)
    office.tell()
    office.night()
    ids_and_digests_only()
