"""The sandbox Calendly is as strict as Calendly's documentation and its error messages say."""

from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from local.sandbox.calendly import DEMO, MEMBER, OTHER, Calendly
from local.sandbox.calendly.accounts import SCOPES, User
from tests.local.sandbox.callers import Caller
from tests.local.sandbox.conftest import Clock

ADDRESS = "http://127.0.0.1:3001/calendly"
SUBSCRIPTIONS = "/webhook_subscriptions"
HOOK = "https://renkei.example.com/webhooks/calendly/demo"


@pytest.fixture
def calendly(clock: Clock) -> Calendly:
    return Calendly(clock)


@pytest.fixture
def api(calendly: Calendly) -> Caller:
    return of(calendly, DEMO)


def of(calendly: Calendly, user: User) -> Caller:
    return Caller(calendly, ADDRESS, authorization=f"Bearer {user.token}")


def wanted(caller: User = DEMO, /, **changes: object) -> dict[str, object]:
    """As in the documentation's example."""
    body = {"url": HOOK, "events": ["invitee.created", "invitee.canceled"], "organization": caller.organization}
    told = body | {"scope": "organization", "signing_key": "5mEzn9C-I28UtwOjZJtFoob0sAAFZ95GbZkqj4y3i0I"} | changes
    return {name: value for name, value in told.items() if value is not None}


def listed(api: Caller, caller: User = DEMO, scope: str = "organization", /, **more: object) -> requests.Response:
    query = {"organization": caller.organization, "scope": scope, **more}
    return api.get(SUBSCRIPTIONS, params={name: str(value) for name, value in query.items()})


def refusal(answer: requests.Response) -> tuple[int, str, str]:
    body: Any = answer.json()
    return answer.status_code, body["title"], body["message"]


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer none"}, {"authorization": DEMO.token}], ids=str)
def test_tokens_that_are_none(calendly: Calendly, headers: dict[str, str]) -> None:
    for path in ("/users/me", SUBSCRIPTIONS):
        told = (401, "Unauthenticated", "The access token is invalid")
        assert refusal(Caller(calendly, ADDRESS, **headers).get(path)) == told


def test_who_a_token_is(api: Caller) -> None:
    me = api.get("/users/me").json()["resource"]
    assert (me["uri"], me["current_organization"]) == (DEMO.uri, DEMO.organization)
    assert me["uri"].startswith("https://api.calendly.com/users/")
    assert (me["resource_type"], me["email"]) == ("User", DEMO.email)


def test_a_subscription_is_made_seen_and_deleted(api: Caller, calendly: Calendly) -> None:
    answer = api.post(SUBSCRIPTIONS, json=wanted())
    assert answer.status_code == 201
    made = answer.json()["resource"]
    assert made | {"uri": ""} == {
        "uri": "",
        "callback_url": HOOK,
        "created_at": "2026-11-22T01:02:03.456000Z",
        "updated_at": "2026-11-22T01:02:03.456000Z",
        "retry_started_at": None,
        "state": "active",
        "events": ["invitee.created", "invitee.canceled"],
        "scope": "organization",
        "organization": DEMO.organization,
        "user": None,
        "group": None,
        "creator": DEMO.uri,
    }
    path = made["uri"].removeprefix("https://api.calendly.com")
    assert api.get(path).json() == {"resource": made}
    assert listed(api).json()["collection"] == [made]
    (kept,) = calendly.subscriptions.values()
    assert kept.signing_key == wanted()["signing_key"]
    gone = api.delete(path)
    assert (gone.status_code, gone.content) == (204, b"")
    for answer in (api.get(path), api.delete(path)):
        message = "The server could not find the requested resource."
        assert refusal(answer) == (404, "Resource Not Found", message)


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"url": None}, "url"),
        ({"url": "renkei"}, "url"),
        ({"url": "ftp://renkei.example.com"}, "url"),
        ({"events": None}, "events"),
        ({"events": []}, "events"),
        ({"events": ["invitee.cancelled"]}, "events"),
        ({"organization": None}, "organization"),
        ({"scope": None}, "scope"),
        ({"scope": "team"}, "scope"),
        ({"scope": "user"}, "user"),
        ({"signing_key": 5}, "signing_key"),
        ({"scope": "user", "user": DEMO.uri, "events": ["routing_form_submission.created"]}, "events"),
    ],
)
def test_arguments_that_are_wrong(api: Caller, calendly: Calendly, changes: dict[str, object], parameter: str) -> None:
    answer = api.post(SUBSCRIPTIONS, json=wanted(**changes))
    assert refusal(answer) == (400, "Invalid Argument", "The supplied parameters are invalid.")
    assert [detail["parameter"] for detail in answer.json()["details"]] == [parameter]
    assert calendly.subscriptions == {}


