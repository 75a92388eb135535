"""What is deleted is listed, and a person may take it out again."""

import pytest

from local.sandbox.hubspot import HubSpot
from tests.local.sandbox.conftest import PORTAL, Api, Clock

OBJECTS = "/crm/objects/2026-09"


def listed(api: Api, kind: str, *, archived: bool) -> list[str]:
    """The ids in a list, read in pages of two."""
    ids: list[str] = []
    query = {"limit": "2", "archived": str(archived).lower()}
    while True:
        answer = api.get(f"{OBJECTS}/{kind}", params=query).json()
        ids += [one["id"] for one in answer["results"]]
        assert all(one["archived"] == archived for one in answer["results"])
        if "paging" not in answer:
            return ids
        query["after"] = answer["paging"]["next"]["after"]


def by_hand(hubspot: HubSpot, page: str, **body: object) -> dict[str, object]:
    done = hubspot.by_hand(page, {"portal": PORTAL, **body})
    assert done is not None
    return dict(done)


def test_archived_ones_are_listed_apart(hubspot: HubSpot, api: Api, clock: Clock) -> None:
    ids = [hubspot.seed(PORTAL, "companies", {"name": str(number)}) for number in range(7)]
    clock.pass_(60)
    inputs = [{"id": one} for one in (*ids[1:6:2], "1")]  # and one that never was
    assert api.post(f"{OBJECTS}/companies/batch/archive", json={"inputs": inputs}).status_code == 204
    assert listed(api, "companies", archived=False) == ids[::2]
    assert listed(api, "companies", archived=True) == ids[1::2]
    (one, *_) = api.get(f"{OBJECTS}/companies", params={"archived": "true"}).json()["results"]
    assert one["archivedAt"] == "2026-11-22T01:03:03.456Z"


@pytest.mark.parametrize("bumps", [True, False])
def test_a_person_takes_a_company_out_with_its_contacts(hubspot: HubSpot, api: Api, clock: Clock, bumps: bool) -> None:
    hubspot.configure({"restore_bumps_modified": bumps})
    company = str(by_hand(hubspot, "seed", kind="companies", properties={"name": "Eins"})["id"])
    person = hubspot.seed(PORTAL, "contacts", {"email": "e@eins.example", "associatedcompanyid": company})
    clock.pass_(60)
    assert by_hand(hubspot, "archive", kind="companies", id=company) == {"archived": True}
    assert hubspot.portals[PORTAL].records["contacts"][person].properties.get("associatedcompanyid") is None
    clock.pass_(60)
    assert by_hand(hubspot, "restore", kind="companies", id=company) == {"restored": True}
    found = api.get(f"{OBJECTS}/companies/{company}").json()["properties"]
    assert (found["name"], found["hs_lastmodifieddate"]) == ("Eins", f"2026-11-22T01:0{4 if bumps else 2}:03.456Z")
    assert hubspot.portals[PORTAL].records["contacts"][person].properties["associatedcompanyid"] == company
    assert listed(api, "companies", archived=True) == []


def test_what_does_not_come_back(hubspot: HubSpot) -> None:
    one, other = (hubspot.seed(PORTAL, "contacts", {"email": f"{name}@x.example"}) for name in "ab")
    hubspot.archive(PORTAL, "contacts", one)
    again = hubspot.seed(PORTAL, "contacts", {"email": "a@x.example"})
    with pytest.raises(ValueError, match="already exists"):
        hubspot.restore(PORTAL, "contacts", one)
    left = by_hand(hubspot, "merge", kind="contacts", id=again, other=other)["id"]
    with pytest.raises(ValueError, match="merged"):
        hubspot.restore(PORTAL, "contacts", other)
    with pytest.raises(ValueError, match="not there"):
        hubspot.by_hand("restore", {"portal": PORTAL, "kind": "contacts", "id": left})
