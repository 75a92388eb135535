"""moto without what it does again and again for nothing: a third of the time of all tests on it. Its answers stay."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from moto.core.serialize import JSONSerializer
from moto.dynamodb.parsing import ast_nodes
from moto.kms import models, utils

_TRAVERSER: Any = vars(ast_nodes)["DepthFirstTraverser"]
_node_types: dict[type, tuple[type, ...]] = {}
_get_value = JSONSerializer.get_value
_make_key = functools.cache(utils.generate_private_key)


@contextmanager
def quick() -> Iterator[None]:
    """Patch moto while this lasts."""
    with (
        # Every KMS key gets an RSA key too, which a symmetric one never uses and which takes longest of all to make.
        mock.patch.object(models, "generate_private_key", _make_key),
        mock.patch.object(_TRAVERSER, "nodes_to_be_processed", _nodes_to_be_processed),
        mock.patch.object(JSONSerializer, "get_value", _value),
    ):
        yield


def _nodes_to_be_processed(traverser: Any) -> tuple[type, ...]:
    """As moto's, which says of itself that it is cached, and is not."""
    kind = type(traverser)
    if kind not in _node_types:
        _node_types[kind] = tuple(traverser._processing_map())
    return _node_types[kind]


def _value(serializer: JSONSerializer, value: Any, key: str, shape: Any) -> Any:
    """As moto's; of DynamoDB's own notation there are no other spellings to look for."""
    if type(value) is dict and getattr(shape.parent, "name", "") == "AttributeValue":
        return value.get(key)
    return _get_value(serializer, value, key, shape)
