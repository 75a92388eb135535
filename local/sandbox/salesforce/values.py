"""What may be written into a field: the JSON's kind, and what Salesforce finds wrong with a value.

https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/field_types.htm
"""

import math
import re
from datetime import UTC, date, datetime

from local.sandbox.salesforce.errors import Refused, bad, not_json
from local.sandbox.salesforce.fields import DECIMALS, TEXTS, Facts
from local.sandbox.salesforce.ids import whole_id
from local.sandbox.salesforce.store import stamp

EARLIEST = "1700"
EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}"
)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
DATETIME = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})")


def typed(field: Facts, value: object) -> object:
    """A value as it is stored; blank text is null. Raises JSON_PARSER_ERROR for another JSON kind than the field's."""
    kind = field["type"]
    if kind == "boolean":
        if not isinstance(value, bool):
            raise _wrong(kind, value)
        return value
    if value is None:
        return None
    if kind == "int":
        if not isinstance(value, int) or isinstance(value, bool):
            raise _wrong(kind, value)
        return value
    if kind in DECIMALS:
        return _decimal(field, value)
    return _text(kind, value)


def a_date(text: str) -> str | None:
    """A date as it is stored; None for what is none."""
    try:
        return date.fromisoformat(text).isoformat() if DATE.fullmatch(text) and text[:4] >= EARLIEST else None
    except ValueError:
        return None


def a_datetime(text: str) -> str | None:
    """A time as it is stored; None for what is none, or has no zone."""
    match = DATETIME.fullmatch(text)
    if match is None or text[:4] < EARLIEST:
        return None
    day, clock, fraction, zone = match.groups()
    try:
        return stamp(datetime.fromisoformat(f"{day}T{clock}{(fraction or '.0')[:4]:0<4}{zone}").astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def flaw(field: Facts, value: object) -> Refused | None:
    """What is wrong with a value of the right kind."""
    kind, column = field["type"], field["name"]
    if value is None:
        return None
    if isinstance(value, str) and kind in TEXTS:
        return _text_flaw(field, value)
    if kind in ("reference", "id") and isinstance(value, str):
        if whole_id(value) is None:
            return bad("MALFORMED_ID", f"{field['label']}: id value of incorrect type: {value}", column)
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        whole = field["digits"] if kind == "int" else field["precision"] - field["scale"]
        if abs(value) >= 10**whole:
            message = f"{field['label']}: value outside of valid range on numeric field: {value}"
            return bad("NUMBER_OUTSIDE_VALID_RANGE", message, column)
    return None


def _text_flaw(field: Facts, value: str) -> Refused | None:
    kind, column = field["type"], field["name"]
    if kind == "email" and len(value) <= field["length"] and not _is_email(value):
        return bad("INVALID_EMAIL_ADDRESS", f"{field['label']}: invalid email address: {value}", column)
    if field["restrictedPicklist"]:
        known = {one["value"] for one in field["picklistValues"] if one["active"]}
        chosen = value.split(";") if kind == "multipicklist" else [value]
        if not set(chosen) <= known:
            message = f"{field['label']}: bad value for restricted picklist field: {value}"
            return bad("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, column)
    if len(value) > field["length"]:
        message = f"{field['label']}: data value too large: {value} (max length={field['length']})"
        return bad("STRING_TOO_LONG", message, column)
    return None


def _is_email(value: str) -> bool:
    return EMAIL.fullmatch(value) is not None


def _text(kind: str, value: object) -> object:
    if not isinstance(value, str):
        raise _wrong("string", value)
    text = value.strip()
    if kind in ("date", "datetime") and text:
        found = a_date(text) if kind == "date" else a_datetime(text)
        if found is None:
            raise _wrong(kind, value)
        return found
    return text or None


def _decimal(field: Facts, value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, float) or not math.isfinite(value):
        raise _wrong("double", value)
    return round(value, field["scale"])


def _wrong(kind: str, value: object) -> Refused:
    """The refusal of a value of another kind; the message quotes it."""
    tokens = {str: "VALUE_STRING", bool: "VALUE_TRUE" if value else "VALUE_FALSE", int: "VALUE_NUMBER_INT"} | {
        float: "VALUE_NUMBER_FLOAT", dict: "START_OBJECT", list: "START_ARRAY", type(None): "VALUE_NULL"
    }  # fmt: skip
    shown = "{" if isinstance(value, dict) else "[" if isinstance(value, list) else value
    message = f"Cannot deserialize instance of {kind} from {tokens[type(value)]} value {shown} or request may be "
    return not_json(message + "missing a required field at [line:1, column:2]")
