"""The shape of the tree: arrows point one way, modules stay small, what is listed is deployed and told."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from string import Template
from typing import Any

import pytest

from integrations import INTEGRATIONS
from local.stack.template import parsed
from renkei.config import LANGUAGES
from tests.harness import ROOT, TABLES

FUNCTIONS, LAYER = ROOT / "functions", ROOT / "layers/renkei/renkei"
MOST_LINES = 300
STDLIB = set(sys.stdlib_module_names)
PURE = {
    "actions",
    "causes",
    "chains",
    "errors",
    "bookings",
    "lms",
    "lms_list",
    "lms_users",
    "currencies",
    "japan",
    "mapping",
    "values",
    "integration",
    "config",
}
"""Modules of the platform that do nothing but decide and describe (docs/decisions.md)."""


def modules(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def imports(path: Path, *, typing_too: bool = False) -> set[str]:
    """The dotted names of what a module imports; what only a type checker reads is left out unless asked for."""
    tree = ast.parse(path.read_text("utf-8"))
    passed_over: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not typing_too:
            passed_over |= {inner for part in node.body for inner in ast.walk(part)}
    found = set()
    for node in ast.walk(tree):
        if node in passed_over:
            continue
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", modules(FUNCTIONS, LAYER, ROOT / "local", ROOT / "tests"), ids=named)
def test_no_module_is_too_long(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    if path.is_relative_to(ROOT / "tests"):
        assert lines <= 2 * MOST_LINES + 100
    else:
        assert lines <= MOST_LINES


@pytest.mark.parametrize("path", modules(LAYER), ids=named)
def test_the_platform_knows_no_function(path: Path) -> None:
    functions = {found.name for found in FUNCTIONS.iterdir() if found.is_dir()} | {"integrations"}
    assert not {name.partition(".")[0] for name in imports(path)} & (functions - {"oauth", "webhooks"})


@pytest.mark.parametrize("path", modules(LAYER / "vendors"), ids=named)
def test_a_vendor_imports_no_vendor(path: Path) -> None:
    own = path.stem.partition("_")[0]
    others = {name for name in imports(path) if name.startswith("renkei.vendors.")}
    assert all(name.startswith(f"renkei.vendors.{own}") for name in others)


@pytest.mark.parametrize("path", modules(FUNCTIONS), ids=named)
def test_an_integration_is_imported_only_by_the_list(path: Path) -> None:
    folder = path.relative_to(FUNCTIONS).parts[0]
    for key in INTEGRATIONS:
        if folder not in {key, "integrations.py"}:
            assert not [name for name in imports(path, typing_too=True) if name.partition(".")[0] == key]


@pytest.mark.parametrize("key", INTEGRATIONS)
def test_deciding_is_pure(key: str) -> None:
    """`plan` and what it leans on: standard library, pydantic, phone numbers, the platform's pure modules, its own."""
    todo, seen = {"plan"}, set()
    while todo:
        name = todo.pop()
        seen.add(name)
        allowed = STDLIB - {"os", "socket", "subprocess", "urllib", "time"}
        for found in imports(FUNCTIONS / key / f"{name}.py"):
            top, _, rest = found.partition(".")
            if top == key:
                inner = rest.partition(".")[0]
                todo |= {inner} - seen if (FUNCTIONS / key / f"{inner}.py").exists() else set()
            elif top == "renkei":
                assert rest.partition(".")[0] in PURE, f"{name} imports {found}"
            else:
                assert top in allowed | {"pydantic", "phonenumbers"}, f"{name} imports {found}"
    assert "app" not in seen


@pytest.mark.parametrize("name", sorted(PURE))
def test_what_counts_as_pure_is(name: str) -> None:
    for found in imports(LAYER / f"{name}.py"):
        top, _, rest = found.partition(".")
        assert top in (STDLIB - {"socket", "subprocess", "time"}) | {"pydantic", "renkei", "idna", "phonenumbers"}, (
            found
        )
        assert top != "renkei" or rest.partition(".")[0] in PURE, found


@pytest.mark.parametrize("key", INTEGRATIONS)
def test_every_integration_is_in_the_template(key: str) -> None:
    template = parsed()
    resources: dict[str, Any] = template["Resources"]
    function = next(
        name
        for name, resource in resources.items()
        if resource.get("Properties", {}).get("Handler") == f"{key}.app.handler"
    )
    role = resources[function]["Properties"]["Role"]["Fn::GetAtt"][0]
    others = [name for name, one in resources.items() if role in json.dumps(one.get("Properties", {}).get("Role"))]
    assert others == [function], "it has permissions of its own"
    alarms = [resource for resource in resources.values() if resource["Type"] == "AWS::CloudWatch::Alarm"]
    assert any(function in json.dumps(alarm) for alarm in alarms), "it has an alarm"
    assert f"RENKEI_QUEUE_{key.upper()}" in json.dumps(template["Globals"])
    assert set(INTEGRATIONS[key].title) == set(LANGUAGES)
    assert {path.stem for path in (FUNCTIONS / key).glob("*.py")} >= {"__init__", "plan", "app", "console"}


def test_tests_make_the_tables_that_the_template_makes() -> None:
    resources = parsed()["Resources"]
    for name, (partition, sort, indexes) in TABLES.items():
        table = resources[f"{name.capitalize()}Table"]["Properties"]
        assert [key["AttributeName"] for key in table["KeySchema"]] == [partition, sort]
        local = {
            index["IndexName"]: index["KeySchema"][1]["AttributeName"]
            for index in table.get("LocalSecondaryIndexes", ())
        }
        assert local == dict(indexes)


def test_nothing_is_caught_blindly_but_in_one_place() -> None:
    blind = re.compile(r"except (Base)?Exception|except:")
    found = [named(path) for path in modules(FUNCTIONS, LAYER) if blind.search(path.read_text("utf-8"))]
    assert found == ["layers/renkei/renkei/watch.py"]


def test_the_clock_is_read_in_one_place() -> None:
    direct = re.compile(r"datetime\.(now|utcnow)\(|time\.time\(|date\.today\(")
    found = [named(path) for path in modules(FUNCTIONS, LAYER) if direct.search(path.read_text("utf-8"))]
    assert found == ["layers/renkei/renkei/config.py"]


def test_nothing_needs_the_environment_to_be_imported() -> None:
    names = [
        ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__")
        for base in (FUNCTIONS, LAYER.parent)
        for path in modules(base)
    ]
    code = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    path = {"PYTHONPATH": f"{FUNCTIONS}:{LAYER.parent}", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code, *names], env=path, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def texts(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((LAYER / f"texts/{language}.json").read_text("utf-8"))
    return found


def test_every_text_exists_in_every_language_with_the_same_parameters() -> None:
    def shape(language: str) -> dict[str, set[str]]:
        return {code: set(Template(text).get_identifiers()) for code, text in texts(language).items()}

    assert shape("ja") == shape("en") == shape("de")


def test_every_code_has_its_text() -> None:
    raised = re.compile(
        r"(?:Skip|Retry|Rejected|NotFound|Conflict|Reconnect|Misconfigured|Warn|Refusal)"
        r"\(\s*\"([a-z_]+)\"(?: if .*? else \"([a-z_]+)\")?"
    )
    used = {
        code
        for path in modules(FUNCTIONS, LAYER)
        for found in raised.finditer(path.read_text("utf-8"))
        for code in found.groups()
        if code
    }
    assert len(used) > 20
    assert used <= set(texts("en"))
