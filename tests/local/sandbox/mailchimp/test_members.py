"""The sandbox Mailchimp's members: keys, consent, the archive, and what is forgotten."""

from typing import Any

import pytest
import requests

from local.sandbox.mailchimp import DEMO, OTHER, Mailchimp
from local.sandbox.mailchimp.members import subscriber
from tests.local.sandbox.callers import Caller

LIST = f"/3.0/lists/{DEMO.audience}"
MEMBERS = f"{LIST}/members"
ANN, BEN = "Ann.Ono@School.example", "ben@school.example"


def _at(email: str) -> str:
    return f"{MEMBERS}/{subscriber(email)}"


def _new(email: str, if_new: str = "transactional", **more: object) -> dict[str, object]:
    return {"email_address": email, "status_if_new": if_new, **more}


def _told(answer: requests.Response) -> tuple[int, str, str]:
    body = answer.json()
    return answer.status_code, body["title"], body["detail"]


def _seed(mailchimp: Mailchimp, email: str, status: Any = "subscribed", **fields: str) -> str:
    return mailchimp.seed(DEMO.api_key, DEMO.audience, email, status, fields)


def test_put_makes_and_then_changes_without_a_word_on_consent(api: Caller, mailchimp: Mailchimp) -> None:
    made = api.put(_at(ANN), json=_new(ANN, "pending", merge_fields={"FNAME": "Ann"}, language="ja")).json()
    assert (made["id"], made["email_address"], made["status"]) == (subscriber(ANN.lower()), ANN, "pending")
    assert (made["merge_fields"]["FNAME"], made["merge_fields"]["LNAME"], made["language"]) == ("Ann", "", "ja")
    again = api.put(_at(ANN), json=_new(ANN, "subscribed", merge_fields={"LNAME": "Ono"})).json()
    assert (again["contact_id"], again["web_id"]) == (made["contact_id"], made["web_id"])
    assert (again["status"], again["full_name"], again["language"]) == ("pending", "Ann Ono", "ja")
    mailchimp.unsubscribe(ANN)
    still = api.put(_at(ANN), json=_new(ANN, "subscribed", merge_fields={"LNAME": ""}, language="")).json()
    assert (still["status"], still["full_name"], still["language"]) == ("unsubscribed", "Ann", "")


def test_a_member_is_found_by_hash_address_and_contact_id(api: Caller, mailchimp: Mailchimp) -> None:
    contact = _seed(mailchimp, ANN)
    for key in (subscriber(ANN), ANN, ANN.upper(), contact):
        assert api.get(f"{MEMBERS}/{key}", params={"fields": "contact_id"}).json() == {"contact_id": contact}
        assert api.patch(f"{MEMBERS}/{key}", json={"merge_fields": {"FNAME": key}}).ok
    assert mailchimp.state()["members"][0]["merge_fields"]["FNAME"] == contact  # type: ignore[index]
    for key in (subscriber(BEN), BEN, "0" * 32):
        assert _told(api.get(f"{MEMBERS}/{key}"))[:2] == (404, "Resource Not Found")
        assert _told(api.patch(f"{MEMBERS}/{key}", json={}))[:2] == (404, "Resource Not Found")
    assert mailchimp.state(OTHER.api_key, OTHER.audience)["members"] == []


def test_an_address_changes_unless_somebody_has_it(api: Caller, mailchimp: Mailchimp) -> None:
    contact = _seed(mailchimp, ANN)
    _seed(mailchimp, BEN, "archived")
    for way in (api.patch, api.put):
        told = _told(way(_at(ANN), json=_new(BEN, merge_fields={"FNAME": "x"})))
        assert told == (
            400,
            "Member Exists",
            f"{BEN} is already a list member. Use PUT to insert or update list members.",
        )
    assert mailchimp.state()["members"][0]["full_name"] == ""
    moved = api.patch(f"{MEMBERS}/{contact}", json={"email_address": "new@school.example"}).json()
    assert (moved["id"], moved["contact_id"]) == (subscriber("new@school.example"), contact)
    assert api.get(_at(ANN)).status_code == 404
    assert api.put(_at(ANN), json=_new(ANN)).json()["contact_id"] != contact


