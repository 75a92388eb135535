"""Answer `requests` from a WSGI app in the same process: no port, no threads, no waiting."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from werkzeug.test import Client, EnvironBuilder

from local.sandbox.faults import Cut, TimedOut

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class WsgiAdapter(BaseAdapter):
    """Mount with `session.mount("http://127.0.0.1:3001/hubspot", WsgiAdapter(app, "/hubspot"))`.

    `script_name` is the part of the path that is not the app's. A cut connection becomes
    requests.ConnectionError, a silent one requests.ReadTimeout, as over a real connection.
    """

    def __init__(self, app: "WSGIApplication", script_name: str = "") -> None:
        """Take the app that answers and where it is mounted."""
        super().__init__()
        self._client = Client(app)
        self._script_name = script_name.rstrip("/")

    def send(  # noqa: PLR0917 - the base class's signature
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002 - the base class's signature
        timeout: object = None,  # noqa: ARG002
        verify: object = True,  # noqa: ARG002
        cert: object = None,  # noqa: ARG002
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> requests.Response:
        """Hand the request to the app and its answer back."""
        parts = urlsplit(request.url or "")
        path = parts.path.removeprefix(self._script_name) or "/"
        body = request.body.encode() if isinstance(request.body, str) else request.body
        builder = EnvironBuilder(
            path=path,
            base_url=f"{parts.scheme}://{parts.netloc}{self._script_name}",
            query_string=parts.query,
            method=request.method or "GET",
            headers=list(request.headers.items()),
            data=body if isinstance(body, bytes) else None,
        )
        try:
            answer = self._client.open(builder, follow_redirects=False)
        except Cut as error:
            raise requests.ConnectionError("connection reset", request=request) from error
        except TimedOut as error:
            raise requests.ReadTimeout("read timed out", request=request) from error
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers = CaseInsensitiveDict(answer.headers.items())
        response._content = answer.get_data()
        response.encoding = "utf-8"
        response.request = request
        response.url = request.url or ""
        response.reason = answer.status.partition(" ")[2]
        return response

    def close(self) -> None:
        """Nothing is held open."""
