from collections.abc import Callable, Iterator

import pytest

from local.sandbox.mailchimp import DEMO, Mailchimp
from tests.local.sandbox.callers import Caller
from tests.local.sandbox.conftest import Clock
from tests.local.sandbox.contract import Checked
from tests.local.sandbox.mailchimp.contract import mailchimp_checker

ADDRESS = "http://127.0.0.1:3001/mailchimp"


@pytest.fixture
def mailchimp(clock: Clock) -> Mailchimp:
    return Mailchimp(clock)


@pytest.fixture
def checked(mailchimp: Mailchimp) -> Iterator[Checked]:
    """The sandbox; whatever breaks Mailchimp's description fails the test in the end."""
    app = Checked(mailchimp, mailchimp_checker())
    yield app
    assert app.problems == []


@pytest.fixture
def caller(checked: Checked) -> Callable[..., Caller]:
    """Makes a caller with this authorization, at this address."""
    return lambda authorization="", address=ADDRESS: Caller(
        checked, address, **({"authorization": authorization} if authorization else {})
    )


@pytest.fixture
def api(caller: Callable[..., Caller]) -> Caller:
    return caller(f"Bearer {DEMO.api_key}")
