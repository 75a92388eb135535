"""AWS clients, made once a process and only when first used."""

from __future__ import annotations

import functools
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.loaders import Loader

DOWN = (BotoCoreError, ClientError)
"""What an AWS service that is down, throttles or refuses raises."""
_OURS = {"ValidationException", "InvalidCiphertextException", "IncorrectKeyException"}

_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "max_attempts": 3})
_ONCE = {"sesv2": Config(retries={"total_max_attempts": 1})}
"""Where a repetition after a time-out would be a second effect: a second mail."""


def passes(error: BotoCoreError | ClientError) -> bool:
    """Whether an AWS error is one that passes (or that an admin mends), and not one of this record's making."""
    if isinstance(error, ClientError):
        return error.response.get("Error", {}).get("Code") not in _OURS
    return not isinstance(error, ParamValidationError)


class _Ours(Loader):
    """Knows the services that we use without looking through all of AWS's: thousands of file look-ups less."""

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002 - the base class's signature
        """The services that we use."""
        return ["dynamodb", "kms", "secretsmanager", "sesv2", "sqs"]


@functools.cache
def _session() -> botocore.session.Session:
    session = botocore.session.get_session()
    session.register_component("data_loader", _Ours())
    return session


@functools.cache
def client(service: str) -> Any:
    """The client of an AWS service, by botocore's name. The same object for the life of the process.

    botocore's client is boto3's client without boto3's resource layer, which costs the webhook receiver
    more to import than all of its own code (docs/decisions.md).
    """
    return _session().create_client(service, config=_CONFIG.merge(_ONCE.get(service, _CONFIG)))
