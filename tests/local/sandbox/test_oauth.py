from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from local.sandbox.hubspot import App, HubSpot, demo_key
from local.sandbox.inprocess import WsgiAdapter
from tests.local.sandbox.conftest import BASE, OTHER, PORTAL, Api, Clock

SCOPES = "oauth crm.objects.contacts.read crm.objects.contacts.write"
BACK = "http://127.0.0.1:3000/oauth/hubspot/callback"
SECRETS = {"client_id": "renkei-demo-app", "client_secret": "renkei-demo-secret"}
LINK = {"client_id": "renkei-demo-app", "redirect_uri": BACK, "scope": SCOPES, "state": "s t/1"}
TOKEN = "/oauth/2026-09/token"
DETAILS = "/account-info/2026-09/details"
INFO = "/oauth/v2/private-apps/get/access-token-info"
VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def _press(nobody: Api, answer: str = "allow", portal: int = PORTAL, **more: str) -> dict[str, str]:
    form = {"answer": answer, "portal": str(portal)}
    response = nobody.post("/oauth/authorize", params=LINK | more, data=form, allow_redirects=False)
    assert response.status_code == 302
    assert response.headers["Location"].startswith(BACK + "?")
    return {name: found[0] for name, found in parse_qs(urlsplit(response.headers["Location"]).query).items()}


def _exchange(nobody: Api, code: str, **more: str) -> requests.Response:
    form = SECRETS | {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK} | more
    return nobody.post(TOKEN, data=form)


def _refresh(nobody: Api, token: str, **more: str) -> requests.Response:
    return nobody.post(TOKEN, data=SECRETS | {"grant_type": "refresh_token", "refresh_token": token} | more)


def _uses(nobody: Api, token: str) -> requests.Response:
    return nobody.get(DETAILS, headers={"Authorization": f"Bearer {token}"})


def test_the_consent_page_asks(nobody: Api) -> None:
    page = nobody.get("/oauth/authorize", params=LINK)
    assert page.status_code == 200
    for text in ("Renkei (demo)", "111111", "222222", "crm.objects.contacts.write", ">Allow<", ">Deny<"):
        assert text in page.text


def test_allow_gives_a_code_and_the_code_a_token(nobody: Api) -> None:
    answer = _press(nobody, portal=OTHER)
    assert answer["state"] == "s t/1"
    token = _exchange(nobody, answer["code"]).json()
    assert (token["hub_id"], token["expires_in"], token["token_type"]) == (OTHER, 1800, "bearer")
    assert set(token["scopes"]) == set(SCOPES.split())
    assert len(token["access_token"]) >= 512
    assert _uses(nobody, token["access_token"]).json()["portalId"] == OTHER


def test_deny_says_so(nobody: Api) -> None:
    answer = _press(nobody, "deny")
    assert (answer["error"], answer["state"]) == ("access_denied", "s t/1")
    assert "code" not in answer


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "somebody"},
        {"redirect_uri": "http://example.com/back"},
        {"redirect_uri": "nonsense"},
        {"scope": "oauth everything"},
        {"scope": "crm.objects.contacts.read"},
        {"scope": ""},
        {"scope": "crm.objects.contacts.read", "optional_scope": "oauth"},
        {"scope": "oauth", "optional_scope": "everything"},
        {"code_challenge": "x", "code_challenge_method": "plain"},
    ],
    ids=str,
)
def test_a_wrong_link_stays_with_hubspot(nobody: Api, wrong: dict[str, str]) -> None:
    for press in (nobody.get, nobody.post):
        response = press("/oauth/authorize", params=LINK | wrong, allow_redirects=False)
        assert response.status_code == 400
        assert "Location" not in response.headers


@pytest.mark.parametrize(
    ("scope", "named"),
    [("oauth everything nothing", "everything, nothing"), ("crm.objects.contacts.read", "oauth"), ("x", "oauth, x")],
)
def test_scopes_that_do_not_fit_the_app_are_named(nobody: Api, scope: str, named: str) -> None:
    page = nobody.get("/oauth/authorize", params=LINK | {"scope": scope})
    assert f"configuration: {named}." in page.text


@pytest.mark.parametrize("scopes", ["oauth", "oauth crm.objects.companies.read", SCOPES])
def test_a_link_may_ask_for_less_than_the_app_knows(nobody: Api, hubspot: HubSpot, scopes: str) -> None:
    answer = _press(nobody, scope=scopes)
    token = _exchange(nobody, answer["code"]).json()
    assert set(token["scopes"]) == set(scopes.split())
    told = nobody.post("/oauth/2026-09/token/introspect", data=SECRETS | {"token": token["access_token"]}).json()
    assert set(told["scopes"]) == set(scopes.split())


def test_agreeing_again_to_less_takes_nothing_away_until_the_app_is_taken_out(nobody: Api, hubspot: HubSpot) -> None:
    def granted() -> set[str]:
        return set(_exchange(nobody, _press(nobody, scope="oauth")["code"]).json()["scopes"])

    _exchange(nobody, _press(nobody)["code"])
    assert granted() == set(SCOPES.split())
    hubspot.uninstall(PORTAL)
    assert granted() == {"oauth"}


