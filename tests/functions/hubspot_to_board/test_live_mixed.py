"""Many things at once: each deal ends by itself, each company is asked for once, and each choice is kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests import mails
from tests.functions.hubspot_to_board.admin import tool
from tests.harness import PORTAL
from tests.office import OWNER, PIPELINE, STAGES, Office


def names(office: Office) -> list[str]:
    return sorted(one["name"] for one in office.projects())


def test_each_deal_of_a_batch_ends_by_itself(office: Office) -> None:
    for name in ("株式会社双子", "㈱双子"):
        office.board.seed("clients", {"name": name})
    fine = office.company(name="一")
    office.deal(fine, status="見積中(中)", dealname="A")
    office.deal(status="見積中(中)", dealname="no company")
    office.deal(office.company(name="株式会社双子"), status="見積中(中)", dealname="two clients")
    office.deal(office.company(name="二"), status="見積中(中)", dealname="no date", closedate="")
    office.deal(office.company(name=""), status="見積中(中)", dealname="no name")
    gone = office.deal(office.company(name="三"), status="見積中(中)", dealname="deleted")
    office.hubspot.archive(PORTAL, "deals", gone)
    office.deal(office.company(name="四"), dealname="not mapped")
    office.deal(office.company(name="五"), status="入金済", dealname="paid")
    office.deal(fine, status="失注", dealname="B")
    office.tell()
    assert names(office) == ["A", "B"]
    waiting = {"deal_without_company", "client_ambiguous", "deal_date_missing", "company_without_name"}
    assert set(office.ended("parked")) == waiting
    assert {"deal_gone", "stage_not_mapped", "status_from_board_only"} <= set(office.ended("skipped"))
    assert (office.ended("pending"), office.ended("rejected")) == ({}, {})
    assert sorted(one["name"] for one in office.clients()) == ["㈱双子", "一", "株式会社双子"]


def test_what_waits_for_a_company_is_told_once(office: Office) -> None:

    mails.clear()
    for _ in range(3):
        office.deal(status="見積中(中)")
        office.tell()
        office.wait(120)
        office.stack.tell()
    (mail,) = mails.sent()
    assert "取引に会社が紐づいていません" in mail.text


def test_a_choice_that_is_needed_is_mailed_with_what_there_is(office: Office) -> None:
    ids = [str(office.board.seed("clients", {"name": "株式会社青空商事"})) for _ in range(2)]
    company = office.company()
    office.deal(company, status="見積中(中)")
    office.tell()
    mails.clear()
    office.wait(120)
    office.stack.tell()
    (mail,) = mails.sent()
    assert all(one in mail.text for one in (company, *ids, "renkei board link"))
    assert "青空商事" not in mail.text


def test_deals_of_one_company_cost_little_more_than_one(office: Office) -> None:
    office.board.seed("users", {"email": OWNER.email})
    company = office.company()
    deals = [office.deal(company) for _ in range(6)]
    office.tell()
    for deal in deals:
        office.move(deal, "見積中(中)")
    office.forget_calls()
    office.tell()
    assert len(office.projects()) == 6
    assert len(office.calls()) <= 7 + 6, office.calls()


def test_changes_of_one_company_are_one_update(office: Office) -> None:
    office.apply(keep_company="always")
    office.linked(city="港区")
    (company,) = office.stack.the("companies")
    office.wait(1)
    values = {"city": "千代田区", "zip": "1050001", "phone": "0312345678", "state": "東京都", "name": "みどり"}
    for name, value in values.items():
        office.hubspot.change(PORTAL, "companies", company["id"], {name: value})
    office.forget_calls()
    office.tell()
    assert len(office.calls()) <= 3, office.calls()
    assert [one["name"] for one in office.clients()] == ["みどり"]


def test_a_mapped_property_of_the_firms_own_counts_when_it_is_told_of(office: Office) -> None:
    office.apply(keep_company="always", client_fields=[{"field": "note", "from": ["description"]}])
    office.linked(description="古い")
    (company,) = office.stack.the("companies")
    office.wait(1)
    office.hubspot.change(PORTAL, "companies", company["id"], {"description": "新しい"})
    moment = round(office.clock().timestamp() * 1000)
    event = {"subscriptionType": "company.propertyChange", "portalId": PORTAL, "objectId": int(company["id"])}
    office.stack.hear([event | {"propertyName": "description", "occurredAt": moment}])
    office.work()
    assert [one["note"] for one in office.clients()] == ["新しい"]


def test_events_of_the_newer_kind_of_subscription_count_too(office: Office) -> None:
    deal = office.deal(office.company(), status="見積中(中)")
    office.hubspot.take_events()
    moment = round(office.clock().timestamp() * 1000)
    event: dict[str, Any] = {"portalId": PORTAL, "objectId": int(deal), "objectTypeId": "0-3", "occurredAt": moment}
    event |= {"subscriptionType": "object.propertyChange", "propertyName": "dealstage"}
    office.stack.hear([event | {"propertyValue": STAGES["見積中(中)"]}])
    office.work()
    assert names(office) == ["基幹システム刷新"]


@pytest.mark.parametrize("mail", [OWNER.email, OWNER.email.title()])
def test_the_owner_is_found_among_many(office: Office, mail: str) -> None:
    for number in range(150):
        office.board.seed("users", {"email": f"u{number}@example.co.jp"})
    user = office.board.seed("users", {"email": mail})
    office.linked()
    assert office.projects()[0]["user"]["id"] == user


# A person's choice.


def chosen(office: Office, **there: str) -> tuple[str, int]:
    """(company, client) after somebody chose one of two clients for a deal's company."""
    ids = [office.board.seed("clients", {"name": "株式会社青空商事", **there}) for _ in range(2)]
    company = office.company(city="港区", zip="1050001")
    office.deal(company, status="見積中(中)")
    office.tell()
    status, told = tool(office.stack, "POST", "link", {"company": company, "client": str(ids[1])})
    assert status == 200, told
    office.work()
    assert [one["client"]["id"] for one in office.projects()] == [ids[1]]
    return company, ids[1]


