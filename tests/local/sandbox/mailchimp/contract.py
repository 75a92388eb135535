"""Mailchimp's own description of its API (Swagger 2.0) as one that OpenApiChecker reads."""

import json
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tests.local.sandbox.openapi import Document, OpenApiChecker

# Beside the repository, not in it: the document is the vendor's.
FOLDER = Path(__file__).parents[5] / "shared" / "specs" / "mailchimp"
FILE = FOLDER / "marketing.json"
JSON = "application/json"


@cache
def document() -> Document:
    """The description; without any paths where it is not at hand."""
    found: Document = json.loads(FILE.read_text("utf-8")) if FILE.is_file() else {"basePath": "/3.0", "paths": {}}
    return found


@cache
def mailchimp_checker() -> OpenApiChecker | None:
    """The checker; None where the description is not at hand."""
    if not FILE.is_file():
        return None
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "marketing.json").write_text(json.dumps(_as_openapi(document())), "utf-8")
        return OpenApiChecker(Path(folder))


def parameters(path: str) -> set[str]:
    """The names of the query parameters of a GET, by its path in the description."""
    described = document()["paths"][path]["get"].get("parameters", ())
    return {parameter["name"] for parameter in described if parameter["in"] == "query"}


def _as_openapi(swagger: Document) -> Document:
    paths: Document = {}
    for path, methods in swagger["paths"].items():
        paths[swagger["basePath"] + path] = {
            name: {
                "responses": {status: _answer(status, said) for status, said in method["responses"].items()},
                "requestBody": _request(method.get("parameters", ())),
            }
            for name, method in methods.items()
            if "responses" in method
        }
    return {"paths": paths}


def _request(parameters: Sequence[Document]) -> Document:
    bodies = [parameter["schema"] for parameter in parameters if parameter["in"] == "body"]
    return {"content": {JSON: {"schema": bodies[0]}}} if bodies else {}


def _answer(status: str, said: Document) -> Document:
    if "schema" not in said:
        return {}
    schema = said["schema"]
    for members in ("new_members", "updated_members"):  # newer texts of the vendor name the contact's id here, too
        if members in schema["properties"]:
            schema["properties"][members]["items"]["properties"]["contact_id"] = {"type": "string"}
    if status == "default":  # a 400 has more, which the description leaves out
        error = {"type": "object", "properties": {"field": {"type": "string"}, "message": {"type": "string"}}}
        schema = schema | {"properties": schema["properties"] | {"errors": {"type": "array", "items": error}}}
    return {"content": {JSON: {"schema": schema}}}
