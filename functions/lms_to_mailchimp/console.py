"""What the admin's door needs of this integration: checking its settings, rehearsing, and its tools.

A tool gets (parts, workspace, what was given, language) and gives JSON. ACTS change something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from console import lists
from lms_to_mailchimp import INTEGRATION, Settings
from lms_to_mailchimp.app import client_of, of_events
from lms_to_mailchimp.fields import TEXT, Column, lacking
from lms_to_mailchimp.importing import MOST, take_in
from lms_to_mailchimp.run import Row, Run
from lms_to_mailchimp.steps import Aim, Archive, Change, Put, Write
from renkei.config import Language
from renkei.errors import Conflict, NotFound, Outcome, Reconnect, Rejected, state_after
from renkei.integration import Done, Job, Verdict
from renkei.runtime import Platform, prepare
from renkei.settings import Problem
from renkei.texts import text
from renkei.vendors.mailchimp import Mailchimp, Member, MergeField, subscriber
from renkei.waking import bring_back

type Given = Mapping[str, Any]
type Tool = Callable[[Platform, str, Given, Language], dict[str, Any]]

OBJECTS: tuple[str, ...] = ()


def _audience(parts: Platform, workspace: str) -> Mailchimp:
    """The workspace's audience. Reconnect if there is no living connection."""
    connection = parts.connections.get(workspace, INTEGRATION.vendor)
    if connection is None or connection.state != "connected":
        raise Reconnect("not_connected", vendor=INTEGRATION.vendor)
    budget = parts.budget(connection, live=True)
    return Mailchimp(parts.session, parts.connections.secrets(connection), budget)


def check(
    parts: Platform,
    workspace: str,
    given: Mapping[str, Any],
    language: Language,  # noqa: ARG001 - as every integration's
) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """({} to keep with the settings, what is wrong with them) against the audience.

    A missing merge field is no problem of the settings: what it would hold is left out, and each delivery says so.
    One of a wrong type is: Mailchimp would refuse whoever has something in it.
    """
    Settings.model_validate(given)
    try:
        _, wrong = lacking(_types(_audience(parts, workspace).merge_fields()))
    except Reconnect as end:
        say = "is not connected" if end.code == "not_connected" else "does not let us see the audience"
        return {}, [Problem((), f"Mailchimp {say}, so the settings cannot be checked; run: renkei connect mailchimp")]
    tags = ", ".join(column.tag for column in wrong)
    say = f"the audience's merge fields {tags} must be of type {TEXT}: delete them in Mailchimp (with what they hold)"
    return {}, [Problem((), f"{say}, then run: renkei lms prepare-mailchimp")] if wrong else []


def properties(parts: Platform, workspace: str, object_name: str, language: Language) -> list[dict[str, Any]]:  # noqa: ARG001
    """What rows may name: it has none."""
    return []


def prepare_mailchimp(parts: Platform, workspace: str, given: Given, language: Language) -> dict[str, Any]:
    """Make the merge fields that are missing: {made, there, wrong}. With {dry_run: true} it only says what it would do.

    A field of another type than text is named, and left as it is.
    """
    audience = _audience(parts, workspace)
    types = _types(audience.merge_fields())
    absent, other = lacking(types)
    if given.get("dry_run") is not True:
        _add(audience, absent, language)
        bring_back(parts, workspace, INTEGRATION)
    wrong = [{"tag": column.tag, "type": types[column.tag], "fits": [TEXT]} for column in other]
    return {
        "made": [{"tag": column.tag, "name": column.label[language]} for column in absent],
        "there": [{"tag": tag} for tag in sorted(types.keys() & _OURS)],
        "wrong": wrong,
    }


def _add(audience: Mailchimp, absent: list[Column], language: Language) -> None:
    """Make merge fields. Rejected if Mailchimp takes no more of them, naming those that are still missing."""
    for number, column in enumerate(absent):
        try:
            audience.add_merge_field(column.tag, column.label[language])
        except Rejected:
            missing = ", ".join(one.tag for one in absent[number:])
            raise Rejected("mailchimp_no_more_fields", vendor=INTEGRATION.vendor, fields=missing) from None


_OURS = {column.tag for column in lacking({})[0]}


def _types(fields: list[MergeField]) -> dict[str, str]:
    return {one.tag: one.type for one in fields}


