"""Which stack the command line talks to: --url, RENKEI_URL, or the local stack of the project one stands in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from local.cli.errors import Misuse
from local.cli.shapes import mapping, text
from local.cli.signing import is_loopback


@dataclass(frozen=True)
class Place:
    """The stack's address without a slash at the end, and the region its local state file names (or '')."""

    url: str
    region: str = ""


def find_place(given: str | None, environ: Mapping[str, str], folder: Path) -> Place:
    """Find the stack to talk to. Raises Misuse if there is none, or its address is not fit for secrets."""
    url = given or environ.get("RENKEI_URL")
    place = Place(url) if url else _local_stack(folder)
    check_url(place.url)
    return Place(place.url.rstrip("/"), place.region)


def _local_stack(folder: Path) -> Place:
    for parent in (folder, *folder.parents):
        file = parent / ".local" / "stack.json"
        if file.is_file():
            return _read(file)
        if (parent / "pyproject.toml").is_file():
            break  # the project ends here: another one's stack is not meant
    raise Misuse("no_url")


def _read(file: Path) -> Place:
    try:
        stack = mapping(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise Misuse("bad_stack_file", file=file, reason=error) from error
    url = text(stack.get("url"))
    if not url:
        raise Misuse("bad_stack_file", file=file, reason="url?")
    return Place(url, text(stack.get("region")))


def check_url(url: str) -> None:
    """Raise Misuse if an address is not fit for secrets."""
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment or parts.username)
    except ValueError:
        raise Misuse("bad_url", url=url) from None
    # Tokens travel in the body: in the clear only where nobody else can listen.
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url))
    if not (usable and safe):
        raise Misuse("bad_url", url=url)
