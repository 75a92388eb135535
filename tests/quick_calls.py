"""A short way from botocore's client into moto: no HTTP request is written, signed, sent, read and answered.

What a caller gives is checked as always, whoever listens to the client's events hears of the call, and moto does what
it does. The short way is for the operations that tests make most; who listens to the sending itself gets the long way.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, NamedTuple

from botocore import handlers
from botocore.client import BaseClient
from botocore.discovery import block_endpoint_discovery_required_operations
from botocore.exceptions import ParamValidationError
from botocore.parsers import create_parser
from botocore.validate import ParamValidator
from moto.core.exceptions import ServiceException
from moto.core.models import DEFAULT_ACCOUNT_ID, botocore_stubber
from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb.responses import DynamoHandler
from moto.kms.responses import KmsResponse
from moto.secretsmanager.responses import SecretsManagerResponse
from moto.sqs.responses import SQSResponse
from werkzeug.exceptions import HTTPException

from tests import quick_rows

_HANDLERS: dict[str, Any] = {
    "dynamodb": DynamoHandler,
    "kms": KmsResponse,
    "secretsmanager": SecretsManagerResponse,
    "sqs": SQSResponse,
}
_SHORT = {
    "dynamodb": {"BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"},
    "kms": {"Decrypt", "GenerateDataKey"},
    "secretsmanager": {"GetSecretValue"},
    "sqs": {"CreateQueue", "DeleteMessage", "GetQueueUrl", "ReceiveMessage", "SendMessage"},
}
_MOTO_S = 1
"""Listeners to the sending where nobody but moto listens."""
_make_api_call = vars(BaseClient)["_make_api_call"]
_underscored = functools.cache(camelcase_to_underscores)
_validate: Any = ParamValidator().validate
_parse: Any = create_parser("json").parse


def _fits(value: Any, shape: Any) -> bool:  # noqa: PLR0911 - one a type
    """Whether a parameter is at once seen to be right; if not, botocore is asked."""
    if shape.name == "AttributeValue":
        return _is_value(value)
    match shape.type_name:
        case "string":
            return type(value) is str and len(value) >= shape.metadata.get("min", 0)
        case "boolean":
            return type(value) is bool
        case "integer":
            return type(value) is int and value >= shape.metadata.get("min", value)
        case "list":
            fits = type(value) is list and len(value) >= shape.metadata.get("min", 0)
            return fits and all(_fits(one, shape.member) for one in value)
        case "map":
            return type(value) is dict and all(
                type(key) is str and _fits(one, shape.value) for key, one in value.items()
            )
        case "structure":
            if type(value) is not dict or not set(shape.required_members) <= value.keys() <= shape.members.keys():
                return False
            return all(_fits(one, shape.members[name]) for name, one in value.items())
    return False


def _is_value(value: Any) -> bool:
    """Whether it is a value in DynamoDB's notation, of a type that our rows have."""
    if type(value) is not dict or len(value) != 1:
        return False
    ((kind, inner),) = value.items()
    if kind == "L":
        return type(inner) is list and all(map(_is_value, inner))
    if kind == "M":
        return type(inner) is dict and all(type(name) is str and _is_value(one) for name, one in inner.items())
    return type(inner) is _TYPES.get(kind)


_TYPES: dict[str, type] = {"S": str, "N": str, "B": bytes, "BOOL": bool, "NULL": bool}
_IDLE = {
    handlers.add_recursion_detection_header,
    handlers.generate_idempotent_uuid,
    handlers.inject_api_version_header_if_needed,
    vars(handlers)["_handle_request_validation_mode_member"],
    block_endpoint_discovery_required_operations,
}
"""botocore's own listeners who have nothing to do with these operations, or only with their headers."""


class _Response(NamedTuple):
    """What those who listen look at of an HTTP response."""

    status_code: int


def make_api_call(client: Any, operation: str, params: dict[str, Any]) -> Any:
    """In the place of `BaseClient._make_api_call`: gives what it gives, and raises what it raises."""
    model, events = client._service_model, client.meta.events
    if operation not in _SHORT.get(model.service_name, ()) or not botocore_stubber.enabled:
        return _make_api_call(client, operation, params)
    emitter, name = events._emitter, f"{model.service_id.hyphenize()}.{operation}"
    if len(_listeners(emitter, f"before-send.{name}")) != _MOTO_S:
        return _make_api_call(client, operation, params)
    model = model.operation_model(operation)
    told = {"model": model, "context": {"client_region": client.meta.region_name, "client_config": client.meta.config}}
    params = next(iter([*_said(emitter, f"provide-client-params.{name}", params=params, **told), params]))
    list(_said(emitter, f"before-parameter-build.{name}", params=params, **told))
    if not _fits(params, model.input_shape) and (wrong := _validate(params, model.input_shape)).has_errors():
        raise ParamValidationError(report=wrong.generate_report())
    http, parsed = next(
        _said(
            emitter,
            f"before-call.{name}",
            params={"headers": {}},
            request_signer=client._request_signer,
            **told,
        ),
        None,
    ) or _answer(client, model, params)
    list(_said(emitter, f"after-call.{name}", http_response=http, parsed=parsed, **told))
    if http.status_code >= 300:
        code = told["context"].get("error_code_override") or parsed.get("Error", {}).get("Code")
        raise client.exceptions.from_code(code)(parsed, operation)
    return parsed


