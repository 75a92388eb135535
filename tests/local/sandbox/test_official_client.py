"""HubSpot's own Python client, over a port: it was written against the real one.

https://github.com/HubSpot/hubspot-api-python (12.0.0)
"""

from typing import Any

import pytest
from hubspot import HubSpot as Client
from hubspot.crm.associations.v4 import models as links
from hubspot.crm.companies import exceptions as company_errors
from hubspot.crm.companies import models as companies
from hubspot.crm.contacts import exceptions as contact_errors
from hubspot.crm.contacts import models as contacts
from hubspot.crm.deals import exceptions as deal_errors
from hubspot.crm.deals import models as deals
from hubspot.crm.line_items import models as lines
from hubspot.crm.objects.meetings import models as meetings
from hubspot.crm.products import exceptions as product_errors
from hubspot.crm.products import models as products
from hubspot.crm.properties import models as properties

from local.sandbox.hubspot import HubSpot
from tests.local.sandbox.conftest import PORTAL, Clock


@pytest.fixture
def client(served: str, hubspot: HubSpot) -> Client:
    return Client(access_token=hubspot.issue_token(PORTAL)[0], host=f"{served}/hubspot")


def _contact(client: Client, company: str | None = None, **values: str) -> Any:
    to = []
    if company:
        spec = contacts.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=1)
        to = [contacts.PublicAssociationsForObject(to=contacts.PublicObjectId(id=company), types=[spec])]
    made = contacts.SimplePublicObjectInputForCreate(properties=values, associations=to)
    return client.crm.contacts.basic_api.create(simple_public_object_input_for_create=made)


def _company(client: Client, **values: str) -> Any:
    made = companies.SimplePublicObjectInputForCreate(properties=values, associations=[])
    return client.crm.companies.basic_api.create(simple_public_object_input_for_create=made)


def test_contacts(client: Client) -> None:
    company = _company(client, name="Kaisha").id
    made = _contact(client, company, email="Taro@kaisha.jp", lastname="田中")
    api = client.crm.contacts.basic_api
    read = api.get_by_id("taro@kaisha.jp", id_property="email", properties=["lastname"], associations=["companies"])
    assert (read.id, read.properties["lastname"]) == (made.id, "田中")
    assert {r.id for r in read.associations["companies"].results} == {company}
    change = contacts.SimplePublicObjectInput(properties={"firstname": "太郎"})
    assert api.update(made.id, simple_public_object_input=change).properties["firstname"] == "太郎"
    assert [r.id for r in client.crm.contacts.get_all()] == [made.id]
    with pytest.raises(contact_errors.ApiException) as caught:
        _contact(client, email="taro@kaisha.jp")
    assert caught.value.status == 409
    assert f"Existing ID: {made.id}" in caught.value.body
    api.archive(made.id)
    with pytest.raises(contact_errors.NotFoundException):
        api.get_by_id(made.id)


def test_companies_search_and_merge(client: Client, clock: Clock) -> None:
    one, two = (_company(client, name=name, domain=f"{name}.jp") for name in ("alpha", "beta"))
    clock.pass_(10)
    wanted = companies.Filter(property_name="domain", operator="IN", values=["alpha.jp", "beta.jp"])
    request = companies.PublicObjectSearchRequest(
        filter_groups=[companies.FilterGroup(filters=[wanted])], properties=["name"], limit=1
    )
    found = client.crm.companies.search_api.do_search(public_object_search_request=request)
    assert (found.total, found.results[0].id, found.paging.next.after) == (2, one.id, "1")
    merge = companies.PublicMergeInput(primary_object_id=one.id, object_id_to_merge=two.id)
    left = client.crm.companies.basic_api.merge(public_merge_input=merge)
    assert client.crm.companies.basic_api.get_by_id(two.id).id == left.id


