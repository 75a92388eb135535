import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from falcana_hubspot import INTEGRATION, Settings
from local.cli.client import Api
from local.cli.yaml_file import read_workspace_file
from local.cli.yaml_text import to_yaml
from renkei.settings import check
from tests.local.cli.conftest import Run
from tests.local.cli.fake_stack import FakeStack

DEMO = "/api/workspaces/demo"
JOBS = f"{DEMO}/jobs/falcana_hubspot"
TOOLS = f"{DEMO}/tools/falcana_hubspot"
ID = "falcana_hubspot.manual.import.20261122T030000Z"
RUN = f"{DEMO}/deliveries/{ID}"
STARTED = (200, {"delivery": ID, "already": False})
EXAMPLE = Path(__file__).parents[3] / "docs" / "workspace.falcana.example.yaml"


def ended(**outcome: object) -> tuple[int, dict[str, Any]]:
    return 200, {"id": ID, "state": "delivered", "warnings": [], "outcome": outcome, "progress": {}}


def refused(message: str) -> tuple[int, dict[str, Any]]:
    return 409, {"error": {"code": "falcana_no", "message": message, "problems": []}}


# Runs.


@pytest.mark.parametrize(
    ("argv", "body"),
    [
        (("sync",), {"job": "sync"}),
        (("import",), {"job": "import", "dry_run": False}),
        (("export", "--dry-run"), {"job": "export", "dry_run": True}),
        (("duplicates",), {"job": "duplicates"}),
    ],
)
def test_a_run_is_asked_for_and_not_waited_for(
    run: Run, stack: FakeStack, argv: tuple[str, ...], body: dict[str, object]
) -> None:
    stack.on("POST", JOBS, STARTED)
    result = run("falcana", *argv, "--no-wait", "--json")
    assert (result.code, json.loads(result.out)) == (0, {"delivery": ID, "already": False})
    assert [call.json for call in stack.of("POST", JOBS)] == [body]
    assert stack.of("GET", RUN) == []


def test_a_dry_run_ends_with_counts_and_examples(run: Run, stack: FakeStack) -> None:
    stack.on("POST", JOBS, STARTED)
    counts = {
        "created_in_falcana": "7",
        "undecided": "2",
        "examples_created_in_falcana": "1 2",
        "examples_undecided": "",
    }
    stack.on("GET", RUN, ended(**counts))
    result = run("falcana", "import", "--dry-run")
    assert (result.code, result.out.splitlines()) == (
        0,
        [
            "Nothing was written. It would be: made in falcana: 7, undecided: 2",
            "made in falcana, examples by id: 1 2",
        ],
    )


@pytest.mark.parametrize(
    ("argv", "tool", "body"),
    [
        (("sync", "--confirm-deletes"), "confirm_deletes", {}),
        (("import", "--from-start"), "forget_progress", {"job": "import"}),
        (("export", "--from-start"), "forget_progress", {"job": "export"}),
    ],
)
def test_what_is_said_before_a_run_is_said_first(
    run: Run, stack: FakeStack, argv: tuple[str, ...], tool: str, body: dict[str, object]
) -> None:
    stack.on("POST", f"{TOOLS}/{tool}", (200, {"message": "So be it."}))
    stack.on("POST", JOBS, STARTED)
    result = run("falcana", *argv, "--no-wait")
    assert (result.code, result.err.splitlines()) == (0, ["So be it.", f"Begun: {ID}"])
    assert [call.json for call in stack.of("POST", f"{TOOLS}/{tool}")] == [body]
    stack.on("POST", f"{TOOLS}/{tool}", refused("An import is under way."))
    assert run("falcana", *argv, "--no-wait").code == 1
    assert len(stack.of("POST", JOBS)) == 1


