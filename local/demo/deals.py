"""The demo's third part: deals of HubSpot become projects (案件) in board, and come home 受注済 and 請求済."""

import time
from dataclasses import dataclass, replace
from typing import Any

from local.demo.offices import Offices, Record, until, writes
from local.demo.story import Story, living
from local.demo.terminal import Terminal
from local.demo.visitor import SETTLED
from local.sandbox.board import DEMO

WORKSPACE = "local/demo/billing.yaml"
NEW, QUOTED, WON, BILLED = "8001001", "8001002", "8001005", "8001007"  # 提案, 見積(中), 受注, 請求済
OWNER = "41001"  # 田中 太郎, tanaka@example.co.jp
SOON = 20.0
MOST_CALLS = 8
TOTAL = "1200000"
NO_COMPANY = "取引に会社が紐づいていません"


def tell(story: Story, webhook_url: str) -> None:
    """Connect both, sell, and bill. `webhook_url`: the stack's output. Raises DemoTrouble where it cannot go on."""
    visitor = replace(story.visitor, workspace="billing")
    billing = replace(story, visitor=visitor, failed=story.failed)
    terminal = Terminal(visitor.url, visitor.workspace, story.say)
    Deals(billing, terminal, Offices(visitor.sandbox), webhook_url).tell()


