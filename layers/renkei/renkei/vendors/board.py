"""board (the-board.jp): clients, projects, invoices and users. https://developers.the-board.jp/doc/

Lists are pages; their filters that board does not know are ignored by it, so only known ones are sent. Lost and
archived records are always among what is listed. Amounts are Decimal, moments aware.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

import requests

from renkei import http
from renkei.budgets import FREE, Budget, Limits, Rate
from renkei.config import vendor_url
from renkei.errors import Misconfigured, NotFound, Retry
from renkei.vendors.board_errors import KEY, classify
from renkei.vendors.board_shapes import (
    Client,
    Invoice,
    Page,
    Project,
    Row,
    User,
    client_of,
    garbled,
    invoice_of,
    number_of,
    project_of,
    user_of,
)

__all__ = ["KEY", "LIMITS", "MOST", "Board", "Client", "Invoice", "Page", "Project", "Row", "User", "permission"]

LIMITS = Limits(burst=Rate(3, timedelta(seconds=1)), daily=3000)
"""Per key, so shared with whatever else the customer runs; the day starts at 00:00 UTC."""
MOST = 100
"""Records in a page."""

type Kind = Literal["users", "clients", "projects", "invoices"]
type Verb = Literal["リストの取得", "取得", "登録", "更新", "受注ステータス更新"]
_NAMES: dict[Kind, str] = {"users": "ユーザー", "clients": "顧客", "projects": "案件", "invoices": "請求"}
_ALL: dict[Kind, dict[str, str]] = {
    "users": {},
    "clients": {"include_archive_flg": "1"},
    "projects": {"include_lost_flg": "1", "include_archive_flg": "1"},
    "invoices": {},
}
_JST = timezone(timedelta(hours=9))


class Board:
    """One account. Every method raises the outcomes of `renkei.errors`; every call is taken from the budget."""

    def __init__(self, session: requests.Session, keys: Mapping[str, str], budget: Budget = FREE) -> None:
        headers = {"x-api-key": keys["api_key"], "authorization": f"Bearer {keys['api_token']}"}
        address = vendor_url("board", "https://api.the-board.jp/v1")
        self._way = http.Client(KEY, address, session, None, classify, headers=headers, budget=budget)

    @property
    def calls(self) -> int:
        """How many calls went out so far."""
        return self._way.calls

    # https://developers.the-board.jp/doc/#tag/users
    def users(self, mail: str | None = None) -> list[User]:
        """All users, or those with a mail address; in whatever case it is written."""
        found: list[User] = []
        page, more = 1, mail != ""
        while more:
            part = self.rows("users", page, {"email_eq": mail} if mail else {})
            found += map(user_of, part.rows)
            page, more = page + 1, part.more
        return [user for user in found if mail is None or user.mail.lower() == mail.lower()]

    # https://developers.the-board.jp/doc/#tag/clients
    def clients(
        self,
        page: int,
        *,
        named: str = "",
        changed_since: datetime | None = None,
        whole: bool = False,
        size: int = MOST,
    ) -> Page[Client]:
        """Clients whose name holds `named`. `whole`: with all their fields."""
        asked = {"name_cont": named, "updated_at_gteq": _asked(changed_since)}
        found = self.rows("clients", page, asked | ({"response_group": "large"} if whole else {}), size)
        return Page(tuple(map(client_of, found.rows)), found.total, found.more)

    def client(self, id: int) -> Client:  # noqa: A002 - as all that has one
        """A client with all its fields. NotFound if there is none."""
        return client_of(self.row("clients", id))

    def create_client(self, values: Mapping[str, str]) -> int:
        """Make a client; gives its id. `name` and `name_disp` are needed."""
        return number_of(self._call("clients", "登録", "POST", "/clients", json=dict(values), needs="id").body, "id")

    def update_client(self, id: int, values: Mapping[str, str]) -> None:  # noqa: A002
        """Change these fields of a client. NotFound if there is none."""
        self._call("clients", "更新", "PATCH", f"/clients/{id}", json=dict(values))

    # https://developers.the-board.jp/doc/#tag/projects
    def projects(
        self,
        page: int,
        *,
        changed_since: datetime | None = None,
        created_until: datetime | None = None,
        management_no: str = "",
        client: int | None = None,
        amounts: bool = False,
        whole: bool = False,
        size: int = MOST,
    ) -> Page[Project]:
        """Projects. `amounts`: with their estimates; `whole`: with all their own fields, the memo among them."""
        asked = {
            "updated_at_gteq": _asked(changed_since),
            "created_at_lteq": _asked(created_until),
            "management_no_eq": management_no,
            "client_id_eq": "" if client is None else str(client),
            "response_group": {(0, 0): "", (1, 0): "estimate", (0, 1): "large", (1, 1): "all"}[amounts, whole],
        }
        found = self.rows("projects", page, asked, size)
        return Page(tuple(map(project_of, found.rows)), found.total, found.more)

    def project(self, id: int) -> Project:  # noqa: A002
        """A project. NotFound if there is none."""
        return project_of(self.row("projects", id))

    def create_project(self, values: Mapping[str, object]) -> int:
        """Make a project; gives its id.

        Needed are `name`, `client_id`, `user_id`, `order_status`, `invoice_timing_kbn` and the dates of that timing.
        """
        made = self._call("projects", "登録", "POST", "/projects", json=dict(values), needs="id").body
        return number_of(made, "id")  # what the answer shows beside it is not written down

    def set_order_status(self, id: int, status: int) -> None:  # noqa: A002
        """Set a project's 受注ステータス. NotFound if there is none."""
        path = f"/projects/order_status/{id}"
        self._call("projects", "受注ステータス更新", "PATCH", path, json={"order_status": status})

    # https://developers.the-board.jp/doc/#tag/invoices
    def invoices(
        self,
        page: int,
        *,
        changed_since: datetime | None = None,
        project_number: int | None = None,
        size: int = MOST,
    ) -> Page[Invoice]:
        """Bills to be sent; a project's by its number, not by its id."""
        number = "" if project_number is None else str(project_number)
        asked = {"updated_at_gteq": _asked(changed_since), "project_project_no_eq": number}
        found = self.rows("invoices", page, asked, size)
        return Page(tuple(map(invoice_of, found.rows)), found.total, found.more)

    def rows(self, kind: Kind, page: int, asked: Mapping[str, str] | None = None, size: int = MOST) -> Page[Row]:
        """A page of a list as board shows it. Filters without a value are left out."""
        query = {name: value for name, value in (asked or {}).items() if value} | _ALL[kind]
        query |= {"page": str(page), "per_page": str(size)}
        try:
            answer = self._call(kind, "リストの取得", "GET", f"/{kind}", params=query)
        except NotFound:  # of no record, so not ours to judge: an address that moved
            raise Retry("vendor_busy", vendor=KEY, status="404") from None
        total = answer.headers.get("x-total-count", "")
        if not isinstance(answer.body, list) or not (total.isascii() and total.isdecimal()):
            raise garbled()
        for row in answer.body:
            number_of(row, "id")
        return Page(tuple(answer.body), int(total), page * size < int(total))

    def row(self, kind: Kind, id: int) -> Row:  # noqa: A002
        """A record as board shows it. NotFound if there is none."""
        found: Row = self._call(kind, "取得", "GET", f"/{kind}/{id}", needs="id").body
        return found

    def _call(self, kind: Kind, verb: Verb, method: str, path: str, **request: Any) -> http.Answer:
        try:
            return self._way.call(method, path, **request)
        except Misconfigured:
            raise Misconfigured("board_permission", vendor=KEY, permission=permission(kind, verb)) from None


def permission(kind: Kind, verb: Verb) -> str:
    """A permission of a token as board's page calls it."""
    return f"{_NAMES[kind]}: {verb}"


def _asked(moment: datetime | None) -> str:
    """A moment as board's filters want it: to the second, in Japan's time."""
    return f"{moment.astimezone(_JST):%Y-%m-%d %H:%M:%S}" if moment else ""
