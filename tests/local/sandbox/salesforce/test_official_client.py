"""simple-salesforce, the best-known Python client: it was written against the real one.

https://github.com/simple-salesforce/simple-salesforce (1.12.10). It always speaks https to the host of the instance,
so the sandbox answers under Salesforce's own host names, in process. Its type hints are wrong in places: hence Any.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from simple_salesforce.api import Salesforce as Client
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)
from simple_salesforce.format import format_soql

from local.sandbox.salesforce import DEMO, Salesforce
from tests.local.sandbox.conftest import Clock
from tests.local.sandbox.salesforce.conftest import GOOD, KAISHA, TESTS, Api

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


# The data API, as the client uses it.


def test_one_record(client: Any, salesforce: Salesforce) -> None:
    salesforce.add_field()
    lead = client.Lead.create(GOOD | {"FirstName": "花子"})["id"]
    assert client.Lead.update(lead, {"Phone": "1"}) == 204
    assert client.Lead.get(lead)["Phone"] == "1"
    key = "Renkei_Booking_Id__c/timerex.1"
    assert [client.Lead.upsert(key, GOOD) for _ in range(2)] == [201, 200]
    assert client.Lead.get_by_custom_id("Renkei_Booking_Id__c", "timerex.1")["Company"] == GOOD["Company"]
    assert client.Lead.delete(lead) == 204
    with pytest.raises(SalesforceResourceNotFound) as gone:
        client.Lead.delete(lead)
    assert _errors(gone)[0]["errorCode"] == "ENTITY_IS_DELETED"
    with pytest.raises(SalesforceMalformedRequest) as malformed:
        client.Lead.create({"LastName": "x"})
    assert _errors(malformed)[0]["fields"] == ["Company"]


def test_several_records_have_one_external_id(client: Any, salesforce: Salesforce) -> None:
    salesforce.add_field(name="Order__c", type="string", length=20, externalId=True)
    for _ in range(2):
        client.Lead.create(GOOD | {"Order__c": "1"})
    with pytest.raises(SalesforceMoreThanOneRecord):
        client.Lead.upsert("Order__c/1", GOOD)


def test_a_duplicate_is_saved_past_an_alert(client: Any, salesforce: Salesforce) -> None:
    salesforce.configure({"duplicate_rule": "alert"})
    body = GOOD | {"Email": "a@b.jp"}
    client.Lead.create(body)
    with pytest.raises(SalesforceMalformedRequest) as duplicate:
        client.Lead.create(body)
    assert _errors(duplicate)[0]["duplicateResut"]["allowSave"] is True
    assert client.Lead.create(body, headers={"Sforce-Duplicate-Rule-Header": "allowSave=true"})["success"] is True


@pytest.mark.parametrize(
    "name", ["O'Neil", 'a "b"', "back\\slash", "line\nbreak\r\t\b\f", "100%_", "佐々木", "' OR Id != '"]
)
def test_what_the_client_escapes_is_found(client: Any, name: str) -> None:
    stored = client.Lead.create(GOOD | {"Title": f"x{name}x"})["id"]
    client.Lead.create(GOOD)
    soql = format_soql(
        "SELECT Id FROM Lead WHERE Title = {} AND IsConverted = {} AND Fax = {}", f"x{name}x", False, None
    )
    assert [one["Id"] for one in client.query(soql)["records"]] == [stored]
    soql = format_soql("SELECT Id FROM Lead WHERE Title IN {} AND Title LIKE 'x{:like}%'", [f"x{name}x", "y"], name)
    assert client.query(soql)["totalSize"] == 1


def test_dates_that_the_client_writes(client: Any, clock: Clock) -> None:
    client.Lead.create(GOOD | {"Visit_On__c": "2026-11-22"})
    for field, value in (("CreatedDate", clock() - timedelta(seconds=5)), ("Visit_On__c", date(2026, 11, 21))):
        soql = format_soql("SELECT Id FROM Lead WHERE {:literal} > {}", field, value)
        assert client.query(soql)["totalSize"] == 1


def test_all_pages_of_a_query(client: Any, salesforce: Salesforce) -> None:
    for _ in range(2001):
        salesforce.seed(KAISHA.id, "Lead", GOOD)
    first = client.query("SELECT Id FROM Lead")
    assert (first["totalSize"], len(first["records"]), first["done"]) == (2001, 2000, False)
    assert len(client.query_more(first["nextRecordsUrl"], identifier_is_url=True)["records"]) == 1
    found = client.query_all("SELECT Id FROM Lead ORDER BY Id")
    assert (len(found["records"]), found["done"]) == (2001, True)
    salesforce.delete(found["records"][0]["Id"])
    assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == 2000
    assert len(list(client.query_all_iter("SELECT Id FROM Lead", include_deleted=True))) == 2001


def test_many_records_and_many_requests(client: Any, salesforce: Salesforce) -> None:
    body = {"allOrNone": False, "records": [{"attributes": {"type": "Lead"}, **GOOD}, {"attributes": {"type": "Lead"}}]}
    results = client.restful("composite/sobjects", method="POST", json=body)
    assert [one["success"] for one in results] == [True, False]
    part = {"method": "GET", "url": f"/services/data/v67.0/sobjects/Lead/{results[0]['id']}", "referenceId": "a"}
    [told] = client.restful("composite", method="POST", json={"compositeRequest": [part]})["compositeResponse"]
    assert told["body"]["Company"] == GOOD["Company"]
    assert client.describe()["sobjects"][0]["name"] == "Lead"
    assert client.Lead.metadata()["objectDescribe"]["name"] == "Lead"