class Rehearsal(Run):
    """A run whose writes are only noted; what they would answer is made up.

    An event's is made up from what is really there; a list's members are not looked at one by one, for want of time.
    """

    def __init__(self, parts: Platform, workspace: str, part: str = "") -> None:
        work = prepare(parts, workspace, INTEGRATION)
        super().__init__(work, client_of(work), part)
        self.writes: list[Write] = []
        self._tags = frozenset(one.tag for one in self.mailchimp.merge_fields())

    def write(self, step: Write) -> Member | None:
        """Note it. Raises what a look already shows that Mailchimp would refuse."""
        self.writes.append(step)
        match step:
            case Put():
                there = self._there(subscriber(step.aim.email))
                found = there or Member("new", step.aim.email, step.status_if_new, self._tags)
                return Member(found.contact_id, found.email, found.status, self._tags)
            case Change():
                there, other = self._there(step.contact), self._there(subscriber(step.aim.email))
                if there and other and other.contact_id != there.contact_id:
                    self.writes.pop()
                    raise Conflict("mailchimp_member_exists", vendor=INTEGRATION.vendor)
                status = step.status or (there.status if there else "")
                return Member(step.contact, step.aim.email, status, self._tags)
        return None

    def _there(self, key: str) -> Member | None:
        try:
            return None if self.part else self.mailchimp.member(key)
        except NotFound:
            return None

    def subscribe(self, aims: list[Aim]) -> dict[str, Member]:
        """As if Mailchimp took all of them."""
        status = self.rules.status_if_new
        self.writes += [Put(aim, status) for aim in aims]
        return {aim.email.lower(): Member(f"new {aim.at}", aim.email, status, self._tags) for aim in aims}

    def _note(self, rows: Mapping[str, Row]) -> None:
        self._rows |= rows

    def _forget(self, stale: list[str]) -> None:
        self._rows |= {link: {} for link in stale}

    def _bring_back(self) -> None:
        """Bring nothing back."""


def preview(parts: Platform, workspace: str, payload: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """{would, fields, warnings, outcome, reason} of a payload ({source, body}). Outcome as a delivery's."""
    run = Rehearsal(parts, workspace)
    end = of_events(run, [Job("preview", payload)])["preview"]
    if isinstance(end, Outcome):
        reason = text(end.code, language, end.params)
        return {"would": [], "fields": [], "warnings": [], "outcome": state_after(end), "reason": reason}
    last = next((step.aim for step in reversed(run.writes) if isinstance(step, Put | Change)), None)
    pairs = {"email_address": last.email, **last.fields, "language": last.language} if last else {}
    fields = [
        {"object": "member", "property": name, "value": value, "why": "", "policy": "overwrite"}
        for name, value in pairs.items()
    ]
    warns = end.warnings if isinstance(end, Done) else ()
    warnings = [{"code": warn.code, "message": text(warn.code, language, dict(warn.params))} for warn in warns]
    would = list(_would(run, language))
    return {"would": would, "fields": fields, "warnings": warnings, "outcome": "delivered", "reason": ""}


def _would(run: Rehearsal, language: Language) -> Iterator[dict[str, str]]:
    """The steps in words."""
    for step in run.writes:
        match step:
            case Put():
                verb, params = "mailchimp_put", {"status": step.status_if_new}
            case Change():
                verb, params = "mailchimp_change", {"contact": step.contact}
            case Archive():
                verb, params = "mailchimp_archive", {"contact": step.contact}
            case _:
                verb, params = "mailchimp_delete", {}
        yield {"action": verb, "text": text(f"preview_{verb}", language, params)}


def _rehearse(parts: Platform, workspace: str, job: Job, _language: Language) -> Verdict:
    return take_in(job, Rehearsal(parts, workspace, job.id))


def _part(parts: Platform, workspace: str, given: Given, language: Language) -> dict[str, Any]:
    return lists.part(parts, workspace, INTEGRATION, given, _rehearse, language=language, most=MOST)


def _size(_parts: Platform, _workspace: str, _given: Given, _language: Language) -> dict[str, Any]:
    """How many lines a part of a list may have."""
    return {"rows": MOST}


TOOLS: dict[str, Tool] = {"prepare": prepare_mailchimp, "part": _part, "size": _size}
ACTS = ("prepare", "part")
