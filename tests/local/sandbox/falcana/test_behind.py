from typing import Any

import pytest

from local.sandbox.falcana import DEMO, OTHER, Custom, Falcana, Option, User
from tests.local.sandbox.falcana.callers import ADDRESS, Api

TENANT = DEMO.tenant


def test_people_write_without_the_api(demo: Api, falcana: Falcana) -> None:
    address = falcana.seed(TENANT, "addresses", {"name": "x", "external_ids": {"hubspot": "1"}})
    seeded = demo.get(f"/v1/addresses/{address}").json()
    assert (seeded["kind"], seeded["owner_user_id"], seeded["sales_group_id"]) == ("company", 11, 21)
    assert (seeded["updated_by"], seeded["external_ids"]) == ({"type": "user", "client_id": None}, {"hubspot": "1"})
    falcana.change(TENANT, "addresses", address, {"name": "y", "custom": {"branche": "handel"}})
    assert falcana.state(TENANT)["addresses"] == [demo.get(f"/v1/addresses/{address}").json()]
    falcana.remove(TENANT, "addresses", address)
    assert falcana.state(TENANT) == {"addresses": [], "contact-persons": []}


@pytest.mark.parametrize(
    ("entity", "values", "wrong"),
    [
        ("addresses", {}, "required"),
        ("addresses", {"name": "x", "colour": "red"}, "colour"),
        ("addresses", {"name": "x", "custom": {"branche": "bergbau"}}, "invalid_option"),
        ("addresses", {"name": "x", "customer_number": "taken"}, "duplicate"),
        ("contact-persons", {"last_name": "x"}, "address_id"),
    ],
)
def test_what_a_person_cannot_enter(falcana: Falcana, entity: Any, values: dict[str, object], wrong: str) -> None:
    falcana.seed(TENANT, "addresses", {"name": "x", "customer_number": "taken"})
    with pytest.raises(ValueError, match=wrong):
        falcana.seed(TENANT, entity, values)


def test_what_a_person_cannot_do(falcana: Falcana) -> None:
    address = falcana.seed(TENANT, "addresses", {"name": "x"})
    with pytest.raises(ValueError, match="read_only"):
        falcana.change(TENANT, "addresses", address, {"external_ids": {"hubspot": "1"}})
    with pytest.raises(ValueError, match="itself"):
        falcana.merge(TENANT, "addresses", address, address)
    with pytest.raises(KeyError, match="no record 5"):
        falcana.remove(TENANT, "addresses", 5)
    with pytest.raises(KeyError, match="no record 5"):
        falcana.change(TENANT, "addresses", 5, {})
    with pytest.raises(KeyError, match="no record 5"):
        falcana.merge(TENANT, "addresses", address, 5)


def test_fields_of_the_tenant_s_own(demo: Api, falcana: Falcana) -> None:
    def shown(entity: str = "addresses") -> dict[str, dict[str, Any]]:
        answer = demo.get("/v1/custom-fields", params={"entity": entity})
        return {one["key"]: one for one in answer.json()["items"]}

    assert {key: one["type"] for key, one in shown().items()} == {
        "notiz": "text",
        "newsletter": "checkbox",
        "branche": "dropdown",
    }
    assert [(one["key"], one["active"]) for one in shown()["branche"]["options"]] == [
        ("handel", True),
        ("industrie", True),
        ("dienstleistung", True),
        ("bergbau", False),
    ]
    assert shown()["branche"]["label"] == {"de": "Branche", "en": "Industry"}
    made = demo.made("addresses", custom={"branche": "handel"})
    options = (Option("it"), Option("handel", active=False))
    falcana.define(TENANT, "addresses", Custom("branche", "dropdown", options=options))
    falcana.define(TENANT, "addresses", Custom("stufe", required=True))
    falcana.define(TENANT, "addresses", Custom("score", read_only=True))
    falcana.define(TENANT, "addresses", Custom("vertrag", "file"))
    assert set(shown("contact-persons")) == {"notiz", "newsletter", "branche"}
    assert [one["read_only"] for one in shown().values()] == [False, False, False, False, True, True]
    assert demo.update("addresses", made, city="Bonn", custom={"branche": "handel"}).ok
    made["version"] += 1
    wrong = demo.update("addresses", made, custom={"stufe": "", "score": "1", "vertrag": "x"}).json()["errors"]
    assert [(one["field"], one["code"]) for one in wrong] == [
        ("custom.stufe", "required"),
        ("custom.score", "read_only"),
        ("custom.vertrag", "read_only"),
    ]
    refused = demo.create("addresses", ADDRESS)
    assert [(one["field"], one["code"]) for one in refused.json()["errors"]] == [("custom.stufe", "required")]
    falcana.change(TENANT, "addresses", made["id"], {"custom": {"score": "7"}})
    assert demo.update("addresses", made | {"version": 3}, custom={"branche": "it", "stufe": "A"}).ok


