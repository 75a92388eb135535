import hmac
from base64 import b64encode
from datetime import timedelta

import pytest

from local.sandbox.faults import Fault
from local.sandbox.salesforce import DEMO, App, Salesforce
from local.sandbox.salesforce.errors import BEING_PROCESSED
from tests.local.sandbox.conftest import Clock
from tests.local.sandbox.salesforce.conftest import BASE, FIRMA, KAISHA, LINK, TESTS, Api

DAY = 24 * 3600.0
OVER = ("invalid_grant", "expired access/refresh token")


def _refused(response: object) -> tuple[str, str]:
    assert getattr(response, "status_code") == 400  # noqa: B009 - any answer
    body = response.json()  # type: ignore[attr-defined]
    assert set(body) == {"error", "error_description"}
    return body["error"], body["error_description"]


def test_the_consent_page(api: Api) -> None:
    page = api.get("/services/oauth2/authorize", params=LINK)
    assert page.status_code == 200
    for text in ("Renkei (demo)", KAISHA.id, FIRMA.id, "refresh_token", ">Allow<", ">Deny<"):
        assert text in page.text


def test_allow_gives_a_code_and_the_code_a_token(api: Api, clock: Clock) -> None:
    answer = api.press(org=FIRMA.id)
    assert answer["state"] == "s t/1"
    token = api.exchange(answer["code"]).json()
    assert "expires_in" not in token
    assert token["token_type"] == "Bearer"
    assert token["scope"].split() == ["api", "refresh_token"]
    assert token["instance_url"] == BASE
    assert token["id"] == f"{BASE}/id/{FIRMA.id}/{FIRMA.user.id}"
    assert token["access_token"].startswith(FIRMA.id[:15] + "!")
    assert token["issued_at"] == str(int(clock.now.timestamp() * 1000))
    signed = hmac.digest(DEMO.client_secret.encode(), (token["id"] + token["issued_at"]).encode(), "sha256")
    assert token["signature"] == b64encode(signed).decode()
    assert api.uses(token["access_token"]).status_code == 200
    assert api.refresh(token["refresh_token"]).status_code == 200


def test_deny_says_so(api: Api) -> None:
    answer = api.press("deny")
    assert (answer["error"], answer["state"]) == ("access_denied", "s t/1")
    assert "code" not in answer


@pytest.mark.parametrize("wrong", [{"client_id": "x"}, {"redirect_uri": "http://evil.example/"}, {"redirect_uri": "x"}])
def test_a_wrong_link_stays_with_salesforce(api: Api, wrong: dict[str, str]) -> None:
    for press in (api.get, api.post):
        response = press("/services/oauth2/authorize", params=LINK | wrong)
        assert response.status_code == 400
        assert "Location" not in response.headers


def test_registered_redirects_only_where_the_app_has_some(clock: Clock) -> None:
    api = Api(Salesforce(clock, app=App(redirect_urls=frozenset({"https://renkei.example/back"}))))
    assert api.get("/services/oauth2/authorize", params=LINK).status_code == 400
    good = LINK | {"redirect_uri": "https://renkei.example/back"}
    assert api.get("/services/oauth2/authorize", params=good).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "full"}, "invalid_scope"),
        ({"scope": "api web"}, "invalid_scope"),
    ],
)
def test_what_sends_the_browser_back_with_an_error(api: Api, wrong: dict[str, str], error: str) -> None:
    answer = api.press(**wrong)
    assert (answer["error"], answer["state"]) == (error, "s t/1")
    assert "code" not in answer


def test_an_unknown_org_cannot_be_chosen(api: Api) -> None:
    form = {"answer": "allow", "org": "00D000000000000AAA"}
    assert api.post("/services/oauth2/authorize", params=LINK, data=form).status_code == 400


def test_each_login_host_has_its_own_orgs(api: Api) -> None:
    login, test, own = ("https://" + host for host in ("login.salesforce.com", "test.salesforce.com", TESTS.host))
    pages = {at: api.get(f"{at}/services/oauth2/authorize", params=LINK).text for at in (login, test, own)}
    assert [KAISHA.id in page for page in pages.values()] == [True, False, False]
    assert [TESTS.id in page for page in pages.values()] == [False, True, True]
    token = api.exchange(api.press(org=TESTS.id, at=test)["code"], at=test).json()
    assert token["instance_url"] == f"https://{TESTS.host}"
    assert token["id"].startswith(f"{test}/id/{TESTS.id}/")
    code = api.press(org=TESTS.id, at=test)["code"]
    assert _refused(api.exchange(code, at=login)) == ("invalid_grant", "expired authorization code")
    assert _refused(api.refresh(token["refresh_token"], at=login)) == OVER


