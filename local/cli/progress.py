"""What a long piece of work tells of itself: counts and words, and records by their ids."""

from collections.abc import Iterator
from typing import Final

from local.cli.screen import Screen
from local.cli.shapes import Json, mapping, text
from local.cli.texts import TEXTS

_LISTS: Final = {"candidates"}
"""What is told as one text with `; ` between its parts."""
_STEP: Final = {"phase", "of"}
_EXAMPLES: Final = "examples_"
"""What is told as ids with blanks between them, beside the count of that name."""


def counts_of(screen: Screen, value: object) -> str:
    """Give the scalars of a JSON object in a line: `step 2/6, projects read: 50`."""
    found = mapping(value)
    told = [screen.text("step", phase=found["phase"], of=found["of"])] if {"phase", "of"} <= found.keys() else []
    said = [(name, found[name]) for name in found if text(found[name]) and not _apart(name)]
    return ", ".join([*told, *(f"{_named(screen, name)}: {_word(screen, item)}" for name, item in said)])


def parts_of(screen: Screen, value: Json) -> Iterator[str]:
    """Give the lists of a JSON object in lines, each under its name."""
    for name, given in value.items():
        if name.startswith(_EXAMPLES) and text(given):
            yield f"{_named(screen, name.removeprefix(_EXAMPLES))}, {screen.text('n_examples')}: {text(given)}"
            continue
        item = text(given).split("; ") if name in _LISTS and text(given) else given
        if isinstance(item, list | dict) and item:
            yield f"{_named(screen, name)}:"
            yield from (f"  {line}" for line in _lines(screen, item))


def _apart(name: str) -> bool:
    """Whether it has a line of its own, or stands before the others."""
    return name in _LISTS or name in _STEP or name.startswith(_EXAMPLES)


def _lines(screen: Screen, value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (f"{_named(screen, str(name))}: {_flat(screen, item)}" for name, item in value.items())
    elif isinstance(value, list):
        yield from (_flat(screen, item) for item in value)


def _flat(screen: Screen, value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{_named(screen, str(name))}: {_flat(screen, item)}" for name, item in value.items())
    if isinstance(value, list):
        return " ".join(_flat(screen, item) for item in value) or "–"
    return text(value) or "–"


def _word(screen: Screen, value: object) -> str:
    return screen.text("said_yes" if value else "said_no") if isinstance(value, bool) else text(value)


def _named(screen: Screen, name: str) -> str:
    """Name a count in the person's language, if we know it."""
    return screen.text(f"n_{name}") if f"n_{name}" in TEXTS else name
