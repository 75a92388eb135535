import json

import pytest

from tests.local.cli.conftest import Run
from tests.local.cli.fake_stack import FakeStack

NOTICES = "/api/workspaces/demo/notices"
SENT = {
    "cause": "broken.hubspot.grant_refused",
    "kind": "broken",
    "about": "hubspot",
    "subject": "HubSpot refuses the connection: connect again",
    "to": "admin@example.co.jp",
    "state": "sent",
    "why": "",
    "message": "",
    "sent_at": "2026-11-22T00:00:00+00:00",
    "noted_at": "2026-11-21T23:59:00+00:00",
    "tries": 1,
    "held": 2,
    "next_at": None,
}
HELD = SENT | {"state": "held", "why": "no_sender", "message": "No sender is set.", "sent_at": None, "held": 0}
AGAIN = {"state": "refused", "why": "ses_refused", "message": "", "next_at": "2026-11-22T01:00:00+00:00", "held": None}


def test_notices(run: Run, stack: FakeStack) -> None:
    found = [SENT, HELD, HELD | AGAIN | {"subject": ""}]
    stack.on("GET", NOTICES, (200, {"notices": found}))
    result = run("notices")
    assert (result.code, result.err) == (0, "")
    subject = "HubSpot refuses the connection: connect again"
    again = "ses_refused Next try: 2026-11-22 10:00:00"
    assert result.out.splitlines() == [
        f"When                 State    To                   Subject{' ' * 40}Note",
        f"2026-11-22 09:00:00  sent     admin@example.co.jp  {subject}  Not sent again: 2 times",
        f"2026-11-22 08:59:00  held     admin@example.co.jp  {subject}  No sender is set.",
        f"2026-11-22 08:59:00  refused  admin@example.co.jp  {'broken.hubspot.grant_refused':45}  {again}",
    ]
    assert json.loads(run("notices", "--json").out) == {"notices": found}
    assert "再送を控えた回数: 2" in run("notices", "--language", "ja").out


@pytest.mark.parametrize("answer", [{"notices": []}, {}, {"notices": [1, "x"]}])
def test_no_notices(run: Run, stack: FakeStack, answer: object) -> None:
    stack.on("GET", NOTICES, (200, answer))
    result = run("notices")
    assert (result.code, result.out, result.err) == (1, "", "Nothing found.\n")
    assert json.loads(run("notices", "--json").out) == {"notices": []}


def test_notices_of_an_odd_shape_do_not_crash(run: Run, stack: FakeStack) -> None:
    stack.on("GET", NOTICES, (200, {"notices": [{"state": [], "held": "x", "next_at": 5, "to": {"a": 1}}]}))
    assert run("notices").code == 0
    stack.on("GET", NOTICES, (503, b"down"))
    assert run("notices").code == 1
