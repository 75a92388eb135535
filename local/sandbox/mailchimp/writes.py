"""How a member is written: added, changed, taken out of the archive, and refused as Mailchimp refuses.

What the description knows besides (interests, tags, location and so on) is neither kept nor refused.
https://mailchimp.com/developer/marketing/api/list-members/
"""

import re
from collections.abc import Collection, Mapping

from local.sandbox.mailchimp.ask import Ask
from local.sandbox.mailchimp.members import STATUSES, Member, Status, subscriber
from local.sandbox.mailchimp.merge_values import read_values
from local.sandbox.mailchimp.problems import Refused, invalid

NEW = tuple(status for status in STATUSES if status != "archived")
# A PATCH cannot make anybody transactional; nor can anything archive but DELETE.
CHANGED = tuple(status for status in NEW if status != "transactional")
SETTLED = ("unsubscribed", "cleaned")
LANGUAGE = re.compile(r"([a-z]{2}(_[A-Z]{2})?)?")
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def put(ask: Ask, body: Mapping[str, object]) -> Member:
    """Change the member of the path, or add it; Refused."""
    email = address(ask, body)
    status, if_new = status_of(body, "status", NEW), status_of(body, "status_if_new", NEW)
    member = ask.audience.members.find(ask.parts["member"])
    if member is None:
        return add(ask, email, status or if_new, body)
    if member.status == "archived" and ask.settings.archived_counts_as_new:
        status = status or if_new
    return change(ask, member, email, status, body)


def patch(ask: Ask, body: Mapping[str, object]) -> Member:
    """Change the member of the path; Refused."""
    member = ask.member()
    email = address(ask, body) if "email_address" in body else member.email
    return change(ask, member, email, status_of(body, "status", CHANGED), body)


def add(ask: Ask, email: str, status: Status | None, body: Mapping[str, object]) -> Member:
    """Add somebody; Refused for who is there, who was forgotten, and a missing status."""
    found = ask.audience.members.find(subscriber(email))
    if found is not None and found.status == "archived" and ask.settings.archived_counts_as_new:
        return change(ask, found, email, status, body)
    if status is None:
        raise invalid([("status", "Required fields were not provided: status")])
    _free(ask, email)
    values = read_values(ask.audience.fields, {}, body.get("merge_fields"), ask.settings, lenient=_lenient(ask))
    language = _language(body)
    member = ask.audience.members.add(email, status, ask.now)
    member.values, member.language = values, language or ""
    return member


def change(ask: Ask, member: Member, email: str, status: Status | None, body: Mapping[str, object]) -> Member:
    """Change somebody; Refused changes nothing."""
    members, moves = ask.audience.members, subscriber(email) != member.id
    if moves:
        _free(ask, email)
    if status == "subscribed" and (member.before or member.status) in SETTLED:
        raise Refused("Member In Compliance State", email=member.email)
    old = member.values
    values = read_values(ask.audience.fields, old, body.get("merge_fields"), ask.settings, lenient=_lenient(ask))
    language = _language(body)
    if moves:
        members.rename(member, email)
    if status is not None and status != member.status:
        members.turn(member, status, ask.now)
    member.email, member.values, member.changed = email, values, ask.now
    member.language = member.language if language is None else language
    return member


def address(ask: Ask, body: Mapping[str, object]) -> str:
    """The address of a body. Raises Refused for none, and for what looks fake or invalid."""
    email = body.get("email_address")
    if not isinstance(email, str):
        raise invalid([("email_address", "Schema describes string, NULL found instead")])
    email = email.strip()
    if not email:
        raise Refused("Invalid Resource", "Blank email address")
    if ADDRESS.fullmatch(email) is None:
        raise Refused("Invalid Resource", "Please provide a valid email address.")
    fake = {known.lower() for known in ask.settings.fake_addresses}
    if "." not in email.rpartition("@")[2].strip(".") or email.lower() in fake:
        raise Refused("Invalid Resource", f"{email} looks fake or invalid, please enter a real email address.")
    return email


def status_of(body: Mapping[str, object], name: str, allowed: Collection[Status]) -> Status | None:
    """The status of a body under a name. Raises Refused for what is not allowed there."""
    given = body.get(name)
    if given is None:
        return None
    found = next((status for status in allowed if status == given), None)
    if found is None:
        raise invalid([(name, f"Value must be one of: {', '.join(allowed)}")])
    return found


def _free(ask: Ask, email: str) -> None:
    members, key = ask.audience.members, subscriber(email)
    if key in members.by_hash:
        raise Refused("Member Exists", email=email)
    if key in members.forgotten:
        raise Refused("Forgotten Email Not Subscribed", email=email)


def _lenient(ask: Ask) -> bool:
    return ask.flag("skip_merge_validation")


def _language(body: Mapping[str, object]) -> str | None:
    """The language of a body; None where it says none. Which codes there are is not looked at, only their form."""
    if (given := body.get("language")) is None:
        return None
    if not isinstance(given, str) or LANGUAGE.fullmatch(given) is None:
        raise invalid([("language", "Please enter a language code")])
    return given
