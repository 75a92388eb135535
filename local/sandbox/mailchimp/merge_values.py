"""What a member has in the merge fields: what is accepted, and what is refused.

https://mailchimp.com/developer/marketing/docs/merge-fields/#add-merge-data-to-contacts
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from local.sandbox.mailchimp.merge_fields import MergeField, MergeFields
from local.sandbox.mailchimp.problems import Errors, Refused, invalid
from local.sandbox.mailchimp.settings import Settings

ADDRESS = ("addr1", "city", "state", "zip")
NO_SCHEMA = "Data did not match any of the schemas described in anyOf."
WRONG = "Your merge fields were invalid."
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
DATES = ("%Y-%m-%d", "%m/%d/%Y")

type Values = dict[int, object]
type Read = Callable[[MergeField, object, Settings], object]


def read_values(
    fields: MergeFields, old: Mapping[int, object], given: object, settings: Settings, *, lenient: bool = False
) -> Values:
    """A member's values by the fields' numbers after a write of `given`; Refused names every field at fault.

    `given` is the request's `merge_fields`, None where it has none; "" empties. Tags are known in capitals only.
    With `lenient` (skip_merge_validation) fields that are required may stay empty.
    """
    values, errors = dict(old), Errors()
    for tag, value in _object({} if given is None else given).items():
        if (one := fields.by_tag.get(tag)) is None:
            if settings.unknown_tags == "refused":
                errors.append((tag, "There is no merge field with this tag"))
        elif value == "":
            values.pop(one.number, None)
        else:
            try:
                values[one.number] = READ.get(one.type, _text)(one, value, settings)
            except ValueError as error:
                errors.append((tag, str(error)))
    if not lenient:
        told = dict(errors)
        errors += [(tag, "Please enter a value") for tag in _needed(fields, settings, values) if tag not in told]
    if errors:
        raise invalid(errors, WRONG)
    return values


def _needed(fields: MergeFields, settings: Settings, values: Values) -> list[str]:
    """The tags of fields that must not be empty and are."""
    empty = [one for one in fields.by_tag.values() if one.number not in values]
    return [one.tag for one in empty if one.required or one.tag in settings.required_fields]


def _object(given: object) -> dict[str, object]:
    if not isinstance(given, dict):
        kind = "array" if isinstance(given, list) else "string" if isinstance(given, str) else "number"
        raise invalid([("merge_fields", f"Schema describes object, {kind} found instead")])
    wrong = [
        tag
        for tag, value in given.items()
        if isinstance(value, bool) or not isinstance(value, str | int | float | dict)
    ]
    if wrong:
        raise invalid([(f"merge_fields.{tag}", NO_SCHEMA) for tag in wrong])
    return given


def _text(one: MergeField, value: object, settings: Settings) -> str:
    if isinstance(value, dict):
        raise Refused("Invalid Resource", errors=[(f"merge_fields.{one.tag}", NO_SCHEMA)])
    text = str(value)
    if settings.text_limit is not None and len(text) > settings.text_limit:
        raise ValueError(f"Please enter at most {settings.text_limit} characters")
    return text


def _number(one: MergeField, value: object, settings: Settings) -> object:
    if isinstance(value, int | float):
        return value
    if NUMBER.fullmatch(text := _text(one, value, settings)) is None:
        raise ValueError("Please enter a number")
    return float(text) if "." in text else int(text)


def _date(one: MergeField, value: object, settings: Settings) -> str:
    text = _text(one, value, settings)
    for form in DATES:
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError("Please enter a valid date")


def _birthday(one: MergeField, value: object, settings: Settings) -> str:
    text = _text(one, value, settings)
    try:
        datetime.strptime(f"2000/{text}", "%Y/%m/%d")  # noqa: DTZ007 - a leap year, and a day has no zone
    except ValueError:
        raise ValueError("Please enter a month and day as MM/DD") from None
    return text


def _url(one: MergeField, value: object, settings: Settings) -> str:
    text = _text(one, value, settings)
    if not text.startswith(("http://", "https://")):
        raise ValueError("Please enter a valid URL")
    return text


def _zip(one: MergeField, value: object, settings: Settings) -> str:
    text = _text(one, value, settings)
    if re.fullmatch(r"[0-9]{5}", text) is None:
        raise ValueError("Please enter a 5 digit zip code")
    return text


def _choice(one: MergeField, value: object, settings: Settings) -> str:
    text = _text(one, value, settings)
    if text not in one.choices:
        raise ValueError("Please choose one of the options")
    return text


def _address(_one: MergeField, value: object, _settings: Settings) -> object:
    if not isinstance(value, dict) or not all(value.get(part) for part in ADDRESS):
        raise ValueError("Please enter a complete address")
    return value


READ: Mapping[str, Read] = {
    "number": _number,
    "date": _date,
    "birthday": _birthday,
    "url": _url,
    "imageurl": _url,
    "zip": _zip,
    "radio": _choice,
    "dropdown": _choice,
    "address": _address,
}
"""How the values of a type are read; ValueError says what is wrong. The other types are texts."""