def test_a_session_works_at_its_own_host_only(api: Api, salesforce: Salesforce) -> None:
    headers = {"Authorization": f"Bearer {salesforce.issue_token(KAISHA.id)[0]}"}
    path = "/services/data/v67.0/limits"
    assert api.get(f"https://{KAISHA.host}{path}", headers=headers).status_code == 200
    for host in (FIRMA.host, "login.salesforce.com"):
        assert api.get(f"https://{host}{path}", headers=headers).status_code == 401


def test_a_code_works_once_and_for_a_quarter_of_an_hour(api: Api, clock: Clock) -> None:
    once = api.press()["code"]
    assert api.exchange(once).status_code == 200
    assert _refused(api.exchange(once)) == ("invalid_grant", "expired authorization code")
    late = api.press()["code"]
    clock.pass_(901)
    assert _refused(api.exchange(late)) == ("invalid_grant", "expired authorization code")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"client_id": "x"}, "invalid_client_id"),
        ({"client_secret": "x"}, "invalid_client"),
        ({"client_secret": ""}, "invalid_client"),
        ({"redirect_uri": "https://x.example"}, "redirect_uri_mismatch"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"code_verifier": "w" * 43}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_what_the_token_endpoint_refuses(api: Api, wrong: dict[str, str], error: str) -> None:
    assert _refused(api.exchange(api.press()["code"], **wrong))[0] == error


def test_credentials_by_basic_but_not_in_the_query(api: Api, salesforce: Salesforce) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": salesforce.issue_token()[1]}
    secrets = {"client_id": DEMO.client_id, "client_secret": DEMO.client_secret}
    assert _refused(api.post("/services/oauth2/token", params=secrets, data=form))[0] == "invalid_client_id"
    assert api.post("/services/oauth2/token", auth=(DEMO.client_id, DEMO.client_secret), data=form).status_code == 200


def test_refresh_tokens_work_once(api: Api, salesforce: Salesforce) -> None:
    first = salesforce.issue_token()[1]
    answer = api.refresh(first).json()
    assert answer["refresh_token"] != first
    assert api.uses(answer["access_token"]).status_code == 200
    assert api.refresh(answer["refresh_token"]).status_code == 200


def test_reuse_of_an_old_refresh_token_ends_everything_of_that_consent(api: Api, salesforce: Salesforce) -> None:
    access, first = salesforce.issue_token()
    other = salesforce.issue_token()
    answer = api.refresh(first).json()
    assert _refused(api.refresh(first)) == OVER
    assert _refused(api.refresh(answer["refresh_token"])) == OVER
    for ended in (access, answer["access_token"]):
        assert api.uses(ended).status_code == 401
    assert api.uses(other[0]).status_code == 200
    assert api.refresh(other[1]).status_code == 200


def test_without_rotation_a_refresh_answers_no_refresh_token(api: Api, salesforce: Salesforce) -> None:
    salesforce.configure({"rotate_refresh_tokens": False})
    refresh = salesforce.issue_token()[1]
    for _ in range(2):
        answer = api.refresh(refresh)
        assert answer.status_code == 200
        assert "refresh_token" not in answer.json()


def test_thirty_idle_days_end_a_refresh_token(api: Api, salesforce: Salesforce, clock: Clock) -> None:
    refresh = salesforce.issue_token()[1]
    for _ in range(3):
        clock.pass_(29 * DAY)
        refresh = api.refresh(refresh).json()["refresh_token"]
    clock.pass_(30 * DAY + 1)
    assert _refused(api.refresh(refresh)) == OVER
    clock.pass_(-DAY)
    assert _refused(api.refresh(refresh)) == OVER


def test_a_session_ends_after_two_idle_hours(api: Api, salesforce: Salesforce, clock: Clock) -> None:
    access, idle = salesforce.issue_token()[0], salesforce.issue_token()[0]
    for _ in range(3):
        clock.pass_(3601)
        assert api.uses(access).status_code == 200
    assert api.uses(idle).status_code == 401
    clock.pass_(3000)
    assert api.uses(access).status_code == 200  # in the first half of its life use is not noted
    clock.pass_(4200)
    refused = api.uses(access)
    assert refused.status_code == 401
    assert refused.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_the_sixth_consent_silently_drops_the_oldest_refresh_token(api: Api, salesforce: Salesforce) -> None:
    made = [salesforce.issue_token() for _ in range(6)]
    elsewhere = salesforce.issue_token(FIRMA.id)
    assert api.uses(made[0][0]).status_code == 200
    assert _refused(api.refresh(made[0][1])) == OVER
    assert [api.refresh(refresh).status_code for _, refresh in (*made[1:], elsewhere)] == [200] * 6


