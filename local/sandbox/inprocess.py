"""Answer `requests` from a WSGI app in the same process: no port, no threads, no waiting."""

import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from local.sandbox.faults import Cut, TimedOut

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_PORTS = {"http": 80, "https": 443}


class WsgiAdapter(BaseAdapter):
    """Mount with `session.mount("http://127.0.0.1:3001/hubspot", WsgiAdapter(app, "/hubspot"))`.

    `script_name` is the part of the path that is not the app's. A cut connection becomes
    requests.ConnectionError, a silent one requests.ReadTimeout, as over a real connection.
    """

    def __init__(self, app: "WSGIApplication", script_name: str = "") -> None:
        """Take the app that answers and where it is mounted."""
        super().__init__()
        self._app = app
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
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], _: object = None) -> Callable[[bytes], object]:
            told.append((status, headers))
            return BytesIO().write

        try:
            content = b"".join(self._app(self._environ(request), start))
        except Cut as error:
            raise requests.ConnectionError("connection reset", request=request) from error
        except TimedOut as error:
            raise requests.ReadTimeout("read timed out", request=request) from error
        status, headers = told[-1]
        response = requests.Response()
        code, _, response.reason = status.partition(" ")
        response.status_code = int(code)
        response.headers = CaseInsensitiveDict(headers)
        response._content = content
        response.encoding = "utf-8"
        response.request = request
        response.url = request.url or ""
        return response

    def _environ(self, request: requests.PreparedRequest) -> "WSGIEnvironment":
        """The request as PEP 3333 has it."""
        parts = urlsplit(request.url or "")
        sent = request.body.encode() if isinstance(request.body, str) else request.body
        body = sent if isinstance(sent, bytes) else b""
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": request.method or "GET",
            "SCRIPT_NAME": self._script_name,
            "PATH_INFO": unquote_to_bytes(parts.path.removeprefix(self._script_name) or "/").decode("latin-1"),
            "QUERY_STRING": parts.query,
            "SERVER_NAME": parts.hostname,
            "SERVER_PORT": str(parts.port or _PORTS[parts.scheme]),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": parts.netloc,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": parts.scheme,
            "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, text in request.headers.items():
            key = name.upper().replace("-", "_")
            if key != "CONTENT_LENGTH":
                environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = text
        return environ

    def close(self) -> None:
        """Nothing is held open."""
