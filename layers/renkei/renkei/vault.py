"""Seals secrets and payloads: AES-256-GCM under data keys that KMS wraps.

A sealed value is `version(1) | length of wrapped key(2) | wrapped key | nonce(12) | ciphertext`. The context
(workspace and purpose) goes to KMS as its encryption context; context and place (the row the value belongs
to) are additional data, so that nothing opens in another row, workspace or role.
Data keys are cached for minutes: no KMS call per delivery.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from renkei import config
from renkei.aws import client
from renkei.config import Clock
from renkei.dynamo import ConditionFailed, Table

_VERSION = b"\x01"
_NONCE = 12
_KEEP = timedelta(minutes=5)
_SEALS_PER_KEY = 100_000  # far below the 2^32 that random nonces allow
_STACK = {"workspace": "-", "item": "digest-key"}


class Vault:
    """Seals, opens and digests. One a process; `clock` says when a cached key is too old."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sealing: dict[str, tuple[datetime, int, bytes, bytes]] = {}
        self._opening: dict[bytes, tuple[datetime, bytes]] = {}
        self._digest_key: bytes | None = None

    def seal(self, secret: bytes, *, workspace: str, purpose: str, place: str) -> bytes:
        """Seal a value for one place (say, a delivery's id) in a workspace. KMS errors are botocore's."""
        context = {"workspace": workspace, "purpose": purpose}
        wrapped, key = self._sealing_key(context)
        nonce = os.urandom(_NONCE)
        head = _VERSION + len(wrapped).to_bytes(2) + wrapped + nonce
        return head + AESGCM(key).encrypt(nonce, secret, _additional(context, place))

    def open(self, sealed: bytes, *, workspace: str, purpose: str, place: str) -> bytes:
        """Open what `seal` gave for the same workspace, purpose and place; else InvalidTag or a KMS error."""
        if sealed[:1] != _VERSION:
            raise ValueError("not a sealed value")
        cut = 3 + int.from_bytes(sealed[1:3])
        wrapped, nonce, body = sealed[3:cut], sealed[cut : cut + _NONCE], sealed[cut + _NONCE :]
        context = {"workspace": workspace, "purpose": purpose}
        return AESGCM(self._opening_key(wrapped, context)).decrypt(nonce, body, _additional(context, place))

    def digest(self, purpose: str, text: str) -> str:
        """A keyed digest (hex, 64 characters): tells equal from unequal, and says nothing else."""
        message = f"{purpose}\0{text}".encode()
        return hmac.new(self._stack_key(), message, hashlib.sha256).hexdigest()

    def _sealing_key(self, context: Mapping[str, str]) -> tuple[bytes, bytes]:
        name, now = _canonical(context), self._clock()
        made, used, wrapped, key = self._sealing.get(name, (now, _SEALS_PER_KEY, b"", b""))
        if used >= _SEALS_PER_KEY or now - made > _KEEP:
            answer = client("kms").generate_data_key(
                KeyId=config.key_id(), KeySpec="AES_256", EncryptionContext=dict(context)
            )
            made, used, wrapped, key = now, 0, answer["CiphertextBlob"], answer["Plaintext"]
            self._opening[_fingerprint(wrapped, context)] = (now, key)
        self._sealing[name] = (made, used + 1, wrapped, key)
        return wrapped, key

    def _opening_key(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        now, name = self._clock(), _fingerprint(wrapped, context)
        self._opening = {key: value for key, value in self._opening.items() if now - value[0] <= _KEEP}
        if name not in self._opening:
            answer = client("kms").decrypt(
                CiphertextBlob=wrapped, KeyId=config.key_id(), EncryptionContext=dict(context)
            )
            self._opening[name] = (now, answer["Plaintext"])
        return self._opening[name][1]

    def _stack_key(self) -> bytes:
        """The stack's digest key, made at the first use; lost races read the winner's."""
        if self._digest_key is None:
            table, scope = Table("workspaces"), {"workspace": "-", "purpose": "digest", "place": "-"}
            row = table.get(_STACK)
            if row is None:
                with contextlib.suppress(ConditionFailed):
                    table.put({**_STACK, "sealed": self.seal(os.urandom(32), **scope)}, unless="sealed")
                row = table.get(_STACK) or {}
            self._digest_key = self.open(row["sealed"], **scope)
        return self._digest_key


def _canonical(context: Mapping[str, str]) -> str:
    return json.dumps(dict(context), sort_keys=True)


def _additional(context: Mapping[str, str], place: str) -> bytes:
    return f"{_canonical(context)}\0{place}".encode()


def _fingerprint(wrapped: bytes, context: Mapping[str, str]) -> bytes:
    return hashlib.sha256(wrapped + _canonical(context).encode()).digest()
