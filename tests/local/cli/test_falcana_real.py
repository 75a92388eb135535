"""`renkei falcana` against the real handlers in process, from two filled systems to both directions."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.firm import KEY, NEW, Firm
from tests.harness import Stack, running
from tests.local.cli.conftest import Run
from tests.local.cli.fake_stack import Answer, FakeStack
from tests.local.cli.test_falcana_start import answering
from tests.local.cli.test_real_api import RealStack

OFF = {"directions": {"hubspot_to_falcana": False, "falcana_to_hubspot": False}}


class Working(RealStack):
    """Has what was asked for done before somebody looks how far it is."""

    real: Stack

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        if method == "GET" and "/deliveries/" in target:
            self.real.work()
        self.real.clock.sleep(1)
        return super().answer(method, target, headers, body)


@pytest.fixture
def real() -> Iterator[Stack]:
    with running() as stack:
        yield stack


@pytest.fixture
def stack(real: Stack) -> Iterator[FakeStack]:
    bridge = Working()
    bridge.real = real
    yield bridge
    bridge.close()


@pytest.fixture
def firm(real: Stack) -> Firm:
    """Two filled systems that were never compared, and settings with both directions off."""
    one = Firm(real)
    one.open(**OFF)
    return one


def test_the_guided_start_ends_with_both_in_agreement(run: Run, firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    near, far = firm.company("Muster", city="Ulm", phone="0731 123456"), firm.company("Neu GmbH")
    firm.contact(near)
    same = firm.address("Muster GmbH", city="Ulm", phone="0731 123456")
    other = firm.address("Muster AG", city="Bonn")
    assert int(same) < int(other)
    answering(monkeypatch, "y", "1", "1", "y")  # the second is asked about without the answer that links
    result = run("falcana", "start", "--language", "de")
    assert result.code == 0, (result.out, result.err)
    assert "Die Verbindung wurde erfolgreich hergestellt." in result.out
    ids = {name: one["external_ids"].get("hubspot") for name, one in firm.addresses().items()}
    assert ids[same] == near, result.err
    assert far in ids.values()
    assert ids[other] is None
    exported = json.loads(run("export", "--json").out)
    own = exported["integrations"][KEY]
    assert (own["directions"], own["new_addresses"]) == (
        {"hubspot_to_falcana": True, "falcana_to_hubspot": True},
        NEW,
    )
    firm.five()
    assert {"Neu GmbH", "Muster AG"} < {one["name"] for one in firm.companies().values()}
    assert len(firm.addresses()) == len(firm.companies()) == 3
    status = json.loads(run("falcana", "status", "--json").out)["counts"]
    assert (status["address"]["count"], status["person"]["count"], status["undecided"]["count"]) == (3, 1, 0)


def test_a_rehearsal_writes_nothing_and_tells_counts_with_examples(run: Run, firm: Firm) -> None:
    company = firm.company("Neu GmbH")
    firm.forget_calls()
    result = run("falcana", "import", "--dry-run")
    assert (result.code, "to be made in falcana: 1" in result.out) == (0, True), result.out + result.err
    assert f"to be made in falcana, examples by id: {company}" in result.out
    assert (firm.writes(), firm.addresses()) == ([], {})
    result = run("falcana", "import")
    assert (result.code, len(firm.addresses())) == (0, 1), result.err
    address = firm.address("Alt AG")
    result = run("falcana", "export", "--dry-run", "--language", "ja")
    assert f"HubSpot に作成予定, 例(ID): {address}" in result.out


def test_lists_decisions_and_stopping_are_understood_by_the_real_tools(run: Run, firm: Firm) -> None:
    company, address = firm.company("Muster"), firm.address("Muster GmbH")
    pair = ("--address", address, "--company", company)
    assert run("falcana", "test").code == 0
    assert run("falcana", "duplicates").code == 0
    result = run("falcana", "waiting", "undecided")
    assert (result.code, f"{address} Muster GmbH" in result.out, f"{company} Muster" in result.out) == (0, True, True)
    assert run("falcana", "keep-apart", *pair).code == 0
    assert run("falcana", "waiting", "undecided").code == 1
    assert "“Muster GmbH” in falcana and “Muster” in HubSpot" in run("falcana", "link", *pair).out
    synced = run("falcana", "sync", "--confirm-deletes")
    assert (synced.code, "Neither direction is switched on" in synced.err) == (1, True)
    assert run("falcana", "import", "--from-start").code == 0
    assert firm.partner(company) == address
    assert "--address" in run("falcana", "unlink", "--address", address).out
    assert "[falcana_tool_not_running]" in run("falcana", "stop", "import").err
    assert run("falcana", "import", "--no-wait").code == 0
    assert run("falcana", "stop", "import").code == 0
    assert "11" in run("falcana", "users").out
    assert "21" in run("falcana", "sales-groups").out
    assert "custom.branche" in run("falcana", "fields", "--properties").out