@dataclass(frozen=True)
class Deals:
    """Tells it step by step."""

    story: Story
    terminal: Terminal
    offices: Offices
    webhook_url: str

    def tell(self) -> None:
        """Do and check everything."""
        self.connect()
        deal = self.becomes_a_project()
        self.waits_for_its_company()
        self.comes_home(deal)
        self.is_billed(deal)
        self.rests(deal)

    def connect(self) -> None:
        """Connect HubSpot over its consent page and board by its keys, and apply the file, as an admin does."""
        self.story.say("\n10. Another team: HubSpot and board (workspace “billing”)")
        visitor = self.story.visitor
        there = f"workspaces/{visitor.workspace}"
        started = visitor.api("POST", f"{there}/connections/hubspot", {"switch_account": False})
        visitor.consent(started["url"])
        found = visitor.connection("hubspot")
        self.check(found.get("state") == "connected", f"HubSpot is connected (account {found.get('account')})")
        keys = {"RENKEI_BOARD_API_KEY": DEMO.api_key, "RENKEI_BOARD_API_TOKEN": DEMO.api_token}
        code = self.terminal.renkei("connect", "board", **keys)
        self.check(code == 0, "board is connected, with key and token from the environment")
        self.terminal.renkei("board", "pipelines")
        code = self.terminal.renkei("apply", WORKSPACE)
        self.check(code == 0, "the workspace file is saved: every stage is there, and 担当 is a user of board")
        self.check(self.webhook_url == f"{visitor.url}/webhooks/hubspot", f"HubSpot is to send to {self.webhook_url}")
        forged = visitor.http.post(self.webhook_url, json=[], timeout=30).status_code
        self.check(forged == 401, f"without HubSpot's signature it answers {forged}")  # noqa: PLR2004
        self.offices.webhooks_to(self.webhook_url)

    def becomes_a_project(self) -> str:
        """Move a deal of the firm that booked into 見積(中). Gives the deal."""
        offices = self.offices
        self.story.say("\n11. The firm that booked wants an offer: its deal moves to 見積(中)")
        offices.colleague(email="tanaka@example.co.jp", last_name="田中", first_name="太郎")
        firm = living(self.story.visitor.portal(), "companies")[0]["id"]
        offices.changed(
            "companies", firm, zip="１０６００３２", state="東京", city="港区六本木1-2-3", phone="0312345678"
        )
        deal = offices.made(
            "deals",
            dealname="基幹システム刷新",
            dealstage=NEW,
            closedate="2026-12-10T03:00:00Z",
            hubspot_owner_id=OWNER,
        )
        offices.associated(deal, firm)
        until(lambda: [row for row in self.told_of(deal) if "associationChange" in row["id"]])
        ends = self.settled()
        quiet = {row["state"] for row in ends} == {"skipped"} and not offices.shown("projects")
        self.check(quiet, "in 提案, which no status stands for, nothing happens")
        before, began = offices.asked(), time.monotonic()
        offices.changed("deals", deal, dealstage=QUOTED)
        projects = until(lambda: offices.shown("projects"))
        seconds = time.monotonic() - began
        self.check(len(projects) == 1 and seconds < SOON, f"a project stands in board after {seconds:.1f} s")
        self.show(projects[-1:])
        self.check([row["order_status_name"] for row in projects] == ["見積中(中)"], "it is 見積中(中)")
        names = [(row["client"]["name"], row["client"]["name_disp"]) for row in projects]
        self.check(names == [("株式会社青空商事", "青空商事")], "顧客略称 is the name without 株式会社")
        self.check([row["user"]["last_name"] for row in projects] == ["田中"], "担当者 is the deal's owner, by mail")
        self.settled()
        calls = offices.calls(before)
        for call in calls:
            self.story.say(f"     {call}")
        self.check(0 < len(calls) <= MOST_CALLS, f"{len(calls)} calls to HubSpot and board (at most {MOST_CALLS})")
        self.story.say(f"     board's page: {offices.sandbox}/board/_sandbox/")
        return deal

    def waits_for_its_company(self) -> None:
        """Move a deal without a company; associate one when it waits."""
        offices, story = self.offices, self.story
        story.say("\n12. Another deal moves to 見積(中), and has no company")
        mails = len(story.visitor.mails())
        deal = offices.made("deals", dealname="保守契約", dealstage=QUOTED, closedate="2026-12-20T03:00:00Z")
        parked = until(lambda: [row for row in self.told_of(deal) if row["state"] == "parked"])
        self.terminal.renkei("--language", "ja", "deliveries", "--state", "parked")
        self.check(any(NO_COMPANY in row["message"] for row in parked), f"it waits: {NO_COMPANY}")
        story.minute()
        told = [mail for mail in story.visitor.mails(mails + 1)[mails:] if NO_COMPANY in mail["text"]]
        for mail in told:
            story.mail(mail)
        self.check(len(told) == 1, "one mail says so")
        firm = offices.made("companies", name="みどり工業㈱", city="大阪市北区梅田1-1", state="大阪府")
        offices.associated(deal, firm)
        projects = until(lambda: offices.shown("projects")[1:])
        self.show(projects)
        names = [row["client"]["name_disp"] for row in projects]
        self.check(names == ["みどり工業"], "a company is associated with it, and it goes through by itself")
        self.settled()
        waiting = [row for row in self.told_of(deal) if row["state"] not in SETTLED]
        self.check(waiting == [], "nothing waits any more")

    def comes_home(self, deal: str) -> None:
        """Let the project be won in board, and bring that home."""
        offices = self.offices
        self.story.say("\n13. In board the project gets an estimate of ¥1,200,000 and becomes 受注済")
        project = offices.shown("projects")[0]
        offices.written("projects", project["id"], total=TOTAL, tax="120000", order_status=5)
        heard = {row["id"] for row in self.told_of(deal)}
        self.synced()
        held = self.held(deal)
        self.check(held["dealstage"] == WON, "the deal stands in 受注")
        self.check(held.get("amount") == TOTAL, f"its amount is {held.get('amount')}")
        before = offices.asked()
        until(lambda: [row for row in self.told_of(deal) if row["id"] not in heard])
        self.settled()
        echo = {row["state"] for row in self.told_of(deal) if row["id"] not in heard}
        quiet = echo == {"skipped"} and not writes(offices.calls(before))
        self.check(quiet, "HubSpot tells of what we wrote ourselves: nothing follows")

    def is_billed(self, deal: str) -> None:
        """Let the project's invoice be billed, and bring that home."""
        offices = self.offices
        self.story.say("\n14. In board the project's invoice becomes 請求済")
        project = offices.shown("projects")[0]["id"]
        (invoice,) = (row for row in offices.shown("invoices") if row["project_id"] == project)
        offices.written("invoices", invoice["id"], invoice_status=2)
        self.synced()
        self.check(self.held(deal)["dealstage"] == BILLED, "the deal stands in 請求済")

    def rests(self, deal: str) -> None:
        """Run once more: nothing is written. Then look at how it goes."""
        self.story.say("\n15. Once more")
        self.settled()
        held, projects, before = self.held(deal), self.offices.shown("projects"), self.offices.asked()
        self.synced()
        calls = self.offices.calls(before)
        self.check(
            bool(calls) and writes(calls) == [], f"{len(calls)} calls to HubSpot and board, and none that writes"
        )
        same = (self.held(deal), self.offices.shown("projects")) == (held, projects)
        self.check(same, "deals and projects are as they were")
        code = self.terminal.renkei("board", "status")
        self.check(code == 0, "renkei board status says how it goes")

    # What each step does.

    def check(self, held: bool, what: str) -> None:
        """Say whether something held."""
        self.story.check(held, what)

    def synced(self) -> None:
        """Run what else comes at 03:00."""
        self.check(self.terminal.renkei("board", "sync") == 0, "renkei board sync went through")

    def held(self, deal: str) -> dict[str, str]:
        """Show a deal as HubSpot holds it."""
        found = self.offices.held("deals", deal)
        shown = (f"{name} {found[name]}" for name in ("dealname", "dealstage", "amount") if found.get(name))
        self.story.say(f"     deal {deal}: {', '.join(shown)}")
        return found

    def told_of(self, deal: str) -> list[Record]:
        """Look up the deliveries of what HubSpot told of a deal, newest first."""
        return [row for row in self.story.visitor.deliveries() if f"-{deal}-" in row["id"]]

    def settled(self) -> list[Record]:
        """Wait until nothing is on its way any more. Gives the deliveries."""

        def ended() -> list[Record]:
            found = self.story.visitor.deliveries()
            return [] if any(row["state"] == "pending" for row in found) else found

        return until(ended)

    def show(self, projects: list[Record]) -> None:
        """Show projects with their clients, as board does."""
        clients: dict[int, dict[str, Any]] = {row["id"]: row for row in self.offices.shown("clients")}
        for row in projects:
            client = clients[row["client"]["id"]]
            values = ("name", "name_disp", "zip", "pref", "address1", "tel")
            self.story.say(f"     顧客 {client['id']}: {', '.join(client[name] for name in values if client[name])}")
            who, dates = f"{row['user']['last_name']} {row['user']['first_name']}", ", ".join(row["invoice_dates"])
            self.story.say(
                f"     案件 {row['id']}: {row['name']}, {row['order_status_name']}, 担当 {who}, 請求日 {dates}"
            )
            self.story.say(f"       管理番号 {row['management_no']}")
