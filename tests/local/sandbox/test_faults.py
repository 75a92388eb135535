from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import requests

from local.sandbox.faults import Fault, Faults
from local.sandbox.hubspot import HubSpot
from tests.local.sandbox.conftest import PORTAL, Api

COMPANIES = "/crm/objects/2026-09/companies"
NEW = {"properties": {"name": "Kaisha"}, "associations": []}


def _companies(hubspot: HubSpot) -> int:
    return len(list(hubspot.portals[PORTAL].live("companies")))


def test_every_nth_and_how_often() -> None:
    faults = Faults()
    fault = faults.add(Fault("POST", "/crm/*/companies", every=2, times=2))
    hits = [faults.pick("POST", "/crm/objects/companies") is fault for _ in range(6)]
    assert hits == [False, True, False, True, False, False]
    assert faults.pick("GET", "/crm/objects/companies") is None
    faults.clear()
    assert faults.pick("POST", "/crm/objects/companies") is None


def test_for_ever_and_by_regular_expression() -> None:
    faults = Faults()
    faults.add(Fault(path=r"^/crm/.*/(read|search)$", times=None))
    assert [faults.pick("POST", f"/crm/a/{end}") is not None for end in ("read", "search", "x")] == [True, True, False]


@pytest.mark.parametrize(
    "wrong", [{"kind": "explode"}, {"every": 0}, {"times": 0}, {"colour": "red"}, {"seen": 3}], ids=str
)
def test_a_fault_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"unknown|start at 1"):
        Fault.from_json(wrong)


@pytest.mark.parametrize(
    ("kind", "error", "made"),
    [
        ("cut_before", requests.ConnectionError, 0),
        ("cut_after", requests.ConnectionError, 1),
        ("timeout_before", requests.ReadTimeout, 0),
        ("timeout_after", requests.ReadTimeout, 1),
    ],
)
def test_broken_off_before_and_after_the_effect(
    api: Api, hubspot: HubSpot, kind: str, error: type[Exception], made: int
) -> None:
    hubspot.faults.add(Fault.from_json({"path": COMPANIES, "kind": kind}))
    with pytest.raises(error):
        api.post(COMPANIES, json=NEW)
    assert _companies(hubspot) == made
    assert [(c.status, c.fault) for c in hubspot.calls] == [(0, kind)]
    assert api.post(COMPANIES, json=NEW).status_code == 201


def test_status_with_headers_and_body_has_no_effect(api: Api, hubspot: HubSpot) -> None:
    hubspot.faults.add(Fault(kind="status", status=477, headers={"Retry-After": "60"}, body='{"moving": true}'))
    response = api.post(COMPANIES, json=NEW)
    assert (response.status_code, response.headers["Retry-After"], response.json()) == (477, "60", {"moving": True})
    assert _companies(hubspot) == 0


def test_status_without_body_has_the_vendors_own(api: Api, hubspot: HubSpot) -> None:
    bodies = {}
    for status in (401, 429, 503):
        hubspot.faults.add(Fault(status=status))
        bodies[status] = api.get(COMPANIES).json()
    assert bodies[401]["category"] == "INVALID_AUTHENTICATION"
    assert bodies[429]["policyName"] == "TEN_SECONDLY_ROLLING"
    assert "category" not in bodies[429]
    assert bodies[503]["correlationId"]


def test_junk_body_comes_after_the_effect(api: Api, hubspot: HubSpot) -> None:
    hubspot.faults.add(Fault(kind="junk_body"))
    response = api.post(COMPANIES, json=NEW)
    assert response.status_code == 201
    with pytest.raises(requests.JSONDecodeError):
        response.json()
    assert _companies(hubspot) == 1


def test_delay_waits_only_with_a_sleep_of_its_own(api: Api, hubspot: HubSpot) -> None:
    slept: list[float] = []
    hubspot.faults.add(Fault(kind="delay", seconds=7, times=2))
    assert api.get(COMPANIES).status_code == 200
    hubspot.sleep = slept.append
    assert api.get(COMPANIES).status_code == 200
    assert slept == [7]


