"""Sealing: opens only where it belongs, and costs no KMS call per value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidTag

from renkei import aws
from renkei.vault import Vault
from tests.harness import Stack

WHERE = {"workspace": "demo", "purpose": "delivery", "place": "box/1"}


@pytest.fixture
def kms() -> Iterator[Counter[str]]:
    """KMS calls by operation."""
    calls: Counter[str] = Counter()

    def count(model: object, **_: object) -> None:
        calls[model.name] += 1  # type: ignore[attr-defined]

    aws.client("kms").meta.events.register("before-call", count)
    yield calls
    aws.client("kms").meta.events.unregister("before-call", count)


def test_what_is_sealed_opens_where_it_belongs(stack: Stack) -> None:
    sealed = stack.platform.vault.seal(b"secret", **WHERE)
    assert b"secret" not in sealed
    assert stack.platform.vault.open(sealed, **WHERE) == b"secret"
    assert Vault(stack.clock).open(sealed, **WHERE) == b"secret", "also in another process"


@pytest.mark.parametrize("change", [{"workspace": "osaka"}, {"purpose": "connection"}, {"place": "box/2"}])
def test_and_nowhere_else(stack: Stack, change: dict[str, str]) -> None:
    sealed = stack.platform.vault.seal(b"secret", **WHERE)
    for vault in (stack.platform.vault, Vault(stack.clock)):
        with pytest.raises((InvalidTag, ClientError)):
            vault.open(sealed, **{**WHERE, **change})


def test_a_changed_byte_opens_nothing(stack: Stack) -> None:
    sealed = bytearray(stack.platform.vault.seal(b"secret", **WHERE))
    sealed[-1] ^= 1
    with pytest.raises(InvalidTag):
        stack.platform.vault.open(bytes(sealed), **WHERE)
    with pytest.raises(ValueError, match="no"):
        stack.platform.vault.open(b"\x02" + bytes(sealed[1:]), **WHERE)


def test_the_same_value_never_looks_the_same(stack: Stack) -> None:
    assert len({stack.platform.vault.seal(b"secret", **WHERE) for _ in range(50)}) == 50


def test_a_data_key_serves_for_minutes(stack: Stack, kms: Counter[str]) -> None:
    vault = Vault(stack.clock)
    sealed = [vault.seal(b"x", **WHERE) for _ in range(20)]
    assert [vault.open(one, **WHERE) for one in sealed] == [b"x"] * 20
    assert kms == {"GenerateDataKey": 1}
    stack.clock.sleep(timedelta(minutes=6).total_seconds())
    vault.open(sealed[0], **WHERE)
    vault.seal(b"x", **WHERE)
    assert kms == {"GenerateDataKey": 2, "Decrypt": 1}


def test_digests_are_keyed_and_the_same_in_every_process(stack: Stack) -> None:
    one, other = Vault(stack.clock), Vault(stack.clock)
    assert one.digest("domain", "example.jp") == other.digest("domain", "example.jp")
    assert len({one.digest("domain", "a"), one.digest("name", "a"), one.digest("domain", "b")}) == 3
