"""Changes of leads that were there: what Salesforce does not let happen costs no booking."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.booking_to_salesforce.steps import MAIL, ORG, ROWS, deliver, leads, ready
from tests.harness import Stack, booking

TITLE = {"property": "Title", "text": "Guest", "policy": "overwrite"}
OLD: dict[str, Any] = {"LastName": "旧姓", "Company": "旧社", "Email": MAIL}


@pytest.mark.parametrize("rule", ["alert", "block"])
def test_a_duplicate_rule_speaks_up_at_a_change(stack: Stack, rule: str) -> None:
    """The moved booking has another address, and the org knows that one."""
    ready(stack, TITLE, lead=[{**row, "policy": "overwrite"} for row in ROWS])
    first = booking(1)
    moved = booking(2, guest_email="known@example.jp")
    moved["event"] |= {"is_changed": True, "old_event_id": first["event"]["id"]}
    assert deliver(stack, first)[0]["state"] == "delivered"
    stack.salesforce.seed(ORG, "Contact", {"LastName": "佐々木", "Email": "known@example.jp"})
    stack.salesforce.configure({"duplicate_rule": rule})
    (delivery,) = deliver(stack, moved)
    assert delivery["state"] == "delivered"
    (lead,) = leads(stack)
    if rule == "alert":
        assert (lead["Email"], delivery["outcome"]["lead_was"], delivery["warnings"]) == (
            "known@example.jp",
            "updated",
            [],
        )
    else:
        assert (lead["Email"], delivery["outcome"]["lead_was"]) == (MAIL, "there")
        assert [warn["code"] for warn in delivery["warnings"]] == ["salesforce_unchanged_duplicate"]


def test_a_lead_that_is_converted_between_the_look_and_the_change(stack: Stack) -> None:
    ready(stack, TITLE, match="update")
    id_ = stack.salesforce.seed(ORG, "Lead", OLD)
    real = stack.salesforce.answer

    def answer(request: Any) -> Any:
        found = real(request)
        if request.path.endswith("/composite"):
            stack.salesforce.convert(id_)
        return found

    stack.salesforce.answer = answer  # type: ignore[method-assign]
    (delivery,) = deliver(stack, booking())
    assert delivery["state"] == "delivered"
    assert [warn["code"] for warn in delivery["warnings"]] == ["salesforce_unchanged_converted"]
    assert [lead["Id"] for lead in leads(stack)] == [id_]


def test_a_lead_that_is_deleted_between_the_look_and_the_change(stack: Stack) -> None:
    ready(stack, TITLE, match="update")
    id_ = stack.salesforce.seed(ORG, "Lead", OLD)
    real = stack.salesforce.answer

    def answer(request: Any) -> Any:
        found = real(request)
        if request.path.endswith("/composite") and not stack.salesforce.calls[-1:]:
            stack.salesforce.delete(id_)
        return found

    stack.salesforce.answer = answer  # type: ignore[method-assign]
    (delivery,) = deliver(stack, booking())
    assert delivery["state"] == "delivered"
    assert delivery["outcome"]["lead_was"] == "created"
    (lead,) = leads(stack)
    assert lead["Id"] != id_
