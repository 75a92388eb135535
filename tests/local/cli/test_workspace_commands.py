import json
from pathlib import Path

import pytest

from local.cli.yaml_file import read_workspace_file
from local.cli.yaml_text import to_yaml
from tests.local.cli.conftest import Run
from tests.local.cli.fake_stack import FakeStack

EXAMPLE = Path(__file__).parents[3] / "docs" / "workspace.example.yaml"
DEMO = "/api/workspaces/demo"
FILE = """\
workspace: demo
language: ja
integrations:
  booking_to_hubspot:
    calendars:
      - calendar: "*"
        company:
          - {property: name, from: company_name}
          - property: numberofemployes
            question: 従業員数
        contact:
          - {property: email, from: guest_email}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "workspace.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_apply_sends_the_file_as_json(run: Run, stack: FakeStack, file: Path) -> None:
    stack.on("PUT", DEMO, (200, {"saved": True, "warnings": ["No contact row fills firstname."]}))
    result = run("apply", str(file))
    assert (result.code, result.out) == (0, "Saved workspace demo.\n")
    assert result.err == "Warning: No contact row fills firstname.\n"
    calendar = stack.of("PUT", DEMO)[0].json["integrations"]["booking_to_hubspot"]["calendars"][0]
    assert calendar["company"][1] == {"property": "numberofemployes", "question": "従業員数"}


def test_apply_tells_the_line_of_each_problem_and_what_is_allowed(run: Run, stack: FakeStack, file: Path) -> None:
    calendar = ["integrations", "booking_to_hubspot", "calendars", 0]
    allowed = [*(f"custom_{number}" for number in range(20)), "numberofemployees (Number of employees at the firm)"]
    problems = [
        {"path": [*calendar, "contact", 0, "policy"], "message": "Not here."},
        {"path": [*calendar, "company", 1, "property"], "message": "HubSpot has no such property.", "allowed": allowed},
    ]
    stack.on("PUT", DEMO, (422, {"error": {"code": "invalid", "message": "No.", "problems": problems}}))
    result = run("apply", "workspace.yaml")
    assert result.code == 1
    first, second, last = result.err.splitlines()
    where = "integrations.booking_to_hubspot.calendars[0]"
    assert first.startswith(
        f"workspace.yaml:9: {where}.company[1].property: HubSpot has no such property. (allowed: numberofemployees (Num"
    )
    assert first.endswith("… and 9 more)")
    # A property that is not in the file is reported where it would be.
    assert second == f"workspace.yaml:12: {where}.contact[0].policy: Not here."
    assert last == "Nothing was saved: 2 to correct."

    as_json = json.loads(run("apply", "workspace.yaml", "--json").out)
    assert as_json["saved"] is False
    assert [problem["line"] for problem in as_json["problems"]] == [9, 12]
    assert set(as_json["problems"][0]["allowed"]) == set(allowed)


def test_apply_knows_lines_behind_anchors_and_merges(run: Run, stack: FakeStack, file: Path) -> None:
    file.write_text("workspace: demo\nx: &rows\n  a: 1\nsources:\n  <<: *rows\n  b: *rows\n", encoding="utf-8")
    problems = [{"path": ["sources", "a"], "message": "A"}, {"path": ["sources", "b", "a"], "message": "B"}]
    stack.on("PUT", DEMO, (422, {"error": {"code": "invalid", "message": "No.", "problems": problems}}))
    assert run("apply", "workspace.yaml").err.splitlines()[:2] == [
        "workspace.yaml:3: sources.a: A",
        "workspace.yaml:3: sources.b.a: B",
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("workspace: demo\nsources: [1,\n", "workspace.yaml:3: not valid YAML: "),
        ("workspace: demo\n\tlanguage: ja\n", "workspace.yaml:2: not valid YAML: "),
        ("workspace: demo\na: !!python/object:os.system 1\n", "workspace.yaml:2: not valid YAML: "),
        ("workspace: demo\nb: \x01\n", "workspace.yaml:2: not valid YAML: "),
        ("workspace: demo\n---\nworkspace: other\n", "workspace.yaml:2: not valid YAML: "),
        ("workspace: demo\n{a: 1}: 2\n", "workspace.yaml:2: not valid YAML: "),
        ("workspace: demo\nlanguage: ja\nlanguage: de\n", "workspace.yaml:3: language: stands here twice; the first"),
        ("workspace: demo\nx: &x\n  - *x\n", "workspace.yaml:2: x[0]: contains itself"),
        ("- workspace\n", "workspace.yaml:1: workspace: a workspace file starts with"),
        ("", "workspace.yaml:1: workspace: a workspace file starts with"),
    ],
)
def test_apply_refuses_a_wrong_file_by_line(run: Run, stack: FakeStack, file: Path, content: str, says: str) -> None:
    file.write_text(content, encoding="utf-8")
    result = run("apply", "workspace.yaml")
    assert result.code == 2
    assert result.err.startswith(says)
    assert stack.calls == []


@pytest.mark.parametrize("key", ["token", "client_secret", "Password", "api-key", "accessToken", "authorization"])
def test_apply_refuses_secrets_without_repeating_them(run: Run, stack: FakeStack, file: Path, key: str) -> None:
    file.write_text(f"workspace: demo\nsources:\n  timerex:\n    {key}: hunter2\n", encoding="utf-8")
    for extra in ((), ("--json",)):
        result = run("apply", "workspace.yaml", *extra)
        assert result.code == 2
        assert f"workspace.yaml:4: sources.timerex.{key}: looks like a secret" in result.err
        assert "renkei connect" in result.err
        assert "hunter2" not in result.out + result.err
    assert stack.calls == []


def test_apply_refuses_files_that_cannot_be_read(run: Run, file: Path) -> None:
    assert run("apply", "missing.yaml").err == "missing.yaml: No such file or directory\n"
    file.write_bytes("workspace: d\nlanguage: 日本".encode("shift_jis"))
    result = run("apply", "workspace.yaml")
    assert (result.code, result.err) == (2, "workspace.yaml: this is not UTF-8 text. Save it as UTF-8.\n")


def test_apply_refuses_a_file_of_another_workspace(run: Run, stack: FakeStack, file: Path) -> None:
    result = run("--workspace", "school", "apply", "workspace.yaml")
    assert result.code == 2
    assert result.err.startswith("workspace.yaml:1: workspace: the file is for workspace demo, but school is chosen")
    assert stack.calls == []


def test_export_writes_a_stable_readable_file_that_can_be_applied(run: Run, stack: FakeStack, tmp_path: Path) -> None:
    saved = read_workspace_file(EXAMPLE).data
    names = ("integrations", "sources", "connections", "language", "notices", "workspace")
    scrambled = {name: saved[name] for name in names}
    stack.on("GET", DEMO, (200, scrambled))
    result = run("export")
    assert result.code == 0
    assert result.out.startswith("workspace: demo\nlanguage: ja\nsources:\n")
    assert "          - {property: country, text: 日本, policy: fill}\n" in result.out
    assert "    - {mail: technik@example.com, language: de}\nconnections:\n  hubspot:\n    keep_alive: f" in result.out
    assert run("export", "--json").out.startswith("{")

    assert run("export", "--output", "out.yaml").code == 0
    written = tmp_path / "out.yaml"
    assert written.read_text(encoding="utf-8") == result.out
    assert read_workspace_file(written).data == saved

    written.write_text("# mine\n", encoding="utf-8")
    refused = run("export", "--output", "out.yaml")
    assert (refused.code, written.read_text(encoding="utf-8")) == (2, "# mine\n")
    assert run("export", "--output", "out.yaml", "--force").code == 0
    assert written.read_text(encoding="utf-8") == result.out
    assert run("export", "--output", "no/such/folder.yaml").code == 2


def test_texts_that_yaml_1_1_would_change_survive(tmp_path: Path) -> None:
    texts = ["no", "on", "2026-11-22", "12:30", "012", "1e5", "0x1F", "1_000", "~", "", "true", "1.5", "# x", "a: b"]
    data: dict[str, object] = {"workspace": "demo", "texts": texts, "numbers": [1, -2, 1.5], "flags": [True, None]}
    file = tmp_path / "w.yaml"
    file.write_text(to_yaml(data), encoding="utf-8")
    assert read_workspace_file(file).data == data
    file.write_text("workspace: demo\ntexts: [no, 2026-11-22, 12:30, 012, 1e5]\n", encoding="utf-8")
    assert read_workspace_file(file).data["texts"] == ["no", "2026-11-22", "12:30", "012", "1e5"]


def test_export_leaves_out_what_says_nothing(run: Run, stack: FakeStack) -> None:
    row = {"property": "name", "from": "company_name", "question": None, "text": None, "policy": "create"}
    stack.on("GET", DEMO, (200, {"rows": [row], "workspace": "demo"}))
    expected = "workspace: demo\nrows:\n  - {property: name, from: company_name, policy: create}\n"
    assert run("export").out == expected


def test_properties(run: Run, stack: FakeStack) -> None:
    rows = [
        {"name": "name", "label": "会社名", "type": "string"},
        {"name": "zip", "label": "郵便番号", "type": "string"},
    ]
    stack.on("GET", f"{DEMO}/properties/companies", (200, {"properties": rows}))
    assert run("properties", "companies").out.splitlines() == [
        "Name  Label     Type",
        "name  会社名    string",
        "zip   郵便番号  string",
    ]
    assert json.loads(run("properties", "companies", "--json").out) == {"properties": rows}
    stack.on("GET", f"{DEMO}/properties/contacts", (200, {"properties": []}))
    result = run("properties", "contacts")
    assert (result.code, result.out, result.err) == (1, "", "Nothing found.\n")
    assert run("properties", "tickets").code == 2


def test_fields_of_a_lead_with_what_salesforce_requires(run: Run, stack: FakeStack) -> None:
    rows = [
        {"name": "LastName", "label": "姓", "type": "string", "required": True, "changeable": True},
        {"name": "Jigsaw", "label": "鍵", "type": "string", "required": False, "changeable": False},
    ]
    stack.on("GET", f"{DEMO}/properties/Lead", (200, {"properties": rows}))
    assert run("properties", "Lead").out.splitlines() == [
        "Required  Changeable  Name      Label  Type",
        "✓         ✓           LastName  姓     string",
        "                      Jigsaw    鍵     string",
    ]


def test_rows_to_start_from(run: Run, stack: FakeStack) -> None:
    row = {"property": "LastName", "from": "guest_last_name"}
    rows = [{"name": "LastName", "label": "姓", "type": "string", "row": row}, {"name": "Jigsaw", "label": "鍵"}]
    stack.on("GET", f"{DEMO}/properties/Lead", (200, {"properties": rows}))
    result = run("properties", "Lead", "--rows")
    assert (result.code, result.out) == (0, "lead:\n  - {property: LastName, from: guest_last_name}\n")
    assert json.loads(run("properties", "Lead", "--rows", "--json").out) == {"rows": [row]}
    stack.on("GET", f"{DEMO}/properties/contacts", (200, {"properties": rows[1:]}))
    assert run("properties", "contacts", "--rows").code == 1