def test_batches(client: Client) -> None:
    api = client.crm.companies.batch_api
    inputs = [
        companies.SimplePublicObjectBatchInputForCreate(
            properties={"name": name, **more}, associations=[], object_write_trace_id=name
        )
        for name, more in (("alpha", {}), ("beta", {"nonsense": "1"}))
    ]
    made = api.create(companies.BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs))
    assert [r.object_write_trace_id for r in made.results] == ["alpha"]
    assert made.errors[0].context["objectWriteTraceId"] == ["beta"]
    untraced = [companies.SimplePublicObjectBatchInputForCreate(properties={"nonsense": "1"}, associations=[])]
    with pytest.raises(company_errors.ApiException) as caught:
        api.create(companies.BatchInputSimplePublicObjectBatchInputForCreate(inputs=untraced))
    assert caught.value.status == 400
    change = [companies.SimplePublicObjectBatchInput(id=made.results[0].id, properties={"city": "東京"})]
    changed = api.update(companies.BatchInputSimplePublicObjectBatchInput(inputs=change))
    assert changed.results[0].properties["city"] == "東京"
    ids = [companies.SimplePublicObjectId(id=i) for i in (made.results[0].id, "1")]
    asked = companies.BatchReadInputSimplePublicObjectId(inputs=ids, properties=["city"], properties_with_history=[])
    read = api.read(asked)
    assert read.results[0].properties["city"] == "東京"
    assert read.errors[0].context["ids"] == ["1"]
    api.archive(companies.BatchInputSimplePublicObjectId(inputs=ids))
    assert client.crm.companies.get_all() == []


def test_upsert_of_contacts(client: Client) -> None:
    inputs = [contacts.SimplePublicObjectBatchInputUpsert(id="a@x.jp", id_property="email", properties={"phone": "1"})]
    batch = contacts.BatchInputSimplePublicObjectBatchInputUpsert(inputs=inputs)
    assert [client.crm.contacts.batch_api.upsert(batch).results[0].new for _ in range(2)] == [True, False]


def test_properties_and_owners(client: Client) -> None:
    core = client.crm.properties.core_api
    kinds = {p.name: (p.type, p.field_type) for p in core.get_all("companies").results}
    assert kinds["industry"] == ("enumeration", "select")
    new = properties.PropertyCreate(
        name="renkei_key",
        label="Renkei",
        type="string",
        field_type="text",
        group_name="companyinformation",
        has_unique_value=True,
    )
    assert core.create("companies", property_create=new).has_unique_value is True
    assert core.get_by_name("companies", "renkei_key").hubspot_defined is False
    core.archive("companies", "renkei_key")
    owners = client.crm.owners.owners_api.get_page(email="sato@example.co.jp").results
    assert [(o.id, o.user_id) for o in owners] == [("41002", 51002)]


def test_associations_v4(client: Client) -> None:
    company, contact = _company(client, name="Kaisha").id, _contact(client, email="a@x.jp").id
    api = client.crm.associations.v4.basic_api
    assert len(api.create_default("contacts", contact, "companies", company).results) == 2
    spec = links.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=1)
    made = api.create("contacts", contact, "companies", company, association_spec=[spec])
    assert made.labels == ["Primary"]
    found = api.get_page("companies", company, "contacts").results[0]
    assert (str(found.to_object_id), {t.type_id for t in found.association_types}) == (contact, {280, 2})
    asked = links.BatchInputPublicFetchAssociationsBatchRequest(
        inputs=[links.PublicFetchAssociationsBatchRequest(id=contact)]
    )
    many = client.crm.associations.v4.batch_api.get_page("contacts", "companies", asked)
    assert str(many.results[0].to[0].to_object_id) == company
    api.archive("contacts", contact, "companies", company)
    assert api.get_page("contacts", contact, "companies").results == []
    types = client.crm.associations.v4.schema.definitions_api.get_all("meetings", "contacts").results
    assert [(t.type_id, t.label) for t in types] == [(200, None)]


def test_meetings(client: Client) -> None:
    contact = _contact(client, email="a@x.jp").id
    spec = meetings.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=200)
    to = meetings.PublicAssociationsForObject(to=meetings.PublicObjectId(id=contact), types=[spec])
    new = meetings.SimplePublicObjectInputForCreate(
        properties={"hs_timestamp": "2026-11-22T01:00:00Z", "hs_meeting_title": "打ち合わせ"}, associations=[to]
    )
    api = client.crm.objects.meetings.basic_api
    made = api.create(simple_public_object_input_for_create=new)
    read = api.get_by_id(made.id, associations=["contacts"], properties=["hs_meeting_title"])
    assert read.properties["hs_meeting_title"] == "打ち合わせ"
    assert read.associations["contacts"].results[0].id == contact


