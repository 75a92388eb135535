import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from hubspot_to_board import Settings
from local.cli.client import Api
from local.cli.yaml_file import read_workspace_file
from local.cli.yaml_text import to_yaml
from tests.local.cli.conftest import Run
from tests.local.cli.fake_stack import FakeStack

DEMO = "/api/workspaces/demo"
JOBS = f"{DEMO}/jobs/hubspot_to_board"
TOOLS = f"{DEMO}/tools/hubspot_to_board"
ID = "hubspot_to_board.manual.push_clients.20261122T030000Z"
RUN = f"{DEMO}/deliveries/{ID}"
ROW: dict[str, Any] = {
    "id": ID,
    "state": "pending",
    "reason": None,
    "message": "",
    "warnings": [],
    "attempts": 0,
    "accepted_at": "2026-11-22T03:00:00+00:00",
    "due_at": "2026-11-22T03:00:00+00:00",
    "outcome": {},
    "progress": {},
    "vendor_calls": 3,
}
STARTED = (200, {"delivery": ID, "already": False})


def row(state: str = "pending", **more: object) -> tuple[int, dict[str, Any]]:
    return 200, {**ROW, "state": state, **more}


@pytest.mark.parametrize(
    ("argv", "body"),
    [
        (("sync",), {"job": "sync"}),
        (("push-clients",), {"job": "push_clients", "dry_run": False}),
        (("push-clients", "--dry-run"), {"job": "push_clients", "dry_run": True}),
    ],
)
def test_a_run_is_asked_for_and_not_waited_for(
    run: Run, stack: FakeStack, argv: tuple[str, ...], body: dict[str, object]
) -> None:
    stack.on("POST", JOBS, STARTED)
    result = run("board", *argv, "--no-wait")
    assert (result.code, result.out, result.err) == (0, "", f"Begun: {ID}\n")
    assert [call.json for call in stack.of("POST", JOBS)] == [body]
    assert json.loads(run("board", *argv, "--no-wait", "--json").out) == {"delivery": ID, "already": False}
    assert stack.of("GET", RUN) == []


def test_progress_is_shown_once_a_change_and_what_passes_is_waited_for(run: Run, stack: FakeStack) -> None:
    stack.on("POST", JOBS, STARTED)
    first, last = {"clients": 100, "made": 3}, {"clients": 200, "made": 5}
    done = row("delivered", outcome={"clients": 240, "made": 6, "linked": 234})
    stack.on("GET", RUN, row(), row(progress=first), row(progress=first), (503, b""), row(progress=last), done)
    result = run("board", "push-clients")
    assert (result.code, result.out) == (0, "Done. clients: 240, made: 6, linked: 234\n")
    assert result.err.splitlines() == [f"Begun: {ID}", "… clients: 100, made: 3", "… clients: 200, made: 5"]


def test_a_run_that_is_under_way_already_is_watched(run: Run, stack: FakeStack) -> None:
    stack.on("POST", JOBS, (200, {"delivery": ID, "already": True}))
    stack.on("GET", RUN, row("delivered", outcome={"projects": "5"}))
    result = run("board", "sync")
    assert (result.code, result.out, result.err) == (0, "Done. projects: 5\n", f"It is under way already: {ID}\n")
    assert json.loads(run("board", "sync", "--json").out)["already"] is True


def test_a_dry_run_ends_with_its_candidates_by_id(run: Run, stack: FakeStack) -> None:
    stack.on("POST", JOBS, STARTED)
    candidates = [{"client": "12", "companies": ["301", "302"]}, {"client": "14", "companies": []}]
    outcome = {"dry_run": True, "make": 7, "candidates": candidates, "words": {"a": ["1", "2"]}}
    warnings = [{"code": "x", "message": "Two have this name."}]
    stack.on("GET", RUN, row("delivered", outcome=outcome, warnings=warnings))
    result = run("board", "push-clients", "--dry-run")
    assert result.code == 0
    assert result.out.splitlines() == [
        "Nothing was written. It would be: dry_run: yes, make: 7",
        "unclear (client: companies):",
        "  client: 12, companies: 301 302",
        "  client: 14, companies: –",
        "words:",
        "  a: 1 2",
    ]
    assert "Warning: Two have this name." in result.err
    assert json.loads(run("board", "push-clients", "--dry-run", "--json").out)["outcome"] == outcome


