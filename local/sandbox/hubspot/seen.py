"""What the search index has seen of a type: most records as they are, some as they were, some not at all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from local.sandbox.hubspot.ask import Ask
from local.sandbox.hubspot.index import Key, milliseconds
from local.sandbox.hubspot.kinds import modified_name
from local.sandbox.hubspot.shapes import Json, text
from local.sandbox.hubspot.store import Record
from local.sandbox.hubspot.values import epoch_ms

FAR = 2**63
BOUNDS = {"EQ": (0, 0), "GT": (1, None), "GTE": (0, None), "LT": (None, -1), "LTE": (None, 0)}


@dataclass(frozen=True)
class Span:
    """From which change to which a search can find anything. `whole`: all in between, without another look."""

    low: Key = (-FAR, 0)
    high: Key = (FAR, FAR)
    whole: bool = True


def span_of(kind: str, groups: Sequence[Sequence[Json]]) -> Span:
    """The span of filters that were found to be right: what they say of the time of change, and in one time of ids."""
    if len(groups) != 1:
        return Span(whole=not groups)
    (filters,) = groups
    times, rest = _narrowed(modified_name(kind), filters)
    if times[0] != times[1]:
        return Span((times[0], 0), (times[1], FAR), not rest)
    ids, rest = _narrowed("hs_object_id", rest)
    return Span((times[0], ids[0]), (times[1], ids[1]), not rest)


def _narrowed(name: str, filters: Iterable[Json]) -> tuple[tuple[int, int], list[Json]]:
    """The lowest and highest value that the filters of one property let through, and the other filters."""
    low, high, rest = -FAR, FAR, []
    for entry in filters:
        bounds, value = BOUNDS.get(str(text(entry, "operator"))), epoch_ms(text(entry, "value") or "")
        if entry.get("propertyName") != name or bounds is None or value is None:
            rest.append(entry)
            continue
        low = low if bounds[0] is None else max(low, value + bounds[0])
        high = high if bounds[1] is None else min(high, value + bounds[1])
    return (low, high), rest


class Sight:
    """The index of one type as a request finds it."""

    def __init__(self, ask: Ask, kind: str) -> None:
        self._records, self._index, self._kind = ask.portal.records[kind], ask.portal.index[kind], kind
        own = ask.settings.search_lag_per_record
        moment = ask.now - timedelta(seconds=ask.settings.search_lag_seconds)
        first, behind = self._index.span((milliseconds(moment), 0), (FAR, FAR))
        late = [*(str(number) for _, number in self._index.changed[first:behind]), *own, *ask.settings.search_hides]
        self._other: dict[int, Record | None] = {}
        for object_id in late:
            if self._index.changed_at(object_id) is None:
                continue
            record, hidden = self._records[object_id], object_id in ask.settings.search_hides
            seen_at = ask.now - timedelta(seconds=own[object_id]) if object_id in own else moment
            then = None if hidden else record.as_of(seen_at)
            self._other[int(object_id)] = None if then is None else replace(record, properties=then)

    def record(self, number: int) -> Record:
        """A record as the index has it."""
        return self._other.get(number) or self._records[str(number)]

    def keys(self, span: Span) -> list[Key]:
        """When each record of a span changed as far as the index knows, and its id, in this order."""
        first, behind = self._index.span(span.low, span.high)
        keys = self._index.changed[first:behind]
        if not self._other:
            return keys
        name = modified_name(self._kind)
        then = [(epoch_ms(one.properties[name]) or 0, number) for number, one in self._other.items() if one]
        mine = [key for key in then if span.low <= key <= span.high]
        return sorted([*(key for key in keys if key[1] not in self._other), *mine])
