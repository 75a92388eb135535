import pytest
import requests

from local.sandbox.falcana import DEMO, OTHER, Falcana
from local.sandbox.falcana.app import SCOPES
from local.sandbox.faults import Fault
from tests.local.sandbox.conftest import Clock
from tests.local.sandbox.falcana.callers import FORM, Api


def _problem(response: requests.Response) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert set(body) == {"type", "title", "status", "code"}
    assert body["status"] == response.status_code
    return body["status"], body["code"]


def _told(response: requests.Response) -> tuple[int, str]:
    assert set(response.json()) == {"error", "error_description"}
    return response.status_code, response.json()["error"]


def test_a_client_gets_a_token_and_is_told_who_it_is(api: Api) -> None:
    answer = api.post("/v1/token", data=FORM)
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["scope"].split()) == ("Bearer", 3600, list(SCOPES))
    assert answer.headers["Cache-Control"] == "no-store"
    assert api.ping(body["access_token"]).json() == {
        "tenant": "muster-gmbh",
        "tenant_name": "Muster GmbH",
        "api_version": "1",
        "server_time": "2026-11-22T01:02:03.456Z",
        "scopes": list(SCOPES),
    }


def test_each_client_has_its_own_tenant(api: Api) -> None:
    token = api.token(client_id=OTHER.client_id, client_secret=OTHER.client_secret)
    assert api.ping(token).json()["tenant"] == "beispiel-ag"


def test_credentials_by_basic_but_not_in_the_query(api: Api) -> None:
    grant = {"grant_type": "client_credentials"}
    assert api.post("/v1/token", data=grant, auth=(DEMO.client_id, DEMO.client_secret)).status_code == 200
    assert _told(api.post("/v1/token", data=grant, params=FORM)) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"client_id": "x"}, 401, "invalid_client"),
        ({"client_secret": "x"}, 401, "invalid_client"),
        ({"client_secret": OTHER.client_secret}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "addresses:read everything"}, 400, "invalid_scope"),
    ],
)
def test_what_the_token_endpoint_refuses(api: Api, wrong: dict[str, str], status: int, error: str) -> None:
    answer = api.post("/v1/token", data=FORM | wrong)
    assert _told(answer) == (status, error)
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_a_token_ends_after_an_hour(api: Api, clock: Clock) -> None:
    token = api.token()
    clock.pass_(3599)
    assert api.ping(token).status_code == 200
    clock.pass_(1)
    assert _problem(api.ping(token)) == (401, "invalid_token")


def test_without_a_token(api: Api) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}):
        answer = api.get("/v1/ping", headers=headers)
        assert _problem(answer) == (401, "invalid_token")
        assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_a_revoked_client_has_no_tokens(api: Api, falcana: Falcana) -> None:
    token = api.token()
    other = api.token(client_id=OTHER.client_id, client_secret=OTHER.client_secret)
    falcana.configure({"revoked": [DEMO.client_id]})
    assert _problem(api.ping(token)) == (401, "invalid_token")
    assert _told(api.post("/v1/token", data=FORM)) == (401, "invalid_client")
    assert api.ping(other).status_code == 200
    falcana.configure({"revoked": []})
    assert api.ping(api.token()).status_code == 200


def test_scopes_can_be_withheld(api: Api, falcana: Falcana) -> None:
    falcana.configure({"withheld": ["addresses:write"]})
    answer = api.post("/v1/token", data=FORM).json()
    assert answer["scope"] == "addresses:read contact-persons:read contact-persons:write"
    assert api.ping(answer["access_token"]).json()["scopes"] == answer["scope"].split()
    assert _told(api.post("/v1/token", data=FORM | {"scope": "addresses:write"})) == (400, "invalid_scope")


def test_switched_off(api: Api, falcana: Falcana) -> None:
    token = api.token()
    falcana.configure({"api_enabled": False})
    assert _problem(api.ping(token)) == (403, "api_disabled")
    assert _problem(api.post("/v1/token", data=FORM)) == (403, "api_disabled")
    assert _told(api.post("/v1/token", data=FORM | {"client_secret": "x"})) == (401, "invalid_client")


def test_a_tenant_has_so_many_calls_a_minute(api: Api, falcana: Falcana, clock: Clock) -> None:
    falcana.configure({"minute_limit": 3})
    token = api.token()
    assert [api.ping(token).status_code for _ in range(2)] == [200, 200]
    refused = api.ping(token)
    assert (_problem(refused), refused.headers["Retry-After"]) == ((429, "rate_limited"), "30")
    assert api.token(client_id=OTHER.client_id, client_secret=OTHER.client_secret)
    falcana.configure({"retry_after": None})
    assert "Retry-After" not in api.ping(token).headers
    clock.pass_(60)
    assert api.ping(token).status_code == 200


def test_what_is_not_there(api: Api) -> None:
    assert _problem(api.get("/v1/nothing")) == (404, "not_found")
    assert _problem(api.get("/v1/ping/")) == (404, "not_found")
    wrong = api.get("/v1/token")
    assert (_problem(wrong), wrong.headers["Allow"]) == ((405, "method_not_allowed"), "POST")


def test_the_request_s_id_comes_back(api: Api) -> None:
    answers = [api.get(path, headers={"X-Request-Id": "r-1"}) for path in ("/v1/ping", "/v1/nothing")]
    assert [answer.headers["X-Request-Id"] for answer in answers] == ["r-1", "r-1"]
    assert "X-Request-Id" not in api.get("/v1/ping").headers


@pytest.mark.parametrize(
    ("status", "code"), [(401, "invalid_token"), (429, "rate_limited"), (500, "internal"), (503, "unavailable")]
)
def test_faults_look_like_its_own_problems(api: Api, falcana: Falcana, status: int, code: str) -> None:
    token = api.token()
    falcana.faults.add(Fault(status=status))
    assert _problem(api.ping(token)) == (status, code)
    assert api.ping(token).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"nonsense": 1}, {"api_enabled": 1}, {"minute_limit": -1}, {"withheld": ["everything"]}, {"revoked": "x"}],
)
def test_switches_are_checked(falcana: Falcana, wrong: dict[str, object]) -> None:
    before = falcana.configure({})
    with pytest.raises(ValueError, match=next(iter(wrong))):
        falcana.configure({"retry_after": 1} | wrong)
    assert falcana.configure({}) == before


def test_the_pages_show_tenants_and_no_secret(api: Api, falcana: Falcana) -> None:
    token = api.token()
    page, state = api.get("/_sandbox/").text, api.get("/_sandbox/state.json")
    assert "Muster GmbH" in page
    assert "/v1/token" in page
    assert state.json()["tenants"]["muster-gmbh"] == {"name": "Muster GmbH", "client": "demo-client"}
    for secret in (token, DEMO.client_secret):
        assert secret not in page + state.text
    assert api.post("/_sandbox/reset").json() == {"reset": True}
    assert _problem(api.ping(token)) == (401, "invalid_token")
