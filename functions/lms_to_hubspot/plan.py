"""Decides what a school's events become in HubSpot. Pure: takes tasks and what is known, asks for steps.

    plan        wishes, purchases and what is known → the next steps; none when all is done
    remembered  wishes and what is known → what is to be remembered of their users
    verdict     a task and what is known → its delivery's end

Users of one batch are dealt with together: what is not linked yet is looked up by mail address in one call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import batched

from lms_to_hubspot.columns import COLUMNS, DELETED, STATUS, values_of
from lms_to_hubspot.known import CONTACTS, Known, Purchase, Recall, Rules, Step
from lms_to_hubspot.purchases import deal_of, line_of, product_of, steps
from renkei.actions import Create, Delete, Item, Read, Update
from renkei.errors import Misconfigured, Outcome, Rejected, Skip
from renkei.integration import Done, Verdict
from renkei.lms_users import Standing, Task, Wish, owner_link, user_link
from renkei.mapping import Warn

type Wishes = Mapping[str, Wish]
_AT_ONCE = 100
WAITS = "waits"
"""What a user's link holds while somebody waits for the user's address, or the user for another's."""
SHARED = "shared"
"""What a user's link holds whose contact was merged into another user's."""


def plan(wishes: Wishes, purchases: Iterable[Purchase], known: Known, rules: Rules) -> list[Step]:
    """The next steps, each of which is safe to repeat; none when all is done."""
    open_ = [wish for wish in wishes.values() if not refused(wish, known)]
    phases: tuple[Callable[[], Iterator[Step]], ...] = (
        lambda: _unsure(known),
        lambda: _addresses(open_, known),
        lambda: _strays(open_, known),
        lambda: _owners(open_, known),
        lambda: _writes(open_, known, rules.types),
        lambda: iter(steps(_sold(wishes, purchases, known), known, rules)),
        lambda: _archived(open_, known) if rules.settings.deleted == "archive" else iter(()),
    )
    return next((found for phase in phases if (found := list(phase()))), [])


def refused(wish: Wish, known: Known) -> bool:
    """Whether HubSpot refused something of a user in this batch."""
    return any(task.id in known.refused for task in wish.tasks)


def _unsure(known: Known) -> Iterator[Step]:
    """Contacts that a batch did not find: one that was merged answers to its old id, if it is asked alone."""
    if known.unsure:
        yield Read(CONTACTS, tuple(sorted(known.unsure)), ())


def _addresses(wishes: Sequence[Wish], known: Known) -> Iterator[Step]:
    """Look up who is not linked yet. One alone is asked for singly, which also finds second addresses."""
    unlinked = [wish for wish in wishes if _due(wish, known) and not _linked(wish, known)]
    emails = dict.fromkeys(email for wish in unlinked for email in wish.emails if email not in known.addresses)
    if emails:
        yield Read(CONTACTS, tuple(emails), (), by="email", singly=len(unlinked) == 1)


def _strays(wishes: Sequence[Wish], known: Known) -> Iterator[Step]:
    """Look up where older states came too late: somebody else's contact may be the user's from before."""
    stale = [task for wish in wishes if _linked(wish, known) for task in _late(wish)]
    emails = dict.fromkeys(email for task in stale for email in (task.email, task.previous))
    if unseen := tuple(email for email in emails if email and email not in known.addresses):
        yield Read(CONTACTS, unseen, (), by="email", singly=len(unseen) == 1)


def _late(wish: Wish) -> list[Task]:
    return [task for task in wish.tasks if task.user and task.stamp < wish.before.state]


def _owners(wishes: Sequence[Wish], known: Known) -> Iterator[Step]:
    """Whose the contacts are that were found, or merged with others, and whether those users are deleted."""
    found = [known.addresses.get(email, "") for wish in wishes for email in wish.emails]
    found += [known.linked(wish) for wish in wishes if _doubtful(wish, known)]
    links = [owner_link(contact) for contact in found if contact]
    links += [user_link(str(known.rows[link]["user"])) for link in links if known.rows.get(link, {}).get("user")]
    if unknown := tuple(link for link in dict.fromkeys(links) if link not in known.rows):
        yield Recall(unknown)


def _doubtful(wish: Wish, known: Known) -> bool:
    """Whether a user's contact may be another's: it was merged, now or before."""
    contact = known.linked(wish)
    return bool(contact) and (contact != wish.before.record or SHARED in dict(wish.before.more))