def test_a_chosen_client_is_filled_as_one_that_was_found(office: Office) -> None:
    _, client = chosen(office, address1="大阪市")
    found = {one["id"]: one for one in office.clients()}
    assert [found[client][name] for name in ("address1", "zip")] == ["大阪市", "105-0001"]


def test_a_chosen_client_is_shown_in_hubspot(office: Office) -> None:
    office.apply(client_page={"property": "website"})
    company, client = chosen(office)
    (held,) = [one["properties"] for one in office.stack.the("companies") if one["id"] == company]
    assert held["website"] == f"https://the-board.jp/clients/{client}/edit"


def test_later_deals_keep_to_the_choice(office: Office) -> None:
    company, client = chosen(office)
    office.deal(company, status="受注済")
    office.tell()
    assert [one["client"]["id"] for one in office.projects()] == [client, client]


def test_a_client_can_be_chosen_before_any_deal(office: Office) -> None:
    client = office.board.seed("clients", {"name": "別の名前"})
    company = office.company()
    tool(office.stack, "POST", "link", {"company": company, "client": str(client)})
    office.deal(company, status="見積中(中)")
    office.tell()
    assert [one["client"]["id"] for one in office.projects()] == [client]
    assert len(office.clients()) == 1


def test_an_unlinked_company_is_looked_for_anew(office: Office) -> None:
    office.linked()
    (company,), (first,) = office.stack.the("companies"), office.clients()
    office.board.change("clients", first["id"], {"name": "別の名前"})
    status, _ = tool(office.stack, "POST", "unlink", {"company": company["id"]})
    assert status == 200
    office.deal(company["id"], status="受注済")
    office.tell()
    assert [one["client"]["name"] for one in office.projects()] == ["別の名前", "株式会社青空商事"]


# The company's fields.


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"name": "  株式会社青空商事　"}, {"name": "株式会社青空商事", "name_disp": "青空商事"}),
        ({"phone": "+49 30 123456"}, {"tel": "+49 30 123456"}),
        ({"phone": "03-1234-5678 内線12"}, {"tel": "03-1234-5678"}),
        ({"zip": " ", "city": " "}, {"zip": "", "address1": ""}),
        ({"state": "13"}, {"pref": "東京都"}),
        ({"state": "とうきょう"}, {"pref": "東京都"}),
    ],
)
def test_what_people_type(office: Office, given: dict[str, str], expected: dict[str, str]) -> None:
    office.linked(**given)
    (client,) = office.clients()
    assert {name: client[name] or "" for name in expected} == expected


def test_only_the_name_goes_over_where_nothing_else_is_mapped(office: Office) -> None:
    office.apply(client_fields=[])
    office.linked(city="港区", zip="1050001", phone="0312345678", state="東京都")
    (client,) = office.clients()
    assert [client[name] for name in ("zip", "tel", "pref", "address1")] == [None] * 4


def test_a_deal_that_changes_its_pipeline_follows_that_ones_map(office: Office) -> None:
    own = [{"status": status, "stage": stage} for status, stage in STAGES.items()]
    usual = [{"status": "失注", "stage": "closedlost"}]
    office.apply(pipelines=[{"pipeline": PIPELINE, "stages": own}, {"pipeline": "default", "stages": usual}])
    deal = office.linked("見積中(中)")
    for stage, status in (("closedwon", "見積中(中)"), ("closedlost", "失注"), (STAGES["受注済"], "受注済")):
        office.wait(1)
        office.hubspot.change(PORTAL, "deals", deal, {"dealstage": stage})
        office.tell()
        assert office.projects()[0]["order_status_name"] == status
