"""A file with a vendor's secrets: a JSON object, or lines KEY=value as in an .env file.

A key is a field's name (`api_key`) or its environment variable (`RENKEI_BOARD_API_KEY`). No message ever repeats what
stands in the file, keys included: a line that was meant otherwise may be the secret itself.
"""

import json
from collections.abc import Iterator, Sequence

from local.cli.errors import Misuse
from local.cli.prompts import checked, read_secret

_QUOTES = ('"', "'")


def read_secrets(file: str, vendor: str, names: Sequence[str]) -> dict[str, str]:
    """Give what `file` (`-`: standard input) says of a vendor's fields `names`.

    Variables of other vendors are passed over. Raises Misuse for anything else, naming the line.
    """
    content = read_secret(file)
    pairs = _from_json(file, content) if content.lstrip().startswith("{") else _from_lines(file, content)
    found: dict[str, str] = {}
    for line, key, value in pairs:
        name = _name(key, vendor)
        if name in names:
            found[name] = checked(value, f"{file}: {name}", optional=True)
        elif not name.startswith("renkei_"):
            raise Misuse("unknown_secret", file=file, line=line, names=", ".join(names))
    return {name: value for name, value in found.items() if value}


def _name(key: str, vendor: str) -> str:
    return key.strip().lower().replace("-", "_").removeprefix(f"renkei_{vendor}_")


def _from_json(file: str, content: str) -> Iterator[tuple[int, str, str]]:
    try:
        values: object = json.loads(content)
    except json.JSONDecodeError as error:
        # The error holds the whole file.
        raise Misuse("bad_secrets", file=file, line=error.lineno) from None
    for key, value in values.items() if isinstance(values, dict) else ():
        if not isinstance(value, str):
            raise Misuse("bad_secrets", file=file, line=1)
        yield 1, key, value


def _from_lines(file: str, content: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(content.splitlines(), start=1):
        stripped = line.strip().removeprefix("export ")
        if not stripped or stripped.startswith("#"):
            continue
        key, equals, value = stripped.partition("=")
        if not equals:
            raise Misuse("bad_secrets", file=file, line=number)
        value = value.strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in _QUOTES:
            value = value[1:-1]
        yield number, key, value
