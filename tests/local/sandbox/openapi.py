"""Check requests and answers against a folder of OpenAPI 3.0 documents."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

VERSION = re.compile(r"\d{4}-\d{2}(-beta)?")
type Document = dict[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")


class ContractBroken(AssertionError):
    """What was sent or answered is not what the document says."""


@dataclass(frozen=True)
class Operation:
    """One operation of one document. `version` is the date in its path, if any."""

    file: str
    method: str
    path: str
    version: str
    base: str
    pattern: re.Pattern[str]
    request: str | None
    answers: dict[str, str | None]

    @property
    def id(self) -> str:
        return f"{self.file} {self.method} {self.path}"


class OpenApiChecker:
    """Knows every operation below a folder.

    Dated versions in paths are interchangeable: an operation that the request's own version does
    not describe is looked up in the others. `amend` corrects a document where the vendor is known
    to do otherwise. Objects may have no fields that the document does not name.
    """

    def __init__(self, folder: Path, amend: Callable[[Document], None] | None = None) -> None:
        self.operations: list[Operation] = []
        self.checked: dict[str, int] = {}
        registry: Registry[Any] = Registry()
        for path in sorted(folder.rglob("*.json"), reverse=True):
            document = json.loads(path.read_text(encoding="utf-8"))
            if amend:
                amend(document.get("components", {}).get("schemas", {}))
            base = f"urn:{path.relative_to(folder).as_posix()}"
            registry = registry.with_resource(base, DRAFT202012.create_resource(_as_json_schema(document)))
            self.operations += _operations(path.relative_to(folder).as_posix(), base, document)
        self._registry = registry.crawl()
        self._validators: dict[str, Draft202012Validator] = {}

    def check(self, method: str, path: str, request: object, status: int, response: object) -> list[str]:
        """Check one exchange; gives the ids of the operations it was checked against.

        Raises ContractBroken. The request is checked only if it was accepted.
        """
        fitting = _closest([o for o in self.operations if o.method == method and o.pattern.fullmatch(path)])
        version = _version(path)
        own = [o for o in fitting if o.version == version]
        documented = _documenting(own, status) or _documenting(fitting, status)
        if fitting and not documented and response is not None:
            raise ContractBroken(f"{method} {path}: status {status} is not documented")
        for operation in own or fitting:
            if status < 400 and operation.request and request is not None:
                self._validate(operation, operation.request, request, "request")
        for operation in documented:
            place = operation.answers.get(str(status), operation.answers.get("default"))
            if place is None and response is not None:
                raise ContractBroken(f"{operation.id} {status}: no body is documented")
            if place is not None:
                self._validate(operation, place, response, f"answer {status}")
        seen = {o.id for o in (*(own or fitting), *documented)}
        for name in seen:
            self.checked[name] = self.checked.get(name, 0) + 1
        return sorted(seen)

    def _validate(self, operation: Operation, place: str, value: object, what: str) -> None:
        schema = {"$ref": f"{operation.base}#{place}"}
        if schema["$ref"] not in self._validators:
            self._validators[schema["$ref"]] = Draft202012Validator(
                schema, registry=self._registry, format_checker=FormatChecker()
            )
        validator = self._validators[schema["$ref"]]
        problems = [f"{e.json_path}: {e.message}" for e in validator.iter_errors(value)]
        if problems:
            raise ContractBroken(f"{operation.id} {what}: {'; '.join(problems)[:2000]}")


def _closest(operations: list[Operation]) -> list[Operation]:
    """Of each document those with the fewest parameters: a fixed path goes before a template."""
    fewest: dict[str, int] = {}
    for operation in operations:
        count = operation.path.count("{")
        fewest[operation.file] = min(count, fewest.get(operation.file, count))
    return [o for o in operations if o.path.count("{") == fewest[o.file]]


def _documenting(operations: list[Operation], status: int) -> list[Operation]:
    """Those that say something of a status; a default stands for errors only."""
    return [o for o in operations if str(status) in o.answers or (status >= 400 and "default" in o.answers)]


def _version(path: str) -> str:
    found = VERSION.search(path)
    return found.group().removesuffix("-beta") if found else ""


def _operations(file: str, base: str, document: Document) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        pattern = VERSION.sub("<version>", re.sub(r"\{\w+\}", "<any>", path))
        pattern = re.escape(pattern).replace("<version>", VERSION.pattern).replace("<any>", "[^/]+")
        for method in METHODS:
            if method not in methods:
                continue
            here = f"/paths/{path.replace('/', '~1')}/{method}"
            answers = {
                status: _schema_place(document, answer, f"{here}/responses/{status}")
                for status, answer in methods[method]["responses"].items()
            }
            request = _schema_place(document, methods[method].get("requestBody", {}), f"{here}/requestBody")
            yield Operation(file, method.upper(), path, _version(path), base, re.compile(pattern), request, answers)


def _schema_place(document: Document, described: Document, place: str) -> str | None:
    """Where the schema of a body is in the document; None when there is no body."""
    if "$ref" in described:
        place = described["$ref"].removeprefix("#")
        for part in place.strip("/").split("/"):
            document = document[part]
        described = document
    for kind in described.get("content", {}):
        # "%2A" and the like: the place is a fragment of a URI.
        return f"{place}/content/{kind.replace('/', '~1').replace('*', '%2A')}/schema".replace("{", "%7B").replace(
            "}", "%7D"
        )
    return None


def _as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0's dialect as JSON Schema: nullable becomes a type, named fields are all there are."""
    if isinstance(node, list):
        return [_as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {key: _as_json_schema(value) for key, value in node.items()}
    if found.pop("nullable", False) is True and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
    fields = found.get("properties")
    if found.get("type") == "object" and isinstance(fields, dict) and fields and "oneOf" not in found:
        found.setdefault("additionalProperties", False)
    return found
