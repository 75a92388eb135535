from typing import Any

import pytest
import requests

from local.sandbox.falcana import DEMO, OTHER, Falcana
from tests.local.sandbox.conftest import Clock
from tests.local.sandbox.falcana.callers import ADDRESS, Api

WHOLE: dict[str, object] = {
    **ADDRESS,
    "customer_number": "4711",
    "name2": "Werk II",
    "street": "Muster-Str. 15",
    "zip": "80331",
    "city": "München",
    "country": "DE",
    "phone": "089 / 1234-0",
    "email": "Info@Mueller.example",
    "website": "www.mueller.example",
    "external_ids": {"hubspot": "50001"},
    "custom": {"notiz": "vormittags", "newsletter": "true", "branche": "handel"},
}


PERSON = {"last_name": "Groß", "address_id": 1_000_001}


def test_an_address_is_made_and_read(demo: Api) -> None:
    answer = demo.create("addresses", WHOLE)
    made = answer.json()
    assert answer.status_code == 201
    assert (answer.headers["ETag"], answer.headers["Location"]) == ('"1"', f"/v1/addresses/{made['id']}")
    assert made == {
        "id": made["id"],
        "version": 1,
        "created_at": "2026-11-22T01:02:03.456Z",
        "updated_at": "2026-11-22T01:02:03.456Z",
        "updated_by": {"type": "api", "client_id": DEMO.client_id},
        **WHOLE,
    }
    read = demo.get(f"/v1/addresses/{made['id']}")
    assert (read.json(), read.headers["ETag"]) == (made, '"1"')


def test_what_is_blank_is_null_and_the_number_is_given_out(demo: Api, falcana: Falcana) -> None:
    falcana.seed(DEMO.tenant, "addresses", {"name": "x", "customer_number": "K-10001"})
    made = demo.made("addresses", name2="  ", city=None, custom={"notiz": ""}, external_ids={"hubspot": None})
    assert (made["name2"], made["city"], made["custom"], made["external_ids"]) == (None, None, {}, {})
    assert made["customer_number"] == "K-10002"
    assert demo.made("addresses", customer_number="")["customer_number"] == "K-10003"


def test_a_contact_person_is_of_an_address(demo: Api) -> None:
    address = demo.made("addresses")
    person = demo.made("contact-persons", address_id=address["id"], mobile="+49 170 1", email="a@b.example")
    assert (person["address_id"], person["mobile"], person["first_name"]) == (address["id"], "+49 170 1", None)


def test_a_change_names_its_version(demo: Api, clock: Clock) -> None:
    made = demo.made("addresses", city="Bonn", custom={"notiz": "a", "branche": "handel"})
    clock.pass_(1)
    answer = demo.update("addresses", made, city="", phone="1", custom={"notiz": "b"})
    changed = answer.json()
    assert (answer.status_code, answer.headers["ETag"], changed["version"]) == (200, '"2"', 2)
    assert (changed["city"], changed["phone"], changed["custom"]) == (None, "1", {"notiz": "b", "branche": "handel"})
    assert (changed["created_at"], changed["updated_at"]) == (made["created_at"], "2026-11-22T01:02:04.456Z")
    stale = demo.update("addresses", made, city="Köln")
    assert (stale.status_code, stale.json()["code"], stale.json()["current_version"]) == (412, "version_conflict", 2)
    for tag in ("2", 'W/"2"', "*", '"two"'):
        refused = demo.patch(f"/v1/addresses/{made['id']}", json={"city": "Köln"}, headers={"If-Match": tag})
        assert refused.status_code == 412
    bare = demo.patch(f"/v1/addresses/{made['id']}", json={"city": "Köln"})
    assert (bare.status_code, bare.json()["code"]) == (428, "precondition_required")
    assert demo.get(f"/v1/addresses/{made['id']}").json() == changed


