"""Recorded payloads with something else in one place or a few: what a parser must survive."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("2026-12-01T01:00:00+09:00"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@st.composite
def mutated(draw: st.DrawFn, payloads: list[dict[str, Any]]) -> Any:
    """One of the payloads, with up to four of its places replaced, taken out or doubled."""
    whole = copy.deepcopy(draw(st.sampled_from(payloads)))
    for _ in range(draw(st.integers(0, 4))):
        holder, name = draw(st.sampled_from(places(whole) or [([whole], 0)]))
        match draw(st.sampled_from(["replace", "remove", "double"])):
            case "replace":
                holder[name] = draw(anything)
            case "remove":
                del holder[name]
            case "double":
                holder[name] = [holder[name], holder[name]]
    return whole


def places(whole: Any) -> list[tuple[Any, Any]]:
    """(holder, name) of everything inside a JSON value."""
    found: list[tuple[Any, Any]] = []
    todo = [whole]
    while todo:
        one = todo.pop()
        pairs = list(one.items()) if isinstance(one, dict) else list(enumerate(one)) if isinstance(one, list) else []
        found += [(one, name) for name, _ in pairs]
        todo += [value for _, value in pairs]
    return found
