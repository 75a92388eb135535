"""moto, and botocore before it, without what they do again and again for nothing. Their answers stay."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from botocore.client import BaseClient
from botocore.regions import EndpointRulesetResolver
from botocore.signers import RequestSigner
from botocore.useragent import UserAgentString
from moto import mock_aws
from moto.core import models as core_models
from moto.core import responses
from moto.core import utils as core_utils
from moto.core.serialize import JSONSerializer
from moto.dynamodb.parsing import ast_nodes, expressions
from moto.dynamodb.parsing.validators import ActionCountValidator
from moto.kms import models, utils
from moto.sqs import models as sqs_models
from moto.utilities import aws_headers

from tests import quick_dynamo
from tests.quick_calls import make_api_call

_PARSER: Any = vars(expressions)["UpdateExpressionParser"]
_TRAVERSER: Any = vars(ast_nodes)["DepthFirstTraverser"]
_node_types: dict[type, tuple[type, ...]] = {}
_get_value = JSONSerializer.get_value
_make_key = functools.cache(utils.generate_private_key)
_methods = functools.cache(core_utils.method_names_from_class)
_underscored = functools.cache(core_utils.camelcase_to_underscores)
_request_ids = itertools.count()
_endpoints: dict[tuple[EndpointRulesetResolver, str], Any] = {}
_construct_endpoint = EndpointRulesetResolver.construct_endpoint
_parsed = staticmethod(functools.cache(_PARSER.make))


@contextmanager
def quick() -> Iterator[None]:
    """Patch moto while this lasts."""
    with (
        # Every KMS key gets an RSA key too, which a symmetric one never uses and which takes longest of all to make.
        mock.patch.object(models, "generate_private_key", _make_key),
        mock.patch.object(_TRAVERSER, "nodes_to_be_processed", _nodes_to_be_processed),
        mock.patch.object(JSONSerializer, "get_value", _value),
        mock.patch.object(responses, "method_names_from_class", _methods),
        mock.patch.object(responses, "camelcase_to_underscores", _underscored),
        mock.patch.object(sqs_models, "camelcase_to_underscores", _underscored),
        mock.patch.object(sqs_models, "generate_receipt_handle", _receipt),
        mock.patch.object(aws_headers, "gen_amzn_requestid_long", _request_id),
        mock.patch.object(responses, "gen_amzn_requestid_long", _request_id),
        mock.patch.object(_PARSER, "make", _parsed),
        mock.patch.object(ActionCountValidator, "traverse", lambda self, node: self.verify_action_counts(node)),
        mock.patch.object(RequestSigner, "sign", _sign),
        mock.patch.object(EndpointRulesetResolver, "construct_endpoint", _endpoint),
        mock.patch.object(BaseClient, "_make_api_call", make_api_call),
        mock.patch.object(UserAgentString, "to_string", return_value="botocore"),
        quick_dynamo.quick(),
    ):
        yield


@contextmanager
def ours() -> Iterator[None]:
    """moto for what goes through botocore: nothing of ours speaks to AWS in another way."""
    with mock.patch.object(core_models, "RESPONSES_METHODS", []), mock_aws():
        yield


def _request_id(headers: dict[str, Any] | None = None) -> str:
    """As moto's, which draws each letter; these only have to differ."""
    request_id = f"{next(_request_ids):052d}"
    if headers is not None:
        headers["x-amzn-requestid"] = request_id
    return request_id


def _receipt() -> str:
    """As moto's, for the same reason."""
    return f"{next(_request_ids):0185d}"


def _sign(signer: RequestSigner, operation: str, request: Any, *_: Any, **__: Any) -> None:
    """As botocore's, but for the signature, which moto does not look at."""
    scope = f"test/20260101/{signer.region_name}/{signer.signing_name}/aws4_request"
    request.headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


def _endpoint(resolver: EndpointRulesetResolver, operation_model: Any, **told: Any) -> Any:
    """As botocore's, which follows its rules to the same address each time."""
    key = (resolver, operation_model.name)
    if key not in _endpoints:
        _endpoints[key] = _construct_endpoint(resolver, operation_model, **told)
    return _endpoints[key]


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