def test_counts_are_named_and_candidates_come_one_a_line(run: Run, stack: FakeStack) -> None:
    stack.on("POST", JOBS, STARTED)
    progress = {"phase": 1, "of": 1, "seen": 100, "total": 240}
    outcome = {"seen": "240", "created": "6", "unclear": "2", "candidates": "12: 301, 302; 14: as client 9"}
    stack.on("GET", RUN, row(progress=progress), row("delivered", outcome=outcome))
    result = run("board", "push-clients")
    assert result.err.splitlines()[1:] == ["… step 1/1, looked at: 100, clients in board: 240"]
    assert result.out.splitlines() == [
        "Done. looked at: 240, made: 6, unclear: 2",
        "unclear (client: companies):",
        "  12: 301, 302",
        "  14: as client 9",
    ]
    stack.on("GET", RUN, row("delivered", outcome={"created": "1", "candidates": ""}))
    assert run("board", "push-clients", "--language", "ja").out == "完了しました。作成: 1\n"


@pytest.mark.parametrize("state", ["rejected", "parked", "skipped"])
def test_a_run_that_did_not_work_says_why(run: Run, stack: FakeStack, state: str) -> None:
    stack.on("POST", JOBS, STARTED)
    stack.on("GET", RUN, row(state, reason="board_permission", message="Tick 案件: 更新."))
    result = run("board", "sync")
    assert (result.code, result.out) == (1, "")
    assert result.err.splitlines()[-1] == f"{ID} is {state}: Tick 案件: 更新."
    told = json.loads(run("board", "sync", "--json").out)
    assert (told["state"], told["reason"]) == (state, "board_permission")


def test_a_run_that_waits_says_for_what_and_until_when(run: Run, stack: FakeStack) -> None:
    stack.on("POST", JOBS, STARTED)
    waits = row(due_at="2026-11-23T00:00:00+00:00", reason="budget_used", message="Used up.", progress={"clients": 3})
    stale = row(reason="budget_used", message="Used up.", progress={"clients": 4})  # it goes on already
    stack.on("GET", RUN, waits, stale, row("delivered"))
    assert run("board", "sync").err.splitlines()[1:] == [
        "… clients: 3 (goes on at 2026-11-23 09:00:00: Used up.)",
        "… clients: 4",
    ]


def test_after_ctrl_c_it_goes_on_and_how_to_stop_it_is_said(
    run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.on("POST", JOBS, STARTED)
    call = Api.call

    def stop(self: Api, method: str, *path: str, **given: object) -> object:
        if path[-1] == ID:
            raise KeyboardInterrupt
        return call(self, method, *path, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(Api, "call", stop)
    result = run("board", "push-clients", "--json")
    assert (result.code, json.loads(result.out)) == (130, {"delivery": ID, "already": False, "state": "pending"})
    assert f"`renkei discard {ID}`" in result.err


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((409, {"error": {"code": "not_connected", "message": "board is not connected."}}), "[not_connected]"),
        ((200, {}), "does not understand"),
    ],
)
def test_a_run_that_cannot_begin(run: Run, stack: FakeStack, answer: tuple[int, object], says: str) -> None:
    stack.on("POST", JOBS, answer)
    result = run("board", "sync")
    assert (result.code, says in result.err) == (1, True)
    assert stack.of("GET", RUN) == []


STAGES = [
    ("1", "見積(高)", ""),
    ("2", "受注", ""),
    ("3", "失注 ", ""),
    ("4", "アポイント", ""),
    ("5", "Closed Won", ""),
    ("six", "はい: # 'x'\x1b", "受注確定"),
    ("7", "請求済み", ""),
    ("8", "受注見込", ""),
]
PIPELINES = [
    {"id": "900", "label": "新規案件", "stages": [dict(zip(("id", "label", "status"), one)) for one in STAGES]},  # noqa: B905
    {"id": "default", "label": "", "stages": [{"id": "won", "label": "受注済", "status": ""}]},
]


