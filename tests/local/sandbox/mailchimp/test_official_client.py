"""Mailchimp's own Python client, over a port: it was written against the real one.

https://github.com/mailchimp/mailchimp-marketing-python (3.0.80)
"""

import json
from collections.abc import Iterator
from typing import Any

import mailchimp_marketing
import pytest
from mailchimp_marketing.api_client import ApiClientError

from local.sandbox.mailchimp import DEMO, Mailchimp
from local.sandbox.mailchimp.members import subscriber
from tests.local.sandbox.contract import Checked
from tests.local.sandbox.ports import on_port

ANN, BEN = "ann@school.example", "ben@school.example"


@pytest.fixture
def served(checked: Checked) -> Iterator[str]:
    with on_port(mailchimp=checked) as address:
        yield address


def _client(served: str, **config: str) -> Any:
    client = mailchimp_marketing.Client(config)
    client.api_client.host = f"{served}/mailchimp/3.0"
    return client


@pytest.fixture(params=["api_key", "access_token"])
def client(served: str, request: pytest.FixtureRequest) -> Any:
    """By basic authentication, and by a bearer token."""
    return _client(served, **{request.param: DEMO.api_key})


def test_ping_account_audience_and_merge_fields(client: Any) -> None:
    assert client.ping.get() == {"health_status": "Everything's Chimpy!"}
    assert client.root.get_root(fields=["account_name"]) == {"account_name": "Demo School"}
    assert client.lists.get_list(DEMO.audience)["id"] == DEMO.audience
    fields = client.lists.get_list_merge_fields(DEMO.audience, count=1, offset=1)
    assert [field["tag"] for field in fields["merge_fields"]] == ["LNAME"]


def test_every_verb_of_members_and_merge_fields(served: str, mailchimp: Mailchimp) -> None:
    lists, audience = _client(served, api_key=DEMO.api_key).lists, DEMO.audience
    field = lists.add_list_merge_field(audience, {"tag": "username", "name": "アカウント名", "type": "text"})
    assert lists.get_list_merge_field(audience, field["merge_id"])["tag"] == "USERNAME"

    new = {"email_address": ANN, "status_if_new": "pending", "merge_fields": {"USERNAME": "ann"}, "language": "ja"}
    member = lists.set_list_member(audience, subscriber(ANN), new)
    assert (member["status"], member["merge_fields"]["USERNAME"]) == ("pending", "ann")
    contact = member["contact_id"]
    changed = lists.update_list_member(audience, contact, {"email_address": BEN, "status": "unsubscribed"})
    assert (changed["id"], changed["status"]) == (subscriber(BEN), "unsubscribed")
    assert lists.get_list_member(audience, BEN, fields=["contact_id"]) == {"contact_id": contact}
    with pytest.raises(ApiClientError) as caught:
        lists.set_list_member(audience, subscriber(BEN), new | {"email_address": BEN, "status": "subscribed"})
    assert (caught.value.status_code, json.loads(caught.value.text)["title"]) == (400, "Member In Compliance State")

    assert lists.delete_list_member(audience, contact).status_code == 204
    with pytest.raises(ApiClientError) as caught:
        lists.delete_list_member(audience, contact)
    assert (caught.value.status_code, json.loads(caught.value.text)["title"]) == (405, "Method Not Allowed")
    assert lists.delete_list_member_permanent(audience, subscriber(BEN)).status_code == 204
    with pytest.raises(ApiClientError) as caught:
        lists.add_list_member(audience, {"email_address": BEN, "status": "subscribed"})
    assert json.loads(caught.value.text)["title"] == "Forgotten Email Not Subscribed"

    assert lists.add_list_member(audience, {"email_address": ANN, "status": "subscribed"})["status"] == "subscribed"
    rows = [{"email_address": email, "status": "transactional"} for email in (ANN, BEN, "new@school.example")]
    batch = lists.batch_list_members(audience, {"members": rows, "update_existing": False})
    assert (batch["total_created"], [e["error_code"] for e in batch["errors"]]) == (
        1,
        ["ERROR_CONTACT_EXISTS", "ERROR_GENERIC"],
    )
    page = lists.get_list_members_info(audience, count=1, offset=1, status="transactional")
    assert (page["members"], page["total_items"]) == ([], 1)
    assert lists.delete_list_merge_field(audience, str(field["merge_id"])).status_code == 204
    assert len(mailchimp.state()["merge_fields"]) == 5


def test_refusals(client: Any, mailchimp: Mailchimp) -> None:
    with pytest.raises(ApiClientError) as caught:
        client.lists.get_list("nonsense")
    assert (caught.value.status_code, json.loads(caught.value.text)["title"]) == (404, "Resource Not Found")
    mailchimp.configure({"withdrawn": [DEMO.api_key]})
    with pytest.raises(ApiClientError) as caught:
        client.ping.get()
    assert (caught.value.status_code, json.loads(caught.value.text)["title"]) == (401, "API Key Invalid")


def test_the_client_finds_the_same_data_centre(served: str) -> None:
    assert _client(served, api_key=DEMO.api_key).api_client.server == "us21"
