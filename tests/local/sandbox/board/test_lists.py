"""Lists are as awkward as board's: silent on unknown filters, commas for several values, lost rows hidden."""

from typing import Any

import pytest

from local.sandbox.board import OTHER, Board
from tests.local.sandbox.callers import Caller
from tests.local.sandbox.conftest import Clock


@pytest.fixture
def rows(board: Board, clock: Clock) -> dict[str, int]:
    """Two clients, four projects of them a minute apart, their invoices."""
    found = {
        "aozora": board.seed("clients", {"name": "株式会社あおぞら", "name_disp": "あおぞら", "tags": ["東", "A"]}),
        "blue": board.seed("clients", {"name": "BLUE合同会社", "name_disp": "BLUE", "custom_no": "C-7"}),
    }
    projects: dict[str, dict[str, object]] = {
        "first": {"client_id": found["aozora"], "order_status": 1, "management_no": "m-1", "tags": ["x"]},
        "second": {"client_id": found["blue"], "order_status": 5, "delivery_date": "2026-12-10"},
        "lost": {"client_id": found["aozora"], "order_status": 9},
        "archived": {"client_id": found["aozora"], "order_status": 4, "archive_flg": 1, "tags": ["x", "y"]},
    }
    for name, values in projects.items():
        clock.pass_(60)
        found[name] = board.seed("projects", values | {"name": name, "invoice_date": "2026-12-31"})
    board.seed("clients", {"name": "他社"}, OTHER.api_key)
    return found


def names(api: Caller, path: str) -> list[str]:
    answer = api.get(f"/v1/{path}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return [row.get("email", row["name"]) for row in found]


ALL = "include_lost_flg=1&include_archive_flg=1"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["second", "first"]),
        ("include_lost_flg=1", ["lost", "second", "first"]),
        ("include_archive_flg=1", ["archived", "second", "first"]),
        (ALL, ["archived", "lost", "second", "first"]),
        ("order_status_in[]=9", []),
        ("order_status_in[]=9&include_lost_flg=1", ["lost"]),
        (f"order_status_in[]=4,5&{ALL}", ["archived", "second"]),
        (f"order_status_in[]=4&order_status_in[]=5&{ALL}", ["archived"]),
        (f"order_status_in=4,5&{ALL}", ["archived", "lost", "second", "first"]),
        ("name_cont=IRS", ["first"]),
        ("name=first", ["second", "first"]),
        ("name_eq=first", ["second", "first"]),
        ("updated_at_from=2030-01-01", ["second", "first"]),
        ("management_no_eq=", ["second", "first"]),
        ("management_no_eq=m-1", ["first"]),
        ("management_no_eq=m", []),
        ("project_no_eq=2", ["second"]),
        ("client_id_eq={blue}", ["second"]),
        ("client_name_cont=あお", ["first"]),
        ("client_name_disp_cont=blue", ["second"]),
        ("delivery_status_in[]=2,3", []),
        ("invoice_timing_kbn_in[]=1", ["second", "first"]),
        ("delivery_date_gteq=2026-12-10", ["second"]),
        ("delivery_date_gteq=2026-12-11", []),
        ("invoice_date_lteq=2026-12-31&invoice_date_gteq=2026-12-31", ["second", "first"]),
        (f"tags[]=x,z&{ALL}", ["archived", "first"]),
    ],
)
def test_filters_of_projects(api: Caller, rows: dict[str, int], query: str, expected: list[str]) -> None:
    assert names(api, f"projects?{query.format(**rows)}") == expected


# The first project is of 10:03:03.456 in Japan, the second one of a minute later.
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("updated_at_gteq=2026-11-22 10:04:03", ["second"]),
        ("updated_at_gteq=2026-11-22 10:04:04", []),
        ("created_at_gteq=2026-11-22 10:03:03", ["second", "first"]),
        ("updated_at_lteq=2026-11-22 10:03:03", []),
        ("updated_at_lteq=2026-11-22 10:03:04", ["first"]),
        ("created_at_lteq=2026-11-22 10:03:04", ["first"]),
        ("updated_at_gteq=2026-11-22", ["second", "first"]),
        ("updated_at_lteq=2026-11-22", []),
        ("updated_at_lteq=2026-11-23", ["second", "first"]),
        ("updated_at_gteq=2026-11-22T10:04:03", ["second", "first"]),
        ("updated_at_gteq=2030-01-01T00:00:00.000%2B09:00", ["second", "first"]),
        ("updated_at_gteq=2030-02-30", ["second", "first"]),
        ("updated_at_gteq=0001-01-01", ["second", "first"]),
        ("updated_at_lteq=9999-12-31 23:59:59", ["second", "first"]),
    ],
)
def test_times_are_japanese_inclusive_and_to_the_millisecond(
    api: Caller, rows: dict[str, int], query: str, expected: list[str]
) -> None:
    assert names(api, f"projects?{query}") == expected


