"""Read JSON bodies piece by piece, refusing other shapes the way HubSpot does."""

from local.sandbox.hubspot.errors import bad_json, invalid

type Json = dict[str, object]


def mapping(value: object, what: str = "the body") -> Json:
    """An object."""
    if not isinstance(value, dict):
        raise bad_json(f"{what} is not an object")
    return value


def items(body: Json, name: str) -> list[Json]:
    """A list of objects that must be there."""
    value = body.get(name)
    if not isinstance(value, list):
        raise bad_json(f"some of required attributes are not set [{name}]")
    return [mapping(item, name) for item in value]


def strings(body: Json, name: str) -> list[str]:
    """A list of strings; absent is empty."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise bad_json(f"{name} is not a list of strings")
    return list(value)


def text(body: Json, name: str) -> str | None:
    """A string, or an id written as a number; None when absent."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise bad_json(f"{name} is not a string")
    return str(value)


def needed(body: Json, name: str) -> str:
    """A string that must be there."""
    value = text(body, name)
    if not value:
        raise bad_json(f"some of required attributes are not set [{name}]")
    return value


def number(body: Json, name: str, default: int) -> int:
    """A whole number."""
    value = body.get(name)
    if value is None:
        return default
    try:
        return int(str(value))
    except ValueError as error:
        raise invalid(f"{name} is not a number") from error


def values(body: Json) -> dict[str, str]:
    """The `properties` to write: scalars as strings; null clears like the empty string."""
    found = mapping(body.get("properties"), "properties")
    return {name: _scalar(name, value) for name, value in found.items()}


def _scalar(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise bad_json(f"Cannot deserialize value of property {name}")
