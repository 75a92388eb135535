"""The stack's HTTP API as the command line sees it: signed calls, and every answer made sense of."""

import json
from http import HTTPStatus
from typing import Final, Literal, NoReturn
from urllib.parse import quote, urlencode

import requests

from local.cli.errors import Failure, Refused
from local.cli.shapes import Json, mapping, text
from local.cli.signing import Signer, is_loopback

type Method = Literal["GET", "PUT", "POST", "DELETE"]

# API Gateway gives up after 30 seconds; so nothing can come after a little more.
TIME_OUT: Final = (5.0, 35.0)


class Api:
    """Calls `/api` of the stack at `url`; its messages come in `language`."""

    def __init__(self, url: str, signer: Signer, language: str) -> None:
        self.url = url
        self._language = language
        self._signer = signer
        self._http = requests.Session()
        # A proxy for the outside world cannot reach this machine's own addresses.
        self._http.trust_env = not is_loopback(url)

    def call(
        self, method: Method, *path: str, body: Json | None = None, query: dict[str, str | int] | None = None
    ) -> Json:
        """Call `/api/<path>` and give the JSON object it answers.

        Raises Refused with the API's own error, or Failure if there is no (sensible) answer.
        """
        url = "/".join([self.url, "api", *(quote(part, safe="") for part in path)])
        if query:
            url += "?" + urlencode(query, quote_via=quote)
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"accept": "application/json", "accept-language": self._language}
        if data is not None:
            headers["content-type"] = "application/json"
        request = requests.Request(method, url, data=data, headers=headers, auth=self._signer)
        response = send(self._http, self._http.prepare_request(request), self.url)
        answer = json_of(response)
        if response.status_code != HTTPStatus.OK:
            self._refuse(response, answer)
        if not isinstance(answer, dict):
            raise Failure("odd_answer", url=self.url, status=response.status_code)
        return mapping(answer)

    def _refuse(self, response: requests.Response, answer: object) -> NoReturn:
        status = response.status_code
        error = mapping(mapping(answer).get("error"))
        if text(error.get("message")):
            raise Refused(status, error)
        if status in (HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED):
            reason = text(mapping(answer).get("message")) or text(mapping(answer).get("Message")) or response.reason
            raise Failure("iam", message=reason, region=self._signer.region)
        raise failure_of(response, self.url)


def send(http: requests.Session, prepared: requests.PreparedRequest, url: str) -> requests.Response:
    """Send what is prepared, with time-outs; no redirects, which would take the signature or the token elsewhere.

    Raises Failure if no answer comes; `url` is what the message names.
    """
    settings = http.merge_environment_settings(prepared.url, {}, None, None, None)
    try:
        return http.send(prepared, timeout=TIME_OUT, allow_redirects=False, **settings)
    except requests.exceptions.ReadTimeout as error:
        raise Failure("too_slow", passing=True, url=url) from error
    except requests.exceptions.RequestException as error:
        raise Failure("unreachable", passing=True, url=url, reason=_cause(error)) from error


def json_of(response: requests.Response) -> object:
    """Give the JSON of an answer, None if it is none."""
    try:
        answer: object = response.json()
    except requests.exceptions.JSONDecodeError:
        return None
    return answer


def failure_of(response: requests.Response, url: str) -> Failure:
    """Name an answer that is not the API's own error."""
    status = response.status_code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        request = response.headers.get("apigw-requestid") or response.headers.get("x-amzn-requestid") or "?"
        return Failure("server", passing=True, status=status, request=request)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Failure("busy", passing=True)
    if status == HTTPStatus.NOT_FOUND or response.is_redirect:
        return Failure("no_api", url=url, status=status)
    return Failure("odd_answer", url=url, status=status)


def _cause(error: BaseException) -> str:
    """Give the innermost reason: the outer ones repeat it in the library's words (and may hold the whole address)."""
    while error.__context__ is not None:
        error = error.__context__
    return str(error) or type(error).__name__
