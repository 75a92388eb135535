"""Callers of the sandbox falcana, and what every exchange is checked against: our own description of the API."""

import json
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
import yaml
from werkzeug.wrappers import Request

from local.sandbox.falcana import DEMO
from local.sandbox.inprocess import WsgiAdapter
from tests.local.sandbox.contract import Checked
from tests.local.sandbox.openapi import ContractBroken, Document, OpenApiChecker

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

FILE = Path(__file__).parents[4] / "docs" / "falcana-api.yaml"
BASE = "http://127.0.0.1:3001/falcana"
FORM = {"grant_type": "client_credentials", "client_id": DEMO.client_id, "client_secret": DEMO.client_secret}
ADDRESS: Mapping[str, object] = {"kind": "company", "name": "Müller GmbH", "owner_user_id": 11, "sales_group_id": 21}
UNTOLD = 500
"""No contract says in which shape something breaks."""


@cache
def document() -> Document:
    """The description, as it is published."""
    found: Document = yaml.safe_load(FILE.read_text("utf-8"))
    return found


@cache
def falcana_checker() -> OpenApiChecker:
    """What knows every operation of the description."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "falcana.json").write_text(json.dumps(document()), "utf-8")
        return OpenApiChecker(Path(folder))


class Described(Checked):
    """The sandbox, each of whose exchanges has to be as described; `seen` are the operations and their answers."""

    def __init__(self, app: "WSGIApplication") -> None:
        super().__init__(app, falcana_checker())
        self.seen: set[tuple[str, int]] = set()

    def _check(self, request: Request, status: int, answer: bytes) -> None:
        if request.path.startswith("/_sandbox") or status == UNTOLD:
            return
        body = json.loads(answer) if answer else None
        try:
            operations = falcana_checker().check(request.method, request.path, _sent(request), status, body)
        except ContractBroken as error:
            self.problems.append(str(error))
            return
        self.seen |= {(one, status) for one in operations}


def _sent(request: Request) -> object:
    if request.mimetype == "application/x-www-form-urlencoded":
        return request.form.to_dict()
    try:
        return json.loads(request.get_data(as_text=True))
    except json.JSONDecodeError:
        return None


class Api(requests.Session):
    """A caller: paths instead of addresses."""

    def __init__(self, app: "WSGIApplication") -> None:
        super().__init__()
        self.mount(BASE, WsgiAdapter(app, "/falcana"))
        self._keys = 0

    def request(self, method: str, url: str, *args: object, **more: object) -> requests.Response:  # type: ignore[override]
        return super().request(method, BASE + url, *args, **more)  # type: ignore[arg-type]

    def token(self, **more: str) -> str:
        answer = self.post("/v1/token", data=FORM | more)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def sign_in(self, **more: str) -> None:
        self.headers["Authorization"] = f"Bearer {self.token(**more)}"

    def ping(self, token: str) -> requests.Response:
        return self.get("/v1/ping", headers={"Authorization": f"Bearer {token}"})

    # The rest is for who signed in.

    def create(self, entity: str, values: Mapping[str, object], key: str = "") -> requests.Response:
        self._keys += 1
        return self.post(f"/v1/{entity}", json=dict(values), headers={"Idempotency-Key": key or f"key-{self._keys}"})

    def made(self, entity: str, **values: object) -> dict[str, Any]:
        """A new record; an address has what it needs."""
        needed = ADDRESS if entity == "addresses" else {"last_name": "Groß"}
        answer = self.create(entity, {**needed, **values})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def update(self, entity: str, record: dict[str, Any], **values: object) -> requests.Response:
        headers = {"If-Match": f'"{record["version"]}"'}
        return self.patch(f"/v1/{entity}/{record['id']}", json=values, headers=headers)

    def erase(self, entity: str, record: dict[str, Any]) -> requests.Response:
        return self.delete(f"/v1/{entity}/{record['id']}", headers={"If-Match": f'"{record["version"]}"'})

    def found(self, entity: str, **by: object) -> list[int]:
        answer = self.post(f"/v1/{entity}/find", json=by)
        assert answer.status_code == 200, answer.text
        return sorted(one["id"] for one in answer.json()["items"])

    def changes(self, cursor: str = "", **more: str | int) -> requests.Response:
        wanted: dict[str, str | int | None] = {"entity": "addresses,contact-persons", "cursor": cursor or None, **more}
        return self.get("/v1/changes", params=wanted)

    def now(self) -> str:
        return str(self.changes().json()["next_cursor"])