def test_over_a_port(served: str, hubspot: HubSpot) -> None:
    address, own = f"{served}/hubspot{COMPANIES}", f"{served}/hubspot/_sandbox"
    authorization = {"Authorization": f"Bearer {hubspot.issue_token(PORTAL)[0]}"}

    def create() -> requests.Response:
        return requests.post(address, json=NEW, headers=authorization, timeout=0.5)

    plan: list[tuple[str, type[Exception]]] = [
        ("cut_after", requests.ConnectionError),
        ("timeout_before", requests.ReadTimeout),
    ]
    for kind, error in plan:
        assert requests.post(f"{own}/faults", json={"kind": kind}, timeout=5).json() == {"faults": 1}
        with pytest.raises(error):
            create()
    assert create().status_code == 201
    assert _companies(hubspot) == 2
    statuses = [call["status"] for call in requests.get(f"{own}/calls.json", timeout=5).json()]
    assert statuses == [0, 0, 201]
    assert "hubspot/_sandbox/" in requests.get(served, timeout=5).text
    assert requests.get(f"{served}/nothing", timeout=5).status_code == 404


def test_the_state_is_there_to_see(api: Api, hubspot: HubSpot, caller: Callable[..., Api]) -> None:
    company = hubspot.seed(PORTAL, "companies", {"name": "<b>Kaisha & Co</b>", "domain": "kaisha.jp"})
    contact = hubspot.seed(PORTAL, "contacts", {"email": "Taro@Kaisha.jp", "lastname": "田中"})
    hubspot.associate(PORTAL, "contacts", contact, "companies", company, 1)
    hubspot.seed(PORTAL, "meetings", {"hs_meeting_title": "打ち合わせ", "hs_timestamp": "2026-11-22T01:00:00Z"})
    page = api.get("/_sandbox/").text
    for text in (
        "Kaisha One (111111)",
        "&lt;b&gt;Kaisha &amp; Co&lt;/b&gt;",
        "taro@kaisha.jp",
        "(primary)",
        "打ち合わせ",
    ):
        assert text in page
    assert "<b>Kaisha" not in page
    state = api.get("/_sandbox/state.json").json()["portals"]["111111"]
    assert state == hubspot.state(PORTAL) | {
        "contacts": [c | {"associations": {"companies": {company: [1, 279]}}} for c in state["contacts"]]
    }
    assert hubspot.calls == []


def test_reset_and_settings(api: Api, hubspot: HubSpot) -> None:
    hubspot.seed(PORTAL, "companies", {"name": "Kaisha"})
    assert api.post("/_sandbox/settings", json={"burst_limit": None}).json()["burst_limit"] is None
    refused: tuple[object, ...] = (
        {"colour": 1},
        {"omit_hub_id": "yes"},
        {"search_lag_seconds": None},
        {"burst_limit": "x"},
        [],
    )
    for wrong in refused:
        assert api.post("/_sandbox/settings", json=wrong).status_code == 400
    assert api.post("/_sandbox/faults", json=[{"kind": "explode"}]).status_code == 400
    assert api.post("/_sandbox/nothing").status_code == 404
    hubspot.faults.add(Fault(times=None))
    assert api.delete("/_sandbox/faults").status_code == 200
    assert api.get(COMPANIES).status_code == 200
    assert api.post("/_sandbox/reset").json() == {"reset": True}
    assert (_companies(hubspot), hubspot.calls, hubspot.settings.burst_limit) == (0, [], 110)
    assert api.get(COMPANIES).status_code == 401


def test_calls_say_when_and_whose(api: Api, hubspot: HubSpot) -> None:
    api.get(COMPANIES)
    call = hubspot.calls[0]
    assert (call.method, call.path, call.status, call.portal) == ("GET", COMPANIES, 200, "111111")
    assert call.at == datetime(2026, 11, 22, 1, 2, 3, 456000, tzinfo=UTC)


def test_seeding_by_a_wrong_name_is_refused(hubspot: HubSpot) -> None:
    with pytest.raises(ValueError, match="nmae"):
        hubspot.seed(PORTAL, "companies", {"nmae": "x"})
    with pytest.raises(KeyError, match="no live record"):
        hubspot.archive(PORTAL, "companies", "1")
