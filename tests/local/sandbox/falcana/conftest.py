from collections.abc import Iterator

import pytest

from local.sandbox.falcana import Falcana
from tests.local.sandbox.conftest import Clock
from tests.local.sandbox.falcana.callers import Api, Described


@pytest.fixture
def falcana(clock: Clock) -> Falcana:
    return Falcana(clock)


@pytest.fixture
def described(falcana: Falcana) -> Iterator[Described]:
    """The sandbox; whatever breaks our description of the API fails the test in the end."""
    app = Described(falcana)
    yield app
    assert app.problems == []


@pytest.fixture
def api(described: Described) -> Iterator[Api]:
    """A caller who has not signed in."""
    with Api(described) as session:
        yield session


@pytest.fixture
def demo(api: Api) -> Api:
    """A caller in the demo's tenant who may do everything."""
    api.sign_in()
    return api
