"""A booking of a firm that is a client in board, and the push of clients into the same portal, in any order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.booking_to_hubspot.steps import MAIL
from tests.functions.hubspot_to_board.pushes import FIRM, WHOLE, book, client, companies, linked, opened, push
from tests.harness import Stack
from tests.office import Office


@pytest.fixture
def office(stack: Stack) -> Office:
    """An office that also takes bookings into the same portal."""
    firm = Office(stack)
    stack.begin("office with bookings", lambda: opened(firm))
    return firm


@pytest.mark.parametrize("mail", [MAIL, "hanako@gmail.com"])
@pytest.mark.parametrize("pause", [0, 60])
@pytest.mark.parametrize("first", ["booking", "push"])
def test_a_booking_before_or_after_makes_no_second_company(office: Office, mail: str, pause: int, first: str) -> None:
    client(office, **(WHOLE if mail == MAIL else {}))
    if first == "booking":
        book(office, mail)
        office.work()
        office.clock.sleep(pause)
        push(office)
    else:
        push(office)
        office.clock.sleep(pause)
        book(office, mail)
        office.work()
    (company,) = companies(office)
    assert company["name"] == FIRM
    assert len(linked(office)) == 1


@pytest.mark.parametrize("moment", range(1, 9))
def test_a_booking_at_the_same_time_makes_no_second_company(
    office: Office, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    """The booking's worker runs between two calls of the push."""
    client(office, **WHOLE)
    book(office)
    bells, count, answer = office.stack.bells("booking_to_hubspot"), [0], office.hubspot.answer

    def meanwhile(request: Any) -> Any:
        count[0] += 1
        if count[0] == moment:
            office.stack.answer(bells)
        return answer(request)

    monkeypatch.setattr(office.hubspot, "answer", meanwhile)
    assert push(office)["state"] == "delivered"
    for _ in range(3):
        office.wait(60)
        office.stack.sweep()
        office.work()
    assert [one["name"] for one in companies(office)] == [FIRM]
    assert {one["state"] for one in office.stack.deliveries()} == {"delivered"}
    assert len(linked(office)) == 1
