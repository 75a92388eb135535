"""Mailchimp: the members of an audience, and its merge fields.

An address is known by the md5 of its lower-cased text; a member also by a contact id, which outlives its addresses.
Nobody is given a status by a change, because that could subscribe somebody who has left: only a new member gets one,
and who is taken out of the archive.

https://mailchimp.com/developer/marketing/api/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any, Literal

import requests

from renkei import http
from renkei.budgets import FREE, Budget
from renkei.errors import NotFound, Outcome, Reconnect, Rejected, Retry
from renkei.vendors.mailchimp_account import KEY, authorization, base_url
from renkei.vendors.mailchimp_errors import classify, of_batch

MOST = 500
"""Members in one call."""
_PAGE = 1000
_TAG = re.compile(r"[A-Z][A-Z0-9_]{0,9}")
# What an audience requires of those who fill in its form is no reason to lose a change.
_LENIENT = {"skip_merge_validation": "true"}

type NewStatus = Literal["subscribed", "pending", "transactional"]


@dataclass(frozen=True)
class Member:
    """A member as an answer shows it. `tags`: the merge tags that it has."""

    contact_id: str
    email: str = field(repr=False)
    status: str
    tags: frozenset[str]


@dataclass(frozen=True)
class MergeField:
    """A field of an audience."""

    tag: str
    name: str
    type: str


@dataclass(frozen=True)
class Values:
    """What is written: the address, texts by merge tag ("" empties), and a language unless that is ""."""

    email: str = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)
    language: str = ""


def subscriber(email: str) -> str:
    """An address as Mailchimp's own paths name it."""
    return md5(email.lower().encode(), usedforsecurity=False).hexdigest()


