"""The client of falcana, against its sandbox: what it asks and reads, what is refused, tokens and limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from unittest import mock

import pytest
import requests

from local.sandbox.falcana import DEMO
from local.sandbox.falcana import Falcana as Sandbox
from local.sandbox.faults import Fault
from local.sandbox.inprocess import WsgiAdapter
from renkei import aws
from renkei.budgets import Budget
from renkei.errors import Conflict, NotFound, Reconnect, Rejected, Retry
from renkei.vendors.falcana import (
    LIMITS,
    Change,
    CursorExpired,
    CustomField,
    Falcana,
    Feed,
    Gone,
    Named,
    Option,
    Record,
    Stale,
)
from tests.harness import Clock
from tests.layers.telling import told
from tests.quick_moto import ours, quick

SANDBOX = "http://127.0.0.1:3001/falcana"
KEYS = {"base_url": SANDBOX, "client_id": DEMO.client_id, "client_secret": DEMO.client_secret}
TENANT = DEMO.tenant
FIRM = {"kind": "company", "name": "Muster GmbH", "owner_user_id": "11", "sales_group_id": "21"}
SEEDED = FIRM | {"owner_user_id": 11, "sales_group_id": 21}


@pytest.fixture(autouse=True)
def hosts() -> Iterator[None]:
    with mock.patch.dict("os.environ", {"RENKEI_FALCANA_HOSTS": "127.0.0.1"}):
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Sandbox:
    return Sandbox(clock)


@pytest.fixture
def falcana(sandbox: Sandbox) -> Falcana:
    return Falcana(session_of(sandbox), KEYS)


def session_of(sandbox: Sandbox) -> requests.Session:
    session = requests.Session()
    session.mount(SANDBOX, WsgiAdapter(sandbox, "/falcana"))
    return session


def firm(sandbox: Sandbox, **values: object) -> str:
    """An address that is there."""
    return str(sandbox.seed(TENANT, "addresses", SEEDED | values))


def person(sandbox: Sandbox, address: str, **values: object) -> str:
    """A contact person that is there."""
    return str(sandbox.seed(TENANT, "contact-persons", {"address_id": int(address), "last_name": "Muster"} | values))


def paths(sandbox: Sandbox) -> list[tuple[str, str]]:
    return [(call.method, call.path) for call in sandbox.calls]


def ids(records: Sequence[Record]) -> set[str]:
    return {record.id for record in records}


# What is written and read.


def test_an_address_is_made_read_and_changed(sandbox: Sandbox, falcana: Falcana, clock: Clock) -> None:
    values = FIRM | {
        "street": "Musterstraße 15",
        "name2": "",
        "city": " ",
        "custom.notiz": "alt",
        "custom.branche": "handel",
    }
    made = falcana.create("addresses", values, "hs-1", "key-1")
    assert (made.version, made.external_id, made.updated_at) == (1, "hs-1", clock.now)
    number = made.values["customer_number"]
    assert made.values == {name: value for name, value in values.items() if value.strip()} | {"customer_number": number}
    assert falcana.get("addresses", made.id) == made
    clock.sleep(60)
    changes = {
        "street": " ",
        "phone": "+49 30 1234",
        "custom.notiz": "",
        "owner_user_id": "12",
        "custom.newsletter": "true",
    }
    changed = falcana.update("addresses", made.id, made.version, changes)
    left = {name: value for name, value in made.values.items() if name not in {"street", "custom.notiz"}}
    assert changed.values == left | {name: value for name, value in changes.items() if value.strip()}
    assert (changed.version, changed.external_id, changed.updated_at) == (2, "hs-1", clock.now)
    assert falcana.get("addresses", made.id) == changed


def test_a_contact_person_moves_to_another_address(sandbox: Sandbox, falcana: Falcana) -> None:
    first, second = firm(sandbox), firm(sandbox)
    values = {"address_id": first, "last_name": "Muster", "first_name": "Erika", "custom.newsletter": "false"}
    made = falcana.create("contact-persons", values, "", "key-1")
    assert (made.values, made.external_id) == (values, "")
    assert falcana.update("contact-persons", made.id, 1, {"address_id": second}).values["address_id"] == second


def test_the_external_id_is_set_and_taken_away(sandbox: Sandbox, falcana: Falcana) -> None:
    made = firm(sandbox)
    assert falcana.update("addresses", made, 1, {}, external_id="hs-1").external_id == "hs-1"
    assert falcana.update("addresses", made, 2, {"city": "Bonn"}).external_id == "hs-1"
    assert falcana.update("addresses", made, 3, {}, external_id="").external_id == ""


def test_what_changes_nothing_makes_no_version(sandbox: Sandbox, falcana: Falcana) -> None:
    assert falcana.update("addresses", firm(sandbox), 1, {"name": "Muster GmbH", "street": ""}).version == 1


@pytest.mark.parametrize("kind", ["cut_after", "timeout_after"])
def test_a_lost_answer_is_asked_for_again(sandbox: Sandbox, falcana: Falcana, kind: str) -> None:
    sandbox.faults.add(Fault(method="POST", path="/v1/addresses", kind=kind))  # type: ignore[arg-type]
    with pytest.raises(Retry):
        falcana.create("addresses", FIRM, "hs-1", "key-1")
    made = falcana.create("addresses", FIRM, "hs-1", "key-1")
    assert falcana.find("addresses", "external_ids", ["hs-1"]) == [made]
    assert ids(falcana.page("addresses")[0]) == {made.id}


def test_the_same_key_with_other_values_is_a_conflict(sandbox: Sandbox, falcana: Falcana) -> None:
    falcana.create("addresses", FIRM, "hs-1", "key-1")
    with pytest.raises(Conflict) as refused:
        falcana.create("addresses", FIRM | {"city": "Bonn"}, "hs-1", "key-1")
    assert (refused.value.code, refused.value.record_id) == ("falcana_exists", None)
    told(refused.value.code, refused.value.params)
    assert len(falcana.page("addresses")[0]) == 1


@pytest.mark.parametrize(
    "write",
    [
        lambda falcana, _, values, external: falcana.create("addresses", FIRM | values, external, "key-2"),
        lambda falcana, made, values, external: falcana.update("addresses", made, 1, values, external or None),
    ],
)
@pytest.mark.parametrize(
    ("field", "values", "external"),
    [("customer_number", {"customer_number": "K-1"}, ""), ("external_ids.hubspot", {}, "hs-1")],
)
def test_what_is_taken_says_by_whom(
    sandbox: Sandbox,
    falcana: Falcana,
    *,
    write: Callable[[Falcana, str, dict[str, str], str], object],
    field: str,
    values: dict[str, str],
    external: str,
) -> None:
    has = falcana.create("addresses", FIRM | {"customer_number": "K-1"}, "hs-1", "key-1").id
    other = firm(sandbox)
    with pytest.raises(Conflict) as refused:
        write(falcana, other, values, external)
    assert (refused.value.code, refused.value.record_id) == ("falcana_exists", has)
    assert refused.value.params["field"] == field
    told(refused.value.code, refused.value.params)


def test_a_version_that_is_not_the_newest_is_stale(sandbox: Sandbox, falcana: Falcana) -> None:
    made = firm(sandbox)
    sandbox.change(TENANT, "addresses", int(made), {"city": "Bonn"})
    with pytest.raises(Stale) as refused:
        falcana.update("addresses", made, 1, {"city": "Köln"})
    assert (refused.value.code, refused.value.record_id) == ("falcana_stale", None)
    told(refused.value.code, refused.value.params)
    assert falcana.get("addresses", made).values["city"] == "Bonn"


@pytest.mark.parametrize(
    "call",
    [
        lambda falcana, made: falcana.get("addresses", made),
        lambda falcana, made: falcana.update("addresses", made, 1, {"city": "Bonn"}),
    ],
)
def test_what_is_gone_says_where_it_went(
    sandbox: Sandbox, falcana: Falcana, call: Callable[[Falcana, str], object]
) -> None:
    winner, loser, removed = firm(sandbox), firm(sandbox), firm(sandbox)
    sandbox.merge(TENANT, "addresses", int(winner), int(loser))
    sandbox.remove(TENANT, "addresses", int(removed))
    for gone, into in ((loser, winner), (removed, "")):
        with pytest.raises(Gone) as refused:
            call(falcana, gone)
        assert (refused.value.code, refused.value.into) == ("falcana_gone", into)
        told(refused.value.code, refused.value.params)
    for never in ("404", "0", "../users", "１", ""):
        with pytest.raises(NotFound) as missing:
            call(falcana, never)
        assert (type(missing.value), missing.value.code) == (NotFound, "falcana_not_found")
        told(missing.value.code, missing.value.params)


# What is looked for and listed.


def test_records_are_found_by_what_they_have(sandbox: Sandbox, falcana: Falcana) -> None:
    first = falcana.create("addresses", FIRM | {"customer_number": "K-1", "email": "Info@example.com"}, "hs-1", "a").id
    second, gone = firm(sandbox, email="info@Example.com"), firm(sandbox, email="info@example.com")
    sandbox.remove(TENANT, "addresses", int(gone))
    assert ids(falcana.find("addresses", "ids", [first, second, gone, "404", "x"])) == {first, second}
    assert ids(falcana.find("addresses", "external_ids", ["hs-1", "hs-2"])) == {first}
    assert ids(falcana.find("addresses", "customer_numbers", ["K-1"])) == {first}
    assert ids(falcana.find("addresses", "emails", ["INFO@example.com"])) == {first, second}
    assert ids(falcana.find("contact-persons", "emails", ["info@example.com"])) == set()
    odd = ["", "x" * 300, f"{'x' * 90}@example.com", "info@example.com"]
    assert ids(falcana.find("addresses", "emails", odd)) == {first, second}
    calls = falcana.calls
    assert falcana.find("addresses", "emails", []) == falcana.find("addresses", "ids", ["x", ""]) == []
    assert falcana.calls == calls


def test_many_are_found_in_hundreds_each_once(sandbox: Sandbox, falcana: Falcana) -> None:
    made = [firm(sandbox) for _ in range(201)]
    found = falcana.find("addresses", "ids", [*made, *made])
    assert (len(found), ids(found)) == (201, set(made))
    assert falcana.calls == 1 + 3


def test_pages_hold_the_living_even_if_some_go_meanwhile(sandbox: Sandbox, falcana: Falcana) -> None:
    made = [firm(sandbox) for _ in range(402)]
    found, cursor = falcana.page("addresses")
    for gone in (made[0], made[200], made[401]):
        sandbox.remove(TENANT, "addresses", int(gone))
    new = firm(sandbox)
    while cursor:
        more, cursor = falcana.page("addresses", cursor)
        found += more
    assert [record.id for record in found] == [*made[:200], *made[201:401], new]
    assert falcana.calls == 1 + 3
    assert falcana.page("contact-persons") == ([], "")


def test_a_cursor_of_nothing(falcana: Falcana) -> None:
    for read in (lambda: falcana.page("addresses", "junk"), lambda: falcana.changes("junk")):
        with pytest.raises(CursorExpired):
            read()


# What changes.


def test_changes_come_in_their_order(sandbox: Sandbox, falcana: Falcana) -> None:
    begin = falcana.now()
    assert falcana.changes(begin) == Feed((), begin, more=False)
    winner, loser = firm(sandbox), firm(sandbox)
    member = person(sandbox, loser)
    falcana.update("addresses", winner, 1, {"city": "Bonn"})
    sandbox.merge(TENANT, "addresses", int(winner), int(loser))
    sandbox.remove(TENANT, "contact-persons", int(member))
    feed = falcana.changes(begin)
    assert feed.changes[:4] == (
        Change("addresses", winner, "upsert", 1, ""),
        Change("addresses", loser, "upsert", 1, ""),
        Change("contact-persons", member, "upsert", 1, ""),
        Change("addresses", winner, "upsert", 2, ""),
    )
    assert set(feed.changes[4:-1]) == {
        Change("addresses", loser, "merge", 2, winner),
        Change("contact-persons", member, "upsert", 2, ""),
        Change("addresses", winner, "upsert", 3, ""),
    }
    assert feed.changes[-1] == Change("contact-persons", member, "delete", 3, "")
    assert not feed.more
    assert falcana.changes(feed.cursor).changes == ()


def test_many_changes_come_in_pages(sandbox: Sandbox, falcana: Falcana) -> None:
    cursor = falcana.now()
    made = [firm(sandbox) for _ in range(401)]
    seen: list[tuple[int, bool]] = []
    found: list[str] = []
    more = True
    while more:
        feed = falcana.changes(cursor)
        cursor, more = feed.cursor, feed.more
        found += [change.id for change in feed.changes]
        seen.append((len(feed.changes), more))
    assert (found, seen) == (made, [(200, True), (200, True), (1, False)])


def test_rows_that_come_again_do_not_hold_up_the_feed(sandbox: Sandbox, falcana: Falcana) -> None:
    cursor = falcana.now()
    made = [firm(sandbox) for _ in range(3)]
    sandbox.configure({"repeat_changes": 2})
    first = falcana.changes(cursor)
    again = falcana.changes(first.cursor)
    assert [change.id for change in first.changes] == made
    assert [change.id for change in again.changes] == made[1:]
    assert not again.more


def test_a_feed_that_does_not_reach_back(sandbox: Sandbox, falcana: Falcana, clock: Clock) -> None:
    cursor = falcana.now()
    firm(sandbox)
    clock.sleep(timedelta(days=91).total_seconds())
    firm(sandbox)
    with pytest.raises(CursorExpired):
        falcana.changes(cursor)
    assert falcana.changes(falcana.now()).changes == ()


# What a tenant defined.


def test_what_a_tenant_defined(falcana: Falcana) -> None:
    found = {field.key: field for field in falcana.custom_fields("addresses", "de")}
    assert found["notiz"] == CustomField("notiz", "Notiz", "text", required=False, read_only=False, options=())
    assert (found["newsletter"].type, found["branche"].type) == ("checkbox", "dropdown")
    assert found["branche"].options[0] == Option("handel", ("Handel", "Trade"), active=True)
    assert [option.active for option in found["branche"].options] == [True, True, True, False]
    for language in ("en", "ja"):
        assert {field.key: field.label for field in falcana.custom_fields("contact-persons", language)} == {
            "notiz": "Note",
            "newsletter": "Newsletter",
            "branche": "Industry",
        }
    [user, _] = falcana.users()
    assert user == Named("11", "Anna Vertrieb", "anna@example.com", active=True)
    assert falcana.sales_groups() == [Named("21", "Vertrieb Nord"), Named("22", "Vertrieb Süd")]


# What falcana refuses.


def test_what_falcana_does_not_take_is_told_by_field_and_without_its_value(falcana: Falcana) -> None:
    values = {
        "kind": "company",
        "name": "秘密" * 101,
        "owner_user_id": "99",
        "email": "秘密",
        "custom.branche": "bergbau",
    }
    with pytest.raises(Rejected) as refused:
        falcana.create("addresses", values | {"sales_group_id": "21", "custom.neu": "秘密"}, "", "key-1")
    assert refused.value.code == "falcana_value"
    field, why = (refused.value.params[name].split(", ") for name in ("field", "why"))
    assert dict(zip(field, why, strict=True)) == {
        "name": "too_long",
        "owner_user_id": "unknown_reference",
        "email": "invalid",
        "custom.branche": "invalid_option",
        "custom.neu": "invalid",
    }
    assert "秘密" not in f"{refused.value!r} {vars(refused.value)}"
    assert all("email" in line and "too_long" in line for line in told(refused.value.code, refused.value.params))


def test_what_is_missing(sandbox: Sandbox, falcana: Falcana) -> None:
    with pytest.raises(Rejected) as refused:
        falcana.create("contact-persons", {"address_id": firm(sandbox)}, "", "key-1")
    assert (refused.value.params["field"], refused.value.params["why"]) == ("last_name", "required")
    with pytest.raises(Rejected) as refused:
        falcana.create("contact-persons", {"address_id": "x", "last_name": "Muster"}, "", "key-2")
    assert (refused.value.params["field"], refused.value.params["why"]) == ("address_id", "invalid")


def test_a_sales_group_that_may_not_be_written(sandbox: Sandbox, falcana: Falcana) -> None:
    made = firm(sandbox, sales_group_id=22)
    sandbox.restrict(TENANT, 22)
    writes: tuple[Callable[[], object], ...] = (
        lambda: falcana.update("addresses", made, 1, {"city": "Bonn"}),
        lambda: falcana.create("addresses", FIRM | {"sales_group_id": "22"}, "", "key-1"),
    )
    for write in writes:
        with pytest.raises(Rejected) as refused:
            write()
        assert refused.value.code == "falcana_forbidden"
        told(refused.value.code, refused.value.params)


@pytest.mark.parametrize(
    ("scope", "call"),
    [
        ("addresses:read", lambda falcana, _: falcana.page("addresses")),
        ("contact-persons:read", lambda falcana, _: falcana.find("contact-persons", "ids", ["1"])),
        ("addresses:write", lambda falcana, made: falcana.update("addresses", made, 1, {"city": "Bonn"})),
        ("contact-persons:write", lambda falcana, _: falcana.create("contact-persons", {}, "", "key")),
    ],
)
def test_a_scope_that_is_missing_is_named(
    sandbox: Sandbox, falcana: Falcana, scope: str, call: Callable[[Falcana, str], object]
) -> None:
    made = firm(sandbox)
    sandbox.configure({"withheld": [scope]})
    with pytest.raises(Reconnect) as refused:
        call(falcana, made)
    assert (refused.value.code, refused.value.params["scope"]) == ("falcana_scope", scope)
    told(refused.value.code, refused.value.params)


@pytest.mark.parametrize(
    ("switches", "code"), [({"api_enabled": False}, "falcana_api_off"), ({"revoked": [DEMO.client_id]}, "key_refused")]
)
@pytest.mark.parametrize("before", [False, True])
def test_what_falcana_refuses_to_everybody(
    sandbox: Sandbox, falcana: Falcana, switches: dict[str, object], code: str, *, before: bool
) -> None:
    if before:  # then there is a token already
        falcana.page("addresses")
    sandbox.configure(switches)
    with pytest.raises(Reconnect) as refused:
        falcana.page("addresses")
    assert refused.value.code == code


def test_an_address_that_may_not_be_called(sandbox: Sandbox) -> None:
    with pytest.raises(Reconnect, match="falcana_address"):
        Falcana(session_of(sandbox), KEYS | {"base_url": "https://evil.example"})


# Tokens.


def test_a_token_is_asked_for_once(sandbox: Sandbox, falcana: Falcana) -> None:
    falcana.page("addresses")
    falcana.page("contact-persons")
    assert paths(sandbox) == [("POST", "/v1/token"), ("GET", "/v1/addresses"), ("GET", "/v1/contact-persons")]
    assert falcana.calls == 3


def test_a_token_that_ended_is_asked_for_once_more(sandbox: Sandbox, falcana: Falcana, clock: Clock) -> None:
    falcana.page("addresses")
    clock.sleep(3700)
    falcana.page("addresses")
    assert [call.status for call in sandbox.calls] == [200, 200, 401, 200, 200]
    assert falcana.calls == 5


# The limits.


@pytest.fixture
def budget(clock: Clock) -> Iterator[Callable[[], Budget]]:
    """Budgets of one tenant, as workers have them."""
    names = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "ap-northeast-1"}
    with ours(), mock.patch.dict("os.environ", names | {"RENKEI_WORKSPACES_TABLE": "w"}), quick():
        keys = {"workspace": "HASH", "item": "RANGE"}
        aws.client("dynamodb").create_table(
            TableName="w",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()],
        )
        yield lambda: Budget("falcana", TENANT, LIMITS, clock, clock.sleep, live=True)


def test_no_minute_has_more_calls_than_half_of_the_limit(
    sandbox: Sandbox, clock: Clock, budget: Callable[[], Budget]
) -> None:
    sandbox.configure({"minute_limit": 300})
    started = clock.now
    while clock.now - started < timedelta(minutes=3):
        falcana = Falcana(session_of(sandbox), KEYS, budget())  # each with a token of its own
        for _ in range(3):
            try:
                falcana.page("addresses")
            except Retry:
                clock.sleep(5)
                break
    assert {call.status for call in sandbox.calls} == {200}
    assert len(sandbox.calls) > 300


@pytest.mark.parametrize("path", ["/v1/token", "/v1/addresses"])
@pytest.mark.parametrize("headers", [{"Retry-After": "45"}, {}])
def test_a_refusal_for_too_many_calls_holds_everybody(
    sandbox: Sandbox, budget: Callable[[], Budget], path: str, headers: dict[str, str]
) -> None:
    sandbox.faults.add(Fault(path=path, status=429, headers=headers))
    with pytest.raises(Retry, match="vendor_rate") as refused:
        Falcana(session_of(sandbox), KEYS, budget()).page("addresses")
    if headers:
        assert refused.value.after == timedelta(seconds=45)
        with pytest.raises(Retry, match="budget_used"):
            Falcana(session_of(sandbox), KEYS, budget()).page("addresses")
    else:
        Falcana(session_of(sandbox), KEYS, budget()).page("addresses")  # after the pause that is taken without a word
    assert paths(sandbox)[-1][1] in {path, "/v1/addresses"}
