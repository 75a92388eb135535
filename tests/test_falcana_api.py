"""docs/falcana-api.yaml and the sandbox falcana say the same, whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from local.sandbox.falcana import DEMO, Falcana
from local.sandbox.falcana.accounts import SCOPES
from local.sandbox.falcana.fields import FIELDS, KINDS, Code, Type
from local.sandbox.falcana.records import ENTITIES, Entity
from local.sandbox.falcana.routes import ROUTES
from local.sandbox.faults import Fault
from tests.harness import ROOT
from tests.local.sandbox.conftest import Clock
from tests.local.sandbox.falcana.callers import ADDRESS, FORM, Api, Described, document, falcana_checker

TENANT = DEMO.tenant
NAMES = {"addresses": "Address", "contact-persons": "ContactPerson"}
SCHEMAS = document()["components"]["schemas"]


def described() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each operation: its method, its path, and what is said of it."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                yield method.upper(), path, operation


def test_it_is_openapi() -> None:
    assert document()["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(document()).iter_errors()] == []


def test_it_says_that_it_is_ours() -> None:
    assert "This contract is ours, not falcana's." in document()["info"]["description"]
    assert "proposal" in document()["info"]["title"]


def test_it_has_the_routes_of_the_sandbox() -> None:
    routes = set()
    for rule in ROUTES.iter_rules():
        path = rule.rule.replace("<int:number>", "{id}")
        for entity in ENTITIES:
            for method in (rule.methods or set()) - {"HEAD"}:
                routes.add((method, re.sub("<any.*:entity>", entity, path)))
    assert routes == {(method, path) for method, path, _ in described()}


def test_it_names_what_the_sandbox_knows() -> None:
    flows = document()["components"]["securitySchemes"]["client"]["flows"]["clientCredentials"]
    assert SCHEMAS["Scope"]["enum"] == list(flows["scopes"]) == list(SCOPES)
    assert SCHEMAS["Entity"]["enum"] == list(ENTITIES)
    assert SCHEMAS["FieldError"]["properties"]["code"]["enum"] == list(get_args(Code.__value__))
    assert SCHEMAS["CustomField"]["properties"]["type"]["enum"] == list(get_args(Type.__value__))
    assert SCHEMAS["Address"]["properties"]["kind"]["enum"] == list(KINDS)


@pytest.mark.parametrize("entity", ENTITIES)
def test_it_has_the_fields_of_the_sandbox(entity: Entity) -> None:
    name, fields = NAMES[entity], FIELDS[entity]
    for suffix in ("New", "Values"):
        assert set(SCHEMAS[name + suffix]["properties"]) == {*fields, "custom", "external_ids"}
    assert SCHEMAS[f"{name}New"]["required"] == [field for field, one in fields.items() if one.required]
    assert set(SCHEMAS[name]["required"]) == set(SCHEMAS[name]["properties"])


class World:
    """The sandbox with an address, a contact person, and whoever calls it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.falcana = Falcana(self.clock)
        self.app = Described(self.falcana)
        self.api = Api(self.app)
        self.api.sign_in()


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    assert world.app.problems == []


@pytest.mark.parametrize("entity", ENTITIES)
def test_texts_may_be_as_long_as_it_says(world: World, entity: Entity) -> None:
    address = world.api.made("addresses")["id"]
    said = {
        name: one["maxLength"]
        for name, one in SCHEMAS[f"{NAMES[entity]}Values"]["properties"].items()
        if "maxLength" in one
    }
    assert len(said) >= 8
    longest = {name: "@b.example".rjust(most, "a") if name == "email" else "1" * most for name, most in said.items()}
    parent: dict[str, object] = {} if entity == "addresses" else {"address_id": address}
    made = world.api.made(entity, **parent, **longest)
    assert {name: made[name] for name in said} == longest
    answer = world.api.update(entity, made, **{name: f"a{value}" for name, value in longest.items()})
    assert {one["field"]: one["code"] for one in answer.json()["errors"]} == dict.fromkeys(said, "too_long")


@pytest.mark.parametrize(
    ("example", "path"),
    [
        ("address", "/v1/addresses/1000001"),
        ("contact_person", "/v1/contact-persons/5000001"),
        ("changes", "/v1/changes"),
    ],
)
def test_examples_are_as_it_says(example: str, path: str) -> None:
    body = json.loads((ROOT / f"events/falcana/{example}.json").read_text("utf-8"))
    assert falcana_checker().check("GET", path, None, 200, body) != []


