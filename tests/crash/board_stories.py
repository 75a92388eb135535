"""The stories of hubspot_to_board that must survive every death."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.crash.board_picture import PAGE, picture
from tests.crash.lives import Story
from tests.crash.outside import Deed, works
from tests.harness import Stack
from tests.office import KEY, STAGES, Office

_JOBS = "/api/workspaces/demo/jobs/hubspot_to_board"


NAMES = ("new deal, new company", "stage change", "two deals of one new company", "night", "push_clients")


class Hears:
    """HubSpot sends what waits, and sends the same again until it gets its 2xx."""

    def __init__(self) -> None:
        self._events: list[dict[str, Any]] | None = None

    def __call__(self, stack: Stack) -> None:
        """Send it."""
        if self._events is None:
            self._events = stack.hubspot.take_events()
        assert self._events
        assert stack.hear(self._events)[0] == 200


def nightly(stack: Stack) -> None:
    """The schedule of 03:00 rings; a dispatcher that died is started again with the same time."""
    assert stack.dispatch(KEY, "sync") <= 1


def asked(stack: Stack) -> None:
    """Somebody asks for the companies of all clients, and again if there was no answer."""
    status, told = stack.api("POST", _JOBS, {"job": "push_clients"})
    assert status == 200, told


def stories() -> dict[str, Story]:
    """All of them by name, with memories of their own."""
    told = (
        _story("new deal, new company", _new_deal, Hears(), works, end=_one("見積中(中)")),
        _story("stage change", _moved, Hears(), works, end=_one("受注済")),
        _story("two deals of one new company", _two_deals, Hears(), works, end=_two),
        _story("night", _busy_day, nightly, works, end=_after_night),
        _story("push_clients", _clients, asked, works, end=_companies),
    )
    return {story.name: story for story in told}


def _story(name: str, before: Callable[[Office], object], *deeds: Deed, end: Callable[[Any], object]) -> Story:
    def prepare(stack: Stack) -> None:
        office = Office(stack)
        stack.begin("office that shows pages", lambda: office.open(client_page={"property": PAGE}))
        before(office)

    return Story(name, prepare, deeds, picture, _finally(end), same=frozenset({"delivered", "skipped"}))


def _finally(end: Callable[[Any], object]) -> Callable[[Any], None]:
    def check(left: Any) -> None:
        assert left["further"] == []
        assert not [link for link, row in left["links"].items() if "sent" in row]
        end(left)

    return check


# A new deal.


def _new_deal(office: Office) -> None:
    company = office.company(zip="1050001", phone="0312345678", state="東京", city="港区虎ノ門1-1")
    office.move(office.deal(company), "見積中(中)")


def _one(status: str) -> Callable[[Any], None]:
    def check(left: Any) -> None:
        ((client,), (project,), (company,)) = left["clients"], left["projects"], left["companies"]
        assert (project["client"], project["order_status_name"]) == (client["name"], status)
        assert company[PAGE].endswith("/clients/1/edit")

    return check


def _moved(office: Office) -> None:
    deal = office.deal(office.company(), status="見積中(中)")
    office.tell()
    office.move(deal, "受注済")


def _two_deals(office: Office) -> None:
    company = office.company()
    office.deal(company, status="見積中(中)", dealname="一件目")
    office.deal(company, status="見積中(高)", dealname="二件目")


def _two(left: Any) -> None:
    (client,) = left["clients"]
    made = [(one["name"], one["client"], one["order_status_name"]) for one in left["projects"]]
    assert made == [("一件目", client["name"], "見積中(中)"), ("二件目", client["name"], "見積中(高)")]


# A night.


def _busy_day(office: Office) -> None:
    """One project of four changes its status, one its amount, one is billed, one is deleted; an event is lost."""
    company = office.company()
    deals = [office.deal(company, status="受注確定", dealname=f"{number}件目") for number in range(5)]
    office.tell()
    office.night()
    office.wait(60)
    lost, richer, billed, deleted = (one["id"] for one in office.projects()[:4])
    office.board.change("projects", lost, {"order_status": 9})
    office.board.set_estimate(richer, 120_000, 12_000)
    office.board.change("projects", billed, {"order_status": 5})
    for one in office.board.state()["invoices"]:
        if one["project_id"] == billed:
            office.board.bill(one["id"], 2)
    office.board.remove("projects", deleted)
    office.move(deals[4], "失注")
    office.hubspot.take_events()
    office.wait(24 * 3600)


def _after_night(left: Any) -> None:
    names = {stage: status for status, stage in STAGES.items()}
    deals = {one["dealname"]: (names[one["dealstage"]], one.get("amount")) for one in left["deals"]}
    assert {name: status for name, (status, _) in deals.items()} == {
        "0件目": "失注",
        "1件目": "受注確定",
        "2件目": "請求済",
        "3件目": "受注確定",
        "4件目": "失注",
    }
    assert deals["1件目"][1] == "120000"
    assert [one["order_status_name"] for one in left["projects"]] == ["失注", "受注確定", "受注済", "失注"]
    linked = [row for link, row in left["links"].items() if link.startswith("deal#")]
    assert sum("project" in row for row in linked) == len(left["projects"])
    assert sum("gone" in row for row in linked) == 1


# board's clients.


def _clients(office: Office) -> None:
    """One has its company already, by domain; two are nowhere."""
    office.company(name="青空商事", domain="aozora.example.jp")
    for name, mail in (("株式会社青空商事", "info@aozora.example.jp"), ("有限会社海", ""), ("合同会社山", "")):
        office.board.seed("clients", {"name": name, "name_disp": name[4:], "to": mail, "tel": "03-1234-5678"})
    office.wait(10)
    office.hubspot.take_events()


def _companies(left: Any) -> None:
    assert {one["name"] for one in left["companies"]} == {"青空商事", "有限会社海", "合同会社山"}
    assert len(left["companies"]) == len(left["clients"])
    clients = [row["client"] for link, row in left["links"].items() if "client" in row]
    assert sorted(clients) == sorted(one["name"] for one in left["clients"])
    assert all(one[PAGE] for one in left["companies"])
