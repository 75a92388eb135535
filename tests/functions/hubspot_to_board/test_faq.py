"""What the help page of the app that this integration replaces promises, sentence by sentence (FAQ and manual)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.functions.hubspot_to_board.admin import problems, tool
from tests.harness import PORTAL
from tests.office import OWNER, PIPELINE, STAGES, Office, settings

# 連携される会社情報.


def test_a_company_becomes_a_client(office: Office) -> None:
    """HubSpot「会社」データをboard「顧客」に連携することができます。"""
    office.linked(name="合同会社みどり")
    assert [one["name"] for one in office.clients()] == ["合同会社みどり"]


@pytest.mark.parametrize("form", ["株式会社", "合同会社", "有限会社"])
@pytest.mark.parametrize("at_end", [False, True])
def test_the_short_name_has_no_legal_form(office: Office, form: str, at_end: bool) -> None:
    """名前→顧客略称 ※正式名称から、株式会社・合同会社・有限会社を取り払って連携されます"""
    name = f"青空商事{form}" if at_end else f"{form}青空商事"
    office.linked(name=name)
    assert [(one["name"], one["name_disp"]) for one in office.clients()] == [(name, "青空商事")]


@pytest.mark.parametrize(
    ("theirs", "value", "ours", "shown"),
    [
        ("name", "青空商事", "name", "青空商事"),
        ("zip", "1050001", "zip", "105-0001"),
        ("phone", "0312345678", "tel", "03-1234-5678"),
        ("state", "東京都", "pref", "東京都"),
        ("city", "港区虎ノ門", "address1", "港区虎ノ門"),
    ],
)
def test_fields_of_the_company(office: Office, theirs: str, value: str, ours: str, shown: str) -> None:
    """名前→顧客名 ・郵便番号→郵便番号 ・電話番号→電話番号 ・都道府県/地域→都道府県 ・市町村→住所"""
    office.linked(**{theirs: value})
    (client,) = office.clients()
    assert client[ours] == shown


def test_the_mapping_can_be_changed(office: Office) -> None:
    """各会社情報のマッピングを変える場合はHubSpot設定>>会社情報紐づけ設定より設定が可能。"""
    office.apply(client_fields=[{"field": "note", "from": ["city"]}, {"field": "address2", "from": ["address2"]}])
    office.linked(city="港区", address2="青空ビル3階", zip="1050001")
    (client,) = office.clients()
    shown = ("note", "address2", "address1", "zip")
    assert [client[name] or "" for name in shown] == ["港区", "青空ビル3階", "", ""]


def test_an_existing_client_of_that_name_is_linked(office: Office) -> None:
    """※既に同名の顧客が存在する場合、自動的に紐づけられます。"""
    there = office.board.seed("clients", {"name": "株式会社青空商事"})
    office.linked()
    assert [one["id"] for one in office.clients()] == [there]
    assert [one["client"]["id"] for one in office.projects()] == [there]


def test_company_data_goes_over_at_the_first_link_only(office: Office) -> None:
    """初回連携時のみ連携されます。※初回連携時以降に更新いただいた情報はboardには連携されませんのでご注意ください。"""
    deal = office.linked(city="港区")
    (company,) = office.stack.the("companies")
    office.wait(1)
    office.hubspot.change(PORTAL, "companies", company["id"], {"city": "千代田区", "name": "青空ホールディングス"})
    office.tell()
    office.move(deal, "受注済")
    office.tell()
    office.night()
    (client,) = office.clients()
    assert (client["address1"], client["name"]) == ("港区", "株式会社青空商事")
    assert office.projects()[0]["order_status_name"] == "受注済"


def test_boards_clients_do_not_come_back(office: Office) -> None:
    """現在の仕様では、boardの顧客情報をHubSpotに連携することはできません。"""
    office.linked(city="港区")
    (before,) = office.stack.the("companies")
    office.wait(1)
    office.board.change("clients", office.clients()[0]["id"], {"name": "青空HD", "address1": "千代田区"})
    office.board.seed("clients", {"name": "株式会社みどり"})
    office.night()
    assert office.stack.the("companies") == [before]


def test_clients_are_pushed_into_an_empty_hubspot(office: Office) -> None:
    """HubSpotに1件も会社情報が無い場合の利用を想定しています。(here another click makes no company twice)"""
    for name in ("株式会社青空商事", "みどり有限会社"):
        office.board.seed("clients", {"name": name})
    for _ in range(2):
        office.press("push_clients")
        office.wait(3600)
    names = sorted(one["properties"]["name"] for one in office.stack.the("companies"))
    assert names == ["みどり有限会社", "株式会社青空商事"]


def test_contacts_are_left_out(office: Office) -> None:
    """HubSpot内のコンタクト情報は連携しておりません。"""
    deal = office.deal(office.company(), status="見積中(中)")
    contact = office.hubspot.seed(PORTAL, "contacts", {"email": "hanako@example.jp", "lastname": "山田"})
    office.hubspot.associate(PORTAL, "deals", deal, "contacts", contact)
    office.tell()
    assert [one["contact"] for one in office.projects()] == [None]
    assert not [call for call in office.calls() if "contacts" in call]
    assert "山田" not in str(office.board.state()["clients"])


# 連携される取引情報.


def test_fields_of_the_deal(office: Office) -> None:
    """・取引名→案件名 ・名前→顧客情報 ・取引担当者→担当者"""
    user = office.board.seed("users", {"email": OWNER.email, "last_name": "田中"})
    office.deal(office.company(name="みどり有限会社"), status="見積中(高)", dealname="保守契約 2027")
    office.tell()
    (project,) = office.projects()
    shown = project["name"], project["client"]["name"], project["user"]["id"], project["order_status_name"]
    assert shown == ("保守契約 2027", "みどり有限会社", user, "見積中(高)")


def test_the_primary_company_counts(office: Office) -> None:
    """※プライマリーとして登録している会社の取引としてboardに紐づけます。"""
    smaller, primary = office.company(name="小さい番号"), office.company(name="プライマリー")
    office.deal(primary, smaller, status="見積中(中)")
    office.tell()
    assert [one["client"]["name"] for one in office.projects()] == ["プライマリー"]


def test_of_several_without_a_primary_one_the_smallest_record_id_counts(office: Office) -> None:
    """2社以上紐づけている且つプライマリー設定されていない場合は、Record IDが小さい番号の会社"""
    first, second = office.company(name="小さい番号"), office.company(name="大きい番号")
    deal = office.deal(status="見積中(中)")
    for company in (second, first):
        office.hubspot.associate(PORTAL, "deals", deal, "companies", company)
    office.tell()
    assert [one["client"]["name"] for one in office.projects()] == ["小さい番号"]


def test_a_deal_without_a_company_does_not_go_over(office: Office) -> None:
    """取引に会社情報が紐づいていないと連携されません。"""
    office.deal(status="見積中(中)")
    office.tell()
    assert (office.projects(), office.clients()) == ([], [])
    (message,) = office.ended("parked").values()
    assert "取引に会社が紐づいていません" in message


def test_the_project_stands_in_boards_list(office: Office) -> None:
    """連携したHubSpotの取引は boardの案件一覧に表示されます。"""
    office.linked()
    keys = {"x-api-key": "demo-board-key", "authorization": "Bearer demo-board-token"}
    office.wait(2)
    listed = office.stack.session().get("http://127.0.0.1:3001/board/v1/projects", headers=keys, timeout=5).json()
    assert [one["name"] for one in listed] == ["基幹システム刷新"]


# 設定.


def test_one_stage_for_two_statuses_is_an_error(office: Office) -> None:
    """同じステージを選択するとエラーとなります。"""
    stage = STAGES["受注済"]
    rows = [{"status": status, "stage": stage} for status in ("受注済", "受注確定")]
    ((_, message, _),) = problems(office.stack, settings(pipelines=[{"pipeline": PIPELINE, "stages": rows}]))
    assert all(word in message for word in (stage, "受注済", "受注確定"))


def test_stages_are_read_from_hubspot(office: Office) -> None:
    """HubSpotの連携設定を完了させるとパイプラインとステージ情報を読み込む"""
    _, told = tool(office.stack, "GET", "pipelines")
    found = {one["id"]: [stage["id"] for stage in one["stages"]] for one in told["pipelines"]}
    assert set(STAGES.values()) <= set(found[PIPELINE])


def test_the_clients_address_stands_in_the_chosen_property(office: Office) -> None:
    """HubSpot内の任意プロパティに該当のboard側顧客情報URLを反映させることができます。"""
    known = office.hubspot.portals[PORTAL].properties["companies"]
    known["board_url"] = replace(known["website"], name="board_url", hubspot_defined=False)
    office.apply(client_page={"property": "board_url"})
    office.linked()
    (client,), (company,) = office.clients(), office.stack.the("companies")
    assert company["properties"]["board_url"] == f"https://the-board.jp/clients/{client['id']}/edit"
