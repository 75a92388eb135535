from tests.harness import Stack, booking, event


def test_a_booking_of_a_new_firm_lands_in_three_calls(ready: Stack) -> None:
    assert ready.post(event("timerex/event_confirmed")) == (200, {"accepted": 1, "repeated": 0, "skipped": 0})
    ready.work()
    (delivery,) = ready.deliveries()
    assert delivery["state"] == "delivered", delivery
