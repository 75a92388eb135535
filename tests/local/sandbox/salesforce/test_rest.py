import pytest

from local.sandbox.faults import Fault
from local.sandbox.salesforce import Salesforce
from local.sandbox.salesforce.ids import record_id
from tests.local.sandbox.conftest import Clock
from tests.local.sandbox.salesforce.conftest import BASE, DATA, FIRMA, KAISHA, LEAD, TESTS, Api


@pytest.fixture
def token(salesforce: Salesforce) -> str:
    return salesforce.issue_token()[0]


def _refused(api: Api, token: str, path: str = LEAD) -> tuple[int, str]:
    response = api.uses(token, path)
    [error] = response.json()
    assert set(error) == {"message", "errorCode"}
    return response.status_code, error["errorCode"]


def test_ids_tell_upper_from_lower_case() -> None:
    assert record_id("00D", 1) == "00DSb0000000001MAA"
    assert len({org.id for org in (KAISHA, FIRMA, TESTS)}) == 3


def test_the_versions_need_no_session(api: Api) -> None:
    found = {one["version"]: one["label"] for one in api.get("/services/data").json()}
    assert (found["66.0"], found["67.0"], found["68.0"]) == ("Spring '26", "Summer '26", "Winter '27")
    assert (found["65.0"], min(map(float, found))) == ("Winter '26", 41.0)
    assert api.get("/services/data/").status_code == 200


def test_what_is_below_a_version(api: Api, token: str) -> None:
    found = api.uses(token, DATA).json()
    assert found["sobjects"] == f"{DATA}/sobjects"
    assert found["identity"] == f"{BASE}/id/{KAISHA.id}/{KAISHA.user.id}"


def test_every_answer_tells_how_many_calls_were_made(api: Api, token: str, salesforce: Salesforce) -> None:
    salesforce.configure({"daily_limit": 15000})
    paths = (LEAD, f"{DATA}/limits", f"{DATA}/sobjects/Nothing/describe")
    seen = [api.uses(token, path).headers["Sforce-Limit-Info"] for path in paths]
    assert seen == ["api-usage=1/15000", "api-usage=2/15000", "api-usage=3/15000"]


def test_limits(api: Api, token: str, salesforce: Salesforce) -> None:
    salesforce.configure({"daily_limit": 10})
    assert api.uses(token, f"{DATA}/limits/").json()["DailyApiRequests"] == {"Max": 10, "Remaining": 9}


