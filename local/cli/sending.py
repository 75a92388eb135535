"""Speaking to the webhook route as the schedulers and the school do."""

from http import HTTPStatus
from urllib.parse import quote, urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from local.cli.client import failure_of, json_of, send
from local.cli.context import Context
from local.cli.errors import Failure, Refused
from local.cli.schedulers import Scheduler, proof
from local.cli.shapes import Json, mapping, text
from local.cli.signing import is_loopback
from renkei.vendors import calcom, calendly, lms, timerex

_SIGNATURES = {
    calendly.KEY: calendly.SIGNATURE_HEADER,
    calcom.KEY: calcom.SIGNATURE_HEADER,
    lms.KEY: lms.SIGNATURE_HEADER,
}


def header_of(context: Context, scheduler: Scheduler) -> str:
    """Give the header that a proof travels in; TimeRex's is the one that the workspace expects."""
    if scheduler.key in _SIGNATURES:
        return _SIGNATURES[scheduler.key]
    try:
        saved = context.api.call("GET", "workspaces", context.workspace)
    except Refused as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            return timerex.TOKEN_HEADER
        raise
    return text(mapping(mapping(saved.get("sources")).get(timerex.KEY)).get("header")) or timerex.TOKEN_HEADER


def post_event(context: Context, scheduler: Scheduler, body: bytes, header: str, secret: str) -> Json:
    """Post `body` to the workspace's webhook as the scheduler would, and give the answer.

    Raises Failure if it is not accepted, or no answer comes.
    """
    url = f"{context.place.url}/webhooks/{scheduler.key}/{quote(context.workspace, safe='')}"
    with requests.Session() as http:
        http.trust_env = not is_loopback(url)
        http.headers.clear()
        headers = {
            "host": urlsplit(url).netloc,
            "accept": "application/json",
            "accept-encoding": "gzip",
            "connection": "close",
            "content-type": "application/json",
            "user-agent": scheduler.agent,
            **proof(scheduler, header.lower(), secret, body, context.pause.wall()),
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
        raise Failure("token_refused", workspace=context.workspace, source=scheduler.key)
    message = text(answer.get("error"))  # the receiver says only why
    if message:
        raise Failure("webhook_refused", status=response.status_code, message=message)
    raise failure_of(response, context.place.url)