def test_pipelines_as_a_table(run: Run, stack: FakeStack) -> None:
    stack.on("GET", f"{TOOLS}/pipelines", (200, {"pipelines": PIPELINES}))
    result = run("board", "pipelines")
    lines = [line.split() for line in result.out.splitlines()]
    assert (result.code, lines[0]) == (0, ["Pipeline", "Label", "Stage", "Label", "Status", "in", "board"])
    assert lines[1] == ["900", "新規案件", "1", "見積(高)"]
    assert lines[6][-1] == "受注確定"
    assert len(lines) == 10
    assert json.loads(run("board", "pipelines", "--json").out) == {"pipelines": PIPELINES}


def test_rows_are_guessed_where_it_is_clear_and_commented_where_not(run: Run, stack: FakeStack) -> None:
    stack.on("GET", f"{TOOLS}/pipelines", (200, {"pipelines": PIPELINES}))
    result = run("board", "pipelines", "--rows")
    first, second = yaml.safe_load(result.out)["pipelines"]
    assert [(one["status"], one["stage"]) for one in first["stages"]] == [
        ("見積中(高)", "1"),
        ("失注", "3"),
        ("受注確定", "six"),
        ("請求済", "7"),
    ]
    assert second == {"pipeline": "default", "stages": [{"status": "受注済", "stage": "won"}]}
    comments = [line.strip() for line in result.out.splitlines() if line.strip().startswith("# - ")]
    assert comments[0] == '# - {status: …, stage: "2"}  # 受注'
    assert [line.partition("stage: ")[2][:3] for line in comments] == ['"2"', '"4"', '"5"', '"8"']
    Settings.model_validate(yaml.safe_load(result.out))
    told = json.loads(run("board", "pipelines", "--rows", "--json").out)["pipelines"][1]
    assert told["stages"] == [{"status": "受注済", "stage": "won", "label": "受注済"}]


def test_rows_where_nothing_is_clear_are_yaml_all_the_same(run: Run, stack: FakeStack) -> None:
    one = {"id": "1", "label": "x", "stages": [{"id": "2", "label": "アポ", "status": ""}]}
    stack.on("GET", f"{TOOLS}/pipelines", (200, {"pipelines": [one]}))
    assert yaml.safe_load(run("board", "pipelines", "--rows").out) == {"pipelines": [{"pipeline": "1", "stages": None}]}


@pytest.mark.parametrize("argv", [("pipelines",), ("pipelines", "--rows"), ("users",)])
def test_nothing_there(run: Run, stack: FakeStack, argv: tuple[str, ...]) -> None:
    stack.on("GET", f"{TOOLS}/{argv[0]}", (200, {argv[0]: []}))
    result = run("board", *argv)
    assert (result.code, result.err) == (1, "Nothing found.\n")


def test_users(run: Run, stack: FakeStack) -> None:
    found = [{"id": 4001, "name": "山田 花子", "mail": "h@example.co.jp", "valid": True}]
    found.append({"id": 4002, "name": "佐藤", "mail": "", "valid": False})
    stack.on("GET", f"{TOOLS}/users", (200, {"users": found}))
    result = run("board", "users")
    assert [line.split() for line in result.out.splitlines()] == [
        ["Id", "Name", "Mail", "Valid"],
        ["4001", "山田", "花子", "h@example.co.jp", "✓"],
        ["4002", "佐藤", "✗"],
    ]
    assert json.loads(run("board", "users", "--json").out) == {"users": found}


def test_status(run: Run, stack: FakeStack) -> None:
    answer = {
        "connections": [{"vendor": "board", "state": "connected", "account": "a1b2"}],
        "calls": {"used": 120, "left": 2880, "left_for_bulk": 2280},
        "checkpoints": {"since": {"at": "2026-11-22T03:00:00+00:00"}, "odd": {"page": 3}},
        "linked": {"deals": 12, "companies": 8},
        "runs": [ROW | {"progress": {"clients": 5}}],
    }
    stack.on("GET", f"{TOOLS}/status", (200, answer))
    result = run("board", "status")
    assert result.code == 0
    assert result.out.splitlines()[:5] == [
        "board  connected  a1b2",
        "Linked: deals 12, companies 8",
        "board's calls of today (UTC) that were ours: 120; left: 2880, for bulk work 2280",
        "since: at: 2026-11-22 12:00:00",
        "odd: page: 3",
    ]
    assert result.out.splitlines()[-1].endswith(f"{ID}  clients: 5")
    assert json.loads(run("board", "status", "--json").out) == answer
    stack.on("GET", f"{TOOLS}/status", (200, {}))
    assert run("board", "status").out == "Linked: deals 0, companies 0\n"


