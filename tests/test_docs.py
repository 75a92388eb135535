"""The documents speak of what is there: commands, targets, files, scopes, parameters and outputs."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from falcana_hubspot import Settings as FalcanaSettings
from hubspot_to_board import BILLED, ORDER_STATUS, PAID, Settings
from integrations import INTEGRATIONS
from local.cli.parser import build_parser
from local.cli.yaml_file import read_workspace_file
from local.stack.template import parsed
from renkei.accounts import VENDORS, oauth_of, vendor_of
from renkei.settings import check
from renkei.vendors.hubspot import VERSION

ROOT = Path(__file__).parents[1]
DOCS = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")
APP = ROOT / "docs" / "hubspot-app"
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

FENCE = re.compile(r"^ *```[^\n]*\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
COMMENT = re.compile(r"\s+#\s.*")
FILE = re.compile(r"(?<![\w./-])(?:\.ci|docs|events|functions|layers|local|renkei|tests)/[\w./-]*\w")
TICKS = {
    "顧客": {"登録", "更新", "取得", "リストの取得"},
    "案件": {"登録", "更新", "取得", "リストの取得", "受注ステータス更新"},
    "請求": {"リストの取得"},
    "ユーザー": {"リストの取得"},
}
SUGGESTED = "webinar"  # docs/add-an-integration.md walks through an integration that is not there

each_document = pytest.mark.parametrize("path", DOCS, ids=lambda path: path.relative_to(ROOT).as_posix())


def code(path: Path) -> list[str]:
    """The lines of a document's code blocks, without comments, and the code in its sentences."""
    text = path.read_text("utf-8")
    lines = [line for block in FENCE.findall(text) for line in block.splitlines()]
    return [COMMENT.sub("", part).strip() for part in (*lines, *SPAN.findall(FENCE.sub("", text)))]


def anchors(path: Path) -> set[str]:
    """A document's headings as the anchors of links name them."""
    headings = (heading.lower().replace(" ", "-") for heading in HEADING.findall(path.read_text("utf-8")))
    return {re.sub(r"[^\w-]", "", heading) for heading in headings}


