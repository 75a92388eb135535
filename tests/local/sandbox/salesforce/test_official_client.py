"""simple-salesforce, the best-known Python client: it was written against the real one.

https://github.com/simple-salesforce/simple-salesforce (1.12.10). It always speaks https to the host of the instance,
so the sandbox answers under Salesforce's own host names, in process. Its type hints are wrong in places: hence Any.
"""

from typing import Any

import pytest
from simple_salesforce.api import Salesforce as Client
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from local.sandbox.salesforce import DEMO, Salesforce
from tests.local.sandbox.conftest import Clock
from tests.local.sandbox.salesforce.conftest import KAISHA, TESTS, Api

LOGIN = "https://login.salesforce.com"


def _client(api: Api, token: str, instance_url: str) -> Any:
    return Client(instance_url=instance_url, session_id=token, version="67.0", session=api)


def _errors(caught: pytest.ExceptionInfo[Any]) -> Any:
    return caught.value.content


@pytest.fixture
def client(api: Api) -> Any:
    """A client with what a person's consent gave."""
    token = api.exchange(api.press(org=KAISHA.id, at=LOGIN)["code"], at=LOGIN).json()
    return _client(api, token["access_token"], token["instance_url"])


def test_where_it_calls(client: Any) -> None:
    assert client.base_url == "https://kaisha-one.my.salesforce.com/services/data/v67.0/"


def test_limits_and_usage(client: Any) -> None:
    assert client.limits()["DailyApiRequests"] == {"Max": 100_000, "Remaining": 99_999}
    usage = client.api_usage["api-usage"]
    assert (usage.used, usage.total) == (1, 100_000)


def test_lead_and_the_org(client: Any) -> None:
    described = client.Lead.describe()
    assert described["createable"] is True
    assert {"LastName", "Company"} <= {field["name"] for field in described["fields"]}
    org = client.Organization.get(KAISHA.id)
    assert (org["Name"], org["OrganizationType"], org["IsSandbox"]) == ("Kaisha One", "Enterprise Edition", False)


def test_userinfo(client: Any) -> None:
    told = client.oauth2("userinfo")
    assert told["organization_id"] == KAISHA.id


def test_what_it_raises(client: Any, salesforce: Salesforce, clock: Clock) -> None:
    with pytest.raises(SalesforceResourceNotFound):
        client.restful("sobjects/Nothing/describe")
    with pytest.raises(SalesforceMalformedRequest) as malformed:
        client.restful(f"sobjects/Organization/{KAISHA.id}", params={"fields": "Nonsense"})
    assert _errors(malformed)[0]["errorCode"] == "INVALID_FIELD"
    salesforce.configure({"api_enabled": False})
    with pytest.raises(SalesforceRefusedRequest) as refused:
        client.limits()
    assert _errors(refused)[0]["errorCode"] == "API_DISABLED_FOR_ORG"
    clock.pass_(7200)
    with pytest.raises(SalesforceExpiredSession) as expired:
        client.limits()
    assert _errors(expired) == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_a_customers_test_org(api: Api) -> None:
    at = "https://test.salesforce.com"
    token = api.exchange(api.press(org=TESTS.id, at=at)["code"], at=at).json()
    org = _client(api, token["access_token"], token["instance_url"]).Organization.get(TESTS.id)
    assert org["IsSandbox"] is True


def test_no_flow_but_a_persons_consent(api: Api) -> None:
    person: dict[str, Any] = {"username": "admin@kaisha-one.example", "password": "x"}
    app: dict[str, Any] = {"consumer_key": DEMO.client_id, "consumer_secret": DEMO.client_secret}
    with pytest.raises(SalesforceAuthenticationFailed, match="unsupported_grant_type"):
        Client(session=api, **person, **app)
