"""Reading JSON of any shape without falling over it: what is missing or of another type is empty."""

type Json = dict[str, object]


def mapping(value: object) -> Json:
    """Give `value` if it is a JSON object, else an empty one."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def text(value: object) -> str:
    """Give a JSON scalar as text; empty for null, objects and arrays."""
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def rows(value: object) -> list[Json]:
    """Give the objects of a JSON array."""
    return [mapping(item) for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def messages(value: object) -> list[str]:
    """Give what an array of warnings says, whether they are texts or objects with `message` or `code`."""
    items = value if isinstance(value, list) else []
    said = (text(mapping(item).get("message")) or text(mapping(item).get("code")) or text(item) for item in items)
    return [message for message in said if message]


def words(value: object) -> list[str]:
    """Give the scalars of a JSON array as texts."""
    return [text(item) for item in value if text(item)] if isinstance(value, list) else []
