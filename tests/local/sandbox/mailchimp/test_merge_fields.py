"""The sandbox Mailchimp's merge fields, and what it accepts in them."""

from typing import Any

import pytest

from local.sandbox.mailchimp import DEMO, Mailchimp
from local.sandbox.mailchimp.members import subscriber
from tests.local.sandbox.callers import Caller

LIST = f"/3.0/lists/{DEMO.audience}"
FIELDS = f"{LIST}/merge-fields"
ANN = "ann@school.example"
AT = f"{LIST}/members/{subscriber(ANN)}"
TEXT = {"name": "Any", "type": "text"}


def _put(api: Caller, fields: object, query: str = "") -> Any:
    return api.put(AT + query, json={"email_address": ANN, "status_if_new": "pending", "merge_fields": fields}).json()


def test_made_read_and_removed(api: Caller) -> None:
    made = api.post(FIELDS, json={"tag": "username", "name": "アカウント名", "type": "text"}).json()
    assert (made["tag"], made["name"], made["type"], made["required"]) == ("USERNAME", "アカウント名", "text", False)
    assert api.get(f"{FIELDS}/{made['merge_id']}").json() == made
    assert api.post(FIELDS, json=TEXT).json()["tag"] == f"MMERGE{made['merge_id'] + 1}"
    assert _put(api, {"USERNAME": "ann"})["merge_fields"]["USERNAME"] == "ann"
    assert [api.delete(f"{FIELDS}/{made['merge_id']}").status_code for _ in range(2)] == [204, 404]
    assert api.get(f"{FIELDS}/{made['merge_id']}").status_code == 404
    assert "USERNAME" not in api.get(AT).json()["merge_fields"]
    assert api.post(FIELDS, json={"tag": "USERNAME"} | TEXT).json()["merge_id"] > made["merge_id"]
    assert api.get(AT).json()["merge_fields"]["USERNAME"] == ""


def test_filtered(api: Caller) -> None:
    api.post(FIELDS, json=TEXT | {"tag": "NEEDED", "required": True})

    def tags(query: str) -> list[str]:
        return [field["tag"] for field in api.get(f"{FIELDS}?{query}").json()["merge_fields"]]

    assert (tags("type=text"), tags("required=true")) == (["FNAME", "LNAME", "NEEDED"], ["NEEDED"])
    assert tags("required=false&type=phone") == ["PHONE"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"tag": "A"}, "Required fields were not provided: name, type"),
        ({"name": "A"}, "Required fields were not provided: type"),
        (TEXT | {"name": 1}, "name"),
        (TEXT | {"tag": 1}, "tag"),
        (TEXT | {"type": "list"}, "type"),
        (TEXT | {"tag": "ELEVENCHARS"}, "tag"),
        (TEXT | {"tag": "a b"}, "tag"),
        (TEXT | {"tag": "名"}, "tag"),
        (TEXT | {"tag": "email"}, "tag"),
        (TEXT | {"tag": "fname"}, 'A Merge Field with the tag \\"FNAME\\" already exists for this list.'),
    ],
    ids=str,
)
def test_what_cannot_be_made(api: Caller, body: dict[str, object], words: str) -> None:
    answer = api.post(FIELDS, json=body)
    assert (answer.status_code, answer.json()["title"]) == (400, "Invalid Resource")
    assert words in answer.text
    assert len(api.get(FIELDS).json()["merge_fields"]) == 5


