import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from local.cli.lms_file import read_users
from local.demo.campus import Campus, new_secret
from local.demo.school import EVENTS, USERS
from local.stack.template import ROOT
from renkei.vendors import lms

LINES = (ROOT / "docs" / "lms.md").read_text("utf-8")
EVENT: dict[str, Any] = json.loads((EVENTS / "user_created.json").read_text("utf-8"))


class Listener:
    """Takes what is posted, as the receiver does."""

    status_code = 200
    body: bytes
    headers: dict[str, str]

    def post(self, _url: str, *, data: bytes, headers: dict[str, str], timeout: object) -> "Listener":
        assert timeout
        self.body, self.headers = data, headers
        return self

    def json(self) -> dict[str, int]:
        return {"accepted": 3}


def proved(listener: Listener, secret: str, late: timedelta = timedelta()) -> bool:
    assert json.loads(listener.body) == EVENT
    return lms.signed(listener.headers, listener.body, [secret.encode()], datetime.now(UTC) + late)


def test_the_school_of_the_demo_signs_as_the_receiver_expects() -> None:
    campus, listener, other = Campus("http://sandbox", url="http://stack"), Listener(), new_secret()
    with mock.patch.object(campus.http, "post", listener.post):
        assert campus.send(EVENT) == (200, {"accepted": 3})
        assert proved(listener, campus.secret)
        assert not proved(listener, campus.secret, timedelta(minutes=6))
        assert campus.send(EVENT, other)[0] == 200
        assert (proved(listener, campus.secret), proved(listener, other)) == (False, True)


def test_what_the_docs_show_in_python_signs_as_the_receiver_expects() -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", LINES, re.DOTALL)
    names: dict[str, Any] = {}
    exec(shown, names)  # noqa: S102 - it is ours
    names["requests"], secret = Listener(), new_secret()
    assert names["send"]("http://stack", secret, EVENT) == 200
    assert proved(names["requests"], secret)


def test_the_list_of_the_demo_has_one_bad_line() -> None:
    users = read_users(ROOT / USERS, "", UTC, "2026-11-22T09:00:00+00:00")
    assert len(users.lines) == 3
    assert len(users.bad) == 1
