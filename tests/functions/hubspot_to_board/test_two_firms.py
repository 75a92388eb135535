"""Two workspaces on one HubSpot account, and a firm that leaves HubSpot for a while."""

from __future__ import annotations

import pytest

from local.sandbox.board import OTHER
from tests.office import KEY, STAGES, Office, settings


def test_each_workspace_has_its_own_board(office: Office) -> None:
    stack, there = office.stack, "second"
    first, stack.workspace = stack.workspace, there
    assert stack.connect()["statusCode"] == 200
    keys = {"api_key": OTHER.api_key, "api_token": OTHER.api_token}
    status, told = stack.api("POST", f"/api/workspaces/{there}/connections/board", {"secrets": keys})
    assert status == 200, told
    user = office.board.state(OTHER.api_key)["users"][0]["id"]
    rows = [{"status": "受注済", "stage": STAGES["受注済"]}, {"status": "失注", "stage": STAGES["見積中(高)"]}]
    pipelines = [{"pipeline": "8001000", "stages": rows}]
    status, told = stack.apply(integrations={KEY: settings(fallback_user=user, pipelines=pipelines)})
    assert status == 200, told
    stack.workspace = first
    office.wait(10)

    deal = office.deal(office.company(), status="見積中(中)")
    office.tell()
    assert (len(office.projects()), office.board.state(OTHER.api_key)["projects"]) == (1, [])
    office.move(deal, "見積中(高)")
    office.tell()
    (other,) = office.board.state(OTHER.api_key)["projects"]
    assert (office.projects()[0]["order_status_name"], other["order_status_name"]) == ("見積中(高)", "失注")


@pytest.mark.parametrize("status", ["受注済", ""])
def test_what_moved_while_hubspot_was_not_connected_follows_by_night(office: Office, status: str) -> None:
    linked = office.linked("見積中(中)")
    fresh = office.deal(office.company(name="みどり"))
    office.tell()
    assert office.stack.api("DELETE", "/api/workspaces/demo/connections/hubspot?waiting=keep")[0] == 200
    for deal in (linked, fresh):
        office.move(deal, status)
    office.tell()  # nobody listens
    assert [one["order_status_name"] for one in office.projects()] == ["見積中(中)"]
    assert office.stack.connect()["statusCode"] == 200
    office.night()
    office.stack.sweep()
    office.work()
    expected = ["受注済", "受注済"] if status else ["見積中(中)"]
    assert [one["order_status_name"] for one in office.projects()] == expected
    assert (office.status(linked), office.status(fresh)) == (status, status)


def test_another_portal_is_nobodys_link(office: Office) -> None:
    """After a switch to another HubSpot account its records are their own, whatever their ids are."""
    office.linked()
    (company,), (deal,) = office.stack.the("companies"), office.stack.the("deals")
    other = office.hubspot.portals[222222]
    other.last_id = int(company["id"]) - 1
    assert office.stack.api("DELETE", "/api/workspaces/demo/connections/hubspot?waiting=keep")[0] == 200
    assert office.stack.connect(222222, switch_account=True)["statusCode"] == 200
    pipelines = [{"pipeline": "9002000", "stages": [{"status": "受注済", "stage": "9002005"}]}]
    office.apply(pipelines=pipelines)
    office.wait(60)
    twin = office.hubspot.seed(222222, "companies", {"name": "別の会社"})
    assert twin == company["id"]
    moved = {"dealname": "別の取引", "pipeline": "9002000", "dealstage": "9002005", "closedate": "2026-12-10T03:00:00Z"}
    made = office.hubspot.seed(222222, "deals", moved)
    assert made == deal["id"]
    office.hubspot.associate(222222, "deals", made, "companies", twin, 5)
    office.tell()
    found = [(one["client"]["name"], one["order_status_name"]) for one in office.projects()]
    assert found == [("株式会社青空商事", "見積中(中)"), ("別の会社", "受注済")]
