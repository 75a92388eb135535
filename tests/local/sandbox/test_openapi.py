import json
from pathlib import Path

import pytest

from tests.local.sandbox.openapi import ContractBroken, OpenApiChecker

THING = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "note": {"type": "string", "nullable": True},
        "more": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
BODY = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
ERROR = {"content": {"*/*": {"schema": {"type": "object", "required": ["message"]}}}}
DOCUMENT = {
    "paths": {
        "/things/2026-09-beta/{id}": {
            "get": {"responses": {"200": BODY, "default": {"$ref": "#/components/responses/Error"}}},
            "put": {"requestBody": BODY, "responses": {"204": {}, "default": {"$ref": "#/components/responses/Error"}}},
        },
        "/things/2026-09-beta/all": {"get": {"responses": {"200": {}}}},
    },
    "components": {"schemas": {"Thing": THING}, "responses": {"Error": ERROR}},
}
GOOD = {"id": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "note": None, "more": {"any": "thing"}}


@pytest.fixture
def checker(tmp_path: Path) -> OpenApiChecker:
    (tmp_path / "things.json").write_text(json.dumps(DOCUMENT), encoding="utf-8")
    return OpenApiChecker(tmp_path)


def test_what_is_right(checker: OpenApiChecker) -> None:
    one = "things.json GET /things/2026-09-beta/{id}"
    assert checker.check("GET", "/things/2026-09/1", None, 200, GOOD) == [one]
    assert checker.check("GET", "/things/2026-03/1", None, 404, {"message": "gone"}) == [one]
    assert checker.check("PUT", "/things/2026-09/1", GOOD, 204, None) == ["things.json PUT /things/2026-09-beta/{id}"]
    assert checker.check("PUT", "/things/2026-09/1", {"wrong": 1}, 400, {"message": "wrong"}) != []
    assert checker.check("GET", "/things/2026-09/all", None, 200, None) == ["things.json GET /things/2026-09-beta/all"]
    assert checker.check("GET", "/others/1", None, 200, {"any": "thing"}) == []
    assert checker.checked[one] == 2


@pytest.mark.parametrize(
    ("method", "request_", "status", "response"),
    [
        ("GET", None, 200, {"note": "no id"}),
        ("GET", None, 200, GOOD | {"id": "not a uuid"}),
        ("GET", None, 200, GOOD | {"more": {"not": 1}}),
        ("GET", None, 200, GOOD | {"surplus": "field"}),
        ("GET", None, 201, GOOD),
        ("GET", None, 404, {"no": "message"}),
        ("PUT", {"note": "no id"}, 204, None),
        ("PUT", GOOD, 204, GOOD),
    ],
    ids=str,
)
def test_what_is_wrong(checker: OpenApiChecker, method: str, request_: object, status: int, response: object) -> None:
    with pytest.raises(ContractBroken):
        checker.check(method, "/things/2026-09/1", request_, status, response)
