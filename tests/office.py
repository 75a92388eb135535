"""A firm that sells with HubSpot and bills with board: the set-up and the deeds that its tests begin with."""

from __future__ import annotations

from typing import Any

from local.sandbox.board import DEMO
from local.sandbox.hubspot.store import OWNERS
from tests.harness import PORTAL, Stack

PIPELINE = "8001000"
STAGES = {
    "見積中(中)": "8001002",
    "見積中(高)": "8001003",
    "受注確定": "8001004",
    "受注済": "8001005",
    "失注": "8001006",
    "請求済": "8001007",
    "入金済": "8001008",
}
UNMAPPED = "8001001"
OWNER = OWNERS[0]
KEY = "hubspot_to_board"


def settings(**changes: Any) -> dict[str, Any]:
    """The integration's settings; a change to None takes one away."""
    whole = {
        "pipelines": [
            {"pipeline": PIPELINE, "stages": [{"status": status, "stage": stage} for status, stage in STAGES.items()]}
        ],
        "invoice_timing": "一括請求",
        "invoice_date": {"property": "closedate", "month_end": True},
        "fallback_user": 4001,
    } | changes
    return {name: value for name, value in whole.items() if value is not None}


class Office:
    """The firm, and what its people do at either vendor."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.hubspot, self.board, self.clock = stack.hubspot, stack.board, stack.clock

    def open(self, **changes: Any) -> None:
        """Connect both vendors and apply the settings; call counting starts after it."""
        stack = self.stack
        assert stack.connect()["statusCode"] == 200
        keys = {"api_key": DEMO.api_key, "api_token": DEMO.api_token}
        status, told = stack.api("POST", f"/api/workspaces/{stack.workspace}/connections/board", {"secrets": keys})
        assert status == 200, told
        self.apply(**changes)
        self.wait(10)
        self.hubspot.take_events()
        self.forget_calls()

    def apply(self, **changes: Any) -> None:
        """Apply a workspace file with these settings."""
        status, told = self.stack.apply(integrations={KEY: settings(**changes)})
        assert status == 200, told

    def wait(self, seconds: float) -> None:
        """Pass time."""
        self.clock.sleep(seconds)

    # What people do in HubSpot.

    def company(self, **properties: str) -> str:
        """A company as a person makes it. HubSpot's events of that are left out: one of a new company does nothing."""
        self.wait(1)
        events = self.hubspot.portals[PORTAL].changes
        before = len(events)
        made = self.hubspot.seed(PORTAL, "companies", {"name": "株式会社青空商事", **properties})
        del events[before:]
        return made

    def deal(self, *companies: str, status: str = "", **properties: str) -> str:
        """A deal of these companies (the first is the primary one), in the stage of a status or in one not mapped."""
        self.wait(1)
        values = {"dealname": "基幹システム刷新", "pipeline": PIPELINE, "dealstage": STAGES.get(status, UNMAPPED)}
        values |= {"closedate": "2026-12-10T03:00:00Z", "hubspot_owner_id": OWNER.id}
        deal = self.hubspot.seed(PORTAL, "deals", values | properties)
        for number, company in enumerate(companies):
            self.hubspot.associate(PORTAL, "deals", deal, "companies", company, *(() if number else (5,)))
        return deal

    def move(self, deal: str, status: str) -> None:
        """Move a deal to the stage of a status ("" for one that is not mapped)."""
        self.wait(1)
        self.hubspot.change(PORTAL, "deals", deal, {"dealstage": STAGES.get(status, UNMAPPED)})

    def tell(self) -> None:
        """Let HubSpot tell of all this, and the workers do what follows."""
        status, told = self.stack.hear()
        assert status == 200, told
        self.work()

    def work(self) -> None:
        """Let the workers answer the bells."""
        self.stack.work()

    def night(self) -> dict[str, Any]:
        """Let a day go by and the run of 03:00 happen; gives its delivery."""
        self.wait(24 * 3600)
        assert self.stack.dispatch(KEY, "sync") == 1
        self.work()
        runs = [one for one in self.stack.deliveries() if ".schedule.sync." in one["id"]]
        return max(runs, key=lambda one: str(one["accepted_at"]))

    def forget_calls(self) -> None:
        """Count calls from here."""
        self.hubspot.calls.clear()
        self.board.calls.clear()

    # What can be looked at.

    def calls(self) -> list[str]:
        """The calls that both vendors got, as `POST /v1/clients`, each vendor's in their order."""
        return [f"{one.method} {one.path}" for one in (*self.hubspot.calls, *self.board.calls)]

    def writes(self) -> list[str]:
        """Those of the calls that change something."""
        reading = ("/search", "/batch/read", "/token", "/introspect")
        return [one for one in self.calls() if not one.startswith("GET ") and not one.endswith(reading)]

    def projects(self) -> list[dict[str, Any]]:
        """board's projects as it shows them."""
        return self.board.state()["projects"]

    def clients(self) -> list[dict[str, Any]]:
        """board's clients as it shows them."""
        return self.board.state()["clients"]

    def held(self, deal: str) -> dict[str, str]:
        """A deal's properties."""
        return next(one["properties"] for one in self.stack.the("deals") if one["id"] == deal)

    def status(self, deal: str) -> str:
        """The status whose stage a deal is in."""
        stage = self.held(deal)["dealstage"]
        return next((status for status, mapped in STAGES.items() if mapped == stage), "")

    # Deeds and looks of several tests.

    def linked(self, status: str = "見積中(中)", **company: str) -> str:
        """A deal that went over to board, in the stage of a status, of a company with these properties."""
        before = len(self.projects())
        deal = self.deal(self.company(**company), status=status)
        self.tell()
        assert len(self.projects()) == before + 1
        return deal

    def press(self, job: str) -> None:
        """Ask for a run, and let it be done."""
        status, told = self.stack.api("POST", f"/api/workspaces/{self.stack.workspace}/jobs/{KEY}", {"job": job})
        assert (status, told["already"]) == (200, False)
        self.work()

    def ended(self, state: str) -> dict[str, str]:
        """What deliveries in a state say of it: {reason: message}."""
        return {one["reason"]: one["message"] for one in self.stack.deliveries(state)}