@pytest.mark.parametrize("status", ["unsubscribed", "cleaned"])
@pytest.mark.parametrize("archived", [False, True])
def test_nobody_is_subscribed_against_their_will(
    api: Caller, mailchimp: Mailchimp, status: Any, archived: bool
) -> None:
    _seed(mailchimp, ANN, status)
    mailchimp.configure({"never_archived": []})
    assert not archived or api.delete(_at(ANN)).status_code == 204
    for way in (api.patch, api.put):
        told = _told(way(_at(ANN), json=_new(ANN, status="subscribed")))
        assert told[:2] == (400, "Member In Compliance State")
        assert told[2].startswith(f"{ANN} is in a compliance state due to unsubscribe")
    assert api.patch(_at(ANN), json={"status": "pending"}).json()["status"] == "pending"


def test_who_is_archived_stays_so_until_a_status_is_sent(api: Caller, mailchimp: Mailchimp) -> None:
    _seed(mailchimp, ANN, "transactional")
    gone = api.delete(_at(ANN))
    assert (gone.status_code, gone.text) == (204, "")
    told = _told(api.delete(_at(ANN)))
    assert told[:2] == (405, "Method Not Allowed")
    assert "Can not archive a contact that is" in told[2]
    still = api.put(_at(ANN), json=_new(ANN, "subscribed", merge_fields={"FNAME": "Ann"})).json()
    assert (still["status"], still["full_name"]) == ("archived", "Ann")
    assert _told(api.post(MEMBERS, json={"email_address": ANN, "status": "subscribed"}))[1] == "Member Exists"
    assert api.put(_at(ANN), json=_new(ANN, status="transactional")).json()["status"] == "transactional"
    assert api.delete(_at(ANN)).ok
    assert api.patch(_at(ANN), json={"status": "subscribed"}).json()["status"] == "subscribed"
    assert api.delete(_at(ANN)).ok
    mailchimp.configure({"archived_counts_as_new": True})
    assert api.put(_at(ANN), json=_new(ANN, "pending")).json()["status"] == "pending"


def test_who_unsubscribes_while_archived_stays_both(api: Caller, mailchimp: Mailchimp) -> None:
    mailchimp.seed(DEMO.api_key, DEMO.audience, ANN)
    assert api.delete(_at(ANN)).ok
    mailchimp.unsubscribe(ANN)
    assert api.get(_at(ANN)).json()["status"] == "archived"
    assert _told(api.patch(_at(ANN), json={"status": "subscribed"}))[1] == "Member In Compliance State"


@pytest.mark.parametrize("status", ["cleaned", "pending"])
def test_some_cannot_be_archived(api: Caller, mailchimp: Mailchimp, status: Any) -> None:
    _seed(mailchimp, ANN, status)
    assert _told(api.delete(_at(ANN)))[:2] == (405, "Method Not Allowed")
    mailchimp.configure({"never_archived": []})
    assert [api.delete(_at(ANN)).status_code for _ in range(2)] == [204, 405]


def test_who_is_forgotten_is_never_imported_again(api: Caller, mailchimp: Mailchimp) -> None:
    contact = _seed(mailchimp, ANN)
    _seed(mailchimp, BEN)
    forget = "actions/delete-permanent"
    for key in (contact, ANN, subscriber("nobody@school.example")):  # described for the hash alone
        assert api.post(f"{MEMBERS}/{key}/{forget}").status_code == 404
    assert [api.post(f"{_at(ANN)}/{forget}").status_code for _ in range(2)] == [204, 404]
    assert api.get(f"{MEMBERS}/{contact}").status_code == 404
    tries = (
        api.put(_at(ANN), json=_new(ANN, "subscribed")),
        api.post(MEMBERS, json={"email_address": ANN.lower(), "status": "subscribed"}),
        api.patch(_at(BEN), json={"email_address": ANN}),
    )
    for answer in tries:
        assert _told(answer)[:2] == (400, "Forgotten Email Not Subscribed")
        assert "was permanently deleted and cannot be re-imported" in answer.json()["detail"]
    assert [one["email_address"] for one in mailchimp.state()["members"]] == [BEN]


@pytest.mark.parametrize(
    ("body", "detail", "field"),
    [
        ({"status_if_new": "subscribed"}, "The resource submitted could not be validated.", "email_address"),
        ({"email_address": BEN}, "The resource submitted could not be validated.", "status"),
        (_new(" "), "Blank email address", None),
        (_new("nobody"), "Please provide a valid email address.", None),
        (_new("a@b@c.example"), "Please provide a valid email address.", None),
        (_new("a@localhost"), "a@localhost looks fake or invalid, please enter a real email address.", None),
        (_new("Fake@school.example"), "Fake@school.example looks fake or invalid", None),
        (_new(BEN, "archived"), "The resource submitted could not be validated.", "status_if_new"),
        (_new(BEN, status="gone"), "The resource submitted could not be validated.", "status"),
        (_new(BEN, language="ja-JP"), "The resource submitted could not be validated.", "language"),
        (_new(BEN, language=1), "The resource submitted could not be validated.", "language"),
        ([], "The resource submitted could not be validated.", ""),
    ],
    ids=str,
)
def test_what_is_no_member(api: Caller, mailchimp: Mailchimp, body: object, detail: str, field: str | None) -> None:
    mailchimp.configure({"fake_addresses": ["fake@school.example"]})
    answer = api.put(_at(BEN), json=body)
    assert _told(answer)[:2] == (400, "Invalid Resource")
    assert answer.json()["detail"].startswith(detail)
    assert [error["field"] for error in answer.json().get("errors", ())] == ([] if field is None else [field])
    assert mailchimp.state()["members"] == []


