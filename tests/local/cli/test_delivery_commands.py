import json
from pathlib import Path

import pytest

from tests.local.cli.conftest import Run
from tests.local.cli.fake_stack import FakeStack

DELIVERIES = "/api/workspaces/demo/deliveries"
WEBHOOK = "/webhooks/timerex/demo"
ID = "booking_to_hubspot.timerex.event_confirmed.0123456789abcdef0123"
ROW = {
    "id": ID,
    "integration": "booking_to_hubspot",
    "state": "delivered",
    "reason": None,
    "message": "",
    "warnings": [{"code": "no_number", "message": "従業員数 is no number."}],
    "attempts": 1,
    "accepted_at": "2026-11-22T00:00:00+00:00",
    "outcome": {"company": "1", "contact": "2"},
    "vendor_calls": 3,
}
EVENT = {
    "webhook_type": "event_confirmed",
    "event": {
        "id": "0123456789abcdef0123",
        "start_datetime": "2026-12-01T01:00:00+00:00",
        "end_datetime": "2026-12-01T01:30:00+00:00",
        "form": [],
    },
}


@pytest.fixture
def event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setenv("RENKEI_TIMEREX_TOKEN", "t0ken")
    # As recorded: its white space must arrive as it is.
    body = json.dumps(EVENT, indent=3).encode() + b"\n"
    (tmp_path / "event.json").write_bytes(body)
    return body


def of(*rows: object, following: str | None = None) -> tuple[int, object]:
    return 200, {"deliveries": list(rows), "next": following}


def test_deliveries_as_a_table_and_as_json(run: Run, stack: FakeStack) -> None:
    rejected = ROW | {"state": "rejected", "message": "The address \x1b[31mis none.", "warnings": [], "vendor_calls": 0}
    stack.on("GET", DELIVERIES, of(ROW, rejected, following="c1"))
    result = run("deliveries", "--state", "rejected", "--limit", "2")
    assert result.code == 0
    lines = result.out.splitlines()
    assert lines[0].split() == ["Accepted", "State", "Attempts", "Calls", "Id", "Reason"]
    assert lines[1].split() == ["2026-11-22", "09:00:00", "delivered", "1", "3", ID]
    assert lines[2].endswith(f"{ID}  The address ·[31mis none.")
    assert result.err == f"Warning: {ID}: 従業員数 is no number.\nThere are more: --all shows them.\n"
    assert stack.of("GET", DELIVERIES)[0].query == {"limit": ["2"], "state": ["rejected"]}
    assert json.loads(run("deliveries", "--limit", "2", "--json").out) == {"deliveries": [ROW, rejected], "next": "c1"}


def test_deliveries_all_follows_the_pages(run: Run, stack: FakeStack) -> None:
    stack.on("GET", DELIVERIES, of(ROW, following="a b/ü"), of(ROW, following="c2"), of(ROW))
    assert len(json.loads(run("deliveries", "--all", "--json").out)["deliveries"]) == 3
    assert [call.query.get("after") for call in stack.of("GET", DELIVERIES)] == [None, ["a b/ü"], ["c2"]]


def test_deliveries_does_not_go_round_in_circles(run: Run, stack: FakeStack) -> None:
    stack.on("GET", DELIVERIES, of(ROW, following="c1"))
    assert run("deliveries", "--all").code == 0
    assert len(stack.of("GET", DELIVERIES)) == 2


def test_deliveries_none(run: Run, stack: FakeStack) -> None:
    stack.on("GET", DELIVERIES, of())
    assert run("deliveries").code == 1
    result = run("deliveries", "--json")
    assert (result.code, json.loads(result.out)) == (1, {"deliveries": [], "next": None})
    assert run("deliveries", "--state", "lost").code == 2
    assert run("deliveries", "--limit", "0").code == 2


def test_send_posts_as_timerex_does(run: Run, stack: FakeStack, event: bytes) -> None:
    stack.on("POST", WEBHOOK, (200, {"accepted": 1, "repeated": 0, "skipped": 0}))
    stack.on("GET", "/api/workspaces/demo", (200, {"sources": {"timerex": {"header": "X-TimeRex-Authorization"}}}))
    result = run("send", "event.json")
    assert (result.code, result.out) == (0, "Accepted: 1, repeated: 0, skipped: 0\n")
    call = stack.of("POST", WEBHOOK)[0]
    assert call.body == event
    assert all(name == name.lower() for name in call.headers)
    assert call.headers["x-timerex-authorization"] == "t0ken"
    assert call.headers["user-agent"] == "TimeRex API v1"
    assert call.headers["content-type"] == call.headers["accept"] == "application/json"
    assert "authorization" not in call.headers
    assert "t0ken" not in result.out + result.err


def test_send_with_a_token_in_authorization(run: Run, stack: FakeStack, event: bytes, tmp_path: Path) -> None:
    stack.on("POST", WEBHOOK, (200, {"accepted": 0, "repeated": 1, "skipped": 0}))
    # What the machine's .netrc knows about this host must not replace the token.
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n", encoding="utf-8")
    result = run("--workspace", "demo", "send", "event.json", "--header", "authorization", "--json")
    assert json.loads(result.out) == {"accepted": 0, "repeated": 1, "skipped": 0}
    assert [call.path for call in stack.calls] == [WEBHOOK]
    assert stack.calls[0].headers["authorization"] == "t0ken"


