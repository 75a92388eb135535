"""A stack on a free port that plays the API contract: it checks every signature, and answers what a test lays down."""

import json
from collections import defaultdict
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

type Answer = tuple[int, Any]


def field(name: str, *, hidden: bool = True, optional: bool = False) -> dict[str, Any]:
    return {"name": name, "hidden": hidden, "optional": optional}


def vendor(
    key: str, title: str, *fields: dict[str, Any], either: list[list[str]] | None = None, kind: str = ""
) -> dict[str, Any]:
    kind = kind or ("keys" if fields else "oauth")
    given = {"fields": list(fields), "either": either or [], "site": key == "salesforce"}
    return {"key": key, "title": title, "kind": kind, **given}


VENDORS = [
    vendor("hubspot", "HubSpot", field("access_token"), kind="oauth"),
    vendor("salesforce", "Salesforce"),
    vendor("board", "board", field("api_key"), field("api_token")),
    vendor("mailchimp", "Mailchimp", field("api_key"), field("audience", hidden=False)),
    vendor("slack", "Slack", field("hook_url"), field("bot_token"), either=[["hook_url"], ["bot_token"]]),
    vendor(
        "falcana",
        "falcana",
        field("base_url", hidden=False),
        field("client_id", hidden=False),
        field("client_secret"),
        field("scope_hint", hidden=False, optional=True),
    ),
]
"""What GET /api/vendors answers."""


@dataclass(frozen=True)
class Call:
    """What arrived: header names as they were written."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class FakeStack:
    """Answers of a path come one after the other; the last one stays."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answers: dict[tuple[str, str], list[Answer]] = defaultdict(list)
        self.keys = {"test": "test"}
        self.region = "us-east-1"
        stack = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                status, answer = stack.answer(self.command, self.path, dict(self.headers.items()), body)
                payload = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(payload)))
                if 300 <= status < 400:
                    self.send_header("location", "/elsewhere")
                if status >= 500:
                    self.send_header("apigw-requestid", "request-7")
                self.end_headers()
                self.wfile.write(payload)

            do_GET = do_PUT = do_POST = do_DELETE = handle_any  # noqa: N815 (the server looks for these names)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Stay quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def on(self, method: str, path: str, *answers: Answer) -> None:
        self.answers[(method, path)] = list(answers)

    def of(self, method: str, path: str) -> list[Call]:
        return [call for call in self.calls if (call.method, call.path) == (method, path)]

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        parts = urlsplit(target)
        self.calls.append(Call(method, parts.path, parse_qs(parts.query), headers, body))
        if parts.path.startswith("/api/") and not self.signed_rightly(method, target, headers, body):
            return 403, {"message": "Forbidden"}
        answers = self.answers[(method, parts.path)]
        if not answers:
            return 404, {"message": "Not Found"}
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def signed_rightly(self, method: str, target: str, headers: dict[str, str], body: bytes) -> bool:
        """Compute the signature again, by botocore, from what arrived."""
        lower = {name.lower(): value for name, value in headers.items()}
        scheme, _, rest = lower.get("authorization", "").partition(" ")
        if scheme != "AWS4-HMAC-SHA256":
            return False
        fields = dict(field.strip().split("=", 1) for field in rest.split(","))
        key = fields["Credential"].split("/")[0]
        if fields["Credential"].split("/")[2:] != [self.region, "execute-api", "aws4_request"] or key not in self.keys:
            return False
        names = fields["SignedHeaders"].split(";")
        if "host" not in names or "x-amz-date" not in names or (body and "content-type" not in names):
            return False
        request = AWSRequest(
            method=method,
            url=f"http://{lower['host']}{target}",
            data=body,
            headers={name: lower[name] for name in names},
        )
        request.context["timestamp"] = lower["x-amz-date"]
        auth = SigV4Auth(Credentials(key, self.keys[key]), "execute-api", self.region)
        text = auth.string_to_sign(request, auth.canonical_request(request))
        return bool(auth.signature(text, request) == fields["Signature"])
