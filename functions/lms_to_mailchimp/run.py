"""Carries courses out: against Mailchimp, and against what is remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from lms_to_mailchimp import INTEGRATION, Settings
from lms_to_mailchimp.fields import COLUMNS, address_mark, aim_of
from lms_to_mailchimp.plan import course
from lms_to_mailchimp.steps import (
    AT,
    FIELDS,
    LAST,
    TAKEN,
    WAITED,
    WAS,
    Aim,
    Archive,
    Await,
    Change,
    Delete,
    End,
    Holder,
    Look,
    Note,
    Other,
    Owner,
    Put,
    Step,
    Write,
)
from renkei import links
from renkei.bells import Bell, ring
from renkei.errors import Misconfigured, Outcome, Reconnect, Rejected, Retry
from renkei.lms_users import Standing, Task, Wish, owner_link, user_link, wishes
from renkei.runtime import Work
from renkei.vendors.mailchimp import Mailchimp, Member, Values, subscriber

type Row = Mapping[str, str]


class Run:
    """One batch on its way into one audience. Outcomes that are about all of it (Retry, Reconnect) are raised."""

    def __init__(self, work: Work, mailchimp: Mailchimp, part: str = "") -> None:
        """`part`: the delivery, if it is a part of a list."""
        self.work = work
        self.mailchimp = mailchimp
        self.part = part
        self.rules = Settings.model_validate(work.settings)
        self.digest = work.platform.vault.digest
        self.now = work.platform.clock()
        self._scope = links.scope(work.workspace, INTEGRATION.vendor, work.connection.account)
        self._rows: dict[str, Row] = {}

    def all(self, tasks: Iterable[Task]) -> list[tuple[Wish, End | Outcome]]:
        """Each user's wish, and what became of it."""
        found = self.wishes(tasks)
        ends: dict[str, tuple[Wish, End | Outcome]] = {}
        try:
            for wish in found:
                ends[wish.key] = self.one(wish)
            for wish in found if len(found) > 1 else ():
                if _taken(ends[wish.key][1]):  # the address may be free now
                    ends[wish.key] = self.one(wish)
        except (Retry, Reconnect) as rest:  # what is done is done
            done = {key: end for key, end in ends.items() if not _taken(end[1])}
            ends = {wish.key: (wish, rest) for wish in found} | done
        return list(ends.values())

    def wishes(self, tasks: Iterable[Task]) -> list[Wish]:
        """By user, what is to become of them."""
        every = list(tasks)
        self._recall([link for task in every if (link := user_link(task.key)) not in self._rows])
        return list(wishes(every, self.standing).values())

    def aim(self, wish: Wish) -> Aim | None:
        """What a user's member is to hold; None if nothing is to be written."""
        return aim_of(wish.write.user, self.digest) if wish.write and wish.write.user else None

    def one(self, wish: Wish) -> tuple[Wish, End | Outcome]:
        """Carry a user's course out, and remember what came of it.

        Gives the wish as it was then: others of the batch may have taken or left the user's member meanwhile.
        """
        (now,) = self.wishes(wish.tasks)
        try:
            end = self._through(now)
        except (Retry, Reconnect):
            raise
        except Outcome as refused:
            return now, refused
        self.settle([(now, end)])
        return now, end

    def _through(self, wish: Wish) -> End:
        marks = {email: address_mark(email, self.digest) for email in wish.emails}
        steps = course(wish, self.aim(wish), self.rules, marks)
        answer: object = None
        thrown: Outcome | None = None
        while True:
            try:
                step = steps.throw(thrown) if thrown else steps.send(answer)
            except StopIteration as stop:
                found: End = stop.value
                return found
            answer = thrown = None
            try:
                answer = self.apply(step, wish)
            except Outcome as refused:
                thrown = refused

    def apply(self, step: Step, wish: Wish) -> object:
        """Carry one step out, at Mailchimp or on what is remembered. Raises what Mailchimp refuses."""
        match step:
            case Look():
                return self.mailchimp.member(subscriber(step.key) if "@" in step.key else step.key)
            case Owner():
                other = self._other(owner_link(step.contact), wish)
                return other if other and other.standing.record == step.contact else None
            case Holder():
                other = self._other(at_link(step.at), wish)
                return other if other and dict(other.standing.more).get(AT) == step.at else None
            case Await():
                for key in (step.user, wish.key):  # either one's next state may be what ends it
                    self._add(user_link(key), WAITED, "1")
                return None
            case Note():
                self._add(user_link(wish.key), WAS, step.was)
                return None
        try:
            return self.write(step)
        except Rejected as end:
            raise _named(end) from None

    def write(self, step: Write) -> object:
        """Carry out what changes something at Mailchimp."""
        match step:
            case Put():
                return self.mailchimp.put(values_of(step.aim), step.status_if_new)
            case Change():
                return self.mailchimp.change(step.contact, values_of(step.aim), step.status)
            case Archive():
                self.mailchimp.archive(step.contact)
            case Delete():
                self.mailchimp.delete(subscriber(step.email))
        return None

    def subscribe(self, aims: list[Aim]) -> dict[str, Member]:
        """Add new members together: those that Mailchimp took, by lower-cased address."""
        return self.mailchimp.subscribe([values_of(aim) for aim in aims], self.rules.status_if_new)[0]

    def settle(self, ends: Iterable[tuple[Wish, End]]) -> None:
        """Remember what became of users, all in one write where they are few."""
        rows: dict[str, dict[str, str]] = {}
        stale: dict[str, str] = {}
        waited = False
        for wish, end in ends:
            before, after = wish.before.row, end.after.row
            if self.part and end.word != "same":
                after[LAST] = f"{self.part} {end.word}"
            if end.taken:
                rows[user_link(end.taken.key)] = replace(end.taken.standing, record="").row
            for named, value in ((owner_link, "record"), (at_link, AT)):
                if after.get(value):
                    rows[named(after[value])] = {"user": wish.key}
                if before.get(value, "") not in {"", after.get(value)}:
                    stale[named(before[value])] = wish.key
            rows[user_link(wish.key)] = after
            waited = waited or WAITED in before
        if waited:  # first, so that no death keeps it from them; they come after this batch
            self._bring_back()
        self._forget([link for link, key in stale.items() if link not in rows and self._row(link).get("user") == key])
        self._note({link: row for link, row in rows.items() if row != self._rows.get(link)})

    def standing(self, key: str) -> Standing:
        """What is remembered of a user."""
        return Standing.of(self._row(user_link(key)))

    def _other(self, link: str, wish: Wish) -> Other | None:
        """The user whom a link names, if that is another one."""
        key = self._row(link).get("user", "")
        return Other(key, self.standing(key)) if key and key != wish.key else None

    def _row(self, link: str) -> Row:
        if link not in self._rows:
            self._recall([link])
        return self._rows[link]

    def _recall(self, wanted: list[str]) -> None:
        found = links.recall(self._scope, wanted) if wanted else {}
        for link in wanted:
            row = found.get(link, {})
            self._rows[link] = {name: str(text) for name, text in row.items() if name not in {"scope", "link"}}

    def _note(self, rows: Mapping[str, Row]) -> None:
        links.put_many(self._scope, rows)
        self._rows |= rows

    def _add(self, link: str, name: str, value: str) -> None:
        self._note({link: {**self._row(link), name: value}})

    def _forget(self, stale: list[str]) -> None:
        links.forget_many(self._scope, stale)
        self._rows |= {link: {} for link in stale}

    def _bring_back(self) -> None:
        """Look again at who waits for an address that somebody may just have given up."""
        ledger, box = self.work.platform.deliveries, (self.work.workspace, INTEGRATION.key)
        waiting = [row for row in ledger.each(*box, "parked") if row.get("reason") == TAKEN]
        if [row for row in waiting if ledger.retry(row)]:
            ring(Bell(self.work.workspace, INTEGRATION.vendor, INTEGRATION.key))


def _named(end: Rejected) -> Outcome:
    """A refusal of merge fields of ours is about the audience: all of them are short texts."""
    fields = end.params.get("field", "")
    ours = set(fields.split(", ")) <= {column.tag for column in COLUMNS}
    return Misconfigured(FIELDS, vendor=INTEGRATION.vendor, fields=fields) if ours else end


def _taken(end: End | Outcome) -> bool:
    return isinstance(end, Misconfigured) and end.code == TAKEN


def at_link(at: str) -> str:
    """The link that says who was last written with an address, by its digest."""
    return f"at#{at}"


def values_of(aim: Aim) -> Values:
    """An aim as the client takes it."""
    return Values(aim.email, aim.fields, aim.language)