def test_what_changes_nothing_keeps_the_version(demo: Api, clock: Clock) -> None:
    made = demo.made("addresses", **{**WHOLE, "name": "x"})
    cursor = demo.now()
    clock.pass_(1)
    answer = demo.update("addresses", made, **{**WHOLE, "name": "x", "name2": "Werk II "[:7]})
    assert (answer.json(), answer.headers["ETag"]) == (made, '"1"')
    assert demo.changes(cursor).json()["items"] == []


def test_what_is_deleted_is_gone(demo: Api) -> None:
    address = demo.made("addresses", external_ids={"hubspot": "1"})
    other = demo.made("addresses")
    persons = [demo.made("contact-persons", address_id=one["id"]) for one in (address, address, other)]
    assert demo.delete(f"/v1/addresses/{address['id']}").status_code == 428
    assert demo.erase("addresses", {**address, "version": 2}).status_code == 412
    answer = demo.erase("addresses", address)
    assert (answer.status_code, answer.content) == (204, b"")
    for entity, record in (("addresses", address), ("contact-persons", persons[0]), ("contact-persons", persons[1])):
        for refused in (
            demo.get(f"/v1/{entity}/{record['id']}"),
            demo.update(entity, record, email="a@b.example"),
            demo.erase(entity, record),
        ):
            assert (refused.status_code, refused.json()["code"]) == (410, "gone")
            assert refused.json()["merged_into"] is None
    assert demo.found("contact-persons", ids=[one["id"] for one in persons]) == [persons[2]["id"]]
    assert demo.made("addresses", external_ids={"hubspot": "1"})["id"] not in (address["id"], other["id"])


