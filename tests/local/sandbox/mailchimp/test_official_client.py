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
from tests.local.sandbox.contract import Checked
from tests.local.sandbox.ports import on_port


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