def _linked(wish: Wish, known: Known) -> bool:
    return bool(known.linked(wish))


def _state(wish: Wish, known: Known) -> Task | None:
    """The state to write: a newer one; or any, if the contact that had one is no more."""
    if wish.write or _linked(wish, known):
        return wish.write
    return wish.newest


def _due(wish: Wish, known: Known) -> bool:
    """Whether something is to be written for a user that was not yet."""
    contact = known.contact(wish)
    if known.wrote(contact, wish) or known.shared(wish) or _out(wish, known):
        return False
    if _state(wish, known):
        return True
    if wish.after.gone == wish.before.gone or not wish.after.deleted:
        return False
    # Of a deleted user without a contact there is nobody to say it of; one is never made for that.
    return bool(contact) or any(email not in known.addresses for email in wish.emails)


def _out(wish: Wish, known: Known) -> bool:
    """Whether a deleted user has no contact, and the address is another's: there is nothing to say it of."""
    taken = any(known.addresses.get(email) for email in wish.emails)
    return wish.after.deleted and not known.contact(wish) and taken


def obstacle(wish: Wish, known: Known) -> Outcome | None:
    """Why a user's contact cannot be written as things are: the address is another contact's, or another user's."""
    if _linked(wish, known) or wish.after.deleted:
        return None  # HubSpot itself says whether the address is taken
    contact = known.contact(wish)
    others = dict.fromkeys(known.addresses.get(email, "") for email in wish.emails)
    present = known.addresses.get(wish.email, "")
    if present and present != contact:  # the present one is owned by somebody else
        return Misconfigured("lms_address_taken", contact=contact or "-", other=present)
    mine = [one for one in others if one and known.free(one, wish)]
    if len(mine) > 1:
        return Misconfigured("lms_address_taken", contact=mine[1], other=mine[0])
    return None


def _writes(wishes: Sequence[Wish], known: Known, types: Mapping[str, str]) -> Iterator[Step]:
    updates: dict[str, Item] = {}
    creates: dict[str, Item] = {}
    for wish in wishes:
        if not _due(wish, known) or obstacle(wish, known):
            continue
        contact, tasks = known.contact(wish), tuple(task.id for task in wish.tasks)
        values = contact_values(wish, known, types)
        if contact:
            updates.setdefault(contact, Item(contact, values, tasks=tasks))
        else:
            told = {name: value for name, value in values.items() if value}
            creates.setdefault(wish.email, Item(wish.email, told, tasks=tasks))
    for part in batched(updates.values(), _AT_ONCE, strict=False):
        yield Update(CONTACTS, part, follow=False)
    for part in batched(creates.values(), _AT_ONCE, strict=False):
        yield Create(CONTACTS, "email", part)


def contact_values(wish: Wish, known: Known, types: Mapping[str, str]) -> dict[str, str]:
    """What a user's contact is to hold."""
    state = _state(wish, known)
    values = values_of(state.user, types)[0] if state and state.user else {}
    if wish.after.deleted:
        return values | {STATUS: DELETED}
    owner = known.rows.get(owner_link(known.contact(wish)), {}).get("user", wish.key)
    if values and (wish.before.gone or owner != wish.key):  # came back, or takes over from a deleted user
        values.setdefault(STATUS, "")
    return values


def _archived(wishes: Sequence[Wish], known: Known) -> Iterator[Step]:
    gone = {
        contact: tuple(task.id for task in wish.tasks)
        for wish in wishes
        if wish.after.deleted and known.wrote(contact := known.contact(wish), wish) and contact not in known.archived
    }
    if gone:
        yield Delete(CONTACTS, tuple(gone), gone)


def _sold(wishes: Wishes, purchases: Iterable[Purchase], known: Known) -> Iterator[tuple[Purchase, str]]:
    """The purchases that can go on, each with its user's contact."""
    for one in purchases:
        wish = wishes[one.user]
        contact = known.contact(wish)
        if contact and not obstacle(wish, known) and not any(id_ in known.refused for id_ in one.tasks):
            yield one, contact