def _said(emitter: Any, event: str, **told: Any) -> Iterator[Any]:
    """What those who listen to an event answer, one after the other as they are asked."""
    for listener in _busy(emitter, event):
        if (said := listener(event_name=event, **told)) is not None:
            yield said


def _busy(emitter: Any, event: str) -> list[Any]:
    """Who listens to an event and does something; kept where the emitter forgets it when others begin to listen."""
    found: list[Any] | None = emitter._lookup_cache.get(f"busy {event}")
    if found is None:
        found = [listener for listener in _listeners(emitter, event) if listener not in _IDLE]
        emitter._lookup_cache[f"busy {event}"] = found
    return found


def _listeners(emitter: Any, event: str) -> Any:
    """Who listens to an event, found as the emitter finds them, and kept where it keeps them."""
    found = emitter._lookup_cache.get(event)
    if found is None:
        found = emitter._lookup_cache[event] = emitter._handlers.prefix_search(event)
    return found


def _answer(client: Any, model: Any, params: dict[str, Any]) -> tuple[_Response, dict[str, Any]]:
    """What moto answers."""
    service, region = model.service_model.service_name, client.meta.region_name
    if service == "dynamodb" and (row := quick_rows.answer(model.name, params, DEFAULT_ACCOUNT_ID, region)) is not None:
        return _fine(row)
    handler = _HANDLERS[service]()
    handler.region, handler.current_account = region, DEFAULT_ACCOUNT_ID
    handler.uri, handler.path, handler.uri_match, handler.querystring = f"{client.meta.endpoint_url}/", "/", {}, {}
    if handler.automated_parameter_parsing:
        handler.params = handler.body = _copied(params)
    else:
        handler.body = client._serializer.serialize_to_request(params, model)["body"]
    try:
        result = getattr(handler, _underscored(model.name))()
    except (HTTPException, ServiceException) as error:
        return _refusal(client, model, handler, error)
    if isinstance(result, ActionResult):
        parsed = _shaped(result.result or {}, model.output_shape, deep=service != "dynamodb")
    else:
        parsed = _parse({"status_code": 200, "headers": {}, "body": result.encode()}, model.output_shape)
    return _fine(parsed)


def _fine(parsed: dict[str, Any]) -> tuple[_Response, dict[str, Any]]:
    parsed["ResponseMetadata"] = {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}
    return _Response(200), parsed


def _refusal(client: Any, model: Any, handler: Any, error: Exception) -> tuple[_Response, dict[str, Any]]:
    """As `_answer`, of an error: written by moto and read by botocore."""
    about = model.service_model.metadata
    if isinstance(error, HTTPException):
        status, headers, body = error.code or 500, dict(error.get_headers() or []), error.description or ""
    else:
        handler.response_headers = {}
        handler.headers = {
            "Content-Type": f"application/x-amz-json-{about['jsonVersion']}",
            "X-Amz-Target": f"{about['targetPrefix']}.{model.name}",
        }
        status, headers, body = handler.serialized(ActionResult(error))
    lowered = {name.lower(): str(text) for name, text in headers.items()}
    response = {"status_code": status, "headers": lowered, "body": body.encode()}
    parsed = _parse(response, model.output_shape)
    client._endpoint._add_modeled_error_fields(response, parsed, model, create_parser("json"))
    parsed["ResponseMetadata"]["RetryAttempts"] = 0
    return _Response(status), parsed


def _copied(value: Any) -> Any:
    """A request of its own: moto keeps what it is given."""
    if type(value) is dict:
        return {name: _copied(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(inner) for inner in value]
    return value


def _shaped(value: Any, shape: Any, *, deep: bool = True) -> Any:
    """What of a result is in an answer: the members that the service's model knows. `deep`: inside of them, too."""
    match shape and shape.type_name:
        case None:
            return {}
        case "structure":
            known = ((name, value.get(name), inner) for name, inner in shape.members.items())
            return {name: _shaped(part, inner) if deep else part for name, part, inner in known if part is not None}
        case "list":
            return [_shaped(part, shape.member) for part in value]
        case "map":
            return {name: _shaped(part, shape.value) for name, part in value.items()}
        case "integer" | "long":
            return int(value)
        case _:
            return value
