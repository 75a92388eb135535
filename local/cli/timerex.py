"""Speaking to the webhook route as TimeRex does: https://developers.timerex.net/webhook/reference."""

import json
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from local.cli.client import failure_of, json_of, send
from local.cli.context import Context
from local.cli.errors import Failure, Misuse, Refused
from local.cli.shapes import Json, mapping, text
from local.cli.signing import is_loopback
from local.cli.yaml_file import read_text

DEFAULT_HEADER: Final = "x-timerex-authorization"


def read_event(file: Path) -> Json:
    """Read a recorded event. Raises Misuse, with the line, if it is not a JSON object."""
    try:
        event: object = json.loads(read_text(file))
    except json.JSONDecodeError as error:
        raise Misuse("bad_json", file=file, line=error.lineno, reason=error.msg) from error
    if not isinstance(event, dict):
        raise Misuse("bad_json", file=file, line=1, reason=type(event).__name__)
    return mapping(event)


def token_header(context: Context) -> str:
    """Give the name of the header that the workspace expects the token in."""
    try:
        saved = context.api.call("GET", "workspaces", context.workspace)
    except Refused as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            return DEFAULT_HEADER
        raise
    return text(mapping(mapping(saved.get("sources")).get("timerex")).get("header")) or DEFAULT_HEADER


def post_event(context: Context, body: bytes, header: str, token: str) -> Json:
    """Post `body` to the workspace's webhook as TimeRex would, and give the answer.

    Raises Failure if it is not accepted, or no answer comes.
    """
    url = f"{context.place.url}/webhooks/timerex/{quote(context.workspace, safe='')}"
    with requests.Session() as http:
        http.trust_env = not is_loopback(url)
        http.headers.clear()
        headers = {
            "host": urlsplit(url).netloc,
            "accept": "application/json",
            "accept-encoding": "gzip",
            "connection": "close",
            "content-type": "application/json",
            "user-agent": "TimeRex API v1",
            header.lower(): token,
        }
        # An authentication that does nothing keeps a ~/.netrc from replacing a token in `authorization`.
        request = requests.Request("POST", url, data=body, headers=headers, auth=lambda prepared: prepared)
        prepared = http.prepare_request(request)
        # requests writes some names its own way.
        prepared.headers = CaseInsensitiveDict({name.lower(): value for name, value in prepared.headers.items()})
        response = send(http, prepared, context.place.url)
    answer = mapping(json_of(response))
    if HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES:
        return answer
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        raise Failure("token_refused", workspace=context.workspace)
    message = text(answer.get("error"))  # the receiver says only why
    if message:
        raise Failure("webhook_refused", status=response.status_code, message=message)
    raise failure_of(response, context.place.url)