def test_at_most_thirty(api: Caller) -> None:
    made = [api.post(FIELDS, json=TEXT | {"tag": f"T{n}"}).status_code for n in range(26)]
    assert made == [200] * 25 + [400]
    tags = [field["tag"] for field in api.get(f"{FIELDS}?count=1000").json()["merge_fields"]]
    assert (len(tags), len(set(tags)), len(api.get(FIELDS).json()["merge_fields"])) == (30, 30, 10)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("text", {"x": "x", "": "", "あ" * 255: "あ" * 255, 1: "1"}, ["あ" * 256, {}]),
        ("number", {"1.5": 1.5, "7": 7, -2: -2}, ["one", "1,000", "１"]),
        ("date", {"2026-11-22": "2026-11-22", "11/22/2026": "2026-11-22"}, ["22.11.2026", "2026-13-01"]),
        ("birthday", {"02/29": "02/29"}, ["02/30", "1990-01-01"]),
        ("url", {"https://a.example": "https://a.example"}, ["a.example", "javascript:x"]),
        ("zip", {"01234": "01234"}, ["123", "100-0001"]),
        ("dropdown", {"a": "a"}, ["b"]),
        ("phone", {"+81 3": "+81 3"}, [{}]),
        ("address", {}, ["Tokyo", {"addr1": "1-1-1", "city": "Chiyoda", "state": "Tokyo"}]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_values_of_a_type(api: Caller, kind: str, good: dict[Any, object], bad: list[object]) -> None:
    api.post(FIELDS, json={"tag": "ONE", "name": "One", "type": kind, "options": {"choices": ["a"]}})
    for value, shown in good.items():
        assert _put(api, {"ONE": value})["merge_fields"]["ONE"] == shown
    before = api.get(AT).text
    for value in bad:
        refused = _put(api, {"ONE": value, "FNAME": "x"})
        assert (refused["status"], refused["title"]) == (400, "Invalid Resource")
        assert [error["field"].removeprefix("merge_fields.") for error in refused["errors"]] == ["ONE"]
    assert api.get(AT).text == before or not good


def test_an_address_is_whole(api: Caller) -> None:
    whole = {"addr1": "1-1-1", "city": "Chiyoda", "state": "Tokyo", "zip": "100-0001", "country": "JP"}
    assert _put(api, {"ADDRESS": whole})["merge_fields"]["ADDRESS"] == whole
    refused = _put(api, {"ADDRESS": {"addr1": "1-1-1"}, "BIRTHDAY": "1990"})
    assert refused["detail"] == "Your merge fields were invalid."
    assert refused["errors"][0] == {"field": "ADDRESS", "message": "Please enter a complete address"}
    assert refused["errors"][1]["field"] == "BIRTHDAY"


@pytest.mark.parametrize("value", [None, True, ["a"]], ids=str)
def test_what_is_no_value_at_all(api: Caller, value: object) -> None:
    told = _put(api, {"FNAME": value})["errors"]
    message = "Data did not match any of the schemas described in anyOf."
    assert told == [{"field": "merge_fields.FNAME", "message": message}]
    assert _put(api, [])["errors"] == [
        {"field": "merge_fields", "message": "Schema describes object, array found instead"}
    ]


def test_tags_that_are_not_there(api: Caller, mailchimp: Mailchimp) -> None:
    shown = _put(api, {"NONE": "x", "fname": "x"})["merge_fields"]
    assert (shown["FNAME"], "NONE" in shown, "fname" in shown) == ("", False, False)
    mailchimp.configure({"unknown_tags": "refused"})
    assert [error["field"] for error in _put(api, {"NONE": "x"})["errors"]] == ["NONE"]


def test_switches_of_length_and_of_what_must_be_there(api: Caller, mailchimp: Mailchimp) -> None:
    mailchimp.configure({"text_limit": None, "required_fields": ["LNAME"]})
    api.post(FIELDS, json=TEXT | {"tag": "NEEDED", "required": True})
    needed = [{"field": tag, "message": "Please enter a value"} for tag in ("LNAME", "NEEDED")]
    assert _put(api, {"FNAME": "x" * 999})["errors"] == needed
    assert _put(api, {"FNAME": "x"}, "?skip_merge_validation=true")["full_name"] == "x"
    assert _put(api, {"LNAME": "y"})["errors"] == needed[1:]
    assert _put(api, {"LNAME": "y", "NEEDED": "z"})["full_name"] == "x y"
    assert api.patch(AT, json={"merge_fields": {"FNAME": ""}}).json()["full_name"] == "y"
    assert api.patch(AT, json={"merge_fields": {"LNAME": ""}}).json()["errors"] == needed[:1]