def test_a_patch_makes_nobody_transactional(api: Caller, mailchimp: Mailchimp) -> None:
    _seed(mailchimp, ANN)
    for status in ("transactional", "archived"):
        answer = api.patch(_at(ANN), json={"status": status})
        assert (_told(answer)[1], answer.json()["errors"][0]["field"]) == ("Invalid Resource", "status")


@pytest.mark.parametrize("sent", [b"{", b"", b'{"email_address": "\\ud83d@b.example"}', b"\xff"])
def test_what_is_no_json(api: Caller, sent: bytes) -> None:
    assert _told(api.put(_at(ANN), data=sent))[:2] == (400, "JSON Parse Error")


def test_post_adds_and_changes_nobody(api: Caller) -> None:
    body = {"email_address": ANN, "status": "subscribed"}
    made = api.post(MEMBERS, json=body).json()
    assert (made["status"], made["timestamp_opt"]) == ("subscribed", made["timestamp_signup"])
    assert _told(api.post(MEMBERS, json=body | {"email_address": ANN.lower()}))[1] == "Member Exists"
    assert api.post(MEMBERS, json={"email_address": BEN}).json()["errors"][0]["field"] == "status"


def test_lists_in_pages_and_by_status(api: Caller, mailchimp: Mailchimp) -> None:
    states = ("subscribed", "unsubscribed", "archived", "cleaned", "subscribed")
    for number, status in enumerate(states):
        _seed(mailchimp, f"{number}@school.example", status)

    def names(query: str) -> str:
        return "".join(one["email_address"][0] for one in api.get(f"{MEMBERS}?{query}").json()["members"])

    assert (names(""), names("count=2&offset=1"), names("count=2&offset=9")) == ("0134", "13", "")
    assert (names("status=subscribed"), names("status=archived")) == ("04", "2")
    assert api.get(f"{MEMBERS}?status=subscribed&count=1&fields=total_items").json() == {"total_items": 2}
    assert api.get(f"{MEMBERS}?fields=total_items").json() == {"total_items": 4}
    assert [_told(api.get(f"{MEMBERS}?{wrong}"))[0] for wrong in ("status=gone", "count=1001", "offset=x")] == [400] * 3
    stats = api.get(LIST).json()["stats"]
    assert {name: stats[name] for name in ("member_count", "total_contacts", "unsubscribe_count", "cleaned_count")} == {
        "member_count": 2,
        "total_contacts": 4,
        "unsubscribe_count": 1,
        "cleaned_count": 1,
    }


def test_by_hand(api: Caller, mailchimp: Mailchimp) -> None:
    seeded = api.post("/_sandbox/seed", json={"email": ANN, "fields": {"FNAME": "<Ann>"}}).json()
    assert api.get(f"{MEMBERS}/{seeded['contact_id']}").json()["status"] == "subscribed"
    for page, status in (("unsubscribe", "unsubscribed"), ("bounce", "cleaned")):
        assert api.post(f"/_sandbox/{page}", json={"email": ANN.upper()}).ok
        assert mailchimp.state()["members"][0]["status"] == status
    shown = api.get("/_sandbox/").text
    assert (ANN in shown, "FNAME: &lt;Ann&gt;" in shown) == (True, True)
    assert ANN in api.get("/_sandbox/state.json").text
    wrong: tuple[Any, ...] = (
        {"email": BEN, "status": "gone"},
        {"email": ANN},
        {"email": BEN, "fields": {"NONE": "x"}},
        {"fields": {}},
    )
    assert [api.post("/_sandbox/seed", json=body).status_code for body in wrong] == [400] * 4
    assert api.post("/_sandbox/bounce", json={"email": BEN}).status_code == 400
    assert api.post("/_sandbox/nonsense", json={}).status_code == 404