def test_registered_redirects_only_where_the_app_has_some(clock: Clock) -> None:
    app = App(redirect_urls=frozenset({"https://renkei.example/back"}))
    nobody = Api(WsgiAdapter(HubSpot(clock, app=app), "/hubspot"))
    assert nobody.get("/oauth/authorize", params=LINK).status_code == 400
    good = LINK | {"redirect_uri": "https://renkei.example/back"}
    assert nobody.get("/oauth/authorize", params=good).status_code == 200


def test_a_code_works_once_and_not_for_long(nobody: Api, clock: Clock) -> None:
    once = _press(nobody)["code"]
    assert _exchange(nobody, once).status_code == 200
    again = _exchange(nobody, once)
    assert (again.status_code, again.json()["error"], again.json()["status"]) == (400, "invalid_grant", "BAD_AUTH_CODE")
    late = _press(nobody)["code"]
    clock.pass_(61)
    assert _exchange(nobody, late).json()["status"] == "BAD_AUTH_CODE"


@pytest.mark.parametrize(
    ("wrong", "error", "status"),
    [
        ({"client_id": "x"}, "invalid_client", "BAD_CLIENT_ID"),
        ({"client_secret": "x"}, "invalid_client", "BAD_CLIENT_SECRET"),
        ({"redirect_uri": "https://x.example"}, "invalid_grant", "BAD_REDIRECT_URI"),
        ({"code_verifier": "x"}, "invalid_grant", "BAD_CODE_VERIFIER"),
        ({"grant_type": "password"}, "unsupported_grant_type", "BAD_GRANT_TYPE"),
    ],
)
def test_what_the_token_endpoint_refuses(nobody: Api, wrong: dict[str, str], error: str, status: str) -> None:
    code = _press(nobody, code_challenge=CHALLENGE, code_challenge_method="S256")["code"]
    body = _exchange(nobody, code, **({"code_verifier": VERIFIER} | wrong)).json()
    assert (body["error"], body["status"]) == (error, status)
    assert body["error_description"] == body["message"]


def test_pkce(nobody: Api) -> None:
    good = _press(nobody, code_challenge=CHALLENGE, code_challenge_method="S256")["code"]
    assert _exchange(nobody, good, code_verifier=VERIFIER).status_code == 200
    bare = _press(nobody, code_challenge=CHALLENGE, code_challenge_method="S256")["code"]
    assert _exchange(nobody, bare).json()["status"] == "BAD_CODE_VERIFIER"


def test_form_body_only(nobody: Api, hubspot: HubSpot) -> None:
    form = SECRETS | {"grant_type": "refresh_token", "refresh_token": hubspot.issue_token(PORTAL)[1]}
    assert nobody.post(TOKEN, params=form).json()["error"] == "invalid_request"
    assert nobody.post(TOKEN, json=form).json()["error"] == "invalid_request"


def test_an_access_token_ends_after_half_an_hour(nobody: Api, hubspot: HubSpot, clock: Clock) -> None:
    access, refresh = hubspot.issue_token(PORTAL)
    clock.pass_(1799)
    assert _uses(nobody, access).status_code == 200
    clock.pass_(1)
    refused = _uses(nobody, access)
    assert (refused.status_code, refused.json()["category"]) == (401, "INVALID_AUTHENTICATION")
    token = _refresh(nobody, refresh).json()
    assert token["refresh_token"] == refresh
    assert _uses(nobody, token["access_token"]).status_code == 200


def test_refresh_tokens_rotate_when_told(nobody: Api, hubspot: HubSpot) -> None:
    hubspot.configure({"rotate_refresh_tokens": True})
    refresh = hubspot.issue_token(PORTAL)[1]
    new = _refresh(nobody, refresh).json()["refresh_token"]
    assert new != refresh
    assert _refresh(nobody, refresh).json()["status"] == "BAD_REFRESH_TOKEN"
    assert _refresh(nobody, new).status_code == 200


def test_hub_id_is_left_out_when_told_and_found_by_introspection(nobody: Api, hubspot: HubSpot, clock: Clock) -> None:
    hubspot.configure({"omit_hub_id": True})
    token = _refresh(nobody, hubspot.issue_token(PORTAL)[1]).json()
    assert "hub_id" not in token
    clock.pass_(100)
    found = nobody.post(f"{TOKEN}/introspect", data=SECRETS | {"token": token["access_token"]}).json()
    assert (found["active"], found["hub_id"], found["expires_in"]) == (True, PORTAL, 1700)
    unknown = nobody.post(f"{TOKEN}/introspect", data=SECRETS | {"token": "x"})
    assert unknown.json() == {"active": False}
    stranger = {"client_id": "x", "client_secret": "y", "token": "z"}
    assert nobody.post(f"{TOKEN}/introspect", data=stranger).status_code == 400