def test_deals_and_pipelines(client: Client, clock: Clock) -> None:
    company = _company(client, name="Kaisha").id
    usual, own = client.crm.pipelines.pipelines_api.get_all("deals").results
    assert (usual.stages[5].metadata, own.label) == ({"probability": "1.0", "isClosed": "true"}, "新規案件")
    assert client.crm.pipelines.pipelines_api.get_by_id("deals", own.id).stages[0].label == "提案"
    assert len(client.crm.pipelines.pipeline_stages_api.get_all("deals", own.id).results) == 8
    spec = deals.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=5)
    to = deals.PublicAssociationsForObject(to=deals.PublicObjectId(id=company), types=[spec])
    stages = [stage.id for stage in own.stages]
    values = {"dealname": "案件", "pipeline": own.id, "dealstage": stages[0]}
    api = client.crm.deals.basic_api
    new = deals.SimplePublicObjectInputForCreate(properties=values, associations=[to])
    made = api.create(simple_public_object_input_for_create=new)
    clock.pass_(60)
    api.update(made.id, simple_public_object_input=deals.SimplePublicObjectInput(properties={"dealstage": stages[4]}))
    read = api.get_by_id(made.id, properties_with_history=["dealstage"], associations=["companies"])
    assert [v.value for v in read.properties_with_history["dealstage"]] == [stages[4], stages[0]]
    assert {r.id for r in read.associations["companies"].results} == {company}
    asked = links.BatchInputPublicFetchAssociationsBatchRequest(
        inputs=[links.PublicFetchAssociationsBatchRequest(id=made.id)]
    )
    found = client.crm.associations.v4.batch_api.get_page("deals", "companies", asked).results[0].to[0]
    assert {(t.type_id, t.label) for t in found.association_types} == {(341, None), (5, "Primary")}
    asked = deals.PublicObjectSearchRequest(
        filter_groups=[{"filters": [{"propertyName": "dealstage", "operator": "EQ", "value": stages[0]}]}]
    )
    assert [r.id for r in client.crm.deals.search_api.do_search(asked).results] == [made.id]  # not yet indexed
    clock.pass_(11)
    assert client.crm.deals.search_api.do_search(asked).results == []
    wrong = deals.SimplePublicObjectInput(properties={"dealstage": "closedwon"})
    with pytest.raises(deal_errors.ApiException) as caught:
        api.update(made.id, simple_public_object_input=wrong)
    assert (caught.value.status, "INVALID_OPTION" in caught.value.body) == (400, True)


def test_products_and_line_items(client: Client, clock: Clock) -> None:
    course = {"name": "簿記入門", "price": "12000", "hs_sku": "C-1", "hs_url": "https://school.example/c/1"}
    made = products.SimplePublicObjectInputForCreate(properties=course, associations=[])
    product = client.crm.products.basic_api.create(simple_public_object_input_for_create=made)
    values = {"dealname": "購入", "dealstage": "closedwon", "deal_currency_code": "JPY"}
    new = deals.SimplePublicObjectInputForCreate(properties=values, associations=[])
    deal = client.crm.deals.basic_api.create(simple_public_object_input_for_create=new)
    spec = lines.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=20)
    to = [lines.PublicAssociationsForObject(to=lines.PublicObjectId(id=deal.id), types=[spec])]
    values = {"hs_product_id": product.id, "quantity": "2"}
    line = lines.SimplePublicObjectInputForCreate(properties=values, associations=to)
    line = client.crm.line_items.basic_api.create(simple_public_object_input_for_create=line)
    assert (line.properties["price"], line.properties["amount"]) == ("12000", "24000")
    read = client.crm.deals.basic_api.get_by_id(deal.id, associations=["line_items"])
    assert [r.id for r in read.associations["line items"].results] == [line.id]
    clock.pass_(11)
    wanted = products.Filter(property_name="hs_sku", operator="EQ", value="C-1")
    asked = products.PublicObjectSearchRequest(filter_groups=[products.FilterGroup(filters=[wanted])])
    assert [r.id for r in client.crm.products.search_api.do_search(asked).results] == [product.id]
    made.properties = {"price": "1"}
    with pytest.raises(product_errors.ApiException) as caught:
        client.crm.products.basic_api.create(simple_public_object_input_for_create=made)
    assert caught.value.status == 400


def test_oauth_and_its_end(client: Client, hubspot: HubSpot) -> None:
    form = {"client_id": "renkei-demo-app", "client_secret": "renkei-demo-secret", "grant_type": "refresh_token"}
    refresh = hubspot.issue_token(PORTAL)[1]
    token = client.oauth.tokens_api.create(refresh_token=refresh, **form)
    assert (token.expires_in, token.refresh_token) == (1800, refresh)
    client.access_token = token.access_token
    assert client.crm.contacts.get_all() == []
    hubspot.uninstall(PORTAL)
    with pytest.raises(contact_errors.UnauthorizedException):
        client.crm.contacts.get_all()
