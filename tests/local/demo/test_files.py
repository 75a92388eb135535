from pathlib import Path

import pytest
import yaml

from integrations import INTEGRATIONS
from local.demo.customers import BOTH, WORKSPACE
from local.demo.offices import writes
from local.stack.template import ROOT
from renkei.settings import check

FILES = sorted((ROOT / "local" / "demo").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_workspace_of_the_demo_has_a_file_that_can_be_saved(path: Path) -> None:
    document = yaml.safe_load(path.read_text("utf-8"))
    _, problems = check(document, document["workspace"], INTEGRATIONS)
    assert problems == []


def test_customers_begin_with_both_directions_off() -> None:
    assert WORKSPACE in FILES
    own = yaml.safe_load(WORKSPACE.read_text("utf-8"))["integrations"]["falcana_hubspot"]
    assert own["directions"] == dict.fromkeys(BOTH, False)


def test_what_only_reads_is_no_write() -> None:
    reading = ["GET /falcana/v1/changes", "POST /falcana/v1/addresses/find", "POST /falcana/v1/token"]
    reading += [
        "POST /hubspot/crm/objects/2026-09/companies/search",
        "POST /hubspot/crm/objects/2026-09/contacts/batch/read",
    ]
    writing = ["PATCH /falcana/v1/addresses/1", "POST /falcana/v1/addresses", "DELETE /falcana/v1/addresses/1"]
    assert writes([*reading, *writing]) == writing
