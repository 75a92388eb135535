"""Many members in one request: each is added or changed, or told of among the errors of a 200.

https://mailchimp.com/developer/marketing/api/lists/batch-subscribe-or-unsubscribe/
"""

from collections import Counter
from collections.abc import Mapping

from werkzeug.wrappers import Response

from local.sandbox.mailchimp import writes
from local.sandbox.mailchimp.accounts import Json
from local.sandbox.mailchimp.ask import Ask
from local.sandbox.mailchimp.members import Member, subscriber
from local.sandbox.mailchimp.problems import Refused, invalid

AT_ONCE = 500
# The description has fewer fields for members here.
NOT_HERE = ("full_name", "web_id", "consents_to_one_to_one_messaging", "source")


def subscribe(ask: Ask) -> Response:
    """POST /lists/{id}."""
    body = ask.body()
    rows, update = body.get("members"), body.get("update_existing") is True
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise invalid([("members", "Schema describes array of objects")])
    if not 1 <= len(rows) <= AT_ONCE:
        raise invalid([("members", f"Must have between 1 and {AT_ONCE} members")])
    _alone(rows, skip=ask.flag("skip_duplicate_check"))
    new: list[Member] = []
    updated: list[Member] = []
    errors: list[Json] = []
    for row in rows:
        try:
            known, member = _one(ask, row, update=update)
        except Refused as refused:
            errors.append(_error(row, refused))
        else:
            (updated if known else new).append(member)
    answer = {
        "new_members": [_shape(ask, member) for member in new],
        "updated_members": [_shape(ask, member) for member in updated],
        "errors": errors,
        "total_created": len(new),
        "total_updated": len(updated),
        "error_count": len(errors),
        "_links": [],
    }
    return ask.shown(answer)


def _one(ask: Ask, row: Mapping[str, object], *, update: bool) -> tuple[bool, Member]:
    """Whether the member was there, and the member."""
    email, status = writes.address(ask, row), writes.status_of(row, "status", writes.NEW)
    known = ask.audience.members.find(subscriber(email))
    if known is not None and update:
        return True, writes.change(ask, known, email, status, row)
    return False, writes.add(ask, email, status, row)


def _alone(rows: list[dict[str, object]], *, skip: bool) -> None:
    """Refuse the request if it has an address twice, or drop all but the first of each."""
    emails = [str(row.get("email_address", "")).strip().lower() for row in rows]
    if not skip and (twice := [email for email, times in Counter(emails).items() if times > 1]):
        raise invalid([("members", f"Duplicate items found: {', '.join(twice)}")])
    first = dict(reversed(list(zip(emails, rows, strict=True))))
    rows[:] = [row for email, row in zip(emails, rows, strict=True) if first[email] is row]


def _shape(ask: Ask, member: Member) -> Json:
    return {name: value for name, value in ask.shape(member).items() if name not in NOT_HERE}


def _error(row: Mapping[str, object], refused: Refused) -> Json:
    field, message = refused.errors[0] if refused.errors else ("", "")
    code = "ERROR_CONTACT_EXISTS" if refused.title == "Member Exists" else "ERROR_GENERIC"
    return {
        "email_address": str(row.get("email_address", "")),
        "error": refused.detail,
        "error_code": code,
        "field": field,
        "field_message": message,
    }