@each_document
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    for link in LINK.findall(path.read_text("utf-8")):
        if link.startswith("https://"):
            continue
        place, _, anchor = link.partition("#")
        target = (path.parent / place).resolve() if place else path
        assert target.is_relative_to(ROOT), link
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@each_document
def test_every_renkei_command_is_understood(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in code(path):
        if command.startswith("renkei "):
            try:
                build_parser("en").parse_args(shlex.split(command)[1:])
            except SystemExit:
                pytest.fail(f"{command}: {capsys.readouterr().err}")


@each_document
def test_every_make_target_is_there(path: Path) -> None:
    for command in code(path):
        verb, _, rest = command.partition(" ")
        if verb == "make" and rest:
            assert rest.split()[0] in TARGETS, command


@each_document
def test_every_file_that_is_named_is_there(path: Path) -> None:
    named = [place for part in code(path) if "<" not in part for place in FILE.findall(part)]
    for place in (place for place in named if SUGGESTED not in place):
        assert (ROOT / place).exists() or (ROOT / "layers/renkei" / place).exists(), place


@each_document
def test_no_document_speaks_of_one_machine_or_account(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"/(?:work|root|home|tmp)/", text)
    assert not re.search(r"\b\d{12}\b", text), "an AWS account"


def test_the_readme_names_the_commands_that_matter() -> None:
    said = "\n".join(code(ROOT / "README.md"))
    commands = ("connect hubspot", "connect timerex", "apply", "preview", "send", "deliveries", "retry", "notices")
    for command in (*commands, "test-connection", "connect board", "board sync", "board pipelines", "board link"):
        assert re.search(rf"renkei (?:--workspace NAME )?{command}\b", said), command
    assert {"make demo", "make test", "make deploy"} <= set(said.splitlines())


def test_the_outputs_and_parameters_that_are_named_are_the_templates() -> None:
    template = parsed()
    said = {part for path in DOCS for part in code(path)}
    outputs = {"ApiUrl", "ApiId", "HubspotRedirectUrl", "HubspotAppSecret", "AlarmTopic"}
    outputs |= {"SalesforceRedirectUrl", "SalesforceAppSecret", "HubspotWebhookUrl"}
    assert outputs <= said & set(template["Outputs"])
    assert [name for name in template["Parameters"] if f"`{name}`" not in OPERATING] == []
    architecture = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    functions = [name for name, one in template["Resources"].items() if one["Type"] == "AWS::Serverless::Function"]
    assert [name for name in functions if f"`{name}`" not in architecture] == []


@pytest.mark.parametrize("key", VENDORS)
def test_operating_says_what_is_entered_for_each_vendor_and_no_more(key: str) -> None:
    vendor = vendor_of(key)
    names = [field.name for field in vendor.fields] + (["client_id", "client_secret"] if vendor.oauth else [])
    said = set(re.findall(rf"`(RENKEI_{key.upper()}_[A-Z_]+)`", OPERATING))
    assert said == {f"RENKEI_{key}_{name}".upper() for name in names}


@pytest.mark.parametrize("key", VENDORS)
def test_operating_names_each_vendors_limits(key: str) -> None:
    vendor = vendor_of(key)
    (row,) = re.findall(rf"^\| {vendor.title} \| ([^|]*) \|$", OPERATING.partition("## How often")[2], re.MULTILINE)
    rates = [rate for rate in (vendor.limits.burst, vendor.limits.search) if rate]
    numbers = [number for rate in rates for number in (rate.calls, int(rate.per.total_seconds())) if number != 1]
    numbers += [vendor.limits.daily] if vendor.limits.daily else []
    told = [int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", row)]
    assert [number for number in told if number != 1] == numbers


def test_operating_names_each_metric() -> None:
    sources = [*(ROOT / "functions").rglob("*.py"), *(ROOT / "layers/renkei/renkei").rglob("*.py")]
    measured = {name for path in sources for name in re.findall(r'\bmeasure\("(\w+)"', path.read_text("utf-8"))}
    assert len(measured) > 1
    assert [name for name in sorted(measured) if f"`{name}`" not in OPERATING] == []


@pytest.mark.parametrize("key", INTEGRATIONS)
def test_operating_says_where_each_integration_logs(key: str) -> None:
    assert f"`/renkei/<stack>/{key.replace('_', '-')}`" in OPERATING


def test_operating_explains_each_setting_of_deals_and_projects() -> None:
    part = OPERATING.partition("## HubSpot and board")[2].partition("\n## ")[0]
    table = part.partition("| setting |")[2].partition("\n\n")[0]
    told = {
        name for cell in re.findall(r"^\| (`[^|]*`) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)
    }
    assert told == set(Settings.model_fields)
    assert [status for status in (*ORDER_STATUS, BILLED, PAID) if status.partition("(")[0] not in part] == []
    actions = set(re.findall(r"renkei board ([a-z-]+)", part))
    assert actions == {"pipelines", "users", "sync", "status", "push-clients", "link", "unlink"}


def test_operating_explains_each_setting_of_falcana_and_hubspot_and_each_command() -> None:
    part = OPERATING.partition("## falcana and HubSpot")[2].partition("\n## ")[0]
    table = part.partition("| setting |")[2].partition("\n\n")[0]
    told = [
        name for cell in re.findall(r"^\| (`[^|]*`) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)
    ]
    assert told == list(FalcanaSettings.model_fields)
    actions = set(re.findall(r"renkei falcana ([a-z-]+)", part))
    more = {"sales-groups", "fields"}  # named beside `users`
    assert actions | more == {
        *("start", "test", "connect", "status", "sync", "import", "export", "duplicates", "stop"),
        *("waiting", "users", "sales-groups", "fields", "link", "keep-apart", "unlink"),
    }


def test_operating_explains_each_setting_of_what_takes_a_school_s_events() -> None:
    part = OPERATING.partition("## A school's people and purchases")[2].partition("\n## ")[0]
    table = part.partition("| setting |")[2].partition("\n\n")[0]
    cells = re.findall(r"^\| (`[^|]*`) \|", table, re.MULTILINE)
    told = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    three = [one for one in INTEGRATIONS.values() if one.sources == ("lms",)]
    assert told == [name for one in three for name in (one.key, *one.settings.model_fields) if name != "enabled"]


def test_operating_names_each_tick_of_board_as_board_shows_it() -> None:
    part = OPERATING.partition("## HubSpot and board")[2].partition("\n## ")[0]
    ticks = {kind: set(re.findall(rf"{kind}: ([^;.]*)", part)[0].replace("\n", " ").split(", ")) for kind in TICKS}
    assert {kind: {verb.strip() for verb in verbs} for kind, verbs in ticks.items()} == TICKS


def test_architecture_names_each_checkpoint() -> None:
    architecture = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    sources = [path.read_text("utf-8") for path in (ROOT / "functions" / "hubspot_to_board").glob("*.py")]
    saved = {name for text in sources for name in re.findall(r'\b(?:save|load|moment)\("(\w+)"', text)}
    assert {"count", "ran"} <= saved
    assert [name for name in sorted(saved) if f"`{name}`" not in architecture] == []


def test_decisions_stand_in_their_order() -> None:
    headings = HEADING.findall((ROOT / "docs" / "decisions.md").read_text("utf-8"))[1:]
    assert all(re.match(r"\d{4}-\d\d-\d\d: \w", heading) for heading in headings)
    assert [heading[:10] for heading in headings] == sorted(heading[:10] for heading in headings)
    assert len(set(headings)) == len(headings)


def test_the_policy_allows_the_api_and_nothing_else() -> None:
    (block,) = re.findall(r"```json\n(.*?)```", OPERATING, re.DOTALL)
    (statement,) = json.loads(block)["Statement"]
    assert statement["Action"] == "execute-api:Invoke"
    assert statement["Resource"].endswith(":API_ID/$default/*/api/*")


def test_the_hubspot_app_asks_for_the_scopes_that_the_code_needs() -> None:
    app: dict[str, Any] = json.loads((APP / "src" / "app" / "app-hsmeta.json").read_text("utf-8"))
    auth = app["config"]["auth"]
    assert (app["type"], app["config"]["distribution"], auth["type"]) == ("app", "private", "oauth")
    assert auth["requiredScopes"] == ["oauth"]  # what is always asked for; HubSpot refuses a link without it
    assert ["oauth", *auth["conditionallyRequiredScopes"]] == list(oauth_of("hubspot").scopes)
    assert auth["optionalScopes"] == []
    (redirect,) = auth["redirectUrls"]
    path = "/oauth/hubspot/callback"
    assert redirect.startswith("https://REPLACE-ME.")
    assert redirect.endswith(path)
    assert parsed()["Outputs"]["HubspotRedirectUrl"]["Value"]["Fn::Sub"][0] == f"${{Base}}{path}"


def test_the_hubspot_app_s_readme_says_why_each_webhook_is_wanted() -> None:
    file = APP / "src" / "app" / "webhooks" / "webhooks-hsmeta.json"
    wanted = json.loads(file.read_text("utf-8"))["config"]["subscriptions"]["legacyCrmObjects"]
    table = (APP / "README.md").read_text("utf-8").partition("| subscription | why |")[2].partition("\n\n")[0]
    assert {one["subscriptionType"] for one in wanted} == set(re.findall(r"`((?:deal|company)\.\w+)`", table))


def test_the_hubspot_project_is_of_the_version_that_the_code_speaks() -> None:
    project: dict[str, str] = json.loads((APP / "hsproject.json").read_text("utf-8"))
    assert project["platformVersion"] == VERSION.replace("-", ".")
    assert (APP / project["srcDir"] / "app").is_dir()


def test_the_examples_of_a_workspace_file_are_valid_and_show_every_integration() -> None:
    shown: set[str] = set()
    for path in sorted((ROOT / "docs").glob("workspace.*example.yaml")):
        document = read_workspace_file(path).data
        filled, problems = check(document, str(document["workspace"]), INTEGRATIONS)
        assert problems == [], path.name
        shown |= set(filled["integrations"])
    assert shown == set(INTEGRATIONS)
