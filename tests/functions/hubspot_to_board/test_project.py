"""What a new project is made of: who is in charge of it, how it is billed, and the days that a deal does not have."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from local.sandbox.hubspot.store import OWNERS
from tests.harness import PORTAL, Stack
from tests.office import OWNER, Office

BEGIN, END = "begin_on", "end_on"


@pytest.fixture
def office(stack: Stack) -> Office:
    firm = Office(stack)
    stack.begin("office", firm.open)
    known = firm.hubspot.portals[PORTAL].properties["deals"]
    for name in (BEGIN, END):
        known[name] = replace(known["closedate"], name=name, type="date", hubspot_defined=False)
    return firm


def waiting(office: Office) -> str:
    """What the only deal waits for, in words; nothing was made of it."""
    assert office.projects() == []
    (message,) = office.ended("parked").values()
    assert not office.ended("rejected")
    return message


def made(office: Office) -> Any:
    """The only project; nothing waits any more."""
    office.wait(60)
    office.stack.sweep()
    office.work()
    assert (office.ended("parked"), office.ended("pending")) == ({}, {})
    (project,) = office.projects()
    return project


def deal(office: Office, **properties: str) -> str:
    """A deal that enters a mapped stage."""
    found = office.deal(office.company(), status="見積中(中)", **properties)
    office.tell()
    return found


def filled(office: Office, id_: str, told: bool, **properties: str) -> None:
    """Let somebody complete a deal; HubSpot tells of it, or only the night finds out."""
    office.wait(1)
    office.hubspot.change(PORTAL, "deals", id_, properties)
    if told:
        moment = round(office.clock().timestamp() * 1000)
        event = {"subscriptionType": "deal.propertyChange", "portalId": PORTAL, "objectId": int(id_)}
        office.stack.hear([event | {"propertyName": next(iter(properties)), "occurredAt": moment}])
        office.work()
    else:
        office.night()


# 担当者.


@pytest.mark.parametrize("mail", [OWNER.email, OWNER.email.upper(), OWNER.email.title()])
def test_the_owner_is_found_by_mail_address(office: Office, mail: str) -> None:
    user = office.board.seed("users", {"email": mail})
    deal(office)
    assert made(office)["user"]["id"] == user


@pytest.mark.parametrize("owner", ["", OWNERS[1].id, OWNERS[3].id])
def test_else_the_configured_user_is_in_charge(office: Office, owner: str) -> None:
    office.board.seed("users", {"email": OWNER.email})
    deal(office, hubspot_owner_id=owner)
    assert made(office)["user"]["id"] == 4001


def test_who_may_not_log_in_any_more_is_not_in_charge(office: Office) -> None:
    office.board.seed("users", {"email": OWNER.email, "valid_flg": 0})
    deal(office)
    assert made(office)["user"]["id"] == 4001


def test_who_left_since_the_last_deal_is_not_in_charge(office: Office) -> None:
    user = office.board.seed("users", {"email": OWNER.email})
    office.linked()
    assert office.projects()[0]["user"]["id"] == user
    office.board.change("users", user, {"valid_flg": 0})
    (company,) = office.stack.the("companies")
    office.deal(company["id"], status="見積中(中)")
    office.tell()
    office.wait(3600)
    office.stack.sweep()
    office.work()
    assert sorted(one["user"]["id"] for one in office.projects()) == [4001, user]


@pytest.mark.parametrize("owner", ["", OWNER.id])
def test_without_anybody_the_deal_waits_and_names_the_setting(office: Office, owner: str) -> None:
    office.apply(fallback_user=None)
    deal(office, hubspot_owner_id=owner)
    assert "fallback_user" in waiting(office)
    office.apply()
    assert made(office)["user"]["id"] == 4001


def test_a_fallback_user_who_left_is_not_the_deals_fault(office: Office) -> None:
    """Someone has to name another one: the deal waits for that, and then goes through."""
    other = office.board.seed("users", {"email": "keiri@example.co.jp"})
    office.board.change("users", 4001, {"valid_flg": 0})
    deal(office)
    assert "fallback_user" in waiting(office)
    office.apply(fallback_user=other)
    assert made(office)["user"]["id"] == other


# 請求タイミング and 請求日.


@pytest.mark.parametrize(
    ("rule", "day"),
    [
        ({}, "2026-12-10"),
        ({"property": "closedate"}, "2026-12-10"),
        ({"property": "closedate", "month_end": True}, "2026-12-31"),
        ({"property": BEGIN}, "2027-02-03"),
        ({"property": BEGIN, "month_end": True}, "2027-02-28"),
        ({"property": END, "month_end": True}, "2028-02-29"),
    ],
)
def test_billed_at_once(office: Office, rule: dict[str, Any], day: str) -> None:
    office.apply(invoice_date=rule)
    deal(office, begin_on="2027-02-03", end_on="2028-02-10")
    project = made(office)
    assert (project["invoice_timing_kbn"], project["invoice_dates"]) == (1, [day])


@pytest.mark.parametrize(
    ("moment", "day", "month_end"),
    [
        ("2026-11-30T15:00:00Z", "2026-12-01", "2026-12-31"),
        ("2026-11-30T14:59:59.999Z", "2026-11-30", "2026-11-30"),
        ("2026-12-31T15:00:00Z", "2027-01-01", "2027-01-31"),
        ("2026-11-30", "2026-11-30", "2026-11-30"),
    ],
)
@pytest.mark.parametrize("end", [True, False])
def test_a_close_date_has_its_day_where_the_portal_is(
    office: Office, moment: str, day: str, month_end: str, end: bool
) -> None:
    office.apply(invoice_date={"property": "closedate", "month_end": end})
    deal(office, closedate=moment)
    assert made(office)["invoice_dates"] == [month_end if end else day]


def test_another_portal_is_elsewhere(stack: Stack) -> None:
    office = Office(stack)
    office.hubspot.portals[PORTAL].time_zone = "America/New_York"
    office.open(invoice_date={"property": "closedate"})
    deal(office, closedate="2026-12-01T04:59:00Z")
    assert made(office)["invoice_dates"] == ["2026-11-30"]


def test_billed_regularly(office: Office) -> None:
    office.apply(invoice_timing="定期請求", contract_start={"property": BEGIN}, contract_end={"property": END})
    deal(office, begin_on="2027-01-01", end_on="2027-03-31")
    project = made(office)
    shown = project["invoice_timing_kbn"], project["contract_start_date"], project["contract_end_date"]
    assert shown == (2, "2027-01-01", "2027-03-31")
    assert len(project["invoice_dates"]) == 3


def test_billed_in_parts(office: Office) -> None:
    rules = [{"property": END}, {"property": BEGIN, "month_end": True}]
    office.apply(invoice_timing="分割請求", invoice_dates=rules)
    deal(office, begin_on="2027-01-05", end_on="2027-03-31")
    project = made(office)
    assert (project["invoice_timing_kbn"], project["invoice_dates"]) == (3, ["2027-01-31", "2027-03-31"])


@pytest.mark.parametrize(
    ("rule", "day"),
    [(None, "2026-11-22"), ({"property": BEGIN}, "2026-12-24"), ({"property": "closedate"}, "2026-12-10")],
)
def test_the_day_of_the_estimate(office: Office, rule: dict[str, str] | None, day: str) -> None:
    office.apply(estimate_date=rule)
    deal(office, begin_on="2026-12-24")
    assert made(office)["estimate_date"] == day


REGULAR = {"invoice_timing": "定期請求", "invoice_date": None}


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"invoice_timing": None}, "invoice_timing"),
        ({"invoice_date": None}, "invoice_date"),
        ({**REGULAR, "contract_end": {"property": END}}, "contract_start"),
        ({**REGULAR, "contract_start": {"property": BEGIN}}, "contract_end"),
        ({"invoice_timing": "分割請求"}, "invoice_dates"),
    ],
)
def test_a_missing_setting_is_named_and_then_it_goes_through(
    office: Office, changes: dict[str, Any], setting: str
) -> None:
    office.apply(**changes)
    deal(office, begin_on="2027-01-01", end_on="2027-03-31")
    assert setting in waiting(office)
    assert "renkei apply" in waiting(office)
    office.apply()
    assert made(office)["name"] == "基幹システム刷新"


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize(
    ("changes", "name", "given"),
    [
        ({"invoice_date": {"property": "closedate"}}, "closedate", "2026-12-10T03:00:00Z"),
        ({"invoice_date": {"property": BEGIN}}, BEGIN, "2026-12-24"),
        ({"estimate_date": {"property": BEGIN}}, BEGIN, "2026-12-24"),
        ({**REGULAR, "contract_start": {"property": BEGIN}, "contract_end": {"property": END}}, END, "2027-03-31"),
        (
            {"invoice_timing": "分割請求", "invoice_dates": [{"property": "closedate"}, {"property": END}]},
            END,
            "2027-03-31",
        ),
    ],
)
def test_an_empty_date_is_named_and_the_completed_deal_goes_through(
    office: Office, changes: dict[str, Any], name: str, given: str, told: bool
) -> None:
    office.apply(**changes)
    full = {"closedate": "2026-12-10T03:00:00Z", BEGIN: "2026-11-24", END: "2027-03-31"}
    id_ = deal(office, **{**full, name: ""})
    message = waiting(office)
    assert name in message
    assert any(setting in message for setting in changes)
    assert office.clients() == []
    filled(office, id_, told, **{name: given})
    assert made(office)["name"] == "基幹システム刷新"
