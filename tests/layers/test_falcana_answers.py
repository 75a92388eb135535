"""What the client of falcana takes for no answer, and what a refusal means whoever gives it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import cycle
from typing import Any
from unittest import mock

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from local.sandbox.falcana import DEMO
from local.sandbox.falcana import Falcana as Sandbox
from local.sandbox.faults import Fault
from local.sandbox.inprocess import WsgiAdapter
from renkei.errors import Conflict, Misconfigured, Outcome, Reconnect, Rejected, Retry
from renkei.vendors.falcana import ENTITIES, Change, CursorExpired, CustomField, Falcana, Gone, Record
from tests.harness import Clock
from tests.layers.telling import told

SANDBOX = "http://127.0.0.1:3001/falcana"
KEYS = {"base_url": SANDBOX, "client_id": DEMO.client_id, "client_secret": DEMO.client_secret}
FIRM = {"kind": "company", "name": "Muster GmbH", "owner_user_id": "11", "sales_group_id": "21"}
STAMP: dict[str, object] = {"updated_at": "2026-11-22T12:00:00.000Z"}
ROW: dict[str, object] = {"id": 1, "version": 1, "external_ids": {"hubspot": None}, "custom": {}, "name": "x"} | STAMP
CHANGE: dict[str, object] = {"entity": "addresses", "id": 1, "op": "upsert", "version": 1, "merged_into": None}
FIELD: dict[str, object] = {
    "key": "a",
    "label": {},
    "type": "text",
    "required": False,
    "read_only": False,
    "options": [],
}
USER: dict[str, object] = {"id": 1, "name": "Anna", "email": None, "active": True}
END: dict[str, object] = {"next_cursor": None}
BEHIND: dict[str, object] = {"next_cursor": "2", "has_more": False}


@pytest.fixture(autouse=True)
def hosts() -> Iterator[None]:
    with mock.patch.dict("os.environ", {"RENKEI_FALCANA_HOSTS": "127.0.0.1"}):
        yield


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(Clock())


@pytest.fixture
def falcana(sandbox: Sandbox) -> Falcana:
    session = requests.Session()
    session.mount(SANDBOX, WsgiAdapter(sandbox, "/falcana"))
    return Falcana(session, KEYS)


def answer(path: str, body: object, status: int = 200, times: int = 1) -> Fault:
    return Fault(path=path, status=status, body=json.dumps(body), times=times)


def without(row: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: value for name, value in row.items() if name not in names}


def test_what_falcana_may_leave_out(sandbox: Sandbox, falcana: Falcana) -> None:
    more = {"name2": " ", "custom": {"a": None, "b": ""}, "owner_user_id": None, "archived": True, "new": {"x": 1}}
    rows = [without(ROW, "external_ids", "custom"), ROW | more]
    sandbox.faults.add(answer("/v1/addresses", {"items": rows}))
    moment = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert falcana.page("addresses") == ([Record("1", 1, moment, "", {"name": "x"})] * 2, "")


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ({"de": "Branche"}, "Branche"),
        ({"fr": "Secteur"}, "branche"),
        ({}, "branche"),
        (None, "branche"),
        ({"en": " "}, "branche"),
    ],
)
def test_a_field_without_a_name_in_the_language(sandbox: Sandbox, falcana: Falcana, label: object, shown: str) -> None:
    row = {"key": "branche", "label": label, "type": "text", "required": True, "read_only": False, "options": None}
    sandbox.faults.add(answer("/v1/custom-fields", {"items": [row]}))
    assert falcana.custom_fields("addresses", "ja") == [
        CustomField("branche", shown, "text", required=True, read_only=False, options=())
    ]


@pytest.mark.parametrize(
    "row",
    [
        None,
        1,
        [],
        {},
        without(ROW, "id"),
        without(ROW, "version"),
        without(ROW, "updated_at"),
        ROW | {"id": "1"},
        ROW | {"id": True},
        ROW | {"id": -1},
        ROW | {"version": None},
        ROW | {"updated_at": "yesterday"},
        ROW | {"updated_at": "2026-11-22T12:00:00"},
        ROW | {"name": 1},
        ROW | {"name": ["x"]},
        ROW | {"owner_user_id": "11"},
        ROW | {"external_ids": None},
        ROW | {"external_ids": {"hubspot": 1}},
        ROW | {"custom": []},
        ROW | {"custom": {"a": True}},
    ],
)
def test_a_garbled_record_is_no_answer(sandbox: Sandbox, falcana: Falcana, row: object) -> None:
    reads: tuple[tuple[str, object, Callable[[], object]], ...] = (
        ("/v1/addresses", {"items": [row]} | END, lambda: falcana.page("addresses")),
        ("/v1/addresses/find", {"items": [row]}, lambda: falcana.find("addresses", "ids", ["1"])),
        ("/v1/addresses/1", row, lambda: falcana.get("addresses", "1")),
        ("/v1/addresses/1", row, lambda: falcana.update("addresses", "1", 1, {"name": "x"})),
        ("/v1/addresses", row, lambda: falcana.create("addresses", FIRM, "", "key")),
    )
    for path, body, read in reads:
        sandbox.faults.clear()
        sandbox.faults.add(answer(path, body))
        with pytest.raises(Retry, match="vendor_garbled"):
            read()


@pytest.mark.parametrize(
    "body",
    [
        {"items": None} | BEHIND,
        {"items": {}} | BEHIND,
        {"items": []} | without(BEHIND, "has_more"),
        {"items": []} | BEHIND | {"has_more": 0},
        {"items": []} | BEHIND | {"next_cursor": None},
        {"items": []} | BEHIND | {"next_cursor": 2},
        {"items": []} | BEHIND | {"next_cursor": "1", "has_more": True},
        {"items": [1]} | BEHIND,
        {"items": [CHANGE | {"entity": "deals"}]} | BEHIND,
        {"items": [CHANGE | {"entity": []}]} | BEHIND,
        {"items": [CHANGE | {"op": "undo"}]} | BEHIND,
        {"items": [CHANGE | {"op": "merge"}]} | BEHIND,
        {"items": [CHANGE | {"op": "merge", "merged_into": "2"}]} | BEHIND,
        {"items": [CHANGE | {"id": None}]} | BEHIND,
        {"items": [CHANGE | {"version": "1"}]} | BEHIND,
    ],
)
def test_a_garbled_feed_is_no_answer(sandbox: Sandbox, falcana: Falcana, body: object) -> None:
    sandbox.faults.add(answer("/v1/changes", body))
    with pytest.raises(Retry, match="vendor_garbled"):
        falcana.changes("1")


@pytest.mark.parametrize("cursor", [None, "", 1])
def test_a_feed_that_is_nowhere(sandbox: Sandbox, falcana: Falcana, cursor: object) -> None:
    sandbox.faults.add(answer("/v1/changes", {"items": [], "has_more": False, "next_cursor": cursor}))
    with pytest.raises(Retry, match="vendor_garbled"):
        falcana.now()


def test_a_list_that_never_ends(sandbox: Sandbox, falcana: Falcana) -> None:
    sandbox.faults.add(answer("/v1/addresses", {"items": [ROW], "next_cursor": "c"}, times=2))
    _, cursor = falcana.page("addresses")
    with pytest.raises(Retry, match="vendor_garbled"):
        falcana.page("addresses", cursor)


@pytest.mark.parametrize(
    ("path", "row", "read"),
    [
        ("/v1/custom-fields", without(FIELD, "key"), lambda falcana: falcana.custom_fields("addresses", "de")),
        ("/v1/custom-fields", without(FIELD, "type"), lambda falcana: falcana.custom_fields("addresses", "de")),
        ("/v1/custom-fields", FIELD | {"required": 1}, lambda falcana: falcana.custom_fields("addresses", "de")),
        ("/v1/custom-fields", FIELD | {"label": "A"}, lambda falcana: falcana.custom_fields("addresses", "de")),
        ("/v1/custom-fields", FIELD | {"options": {"a": 1}}, lambda falcana: falcana.custom_fields("addresses", "de")),
        ("/v1/custom-fields", FIELD | {"options": [1]}, lambda falcana: falcana.custom_fields("addresses", "de")),
        (
            "/v1/custom-fields",
            FIELD | {"options": [{"key": "a", "label": {}}]},
            lambda falcana: falcana.custom_fields("addresses", "de"),
        ),
        ("/v1/users", without(USER, "active"), lambda falcana: falcana.users()),
        ("/v1/users", USER | {"name": ""}, lambda falcana: falcana.users()),
        ("/v1/users", USER | {"email": 1}, lambda falcana: falcana.users()),
        ("/v1/sales-groups", {"id": "21", "name": "Nord"}, lambda falcana: falcana.sales_groups()),
        ("/v1/sales-groups", {"id": 21}, lambda falcana: falcana.sales_groups()),
    ],
)
def test_a_garbled_definition_is_no_answer(
    sandbox: Sandbox, falcana: Falcana, path: str, row: object, read: Callable[[Falcana], object]
) -> None:
    sandbox.faults.add(answer(path, {"items": [row]}))
    with pytest.raises(Retry, match="vendor_garbled"):
        read(falcana)


@pytest.mark.parametrize(
    ("status", "problem", "end", "params"),
    [
        # What stands in front of falcana says nothing about a record.
        (404, {}, Retry, {"status": "404"}),
        (404, {"code": "unknown_route"}, Retry, {"status": "404"}),
        (409, {"existing_id": 1}, Retry, {"status": "409"}),
        (410, {"merged_into": 1}, Retry, {"status": "410"}),
        (412, {"code": "stale"}, Retry, {"status": "412"}),
        (403, {}, Misconfigured, {"status": "403"}),
        (403, {"code": "missing_scope", "scope": "秘密"}, Reconnect, {"scope": "-"}),
        (403, {"code": "missing_scope", "scope": []}, Reconnect, {"scope": "-"}),
        (409, {"code": "duplicate", "existing_id": "秘密", "field": "秘密"}, Conflict, {"field": "-"}),
        (409, {"code": "duplicate", "existing_id": True, "field": ["email"]}, Conflict, {"field": "-"}),
        (410, {"code": "gone", "merged_into": "秘密"}, Gone, {}),
        (422, {"code": "invalid"}, Rejected, {"field": "-", "why": "invalid"}),
        (422, {"code": "invalid", "errors": "秘密"}, Rejected, {"field": "-", "why": "invalid"}),
        (422, {"code": "invalid", "errors": [1]}, Rejected, {"field": "-", "why": "invalid"}),
        (422, {"code": "invalid", "errors": [{"field": "秘密"}]}, Rejected, {"field": "-", "why": "invalid"}),
        (
            422,
            {"code": "invalid", "errors": [{"field": "a b"}, {"field": "name", "code": "秘密"}] * 99},
            Rejected,
            {"field": ", ".join(["-", "name"] * 10), "why": ", ".join(["invalid"] * 20)},
        ),
        (422, {"code": ["invalid"]}, Rejected, {"status": "422"}),
        (400, {"code": "idempotency_key_required"}, Rejected, {"status": "400"}),
        (428, {"code": "precondition_required"}, Rejected, {"status": "428"}),
    ],
)
def test_what_a_refusal_means(
    sandbox: Sandbox,
    falcana: Falcana,
    *,
    status: int,
    problem: dict[str, object],
    end: type[Outcome],
    params: dict[str, str],
) -> None:
    sandbox.faults.add(answer("/v1/addresses/1", problem, status))
    with pytest.raises(Outcome) as refused:
        falcana.update("addresses", "1", 1, {"name": "x"})
    assert type(refused.value) is end
    assert refused.value.params == {"vendor": "falcana"} | params
    assert "秘密" not in f"{refused.value!r} {vars(refused.value)}"
    told(refused.value.code, refused.value.params)


@pytest.mark.parametrize("problem", [{"code": "not_found"}, {"code": "gone", "merged_into": 1}])
@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("/v1/changes", lambda falcana: falcana.now()),
        ("/v1/addresses", lambda falcana: falcana.page("addresses")),
        ("/v1/addresses/find", lambda falcana: falcana.find("addresses", "ids", ["1"])),
        ("/v1/custom-fields", lambda falcana: falcana.custom_fields("addresses", "de")),
        ("/v1/users", lambda falcana: falcana.users()),
        ("/v1/sales-groups", lambda falcana: falcana.sales_groups()),
    ],
)
def test_a_list_that_is_not_there_is_no_records_end(
    sandbox: Sandbox, falcana: Falcana, problem: dict[str, object], path: str, read: Callable[[Falcana], object]
) -> None:
    sandbox.faults.add(answer(path, problem, 410 if problem["code"] == "gone" else 404))
    with pytest.raises(Retry, match="vendor_busy"):
        read(falcana)


SCALARS = st.none() | st.booleans() | st.integers(-1, 99) | st.sampled_from(("", "秘密", "addresses", "upsert", "2"))
NAMES = st.sampled_from(
    (*ROW, *CHANGE, *FIELD, *USER, *BEHIND, "items", "code", "errors", "field", "existing_id", "access_token", "scope")
)
JSON = st.recursive(
    SCALARS, lambda one: st.lists(one, max_size=2) | st.dictionaries(NAMES, one, max_size=6), max_leaves=12
)
CODES = st.sampled_from(
    (
        "gone",
        "not_found",
        "duplicate",
        "invalid",
        "invalid_cursor",
        "cursor_expired",
        "version_conflict",
        "missing_scope",
    )
)
PROBLEMS = st.builds(lambda code, odd, more: {"code": code, "field": odd, "errors": more}, CODES, JSON, JSON)
ROWS = st.sampled_from((ROW, CHANGE, FIELD, USER)).flatmap(
    lambda row: st.dictionaries(st.sampled_from(tuple(row)), JSON, max_size=1).map(lambda odd: row | odd)
)
LISTS = st.lists(ROWS, max_size=2).map(lambda rows: {"items": rows} | BEHIND)
STATUSES = st.sampled_from((200, 201, 204, 302, 400, 401, 403, 404, 409, 410, 412, 422, 429, 500))


class Parrot(requests.Session):
    """Gives these answers in turn, fifty at most."""

    def __init__(self, answers: Sequence[tuple[int, Any]]) -> None:
        super().__init__()
        self._answers = cycle(answers)
        self._left = 50

    def request(self, *_: Any, **__: Any) -> requests.Response:
        """The next answer."""
        self._left -= 1
        if not self._left:
            raise requests.ConnectionError
        response = requests.Response()
        response.status_code, body = next(self._answers)
        response._content = json.dumps(body).encode()
        return response


type Verb = Callable[[Falcana], object]
VERBS: tuple[Verb, ...] = (
    lambda falcana: falcana.now(),
    lambda falcana: falcana.changes("1").changes,
    lambda falcana: falcana.page("addresses")[0],
    lambda falcana: falcana.find("contact-persons", "emails", ["秘密"]),
    lambda falcana: [falcana.get("addresses", "1")],
    lambda falcana: [falcana.create("addresses", {"name": "秘密"}, "1", "key")],
    lambda falcana: [falcana.update("addresses", "1", 1, {"name": "秘密"})],
    lambda falcana: falcana.custom_fields("addresses", "ja"),
    lambda falcana: falcana.users(),
)


@given(st.lists(st.tuples(STATUSES, JSON | ROWS | LISTS | PROBLEMS), min_size=1, max_size=3), st.booleans())
@settings(max_examples=200)
def test_any_answer_is_an_outcome_or_whole(answers: list[tuple[int, Any]], own_token: bool) -> None:
    give = None if own_token else lambda _: "token"
    for verb in VERBS:
        found = end_of(verb, Falcana(Parrot(answers), KEYS, give_token=give))
        if isinstance(found, Outcome | CursorExpired):
            assert "秘密" not in f"{found!r} {found.args} {vars(found)}"
            continue
        for row in [found] if isinstance(found, str) else found:
            assert row
            if isinstance(row, Record):
                assert row.id.isdecimal()
                assert row.updated_at.tzinfo
                assert all(value.strip() for value in row.values.values())
            elif isinstance(row, Change):
                assert row.entity in ENTITIES
                assert bool(row.into) == (row.op == "merge")


def end_of(verb: Verb, falcana: Falcana) -> Any:
    """What a verb gives or raises."""
    try:
        return verb(falcana)
    except (Outcome, CursorExpired) as end:
        return end
