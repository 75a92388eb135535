"""Carries out what `plan` asks for: one batch of events, or a part of a list, on its way into one portal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from lms_to_hubspot import INTEGRATION, Settings
from lms_to_hubspot.known import CONTACTS, DEALS, PRODUCTS, SKU, Catalogue, Known, Purchase, Recall, Rules, Step
from lms_to_hubspot.plan import WAITS, named, obstacle, plan, refused, remembered, verdict
from lms_to_hubspot.purchases import purchases_of
from renkei import links
from renkei.actions import Create, Delete, Record, Remember, Result
from renkei.bells import Bell, ring
from renkei.errors import Conflict, Misconfigured, NotFound, Outcome, Reconnect, Retry
from renkei.integration import Done, Job, Verdict
from renkei.lms import Event, event_of
from renkei.lms_list import part_of
from renkei.lms_users import Digest, Standing, Task, Wish, owner_link, task_of, tasks_of, user_link, wishes
from renkei.runtime import Work
from renkei.vendors.hubspot_shapes import LMS_PURCHASE
from renkei.vendors.hubspot_sync import HubSpotSync
from renkei.workers import token_source

_ROUNDS = 1000  # a part of a list takes about forty
_MOST_WARNED = 20
_AT_ONCE = timedelta(seconds=1)
ADDRESS_TAKEN = "lms_address_taken"


class Office:
    """The work on one workspace's HubSpot. `close` at the end."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._token = token_source(work.platform, work.connection)
        self._hubspot = HubSpotSync(work.platform.session, self._token, work.platform.sleep, work.budget)
        self._scope = links.scope(work.workspace, INTEGRATION.vendor, work.connection.account)
        settings = Settings.model_validate(work.settings)
        self._rules = Rules(settings, work.types.get(CONTACTS, {}), LMS_PURCHASE)

    def close(self) -> None:
        """Count the calls that were made."""
        self._work.calls += self._hubspot.calls
        self._work.connection = self._token.connection

    def events(self, jobs: Sequence[Job]) -> Mapping[str, Verdict]:
        """The verdicts on events. A raised Outcome means all of them."""
        verdicts: dict[str, Verdict] = {}
        read: dict[str, tuple[Task, Event]] = {}
        for job in jobs:
            try:
                event = event_of(job.payload["body"], self._work.platform.clock())
            except Outcome as unreadable:
                verdicts[job.id] = unreadable
            else:
                read[job.id] = (task_of(job.id, event, self._digest), event)
        bought = purchases_of(read, self._rules, self._digest)
        known, wanted = self._known([task for task, _ in read.values()], bought.values())
        try:
            self.carry_out(wanted, list({one.key: one for one in bought.values()}.values()), known)
        except Misconfigured as end:
            raise named(end) from None
        settled = {wish.key for wish in _settled(wanted, known)}
        for id_, (task, _) in read.items():
            verdicts[id_] = found = verdict(task, wanted[task.key], bought.get(id_), known)
            if isinstance(found, Misconfigured) and found.code == ADDRESS_TAKEN:
                if settled - {task.key}:  # it may be free by now
                    verdicts[id_] = Retry("record_gone", after=_AT_ONCE, vendor=INTEGRATION.vendor)
                else:
                    self.wait(task.key, found.params["other"], known)
        return verdicts

    def part(self, job: Job) -> Verdict:
        """The verdict on a part of a list: what became of its lines, unless something ended them all."""
        part = part_of(job.payload["body"], self._work.platform.clock())
        tasks = tasks_of(part, self._digest)
        known, wanted = self._known(tasks, ())
        try:
            self.carry_out(wanted, [], known)
        except Outcome as end:
            return named(end)
        ends: dict[str, Verdict] = {task.id: verdict(task, wanted[task.key], None, known) for task in tasks}
        if whole := next(filter(_of_all, ends.values()), None):
            return whole
        told: list[str] = [f"{row.number} lms_payload ({row.problem})" for row in part.rows if row.user is None]
        counts = Counter({"rejected": len(told)} if told else {})
        for number, fate in ends.items():
            counts[_fate(fate)] += 1
            if isinstance(fate, Outcome) and fate.code != "lms_stale":
                told.append(f"{number} {_words(fate)}")
        outcome = {name: str(count) for name, count in counts.items()}
        warns = dict.fromkeys(warn for end in ends.values() if isinstance(end, Done) for warn in end.warnings)
        return Done(outcome | ({"rows": "; ".join(told)} if told else {}), tuple(warns)[:_MOST_WARNED])

    def carry_out(self, wanted: Mapping[str, Wish], bought: Sequence[Purchase], known: Known) -> None:
        """Plan and apply until there is nothing more to ask for, and remember what was done after each step."""
        for _ in range(_ROUNDS):
            asked = plan(wanted, bought, known, self._rules)
            for step in asked:
                self._step(step, known)
                self._remember(wanted, known)
            if not asked:
                break
        else:
            raise RuntimeError("the plan does not come to an end")
        self._remember(wanted, known)

    def _known(self, tasks: Sequence[Task], bought: Iterable[Purchase]) -> tuple[Known, dict[str, Wish]]:
        """What is remembered, and what is to become of each user."""
        known = Known()
        purchases = [link for one in bought for link in (one.link, one.shelf)]
        self._recall([*(user_link(task.key) for task in tasks), *purchases], known)
        wanted = wishes(tasks, lambda key: Standing.of(known.rows[user_link(key)]))
        known.living = {wish.key for wish in wanted.values() if not wish.after.deleted}
        return known, wanted

    def _recall(self, wanted: Iterable[str], known: Known) -> None:
        asked = list(wanted)
        found = links.recall(self._scope, asked)
        hidden = {"scope", "link"}
        for link in asked:
            known.rows[link] = {name: value for name, value in found.get(link, {}).items() if name not in hidden}

    def _step(self, step: Step, known: Known) -> None:
        match step:
            case Recall():
                self._recall(step.links, known)
            case _:
                try:
                    result = self.apply(step)
                except Retry as end:
                    self._doubt(step, known, end)
                else:
                    known.absorb(step, result)

    def _doubt(self, step: Step, known: Known, end: Retry) -> None:
        """A deal's contact may be gone, whose link we trusted: then that is looked up. Anything else is raised."""
        linked = {to.id for item in step.items for to in item.to} if isinstance(step, Create) else set()
        suspects = linked - known.written.keys() - known.also.keys() - set(known.also.values())
        if end.code != "record_gone" or not isinstance(step, Create) or step.object != DEALS or not suspects:
            raise end
        known.unsure |= suspects

    def apply(self, step: Step) -> Result:
        """Carry one step out."""
        match step:
            case Remember():
                links.remember(self._scope, step.link, step.values)
            case Delete():
                self._hubspot.archive(step.object, step.keys)
            case Catalogue():
                return self._catalogue()
            case Recall():
                raise TypeError("what is remembered is no answer of HubSpot's")
            case _:
                return self._hubspot.do(step)  # type: ignore[arg-type]
        return Result()

    def _catalogue(self) -> Result:
        records: dict[str, Record] = {}
        after = ""
        while True:
            try:
                page, after = self._hubspot.page(PRODUCTS, (SKU,), after)
            except (Conflict, NotFound):  # of no record
                raise Retry("vendor_busy", vendor=INTEGRATION.vendor) from None
            records |= {record.id: record for record in page}
            if not after:
                return Result(records)

    def _remember(self, wanted: Mapping[str, Wish], known: Known) -> None:
        if rows := remembered(wanted, known, self._rules):
            if any(WAITS in dict(wish.before.more) for wish in _settled(wanted, known)):
                self.bring_back()  # before it is remembered: who dies in between does it again
            self.note(rows)
            known.rows |= {link: dict(row) for link, row in rows.items()}

    def note(self, rows: Mapping[str, Mapping[str, str]]) -> None:
        """Remember these links."""
        links.put_many(self._scope, rows)

    def wait(self, key: str, other: str, known: Known) -> None:
        """Note that a user waits for an address: at the user, and at the one whose contact has it."""
        self._recall([owner_link(other)], known)
        for one in filter(None, (key, known.rows[owner_link(other)].get("user"))):
            links.remember(self._scope, user_link(str(one)), {WAITS: "1"})

    def bring_back(self) -> None:
        """Who waits for an address that somebody has just given up is looked at again."""
        ledger, box = self._work.platform.deliveries, (self._work.workspace, INTEGRATION.key)
        waiting = [row for row in ledger.each(*box, "parked") if row.get("reason") == ADDRESS_TAKEN]
        if [row for row in waiting if ledger.retry(row)]:
            ring(Bell(self._work.workspace, INTEGRATION.vendor, INTEGRATION.key))

    @property
    def _digest(self) -> Digest:
        return self._work.platform.vault.digest


def _settled(wanted: Mapping[str, Wish], known: Known) -> list[Wish]:
    """Users of whom something new was written: they may have given an address up, or need none any more."""
    news = (wish for wish in wanted.values() if wish.news)
    return [wish for wish in news if not refused(wish, known) and obstacle(wish, known) is None]


def _of_all(end: Verdict) -> bool:
    """Whether what ended one line is not about that line: then the whole part waits, and is done again."""
    return isinstance(end, Retry | Reconnect | Misconfigured) and end.code != ADDRESS_TAKEN


def _fate(end: Verdict) -> str:
    """What became of a line, in a word."""
    if isinstance(end, Done):
        return "created" if end.outcome.get("contact_was") == "created" else "updated"
    return "stale" if isinstance(end, Outcome) and end.code == "lms_stale" else "rejected"


def _words(end: Outcome) -> str:
    """A code, and what fills it in."""
    params = ", ".join(f"{name} {value}" for name, value in end.params.items())
    return f"{end.code} ({params})" if params else end.code