def test_autocomplete_has_options_or_takes_any_text(demo: Api, falcana: Falcana) -> None:
    falcana.define(TENANT, "addresses", Custom("frei", "autocomplete"))
    falcana.define(TENANT, "addresses", Custom("wahl", "autocomplete", options=(Option("a"),)))
    made = demo.made("addresses", custom={"frei": "irgendwas", "wahl": "a"})
    assert demo.update("addresses", made, custom={"wahl": "b"}).status_code == 422


def test_users_and_sales_groups(demo: Api, falcana: Falcana) -> None:
    falcana.dismiss(TENANT, 12)
    falcana.employ(TENANT, User(13, "Carla Neu", "carla@example.com"))
    users = demo.get("/v1/users").json()["items"]
    assert [(one["id"], one["active"]) for one in users] == [(11, True), (12, False), (13, True)]
    assert [one["id"] for one in demo.get("/v1/sales-groups").json()["items"]] == [21, 22]
    assert demo.get("/v1/users?page=1").status_code == demo.get("/v1/sales-groups?page=1").status_code == 400
    for user, status in ((12, 422), (13, 201)):
        assert demo.create("addresses", {**ADDRESS, "owner_user_id": user}).status_code == status


def test_one_entity_s_fields_at_a_time(demo: Api) -> None:
    for query in ("", "entity=x", "entity=addresses,contact-persons", "entity=addresses&limit=1"):
        assert demo.get(f"/v1/custom-fields?{query}").json()["code"] == "bad_request"


def test_by_hand(demo: Api, falcana: Falcana) -> None:
    def do(page: str, **body: object) -> dict[str, Any]:
        return dict(demo.post(f"/_sandbox/{page}", json=body).json())

    one = do("seed", entity="addresses", values={"name": "Eins"})["id"]
    two = do("seed", entity="addresses", values={"name": "Zwei"})["id"]
    do("seed", tenant=OTHER.tenant, entity="addresses", values={"name": "Anders"})
    assert do("change", entity="addresses", id=one, values={"name": "Neu"}) == {"id": one}
    assert do("merge", entity="addresses", winner=one, loser=two) == {"id": one}
    assert [row["name"] for row in falcana.state()["addresses"]] == ["Neu"]
    assert "Neu" in demo.get("/_sandbox/").text
    assert len(demo.get("/_sandbox/state.json").json()["records"][OTHER.tenant]["addresses"]) == 1
    do("remove", entity="addresses", id=one)
    assert falcana.state()["addresses"] == []


@pytest.mark.parametrize(
    ("page", "body"),
    [
        ("seed", {}),
        ("seed", {"entity": "companies"}),
        ("seed", {"entity": "addresses", "values": []}),
        ("seed", {"entity": "addresses", "tenant": "x"}),
        ("seed", {"entity": "addresses", "values": {"name": 1}}),
        ("change", {"entity": "addresses"}),
        ("remove", {"entity": "addresses", "id": 5}),
        ("merge", {"entity": "addresses", "winner": 5}),
    ],
)
def test_what_cannot_be_done_by_hand(demo: Api, page: str, body: dict[str, object]) -> None:
    assert demo.post(f"/_sandbox/{page}", json=body).status_code == 400


class Unscanned(dict[Any, Any]):
    """Records nobody looks through one by one."""

    def _refuse(self) -> Any:
        raise AssertionError("every record is looked at")

    __iter__ = values = items = _refuse


def test_no_call_looks_at_every_record(demo: Api, falcana: Falcana) -> None:
    cursor = demo.now()
    numbers = [falcana.seed(TENANT, "addresses", {"name": "x", "email": f"{one}@b.example"}) for one in range(300)]
    person = falcana.seed(TENANT, "contact-persons", {"last_name": "x", "address_id": numbers[0]})
    for table in falcana.tenants[TENANT].tables.values():
        table.rows = Unscanned(table.rows)
    page = demo.get("/v1/addresses", params={"limit": 200}).json()
    rest = demo.get("/v1/addresses", params={"limit": 200, "cursor": page["next_cursor"]}).json()
    assert [row["id"] for row in page["items"] + rest["items"]] == numbers
    assert demo.found("addresses", ids=numbers[:100]) == numbers[:100]
    assert demo.found("addresses", emails=["299@B.example"]) == numbers[299:]
    assert len(demo.changes(cursor, limit=200).json()["items"]) == 200
    made = demo.made("addresses")
    assert demo.update("addresses", made, city="Bonn").ok
    assert demo.erase("addresses", {"id": numbers[0], "version": 1}).ok
    assert demo.get(f"/v1/contact-persons/{person}").status_code == 410
    falcana.merge(TENANT, "addresses", numbers[1], numbers[2])
