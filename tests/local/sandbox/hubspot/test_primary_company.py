"""The primary company that a contact names in `associatedcompanyid`, and what that does to its associations."""

import pytest

from local.sandbox.hubspot import HubSpot
from tests.local.sandbox.conftest import PORTAL, Api, Clock

OBJECTS = "/crm/objects/2026-09"
CONTACTS = f"{OBJECTS}/contacts"


def companies_of(api: Api, contact: str) -> dict[str, list[int]]:
    found = api.get(f"{CONTACTS}/{contact}/associations/companies").json()["results"]
    return {r["toObjectId"]: [t["typeId"] for t in r["associationTypes"]] for r in found}


def named(api: Api, contact: str) -> tuple[str | None, str]:
    """The company that a contact names, and when the contact changed."""
    found = api.get(f"{CONTACTS}/{contact}", params={"properties": "associatedcompanyid"}).json()["properties"]
    return found["associatedcompanyid"], found["lastmodifieddate"]


@pytest.fixture
def two(hubspot: HubSpot) -> tuple[str, str]:
    one, other = (hubspot.seed(PORTAL, "companies", {"name": name}) for name in ("Eins", "Zwei"))
    return one, other


@pytest.fixture
def contact(hubspot: HubSpot) -> str:
    return hubspot.seed(PORTAL, "contacts", {"email": "erika@eins.example"})


def test_a_new_contact_belongs_to_the_company_that_it_names(api: Api, two: tuple[str, str]) -> None:
    body = {"properties": {"email": "a@eins.example", "associatedcompanyid": two[0]}, "associations": []}
    alone = api.post(CONTACTS, json=body).json()["id"]
    body = {"properties": {"email": "b@eins.example", "associatedcompanyid": two[0]}, "associations": []}
    (one,) = api.post(f"{CONTACTS}/batch/create", json={"inputs": [body]}).json()["results"]
    assert companies_of(api, alone) == companies_of(api, one["id"]) == {two[0]: [1, 279]}


@pytest.mark.parametrize("batch", [False, True])
def test_another_company_becomes_the_primary_one_and_none_takes_it_away(
    api: Api, two: tuple[str, str], contact: str, batch: bool
) -> None:
    def write(company: str) -> None:
        body = {"properties": {"associatedcompanyid": company}}
        if batch:
            answer = api.post(f"{CONTACTS}/batch/update", json={"inputs": [{"id": contact} | body]})
        else:
            answer = api.patch(f"{CONTACTS}/{contact}", json=body)
        assert answer.status_code == 200, answer.text

    write(two[0])
    assert companies_of(api, contact) == {two[0]: [1, 279]}
    write(two[1])
    assert companies_of(api, contact) == {two[0]: [279], two[1]: [1, 279]}
    assert named(api, contact)[0] == two[1]
    write("")
    assert companies_of(api, contact) == {two[0]: [279]}
    assert named(api, contact)[0] is None


@pytest.mark.parametrize("company", ["1", "no number", "gone"])
def test_a_company_that_is_not_there_is_refused(hubspot: HubSpot, api: Api, contact: str, company: str) -> None:
    if company == "gone":
        company = hubspot.seed(PORTAL, "companies", {"name": "Weg"})
        hubspot.archive(PORTAL, "companies", company)
    body = {"properties": {"associatedcompanyid": company, "firstname": "Erika"}}
    answer = api.patch(f"{CONTACTS}/{contact}", json=body)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    assert named(api, contact)[0] is None
    body["properties"]["email"] = "x@eins.example"
    assert api.post(CONTACTS, json=body | {"associations": []}).status_code == 400
    with pytest.raises(ValueError, match="not valid"):
        hubspot.change(PORTAL, "contacts", contact, {"associatedcompanyid": company})


@pytest.mark.parametrize("bumps", [True, False])
def test_whether_an_association_moves_the_time_of_change(
    hubspot: HubSpot, api: Api, clock: Clock, two: tuple[str, str], bumps: bool
) -> None:
    contact = hubspot.seed(PORTAL, "contacts", {"email": "erika@eins.example"})
    hubspot.configure({"association_bumps_modified": bumps})
    times = [named(api, contact)[1]]
    clock.pass_(60)
    hubspot.associate(PORTAL, "contacts", contact, "companies", two[0], 1)
    times.append(named(api, contact)[1])
    clock.pass_(60)
    hubspot.archive(PORTAL, "companies", two[0])
    times.append(named(api, contact)[1])
    assert len(set(times)) == (3 if bumps else 1)
    clock.pass_(60)
    hubspot.change(PORTAL, "contacts", contact, {"associatedcompanyid": two[1]})  # a value, so a change
    assert named(api, contact) == (two[1], "2026-11-22T01:05:03.456Z")
