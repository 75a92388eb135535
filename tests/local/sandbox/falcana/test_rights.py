import pytest
import requests

from local.sandbox.falcana import DEMO, OTHER, Falcana
from local.sandbox.falcana.app import SCOPES
from tests.local.sandbox.falcana.callers import ADDRESS, Api


def _problem(answer: requests.Response, more: str) -> tuple[int, str, object]:
    return answer.status_code, answer.json()["code"], answer.json()[more]


def _calls(api: Api, entity: str, record: int) -> dict[str, list[requests.Response]]:
    """Each way to use an entity, by the right it needs."""
    path, version = f"/v1/{entity}", {"If-Match": '"1"'}
    reads = [
        api.get(path),
        api.get(f"{path}/{record}"),
        api.post(f"{path}/find", json={"ids": [record]}),
        api.changes(entity=entity),
        api.get("/v1/custom-fields", params={"entity": entity}),
    ]
    writes = [
        api.patch(f"{path}/{record}", json={"email": "a@b.example"}, headers={"If-Match": '"1"'}),
        api.delete(f"{path}/{record}", headers=version | {"If-Match": '"2"'}),
        api.create(entity, (ADDRESS if entity == "addresses" else {"last_name": "x", "address_id": 1_000_001})),
    ]
    return {"read": reads, "write": writes}


@pytest.mark.parametrize("scope", SCOPES)
def test_each_call_needs_its_scope(api: Api, falcana: Falcana, scope: str) -> None:
    entity, _, right = scope.partition(":")
    address = falcana.seed(DEMO.tenant, "addresses", {"name": "x"})
    person = falcana.seed(DEMO.tenant, "contact-persons", {"last_name": "x", "address_id": address})
    api.sign_in()
    falcana.configure({"withheld": [scope]})
    for name, answers in _calls(api, entity, address if entity == "addresses" else person).items():
        for answer in answers:
            if name == right:
                assert _problem(answer, "scope") == (403, "missing_scope", scope)
            else:
                assert answer.ok, answer.text
    assert api.get("/v1/users").ok
    assert api.get("/v1/sales-groups").ok


def test_the_feed_needs_the_right_to_all_that_is_asked_for(demo: Api, falcana: Falcana) -> None:
    falcana.configure({"withheld": ["contact-persons:read"]})
    assert _problem(demo.changes(), "scope") == (403, "missing_scope", "contact-persons:read")
    assert demo.changes(entity="addresses").ok


def test_a_token_has_the_scopes_that_were_asked_for(api: Api) -> None:
    api.sign_in(scope="addresses:read contact-persons:read")
    assert api.get("/v1/ping").json()["scopes"] == ["addresses:read", "contact-persons:read"]
    assert api.create("addresses", ADDRESS).status_code == 403


def test_a_closed_sales_group_can_be_read_only(demo: Api, falcana: Falcana) -> None:
    open_, closed = demo.made("addresses"), demo.made("addresses", sales_group_id=22)
    person = demo.made("contact-persons", address_id=closed["id"])
    free = demo.made("contact-persons", address_id=open_["id"])
    falcana.restrict(DEMO.tenant, 22)
    refused = [
        (demo.update("addresses", closed, city="Bonn"), closed["id"]),
        (demo.update("addresses", open_, sales_group_id=22), open_["id"]),
        (demo.erase("addresses", closed), closed["id"]),
        (demo.create("addresses", {**ADDRESS, "sales_group_id": 22}), None),
        (demo.update("contact-persons", person, title="Dr."), person["id"]),
        (demo.update("contact-persons", person, address_id=open_["id"]), person["id"]),
        (demo.update("contact-persons", free, address_id=closed["id"]), free["id"]),
        (demo.erase("contact-persons", person), person["id"]),
        (demo.create("contact-persons", {"last_name": "x", "address_id": closed["id"]}), closed["id"]),
    ]
    for answer, record in refused:
        assert _problem(answer, "id") == (403, "forbidden", record)
    assert demo.get(f"/v1/addresses/{closed['id']}").json() == closed
    falcana.restrict(DEMO.tenant, 22, restricted=False)
    assert demo.update("addresses", closed, city="Bonn").ok


def test_tenants_do_not_see_each_other(api: Api, falcana: Falcana) -> None:
    record = falcana.seed(DEMO.tenant, "addresses", {"name": "x", "email": "a@b.example"})
    api.sign_in(client_id=OTHER.client_id, client_secret=OTHER.client_secret)
    cursor = api.now()
    falcana.change(DEMO.tenant, "addresses", record, {"name": "y"})
    assert api.get("/v1/addresses").json()["items"] == []
    assert (
        api.found(
            "addresses",
            emails=["a@b.example"],
        )
        == api.found("addresses", ids=[record])
        == []
    )
    assert api.changes(cursor).json()["items"] == []
    assert api.made("addresses")["id"] > record + 1_000_000