def test_the_limit_counts_the_last_24_hours_of_one_org(api: Api, salesforce: Salesforce, clock: Clock) -> None:
    salesforce.configure({"daily_limit": 3, "session_seconds": 7 * 86400})
    token, other = salesforce.issue_token()[0], salesforce.issue_token(FIRMA.id)[0]
    for _ in range(3):
        assert api.uses(token).status_code == 200
        clock.pass_(3600)
    response = api.uses(token)
    assert (response.status_code, response.json()[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert "Retry-After" not in response.headers
    assert response.headers["Sforce-Limit-Info"] == "api-usage=3/3"
    assert api.uses(other).status_code == 200
    clock.pass_(21 * 3600)
    assert [api.uses(token).status_code for _ in range(2)] == [200, 403]


def test_switched_off(api: Api, token: str, salesforce: Salesforce) -> None:
    salesforce.configure({"api_enabled": False})
    for path in (LEAD, DATA, f"{DATA}/limits"):
        assert _refused(api, token, path) == (403, "API_DISABLED_FOR_ORG")
    assert api.uses(token, "/services/oauth2/userinfo").status_code == 200  # identity is no part of the data API


def test_without_the_scope_api_there_is_no_data(api: Api, salesforce: Salesforce) -> None:
    token = salesforce.issue_token(scopes=frozenset({"refresh_token", "id"}))[0]
    assert _refused(api, token) == (401, "INVALID_SESSION_ID")
    assert "not valid for use with the REST API" in api.uses(token).json()[0]["message"]


def test_without_a_token(api: Api) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "OAuth x"}):
        response = api.get(LEAD, headers=headers)
        assert (response.status_code, response.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")
        assert "Sforce-Limit-Info" not in response.headers


@pytest.mark.parametrize(
    ("version", "status", "code"),
    [
        ("99.0", 404, "NOT_FOUND"),
        ("67", 404, "NOT_FOUND"),
        ("67.1", 404, "NOT_FOUND"),
        ("x", 404, "NOT_FOUND"),
        ("30.0", 410, "UNSUPPORTED_API_VERSION"),
    ],
)
def test_versions_that_are_not_there(api: Api, token: str, version: str, status: int, code: str) -> None:
    assert _refused(api, token, f"/services/data/v{version}/limits") == (status, code)


def test_a_version_that_is_gone(api: Api, token: str, salesforce: Salesforce) -> None:
    salesforce.configure({"oldest_version": 68})
    assert _refused(api, token) == (410, "UNSUPPORTED_API_VERSION")
    assert [one["version"] for one in api.get("/services/data").json()] == ["68.0"]


def test_the_limits_header_can_be_longer(api: Api, token: str, salesforce: Salesforce) -> None:
    salesforce.configure({"usage_per_app": True})
    told = api.uses(token).headers["Sforce-Limit-Info"]
    assert told == "api-usage=1/100000; per-app-api-usage=1/250(appName=renkei)"


def test_what_is_not_there(api: Api, token: str) -> None:
    for path in ("/nothing", f"{DATA}/sobjects/Nothing/describe", f"{DATA}/sobjects/Nothing/1"):
        assert _refused(api, token, path) == (404, "NOT_FOUND")
    wrong = api.post(LEAD, headers={"Authorization": f"Bearer {token}"})
    assert (wrong.status_code, wrong.json()[0]["errorCode"]) == (405, "METHOD_NOT_ALLOWED")


def test_lead_is_described(api: Api, token: str) -> None:
    body = api.uses(token).json()
    assert (body["name"], body["keyPrefix"], body["createable"]) == ("Lead", "00Q", True)
    fields = {one["name"]: one for one in body["fields"]}
    required = [
        name
        for name, one in fields.items()
        if one["createable"] and not one["nillable"] and not one["defaultedOnCreate"]
    ]
    assert required == ["LastName", "Company"]
    assert [fields[name]["length"] for name in ("LastName", "FirstName", "Company", "Email")] == [80, 40, 255, 80]
    assert not fields["Name"]["createable"]
    assert fields["City"]["compoundFieldName"] == "Address"
    assert [one["value"] for one in fields["Status"]["picklistValues"] if one["defaultValue"]] == [
        "Open - Not Contacted"
    ]
    assert fields["Phone"]["picklistValues"] == []


def test_a_user_who_may_not_create_leads(api: Api, token: str, salesforce: Salesforce) -> None:
    salesforce.configure({"lead_createable": False})
    body = api.uses(token).json()
    assert not body["createable"]
    assert not any(one["createable"] for one in body["fields"])
    salesforce.configure({"lead_visible": False})
    assert _refused(api, token) == (404, "NOT_FOUND")


def test_the_orgs_own_record_and_its_user(api: Api, salesforce: Salesforce) -> None:
    token = salesforce.issue_token(TESTS.id)[0]
    org = f"{DATA}/sobjects/Organization/{TESTS.id}"
    found = api.uses(token, f"{org}?fields=Name,OrganizationType,IsSandbox").json()
    assert found["attributes"] == {"type": "Organization", "url": org}
    assert found | {"attributes": 0} == {
        "attributes": 0,
        "Id": TESTS.id,
        "Name": "Kaisha One Test",
        "OrganizationType": "Enterprise Edition",
        "IsSandbox": True,
    }
    assert api.uses(token, org[:-3]).json()["Name"] == "Kaisha One Test"
    assert api.uses(token, f"{DATA}/sobjects/User/{TESTS.user.id}").json()["Name"] == "Hanako Yamada"
    assert _refused(api, token, f"{DATA}/sobjects/Organization/{KAISHA.id}") == (404, "NOT_FOUND")
    assert _refused(api, token, f"{org}?fields=Nonsense") == (400, "INVALID_FIELD")
    salesforce.configure({"organization_visible": False})
    assert _refused(api, token, org) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    "wrong", [{"nonsense": 1}, {"api_enabled": 1}, {"daily_limit": True}, {"daily_limit": -1}, {"instance_url": None}]
)
def test_switches_are_checked(salesforce: Salesforce, wrong: dict[str, object]) -> None:
    before = salesforce.configure({})
    with pytest.raises(ValueError, match=next(iter(wrong))):
        salesforce.configure({"api_enabled": False} | wrong)
    assert salesforce.configure({}) == before


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "INVALID_SESSION_ID"), (403, "REQUEST_LIMIT_EXCEEDED"), (404, "NOT_FOUND"), (503, "SERVER_UNAVAILABLE")],
)
def test_faults_look_like_salesforces_own(api: Api, token: str, salesforce: Salesforce, status: int, code: str) -> None:
    salesforce.faults.add(Fault(path="/services/data/*", status=status))
    assert _refused(api, token) == (status, code)
    assert api.uses(token).status_code == 200


def test_the_pages_show_who_is_connected_and_no_token(api: Api, salesforce: Salesforce) -> None:
    access, refresh = salesforce.issue_token()
    api.uses(access)
    page, state = api.get("/_sandbox/").text, api.get("/_sandbox/state.json")
    assert KAISHA.id in page
    assert LEAD in page
    shown = state.json()["orgs"][KAISHA.id]
    assert shown.pop("records") == salesforce.state(KAISHA.id)
    assert shown == {"name": "Kaisha One", "refresh_tokens": 1, "sessions": 1}
    for secret in (access, refresh):
        assert secret not in page + state.text
    changed = api.post("/_sandbox/settings", json={"user_active": False}).json()
    assert changed["user_active"] is False
    assert api.uses(access).status_code == 401
