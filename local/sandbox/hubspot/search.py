"""Search, with the limits and the delayed index of the real one.

https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from local.sandbox.hubspot.ask import Answer, Ask
from local.sandbox.hubspot.definitions import Property
from local.sandbox.hubspot.errors import bad_json, invalid
from local.sandbox.hubspot.kinds import SEARCHED, created_name, kind_of, modified_name
from local.sandbox.hubspot.objects import view
from local.sandbox.hubspot.seen import Sight, Span, span_of
from local.sandbox.hubspot.shapes import Json, items, mapping, needed, number, strings, text
from local.sandbox.hubspot.store import Record
from local.sandbox.hubspot.values import epoch_ms

MOST_GROUPS, MOST_FILTERS, MOST_IN_ALL, MOST_CHARACTERS = 5, 6, 18, 3000
PAGE, MOST_PAGE, MOST_RESULTS = 10, 200, 10_000
RANGES: Mapping[str, Callable[[float, float], bool]] = {
    "LT": lambda a, b: a < b,
    "LTE": lambda a, b: a <= b,
    "GT": lambda a, b: a > b,
    "GTE": lambda a, b: a >= b,
}
OPERATORS = frozenset(
    {"EQ", "NEQ", "BETWEEN", "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY"}
    | {"CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}
    | RANGES.keys()
)

NUMERIC = ("number", "date", "datetime")

type Test = Callable[[Record], bool]


def search(ask: Ask, kind: str) -> Answer:
    """POST …/{type}/search."""
    kind = kind_of(kind)
    ask.need_objects("read", kind)
    if len(ask.raw()) > MOST_CHARACTERS:
        raise invalid(f"The request body is longer than {MOST_CHARACTERS} characters")
    body = ask.body()
    limit, after = number(body, "limit", PAGE), number(body, "after", 0)
    if not 1 <= limit <= MOST_PAGE:
        raise invalid(f"limit must be between 1 and {MOST_PAGE}")
    if after < 0 or after + limit > MOST_RESULTS:
        raise invalid(f"Paging beyond {MOST_RESULTS} results is not supported")
    filters = [items(group, "filters") for group in items(body, "filterGroups")] if "filterGroups" in body else []
    groups, order = _groups(ask, kind, filters), _order(ask, kind, body.get("sorts"))
    query, span, sight = (text(body, "query") or "").lower(), span_of(kind, filters), Sight(ask, kind)
    keys = sight.keys(span)
    if span.whole and not query and order.follows(kind, span):
        numbers = [number for _, number in (keys[::-1] if order.backwards else keys)[after : after + limit]]
        total, found = len(keys), [sight.record(number) for number in numbers]
    else:
        seen = (sight.record(number) for number in sorted(number for _, number in keys))
        fit = [
            record
            for record in seen
            if (not groups or any(all(test(record) for test in group) for group in groups))
            and (not query or _mentions(record, query))
        ]
        total, found = len(fit), sorted(fit, key=order.key, reverse=order.backwards)[after : after + limit]
    names = strings(body, "properties")
    answer: Json = {"total": total, "results": [view(ask.portal, record, names) for record in found]}
    if after + limit < total:
        answer["paging"] = {"next": {"after": str(after + limit)}}
    return 200, answer


@dataclass(frozen=True)
class Order:
    """The order of the results: by one property."""

    definition: Property
    backwards: bool

    def key(self, record: Record) -> tuple[bool, float, str]:
        """What a record is sorted by."""
        value, numeric = record.properties.get(self.definition.name, ""), self.definition.type in NUMERIC
        return (value == "", _number(self.definition, value) if numeric and value else 0, value.lower())

    def follows(self, kind: str, span: Span) -> bool:
        """Whether this is the order that a span is in anyway."""
        one_moment = span.low[0] == span.high[0]
        return self.definition.name == ("hs_object_id" if one_moment else modified_name(kind))


def _groups(ask: Ask, kind: str, filters: Sequence[list[Json]]) -> list[list[Test]]:
    if len(filters) > MOST_GROUPS:
        raise invalid(f"At most {MOST_GROUPS} filter groups are allowed")
    if any(len(group) > MOST_FILTERS for group in filters):
        raise invalid(f"At most {MOST_FILTERS} filters are allowed in a filter group")
    if sum(len(group) for group in filters) > MOST_IN_ALL:
        raise invalid(f"At most {MOST_IN_ALL} filters are allowed in all")
    return [[_test(ask, kind, entry) for entry in group] for group in filters]


def _test(ask: Ask, kind: str, entry: Json) -> Test:
    name, operator = needed(entry, "propertyName"), needed(entry, "operator")
    if operator not in OPERATORS:
        raise bad_json(f"operator {operator} is not one of {sorted(OPERATORS)}")
    if name.startswith("associations."):
        return _association_test(ask, kind_of(name.partition(".")[2]), entry, operator)
    definition = ask.portal.properties[kind].get(name)
    if definition is None or definition.archived:
        raise invalid(f"There was a problem with the request. Property '{name}' does not exist")
    if operator == "HAS_PROPERTY":
        return lambda record: name in record.properties
    if operator == "NOT_HAS_PROPERTY":
        return lambda record: name not in record.properties
    matches = _matcher(definition, entry, operator)
    # Also the negative operators pass over records without a value.
    return lambda record: name in record.properties and matches(record.properties[name])


def _association_test(ask: Ask, kind: str, entry: Json, operator: str) -> Test:
    if operator != "EQ":
        raise invalid("associations can be filtered with EQ only")
    wanted = needed(entry, "value")
    return lambda record: wanted in ask.portal.linked((record.kind, record.id), kind)


def _matcher(definition: Property, entry: Json, operator: str) -> Callable[[str], bool]:
    if operator in ("IN", "NOT_IN"):
        if not strings(entry, "values"):
            raise bad_json(f"operator {operator} requires values")
        wanted = {_key(definition, value, given=True) for value in strings(entry, "values")}
        if not definition.multiple:
            return lambda value: (_key(definition, value) in wanted) == (operator == "IN")
        return lambda value: bool(wanted & _keys(definition, value)) == (operator == "IN")
    given = needed(entry, "value")
    if operator in ("EQ", "NEQ"):
        same = _key(definition, given.lower() if _is_text(definition) else given, given=True)
        return lambda value: (same in _keys(definition, value)) == (operator == "EQ")
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        return lambda value: _has_tokens(value, given) == (operator == "CONTAINS_TOKEN")
    low = _number(definition, given)
    if operator == "BETWEEN":
        high = _number(definition, needed(entry, "highValue"))
        return lambda value: low <= _number(definition, value) <= high
    return lambda value: RANGES[operator](_number(definition, value), low)


def _is_text(definition: Property) -> bool:
    return definition.type in ("string", "phone_number")


def _keys(definition: Property, value: str) -> set[str]:
    parts = value.split(";") if definition.multiple else [value]
    return {_key(definition, part) for part in parts}


def _key(definition: Property, value: str, *, given: bool = False) -> str:
    """What is compared. Given strings stay as they are: IN finds nothing for upper case."""
    if definition.type in NUMERIC:
        return str(_number(definition, value))
    return value.lower() if _is_text(definition) and not given else value


def _number(definition: Property, value: str) -> float:
    found = epoch_ms(value) if definition.type in ("date", "datetime") else None
    if found is not None:
        return found
    try:
        return float(value)
    except ValueError as error:
        raise invalid(f"{value} cannot be compared with {definition.name}") from error


def _has_tokens(value: str, given: str) -> bool:
    whole = value.lower()
    tokens = {whole, *whole.split(), *re.findall(r"\w+", whole)}
    return all(any(fnmatchcase(t, part) for t in tokens) for part in given.lower().split())


def _mentions(record: Record, query: str) -> bool:
    texts = [record.properties.get(name, "").lower() for name in SEARCHED.get(record.kind, ())]
    return all(any(word in found for found in texts) for word in query.split())


def _order(ask: Ask, kind: str, given: object) -> Order:
    sorts = given if isinstance(given, list) else []
    if len(sorts) > 1:
        raise invalid("Only one sort is allowed")
    name, backwards = created_name(kind), False
    for sort in sorts:
        if isinstance(sort, str):
            name, backwards = sort.lstrip("-"), sort.startswith("-")
        else:
            name = needed(mapping(sort), "propertyName")
            backwards = text(mapping(sort), "direction") == "DESCENDING"
    definition = ask.portal.properties[kind].get(name)
    if definition is None:
        raise invalid(f"There was a problem with the request. Property '{name}' does not exist")
    return Order(definition, backwards)
