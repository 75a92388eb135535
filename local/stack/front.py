"""Shim: a small front that gives the emulator's HTTP API the address people and vendors use.

AWS gives an API a host name of its own; the emulator serves it under a path. The front maps
http://127.0.0.1:3000/webhooks/... to {emulator}/_aws/execute-api/{api id}/$default/webhooks/...
and changes nothing else.
"""

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.stack.places import HOST

HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
# What HTTP APIs accept; ours accepts less and says so itself.
LARGEST = 10 * 1024 * 1024
PATIENCE = 30.0


class Front:
    """The front, serving from a thread of its own until it is stopped."""

    def __init__(self, port: int, emulator_port: int, api_id: str) -> None:
        """Listen and serve at once."""

        class Handler(_Handler):
            prefix = f"/_aws/execute-api/{api_id}/$default"
            upstream = emulator_port

        self.server = ThreadingHTTPServer((HOST, port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, name="front", daemon=True).start()

    def stop(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    prefix: str
    upstream: int
    protocol_version = "HTTP/1.1"

    def _forward(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._answer(413, [("Content-Type", "application/json")], b'{"message":"Request Entity Too Large"}')
            return
        body = self.rfile.read(length)
        connection = http.client.HTTPConnection(HOST, self.upstream, timeout=PATIENCE)
        try:
            # Not request(): it adds headers of its own.
            connection.putrequest(self.command, self.prefix + self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    connection.putheader(name, value)
            connection.endheaders(body or None)
            response = connection.getresponse()
            self._answer(response.status, response.getheaders(), response.read())
        except TimeoutError:
            self._answer(504, [("Content-Type", "application/json")], b'{"message":"Endpoint request timed out"}')
        except OSError:
            self._answer(503, [("Content-Type", "application/json")], b'{"message":"Service Unavailable"}')
        finally:
            connection.close()

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _forward  # noqa: N815

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: the functions' logs say what arrived."""
