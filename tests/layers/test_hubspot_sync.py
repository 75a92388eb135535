"""What a sync reads and writes at HubSpot, against its sandbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from local.sandbox.faults import Fault
from local.sandbox.hubspot import HubSpot as Sandbox
from local.sandbox.inprocess import WsgiAdapter
from renkei.actions import UNIQUE, Create, Item, Read, Update
from renkei.errors import Conflict, Misconfigured, NotFound, Rejected, Retry
from renkei.vendors import hubspot_sync
from renkei.vendors.hubspot import base_url
from renkei.vendors.hubspot_sync import FALCANA_ID, MODIFIED, HubSpotSync, Place, Seen

PORTAL = 111111
START = datetime(2026, 11, 22, 1, 2, 3, 456000, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def sandbox_of(clock: Clock) -> Sandbox:
    sandbox = Sandbox(clock)
    sandbox.configure({"search_limit": None, "burst_limit": None})
    return sandbox


@pytest.fixture
def sandbox(clock: Clock) -> Sandbox:
    return sandbox_of(clock)


def client_of(sandbox: Sandbox, scopes: frozenset[str] | None = None) -> HubSpotSync:
    session, (token, _) = requests.Session(), sandbox.issue_token(PORTAL, scopes)
    session.mount(base_url(), WsgiAdapter(sandbox))
    return HubSpotSync(session, lambda _: token, lambda _: None)


@pytest.fixture
def client(sandbox: Sandbox) -> HubSpotSync:
    return client_of(sandbox)


def company(sandbox: Sandbox, name: str = "Firma", **more: str) -> str:
    return sandbox.seed(PORTAL, "companies", {"name": name} | more)


def read_through(
    client: HubSpotSync, place: Place, until: datetime | None = None, between: Callable[[], None] = lambda: None
) -> list[Seen]:
    """All that changed from a place on, each step from the place as a checkpoint keeps it; `between` two pages."""
    found: list[Seen] = []
    going: Place | None = place
    while going is not None:
        before = client.calls
        page, going = client.modified("companies", Place.of(going.text()), until)
        assert client.calls == before + 1
        assert len(page) <= hubspot_sync._FOUND
        assert list(page) == sorted(page, key=lambda one: one.at)
        found += page
        if going:
            between()
    return found


# What changed.


def test_a_page_of_what_changed_and_no_more(sandbox: Sandbox, client: HubSpotSync, clock: Clock) -> None:
    ids = []
    for _ in range(3):
        clock.pass_(1)
        ids.append(company(sandbox))
    clock.pass_(60)
    seen, going = client.modified("companies", Place(START + timedelta(seconds=2)))
    assert (seen, going) == ([Seen(id_, START + timedelta(seconds=n)) for n, id_ in ((2, ids[1]), (3, ids[2]))], None)
    seen, going = client.modified("companies", Place(START), START + timedelta(seconds=2))
    assert ([one.id for one in seen], going) == (ids[:2], None)
    assert client.modified("contacts", Place(START)) == ([], None)


def test_contacts_have_another_property_for_it(sandbox: Sandbox, client: HubSpotSync, clock: Clock) -> None:
    contact = sandbox.seed(PORTAL, "contacts", {"email": "e@x.example"})
    clock.pass_(60)
    assert client.modified("contacts", Place(START)) == ([Seen(contact, START)], None)
    assert client.newest("contacts") == START


@settings(max_examples=40, deadline=None)
@given(
    gaps=st.lists(st.sampled_from((0, 0, 0, 1, 1, 700)), max_size=40),
    page=st.integers(1, 7),
    begin=st.integers(0, 10),
    span=st.none() | st.integers(0, 900),
)
def test_every_record_of_the_time_is_seen(gaps: Sequence[int], page: int, begin: int, span: int | None) -> None:
    """However many changed in one moment, and whatever fits into a page."""
    clock = Clock()
    sandbox = sandbox_of(clock)
    times = {}
    for gap in gaps:
        clock.pass_(gap / 1000)
        times[company(sandbox)] = clock()
    clock.pass_(60)
    first = START + timedelta(milliseconds=begin)
    until = None if span is None else first + timedelta(milliseconds=span)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hubspot_sync, "_FOUND", page)
        seen = read_through(client_of(sandbox), Place(first), until)
    assert {one.id: one.at for one in seen} == {
        id_: at for id_, at in times.items() if at >= first and (until is None or at <= until)
    }


@settings(max_examples=40, deadline=None)
@given(
    at_once=st.lists(st.integers(1, 9), max_size=5),
    page=st.integers(1, 4),
    touched=st.lists(st.lists(st.integers(0, 40), max_size=3), max_size=30),
)
def test_nothing_is_passed_over_that_moves_meanwhile(
    at_once: Sequence[int], page: int, touched: Sequence[Sequence[int]]
) -> None:
    clock = Clock()
    sandbox = sandbox_of(clock)
    sandbox.configure({"search_lag_seconds": 0})
    ids = []
    for number in at_once:
        clock.pass_(1)
        ids += [company(sandbox) for _ in range(number)]
    waiting = iter(touched)

    def meanwhile() -> None:
        clock.pass_(0.001)
        for number in next(waiting, ()):
            if ids:
                sandbox.change(PORTAL, "companies", ids[number % len(ids)], {"city": str(clock())})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hubspot_sync, "_FOUND", page)
        seen = read_through(client_of(sandbox), Place(START), between=meanwhile)
    latest = {one.id: one.at for one in sorted(seen, key=lambda one: one.at)}
    assert latest == {one.id: one.updated_at for one in sandbox.portals[PORTAL].live("companies")}


def test_the_index_lags_and_what_is_late_comes_with_its_old_time(
    sandbox: Sandbox, client: HubSpotSync, clock: Clock
) -> None:
    early, late = company(sandbox), company(sandbox)
    sandbox.configure({"search_lag_per_record": {late: 900}})
    clock.pass_(60)
    assert client.modified("companies", Place(START)) == ([Seen(early, START)], None)
    clock.pass_(900)
    assert client.modified("companies", Place(START)) == ([Seen(early, START), Seen(late, START)], None)


def test_the_newest_change(sandbox: Sandbox, client: HubSpotSync, clock: Clock) -> None:
    assert client.newest("companies") is None
    first = company(sandbox)
    company(sandbox)
    clock.pass_(1)
    sandbox.change(PORTAL, "companies", first, {"city": "Köln"})
    clock.pass_(60)
    assert client.newest("companies") == START + timedelta(seconds=1)
    assert client.calls == 2


@pytest.mark.parametrize("place", [Place(START), Place(START, "17"), Place(datetime(2026, 1, 1, tzinfo=UTC), "0")])
def test_places_are_kept_as_text(place: Place) -> None:
    assert Place.of(place.text()) == place


@pytest.mark.parametrize("text", ["", "17", "x:1"])
def test_other_texts_are_no_place(text: str) -> None:
    with pytest.raises(ValueError, match=r"place|invalid literal"):
        Place.of(text)


def test_a_place_is_never_later_than_it_was_told() -> None:
    begin = START + timedelta(microseconds=999)
    assert Place.of(Place(begin).text()).begin == START


# Lists and the recycle bin.


def test_all_records_in_pages_of_a_hundred(sandbox: Sandbox, client: HubSpotSync) -> None:
    ids = [company(sandbox, str(number), city="Köln") for number in range(205)]
    sandbox.archive(PORTAL, "companies", ids.pop(3))
    found, after, sizes = [], "", []
    while True:
        page, after = client.page("companies", ("city", "phone"), after)
        found += page
        sizes.append(len(page))
        if not after:
            break
    assert sizes == [100, 100, 4]
    assert [one.id for one in found] == ids
    assert {one.properties["city"] for one in found} == {"Köln"}
    assert all(MODIFIED["companies"] in one.properties and "phone" not in one.properties for one in found)


def test_archived_ones_with_their_time(sandbox: Sandbox, client: HubSpotSync, clock: Clock) -> None:
    ids = [company(sandbox, str(number)) for number in range(130)]
    clock.pass_(60)
    before = client.calls
    client.archive("companies", [*ids[:120], "1", ids[0]])
    assert client.calls == before + 2
    client.archive("companies", ids[:3])  # gone already
    client.archive("companies", [])
    first, after = client.archived("companies")
    rest, end = client.archived("companies", after)
    at = START + timedelta(seconds=60)
    assert ([*first, *rest], end) == ([Seen(id_, at) for id_ in ids[:120]], "")
    assert [one.id for one in client.page("companies", ())[0]] == ids[120:]


TIMELESS = '{"results": [{"id": "1", "properties": {}}]}'
ENDLESS = '{"results": [], "paging": {"next": {"after": "1"}}}'


@pytest.mark.parametrize(
    ("ask", "bodies"),
    [
        (lambda client: client.modified("companies", Place(START)), ("{}", "no JSON", TIMELESS, ENDLESS)),
        (lambda client: client.newest("companies"), ("{}", "no JSON", TIMELESS)),
        (lambda client: client.page("companies", ()), ("{}", "no JSON")),
        (lambda client: client.archived("companies"), ("{}", "no JSON", TIMELESS)),
    ],
)
def test_an_answer_that_is_none(
    sandbox: Sandbox, client: HubSpotSync, ask: Callable[[HubSpotSync], object], bodies: Sequence[str]
) -> None:
    for body in bodies:
        sandbox.faults.add(Fault(status=200, body=body))
        with pytest.raises(Retry) as ended:
            ask(client)
        assert ended.value.code == "vendor_garbled", body


# The property that says which record of falcana it is.


def linked(key: str, **values: str) -> Item:
    return Item(key, {FALCANA_ID: key, **values})


@pytest.mark.parametrize("object_name", ["companies", "contacts"])
def test_our_property_is_made_once_and_beside_the_others(
    sandbox: Sandbox, client: HubSpotSync, object_name: str
) -> None:
    assert not client.has(object_name, FALCANA_ID)
    client.ensure(object_name, FALCANA_ID, "falcana ID")
    client.ensure(object_name, FALCANA_ID, "falcana ID")
    made = sandbox.portals[PORTAL].properties[object_name][FALCANA_ID]
    group = {"companies": "companyinformation", "contacts": "contactinformation"}[object_name]
    assert (made.unique, made.type, made.group, made.labels["en"]) == (True, "string", group, "falcana ID")
    assert client.has(object_name, FALCANA_ID)
    assert not client.has_unique(object_name)


def test_our_property_needs_the_scope(sandbox: Sandbox) -> None:
    few = client_of(sandbox, frozenset({"crm.objects.companies.read", "crm.objects.companies.write"}))
    with pytest.raises(Misconfigured):
        few.ensure("companies", FALCANA_ID, "falcana ID")


@pytest.mark.parametrize("object_name", ["companies", "contacts"])
@pytest.mark.parametrize("many", [False, True])
def test_writes_make_the_property_that_somebody_deleted(
    sandbox: Sandbox, client: HubSpotSync, object_name: str, many: bool
) -> None:
    names = {"companies": "name", "contacts": "lastname"}
    keys = ("7", "8") if many else ("7",)
    ids = [sandbox.seed(PORTAL, object_name, {names[object_name]: key}) for key in keys]
    done = client.do(
        Update(object_name, tuple(Item(id_, {FALCANA_ID: key}) for id_, key in zip(ids, keys, strict=True)))
    )
    assert ([done.records[id_].properties[FALCANA_ID] for id_ in ids], done.failed) == (list(keys), {})
    assert all(MODIFIED[object_name] in one.properties for one in done.records.values())
    client._client.call("DELETE", f"/crm/properties/2026-09/{object_name}/{FALCANA_ID}")
    new = tuple(linked(f"1{key}", **{names[object_name]: key}) for key in keys)
    done = client.do(Create(object_name, FALCANA_ID, new))
    assert (sorted(done.records), done.failed) == (sorted(one.key for one in new), {})
    client._client.call("DELETE", f"/crm/properties/2026-09/{object_name}/{FALCANA_ID}")
    read = client.do(Read(object_name, ("17",), (), FALCANA_ID))
    assert read.records["17"].id == done.records["17"].id


def test_a_value_that_is_refused_makes_no_property(sandbox: Sandbox, client: HubSpotSync) -> None:
    client.ensure("companies", FALCANA_ID, "falcana ID")
    one, other = company(sandbox, "Eins"), company(sandbox, "Zwei")
    client.do(Update("companies", (Item(one, {FALCANA_ID: "7"}),)))
    before = client.calls
    with pytest.raises(Rejected) as ended:
        client.do(Update("companies", (Item(other, {FALCANA_ID: "7"}),)))
    assert (ended.value.params["property"], client.calls - before) == (FALCANA_ID, 1)
    done = client.do(Update("companies", (Item(one, {"city": "Köln"}), Item(other, {FALCANA_ID: "7"}))))
    assert (set(done.records), set(done.failed), client.calls - before) == ({one}, {other}, 2)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("many", [False, True])
def test_what_exists_is_a_conflict_with_its_id(sandbox: Sandbox, client: HubSpotSync, whole: bool, many: bool) -> None:
    """By our property, and, of contacts, by the mail address; where one fails a whole batch, too."""
    sandbox.configure({"conflicts_fail_whole_batch": whole})
    client.ensure("contacts", FALCANA_ID, "falcana ID")
    there = client.do(Create("contacts", FALCANA_ID, (linked("7", email="seven@x.example"),))).records["7"].id
    mail = sandbox.seed(PORTAL, "contacts", {"email": "mail@x.example"})
    items = (linked("7", lastname="Sieben"), linked("8", email="Mail@x.example"), linked("9", email="new@x.example"))
    for part in (items,) if many else ((one,) for one in items):
        done = client.do(Create("contacts", FALCANA_ID, part))
        for key, id_ in {"7": there, "8": mail}.items():
            if key in {one.key for one in part}:
                end = done.failed[key]
                assert isinstance(end, Conflict), end
                assert end.record_id == id_
        assert set(done.records) == {one.key for one in part} & {"9"}
        assert all(one.new for one in done.records.values())


def test_mail_addresses_that_are_taken_do_not_make_a_batch_into_single_calls(
    sandbox: Sandbox, client: HubSpotSync
) -> None:
    sandbox.configure({"conflicts_fail_whole_batch": True})
    client.ensure("contacts", FALCANA_ID, "falcana ID")
    sandbox.seed(PORTAL, "contacts", {"email": "c3@x.example"})
    before = client.calls
    done = client.do(Create("contacts", FALCANA_ID, tuple(linked(f"{n}", email=f"c{n}@x.example") for n in range(100))))
    assert (len(done.records), set(done.failed)) == (99, {"3"})
    assert client.calls - before <= 5


def test_a_merged_record_answers_with_its_new_id(sandbox: Sandbox, client: HubSpotSync) -> None:
    client.ensure("companies", FALCANA_ID, "falcana ID")
    one, other = (client.do(Create("companies", FALCANA_ID, (linked(key, name=key),))).records[key].id for key in "78")
    left = sandbox.merge(PORTAL, "companies", one, other)
    done = client.do(Read("companies", (one, other), (FALCANA_ID,)))
    assert {key: (found.id, found.properties[FALCANA_ID]) for key, found in done.records.items()} == {
        one: (left, "7"),
        other: (left, "7"),
    }
    assert {seen.id for seen in client.archived("companies")[0]} == {one, other}
    gone = client.do(Read("companies", ("1",), ())).failed["1"]
    assert isinstance(gone, NotFound)


def test_the_other_property_is_mended_as_before(sandbox: Sandbox, client: HubSpotSync) -> None:
    done = client.do(Create("companies", UNIQUE, (Item("k", {UNIQUE: "k", "name": "Firma"}),)))
    assert list(done.records) == ["k"]
    assert client.has_unique("companies")
    assert not client.has("companies", FALCANA_ID)
