"""What docs/lms.md and its Japanese twin say of a school's fields is what is written."""

from __future__ import annotations

import re

import pytest

from lms_to_hubspot.columns import COLUMNS as PROPERTIES
from lms_to_mailchimp.fields import COLUMNS as TAGS
from local.stack.template import ROOT

TWINS = ("lms.md", "lms.ja.md")
EMAIL, FORM = "email", "custom_form_"


def cells(name: str) -> list[list[str]]:
    """The rows of the table of fields: the school's, HubSpot's, Mailchimp's."""
    text = (ROOT / "docs" / name).read_text("utf-8")
    table = re.split(r"^\|[^|\n]*\| HubSpot[^|\n]*\| Mailchimp[^|\n]*\|\n\|[-|]*\n", text, flags=re.MULTILINE)[1]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.partition("\n\n")[0].splitlines()]


@pytest.mark.parametrize("name", TWINS)
def test_each_field_is_told_with_its_property_and_its_tag(name: str) -> None:
    rows = cells(name)
    properties = {found for _, hubspot, _ in rows for found in re.findall(r"`(\w+)`", hubspot)} - {"deleted"}
    ours = {column.name for column in PROPERTIES if not column.name.startswith(FORM)}
    assert properties == ours | {EMAIL, f"{FORM}1", f"{FORM}9"}
    tags = [tag for _, _, mailchimp in rows for tag in re.findall(r"`(\w+)`", mailchimp)]
    assert sorted(tags) == sorted(column.tag for column in TAGS)


def test_in_english_each_line_names_the_field_that_both_come_from() -> None:
    for first, hubspot, mailchimp in cells(TWINS[0]):
        (told,) = re.findall(r"`(\w+)`", first)
        written = {column.told for column in PROPERTIES if f"`{column.name}`" in hubspot}
        written |= {column.told for column in TAGS if f"`{column.tag}`" in mailchimp}
        assert written <= {told}, first


def test_both_have_the_same_lines() -> None:
    english, japanese = (cells(name) for name in TWINS)
    assert [re.findall(r"`(\w+)`", row[1]) for row in english] == [re.findall(r"`(\w+)`", row[1]) for row in japanese]
    assert [row[0].partition(" `")[0].replace("–", "~") for row in english] == [row[0] for row in japanese]
