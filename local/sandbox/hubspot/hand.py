"""A person's hand at the sandbox's own pages: POST /_sandbox/seed, /change, /associate, /archive, /restore, /merge."""

from collections.abc import Callable, Mapping
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

    def archive(self, portal: int, kind: str, object_id: str) -> None:
        """Delete a record."""

    def restore(self, portal: int, kind: str, object_id: str) -> None:
        """Take a record out of the recycle bin."""

    def merge(self, portal: int, kind: str, primary: str, other: str) -> str:
        """Merge two records."""


def done(hubspot: Handy, page: str, body: Mapping[str, object]) -> Mapping[str, object] | None:
    """Do what a page asks for; None when there is no such page. Raises ValueError for what cannot be done."""
    deed = DEEDS.get(page)
    try:
        return deed(hubspot, body) if deed else None
    except KeyError as error:
        raise ValueError(f"not there: {error.args[0]}") from error
    except Refused as refusal:
        raise ValueError(refusal.message) from refusal


def _seed(hubspot: Handy, body: Mapping[str, object]) -> dict[str, object]:
    return {"id": hubspot.seed(_portal(body), _text(body, "kind"), _values(body))}


def _change(hubspot: Handy, body: Mapping[str, object]) -> dict[str, object]:
    hubspot.change(*_record(body), _values(body))
    return {"changed": True}


def _associate(hubspot: Handy, body: Mapping[str, object]) -> dict[str, object]:
    hubspot.associate(*_record(body), _text(body, "to_kind"), _text(body, "to_id"), *_types(body))
    return {"associated": True}


def _archive(hubspot: Handy, body: Mapping[str, object]) -> dict[str, object]:
    hubspot.archive(*_record(body))
    return {"archived": True}


def _restore(hubspot: Handy, body: Mapping[str, object]) -> dict[str, object]:
    hubspot.restore(*_record(body))
    return {"restored": True}


def _merge(hubspot: Handy, body: Mapping[str, object]) -> dict[str, object]:
    return {"id": hubspot.merge(*_record(body), _text(body, "other"))}


DEEDS: Mapping[str, Callable[[Handy, Mapping[str, object]], dict[str, object]]] = {
    "seed": _seed,
    "change": _change,
    "associate": _associate,
    "archive": _archive,
    "restore": _restore,
    "merge": _merge,
}


def _record(body: Mapping[str, object]) -> tuple[int, str, str]:
    return _portal(body), _text(body, "kind"), _text(body, "id")


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
