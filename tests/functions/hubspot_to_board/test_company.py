"""Which client a deal's company becomes in board, and what is written to either side then."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.hubspot_to_board.admin import tool
from tests.harness import PORTAL
from tests.office import Office

ADDRESS = [{"field": "address1", "from": ["city", "address"]}]


def delivered(office: Office) -> list[str]:
    """The codes of the warnings that deliveries which went through show."""
    return sorted({one["code"] for row in office.stack.deliveries("delivered") for one in row["warnings"]})


# Which company.


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("last", [9, 99_998])
def test_the_smallest_record_id_is_the_smallest_number(office: Office, batch: bool, last: int) -> None:
    office.hubspot.portals[PORTAL].last_id = last
    first, second = office.company(name="小さい番号"), office.company(name="大きい番号")
    deals = [office.deal(status="見積中(中)", dealname=name) for name in ("A", "B")[: 1 + batch]]
    for deal in deals:
        for company in (second, first):
            office.hubspot.associate(PORTAL, "deals", deal, "companies", company)
    office.tell()
    assert [one["client"]["name"] for one in office.projects()] == ["小さい番号"] * len(deals)


def test_the_primary_company_counts_in_a_batch_too(office: Office) -> None:
    smaller, primary = office.company(name="小さい番号"), office.company(name="主")
    for _ in range(2):
        office.deal(primary, smaller, status="見積中(中)")
    office.tell()
    assert [one["client"]["name"] for one in office.projects()] == ["主", "主"]


def test_a_project_stays_with_its_client_when_the_primary_company_changes(office: Office) -> None:
    deal = office.linked(name="一")
    office.hubspot.associate(PORTAL, "deals", deal, "companies", office.company(name="二"), 5)
    office.move(deal, "受注済")
    office.tell()
    assert [(one["client"]["name"], one["order_status"]) for one in office.projects()] == [("一", 5)]


# Which client.


def test_deals_of_one_new_company_in_a_batch_make_one_client(office: Office) -> None:
    company = office.company()
    for _ in range(5):
        office.deal(company, status="見積中(中)")
    office.tell()
    assert (len(office.clients()), len(office.projects())) == (1, 5)
    assert {one["client"]["id"] for one in office.projects()} == {office.clients()[0]["id"]}


@pytest.mark.parametrize("batch", [True, False])
def test_two_companies_of_one_name_are_one_client(office: Office, batch: bool) -> None:
    for _ in range(2):
        office.deal(office.company(), status="見積中(中)")
        if not batch:
            office.tell()
    office.tell()
    assert (len(office.clients()), len(office.projects())) == (1, 2)


def test_a_linked_client_is_used_whatever_it_is_called_now(office: Office) -> None:
    office.linked()
    (client,), (company,) = office.clients(), office.stack.the("companies")
    office.board.change("clients", client["id"], {"name": "別の名前"})
    office.board.seed("clients", {"name": "株式会社青空商事"})
    office.deal(company["id"], status="受注済")
    office.tell()
    assert [one["client"]["id"] for one in office.projects()] == [client["id"]] * 2


@pytest.mark.parametrize(
    ("company", "client", "same"),
    [
        ("株式会社青空商事", "㈱青空商事", True),
        ("㈱青空商事", "（株）青空商事", True),
        ("(株)青空商事", "株式会社 青空商事", True),
        ("株式会社ＡＢＣ", "株式会社ABC", True),
        ("株式会社ABC", "株式会社ＡＢＣ", True),
        ("株式会社青空 商事", "株式会社青空　商事", True),
        ("株式会社ｱｵｿﾞﾗ", "株式会社アオゾラ", True),
        ("青空商事㈱", "青空商事株式会社", True),
        ("株式会社青空商事", "青空商事株式会社", False),
        ("株式会社青空商事", "有限会社青空商事", False),
        ("株式会社青空商事", "青空商事", False),
        ("株式会社青空", "株式会社青空商事", False),
    ],
)
def test_the_same_name_is_the_same_client(office: Office, company: str, client: str, same: bool) -> None:
    there = office.board.seed("clients", {"name": client})
    office.linked(name=company)
    (project,) = office.projects()
    assert (project["client"]["id"] == there) is same
    assert len(office.clients()) == (1 if same else 2)


def test_an_archived_client_is_a_client(office: Office) -> None:
    there = office.board.seed("clients", {"name": "株式会社青空商事", "archive_flg": 1})
    office.linked()
    assert [one["id"] for one in office.clients()] == [there]


def test_several_of_the_name_wait_for_a_choice(office: Office) -> None:
    ids = [office.board.seed("clients", {"name": name}) for name in ("株式会社青空商事", "㈱青空商事", "みどり")]
    company = office.company()
    office.deal(company, status="見積中(中)")
    office.tell()
    assert (len(office.clients()), office.projects()) == (3, [])
    (message,) = office.ended("parked").values()
    assert all(str(one) in message for one in (*ids[:2], company))
    assert str(ids[2]) not in message.replace(company, "").replace(str(ids[0]), "").replace(str(ids[1]), "")
    status, told = tool(office.stack, "POST", "link", {"company": company, "client": str(ids[1])})
    assert (status, told["woken"] > 0) == (200, True), told
    office.work()
    assert [one["client"]["id"] for one in office.projects()] == [ids[1]]
    assert office.ended("parked") == {}


def test_a_name_among_more_than_a_page_of_alike_ones_is_found(office: Office) -> None:
    for number in range(120):
        office.board.seed("clients", {"name": f"株式会社青空商事第{number}"})
    there = office.board.seed("clients", {"name": "株式会社青空商事"})
    office.linked()
    assert office.projects()[0]["client"]["id"] == there
    assert len(office.clients()) == 121


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("株式会社青空商事", "青空商事"),
        ("青空商事株式会社", "青空商事"),
        ("㈱青空商事", "青空商事"),
        ("（株）青空商事", "青空商事"),
        ("青空商事(有)", "青空商事"),
        ("一般社団法人 青空協会", "青空協会"),
        ("医療法人社団青空会", "青空会"),
        ("青空税理士法人", "青空"),
        ("Aozora Trading Co., Ltd.", "Aozora Trading"),
        ("日本株式会社協会", "日本株式会社協会"),
        ("株式会社", "株式会社"),
        ("㈱", "㈱"),
        ("株式会社有限会社", "有限会社"),
    ],
)
def test_the_short_name_is_never_empty(office: Office, name: str, short: str) -> None:
    office.linked(name=name)
    assert [(one["name"], one["name_disp"]) for one in office.clients()] == [(name, short)]


# Its fields.


@pytest.mark.parametrize(
    ("given", "field", "shown"),
    [
        ({"zip": "〒105ー0001"}, "zip", "105-0001"),
        ({"zip": "１０５０００１"}, "zip", "105-0001"),
        ({"phone": "０３（１２３４）５６７８"}, "tel", "03-1234-5678"),
        ({"phone": "+81 90-1234-5678"}, "tel", "090-1234-5678"),
        ({"phone": "0126723182"}, "tel", "01267-2-3182"),
        ({"state": "大阪"}, "pref", "大阪府"),
        ({"state": "Hokkaido"}, "pref", "北海道"),
        ({"state": "Kyōto-fu"}, "pref", "京都府"),
        ({"state": "東京都", "city": "東京都港区"}, "address1", "港区"),
        ({"state": "京都府", "city": "京都市中京区"}, "address1", "京都市中京区"),
        ({"city": "港区", "address": "1-1"}, "address1", "港区"),
    ],
)
def test_fields_are_written_as_board_wants_them(office: Office, given: dict[str, str], field: str, shown: str) -> None:
    office.linked(**given)
    assert office.clients()[0][field] == shown
    assert delivered(office) == []


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"state": "California"}, "pref", ("state", "pref")),
        ({"state": "東京都港区"}, "pref", ("state", "pref")),
        ({"zip": "10500"}, "zip", ("zip",)),
        ({"phone": "内線12"}, "tel", ("phone", "tel")),
    ],
)
@pytest.mark.parametrize("pref", ["refused", "taken"])
def test_what_does_not_fit_is_left_out_with_a_warning(
    office: Office, given: dict[str, str], field: str, words: tuple[str, ...], pref: str
) -> None:
    office.board.configure({"pref": pref})
    office.linked(**given)
    assert not office.clients()[0][field]
    (row,) = [one for one in office.stack.deliveries("delivered") if one["warnings"]][:1]
    (warning,) = row["warnings"]
    assert warning["code"] == "client_field_left_out"
    assert all(word in warning["message"] for word in words)
    assert next(iter(given.values())) not in warning["message"]


def test_the_address_may_be_city_and_street(office: Office) -> None:
    office.apply(client_fields=ADDRESS)
    office.linked(city="港区虎ノ門", address="1-1-1")
    assert office.clients()[0]["address1"] == "港区虎ノ門1-1-1"


@pytest.mark.parametrize("given", [{"city": "港区"}, {"address": "港区"}])
def test_half_an_address_is_one(office: Office, given: dict[str, Any]) -> None:
    office.apply(client_fields=ADDRESS)
    office.linked(**given)
    assert office.clients()[0]["address1"] == "港区"


def test_a_company_without_a_name_waits_for_one(office: Office) -> None:
    company = office.company(name="")
    office.deal(company, status="見積中(中)")
    office.tell()
    assert (office.clients(), list(office.ended("parked"))) == ([], ["company_without_name"])
    office.wait(1)
    office.hubspot.change(PORTAL, "companies", company, {"name": "青空商事"})
    office.tell()
    office.night()
    office.stack.sweep()
    office.work()
    assert [one["client"]["name"] for one in office.projects()] == ["青空商事"]