def test_what_becomes_of_a_time_can_be_switched(api: Caller, board: Board, rows: dict[str, int]) -> None:
    board.configure({"iso_times": "refused", "lteq_day_whole": True})
    assert names(api, "projects?updated_at_lteq=2026-11-22") == ["second", "first"]
    assert names(api, "projects?updated_at_gteq=2026-11-23") == []
    assert api.get("/v1/projects?updated_at_gteq=2026-11-22T10:04:03").status_code == 400


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["株式会社あおぞら", "BLUE合同会社"]),
        ("name_cont=あおぞら", ["株式会社あおぞら"]),
        ("name_eq=株式会社あおぞら", ["株式会社あおぞら", "BLUE合同会社"]),
        ("name_cont=a,あ", []),
        ("name_disp_cont=blu", ["BLUE合同会社"]),
        ("custom_no_eq=C-7", ["BLUE合同会社"]),
        ("invoice_system_number_eq=T1", []),
        ("tags[]=A,B", ["株式会社あおぞら"]),
        ("created_at_gteq=2030-01-01", ["株式会社あおぞら", "BLUE合同会社"]),
        ("updated_at_gteq=2026-11-22 10:02:03", ["株式会社あおぞら", "BLUE合同会社"]),
        ("updated_at_gteq=2026-11-22 10:02:04", []),
    ],
)
def test_filters_of_clients(api: Caller, rows: dict[str, int], query: str, expected: list[str]) -> None:
    assert names(api, f"clients?{query}") == expected


def test_archived_clients_are_hidden(api: Caller, board: Board, rows: dict[str, int]) -> None:
    board.change("clients", rows["aozora"], {"archive_flg": 1})
    assert names(api, "clients") == ["BLUE合同会社"]
    assert names(api, "clients?include_archive_flg=1") == ["株式会社あおぞら", "BLUE合同会社"]
    assert api.get(f"/v1/clients/{rows['aozora']}").status_code == 200


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["first", "second", "lost", "archived"]),
        ("project_order_status_in[]=5,9", ["second", "lost"]),
        ("invoice_status_in[]=1", ["first", "second", "lost", "archived"]),
        ("invoice_status_in[]=2,3", []),
        ("project_project_no_eq=2", ["second"]),
        ("project_id_eq={second}", ["first", "second", "lost", "archived"]),
        ("project_no_eq=2", ["first", "second", "lost", "archived"]),
        ("project_management_no_eq=m-1", ["first"]),
        ("project_name_cont=ost", ["lost"]),
        ("project_client_id_eq={blue}", ["second"]),
        ("project_client_name_cont=BLUE", ["second"]),
        ("project_client_name_disp_cont=BLUE", ["second"]),
        ("project_tags[]=y", ["archived"]),
        ("invoice_date_gteq=2027-01-01", []),
        ("invoice_payment_limit_date_gteq=2027-01-31", ["first", "second", "lost", "archived"]),
        ("updated_at_gteq=2026-11-22 10:05:03", ["lost", "archived"]),
    ],
)
def test_filters_of_invoices(api: Caller, rows: dict[str, int], query: str, expected: list[str]) -> None:
    assert names(api, f"invoices?{query.format(**rows)}") == expected


def test_users_are_found_by_their_mail_address(api: Caller, board: Board) -> None:
    board.seed("users", {"email": "Hanako@example.co.jp", "last_name": "山田", "first_name": "花子"})
    both = ["tantou@example.co.jp", "Hanako@example.co.jp"]
    found = {mail: [row["email"] for row in api.get(f"/v1/users?email_eq={mail}").json()] for mail in (*both, "x")}
    assert found == {mail: [mail] for mail in both} | {"x": []}
    assert [row["email"] for row in api.get("/v1/users?email=x").json()] == both
    assert api.get("/v1/users?email_eq=hanako@example.co.jp").json() == []
    board.configure({"mail_case_matters": False})
    assert len(api.get("/v1/users?email_eq=hanako@example.co.jp").json()) == 1


def test_pages_are_bare_arrays_with_their_counts_in_headers(api: Caller, board: Board) -> None:
    ids = [board.seed("clients", {"name": f"{number}"}) for number in range(25)]
    pages = [api.get(f"/v1/clients{query}") for query in ("", "?page=3", "?page=4", "?per_page=25", "?per_page=100")]
    assert [len(page.json()) for page in pages] == [10, 5, 0, 25, 25]
    told = [tuple(page.headers[f"X-{name}"] for name in ("Total-Count", "Page", "Per-Page")) for page in pages]
    assert told == [("25", "1", "10"), ("25", "3", "10"), ("25", "4", "10"), ("25", "1", "25"), ("25", "1", "100")]
    assert [row["id"] for page in pages[:2] for row in page.json()] == ids[:10] + ids[20:]
    assert api.get("/v1/clients?name_cont=24").headers["X-Total-Count"] == "1"


@pytest.mark.parametrize(
    ("query", "status"),
    [("per_page=101", 422), ("per_page=0", 400), ("per_page=x", 400), ("page=0", 400), ("page=-1", 400)],
)
def test_pages_have_bounds(api: Caller, query: str, status: int) -> None:
    assert api.get(f"/v1/projects?{query}").status_code == status


def test_too_many_a_page_may_be_clamped_instead(api: Caller, board: Board) -> None:
    board.configure({"per_page_over": "clamped"})
    assert api.get("/v1/projects?per_page=500").headers["X-Per-Page"] == "100"


def test_one_account_does_not_see_the_other(api: Caller, board: Board, rows: dict[str, int]) -> None:
    (other,) = board.state(OTHER.api_key)["clients"]
    assert api.get(f"/v1/clients/{other['id']}").status_code == 404
