"""Whatever Salesforce answers: an outcome or a whole result, only ids for ids, and nothing of a guest in either."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import cycle
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from renkei.actions import Create, Delete, Item, Look, Read, Search, Update, Upsert
from renkei.errors import Outcome, Retry
from renkei.vendors.salesforce import Asked, Salesforce
from renkei.vendors.salesforce_shapes import ID

_SECRET = "秘密 hanako@secret-guest.example.jp"
_ID = "00QSb000001DkMmIAK"
_CODES = (
    "DUPLICATES_DETECTED", "DUPLICATE_VALUE", "ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "INVALID_FIELD",
    "INVALID_SESSION_ID", "JSON_PARSER_ERROR", "NOT_FOUND", "REQUEST_LIMIT_EXCEEDED", "UNABLE_TO_LOCK_ROW",
)  # fmt: skip
_NAMES = (
    "Id", "body", "compositeResponse", "created", "done", "duplicateResut", "errorCode", "errors", "fields",
    "httpStatusCode", "id", "matchRecords", "matchResults", "message", "name", "nextRecordsUrl", "record", "records",
    "referenceId", "statusCode", "success", "type",
)  # fmt: skip
_TEXTS = (_ID, _SECRET, "q0", "q1", "", "None", "/services/data/v67.0/query/01g", *_CODES)
_SCALARS = st.none() | st.booleans() | st.integers(-1, 500) | st.sampled_from(_TEXTS)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=5),
    max_leaves=12,
)
# Beside anything at all, what is nearly right.
_RECORD = st.fixed_dictionaries({"Id": _SCALARS | st.just(_ID)}, optional={"Email": _SCALARS, "Key__c": _SCALARS})
_PAGE = st.fixed_dictionaries({"records": st.lists(_RECORD, max_size=2)}, optional={"done": _SCALARS})
_ERROR = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("errorCode", "statusCode", "message", "fields", "duplicateResut"), _JSON)
)
_ENTRY = st.fixed_dictionaries(
    {"success": _SCALARS}, optional={"id": _SCALARS | st.just(_ID), "errors": st.lists(_ERROR, max_size=2) | _JSON}
)
_PART = st.fixed_dictionaries(
    {"referenceId": st.sampled_from(("q0", "q1")) | _JSON},
    optional={"httpStatusCode": st.sampled_from((200, 400, 403, 404, 500)) | _JSON, "body": _PAGE | _JSON},
)
_BODIES = (
    _JSON
    | _PAGE
    | st.lists(_ERROR, max_size=2)
    | st.lists(_ENTRY, min_size=1, max_size=3)
    | st.fixed_dictionaries({"compositeResponse": st.lists(_PART, max_size=2)})
)
_STATUSES = st.sampled_from((200, 201, 204, 300, 302, 400, 401, 403, 404, 409, 410, 429, 500, 503))
_ANSWERS = st.lists(st.tuples(_STATUSES, _BODIES), min_size=1, max_size=4)

_ITEMS = tuple(Item(f"{_ID[:-1]}{letter}", {"Email": _SECRET, "LastName": _SECRET}, tasks=("t",)) for letter in "ABC")
_LEADS = Search("Lead", {"Email": (_SECRET,)}, ("Email",))
ACTIONS: dict[str, Asked] = {
    "search": _LEADS,
    "look": Look((_LEADS, Search("Contact", {"Email": (_SECRET,)}, ("Email",)))),
    "read": Read("Lead", ("timerex-1",), ("Email",), by="Key__c"),
    "create": Create("Lead", "", _ITEMS[:1]),
    "creates": Create("Lead", "", _ITEMS, {"duplicates": "save"}),
    "upsert": Upsert("Lead", "Key__c", _ITEMS[:1]),
    "upserts": Upsert("Lead", "Key__c", _ITEMS),
    "update": Update("Lead", _ITEMS[:1]),
    "updates": Update("Lead", _ITEMS),
    "delete": Delete("Event", (_ITEMS[0].key,)),
    "deletes": Delete("Event", tuple(item.key for item in _ITEMS)),
}


class Parrot(requests.Session):
    """Gives these answers in turn, a hundred at most."""

    def __init__(self, answers: Sequence[tuple[int, Any]]) -> None:
        super().__init__()
        self._answers = cycle(answers)
        self._left = 100

    def request(self, *_: Any, **__: Any) -> requests.Response:
        """The next answer."""
        self._left -= 1
        if not self._left:
            raise requests.ConnectionError
        response = requests.Response()
        response.status_code, body = next(self._answers)
        response._content = json.dumps(body).encode()
        return response


@pytest.mark.parametrize("name", ACTIONS)
@given(answers=_ANSWERS)
@settings(max_examples=50)
def test_any_answer_is_an_outcome_or_a_whole_result(name: str, answers: list[tuple[int, Any]]) -> None:
    action = ACTIONS[name]
    client = Salesforce(Parrot(answers), lambda _: "token", "https://kaisha.my.salesforce.com")
    try:
        result = client.do(action)
    except Outcome as end:
        _harmless(end)
        return
    for failed in result.failed.values():
        _harmless(failed)
    wanted = [item.key for item in getattr(action, "items", ())] or list(getattr(action, "keys", ()))
    if not isinstance(action, Look | Search | Read):
        assert sorted([*result.records, *result.failed]) == sorted(wanted)
        assert not any(isinstance(end, Retry) and end.after for end in result.failed.values())
    for one in (result, *result.each):
        assert all(ID.fullmatch(record.id) for record in one.records.values())


@given(answers=_ANSWERS)
@settings(max_examples=50)
def test_any_description_is_an_outcome_or_one(answers: list[tuple[int, Any]]) -> None:
    client = Salesforce(Parrot(answers), lambda _: "token", "https://kaisha.my.salesforce.com")
    try:
        _, fields = client.describe("Lead")
    except Outcome as end:
        _harmless(end)
    else:
        assert all(field["name"] for field in fields)


def _harmless(end: Outcome) -> None:
    shown = f"{end!r} {end.params} {end.args} {vars(end)}"
    assert "秘密" not in shown
    assert "hanako" not in shown
