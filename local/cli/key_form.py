"""What has to be entered for a connection: from a file, the environment, or asked for, in this order."""

import sys
from collections.abc import Mapping

from local.cli.context import Context
from local.cli.errors import Misuse
from local.cli.prompts import Wanted, checked, choose, obtain
from local.cli.secrets_file import read_secrets
from local.cli.texts import TEXTS
from local.cli.vendors import Field, Vendor

_OPTION = "--secrets-file"
_APP = (Field("client_id", hidden=False, optional=False), Field("client_secret", hidden=True, optional=False))


def fill(context: Context, vendor: Vendor, file: str | None) -> dict[str, str]:
    """Give the fields of a vendor that is connected by keys. Raises Misuse if one cannot be had."""
    given = read_secrets(file, vendor.key, [field.name for field in vendor.fields]) if file else {}
    group = _group(context, vendor, given)
    in_groups = {name for names in vendor.either for name in names}
    filled = {}
    for field in vendor.fields:
        if field.name in group:
            filled[field.name] = _value(context, vendor, field, given, optional=False)
        elif field.name not in in_groups:
            filled[field.name] = _value(context, vendor, field, given, optional=field.optional)
    return {name: value for name, value in filled.items() if value}


def own_app(context: Context, vendor: Vendor, file: str | None, secret_file: str | None) -> dict[str, str]:
    """Give client id and secret of an app of one's own; `secret_file` holds the secret alone."""
    given = read_secrets(file, vendor.key, [field.name for field in _APP]) if file else {}
    if secret_file:
        given["client_secret"] = obtain(context, _wanted(context, vendor, _APP[1]), secret_file)
    return {field.name: _value(context, vendor, field, given, optional=False) for field in _APP}


def label(context: Context, name: str) -> str:
    """Give a field's name for people; one that is new to this version as it is."""
    key = f"field_{name}"
    return context.screen.text(key) if key in TEXTS else name


def _value(context: Context, vendor: Vendor, field: Field, given: Mapping[str, str], *, optional: bool) -> str:
    if field.name in given:
        return checked(given[field.name], field.name)
    wanted = _wanted(context, vendor, field, optional=optional)
    return obtain(context, wanted)


def _wanted(context: Context, vendor: Vendor, field: Field, *, optional: bool = False) -> Wanted:
    values = {"vendor": vendor.title, "field": label(context, field.name)}
    prompt = "ask_optional_field" if optional else "ask_field"
    return Wanted(prompt, _variable(vendor, field.name), _OPTION, field.hidden, optional, values)


def _variable(vendor: Vendor, name: str) -> str:
    return f"RENKEI_{vendor.key}_{name}".upper()


def _group(context: Context, vendor: Vendor, given: Mapping[str, str]) -> tuple[str, ...]:
    """Give the group of fields to enter: what the file gives, else the environment, else what the person chooses."""
    if not vendor.either:
        return ()
    named = {name for group in vendor.either for name in group if _variable(vendor, name) in context.environ}
    for source in (set(given), named):
        groups = [group for group in vendor.either if source & set(group)]
        if len(groups) > 1:
            raise Misuse("only_one_of", vendor=vendor.title, names=_either(vendor, " | "))
        if groups:
            return groups[0]
    if not sys.stdin.isatty():
        raise Misuse("none_of", vendor=vendor.title, names=_either(vendor, " | "), option=_OPTION)
    labels = [" + ".join(label(context, name) for name in group) for group in vendor.either]
    return vendor.either[choose(context, context.screen.text("which_of", vendor=vendor.title), labels)]


def _either(vendor: Vendor, between: str) -> str:
    return between.join(" + ".join(_variable(vendor, name) for name in group) for group in vendor.either)