@pytest.mark.parametrize(
    ("argv", "tool", "body"),
    [
        (("link", "--company", "11", "--client", "7"), "link", {"company": "11", "client": "7"}),
        (("unlink", "--company", "11"), "unlink", {"company": "11"}),
        (("unlink", "--deal", "12"), "unlink", {"deal": "12", "again": False}),
        (("unlink", "--deal", "12", "--again"), "unlink", {"deal": "12", "again": True}),
    ],
)
def test_what_belongs_together(
    run: Run, stack: FakeStack, argv: tuple[str, ...], tool: str, body: dict[str, object]
) -> None:
    stack.on("POST", f"{TOOLS}/{tool}", (200, {"message": "That\x1b is so."}))
    result = run("board", *argv)
    assert (result.code, result.out) == (0, "That· is so.\n")
    assert stack.calls[-1].json == body
    assert json.loads(run("board", *argv, "--json").out) == {"message": "That\x1b is so."}
    stack.on("POST", f"{TOOLS}/{tool}", (409, {"error": {"code": "board_not_found", "message": "No."}}))
    assert run("board", *argv).code == 1


@pytest.mark.parametrize(
    "argv",
    [
        (),
        ("link", "--company", "1"),
        ("unlink",),
        ("unlink", "--company", "1", "--deal", "2"),
        ("unlink", "--company", "1", "--again"),
        ("pull",),
    ],
)
def test_a_wrong_call_sends_nothing(run: Run, stack: FakeStack, argv: tuple[str, ...]) -> None:
    assert run("board", *argv).code == 2
    assert stack.calls == []


def test_a_pending_run_shows_its_progress_among_the_deliveries(run: Run, stack: FakeStack) -> None:
    found = [ROW | {"progress": {"clients": 5}}, ROW | {"state": "delivered", "progress": {"clients": 9}}]
    stack.on("GET", f"{DEMO}/deliveries", (200, {"deliveries": found, "next": None}))
    lines = run("deliveries").out.splitlines()
    assert lines[1].endswith(f"{ID}  clients: 5")
    assert lines[2].endswith(ID)


def test_a_preview_passes_over_integrations_that_take_other_events(run: Run, stack: FakeStack, tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text(json.dumps({"webhook_type": "event_confirmed", "event": {}}), "utf-8")
    stack.on("GET", DEMO, (200, {"integrations": {"booking_to_hubspot": {}, "hubspot_to_board": {}}}))
    other = (400, {"error": {"code": "unknown_source", "message": "allowed: …"}})
    stack.on("POST", f"{DEMO}/preview", (200, {"would": [], "outcome": "delivered"}), other)
    result = run("preview", "event.json", "--source", "timerex", "--json")
    assert (result.code, json.loads(result.out)["integration"]) == (0, "booking_to_hubspot")
    stack.on("POST", f"{DEMO}/preview", other)
    assert run("preview", "event.json", "--source", "timerex").code == 1
    assert run("preview", "event.json", "--source", "timerex", "--integration", "hubspot_to_board").code == 1


def test_settings_are_written_back_in_rows_and_read_again() -> None:
    example = Path(__file__).parents[3] / "docs" / "workspace.hubspot-board.example.yaml"
    given: Any = read_workspace_file(example).data
    settings = Settings.model_validate(given["integrations"]["hubspot_to_board"])
    kept = settings.model_dump(mode="json", by_alias=True, exclude_none=True)
    written = to_yaml({"hubspot_to_board": kept})
    assert "    - {status: 受注済, stage: closedwon}\n" in written
    assert "    - {field: address1, from: [city, address]}\n" in written
    assert "  invoice_date: {property: closedate, month_end: true}\n" in written
    assert Settings.model_validate(yaml.safe_load(written)["hubspot_to_board"]) == settings
