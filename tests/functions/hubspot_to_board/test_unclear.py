"""board did it or did not, and its answer never came: whoever goes on looks before anything is made again."""

from __future__ import annotations

from typing import Any

import pytest

from local.sandbox.faults import Fault, Kind
from tests.crash.outside import settles
from tests.harness import PORTAL
from tests.office import Office

PROJECTS, CLIENTS = "/v1/projects", "/v1/clients"
BOTH = pytest.mark.parametrize("path", [CLIENTS, PROJECTS])
PLACES = pytest.mark.parametrize(
    ("path", "by"), [(CLIENTS, "management_no"), (PROJECTS, "management_no"), (PROJECTS, "memo")]
)
WAYS = pytest.mark.parametrize("by", ["management_no", "memo"])
DONE: tuple[Kind, ...] = ("timeout_after", "cut_after", "junk_body")
NOT_DONE: tuple[Kind, ...] = ("timeout_before", "cut_before")
COMPANY, RENAMED = "株式会社青空商事", "大空ホールディングス株式会社"


def keyed(office: Office, by: str) -> None:
    """Let our key stand in the 管理番号 or in the memo."""
    if by != "management_no":
        office.apply(project_key=by)


def lose(office: Office, path: str, kind: Kind, *, late: int = 0, times: int = 1) -> Fault:
    """Let a POST's answer be lost; `late`: its effect comes so many seconds later."""
    if late:
        office.board.configure({"late_seconds": late})
    return office.board.faults.add(Fault("POST", path, kind, times=times))


def begun(office: Office, **deal: str) -> tuple[str, str]:
    """A new deal of a new company of which HubSpot tells: (deal, company)."""
    company = office.company(name=COMPANY)
    made = office.deal(company, status="見積中(中)", **deal)
    office.tell()
    return made, company


def asked(office: Office, method: str, path: str) -> int:
    """How often board was asked so."""
    return sum((one.method, one.path) == (method, path) for one in office.board.calls)


