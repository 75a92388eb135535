import json
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from local.stack.front import Front
from local.stack.places import HOST, free_port


class Upstream(BaseHTTPRequestHandler):
    """Stands for the emulator: answers with what it was asked."""

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        told = {"path": self.path, "method": self.command, "headers": self.headers.items(), "body": body.decode()}
        content = json.dumps(told).encode()
        self.send_response(202)
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def front() -> Iterator[int]:
    upstream = ThreadingHTTPServer((HOST, 0), Upstream)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    port = free_port()
    served = Front(port, upstream.server_address[1], "a1b2c3d4")
    yield port
    served.stop()
    upstream.shutdown()
    upstream.server_close()


def ask(
    port: int, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
) -> tuple[int, HTTPMessage, bytes]:
    connection = HTTPConnection(HOST, port, timeout=5)
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, response.headers, content


def test_a_request_goes_to_the_api_s_path_with_query_and_body_untouched(front: int) -> None:
    status, headers, content = ask(front, "POST", "/webhooks/timerex/demo?a=%20b&c", "本文".encode().decode("latin-1"))
    told = json.loads(content)
    assert status == 202
    assert told["path"] == "/_aws/execute-api/a1b2c3d4/$default/webhooks/timerex/demo?a=%20b&c"
    assert told["method"] == "POST"
    assert told["body"] == "本文"
    assert headers.get_all("Set-Cookie") == ["a=1", "b=2"]


def test_headers_pass_and_only_the_sender_s_own_do(front: int) -> None:
    _, _, content = ask(
        front, "GET", "/healthz", headers={"Authorization": "AWS4-HMAC-SHA256 x", "Connection": "close"}
    )
    headers = {name.lower(): value for name, value in json.loads(content)["headers"]}
    assert headers["authorization"] == "AWS4-HMAC-SHA256 x"
    assert headers["host"] == f"{HOST}:{front}"
    assert "connection" not in headers


def test_a_body_larger_than_an_http_api_takes_is_refused(front: int) -> None:
    status, _, _ = ask(front, "POST", "/webhooks/timerex/demo", headers={"Content-Length": str(10 * 1024 * 1024 + 1)})
    assert status == 413


def test_an_emulator_that_is_gone_answers_503() -> None:
    port = free_port()
    served = Front(port, free_port(), "a1b2c3d4")
    try:
        status, _, content = ask(port, "GET", "/healthz")
    finally:
        served.stop()
    assert status == 503
    assert json.loads(content) == {"message": "Service Unavailable"}
