"""docs/workspace.example.yaml can be applied, and maps all that TimeRex's own integration does."""

from pathlib import Path
from typing import Any

from booking_to_hubspot import INTEGRATION
from local.cli.yaml_file import read_workspace_file
from renkei.settings import check

EXAMPLE = Path(__file__).parents[3] / "docs" / "workspace.example.yaml"


def test_example_is_valid() -> None:
    filled, problems = check(read_workspace_file(EXAMPLE).data, "demo", {INTEGRATION.key: INTEGRATION})
    assert problems == []
    assert filled["workspace"] == "demo"


def test_example_covers_every_property_of_timerex_own_integration() -> None:
    data: Any = read_workspace_file(EXAMPLE).data
    (calendar,) = data["integrations"]["booking_to_hubspot"]["calendars"]
    company = "name phone address address2 city state country zip website domain numberofemployees annualrevenue"
    contact = (
        "lastname firstname salutation email mobilephone phone fax address city state country zip jobtitle company "
        "website annualrevenue industry twitterhandle hs_whatsapp_phone_number"
    )
    assert {row["property"] for row in calendar["company"]} == {*company.split(), "description", "founded_year"}
    assert {row["property"] for row in calendar["contact"]} == set(contact.split())
    for row in (*calendar["company"], *calendar["contact"]):
        assert len({"from", "question", "text"} & set(row)) == 1
        assert row.get("policy", "create") in ("create", "fill", "overwrite")
