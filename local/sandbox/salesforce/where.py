"""Which records a query finds, and in what order.

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm
"""

import re
from collections.abc import Callable, Mapping
from operator import ge, gt, le, lt
from typing import Any

from local.sandbox.salesforce.errors import Refused
from local.sandbox.salesforce.fields import DECIMALS, TEXTS, Facts
from local.sandbox.salesforce.ids import whole_id
from local.sandbox.salesforce.soql import Compare, Condition, Junction, Literal, Not, Order, Query, wrong
from local.sandbox.salesforce.store import Record
from local.sandbox.salesforce.values import a_date, a_datetime

LONGEST_TEXT = 4000
IDS = ("id", "reference")
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {"<": lt, ">": gt, "<=": le, ">=": ge}

type Test = Callable[[Record], bool]


class Finder:
    """Turns a query's conditions into tests on records; `fields` are the object's by their names in lower case."""

    def __init__(self, query: Query, fields: Mapping[str, Facts]) -> None:
        """Take the query and the object."""
        self.query = query
        self.fields = {name.lower(): facts for name, facts in fields.items()}

    def field(self, name: str, at: int) -> Facts:
        """A field by its name in any case; INVALID_FIELD where there is none."""
        facts = self.fields.get(name.lower())
        if facts is None:
            message = (
                f"No such column '{name}' on entity '{self.query.source}'. If you are attempting to use a custom "
                "field, be sure to append the '__c' after the custom field name."
            )
            raise wrong(self.query.text, at, "INVALID_FIELD", message)
        return facts

    def test(self, condition: Condition) -> Test:
        """A test for a condition; every part is checked, whatever the records are."""
        match condition:
            case Not(part):
                inner = self.test(part)
                return lambda record: not inner(record)
            case Junction(word, parts):
                tests = [self.test(part) for part in parts]
                joined = all if word == "AND" else any
                return lambda record: joined(test(record) for test in tests)
            case _:
                return self._compare(condition)

    def order(self, one: Order) -> Callable[[Record], tuple[bool, object]]:
        """A sorting key for one field; nulls stand apart."""
        facts = self.field(one.field, one.at)
        if not facts["sortable"]:
            raise self._refused(f"field '{facts['name']}' can not be sorted in a query call", one.at)
        name = facts["name"]
        first = one.nulls_last != one.descending

        def key(record: Record) -> tuple[bool, object]:
            value = _folded(record.get(name))
            return (value is None) == first, "" if value is None else value

        return key

    def _compare(self, condition: Compare) -> Test:
        facts = self.field(condition.field, condition.at)
        if not facts["filterable"]:
            raise self._refused(f"field '{facts['name']}' can not be filtered in a query call", condition.at)
        name, operator = facts["name"], condition.operator
        if operator == "LIKE":
            return self._like(facts, condition.literals[0])
        values = [self._value(facts, literal) for literal in condition.literals]
        if operator == "IN":
            return lambda record: (_folded(record.get(name)) in values) != condition.negated
        wanted = values[0]
        if operator in ("=", "!="):
            return lambda record: (_folded(record.get(name)) == wanted) == (operator == "=")
        if facts["type"] in ("boolean", *IDS) or wanted is None:
            message = f"operator {operator} is not allowed for field '{facts['name']}'"
            raise wrong(self.query.text, condition.at, "INVALID_QUERY_FILTER_OPERATOR", message)
        return lambda record: _ordered(operator, _folded(record.get(name)), wanted)

    def _like(self, facts: Facts, literal: Literal) -> Test:
        if facts["type"] not in TEXTS or literal.kind != "string":
            message = f"invalid operator on {facts['type']} field '{facts['name']}'"
            raise wrong(self.query.text, literal.at, "INVALID_QUERY_FILTER_OPERATOR", message)
        parts = re.split(r"(\\_|\\%|_|%)", literal.value.casefold())
        known = {"_": ".", "%": ".*", r"\_": "_", r"\%": "%"}
        pattern = re.compile("".join(known.get(part, re.escape(part)) for part in parts), re.DOTALL)
        name = facts["name"]
        return lambda record: bool(record.get(name)) and pattern.fullmatch(record[name].casefold()) is not None

    def _value(self, facts: Facts, literal: Literal) -> object:
        """A literal as the field's values are compared; refuses a literal of another kind."""
        kind, name = facts["type"], facts["name"]
        if literal.kind == "string" and len(literal.value) > LONGEST_TEXT:
            message = f"string literal is longer than {LONGEST_TEXT} characters"
            raise wrong(self.query.text, literal.at, "MALFORMED_QUERY", message)
        if literal.kind == "null" or (literal.kind == "string" and not literal.value and kind in TEXTS):
            return None  # no text is null
        wanted = {"boolean": "boolean", "int": "int", "date": "date", "datetime": "dateTime"}.get(kind, "string")
        wanted = "double" if kind in DECIMALS else wanted
        found = self._found(kind, literal)
        if found is None and kind in IDS and literal.kind == "string":
            message = f"invalid ID field: {literal.value}"
            raise wrong(self.query.text, literal.at, "INVALID_QUERY_FILTER_OPERATOR", message)
        if found is None:
            enclosed = "should be" if wanted == "string" else "should not be"
            message = f"value of filter criterion for field '{name}' must be of type {wanted} and {enclosed} enclosed"
            raise self._refused(f"{message} in quotes", literal.at)
        return _folded(found)

    @staticmethod
    def _found(kind: str, literal: Literal) -> object:
        text, given = literal.value, literal.kind
        if given == "string":
            if kind in IDS:
                return whole_id(text)
            return _bare(text) if kind in TEXTS else None
        if kind == "boolean":
            return text == "TRUE" if given == "boolean" else None
        if kind == "int" or kind in DECIMALS:
            return float(text) if given == "number" and not (kind == "int" and "." in text) else None
        if kind == "date":
            return a_date(text) if given == "date" else None
        return a_datetime(text) if kind == "datetime" and given == "datetime" else None

    def _refused(self, message: str, at: int) -> Refused:
        return wrong(self.query.text, at, "INVALID_FIELD", message)


def _bare(text: str) -> str:
    """Text as it is compared: outside LIKE an escaped wildcard is itself."""
    return text.replace("\\_", "_").replace("\\%", "%")


def _ordered(operator: str, value: object, wanted: object) -> bool:
    texts = isinstance(value, str) and isinstance(wanted, str)
    numbers = isinstance(value, int | float) and isinstance(wanted, int | float)
    return (texts or numbers) and COMPARE[operator](value, wanted)


def _folded(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value
