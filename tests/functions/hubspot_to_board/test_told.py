"""What people must hear of and what must not be unlinked: told however a run ends, and never on a mere suspicion."""

from __future__ import annotations

import pytest

from local.sandbox.faults import Fault
from tests.functions.hubspot_to_board.masses import many
from tests.functions.hubspot_to_board.nights import lose_events, order_status, others_go_on, project_of, quiet
from tests.harness import Stack
from tests.mails import sent
from tests.office import KEY, Office


def go_on(office: Office) -> None:
    """Time goes by, and what waits goes on."""
    for _ in range(4):
        office.wait(300)
        office.stack.sweep()
        office.work()


def mails(office: Office) -> list[str]:
    """What the mails say that were sent by now."""
    office.wait(600)
    office.stack.tell()
    return [one.text for one in sent()]


def unlink(office: Office, deal: str) -> None:
    """Somebody gives a deal's project up, and wants a new one."""
    path = f"/api/workspaces/{office.stack.workspace}/tools/{KEY}/unlink"
    assert office.stack.api("POST", path, {"deal": deal, "again": True})[0] == 200


# Deleted in board.


@pytest.mark.parametrize("failing", [0, 1])
def test_each_deleted_project_is_told_though_board_fails_in_between(office: Office, failing: int) -> None:
    """Whichever of the two is asked for first: what was unlinked before board failed is told, too."""
    deals = [office.linked(name=f"株式会社{name}") for name in "ABC"]
    office.night()
    office.night()
    others_go_on(office)
    projects = [project_of(office, deal)["id"] for deal in deals[:2]]
    for project in projects:
        office.board.remove("projects", project)
    fault = office.board.faults.add(Fault("GET", f"/v1/projects/{projects[failing]}", status=503))
    run = office.night()
    go_on(office)
    (run,) = [one for one in office.stack.deliveries() if one["id"] == run["id"]]
    assert (run["state"], run["outcome"]["unlinked"], fault.struck) == ("delivered", "2", 1)
    assert sorted(one["code"] for one in run["warnings"]) == ["board_project_gone"] * 2
    (mail,) = mails(office)
    assert all(str(name) in mail for name in (*projects, *deals[:2]))


@pytest.mark.parametrize("heard", [True, False])
def test_a_path_that_is_not_found_unlinks_nothing(office: Office, heard: bool) -> None:
    """Only a project that is not there when it is asked for by its id is gone."""
    deal = office.linked()
    project = project_of(office, deal)["id"]
    office.night()
    fault = office.board.faults.add(Fault("PATCH", "/v1/projects/order_status/*", status=404, times=None))
    office.move(deal, "受注済")
    office.tell() if heard else lose_events(office)
    office.night()
    assert fault.struck
    assert [text for text in mails(office) if str(project) in text] == [], "nobody is told that it is gone"
    office.board.faults.clear()
    office.move(deal, "失注")
    office.tell()
    assert order_status(office, deal) == "失注"
    assert [one["id"] for one in office.projects()] == [project]


def test_very_many_that_are_missing_at_once_stay_linked_until_a_person_says_so(stack: Stack) -> None:
    """A token that suddenly sees less is not a firm that deletes everything in one night."""
    office = Office(stack)
    pairs = many(office, 15)
    for _, project in pairs[:12]:
        office.board.remove("projects", project)
    run = office.night()
    assert run["state"] == "delivered"
    assert int(run["outcome"].get("unlinked", 0)) <= 10
    assert "board_many_gone" in {one["code"] for one in run["warnings"]}
    assert any("renkei board sync" in text for text in mails(office))
    office.press("sync")
    runs = [one for one in office.stack.deliveries() if ".manual.sync." in one["id"]]
    assert int(run["outcome"].get("unlinked", 0)) + int(runs[0]["outcome"]["unlinked"]) == 12
    deal = pairs[0][0]
    unlink(office, deal)
    status, shown = office.stack.api("GET", f"/api/workspaces/{office.stack.workspace}/tools/{KEY}/status")
    assert (status, shown["linked"]["deals"]) == (200, 3)


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_a_project_that_was_given_up_is_not_taken_for_the_new_one(office: Office, kind: str) -> None:
    """board's answer to the new one was lost, and the old one still stands there with our key."""
    deal = office.linked()
    old = project_of(office, deal)["id"]
    unlink(office, deal)
    fault = office.board.faults.add(Fault("POST", "/v1/projects", kind))  # type: ignore[arg-type]
    office.move(deal, "受注済")
    office.tell()
    go_on(office)
    assert fault.struck == 1
    shown = {one["id"]: one["order_status_name"] for one in office.projects()}
    assert (shown.pop(old), list(shown.values())) == ("見積中(中)", ["受注済"])
    office.move(deal, "失注")
    office.tell()
    assert sorted(one["order_status_name"] for one in office.projects()) == ["失注", "見積中(中)"]
    quiet(office)