def test_ids_of_what_never_was(demo: Api, falcana: Falcana) -> None:
    made = demo.made("addresses")
    foreign = falcana.seed(OTHER.tenant, "addresses", {"name": "x"})
    for path in (f"/v1/contact-persons/{made['id']}", f"/v1/addresses/{foreign}", "/v1/addresses/1", "/v1/addresses/x"):
        assert (demo.get(path).status_code, demo.get(path).json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(("name", "value"), [("external_ids", {"hubspot": "9"}), ("customer_number", "K-1")])
def test_some_values_only_one_has(demo: Api, name: str, value: object) -> None:
    flat = "external_ids.hubspot" if name == "external_ids" else name
    first, second = demo.made("addresses", **{name: value}), demo.made("addresses")
    for refused in (
        demo.create("addresses", {**ADDRESS, name: value}),
        demo.update("addresses", second, **{name: value}),
    ):
        body = refused.json()
        assert (refused.status_code, body["code"]) == (409, "duplicate")
        assert (body["existing_id"], body["field"]) == (first["id"], flat)
    if name == "external_ids":  # each entity has ids of its own
        demo.made("contact-persons", address_id=first["id"], external_ids=value)
        demo.update("addresses", first, external_ids={"hubspot": ""})
    else:
        demo.update("addresses", first, customer_number="K-2")
    assert demo.update("addresses", second, **{name: value}).status_code == 200


def test_a_key_makes_one_record(demo: Api, clock: Clock, falcana: Falcana) -> None:
    first = demo.create("addresses", ADDRESS, "k")
    falcana.change(DEMO.tenant, "addresses", first.json()["id"], {"name": "Neu"})
    again = demo.create("addresses", ADDRESS, "k")
    assert (again.status_code, again.json(), again.headers["Location"]) == (
        201,
        first.json(),
        first.headers["Location"],
    )
    assert len(falcana.state()["addresses"]) == 1
    other = demo.create("addresses", {**ADDRESS, "name": "x"}, "k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    clock.pass_(24 * 3600)
    demo.sign_in()
    assert demo.create("addresses", ADDRESS, "k").json()["id"] != first.json()["id"]


def test_a_key_is_needed_and_a_refusal_leaves_it_free(demo: Api, falcana: Falcana) -> None:
    for headers in ({}, {"Idempotency-Key": ""}, {"Idempotency-Key": "a b"}, {"Idempotency-Key": "x" * 256}):
        answer = demo.post("/v1/addresses", json=ADDRESS, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")
    assert demo.create("addresses", {"kind": "company"}, "k").status_code == 422
    assert demo.create("addresses", ADDRESS, "k").status_code == 201
    assert len(falcana.state()["addresses"]) == 1


def test_a_lost_answer_is_given_again(demo: Api, falcana: Falcana) -> None:
    falcana.by_hand("seed", {"entity": "addresses", "values": {"name": "x"}})
    first = demo.create("contact-persons", PERSON, "k")
    assert demo.create("contact-persons", PERSON, "k").json() == first.json()


def _errors(answer: requests.Response) -> dict[str, str]:
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
    return {one["field"]: one["code"] for one in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "", "required"),
        ("kind", None, "required"),
        ("owner_user_id", None, "required"),
        ("kind", "firma", "invalid_option"),
        ("kind", 1, "invalid"),
        ("name", "x" * 201, "too_long"),
        ("street", "x" * 201, "too_long"),
        ("city", "x" * 101, "too_long"),
        ("phone", "1" * 51, "too_long"),
        ("email", "x" * 100 + "@b.example", "too_long"),
        ("email", "nobody", "invalid"),
        ("email", "a b@c.example", "invalid"),
        ("name2", 2, "invalid"),
        ("owner_user_id", 99, "unknown_reference"),
        ("owner_user_id", "11", "invalid"),
        ("owner_user_id", True, "invalid"),
        ("sales_group_id", 99, "unknown_reference"),
        ("id", 1, "read_only"),
        ("version", 1, "read_only"),
        ("updated_at", "x", "read_only"),
        ("surname", "x", "invalid"),
        ("custom", "x", "invalid"),
        ("custom.notiz", "x" * 1001, "too_long"),
        ("custom.notiz", 1, "invalid"),
        ("custom.newsletter", "yes", "invalid"),
        ("custom.newsletter", True, "invalid"),
        ("custom.branche", "Handel", "invalid_option"),
        ("custom.branche", "bergbau", "invalid_option"),
        ("custom.unbekannt", "x", "invalid"),
        ("external_ids.hubspot", "1" * 65, "too_long"),
        ("external_ids.hubspot", 1, "invalid"),
        ("external_ids.pipedrive", "1", "invalid"),
    ],
)
def test_what_a_field_does_not_take(demo: Api, field: str, value: object, code: str) -> None:
    part, _, key = field.partition(".")
    values: dict[str, object] = {part: {key: value} if key else value}
    made = demo.made("addresses")
    assert _errors(demo.create("addresses", {**ADDRESS, **values})) == {field: code}
    assert _errors(demo.update("addresses", made, **values)) == {field: code}
    assert demo.get(f"/v1/addresses/{made['id']}").json() == made


def test_all_that_is_wrong_is_told_together(demo: Api) -> None:
    answer = demo.create("addresses", {"kind": "firma", "phone": "1" * 51, "custom": {"branche": "x"}})
    assert _errors(answer) == {
        "kind": "invalid_option",
        "phone": "too_long",
        "custom.branche": "invalid_option",
        "name": "required",
        "owner_user_id": "required",
        "sales_group_id": "required",
    }
    assert _errors(demo.create("contact-persons", {"address_id": 1})) == {
        "address_id": "unknown_reference",
        "last_name": "required",
    }
    made = demo.made("addresses")
    assert _errors(demo.update("addresses", made, customer_number="")) == {"customer_number": "required"}


def test_longest_texts_fit(demo: Api) -> None:
    made = demo.made("addresses", name="ß" * 200, phone="1" * 50, custom={"notiz": "ü" * 1000})
    assert (len(made["name"]), len(made["custom"]["notiz"])) == (200, 1000)


def _numbers(answer: requests.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


def test_lists_go_on_behind_the_last_id(demo: Api, falcana: Falcana) -> None:
    numbers = [falcana.seed(DEMO.tenant, "addresses", {"name": str(one)}) for one in range(5)]
    page = demo.get("/v1/addresses", params={"limit": 2})
    assert _numbers(page) == numbers[:2]
    falcana.remove(DEMO.tenant, "addresses", numbers[1])
    falcana.remove(DEMO.tenant, "addresses", numbers[2])
    page = demo.get("/v1/addresses", params={"limit": 2, "cursor": page.json()["next_cursor"]})
    assert (_numbers(page), page.json()["next_cursor"]) == (numbers[3:], None)
    assert demo.get("/v1/contact-persons").json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "bad_request"),
        ("limit=201", "bad_request"),
        ("limit=x", "bad_request"),
        ("page=2", "bad_request"),
        ("limit=1&limit=2", "bad_request"),
        ("cursor=x", "invalid_cursor"),
        ("cursor=", "invalid_cursor"),
        ("cursor=äö", "invalid_cursor"),
    ],
)
def test_what_a_list_does_not_understand(demo: Api, query: str, code: str) -> None:
    answer = demo.get(f"/v1/addresses?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_cursor_is_of_one_list_of_one_tenant(api: Api, falcana: Falcana) -> None:
    for tenant in (DEMO.tenant, OTHER.tenant):
        for _ in range(2):
            falcana.seed(tenant, "addresses", {"name": "x"})
    api.sign_in()
    cursor = api.get("/v1/addresses", params={"limit": 1}).json()["next_cursor"]
    assert api.get("/v1/contact-persons", params={"cursor": cursor}).status_code == 400
    assert api.changes(cursor).status_code == 400
    assert api.get("/v1/addresses", params={"cursor": api.now()}).status_code == 400
    api.sign_in(client_id=OTHER.client_id, client_secret=OTHER.client_secret)
    assert api.get("/v1/addresses", params={"cursor": cursor}).status_code == 400


def test_records_are_found_by_what_they_have(demo: Api) -> None:
    one = demo.made("addresses", email="Info@Mueller.example", customer_number="A", external_ids={"hubspot": "1"})["id"]
    two = demo.made("addresses", email="info@mueller.example", customer_number="B")["id"]
    gone = demo.made("addresses", email="info@mueller.example")
    demo.erase("addresses", gone)
    person = demo.made("contact-persons", address_id=one, email="p@mueller.example", external_ids={"hubspot": "1"})[
        "id"
    ]
    assert demo.found("addresses", ids=[two, two, gone["id"], 5, person]) == [two]
    assert demo.found("addresses", external_ids=["1", "2"]) == [one]
    assert demo.found("addresses", customer_numbers=["A", "B", "b"]) == [one, two]
    assert demo.found("addresses", emails=["INFO@mueller.example", "x@y.example"]) == [one, two]
    assert demo.found(
        "contact-persons",
        external_ids=["1"],
    ) == [person]
    assert demo.found("contact-persons", emails=["p@MUELLER.example"]) == [person]


def test_a_changed_value_is_found_and_the_old_one_is_not(demo: Api) -> None:
    made = demo.made("addresses", email="old@a.example")
    demo.update("addresses", made, email="new@a.example", external_ids={"hubspot": "7"})
    assert demo.found("addresses", emails=["old@a.example"]) == []
    assert (
        demo.found("addresses", emails=["new@a.example"]) == demo.found("addresses", external_ids=["7"]) == [made["id"]]
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ids": []},
        {"ids": list(range(101))},
        {"ids": ["1"]},
        {"ids": 1},
        {"emails": [None]},
        {"names": ["x"]},
        {"ids": [1], "emails": ["a@b.example"]},
        [],
        "x",
    ],
)
def test_what_cannot_be_looked_for(demo: Api, body: Any) -> None:
    answer = demo.post("/v1/addresses/find", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_only_addresses_have_customer_numbers(demo: Api) -> None:
    assert demo.post("/v1/contact-persons/find", json={"customer_numbers": ["A"]}).status_code == 400


def test_bodies_that_are_no_objects(demo: Api) -> None:
    made = demo.made("addresses")
    for text in ("", "{", "[]", '"x"', "null"):
        for answer in (
            demo.post("/v1/addresses", data=text, headers={"Idempotency-Key": "k"}),
            demo.patch(f"/v1/addresses/{made['id']}", data=text, headers={"If-Match": '"1"'}),
            demo.post("/v1/addresses/find", data=text),
        ):
            assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