def test_revoked_refresh_tokens_end_and_access_tokens_live_on(nobody: Api, hubspot: HubSpot) -> None:
    access, refresh = hubspot.issue_token(PORTAL)
    assert nobody.post(f"{TOKEN}/revoke", data=SECRETS | {"token": refresh}).status_code == 200
    assert _refresh(nobody, refresh).json()["error"] == "invalid_grant"
    assert _uses(nobody, access).status_code == 200
    assert nobody.post(f"{TOKEN}/revoke", data={"token": access}).status_code == 400


def test_a_portal_s_admin_can_be_played_over_http(nobody: Api, hubspot: HubSpot) -> None:
    kept, lost = hubspot.issue_token(PORTAL)[0], hubspot.issue_token(OTHER)[0]
    wrongs: tuple[object, ...] = (1, "1", [], True)
    for wrong in wrongs:
        assert nobody.post("/_sandbox/settings", json={"uninstall": wrong}).status_code == 400
    told = nobody.post("/_sandbox/settings", json={"uninstall": OTHER, "burst_limit": 5}).json()
    assert told["burst_limit"] == 5
    assert "uninstall" not in told
    assert [hubspot.tokens.allows(token, hubspot.clock()) is not None for token in (kept, lost)] == [True, False]


def test_uninstalling_ends_everything_in_this_portal_only(nobody: Api, hubspot: HubSpot) -> None:
    access, refresh = hubspot.issue_token(PORTAL)
    other = hubspot.issue_token(OTHER)[0]
    headers = {"Authorization": f"Bearer {access}"}
    assert nobody.delete("/appinstalls/2026-09/external-install", headers=headers).status_code == 204
    assert _uses(nobody, access).status_code == 401
    assert _refresh(nobody, refresh).json()["status"] == "BAD_REFRESH_TOKEN"
    assert _uses(nobody, other).status_code == 200
    hubspot.uninstall(OTHER)
    assert _uses(nobody, other).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/crm/objects/2026-09/contacts", "crm.objects.contacts.read"),
        ("POST", "/crm/objects/2026-09/companies", "crm.objects.companies.write"),
        ("POST", "/crm/objects/2026-09/companies/search", "crm.objects.companies.read"),
        ("POST", "/crm/objects/2026-09/meetings", "crm.objects.contacts.write"),
        ("GET", "/crm/owners/2026-09", "crm.objects.owners.read"),
        ("POST", "/crm/properties/2026-09/companies", "crm.schemas.companies.write"),
        ("GET", DETAILS, "oauth"),
    ],
)
def test_scopes_are_needed(nobody: Api, hubspot: HubSpot, method: str, path: str, scope: str) -> None:
    everything = hubspot.app.required_scopes | hubspot.app.optional_scopes
    access = hubspot.issue_token(PORTAL, everything - {scope})[0]
    response = nobody.request(method, path, json={}, headers={"Authorization": f"Bearer {access}"})
    assert (response.status_code, response.json()["category"]) == (403, "MISSING_SCOPES")
    assert scope in response.json()["errors"][0]["context"]["requiredGranularScopes"]


def test_without_a_token(nobody: Api) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}):
        assert nobody.get(DETAILS, headers=headers).status_code == 401
    assert nobody.get(BASE + "/nothing/here").status_code == 404


def test_a_key_may_what_it_was_made_for_until_it_is_deleted(nobody: Api, hubspot: HubSpot) -> None:
    key = hubspot.issue_key(OTHER, {"crm.objects.contacts.read"})
    shown = {"Authorization": f"Bearer {key}"}
    told = nobody.post(INFO, json={"tokenKey": key}, headers=shown).json()
    assert (told["hubId"], told["scopes"]) == (OTHER, ["crm.objects.contacts.read"])
    assert _uses(nobody, key).json()["portalId"] == OTHER
    assert nobody.get("/crm/objects/2026-09/contacts", headers=shown).status_code == 200
    for method, path in (
        ("POST", "/crm/objects/2026-09/contacts"),
        ("DELETE", "/appinstalls/2026-09/external-install"),
    ):
        assert nobody.request(method, path, headers=shown, json={"properties": {}}).status_code == 403
    # The app that is taken out takes no key with it, and what the app is told of needs the app.
    hubspot.uninstall(OTHER)
    hubspot.seed(OTHER, "contacts", {"email": "a@example.com"})
    assert hubspot.take_events() == []
    assert _uses(nobody, key).status_code == 200
    hubspot.configure({"drop_keys": OTHER})
    assert _uses(nobody, key).status_code == 401
    assert nobody.post(INFO, json={"tokenKey": key}).status_code == 404
    assert _uses(nobody, demo_key(PORTAL)).json()["portalId"] == PORTAL


def test_not_every_key_says_what_it_may(nobody: Api, hubspot: HubSpot) -> None:
    hubspot.configure({"key_info": False})
    assert nobody.post(INFO, json={"tokenKey": demo_key(PORTAL)}).status_code == 404
    with pytest.raises(ValueError, match="no such portal"):
        hubspot.configure({"drop_keys": 1})