def test_after_ctrl_c_it_goes_on_and_how_to_stop_it_is_said(
    run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.on("POST", JOBS, STARTED)
    call = Api.call

    def leave(self: Api, method: str, *path: str, **given: object) -> object:
        if path[-1] == ID:
            raise KeyboardInterrupt
        return call(self, method, *path, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(Api, "call", leave)
    result = run("falcana", "import", "--language", "de")
    assert (result.code, "anhalten mit `renkei falcana stop import`" in result.err) == (130, True)
    result = run("falcana", "duplicates", "--json")
    assert (result.code, json.loads(result.out)["state"]) == (130, "pending")
    assert "`renkei falcana stop duplicates`" in result.err


def test_a_run_is_stopped(run: Run, stack: FakeStack) -> None:
    stack.on("POST", f"{TOOLS}/stop", (200, {"delivery": ID, "message": "It stops."}))
    assert run("falcana", "stop", "import").out == "It stops.\n"
    assert stack.calls[-1].json == {"job": "import"}
    stack.on("POST", f"{TOOLS}/stop", refused("None is under way."))
    assert run("falcana", "stop", "sync").code == 1


PAIRS = [
    {"kind": "address", "id": "7", "with": "301", "name": "Muster GmbH", "with_name": "Muster", "score": 75,
     "why": ["name", "phone"]},
    {"kind": "person", "id": "9", "with": "402", "name": "", "with_name": "Eva", "score": 40, "why": []},
]  # fmt: skip


def test_duplicates_are_listed_once_they_were_looked_for(run: Run, stack: FakeStack) -> None:
    stack.on("POST", JOBS, STARTED)
    stack.on("GET", RUN, ended(alike="2"))
    pages = [(200, {"waiting": [one], "next": after}) for one, after in zip(PAIRS, ("alike#x", None), strict=True)]
    stack.on("GET", f"{TOOLS}/waiting", *pages)
    result = run("falcana", "duplicates")
    assert result.out.splitlines()[0] == "Done. may be the same: 2"
    assert [line.split() for line in result.out.splitlines()[2:]] == [
        ["address", "7", "Muster", "GmbH", "301", "Muster", "75", "name,", "phone"],
        ["person", "9", "402", "Eva", "40"],
    ]
    assert [call.query for call in stack.of("GET", f"{TOOLS}/waiting")] == [
        {"kind": ["undecided"]},
        {"kind": ["undecided"], "after": ["alike#x"]},
    ]
    stack.on("GET", f"{TOOLS}/waiting", (200, {"waiting": PAIRS, "next": None}))
    assert json.loads(run("falcana", "duplicates", "--json").out)["waiting"] == PAIRS
    stack.on("GET", RUN, (200, {"id": ID, "state": "rejected", "reason": "bug", "message": "No."}))
    before = len(stack.of("GET", f"{TOOLS}/waiting"))
    assert run("falcana", "duplicates").code == 1
    assert len(stack.of("GET", f"{TOOLS}/waiting")) == before


# Whether it works, and how it goes.

FINE = {"name": "check_account", "ok": True, "message": "The account answered.", "remedy": ""}
LACKS = {"name": "check_scope", "ok": False, "message": "Permission x", "remedy": "Give it."}
TESTED = {
    "ok": True,
    "message": "Die Verbindung wurde erfolgreich hergestellt.",
    "rights": "Admin rights.",
    "connections": [{"vendor": "falcana", "ok": True, "message": "falcana works.", "checks": [FINE]}],
    "checks": [{"name": "falcana_check_settings", "ok": True, "message": "Settings", "remedy": ""}],
}


def test_the_test_says_that_all_is_there_or_what_is_missing(run: Run, stack: FakeStack) -> None:
    stack.on("POST", f"{TOOLS}/test", (200, TESTED))
    result = run("falcana", "test")
    assert (result.code, result.out.splitlines()[-1]) == (0, "Die Verbindung wurde erfolgreich hergestellt.")
    assert "Admin rights." not in result.out
    assert json.loads(run("falcana", "test", "--json").out) == TESTED
    lacking = {**TESTED, "ok": False, "message": "Something is missing.", "checks": [LACKS]}
    stack.on("POST", f"{TOOLS}/test", (200, lacking))
    result = run("falcana", "test")
    assert (result.code, result.out.splitlines()[-4:]) == (
        1,
        ["  ✗ Permission x", "    Give it.", "Something is missing.", "Admin rights."],
    )


def test_permissions_are_requested_by_hubspots_consent_and_admin_rights_are_said_to_be_needed(
    run: Run, stack: FakeStack
) -> None:
    there = {"vendor": "hubspot", "state": "connected", "account": "1", "connected_at": "2026-11-22T03:00:00+00:00"}
    stack.on("GET", f"{DEMO}/connections", (200, {"connections": []}), (200, {"connections": [there]}))
    url = {"url": "https://renkei.example.com/oauth/hubspot/start", "expires_at": "2026-11-22T03:10:00+00:00"}
    stack.on("POST", f"{DEMO}/connections/hubspot", (200, url))
    told = {"ok": True, "state": "connected", "account": "1", "checks": []}
    stack.on("POST", f"{DEMO}/connections/hubspot/test", (200, told))
    result = run("falcana", "connect", "--no-browser")
    assert (result.code, result.err.splitlines()[0]) == (
        0,
        "Whoever grants the permissions in the browser needs admin rights in HubSpot.",
    )
    assert stack.of("POST", f"{DEMO}/connections/hubspot")[0].json == {"switch_account": False}


STATUS: dict[str, Any] = {
    "connections": [{"vendor": "falcana", "state": "connected", "account": "musterfirma"}],
    "directions": {"hubspot_to_falcana": True, "falcana_to_hubspot": False},
    "counts": {
        "address": {"count": 10000, "more": True},
        "person": {"count": 12, "more": False},
        "parked": {"count": 3, "more": False},
        "undecided": {"count": 2, "more": False},
        "ended": {"count": 1, "more": False},
        "deletes": {"count": 0, "more": False},
    },
    "checkpoints": {"search.companies": {"at": "2026-11-22T03:00:00+00:00"}},
    "runs": [],
}


def test_status(run: Run, stack: FakeStack) -> None:
    stack.on("GET", f"{TOOLS}/status", (200, STATUS))
    result = run("falcana", "status")
    assert result.out.splitlines() == [
        "falcana  connected  musterfirma",
        "Automatic run, every five minutes: HubSpot → falcana ✓, falcana → HubSpot ✗",
        "Linked: addresses and companies more than 10000, contact persons and contacts 12",
        "For a person: parked 3, undecided 2, ended 1, deletions held back 0 (renkei falcana waiting …)",
        "search.companies: at: 2026-11-22 12:00:00",
    ]
    assert json.loads(run("falcana", "status", "--json").out) == STATUS
    stack.on("GET", f"{TOOLS}/status", (200, {"connections": [], "directions": None, "counts": {}}))
    assert run("falcana", "status").out == "There are no settings yet.\n"


# What can be named.


def test_users_and_sales_groups(run: Run, stack: FakeStack) -> None:
    users = [{"id": "11", "name": "Eva Muster", "mail": "eva@example.com", "active": True}]
    stack.on("GET", f"{TOOLS}/users", (200, {"users": users}))
    assert run("falcana", "users").out.splitlines()[1].split() == ["11", "Eva", "Muster", "eva@example.com", "✓"]
    assert json.loads(run("falcana", "users", "--json").out) == {"users": users}
    stack.on("GET", f"{TOOLS}/sales_groups", (200, {"sales_groups": [{"id": "21", "name": "Nord"}]}))
    assert run("falcana", "sales-groups").out.splitlines()[1].split() == ["21", "Nord"]
    stack.on("GET", f"{TOOLS}/sales_groups", (200, {"sales_groups": []}))
    assert run("falcana", "sales-groups").code == 1


def test_fields(run: Run, stack: FakeStack) -> None:
    field = {"kind": "address", "name": "custom.branche", "label": "Branche", "form": "option", "required": False}
    field |= {"writable": True, "options": ["handel"], "fitting": ["industry"]}
    there = {"kind": "address", "name": "industry", "label": "Industry", "type": "enumeration", "writable": True}
    stack.on("GET", f"{TOOLS}/fields", (200, {"fields": [field], "properties": [there]}))
    result = run("falcana", "fields")
    assert result.out.splitlines()[1].split() == [
        "address",
        "custom.branche",
        "Branche",
        "option",
        "✓",
        "handel",
        "industry",
    ]
    assert "Industry" not in result.out
    shown = run("falcana", "fields", "--properties").out.splitlines()
    assert shown[-1].split() == ["address", "industry", "Industry", "enumeration", "✓"]


# What waits, and what people decide.


def test_what_waits_is_listed_a_page_or_all(run: Run, stack: FakeStack) -> None:
    row = {
        "kind": "company",
        "id": "301",
        "with": "",
        "at": "2026-11-22T03:00:00+00:00",
        "code": "x",
        "message": "Why.",
    }
    stack.on("GET", f"{TOOLS}/waiting", (200, {"waiting": [row], "next": "parked#z"}))
    result = run("falcana", "waiting", "parked")
    assert (result.code, result.err) == (0, "There are more: add --all.\n")
    assert result.out.splitlines()[1].split() == ["company", "301", "2026-11-22", "12:00:00", "Why."]
    assert json.loads(run("falcana", "waiting", "parked", "--json").out) == {"waiting": [row], "next": "parked#z"}
    two = (200, {"waiting": [row], "next": "parked#z"}), (200, {"waiting": [{**row, "id": "302"}], "next": None})
    stack.on("GET", f"{TOOLS}/waiting", *two)
    assert [line.split()[1] for line in run("falcana", "waiting", "parked", "--all").out.splitlines()[1:]] == [
        "301",
        "302",
    ]
    stack.on("GET", f"{TOOLS}/waiting", (200, {"waiting": [], "next": None}))
    result = run("falcana", "waiting", "deletes")
    assert (result.code, result.err) == (1, "Nothing found.\n")


@pytest.mark.parametrize(
    ("argv", "tool", "body"),
    [
        (("link", "--address", "7", "--company", "301"), "link", {"address": "7", "company": "301"}),
        (("link", "--contact", "402", "--person", "9"), "link", {"person": "9", "contact": "402"}),
        (("keep-apart", "--person", "9", "--contact", "402"), "keep_apart", {"person": "9", "contact": "402"}),
        (("unlink", "--company", "301"), "unlink", {"company": "301", "again": False}),
        (("unlink", "--person", "9", "--again"), "unlink", {"person": "9", "again": True}),
    ],
)
def test_what_people_decide(
    run: Run, stack: FakeStack, argv: tuple[str, ...], tool: str, body: dict[str, object]
) -> None:
    stack.on("POST", f"{TOOLS}/{tool}", (200, {"message": "That\x1b is so."}))
    result = run("falcana", *argv)
    assert (result.code, result.out, stack.calls[-1].json) == (0, "That· is so.\n", body)
    assert json.loads(run("falcana", *argv, "--json").out) == {"message": "That\x1b is so."}
    stack.on("POST", f"{TOOLS}/{tool}", refused("No."))
    assert run("falcana", *argv).code == 1


@pytest.mark.parametrize(
    "argv",
    [
        (),
        ("link", "--address", "1"),
        ("link", "--address", "1", "--contact", "2"),
        ("keep-apart", "--address", "1", "--company", "2", "--person", "3"),
        ("unlink",),
        ("unlink", "--address", "1", "--company", "2"),
        ("waiting", "all"),
        ("stop", "everything"),
        ("stop",),
    ],
)
def test_a_wrong_call_sends_nothing(run: Run, stack: FakeStack, argv: tuple[str, ...]) -> None:
    assert run("falcana", *argv).code == 2
    assert stack.calls == []


# The example file.


def test_the_example_is_valid_and_settings_are_written_back_as_they_were() -> None:
    given: Any = read_workspace_file(EXAMPLE).data
    filled, problems = check(given, "vertrieb", {INTEGRATION.key: INTEGRATION})
    assert problems == []
    settings = Settings.model_validate(given["integrations"]["falcana_hubspot"])
    written = to_yaml({"falcana_hubspot": filled["integrations"]["falcana_hubspot"]})
    assert Settings.model_validate(yaml.safe_load(written)["falcana_hubspot"]) == settings
    assert {"→", "←", "newest", "fill"} <= {rule.rule for rule in (*settings.address_fields, *settings.contact_fields)}
