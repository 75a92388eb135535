from datetime import timedelta
from typing import Any

import pytest

from local.sandbox.falcana import DEMO, OTHER, Falcana
from tests.local.sandbox.conftest import Clock
from tests.local.sandbox.falcana.callers import Api

TENANT = DEMO.tenant
API, PEOPLE = {"type": "api", "client_id": DEMO.client_id}, {"type": "user", "client_id": None}


def _rows(demo: Api, cursor: str, **more: str | int) -> list[dict[str, Any]]:
    """All that comes after a cursor, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        page = demo.changes(cursor, **more).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            return found


def _short(rows: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    return [(row["id"], row["op"], row["version"], row["changed_fields"]) for row in rows]


def test_without_a_cursor_only_the_place_of_now(demo: Api) -> None:
    demo.made("addresses")
    page = demo.changes().json()
    assert (page["items"], page["has_more"]) == ([], False)
    assert page["next_cursor"] != page["earliest_cursor"]
    assert len(_rows(demo, page["earliest_cursor"])) == 1


def test_each_commit_is_a_row_in_its_order(demo: Api, falcana: Falcana, clock: Clock) -> None:
    cursor = demo.now()
    made = demo.made("addresses", custom={"notiz": "x"})
    clock.pass_(1)
    person = falcana.seed(TENANT, "contact-persons", {"last_name": "x", "address_id": made["id"]})
    falcana.change(TENANT, "addresses", made["id"], {"city": "Bonn", "custom": {"notiz": ""}})
    falcana.remove(TENANT, "addresses", made["id"])
    rows = _rows(demo, cursor)
    assert [(row["entity"], *one) for row, one in zip(rows, _short(rows), strict=True)] == [
        ("addresses", made["id"], "upsert", 1, rows[0]["changed_fields"]),
        ("contact-persons", person, "upsert", 1, ["last_name", "address_id"]),
        ("addresses", made["id"], "upsert", 2, ["city", "custom.notiz"]),
        ("contact-persons", person, "delete", 2, []),
        ("addresses", made["id"], "delete", 3, []),
    ]
    assert {"name", "custom.notiz", "customer_number"} <= set(rows[0]["changed_fields"])
    assert [row["changed_by"] for row in rows[:2]] == [API, PEOPLE]
    assert [row["changed_at"][-6:-1] for row in rows[:2]] == ["3.456", "4.456"]
    assert [row["seq"] for row in rows] == sorted({row["seq"] for row in rows})


def test_a_merge_moves_the_contact_persons(demo: Api, falcana: Falcana) -> None:
    winner = demo.made("addresses", external_ids={"hubspot": "1"}, city="Bonn")
    loser = demo.made("addresses", external_ids={"hubspot": "2"}, city="Köln", street="Weg 1", custom={"notiz": "x"})
    person = demo.made("contact-persons", address_id=loser["id"])
    cursor = demo.now()
    falcana.merge(TENANT, "addresses", winner["id"], loser["id"])
    rows = _rows(demo, cursor)
    assert _short(rows) == [
        (loser["id"], "merge", 2, []),
        (person["id"], "upsert", 2, ["address_id"]),
        (winner["id"], "upsert", 2, ["street", "custom.notiz"]),
    ]
    assert [row["merged_into"] for row in rows] == [winner["id"], None, None]
    answer = demo.get(f"/v1/addresses/{loser['id']}")
    assert (answer.status_code, answer.json()["merged_into"]) == (410, winner["id"])
    left = demo.get(f"/v1/addresses/{winner['id']}").json()
    assert (left["external_ids"], left["customer_number"]) == ({"hubspot": "1"}, winner["customer_number"])
    assert (left["city"], left["street"], left["custom"]) == ("Bonn", "Weg 1", {"notiz": "x"})
    assert demo.get(f"/v1/contact-persons/{person['id']}").json()["address_id"] == winner["id"]
    assert demo.found("addresses", external_ids=["2"]) == []


def test_contact_persons_are_merged_too(demo: Api, falcana: Falcana) -> None:
    address = falcana.seed(TENANT, "addresses", {"name": "x"})
    one, two = (
        falcana.seed(TENANT, "contact-persons", {"last_name": "x", "address_id": address, **more})
        for more in ({}, {"external_ids": {"hubspot": "2"}})
    )
    cursor = demo.now()
    falcana.merge(TENANT, "contact-persons", one, two)
    assert _short(_rows(demo, cursor)) == [(two, "merge", 2, []), (one, "upsert", 2, [])]
    assert demo.get(f"/v1/contact-persons/{one}").json()["external_ids"] == {}


def test_pages_and_entities(demo: Api, falcana: Falcana) -> None:
    cursor = demo.now()
    address = falcana.seed(TENANT, "addresses", {"name": "x"})
    persons = [falcana.seed(TENANT, "contact-persons", {"last_name": "x", "address_id": address}) for _ in range(5)]
    page = demo.changes(cursor, limit=2).json()
    assert (len(page["items"]), page["has_more"]) == (2, True)
    assert [row["id"] for row in _rows(demo, cursor, limit=2)] == [address, *persons]
    assert [row["id"] for row in _rows(demo, cursor, limit=2, entity="contact-persons")] == persons
    assert [row["id"] for row in _rows(demo, cursor, entity="addresses")] == [address]
    falcana.configure({"feed_page": 3})
    page = demo.changes(cursor, limit=200).json()
    assert (len(page["items"]), page["has_more"]) == (3, True)
    assert [row["id"] for row in _rows(demo, cursor)] == [address, *persons]


def test_rows_can_come_again(demo: Api, falcana: Falcana) -> None:
    cursor = demo.now()
    numbers = [falcana.seed(TENANT, "addresses", {"name": str(one)}) for one in range(4)]
    falcana.configure({"repeat_changes": 2})
    page = demo.changes(cursor, limit=3).json()
    assert [row["id"] for row in page["items"]] == numbers[:3]
    page = demo.changes(page["next_cursor"], limit=3).json()
    assert ([row["id"] for row in page["items"]], page["has_more"]) == (numbers[1:], False)
    page = demo.changes(page["next_cursor"], limit=3).json()
    assert ([row["id"] for row in page["items"]], page["has_more"]) == (numbers[2:], False)
    assert len(_rows(demo, cursor, limit=1)) == 4
    assert demo.changes().json()["items"] == []


def test_rows_are_kept_for_90_days(demo: Api, falcana: Falcana, clock: Clock) -> None:
    cursor = demo.now()
    old = falcana.seed(TENANT, "addresses", {"name": "old"})
    later = demo.now()
    clock.pass_(timedelta(days=90).total_seconds())
    new = falcana.seed(TENANT, "addresses", {"name": "new"})
    demo.sign_in()
    assert [row["id"] for row in _rows(demo, cursor)] == [old, new]
    clock.pass_(0.001)
    answer = demo.changes(cursor)
    assert (answer.status_code, answer.json()["code"]) == (410, "cursor_expired")
    assert [row["id"] for row in _rows(demo, later)] == [new]
    assert _rows(demo, demo.changes().json()["earliest_cursor"])[0]["id"] == new


def test_rows_can_be_forgotten(demo: Api, falcana: Falcana, clock: Clock) -> None:
    cursor = demo.now()
    falcana.seed(TENANT, "addresses", {"name": "old"})
    here = demo.now()
    clock.pass_(1)
    falcana.forget_changes(TENANT, clock())
    assert demo.changes(cursor).status_code == 410
    assert _rows(demo, here) == []
    page = demo.changes().json()
    assert page["earliest_cursor"] == page["next_cursor"] == here


def test_a_cursor_of_another_life(demo: Api, falcana: Falcana) -> None:
    falcana.seed(TENANT, "addresses", {"name": "old"})
    cursor = demo.now()
    falcana.reset()
    demo.sign_in()
    assert demo.changes(cursor).json()["code"] == "invalid_cursor"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("entity=", "bad_request"),
        ("", "bad_request"),
        ("entity=companies", "bad_request"),
        ("entity=addresses,addresses", "bad_request"),
        ("entity=addresses&since=x", "bad_request"),
        ("entity=addresses&limit=201", "bad_request"),
        ("entity=addresses&cursor=x", "invalid_cursor"),
    ],
)
def test_what_the_feed_does_not_understand(demo: Api, query: str, code: str) -> None:
    answer = demo.get(f"/v1/changes?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_another_tenant_s_cursor(api: Api) -> None:
    api.sign_in(client_id=OTHER.client_id, client_secret=OTHER.client_secret)
    cursor = api.now()
    api.sign_in()
    assert api.changes(cursor).json()["code"] == "invalid_cursor"
