"""Reads SOQL: SELECT … FROM one object WHERE … ORDER BY … LIMIT … OFFSET ….

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select.htm
"""

import re
from dataclasses import dataclass

from local.sandbox.salesforce.errors import Refused

MOST, LONGEST_NUMBER = 100_000, 9
TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<string>'(?:[^'\\\r\n]|\\.)*')"
    r"|(?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))|(?P<date>\d{4}-\d\d-\d\d)(?![\dT])"
    r"|(?P<number>[+-]?\d+(?:\.\d+)?)(?![\w.])|(?P<word>[A-Za-z][\w.]*)|(?P<mark><=|>=|!=|<>|[=<>(),])",
    re.ASCII,
)
ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
WILD = {"_": "\\_", "%": "\\%"}  # stay as they are, for LIKE
OPERATORS = {"=", "!=", "<>", "<", ">", "<=", ">=", "LIKE", "IN"}
KEYWORDS = frozenset({"SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "ORDER", "BY", "LIMIT", "OFFSET", "IN", "LIKE"})


@dataclass(frozen=True)
class Token:
    """A word, literal or mark, and where it begins. The kind of the last one is "end"."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True)
class Literal:
    """A value in a condition; its kind is string, number, boolean, null, date or datetime."""

    kind: str
    value: str
    at: int


@dataclass(frozen=True)
class Compare:
    """A condition on a field; `negated` for NOT IN."""

    field: str
    at: int
    operator: str
    literals: tuple[Literal, ...]
    negated: bool = False


@dataclass(frozen=True)
class Junction:
    """Conditions joined by AND or OR."""

    word: str
    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    part: "Condition"


type Condition = Compare | Junction | Not


@dataclass(frozen=True)
class Order:
    """One field of ORDER BY."""

    field: str
    at: int
    descending: bool
    nulls_last: bool


@dataclass(frozen=True)
class Query:
    """What was asked. `count`: SELECT COUNT()."""

    text: str
    columns: tuple[tuple[str, int], ...]
    source: str
    source_at: int
    where: Condition | None
    order: tuple[Order, ...]
    limit: int | None
    offset: int
    count: bool


def wrong(text: str, at: int, code: str, message: str) -> Refused:
    """400 with the place, as Salesforce shows it."""
    row, column = text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
    shown = text[max(0, at - 40) : at + 40].replace("\n", " ")
    caret = " " * min(at, 40) + "^"
    return Refused(400, code, f"\n{shown}\n{caret}\nERROR at Row:{row}:Column:{column}\n{message}")


def parse(text: str) -> Query:
    """Read a query; raises MALFORMED_QUERY."""
    if len(text) > MOST:
        raise Refused(400, "MALFORMED_QUERY", "SOQL statements cannot be longer than 100,000 characters.")
    return _Reader(text).query()


def _tokens(text: str) -> list[Token]:
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise wrong(text, at, "MALFORMED_QUERY", f"unexpected token: '{text[at]}'")
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match.group(), at))
        at = match.end()
    return [*found, Token("end", "<EOF>", len(text))]


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0

    def query(self) -> Query:
        self._need("SELECT")
        count = self._peek(0).text.upper() == "COUNT" and self._peek(1).text == "("
        if count:
            self.at += 1
            self._need("(")
            self._need(")")
        columns = () if count else self._columns()
        self._need("FROM")
        source = self._name()
        where = self._conditions() if self._take("WHERE") else None
        order = self._order() if self._take("ORDER") else ()
        limit = self._number() if self._take("LIMIT") else None
        offset = self._number() if self._take("OFFSET") else 0
        if self._peek().kind != "end":
            raise self._unexpected()
        return Query(self.text, columns, source.text, source.at, where, order, limit, offset, count)

    def _columns(self) -> tuple[tuple[str, int], ...]:
        found = [self._name()]
        while self._take(","):
            found.append(self._name())
        return tuple((one.text, one.at) for one in found)

    def _conditions(self) -> Condition:
        """Conditions joined by one word; AND beside OR needs parentheses."""
        parts, word = [self._condition()], self._peek().text.upper()
        if word not in ("AND", "OR"):
            return parts[0]
        while self._take(word):
            parts.append(self._condition())
        if self._peek().text.upper() in ("AND", "OR"):
            raise self._unexpected()
        return Junction(word, tuple(parts))

    def _condition(self) -> Condition:
        if self._take("NOT"):
            return Not(self._condition())
        if self._take("("):
            inner = self._conditions()
            self._need(")")
            return inner
        field = self._name()
        negated = self._take("NOT")
        operator = self._peek().text.upper()
        if operator not in OPERATORS or (negated and operator != "IN"):
            raise self._unexpected()
        self.at += 1
        literals = self._list() if operator == "IN" else (self._literal(),)
        return Compare(field.text, field.at, {"<>": "!="}.get(operator, operator), literals, negated)

    def _list(self) -> tuple[Literal, ...]:
        self._need("(")
        found = [self._literal()]
        while self._take(","):
            found.append(self._literal())
        self._need(")")
        return tuple(found)

    def _literal(self) -> Literal:
        token = self._peek()
        kind, value = token.kind, token.text
        if kind == "word" and value.upper() in ("TRUE", "FALSE"):
            kind, value = "boolean", value.upper()
        elif kind == "word" and value.upper() == "NULL":
            kind = "null"
        elif kind == "string":
            value = self._unescaped(token)
        elif kind not in ("number", "date", "datetime"):
            raise self._unexpected()
        self.at += 1
        return Literal(kind, value, token.at)

    def _unescaped(self, token: Token) -> str:
        def one(match: re.Match[str]) -> str:
            name = match.group(1)
            if name[0] == "u" and len(name) > 1:
                return chr(int(name[1:], 16))
            if name not in ESCAPES | WILD:
                message = (
                    f"Invalid string literal {token.text}. Illegal character sequence '\\{name}' in string literal."
                )
                raise wrong(self.text, token.at, "MALFORMED_QUERY", message)
            return (ESCAPES | WILD)[name]

        return ESCAPE.sub(one, token.text[1:-1])

    def _order(self) -> tuple[Order, ...]:
        self._need("BY")
        found = [self._ordered()]
        while self._take(","):
            found.append(self._ordered())
        return tuple(found)

    def _ordered(self) -> Order:
        field = self._name()
        descending = self._take("DESC")
        if not descending:
            self._take("ASC")
        last = False
        if self._take("NULLS"):
            last = self._take("LAST")
            if not last:
                self._need("FIRST")
        return Order(field.text, field.at, descending, last)

    def _number(self) -> int:
        token = self._peek()
        if token.kind != "number" or not token.text.isdecimal() or len(token.text) > LONGEST_NUMBER:
            raise self._unexpected()
        self.at += 1
        return int(token.text)

    def _name(self) -> Token:
        token = self._peek()
        if token.kind != "word" or token.text.upper() in KEYWORDS:
            raise self._unexpected()
        self.at += 1
        return token

    def _peek(self, further: int = 0) -> Token:
        return self.tokens[min(self.at + further, len(self.tokens) - 1)]

    def _take(self, text: str) -> bool:
        token = self._peek()
        fits = token.kind in ("word", "mark") and token.text.upper() == text
        self.at += fits
        return fits

    def _need(self, text: str) -> None:
        if not self._take(text):
            raise self._unexpected()

    def _unexpected(self) -> Refused:
        token = self._peek()
        return wrong(self.text, token.at, "MALFORMED_QUERY", f"unexpected token: '{token.text}'")