def one_of_each(office: Office) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the one client, the one project), which belong together; and nothing waits or was refused."""
    (client,), (project,) = office.clients(), office.projects()
    assert project["client"]["id"] == client["id"]
    assert {one["state"] for one in office.stack.deliveries()} <= {"delivered", "skipped"}
    return client, project


def further(office: Office) -> list[str]:
    """What is written when HubSpot tells of what we wrote, and by another night."""
    office.forget_calls()
    office.tell()
    office.night()
    return office.writes()


@PLACES
@pytest.mark.parametrize("kind", DONE)
def test_what_was_made_is_found_and_not_made_again(office: Office, by: str, path: str, kind: Kind) -> None:
    keyed(office, by)
    fault = lose(office, path, kind)
    begun(office)
    assert (fault.struck, asked(office, "POST", path)) == (1, 1)
    settles(office.stack)
    one_of_each(office)
    assert asked(office, "POST", path) == 1


@PLACES
@pytest.mark.parametrize("kind", NOT_DONE)
def test_what_was_not_made_is_looked_for_first_and_made_then(office: Office, by: str, path: str, kind: Kind) -> None:
    keyed(office, by)
    lose(office, path, kind)
    begun(office)
    office.forget_calls()
    settles(office.stack)
    client, project = one_of_each(office)
    assert asked(office, "POST", path) == 1
    steps = [(one.method, one.path) for one in office.board.calls]
    assert ("GET", path) in steps[: steps.index(("POST", path))]
    key = f"hubspot-{PORTAL}-"
    assert key in str(project["management_no" if by == "management_no" else "in_house_memo"])
    assert client["name"] == COMPANY


@PLACES
@pytest.mark.parametrize("late", [45, 115])
def test_what_is_made_late_is_waited_for(office: Office, by: str, path: str, late: int) -> None:
    """board is slower than our patience: it makes the record after we gave the call up."""
    keyed(office, by)
    lose(office, path, "timeout_before", late=late)
    begun(office)
    settles(office.stack)
    one_of_each(office)
    assert asked(office, "POST", path) == 1
    assert further(office) == []


@WAYS
def test_both_may_come_late(office: Office, by: str) -> None:
    keyed(office, by)
    lose(office, CLIENTS, "timeout_before", late=70)
    lose(office, PROJECTS, "timeout_before")
    begun(office)
    settles(office.stack)
    one_of_each(office)


@BOTH
@pytest.mark.parametrize("late", [0, 60])
def test_a_company_that_was_renamed_meanwhile_gets_no_second_client(office: Office, path: str, late: int) -> None:
    lose(office, path, "timeout_before" if late else "timeout_after", late=late)
    deal, company = begun(office)
    office.hubspot.change(PORTAL, "companies", company, {"name": RENAMED})
    office.tell()
    settles(office.stack)
    client, _ = one_of_each(office)
    assert client["name"] == COMPANY
    assert further(office) == []
    assert office.status(deal) == "見積中(中)"


def test_a_company_that_was_renamed_and_never_made_is_made_by_its_new_name(office: Office) -> None:
    lose(office, CLIENTS, "timeout_before")
    _, company = begun(office)
    office.hubspot.change(PORTAL, "companies", company, {"name": RENAMED})
    settles(office.stack)
    client, _ = one_of_each(office)
    assert client["name"] == RENAMED


@WAYS
def test_a_deal_that_went_to_another_company_meanwhile_keeps_its_one_project(office: Office, by: str) -> None:
    keyed(office, by)
    lose(office, PROJECTS, "timeout_before", late=60)
    deal, _ = begun(office)
    assert office.projects() == []
    other = office.company(name="別会社株式会社")
    office.hubspot.associate(PORTAL, "deals", deal, "companies", other, 5)
    office.tell()
    settles(office.stack)
    assert len(office.projects()) == 1
    assert office.stack.deliveries("rejected") == []


@pytest.mark.parametrize("late", [0, 60])
def test_a_deal_that_moved_on_meanwhile_takes_its_project_along(office: Office, late: int) -> None:
    lose(office, PROJECTS, "timeout_before" if late else "timeout_after", late=late)
    deal, _ = begun(office)
    office.move(deal, "受注済")
    office.tell()
    settles(office.stack)
    _, project = one_of_each(office)
    assert project["order_status_name"] == "受注済"
    office.night()
    assert (office.status(deal), one_of_each(office)[1]["order_status_name"]) == ("受注済", "受注済")
    assert further(office) == []


@WAYS
@pytest.mark.parametrize("answers", ["id", "none"])
def test_whatever_board_answers_to_a_write(office: Office, by: str, answers: str) -> None:
    keyed(office, by)
    office.board.configure({"write_answers": answers})
    deal, _ = begun(office)
    settles(office.stack)
    one_of_each(office)
    assert (asked(office, "POST", CLIENTS), asked(office, "POST", PROJECTS)) == (1, 1)
    office.move(deal, "受注済")
    office.tell()
    settles(office.stack)
    assert one_of_each(office)[1]["order_status_name"] == "受注済"
    assert further(office) == []


@BOTH
@pytest.mark.parametrize(
    "body", ['{"id": "x"}', '{"id": null}', '{"message": "ok"}', "[]", "null", "5", '"70001"', "{"]
)
def test_an_answer_that_makes_no_sense_is_as_good_as_none(office: Office, path: str, body: str) -> None:
    office.board.faults.add(Fault("POST", path, "junk_body", body=body))
    begun(office)
    settles(office.stack)
    one_of_each(office)
    assert asked(office, "POST", path) == 1


@BOTH
def test_a_look_that_fails_itself_makes_nothing(office: Office, path: str) -> None:
    """The answer to the POST was lost, and so are those to the first looks."""
    lose(office, path, "timeout_after")
    office.board.faults.add(Fault("GET", path, "status", status=502, times=1))
    begun(office)
    office.board.faults.add(Fault("GET", path, "junk_body", times=2))
    settles(office.stack)
    one_of_each(office)
    assert asked(office, "POST", path) == 1


def test_two_deals_of_one_company_of_which_nobody_knows(office: Office) -> None:
    lose(office, CLIENTS, "timeout_after")
    lose(office, PROJECTS, "timeout_after", times=2)
    company = office.company(name=COMPANY)
    deals = [office.deal(company, status="見積中(中)", dealname=f"{number}件目") for number in range(2)]
    office.tell()
    settles(office.stack)
    (client,), projects = office.clients(), office.projects()
    numbers = sorted(one["management_no"] for one in projects)
    assert numbers == sorted(f"hubspot-{PORTAL}-{deal}" for deal in deals)
    assert {one["client"]["id"] for one in projects} == {client["id"]}
