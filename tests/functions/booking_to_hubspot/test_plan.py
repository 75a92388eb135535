"""The plan alone: no I/O, decisions from what is known to the next actions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from booking_to_hubspot import Settings
from booking_to_hubspot.known import COMPANIES, CONTACTS, Known, Task
from booking_to_hubspot.plan import draft, plan, verdict
from renkei.actions import Action, Create, Forget, Read, Record, Remember, Result, Search, Update
from renkei.errors import Conflict, NotFound, Rejected, Skip
from renkei.integration import Done
from renkei.mapping import Reading
from renkei.vendors.timerex import booking as read_booking
from tests.harness import SETTINGS, booking

READINGS = {
    COMPANIES: Reading({"numberofemployees": "number"}, frozenset({"gmail.com"})),
    CONTACTS: Reading({}, frozenset({"gmail.com"})),
}


def task(number: int = 1, settings: dict[str, object] | None = None, **changes: str | None) -> Task:
    payload = read_booking(booking(number, kind="confirmed", **changes))
    return draft(str(number), payload, Settings.model_validate(settings or SETTINGS), READINGS, "{}:{}".format)


def answer(known: Known, actions: list[Action], *results: Result) -> None:
    for action, result in zip(actions, results or [Result()] * len(actions), strict=True):
        known.absorb(action, result)


def test_a_new_firm_step_by_step() -> None:
    one, known = task(), Known()
    (search,) = plan([one], known)
    assert isinstance(search, Search)
    assert search.any_of["hs_additional_domains"] == ("aozora-shoji.example.jp",)
    assert search.any_of["domain"] == ("aozora-shoji.example.jp", "www.aozora-shoji.example.jp")
    assert "株式会社青空商事" in search.any_of["name"]
    answer(known, [search])

    first, second, create = plan([one], known)
    assert (isinstance(first, Remember), isinstance(second, Remember)) == (True, True), "noted before it is made"
    assert isinstance(create, Create)
    (item,) = create.items
    assert item.properties["numberofemployees"] == "1200"
    assert item.properties["renkei_key"] == item.key
    answer(
        known, [first, second, create], Result(), Result(), Result({item.key: Record("7", item.properties, new=True)})
    )

    notes = plan([one], known)
    assert {note.values["id"] for note in notes if isinstance(note, Remember)} == {"7"}
    assert len(notes) == 2
    answer(known, notes)

    (create,) = plan([one], known)
    assert isinstance(create, Create)
    assert create.items[0].to[0].id == "7"
    answer(known, [create], Result({one.email: Record("8", {"email": one.email}, new=True)}))

    assert plan([one], known) == []
    end = verdict(one, [one], known)
    assert isinstance(end, Done)
    assert end.outcome == {
        "company": "7", "company_was": "created", "contact": "8", "contact_was": "created", "associated": True,
    }  # fmt: skip


def remembered(one: Task, id_: str = "7") -> Known:
    assert one.firm
    return Known(links={link: {"id": id_} for link in one.firm.links})


def test_what_is_remembered_is_read_and_not_searched() -> None:
    one = task()
    known = remembered(one)
    (read,) = plan([one], known)
    assert (isinstance(read, Read), read.keys) == (True, ("7",))  # type: ignore[union-attr]
    answer(known, [read], Result({"7": Record("7", {})}))
    (create,) = plan([one], known)
    assert isinstance(create, Create)


def test_what_is_gone_is_forgotten_and_searched() -> None:
    one = task()
    known = remembered(one)
    answer(known, plan([one], known), Result(failed={"7": NotFound("hubspot_not_found")}))
    actions = plan([one], known)
    assert [type(action) for action in actions] == [Forget, Forget, Search]
    answer(known, actions)
    assert isinstance(plan([one], known)[-1], Create)


def test_what_was_about_to_be_made_is_looked_for_by_its_key() -> None:
    one = task()
    assert one.firm
    known = Known(links={one.firm.links[1]: {"key": "k"}})  # only the name's link was told
    (read,) = plan([one], known)
    assert isinstance(read, Read)
    assert (read.keys, read.by) == (("k",), "renkei_key")
    answer(known, [read], Result({"k": Record("7", {"name": "株式会社青空商事"})}))
    assert Remember(one.firm.links[1], {"id": "7"}) in plan([one], known)


def test_a_merged_company_is_remembered_by_its_new_id() -> None:
    one = task()
    known = remembered(one)
    answer(known, plan([one], known), Result({"7": Record("9", {})}))
    notes = plan([one], known)
    assert [note.values for note in notes if isinstance(note, Remember)] == [{"id": "9"}] * 2
    answer(known, notes)
    (create,) = plan([one], known)
    assert isinstance(create, Create)
    assert create.items[0].to[0].id == "9"


def test_only_the_key_that_a_found_company_bears_is_remembered() -> None:
    one, known = task(), Known()
    found = Record("5", {"domain": "aozora-shoji.example.jp", "name": "another"})
    answer(known, plan([one], known), Result({"5": found}))
    assert one.firm
    assert plan([one], known) == [Remember(one.firm.links[0], {"id": "5"})]


def test_firms_of_one_backlog_are_one_when_name_or_domain_meet() -> None:
    tasks = [
        task(1, guest_email="a@one.example"),
        task(2, guest_email="b@gmail.com"),  # the same name, no domain
        task(3, company_name="別名", guest_email="c@one.example"),  # the same domain, another name
        task(4, company_name="他社", guest_email="d@two.example"),
    ]
    known = Known()
    answer(known, plan(tasks, known))
    *_, create = plan(tasks, known)
    assert isinstance(create, Create)
    assert [item.properties["domain"] for item in create.items] == ["one.example", "two.example"]


def test_a_refused_company_stops_only_the_booking_whose_values_were_refused() -> None:
    one, other, known = task(1), task(2, guest_email="x@aozora-shoji.example.jp"), Known()
    answer(known, plan([one, other], known))
    *notes, create = plan([one, other], known)
    assert isinstance(create, Create)
    (bad,) = create.items
    refused = Rejected("hubspot_value", property="numberofemployees", problem="INVALID_INTEGER")
    answer(known, [*notes, create], *[Result()] * len(notes), Result(failed={bad.key: refused}))
    assert known.refused == {"1": refused}
    (look,) = plan([one, other], known)  # the first may have been made all the same
    answer(known, [look], Result(failed={bad.key: NotFound("hubspot_not_found")}))
    (again,) = plan([one, other], known)
    assert isinstance(again, Create)
    assert again.items[0].tasks == ("2",)


def contact_settings(policy: str) -> dict[str, object]:
    rows = [{"property": "email", "from": "guest_email"}, {"property": "city", "text": "東京", "policy": policy}]
    return {"calendars": [{"contact": rows}]}


@pytest.mark.parametrize(
    ("policy", "there", "written"),
    [
        ("create", {}, None),
        ("fill", {}, {"city": "東京"}),
        ("fill", {"city": "京都"}, None),
        ("overwrite", {"city": "京都"}, {"city": "東京"}),
        ("overwrite", {"city": "東京"}, None),
    ],
)
def test_write_policies(policy: str, there: dict[str, str], written: dict[str, str] | None) -> None:
    one, known = task(settings=contact_settings(policy)), Known()
    answer(known, plan([one], known), Result(failed={one.email: Conflict("hubspot_exists", "8")}))
    if policy != "create":
        (read,) = plan([one], known)
        assert read == Read(CONTACTS, ("8",), ("city", "email"))
        answer(known, [read], Result({"8": Record("8", there)}))
    actions = plan([one], known)
    if written is None:
        assert actions == []
    else:
        (update,) = actions
        assert isinstance(update, Update)
        assert update.items[0].properties == written


@pytest.mark.parametrize(
    ("make", "end"),
    [
        (lambda: task(guest_email=""), Rejected),
        (lambda: task(guest_email=None), Rejected),
        (lambda: task(settings={"calendars": [{**SETTINGS["calendars"][0], "calendar": "x"}]}), Skip),
        (
            lambda: draft(
                "1", read_booking(booking(kind="cancelled")), Settings.model_validate(SETTINGS), READINGS, "{}{}".format
            ),
            Skip,
        ),
    ],
)
def test_what_has_no_task(make: Callable[[], Task], end: type[Exception]) -> None:
    with pytest.raises(end):
        make()
