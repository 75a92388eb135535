"""What may go wrong on the way into HubSpot, and that nothing is lost or doubled by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from aws_lambda_powertools.utilities.parameters import GetParameterError

from local.sandbox.faults import Fault
from renkei import runtime
from renkei.dynamo import Table
from renkei.vendors.hubspot import HubSpot
from tests.functions.booking_to_hubspot.steps import COMPANY, calls, deliver, values
from tests.harness import PORTAL, Stack, booking

_LOOKED_UP = HubSpot._looked_up


# Waiting for a person, and for the vendor.


def test_a_booking_before_the_connection_waits_and_goes_on_by_itself(stack: Stack) -> None:
    stack.api("POST", "/api/workspaces/demo/connections/timerex", {"token": "timerex-security-token-0001"})
    stack.post(booking())
    stack.work()
    assert {(one["state"], one["reason"]) for one in stack.deliveries()} == {("parked", "no_settings")}
    stack.connect()
    stack.apply()
    stack.work()
    ends = {one["integration"]: (one["state"], one["reason"]) for one in stack.deliveries()}
    passed_over = ("skipped", "integration_off")
    assert ends == {"booking_to_hubspot": ("delivered", None), "booking_to_salesforce": passed_over}


def test_an_integration_that_was_taken_out_of_the_file_loses_nothing(ready: Stack) -> None:
    ready.hubspot.faults.add(Fault(status=503, times=None))
    (delivery,) = deliver(ready, booking())
    assert delivery["state"] == "pending"
    ready.hubspot.faults.clear()
    assert ready.apply(integrations={})[0] == 200
    ready.clock.sleep(600)
    ready.sweep()
    ready.work()
    assert [(one["state"], one["reason"]) for one in ready.deliveries()] == [("parked", "no_settings")]
    assert ready.apply()[0] == 200
    ready.work()
    assert [one["state"] for one in ready.deliveries()] == ["delivered"]


def test_an_uninstalled_app_parks_and_a_new_connection_drains(ready: Stack) -> None:
    ready.hubspot.uninstall(PORTAL)
    (delivery,) = deliver(ready, booking())
    assert (delivery["state"], delivery["reason"]) == ("parked", "grant_refused")
    (connection, _) = ready.api("GET", "/api/workspaces/demo/connections")[1]["connections"]
    assert connection["state"] == "reconnect"
    assert deliver(ready, booking(2))[0]["reason"] == "not_connected"
    assert ready.connect()["statusCode"] == 200
    ready.work()
    assert {delivery["state"] for delivery in ready.deliveries()} == {"delivered"}


def test_a_rate_limit_postpones_by_the_vendors_word(ready: Stack) -> None:
    ready.hubspot.faults.add(Fault("POST", "*/contacts", status=429, headers={"Retry-After": "90"}))
    (delivery,) = deliver(ready, booking())
    assert (delivery["state"], delivery["reason"]) == ("pending", "vendor_rate")
    ready.clock.sleep(80)
    assert ready.sweep() == 0
    ready.clock.sleep(12)
    assert ready.sweep() == 1
    ready.work()
    assert ready.deliveries()[0]["state"] == "delivered"
    assert (len(ready.the("companies")), len(ready.the("contacts"))) == (1, 1)


def test_after_a_week_of_failing_it_is_rejected_and_can_be_retried(ready: Stack) -> None:
    ready.hubspot.faults.add(Fault("POST", "/crm/*", status=503, times=None))
    deliver(ready, booking())
    for _ in range(40):
        if ready.deliveries()[0]["state"] == "rejected":
            break
        ready.clock.sleep(timedelta(hours=9).total_seconds())
        ready.sweep()
        ready.work()
    (delivery,) = ready.deliveries()
    assert delivery["state"] == "rejected"
    ready.hubspot.faults.clear()
    assert ready.api("POST", f"/api/workspaces/demo/deliveries/{delivery['id']}/retry")[0] == 200
    ready.work()
    assert ready.deliveries()[0]["state"] == "delivered"


def test_our_own_property_deleted_in_hubspot_is_made_again(ready: Stack) -> None:
    del ready.hubspot.portals[PORTAL].properties["companies"]["renkei_key"]
    (delivery,) = deliver(ready, booking())
    assert (delivery["state"], delivery["outcome"]["company_was"]) == ("delivered", "created")
    assert "renkei_key" in ready.the("companies")[0]["properties"]


def test_a_mapped_property_deleted_in_hubspot_parks_and_is_named(ready: Stack) -> None:
    del ready.hubspot.portals[PORTAL].properties["companies"]["numberofemployees"]
    (delivery,) = deliver(ready, booking())
    assert (delivery["state"], delivery["reason"]) == ("parked", "hubspot_property")
    assert "numberofemployees" in delivery["message"]


def test_secrets_manager_being_down_costs_time_and_no_booking(ready: Stack) -> None:
    ready.clock.sleep(3600)  # the access token is over
    with mock.patch("renkei.workers.parameters.get_secret", side_effect=GetParameterError("down")):
        (delivery,) = deliver(ready, booking())
    assert (delivery["state"], delivery["reason"]) == ("pending", "app_unreadable")
    ready.clock.sleep(60)
    ready.sweep()
    ready.work()
    assert ready.deliveries()[0]["state"] == "delivered"


# What may go wrong in between.


def test_8_after_a_lost_answer_another_booking_finds_the_company_by_its_name(ready: Stack) -> None:
    ready.hubspot.faults.add(Fault("POST", "*/companies", "timeout_after"))
    with mock.patch.object(runtime, "_WORTH_WAITING", timedelta()):
        deliver(ready, booking(1))
        ready.clock.sleep(1)
        deliver(ready, booking(2, guest_email="someone@gmail.com"))
    assert len(ready.the("contacts")) == 1
    ready.clock.sleep(60)
    ready.sweep()
    ready.work()
    assert {delivery["state"] for delivery in ready.deliveries()} == {"delivered"}
    assert len(ready.the("companies")) == 1


def test_create_never_overwrites_what_another_workspace_just_made(ready: Stack) -> None:
    deliver(ready, booking(1))
    ready.workspace = "osaka"
    ready.set_up()
    (second,) = deliver(
        ready, booking(2, company_name="AOZORA (typo)", paragraph="7", guest_email="b@aozora-shoji.example.jp")
    )
    (company,) = ready.the("companies")
    assert values(company, "name", "numberofemployees") == [COMPANY["name"], "1200"]
    assert (second["outcome"]["company"], second["outcome"]["company_was"]) == (company["id"], "there")


def test_a_row_that_aws_refuses_does_not_hold_up_its_neighbours(ready: Stack) -> None:
    for number in (1, 2, 3):
        ready.post(booking(number, guest_email=f"g{number}@one.example"))
    table = Table("deliveries")
    (_, bad, _), _ = ready.platform.deliveries.due("demo", "booking_to_hubspot", 3)
    spoilt = b"\x01" + (9).to_bytes(2) + b"not a key" + bytes(40)
    table.update({"box": bad["box"], "id": bad["id"]}, put={"sealed": spoilt})
    ready.work()
    assert sorted(delivery["state"] for delivery in ready.deliveries()) == ["delivered", "delivered", "rejected"]


def test_one_bookings_bad_value_does_not_reject_another_of_the_same_firm_or_guest(ready: Stack) -> None:
    long = "9" * 70_000
    first = booking(1, company_name="株式会社一", guest_email="a@one.example", guest_name=long)
    second = booking(2, company_name="株式会社一", guest_email="a@one.example")
    found = deliver(ready, first, second)
    assert [delivery["state"] for delivery in found] == ["rejected", "delivered"]
    assert (len(ready.the("companies")), len(ready.the("contacts"))) == (1, 1)


@pytest.mark.parametrize(
    "there",
    [{"email": "guest50@firm50.example"}, {"email": "x@y.example", "hs_additional_emails": "guest50@firm50.example"}],
)
def test_11_a_backlog_with_an_existing_contact_still_costs_at_most_eight(ready: Stack, there: dict[str, str]) -> None:
    ready.hubspot.settings.change({"conflicts_fail_whole_batch": True})
    ready.hubspot.seed(PORTAL, "contacts", there)
    found = deliver(
        ready, *(booking(n, company_name="", guest_email=f"guest{n}@firm{n % 60}.example") for n in range(100))
    )
    assert {delivery["state"] for delivery in found} == {"delivered"}
    assert len(calls(ready)) <= 8
    assert len(ready.the("contacts")) == 100


def test_a_connection_whose_fresh_token_is_refused_too_is_marked_and_parks_the_rest(ready: Stack) -> None:
    ready.hubspot.faults.add(Fault("*", "/crm/*", status=401, times=None))
    assert deliver(ready, booking(1))[0]["state"] == "parked"
    (connection, _) = ready.api("GET", "/api/workspaces/demo/connections")[1]["connections"]
    assert connection["state"] == "reconnect"


def test_the_last_use_of_a_connection_is_noted_also_after_a_refresh(ready: Stack) -> None:
    ready.clock.sleep(7200)
    deliver(ready, booking(1))
    (connection, _) = ready.api("GET", "/api/workspaces/demo/connections")[1]["connections"]
    assert connection["last_used_at"].startswith("2026-11-22T05:00")


def test_a_delivered_delivery_forgets_why_it_had_to_wait(ready: Stack) -> None:
    ready.hubspot.faults.add(Fault("POST", "*/contacts", status=503))
    (delivery,) = deliver(ready, booking(1))
    ready.clock.sleep(60)
    ready.sweep()
    ready.work()
    (delivery,) = ready.deliveries()
    assert (delivery["state"], delivery["reason"], delivery["message"]) == ("delivered", None, "")


@pytest.mark.parametrize("status", [404, 409])
@pytest.mark.parametrize("path", ["*/companies/search", "*/companies", "*/contacts"])
def test_a_refusal_that_speaks_of_no_record_is_tried_again(ready: Stack, path: str, status: int) -> None:
    ready.hubspot.faults.add(Fault("POST", path, status=status, headers={"Retry-After": "1"}))
    deliver(ready, booking(1))
    ready.clock.sleep(60)
    ready.sweep()
    ready.work()
    assert ready.deliveries()[0]["state"] == "delivered"
    assert (len(ready.the("companies")), len(ready.the("contacts"))) == (1, 1)


def test_a_company_that_goes_between_look_and_contact_is_made_again(ready: Stack) -> None:
    (first,) = deliver(ready, booking(1))
    ready.clock.sleep(60)
    ready.hubspot.faults.add(Fault("POST", "*/contacts", status=400))
    id_ = first["outcome"]["company"]

    def gone_meanwhile(*given: Any) -> Any:
        ready.hubspot.archive(PORTAL, "companies", id_)
        return _LOOKED_UP(*given)

    with (
        mock.patch.object(HubSpot, "_looked_up", gone_meanwhile),
        mock.patch.object(runtime, "_WORTH_WAITING", timedelta()),
    ):
        (second,) = deliver(ready, booking(2, guest_email="b@aozora-shoji.example.jp"))
    assert (second["state"], second["reason"]) == ("pending", "record_gone")
    for _ in range(3):
        ready.clock.sleep(60)
        ready.sweep()
        ready.work()
    second = ready.deliveries()[0]
    assert second["state"] == "delivered"
    assert second["outcome"]["company"] == ready.the("companies")[0]["id"] != id_


@pytest.mark.parametrize(
    "odd",
    [
        {"url_params": {"a": "b"}}, {"url_params": ["x"]}, {"zoom_meeting": "x"}, {"created_at": "2026-11-22"},
        {"hosts": None}, {"is_changed": True, "old_event_id": "x" * 3000}, {"calendar_timezone": 5},
    ],
)  # fmt: skip
def test_an_odd_extra_costs_no_booking(ready: Stack, odd: dict[str, Any]) -> None:
    payload = booking(1)
    payload["event"] |= odd
    assert deliver(ready, payload)[0]["state"] == "delivered"


def test_a_portal_switched_between_receipt_and_work_keeps_its_links_apart(ready: Stack) -> None:
    ready.post(booking(1))
    assert ready.connect(222222, switch_account=True)["statusCode"] == 200
    ready.clock.sleep(1)
    ready.work()
    assert (len(ready.the("companies")), len(ready.the("companies", 222222))) == (0, 1)
    assert ready.connect(PORTAL, switch_account=True)["statusCode"] == 200
    ready.clock.sleep(1)
    (back,) = deliver(ready, booking(2, guest_email="b@aozora-shoji.example.jp"))
    assert back["outcome"]["company"] == ready.the("companies")[0]["id"]
