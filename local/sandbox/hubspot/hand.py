"""A person's hand at the sandbox's own pages: POST /_sandbox/change, /seed and /associate."""

from collections.abc import Mapping
from typing import Protocol

from local.sandbox.hubspot.errors import Refused


class Handy(Protocol):
    """What a person can do in a portal."""

    def seed(self, portal: int, kind: str, properties: Mapping[str, str]) -> str:
        """Make a record."""

    def change(self, portal: int, kind: str, object_id: str, properties: Mapping[str, str]) -> None:
        """Change a record."""

    def associate(self, portal: int, kind: str, object_id: str, to_kind: str, to_id: str, *types: int) -> None:
        """Associate two records."""


def done(hubspot: Handy, page: str, body: Mapping[str, object]) -> Mapping[str, object] | None:
    """Do what a page asks for; None when there is no such page. Raises ValueError for what cannot be done."""
    try:
        if page == "seed":
            return {"id": hubspot.seed(_portal(body), _text(body, "kind"), _values(body))}
        if page == "change":
            hubspot.change(_portal(body), _text(body, "kind"), _text(body, "id"), _values(body))
            return {"changed": True}
        if page == "associate":
            ends = [_text(body, name) for name in ("kind", "id", "to_kind", "to_id")]
            hubspot.associate(_portal(body), ends[0], ends[1], ends[2], ends[3], *_types(body))
            return {"associated": True}
    except KeyError as error:
        raise ValueError(f"not there: {error.args[0]}") from error
    except Refused as refusal:
        raise ValueError(refusal.message) from refusal
    return None


def _portal(body: Mapping[str, object]) -> int:
    return int(_text(body, "portal"))


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{name} is needed")  # noqa: TRY004 - the caller's mistake
    return str(value)


def _values(body: Mapping[str, object]) -> dict[str, str]:
    found = body.get("properties")
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise ValueError("properties is needed: an object of strings")
    return dict(found)


def _types(body: Mapping[str, object]) -> list[int]:
    found = body.get("types", [])
    if not isinstance(found, list) or not all(isinstance(value, int) for value in found):
        raise ValueError("types is a list of association type ids")
    return list(found)
