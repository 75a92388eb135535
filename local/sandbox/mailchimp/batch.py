"""Many members in one request: each is added or changed, or told of among the errors of a 200.

https://mailchimp.com/developer/marketing/api/lists/batch-subscribe-or-unsubscribe/
"""

from collections.abc import Mapping

from werkzeug.wrappers import Response

from local.sandbox.mailchimp import writes
from local.sandbox.mailchimp.accounts import Json
from local.sandbox.mailchimp.ask import Ask
from local.sandbox.mailchimp.members import Member, subscriber
from local.sandbox.mailchimp.problems import Refused, invalid

AT_ONCE = 500
EXISTS = "{email} is already a list member, do you want to update? Please provide update_existing:true in the request."
# The description has fewer fields for members here.
NOT_HERE = ("full_name", "web_id", "consents_to_one_to_one_messaging", "source")


def subscribe(ask: Ask) -> Response:
    """POST /lists/{id}."""
    body = ask.body()
    rows, update = body.get("members"), body.get("update_existing") is True
    if not isinstance(rows, list):
        raise invalid([("members", "Schema describes array")])
    if not 1 <= len(rows) <= AT_ONCE:
        raise invalid([("members", f"Must have between 1 and {AT_ONCE} members")])
    _readable(rows)
    rows = _once(rows, skip=ask.flag("skip_duplicate_check"))
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


def _readable(rows: list[object]) -> None:
    """Refuse the whole request for a row that is no member at all."""
    wrong = [
        (f"members.item:{number}", "Schema describes a member with an email_address and a status")
        for number, row in enumerate(rows)
        if not isinstance(row, dict)
        or not isinstance(row.get("email_address"), str)
        or row.get("status") not in (None, *writes.NEW)
    ]
    if wrong:
        raise invalid(wrong)


def _once(rows: list[Json], *, skip: bool) -> list[Json]:
    """The first row of each address; Refused for an address that comes again, unless that is to be skipped."""
    first: dict[str, Json] = {}
    for row in rows:
        first.setdefault(str(row["email_address"]).strip().lower(), row)
    if len(first) < len(rows) and not skip:
        raise invalid([("members", "Duplicate items found in array")])
    return list(first.values())


def _shape(ask: Ask, member: Member) -> Json:
    return {name: value for name, value in ask.shape(member).items() if name not in NOT_HERE}


def _error(row: Mapping[str, object], refused: Refused) -> Json:
    field, message = refused.errors[0] if refused.errors else ("", "")
    email, exists = str(row["email_address"]), refused.title == "Member Exists"
    return {
        "email_address": email,
        "error": EXISTS.format(email=email) if exists else refused.detail,
        "error_code": "ERROR_CONTACT_EXISTS" if exists else "ERROR_GENERIC",
        "field": field,
        "field_message": message,
    }
