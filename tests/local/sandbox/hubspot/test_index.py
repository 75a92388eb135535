"""What the index of the sandbox finds fast is what going through all records finds; and it can be late and wrong."""

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.sandbox.hubspot import HubSpot
from local.sandbox.hubspot.store import Record
from local.sandbox.inprocess import WsgiAdapter
from tests.local.sandbox.conftest import PORTAL, Api, Clock

COMPANIES = "/crm/objects/2026-09/companies"
CHANGED = "hs_lastmodifieddate"
LAG = 10

DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["create", "change", "archive", "restore", "refused", "wait", "moment", "hide", "late"]),
        st.integers(0, 9),
    ),
    max_size=40,
)


def search(api: Api, *filters: tuple[str, str, object], sort: str = CHANGED, **more: object) -> dict[str, object]:
    asked = [{"propertyName": name, "operator": what, "value": str(value)} for name, what, value in filters]
    direction = "DESCENDING" if sort.startswith("-") else "ASCENDING"
    sorts = [{"propertyName": sort.lstrip("-"), "direction": direction}]
    body = {"filterGroups": [{"filters": asked}] if asked else [], "sorts": sorts, "limit": 200} | more
    answer = api.post(f"{COMPANIES}/search", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def ids(found: dict[str, object]) -> list[str]:
    results = found["results"]
    assert isinstance(results, list)
    return [one["id"] for one in results]


def do(hubspot: HubSpot, clock: Clock, deed: str, number: int) -> None:
    records = list(hubspot.portals[PORTAL].records["companies"].values())
    one = records[number % len(records)] if records else None
    switches = hubspot.settings
    if deed == "create":
        hubspot.seed(PORTAL, "companies", {"name": str(number)})
    elif deed in ("wait", "moment"):
        clock.pass_(number if deed == "wait" else 0.001)
    elif one is None:
        return
    elif deed == "change" and not one.archived:
        hubspot.change(PORTAL, "companies", one.id, {"city": f"{number} {clock()}"})
    elif deed == "refused" and not one.archived:
        with pytest.raises(ValueError, match="not valid"):
            hubspot.change(PORTAL, "companies", one.id, {"city": f"{number} {clock()}", "no_such": "x"})
    elif deed == "archive" and not one.archived:
        hubspot.archive(PORTAL, "companies", one.id)
    elif deed == "restore" and one.archived:
        hubspot.restore(PORTAL, "companies", one.id)
    elif deed == "hide":
        hubspot.configure({"search_hides": [one.id]})
    elif deed == "late":
        hubspot.configure({"search_lag_per_record": {**switches.search_lag_per_record, one.id: number * 2}})


def as_indexed(hubspot: HubSpot, clock: Clock) -> dict[str, str]:
    """When each record changed, as the index should know it: looked up the slow way."""
    seen = {}
    for record in hubspot.portals[PORTAL].live("companies"):
        lag = hubspot.settings.search_lag_per_record.get(record.id, LAG)
        before = [one.values for one in record.versions if (clock() - one.at).total_seconds() >= lag]
        if before and record.id not in hubspot.settings.search_hides:
            seen[record.id] = before[-1][CHANGED]
    return seen


def by_time(seen: dict[str, str]) -> list[str]:
    return sorted(seen, key=lambda one: (seen[one], int(one)))


@settings(max_examples=60, deadline=None)
@given(deeds=DEEDS)
def test_the_fast_way_finds_what_the_slow_way_finds(deeds: Sequence[tuple[str, int]]) -> None:
    clock = Clock()
    hubspot = HubSpot(clock)
    hubspot.configure({"search_limit": None, "burst_limit": None})
    api = Api(WsgiAdapter(hubspot, "/hubspot"), hubspot.issue_token(PORTAL)[0])
    for deed, number in deeds:
        do(hubspot, clock, deed, number)
    seen = as_indexed(hubspot, clock)
    everything = by_time(seen)
    found = search(api)
    assert (ids(found), found["total"]) == (everything, len(everything))
    assert [seen[one] for one in ids(search(api, sort=f"-{CHANGED}"))] == sorted(seen.values(), reverse=True)
    assert sorted(ids(search(api, sort="name"))) == sorted(everything)
    paged = [one for after in range(0, len(everything), 3) for one in ids(search(api, limit=3, after=str(after)))]
    assert paged == everything
    for time, what in product(sorted(set(seen.values())), ("GTE", "GT", "LTE", "LT", "EQ", "NEQ")):
        fits = {"GTE": time.__le__, "GT": time.__lt__, "LTE": time.__ge__, "LT": time.__gt__, "EQ": time.__eq__}
        wanted = [one for one in everything if fits.get(what, time.__ne__)(seen[one])]
        found = search(api, (CHANGED, what, time))
        assert (ids(found), found["total"]) == (wanted, len(wanted)), (what, time)
    for one, what in product(everything, ("GT", "GTE", "LT")):
        least, most = int(one) + (what == "GT"), int(one) if what == "LT" else 2**63
        least = 0 if what == "LT" else least
        wanted = [other for other in everything if seen[other] == seen[one] and least <= int(other) < most]
        assert ids(search(api, (CHANGED, "EQ", seen[one]), ("hs_object_id", what, one), sort="hs_object_id")) == wanted


@pytest.mark.parametrize(
    ("switches", "seen"),
    [
        ({}, ["0", "1", "2"]),
        ({"search_hides": "01"}, ["2"]),
        ({"search_lag_per_record": {"0": 100}}, ["1", "2"]),
        ({"search_lag_per_record": {"2": 0}, "search_lag_seconds": 100}, ["2"]),
    ],
)
def test_it_is_late_and_has_gaps_where_it_is_told_to(
    hubspot: HubSpot, api: Api, clock: Clock, switches: dict[str, object], seen: list[str]
) -> None:
    made = [hubspot.seed(PORTAL, "companies", {"name": str(number)}) for number in range(3)]
    switches = dict(switches)
    if hides := switches.get("search_hides"):
        switches["search_hides"] = [made[int(one)] for one in str(hides)]
    if isinstance(late := switches.get("search_lag_per_record"), dict):
        switches["search_lag_per_record"] = {made[int(one)]: lag for one, lag in late.items()}
    hubspot.configure(switches)
    clock.pass_(50)
    found = search(api)["results"]
    assert isinstance(found, list)
    assert [one["properties"]["name"] for one in found] == seen


@pytest.mark.parametrize("value", [{"search_hides": "1"}, {"search_hides": [1]}, {"search_lag_per_record": {"1": -1}}])
def test_other_switches_are_refused(hubspot: HubSpot, value: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        hubspot.configure(value)


def test_unique_values_are_looked_up_as_they_are_now(hubspot: HubSpot, api: Api) -> None:
    new = {"name": "key", "label": "K", "type": "string", "fieldType": "text", "groupName": "companyinformation"}
    assert api.post("/crm/properties/2026-09/companies", json=new | {"hasUniqueValue": True}).status_code == 201
    body = {"properties": {"name": "Eins", "key": "Ab"}, "associations": []}
    one = api.post(COMPANIES, json=body).json()["id"]

    def found(key: str) -> Record | None:
        return hubspot.portals[PORTAL].find_by("companies", "key", key)

    assert (found("aB ") or pytest.fail("not found")).id == one
    taken = api.post(COMPANIES, json=body)
    assert (taken.status_code, taken.json()["errors"][0]["code"]) == (400, "CONFLICTING_UNIQUE_VALUE")
    api.patch(f"{COMPANIES}/{one}", json={"properties": {"key": "c"}})
    assert (found("ab"), (found("C") or pytest.fail("not found")).id) == (None, one)
    hubspot.archive(PORTAL, "companies", one)
    assert found("c") is None
    assert api.post(COMPANIES, json=body | {"properties": {"name": "Zwei", "key": "c"}}).status_code == 201