class Mailchimp:
    """Calls one audience. Every verb raises the outcomes of `mailchimp_errors`; without the audience, Reconnect."""

    def __init__(self, session: requests.Session, secrets: Mapping[str, str], budget: Budget = FREE) -> None:
        api_key = secrets["api_key"]
        self._way = http.Client(
            KEY, base_url(api_key), session, None, classify, headers=authorization(api_key), budget=budget
        )
        self._audience = secrets["audience"]

    @property
    def calls(self) -> int:
        """How many calls went out so far."""
        return self._way.calls

    # https://mailchimp.com/developer/marketing/api/list-members/add-or-update-list-member/
    def put(self, values: Values, status_if_new: str) -> Member:
        """Make the member with this address, or change it: then its status stays."""
        body = _body(values) | {"status_if_new": status_if_new}
        return _member(self._whole("PUT", f"/members/{subscriber(values.email)}", json=body, params=_LENIENT))

    # https://mailchimp.com/developer/marketing/api/list-members/update-list-member/
    def change(self, key: str, values: Values, status: str = "") -> Member:
        """Change a member by its contact id, or by the hash of its address; NotFound if there is none.

        `status` is for taking somebody out of the archive, and for nothing else.
        """
        body, method = _body(values), "PATCH"
        if status:  # a PATCH knows no transactional ones
            body, method = body | {"status": status, "status_if_new": status}, "PUT"
        return _member(self._call(method, f"/members/{key}", json=body, params=_LENIENT))

    # https://mailchimp.com/developer/marketing/api/list-members/get-member-info/
    def member(self, key: str) -> Member:
        """A member, an archived one too. NotFound if there is none."""
        asked = {"fields": "id,contact_id,email_address,status,merge_fields"}
        return _member(self._call("GET", f"/members/{key}", params=asked))

    # https://mailchimp.com/developer/marketing/api/list-members/archive-list-member/
    def archive(self, key: str) -> None:
        """Take a member out of the audience, so that it can come back. Whoever is out already stays out."""
        try:
            self._call("DELETE", f"/members/{key}")
        except NotFound:
            return
        except Rejected as end:
            if end.params.get("status") != "405":
                raise

    # https://mailchimp.com/developer/marketing/api/list-members/delete-list-member/
    def delete(self, key: str) -> None:
        """Delete a member for ever: Mailchimp never takes that address from us again. It may be gone already."""
        try:
            self._call("POST", f"/members/{key}/actions/delete-permanent")
        except NotFound:
            return

    # https://mailchimp.com/developer/marketing/api/list-merges/list-merge-fields/
    def merge_fields(self) -> list[MergeField]:
        """All fields of the audience."""
        found: list[MergeField] = []
        more = True
        while more:
            asked = {"count": str(_PAGE), "offset": str(len(found))}
            asked["fields"] = "merge_fields.tag,merge_fields.name,merge_fields.type,total_items"
            body = self._whole("GET", "/merge-fields", params=asked, needs="merge_fields").body
            rows = _rows(body, "merge_fields")
            found += [MergeField(str(row.get("tag")), str(row.get("name")), str(row.get("type"))) for row in rows]
            total = body.get("total_items")
            more = bool(rows) and isinstance(total, int) and len(found) < total
        return found

    # https://mailchimp.com/developer/marketing/api/list-merges/add-merge-field/
    def add_merge_field(self, tag: str, name: str) -> None:
        """Make a text field. One with this tag may be there already."""
        body = {"tag": tag, "name": name, "type": "text"}
        try:
            self._whole("POST", "/merge-fields", json=body, needs="merge_id")
        except Rejected:
            if tag not in {one.tag for one in self.merge_fields()}:
                raise

    # https://mailchimp.com/developer/marketing/api/lists/batch-subscribe-or-unsubscribe/
    def subscribe(self, members: Sequence[Values], status: str) -> tuple[dict[str, Member], dict[str, Outcome]]:
        """Make new members, 500 at most: (made, refused), each by its lower-cased address.

        Whoever is there already is left as they are, and a Conflict.
        """
        rows = [_body(values) | {"status": status} for values in members]
        body = {"members": rows, "update_existing": False}
        answer = self._whole("POST", "", json=body, params=_LENIENT, needs="new_members").body
        made = {one.email.lower(): one for one in map(_shown, _rows(answer, "new_members"))}
        refused: dict[str, Outcome] = {
            str(entry.get("email_address", "")).lower(): self._way.held(of_batch(entry))
            for entry in _rows(answer, "errors")
        }
        for address in {values.email.lower() for values in members} - made.keys() - refused.keys():
            refused[address] = Retry("vendor_garbled", vendor=KEY)
        return made, refused

    def _whole(self, method: str, path: str, **request: Any) -> http.Answer:
        """A call that only a missing audience can answer by 404."""
        try:
            return self._call(method, path, **request)
        except NotFound:
            raise Reconnect("mailchimp_no_audience", vendor=KEY, audience=self._audience) from None

    def _call(self, method: str, path: str, **request: Any) -> http.Answer:
        return self._way.call(method, f"/lists/{self._audience}{path}", **request)


def _body(values: Values) -> dict[str, Any]:
    body: dict[str, Any] = {"email_address": values.email, "merge_fields": dict(values.fields)}
    return body | ({"language": values.language} if values.language else {})


def _member(answer: http.Answer) -> Member:
    return _shown(answer.body)


def _shown(body: object) -> Member:
    """A member of an answer; where a batch shows no contact id, the hash of the address does as well."""
    if not isinstance(body, dict):
        raise Retry("vendor_garbled", vendor=KEY)
    key, email, fields = body.get("contact_id") or body.get("id"), body.get("email_address"), body.get("merge_fields")
    if not (isinstance(key, str) and key and isinstance(email, str)):
        raise Retry("vendor_garbled", vendor=KEY)
    tags = fields.keys() if isinstance(fields, dict) else ()
    return Member(key, email, str(body.get("status", "")), frozenset(tag for tag in tags if _TAG.fullmatch(tag)))


def _rows(body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = body.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Retry("vendor_garbled", vendor=KEY)
    return rows