@pytest.mark.parametrize("body", ["", "[]", "{"])
def test_a_body_that_is_no_object(api: Caller, body: str) -> None:
    assert api.post(SUBSCRIPTIONS, data=body).status_code == 400


def test_an_address_can_be_subscribed_once(api: Caller, calendly: Calendly) -> None:
    assert api.post(SUBSCRIPTIONS, json=wanted()).status_code == 201
    again = (409, "Already Exists", "Hook with this url already exists")
    assert refusal(api.post(SUBSCRIPTIONS, json=wanted(events=["invitee.created"]))) == again
    assert refusal(api.post(SUBSCRIPTIONS, json=wanted(scope="user", user=DEMO.uri))) == again
    assert api.post(SUBSCRIPTIONS, json=wanted(url=f"{HOOK}-2")).status_code == 201
    assert of(calendly, OTHER).post(SUBSCRIPTIONS, json=wanted(OTHER)).status_code == 201


def test_a_disabled_one_stays_so_and_in_the_way(api: Caller, calendly: Calendly) -> None:
    api.post(SUBSCRIPTIONS, json=wanted())
    calendly.disable(HOOK)
    (shown,) = listed(api).json()["collection"]
    assert (shown["state"], shown["retry_started_at"]) == ("disabled", "2026-11-21T01:02:03.456000Z")
    assert api.post(SUBSCRIPTIONS, json=wanted()).status_code == 409


def test_only_owners_and_admins_act_for_the_organization(calendly: Calendly) -> None:
    member = of(calendly, MEMBER)
    denied = (403, "Permission Denied", "You do not have permission")
    assert refusal(member.post(SUBSCRIPTIONS, json=wanted(MEMBER))) == denied
    assert refusal(listed(member, MEMBER)) == denied
    assert refusal(member.post(SUBSCRIPTIONS, json=wanted(MEMBER, scope="user", user=DEMO.uri))) == denied
    made = member.post(SUBSCRIPTIONS, json=wanted(MEMBER, scope="user", user=MEMBER.uri)).json()["resource"]
    assert (made["scope"], made["user"]) == ("user", MEMBER.uri)
    assert listed(member, MEMBER, "user", user=MEMBER.uri).json()["collection"] == [made]
    assert listed(member, MEMBER, "user").status_code == 400
    assert listed(of(calendly, DEMO)).json()["collection"] == []


def test_organizations_stay_apart(api: Caller, calendly: Calendly) -> None:
    path = api.post(SUBSCRIPTIONS, json=wanted()).json()["resource"]["uri"].removeprefix("https://api.calendly.com")
    other = of(calendly, OTHER)
    assert (other.get(path).status_code, other.delete(path).status_code) == (404, 404)
    assert listed(other, DEMO).status_code == 403
    assert api.post(SUBSCRIPTIONS, json=wanted(OTHER)).status_code == 403


def test_a_member_leaves_the_organizations_alone(api: Caller, calendly: Calendly) -> None:
    path = api.post(SUBSCRIPTIONS, json=wanted()).json()["resource"]["uri"].removeprefix("https://api.calendly.com")
    assert of(calendly, MEMBER).delete(path).status_code == 403
    assert len(calendly.subscriptions) == 1


