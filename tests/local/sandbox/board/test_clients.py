"""Clients: both names are required, a prefecture is one of 47, one with projects stays."""

import pytest

from local.sandbox.board import Board
from local.sandbox.board.values import PREFECTURES
from tests.local.sandbox.callers import Caller
from tests.local.sandbox.conftest import Clock

NAMES = {"name": "株式会社あおぞら", "name_disp": "あおぞら"}
ONLY_LARGE = {"note", "tags", "custom_no", "archive_flg", "to", "cc"}


def test_a_client_is_made_read_changed_and_deleted(api: Caller, clock: Clock) -> None:
    made = api.post("/v1/clients", json=NAMES | {"pref": "東京都", "payment_term_id": "3", "colour": "blue"})
    assert made.status_code == 201
    number = made.json()["id"]
    read = api.get(f"/v1/clients/{number}").json()
    assert (read["pref"], read["payment_term_id"], "colour" in read) == ("東京都", 3, False)
    assert (read["zip"], read["tel"], read["tags"], read["archive_flg"]) == (None, None, [], 0)
    assert read["created_at"] == read["updated_at"] == "2026-11-22T10:02:03.456+09:00"
    clock.pass_(1)
    assert api.patch(f"/v1/clients/{number}", json={"tel": "03-1234-5678"}).json()["tel"] == "03-1234-5678"
    changed = api.get(f"/v1/clients/{number}").json()
    assert changed == read | {"tel": "03-1234-5678", "updated_at": "2026-11-22T10:02:04.456+09:00"}
    assert api.delete(f"/v1/clients/{number}").status_code == 204
    for refused in (api.get, api.patch, api.delete):
        assert refused(f"/v1/clients/{number}", json={}).status_code == 404
    assert api.post("/v1/clients", json=NAMES).json()["id"] == number + 1, "no id comes twice"


def test_what_is_the_same_is_no_change(api: Caller, board: Board, clock: Clock) -> None:
    number = board.seed("clients", NAMES)
    clock.pass_(1)
    for body in ({}, NAMES, {"colour": "blue"}):
        answer = api.patch(f"/v1/clients/{number}", json=body).json()
        assert answer["updated_at"] == answer["created_at"]


def test_lists_show_less(api: Caller, board: Board) -> None:
    number = board.seed("clients", NAMES | {"note": "メモ"})
    (small,) = api.get("/v1/clients").json()
    assert not ONLY_LARGE & small.keys()
    assert {"id", "name", "name_disp", "title", "zip", "pref", "tel", "company_number", "updated_at"} <= small.keys()
    (large,) = api.get("/v1/clients?response_group=large").json()
    assert large.keys() >= ONLY_LARGE
    assert large == api.get(f"/v1/clients/{number}").json()
    board.configure({"lists_show_all": True})
    assert api.get("/v1/clients").json() == [large]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"name", "name_disp"}),
        ({"name": "一"}, {"name_disp"}),
        ({"name": "一", "name_disp": ""}, {"name_disp"}),
        ({"name": "一", "name_disp": None}, {"name_disp"}),
        (NAMES | {"name": ["一"]}, {"name"}),
        (NAMES | {"pref": "東京"}, {"pref"}),
        (NAMES | {"pref": "Tokyo"}, {"pref"}),
        (NAMES | {"tags": "一"}, {"tags"}),
        (NAMES | {"nda_flg": 2, "payment_term_id": "x"}, {"nda_flg", "payment_term_id"}),
        (NAMES | {"nda_flg": True}, {"nda_flg"}),
    ],
)
def test_what_is_wrong_is_told_by_field(api: Caller, board: Board, body: dict[str, object], fields: set[str]) -> None:
    refused = api.post("/v1/clients", json=body)
    assert (refused.status_code, refused.json()["errors"].keys()) == (422, fields)
    assert refused.json()["message"]
    assert all(isinstance(line, str) for lines in refused.json()["errors"].values() for line in lines)
    assert board.state()["clients"] == []


@pytest.mark.parametrize("body", ["", "name=x", "[]", "{", '"x"', "{'name': 'x'}"])
def test_a_body_that_is_no_json_object(api: Caller, body: str) -> None:
    refused = api.post("/v1/clients", data=body.encode())
    assert (refused.status_code, refused.json().keys()) == (400, {"message"})


@pytest.mark.parametrize("body", [{"name": ""}, {"name_disp": None}, {"pref": "江戸"}])
def test_a_change_can_be_wrong_too(api: Caller, board: Board, body: dict[str, object]) -> None:
    number = board.seed("clients", NAMES)
    refused = api.patch(f"/v1/clients/{number}", json=body)
    assert (refused.status_code, refused.json()["errors"].keys()) == (422, body.keys())
    assert api.get(f"/v1/clients/{number}").json()["name"] == NAMES["name"]


def test_all_47_prefectures_and_none(api: Caller, board: Board) -> None:
    assert len(PREFECTURES) == 47
    number = board.seed("clients", NAMES)
    for pref in ("北海道", "京都府", "沖縄県", "", None):
        assert api.patch(f"/v1/clients/{number}", json={"pref": pref}).json()["pref"] == pref
    board.configure({"pref": "taken"})
    assert api.patch(f"/v1/clients/{number}", json={"pref": "東京"}).json()["pref"] == "東京"


def test_the_same_name_twice_makes_two(api: Caller) -> None:
    first, second = (api.post("/v1/clients", json=NAMES).json()["id"] for _ in range(2))
    assert first != second
    assert len(api.get("/v1/clients?name_cont=あおぞら").json()) == 2


def test_a_client_with_projects_stays(api: Caller, board: Board) -> None:
    client = board.seed("clients", NAMES)
    project = board.seed("projects", {"name": "一", "client_id": client})
    refused = api.delete(f"/v1/clients/{client}")
    assert (refused.status_code, refused.json().keys()) == (422, {"message"})
    with pytest.raises(ValueError, match="uses"):
        board.remove("clients", client)
    board.remove("projects", project)
    assert api.delete(f"/v1/clients/{client}").status_code == 204


@pytest.mark.parametrize(("switch", "shown"), [("id", {"id"}), ("none", set())])
def test_a_write_may_be_answered_with_less(api: Caller, board: Board, switch: str, shown: set[str]) -> None:
    board.configure({"write_answers": switch})
    made = api.post("/v1/clients", json=NAMES)
    assert (set(made.json()) if made.text else set()) == shown
    assert made.status_code == (201 if shown else 204)
    assert len(board.state()["clients"]) == 1
