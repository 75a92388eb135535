import pytest

from local.sandbox.slack import Slack
from tests.local.sandbox.callers import Caller
from tests.local.sandbox.conftest import Clock

ADDRESS = "http://127.0.0.1:3001/slack"


@pytest.fixture
def slack(clock: Clock) -> Slack:
    return Slack(clock)


@pytest.fixture
def api(slack: Slack) -> Caller:
    """A caller without a token; a hook needs none."""
    return Caller(slack, ADDRESS)