@pytest.mark.parametrize(("state", "code"), [("delivered", 0), ("skipped", 0), ("rejected", 1), ("parked", 1)])
def test_send_waits_for_the_end(run: Run, stack: FakeStack, event: bytes, state: str, code: int) -> None:
    stack.on("POST", WEBHOOK, (200, {"accepted": 1, "repeated": 0, "skipped": 0}))
    other = ROW | {"id": "booking_to_hubspot.timerex.event_cancelled.0123456789abcdef0123"}
    pending = ROW | {"state": "pending"}
    stack.on("GET", DELIVERIES, of(other, following="c"), of(other), (503, b""), of(other, pending, following="c"))
    stack.on("GET", f"{DELIVERIES}/{ID}", (200, pending), (503, b""), (200, ROW | {"state": state}))
    result = run("send", "event.json", "--header", "x-timerex-authorization", "--wait")
    assert result.code == code
    assert state in result.out
    assert "event_cancelled" not in result.out
    # Once it is found, only it is looked at, and the pages after it are not.
    assert [len(stack.of("GET", path)) for path in (DELIVERIES, f"{DELIVERIES}/{ID}")] == [4, 3]


def test_send_stops_waiting(run: Run, stack: FakeStack, event: bytes) -> None:
    stack.on("POST", WEBHOOK, (200, {"accepted": 1, "repeated": 0, "skipped": 0}))
    stack.on("GET", DELIVERIES, of(ROW | {"state": "pending"}))
    stack.on("GET", f"{DELIVERIES}/{ID}", (200, ROW | {"state": "pending"}))
    result = run("send", "event.json", "--header", "x-timerex-authorization", "--wait", "4", "--json")
    assert result.code == 1
    assert json.loads(result.out)["deliveries"][0]["state"] == "pending"
    assert "Not finished in time" in result.err


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            (401, {"error": "unknown workspace or wrong token"}),
            "the token, key or secret is wrong, or workspace demo does not",
        ),
        ((400, {"error": "event.id is missing"}), "(400): event.id is missing"),
        ((413, b"too large"), "answered something that this version does not understand (413)"),
        ((503, b"down"), "The stack failed (503, request request-7)"),
        ((302, b""), "There is no Renkei API at"),
    ],
)
def test_send_refused(run: Run, stack: FakeStack, event: bytes, answer: tuple[int, object], says: str) -> None:
    stack.on("POST", WEBHOOK, answer)
    result = run("send", "event.json", "--header", "x-timerex-authorization")
    assert result.code == 1
    assert says in result.err
    assert "t0ken" not in result.err


def test_send_refuses_wrong_files(run: Run, stack: FakeStack, event: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{\n  "a": 1,\n}\n', encoding="utf-8")
    (tmp_path / "list.json").write_text("[]", encoding="utf-8")
    (tmp_path / "odd.json").write_text("{}", encoding="utf-8")
    result = run("send", "bad.json")
    assert result.code == 2
    assert result.err.startswith("bad.json:")
    assert run("send", "list.json").err == "list.json:1: not a JSON object: list\n"
    assert run("send", "odd.json", "--wait").code == 2
    assert run("preview", "missing.json").code == 2
    assert stack.calls == []


def test_preview_in_words_and_why(run: Run, stack: FakeStack, event: bytes) -> None:
    answer = {
        "would": [{"action": "create_company", "text": "Create company 株式会社見本"}],
        "fields": [
            {
                "object": "company",
                "property": "name",
                "value": "株式会社見本",
                "why": "from company_name",
                "policy": "create",
            },
            {
                "object": "contact",
                "property": "email",
                "value": "a@b.example",
                "why": "from guest_email",
                "policy": "fill",
            },
        ],
        "warnings": [{"code": "free_mail", "message": "Free mail: no domain."}, "As text."],
        "outcome": "delivered",
        "reason": None,
    }
    stack.on("POST", "/api/workspaces/demo/preview", (200, answer))
    stack.on("GET", "/api/workspaces/demo", (200, {"integrations": {"booking_to_hubspot": {}}}))
    result = run("preview", "event.json")
    assert result.code == 0
    assert result.out.splitlines() == [
        "This would happen:",
        "  Create company 株式会社見本",
        "",
        "Field          Value           From               Policy",
        "company.name   ← 株式会社見本  from company_name  create",
        "contact.email  ← a@b.example   from guest_email   fill",
        "",
        "Warning: Free mail: no domain.",
        "Warning: As text.",
        "Outcome: delivered",
    ]
    sent = stack.of("POST", "/api/workspaces/demo/preview")[0].json
    assert sent == {"integration": "booking_to_hubspot", "source": "timerex", "payload": EVENT}
    assert json.loads(run("preview", "event.json", "--json").out) == {"integration": "booking_to_hubspot", **answer}
    stack.on("POST", "/api/workspaces/demo/preview", (200, {"outcome": "skipped", "reason": "cancelled"}))
    assert run("preview", "event.json").out == "Nothing would be done.\nOutcome: skipped (cancelled)\n"
