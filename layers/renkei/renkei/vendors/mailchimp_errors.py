"""What Mailchimp's error answers mean. Titles do not change; what stands beside them is for people.

https://mailchimp.com/developer/marketing/docs/errors/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from renkei.errors import Conflict, NotFound, Outcome, Rejected, Retry
from renkei.http import Answer, outcome, retry_after
from renkei.vendors.mailchimp_account import KEY, refusal

EXISTS = "ERROR_CONTACT_EXISTS"
_TAG = re.compile(r"[A-Z][A-Z0-9_]{0,9}")
_TITLES: Mapping[str, tuple[type[Outcome], str]] = {
    "Member Exists": (Conflict, "mailchimp_member_exists"),
    "Member In Compliance State": (Rejected, "mailchimp_compliance"),
    "Forgotten Email Not Subscribed": (Rejected, "mailchimp_forgotten"),
}
# Of a batch there are no titles, only sentences; and of an address that is none, no title of its own.
_SAID = {
    "mailchimp_compliance": ("compliance state",),
    "mailchimp_forgotten": ("permanently deleted", "forgotten"),
    "mailchimp_address": ("fake or invalid", "valid email address"),
}


def classify(answer: Answer) -> Outcome | None:
    """The outcome of an error answer; None where the shared table says it as well."""
    body = answer.body if isinstance(answer.body, dict) else {}
    match answer.status:
        case 400:
            return _invalid(body)
        case 401 | 403 | 429:
            return refusal(answer)
        case 404:
            return NotFound("mailchimp_not_found", vendor=KEY)
        case 409:  # Mailchimp knows no conflicts by this status, so it is none of a record
            return Retry("vendor_busy", after=retry_after(answer.headers), vendor=KEY, status="409")
    return None


def of_batch(entry: Mapping[str, Any]) -> Outcome:
    """The outcome of a member that a batch did not take."""
    if entry.get("error_code") == EXISTS:
        return Conflict("mailchimp_exists", vendor=KEY)
    known = _said(str(entry.get("error", "")), str(entry.get("field_message", "")))
    return known or _fields([entry]) or outcome(KEY, Answer(400, None, {}))


def _invalid(body: Mapping[str, Any]) -> Outcome | None:
    title = body.get("title")
    if isinstance(title, str) and title in _TITLES:
        kind, code = _TITLES[title]
        return kind(code, vendor=KEY)
    complaints = body.get("errors")
    entries = [one for one in complaints if isinstance(one, dict)] if isinstance(complaints, list) else []
    return _said(str(body.get("detail", "")), *(str(one.get("message", "")) for one in entries)) or _fields(entries)


def _said(*sentences: str) -> Outcome | None:
    lowered = " ".join(sentences).lower()
    code = next((code for code, parts in _SAID.items() if any(part in lowered for part in parts)), None)
    return Rejected(code, vendor=KEY) if code else None


def _fields(entries: Iterable[Mapping[str, Any]]) -> Outcome | None:
    """The merge tags that are complained of: nothing of what was sent or said."""
    names = [str(one.get("field", "")) for one in entries]
    if "email_address" in names:
        return Rejected("mailchimp_address", vendor=KEY)
    tags = [name for name in dict.fromkeys(names) if _TAG.fullmatch(name)]
    return Rejected("mailchimp_value", vendor=KEY, field=", ".join(tags)) if tags else None