def test_a_list_comes_in_pages(api: Caller) -> None:
    for number in range(5):
        api.post(SUBSCRIPTIONS, json=wanted(url=f"{HOOK}-{number}"))
    seen: list[str] = []
    token: str | None = ""
    while token is not None:
        more: dict[str, object] = {"page_token": token} if token else {}
        page = listed(api, count=2, **more).json()
        seen += [one["callback_url"] for one in page["collection"]]
        token = page["pagination"]["next_page_token"]
        assert page["pagination"]["count"] == len(page["collection"])
        assert (page["pagination"]["next_page"] or "https://api.calendly.com/").startswith("https://api.calendly.com/")
    assert seen == [f"{HOOK}-{number}" for number in range(5)]
    wrong: list[dict[str, object]] = [{"count": 0}, {"count": 101}, {"page_token": "none"}]
    assert [listed(api, **each).status_code for each in wrong] == [400, 400, 400]


@pytest.mark.parametrize(
    ("lacking", "call"),
    [
        ("users:read", "me"),
        ("webhooks:read", "list"),
        ("webhooks:write", "create"),
        ("scheduled_events:read", "create"),
    ],
)
def test_a_token_that_was_made_for_less(api: Caller, calendly: Calendly, lacking: str, call: str) -> None:
    calendly.configure({"scopes": sorted(SCOPES - {lacking})})
    calls = {
        "me": lambda: api.get("/users/me"),
        "list": lambda: listed(api),
        "create": lambda: api.post(SUBSCRIPTIONS, json=wanted()),
    }
    answer = calls[call]()
    assert refusal(answer)[:2] == (403, "Insufficient scope")
    assert answer.json()["required_scopes"] == [lacking]


def test_a_plan_without_webhooks(api: Caller, calendly: Calendly) -> None:
    calendly.configure({"webhooks_in_plan": False})
    told = (403, "Permission Denied", "Please upgrade to a paid Calendly account.")
    assert refusal(api.post(SUBSCRIPTIONS, json=wanted())) == told


def test_so_many_calls_a_minute_and_user(api: Caller, calendly: Calendly, clock: Clock) -> None:
    calendly.configure({"minute_limit": 2})
    headers = [api.get("/users/me").headers for _ in range(2)]
    assert [one["X-RateLimit-Remaining"] for one in headers] == ["1", "0"]
    clock.pass_(20)
    refused = api.get("/users/me")
    assert (refused.status_code, refused.headers["X-RateLimit-Limit"]) == (429, "2")
    assert refused.headers["X-RateLimit-Reset"] == "40"
    assert of(calendly, MEMBER).get("/users/me").status_code == 200
    clock.pass_(40)
    assert api.get("/users/me").status_code == 200


def test_what_is_not_there(api: Caller) -> None:
    assert api.get("/nonsense").status_code == 404
    assert api.put(SUBSCRIPTIONS).status_code == 405


def test_a_revoked_token(api: Caller, calendly: Calendly) -> None:
    calendly.configure({"revoked": [DEMO.token]})
    assert api.get("/users/me").status_code == 401


@pytest.mark.parametrize("wrong", [{"colour": "red"}, {"scopes": ["fly"]}, {"webhooks_in_plan": "no"}], ids=str)
def test_a_switch_that_makes_no_sense_is_refused(api: Caller, wrong: dict[str, object]) -> None:
    assert api.post("/_sandbox/settings", json=wrong).status_code == 400


def test_pages_show_no_secret(api: Caller, clock: Clock) -> None:
    clock.now = datetime(2026, 11, 22, tzinfo=UTC)
    api.post(SUBSCRIPTIONS, json=wanted(url=f"{HOOK}?<b>"))
    page, state = api.get("/_sandbox/").text, api.get("/_sandbox/state.json").text
    assert "&lt;b&gt;" in page
    assert HOOK in state
    assert not [secret for secret in (DEMO.token, wanted()["signing_key"]) if str(secret) in page + state]
    assert api.post("/_sandbox/reset").json() == {"reset": True}
    assert listed(api).json()["collection"] == []


@pytest.mark.parametrize(("status", "title"), [(429, "Too Many Requests"), (503, "Internal Server Error")])
def test_told_to_fail(api: Caller, status: int, title: str) -> None:
    api.post("/_sandbox/faults", json={"path": "/users/*", "status": status})
    assert refusal(api.get("/users/me"))[:2] == (status, title)