def test_without_the_scope_there_is_no_refresh_token(api: Api) -> None:
    token = api.exchange(api.press(scope="api")["code"]).json()
    assert "refresh_token" not in token
    assert token["scope"] == "api"
    alias = api.exchange(api.press(scope="api offline_access")["code"]).json()
    assert alias["scope"].split() == ["api", "refresh_token"]
    assert alias["refresh_token"]


def test_a_deactivated_user_has_no_access_of_any_kind(api: Api, salesforce: Salesforce) -> None:
    access, refresh = salesforce.issue_token()
    salesforce.configure({"user_active": False})
    assert api.uses(access).status_code == 401
    assert _refused(api.refresh(refresh)) == ("invalid_grant", "authentication failure")
    assert _refused(api.exchange(api.press()["code"])) == ("invalid_grant", "authentication failure")


def test_revoking_a_refresh_token_ends_its_sessions(api: Api, salesforce: Salesforce) -> None:
    access, refresh = salesforce.issue_token()
    other = salesforce.issue_token()[0]
    response = api.post("/services/oauth2/revoke", data={"token": refresh})
    assert (response.status_code, response.content) == (200, b"")
    assert api.uses(access).status_code == 401
    assert _refused(api.refresh(refresh)) == OVER
    assert api.uses(other).status_code == 200


def test_revoking_an_access_token_ends_only_that(api: Api, salesforce: Salesforce) -> None:
    access, refresh = salesforce.issue_token()
    assert api.post("/services/oauth2/revoke", data={"token": access}).status_code == 200
    assert api.uses(access).status_code == 401
    assert api.refresh(refresh).status_code == 200
    assert _refused(api.post("/services/oauth2/revoke", data={"token": access}))[0] == "invalid_token"
    assert _refused(api.post("/services/oauth2/revoke"))[0] == "unsupported_token_type"


def test_an_admin_revokes_the_app_in_one_org(api: Api, salesforce: Salesforce) -> None:
    access, refresh = salesforce.issue_token()
    other = salesforce.issue_token(FIRMA.id)
    code = api.press()["code"]
    salesforce.revoke()
    assert api.uses(access).status_code == 401
    assert _refused(api.refresh(refresh)) == OVER
    assert _refused(api.exchange(code))[0] == "invalid_grant"
    assert salesforce.living() == (0, 0)
    assert (api.uses(other[0]).status_code, api.refresh(other[1]).status_code) == (200, 200)


def test_an_org_s_admin_can_be_played_over_http(api: Api, salesforce: Salesforce) -> None:
    kept, lost = salesforce.issue_token(KAISHA.id)[0], salesforce.issue_token(FIRMA.id)[0]
    wrongs: tuple[object, ...] = ("x", 1, [])
    for wrong in wrongs:
        assert api.post("/_sandbox/settings", json={"revoke": wrong}).status_code == 400
    told = api.post("/_sandbox/settings", json={"revoke": FIRMA.id, "daily_limit": 5}).json()
    assert told["daily_limit"] == 5
    assert "revoke" not in told
    assert [api.uses(token).status_code for token in (kept, lost)] == [200, 401]


def test_who_the_user_is(api: Api, salesforce: Salesforce, clock: Clock) -> None:
    path = "/services/oauth2/userinfo"
    access = salesforce.issue_token(FIRMA.id, frozenset({"api"}))[0]
    found = api.uses(access, path).json()
    assert (found["organization_id"], found["user_id"]) == (FIRMA.id, FIRMA.user.id)
    assert (found["name"], found["preferred_username"]) == ("Erika Muster", "admin@firma-two.example")
    assert (api.get(path).status_code, api.get(path).text) == (403, "Missing_OAuth_Token")
    clock.pass_(timedelta(hours=2).total_seconds())
    refused = api.uses(access, path)
    assert (refused.status_code, refused.text) == (403, "Bad_OAuth_Token")


def test_the_token_answer_may_name_another_host(api: Api, salesforce: Salesforce) -> None:
    salesforce.configure({"instance_url": "https://evil.example"})
    assert api.refresh(salesforce.issue_token()[1]).json()["instance_url"] == "https://evil.example"


def test_a_second_refresh_while_one_is_under_way_is_a_fault_plan(api: Api, salesforce: Salesforce) -> None:
    refresh = salesforce.issue_token()[1]
    salesforce.faults.add(Fault(path="/services/oauth2/token", status=400, body=BEING_PROCESSED))
    assert _refused(api.refresh(refresh)) == ("invalid_grant", "token request is already being processed")
    assert api.refresh(refresh).status_code == 200


def test_reset_forgets_tokens_and_switches(api: Api, salesforce: Salesforce) -> None:
    access = salesforce.issue_token()[0]
    salesforce.configure({"api_enabled": False})
    salesforce.reset()
    assert api.uses(access).status_code == 401
    assert salesforce.settings.api_enabled
