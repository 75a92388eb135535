"""The sandbox Mailchimp refuses what Mailchimp refuses, in its words."""

import threading
from base64 import b64encode
from collections.abc import Callable

import pytest
import requests

from local.sandbox.faults import Fault
from local.sandbox.mailchimp import DEMO, OTHER, Mailchimp
from local.sandbox.mailchimp.members import subscriber
from local.sandbox.mailchimp.routes import ROUTES
from tests.local.sandbox.callers import Caller
from tests.local.sandbox.mailchimp.contract import FILE, mailchimp_checker

LIST = f"/3.0/lists/{DEMO.audience}"
ANN = "ann@school.example"
OF_LIST, OF_MEMBER = "/3.0/lists/{list_id}", "/3.0/lists/{list_id}/members/{subscriber_hash}"
OF_FIELD = "/3.0/lists/{list_id}/merge-fields/{merge_id}"
NEW = {"email_address": ANN, "status_if_new": "subscribed", "merge_fields": {"FNAME": "Ann"}, "language": "ja"}
SERVED: tuple[tuple[str, str, object], ...] = (
    ("GET", "/3.0/ping", None),
    ("GET", OF_LIST, None),
    (
        "POST",
        OF_LIST,
        {"members": [{"email_address": "a@school.example", "status": "pending"}], "update_existing": False},
    ),
    ("GET", f"{OF_LIST}/members", None),
    ("POST", f"{OF_LIST}/members", {"email_address": "b@school.example", "status": "transactional"}),
    ("PUT", OF_MEMBER, NEW),
    ("PATCH", OF_MEMBER, {"merge_fields": {"LNAME": "Ono"}}),
    ("GET", OF_MEMBER, None),
    ("DELETE", OF_MEMBER, None),
    ("POST", f"{OF_MEMBER}/actions/delete-permanent", None),
    ("GET", f"{OF_LIST}/merge-fields", None),
    ("POST", f"{OF_LIST}/merge-fields", {"tag": "USERNAME", "name": "アカウント名", "type": "text"}),
    ("GET", OF_FIELD, None),
    ("DELETE", OF_FIELD, None),
)


def _basic(user: str, key: str) -> str:
    return "Basic " + b64encode(f"{user}:{key}".encode()).decode()


def _title(answer: requests.Response) -> tuple[int, str]:
    body = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json; charset=utf-8"
    assert body.keys() >= {"type", "title", "status", "detail", "instance"}
    assert body["status"] == answer.status_code
    return answer.status_code, body["title"]


@pytest.mark.parametrize(
    "authorization", [f"Bearer {DEMO.api_key}", _basic("anystring", DEMO.api_key), _basic("", DEMO.api_key)]
)
def test_basic_with_any_user_or_bearer(caller: Callable[..., Caller], authorization: str) -> None:
    api = caller(authorization)
    assert api.get("/3.0/ping").json() == {"health_status": "Everything's Chimpy!"}
    for root in ("/3.0", "/3.0/"):
        assert (api.get(root).json()["account_id"], api.get(root).json()["account_name"]) == (
            "8d3a3db4d97663a9074efcc16",
            "Demo School",
        )


@pytest.mark.parametrize(
    ("authorization", "title"),
    [
        ("", "API Key Missing"),
        (_basic("anystring", ""), "API Key Missing"),
        ("Bearer nonsense", "API Key Invalid"),
        (f"Bearer {DEMO.api_key.partition('-')[0]}", "API Key Invalid"),
        (f"Bearer {DEMO.api_key.partition('-')[0]}-us6", "API Key Invalid"),
        (_basic(DEMO.api_key, "nonsense"), "API Key Invalid"),
    ],
)
def test_keys_that_are_none(caller: Callable[..., Caller], authorization: str, title: str) -> None:
    assert _title(caller(authorization).get("/3.0/ping")) == (401, title)


def test_a_key_is_good_in_its_own_data_centre_only(caller: Callable[..., Caller]) -> None:
    for keys, right, wrong in ((DEMO, "us21", "us6"), (OTHER, "us6", "us21")):
        assert caller(f"Bearer {keys.api_key}", f"https://{right}.api.mailchimp.com").get("/3.0/ping").ok
        answer = caller(f"Bearer {keys.api_key}", f"https://{wrong}.api.mailchimp.com").get("/3.0/ping")
        assert _title(answer) == (401, "API Key Invalid")
        assert answer.json()["detail"].endswith("the wrong datacenter.")


def test_an_audience_and_its_fields(api: Caller) -> None:
    assert api.get(LIST).json()["name"] == "受講者"
    assert api.get(LIST, params={"fields": "id,stats.member_count"}).json() == {
        "id": DEMO.audience,
        "stats": {"member_count": 0},
    }
    left = api.get(LIST, params={"exclude_fields": "contact,stats.member_count"}).json()
    assert "contact" not in left
    assert left["stats"].keys() == {"total_contacts", "unsubscribe_count", "cleaned_count", "merge_field_count"}
    assert _title(api.get(LIST, params={"fields": "nonsense"})) == (422, "Requested Fields Invalid")