def test_every_answer_it_describes_is_given(world: World) -> None:
    """The answers are compared with what is described as they come; none that is described may be missing."""
    for entity in ENTITIES:
        _records(world, entity)
    _others(world)
    _every_operation(world)
    wanted = {
        (f"falcana.json {method} {path}", int(status))
        for method, path, operation in described()
        for status in operation["responses"]
    }
    assert wanted - world.app.seen == set()
    assert world.app.seen - wanted == set()


def _records(world: World, entity: Entity) -> None:
    api, falcana, path = world.api, world.falcana, f"/v1/{entity}"
    parent = api.made("addresses", sales_group_id=22)["id"]
    values = (
        dict(ADDRESS) | {"sales_group_id": 22} if entity == "addresses" else {"last_name": "x", "address_id": parent}
    )
    outside = {"external_ids": {"hubspot": "1"}}
    first, second = api.made(entity, **values, **outside), api.made(entity, **values)
    api.get(path)
    api.get(f"{path}?limit=0")
    api.post(f"{path}/find", json={"ids": [first["id"]]})
    api.post(f"{path}/find", json={})
    api.get(f"{path}/{first['id']}")
    api.post(path, json=values)
    api.create(entity, {**values, **outside})
    api.create(entity, {})
    api.update(entity, second, email="a@b.example")
    api.update(entity, second, email="c@d.example")
    second = api.get(f"{path}/{second['id']}").json()
    api.update(entity, second, **outside)
    api.update(entity, second, email="x")
    api.patch(f"{path}/{second['id']}", data="x", headers={"If-Match": f'"{second["version"]}"'})
    api.patch(f"{path}/{second['id']}", json={})
    api.delete(f"{path}/{second['id']}")
    api.erase(entity, {**second, "version": 99})
    falcana.restrict(TENANT, 22)
    for answer in (api.create(entity, values), api.update(entity, first, email=""), api.erase(entity, first)):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    falcana.restrict(TENANT, 22, restricted=False)
    falcana.configure({"withheld": [f"{entity}:read", f"{entity}:write"]})
    for answer in (api.get(path), api.get(f"{path}/1"), api.post(f"{path}/find", json={}), api.create(entity, {})):
        assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
    falcana.configure({"withheld": []})
    falcana.merge(TENANT, entity, first["id"], second["id"])
    first = api.get(f"{path}/{first['id']}").json()
    assert api.erase(entity, first).status_code == 204
    for gone in (first, second, {"id": 1, "version": 1}):
        api.get(f"{path}/{gone['id']}")
        api.update(entity, gone, email="")
        api.erase(entity, gone)


def _others(world: World) -> None:
    api, falcana = world.api, world.falcana
    api.get("/v1/ping")
    cursor = api.changes().json()["earliest_cursor"]
    assert {row["op"] for row in api.changes(cursor).json()["items"]} == {"upsert", "delete", "merge"}
    for query in ("", "?entity=addresses", "?entity=addresses&cursor=x", "?x=1"):
        for path in ("changes", "custom-fields", "users", "sales-groups"):
            api.get(f"/v1/{path}{query}")
    for path in ("users", "sales-groups"):
        api.get(f"/v1/{path}")
    falcana.configure({"withheld": ["addresses:read"]})
    api.get("/v1/custom-fields?entity=addresses")
    api.changes()
    falcana.configure({"withheld": []})
    world.clock.pass_(1)
    falcana.forget_changes(TENANT, world.clock())
    assert api.changes(cursor).status_code == 410
    for wrong in ({"grant_type": "password"}, {"client_secret": "x"}, {"scope": "everything"}):
        api.post("/v1/token", data=FORM | wrong)


def _every_operation(world: World) -> None:
    """Refusals that any call can meet: no token, the API switched off, too many calls, out of order."""
    refusals: list[tuple[int, dict[str, object], dict[str, object]]] = [
        (401, {}, {}),
        (403, {"api_enabled": False}, {"api_enabled": True}),
        (429, {"minute_limit": 0}, {"minute_limit": 600}),
    ]
    for method, path, _ in described():
        url = path.replace("{id}", "1")
        form = FORM if url == "/v1/token" else None
        for status, before, after in refusals:
            world.falcana.configure(before)
            headers = {"Authorization": "Bearer none"} if status == 401 else {}
            answer = world.api.request(method, url, data=form, headers=headers)
            if status != 401 or form is None:
                assert answer.status_code == status, (method, path)
            world.falcana.configure(after)
        world.falcana.faults.add(Fault(status=503))
        assert world.api.request(method, url, data=form).status_code == 503