def remembered(wishes: Wishes, known: Known, rules: Rules) -> dict[str, dict[str, str]]:
    """What is to be remembered of users who are dealt with, and is not yet, by link."""
    rows: dict[str, dict[str, str]] = {}
    for wish in wishes.values():
        archiving = rules.settings.deleted == "archive" and any(_archived([wish], known))
        if refused(wish, known) or _due(wish, known) or obstacle(wish, known) or archiving:
            continue
        contact = known.contact(wish)
        if _doubtful(wish, known) and owner_link(known.linked(wish)) not in known.rows:
            continue
        kept = wish.before.more if not wish.news else ((SHARED, "1"),) if known.shared(wish) else ()
        state = _state(wish, known)
        after = replace(wish.after, state=state.stamp) if state else wish.after  # older only where all else was lost
        rows[user_link(wish.key)] = replace(after, record=contact, more=kept).row
        if contact and not known.shared(wish):
            rows[owner_link(contact)] = {"user": wish.key}
            rows |= _moved_out(known, contact, wish)
    return {link: row for link, row in rows.items() if row and row != known.rows.get(link)}


def _moved_out(known: Known, contact: str, wish: Wish) -> dict[str, dict[str, str]]:
    """The link of the deleted user who had a contact that somebody else has now."""
    link = user_link(str(known.rows.get(owner_link(contact), {}).get("user", wish.key)))
    if link == user_link(wish.key):
        return {}
    return {link: replace(Standing.of(known.rows.get(link, {})), record="").row}


def verdict(task: Task, wish: Wish, purchase: Purchase | None, known: Known) -> Verdict:  # noqa: PLR0911 - a table
    """A delivery's end once there is nothing more to do."""
    if end := known.refused.get(task.id) or obstacle(wish, known):
        return named(end, purchase)
    contact = known.contact(wish)
    outcome = {"contact": contact, "contact_was": "created" if contact in known.made else "there"} if contact else {}
    if purchase and not contact:  # of a deleted user, whose address is another's by now
        present = next(found for email in wish.emails if (found := known.addresses.get(email, "")))
        return Misconfigured("lms_address_taken", contact="-", other=present)
    if purchase:
        was = "created" if purchase.key in known.deals and purchase.key not in known.there else "there"
        made = {"deal": deal_of(purchase, known), "deal_was": was, "line_item": line_of(purchase, known)}
        return Done(outcome | made | {"product": product_of(purchase, known)}, _warnings(task, wish, known))
    if known.shared(wish):
        return Done(outcome, _warnings(task, wish, known))
    if task.user is None:
        if not contact:
            return Skip("lms_unknown_user")
        return Done(outcome | {"status": DELETED}) if wish.after.deleted else Skip("lms_stale")
    warnings = _warnings(task, wish, known)
    return Done(outcome, warnings, warnings) if (task is wish.write and contact) or warnings else Skip("lms_stale")


def named(end: Outcome, purchase: Purchase | None = None) -> Outcome:  # noqa: PLR0911 - a table
    """An end in words of a school: what is about the settings or the user is not about this record."""
    if end.code == "guest_email_invalid":
        return Rejected("lms_email_invalid")
    name, problem = end.params.get("property", ""), end.params.get("problem", "-")
    if end.code == "hubspot_property" and problem == "PROPERTY_DOESNT_EXIST":
        return Misconfigured("lms_property_missing", property=name)
    if end.code != "hubspot_value":
        return end
    if name == "deal_currency_code" and purchase:
        return Misconfigured("lms_currency", currency=purchase.deal.get(name, "-"))
    if name in {"pipeline", "dealstage"}:
        return Misconfigured("lms_stage", property=name)
    if name in {column.name for column in COLUMNS}:
        return Misconfigured("lms_property_type", property=name, problem=problem)
    return end


def _warnings(task: Task, wish: Wish, known: Known) -> tuple[Warn, ...]:
    """What a person should know of a task that went through."""
    contact = known.contact(wish)
    found = []
    if known.shared(wish):
        found.append(Warn("lms_shared_contact", (("contact", contact),)))
    elif task.user and wish.write is task and (cut := values_of(task.user, {})[1]):
        found.append(Warn("lms_cut", (("fields", ", ".join(cut)),)))
    for email in (task.email, task.previous) if task in _late(wish) else ():
        other = known.addresses.get(email, "")
        if other not in {"", contact} and not known.owner(other):
            found.append(Warn("lms_other_contact", (("contact", contact), ("other", other))))
    return tuple(dict.fromkeys(found))
