"""The people who sell in HubSpot and bill in board: what they do at the sandboxes' own pages, and what they see."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import requests

from local.demo.visitor import TIMEOUT, DemoTrouble, local_session

PORTAL = 111111
READING = ("/search", "/batch/read", "/token", "/introspect", "/find")
"""Calls by POST that change nothing."""
type Record = dict[str, Any]


@dataclass(frozen=True)
class Offices:
    """Both offices, at the sandbox vendors' address."""

    sandbox: str
    http: requests.Session = field(default_factory=local_session)
    portal: int = PORTAL
    vendors: tuple[str, ...] = ("hubspot", "board")

    # In HubSpot.

    def made(self, kind: str, **properties: str) -> str:
        """Make a record; gives its id."""
        body = {"portal": self.portal, "kind": kind, "properties": properties}
        return str(self._post("hubspot", "seed", body)["id"])

    def changed(self, kind: str, id_: str, **properties: str) -> None:
        """Change a record."""
        self._post("hubspot", "change", {"portal": self.portal, "kind": kind, "id": id_, "properties": properties})

    def associated(self, deal: str, company: str) -> None:
        """Give a deal its primary company."""
        ends = {"kind": "deals", "id": deal, "to_kind": "companies", "to_id": company}
        self._post("hubspot", "associate", {"portal": self.portal, **ends, "types": [5]})

    def webhooks_to(self, target: str) -> None:
        """Let HubSpot send the app's webhooks to an address."""
        self._post("hubspot", "settings", {"webhook_target": target})

    def held(self, kind: str, id_: str) -> dict[str, str]:
        """Look at a record's properties."""
        portal = self._get("hubspot", "state")["portals"][str(self.portal)]
        return next(cast("dict[str, str]", one["properties"]) for one in portal[kind] if one["id"] == id_)

    # In board.

    def colleague(self, **values: object) -> int:
        """Give somebody a seat in board; gives the user's id."""
        return int(self._post("board", "seed", {"kind": "users", "values": values})["id"])

    def written(self, kind: str, id_: int, **values: object) -> None:
        """Change a record in board."""
        self._post("board", "change", {"kind": kind, "id": id_, "values": values})

    def shown(self, kind: str) -> list[Record]:
        """Look at the records of the account, oldest first."""
        account = next(iter(self._get("board", "state")["accounts"].values()))
        return cast("list[Record]", account[kind])

    # At both.

    def asked(self) -> dict[str, int]:
        """Count what each vendor was asked so far."""
        return {vendor: len(self._get(vendor, "calls")) for vendor in self.vendors}

    def calls(self, since: Mapping[str, int]) -> list[str]:
        """List what both were asked since they were counted, each vendor's calls in their order."""
        new = ((vendor, call) for vendor, count in since.items() for call in self._get(vendor, "calls")[count:])
        return [f"{call['method']} /{vendor}{call['path']}" for vendor, call in new]

    def _post(self, vendor: str, page: str, body: Record) -> Record:
        answer = self.http.post(f"{self.sandbox}/{vendor}/_sandbox/{page}", json=body, timeout=TIMEOUT)
        if answer.status_code != requests.codes.ok:
            raise DemoTrouble(f"the sandbox's page {vendor}/{page} answered {answer.status_code}: {answer.text[:500]}")
        return cast("Record", answer.json())

    def _get(self, vendor: str, page: str) -> Any:
        answer = self.http.get(f"{self.sandbox}/{vendor}/_sandbox/{page}.json", timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()


def writes(calls: list[str]) -> list[str]:
    """Pick the calls that change something."""
    return [call for call in calls if not call.startswith("GET ") and not call.endswith(READING)]


def until[T](look: Callable[[], T], patience: float = 60) -> T:
    """Look until there is something to see, or no longer; gives what was seen last."""
    end = time.monotonic() + patience
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.3)
    return found