def test_merge_fields_in_pages(api: Caller) -> None:
    whole = api.get(f"{LIST}/merge-fields").json()
    tags = [field["tag"] for field in whole["merge_fields"]]
    assert (tags, whole["total_items"]) == (["FNAME", "LNAME", "ADDRESS", "PHONE", "BIRTHDAY"], 5)
    page = api.get(f"{LIST}/merge-fields?count=2&offset=1&fields=merge_fields.tag").json()
    assert page == {"merge_fields": [{"tag": "LNAME"}, {"tag": "ADDRESS"}]}
    for wrong in ("count=1001", "count=x", "offset=-1"):
        answer = api.get(f"{LIST}/merge-fields?{wrong}")
        assert _title(answer) == (400, "Invalid Resource")
        assert [error["field"] for error in answer.json()["errors"]] == [wrong.partition("=")[0]]


@pytest.mark.parametrize(
    "path", [f"/3.0/lists/{OTHER.audience}", "/3.0/lists/nonsense/merge-fields", "/3.0/nonsense", "/2.0/ping"]
)
def test_what_is_not_there(api: Caller, path: str) -> None:
    assert _title(api.get(path)) == (404, "Resource Not Found")


def test_a_method_that_does_not_fit(api: Caller) -> None:
    answer = api.delete("/3.0/ping")
    assert _title(answer) == (405, "Method Not Allowed")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("switch", "path", "end"),
    [
        ({"withdrawn": [DEMO.api_key]}, "/3.0/ping", (401, "API Key Invalid")),
        ({"deactivated": True}, "/3.0/ping", (403, "User Disabled")),
        ({"deleted_audiences": [DEMO.audience]}, LIST, (404, "Resource Not Found")),
    ],
    ids=str,
)
def test_switches(api: Caller, switch: dict[str, object], path: str, end: tuple[int, str]) -> None:
    assert api.get(path).ok
    assert api.post("/_sandbox/settings", json=switch).ok
    assert _title(api.get(path)) == end
    api.post("/_sandbox/reset")
    assert api.get(path).ok


def test_ten_connections_at_once_and_key(mailchimp: Mailchimp, caller: Callable[..., Caller]) -> None:
    waiting, go = threading.Semaphore(0), threading.Event()

    def held(_: float) -> None:
        waiting.release()
        go.wait(10)

    mailchimp.sleep = held
    mailchimp.faults.add(Fault(kind="delay", times=10))
    ends: list[int] = []
    ping = lambda: ends.append(caller(f"Bearer {DEMO.api_key}").get("/3.0/ping").status_code)  # noqa: E731
    threads = [threading.Thread(target=ping) for _ in range(10)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert waiting.acquire(timeout=10)
    refused = caller(f"Bearer {DEMO.api_key}").get("/3.0/ping")
    assert _title(refused) == (429, "Too Many Requests")
    assert "Retry-After" not in refused.headers
    assert caller(f"Bearer {OTHER.api_key}").get("/3.0/ping").ok
    go.set()
    for thread in threads:
        thread.join(10)
    assert ends == [200] * 10
    assert caller(f"Bearer {DEMO.api_key}").get("/3.0/ping").ok


@pytest.mark.parametrize("wrong", [{"colour": "red"}, {"deactivated": 1}, {"connections": "ten"}], ids=str)
def test_a_switch_that_makes_no_sense_is_refused(api: Caller, wrong: dict[str, object]) -> None:
    assert api.post("/_sandbox/settings", json=wrong).status_code == 400


def test_pages_show_no_key(api: Caller) -> None:
    api.get("/3.0/ping")
    page = api.get("/_sandbox/").text
    assert "受講者" in page
    assert "/3.0/ping" in page
    assert DEMO.api_key not in page + api.get("/_sandbox/state.json").text


@pytest.mark.parametrize(
    ("status", "title"),
    [(401, "API Key Invalid"), (403, "Forbidden"), (429, "Too Many Requests"), (503, "Internal Server Error")],
)
def test_told_to_fail(api: Caller, status: int, title: str) -> None:
    api.post("/_sandbox/faults", json={"path": "/3.0/*", "status": status})
    assert _title(api.get("/3.0/ping")) == (status, title)


def test_every_served_operation_keeps_to_mailchimps_description(api: Caller) -> None:
    """Both ways, success and refusal; what is wrong also fails in the fixture."""
    checker = mailchimp_checker()
    if checker is None:
        assert not FILE.is_file()
        return
    before = dict(checker.checked)
    for method, path, body in SERVED:
        parts = {"list_id": DEMO.audience, "subscriber_hash": subscriber(ANN), "merge_id": "6"}
        assert api.request(method, path.format(**parts), json=body).ok, (method, path)
        api.request(method, path.format(**parts), json=body, headers={"authorization": ""})
        name = f"marketing.json {method} {path}"
        assert checker.checked[name] >= before.get(name, 0) + 2
    rules = {(method, _described(rule.rule)) for rule in ROUTES.iter_rules() for method in rule.methods or ()}
    served = {(method, path) for method, path, _ in SERVED}
    assert {one for one in rules if one[0] != "HEAD"} == {*served, ("GET", "/3.0")}  # the root is in no extract


def _described(rule: str) -> str:
    names = {"<audience>": "{list_id}", "<member>": "{subscriber_hash}", "<int:field>": "{merge_id}"}
    for ours, theirs in names.items():
        rule = rule.replace(ours, theirs)
    return rule
