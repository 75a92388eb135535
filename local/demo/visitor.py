"""Everybody the demo plays: the admin with browser and mailbox, schedulers, the CRMs' admins; a look into the CRMs.

All of them use HTTP only, as they do from outside.
"""

import hashlib
import hmac
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, cast
from urllib.parse import urljoin

import requests
from botocore.credentials import Credentials

from local.cli.signing import Signer

TIMEOUT = (5, 35)
SETTLED = {"delivered", "skipped", "rejected"}
# Beside these, a delivery may wait for a person; in the demo nobody comes.
STUCK = {"parked"}


class DemoTrouble(Exception):
    """The demo cannot go on; the message says at what."""


class Buttons(HTMLParser):
    """Reads what a form would send if a person changed nothing and pressed a button."""

    def __init__(self, pressed: str) -> None:
        """Read for one button, by its value."""
        super().__init__()
        self.pressed = pressed
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a field's default or the pressed button."""
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        chosen = tag == "input" and (given.get("type") not in ("radio", "checkbox") or "checked" in given)
        if name and (chosen or (tag == "button" and value == self.pressed)):
            self.fields[name] = value


def local_session() -> requests.Session:
    """Give a session that uses no proxy and no .netrc: everything is on this machine."""
    session = requests.Session()
    session.trust_env = False
    return session


@dataclass
class Visitor:
    """Speaks to the stack at `url` and the sandbox vendors at `sandbox`, for one workspace."""

    url: str
    sandbox: str
    region: str
    workspace: str
    http: requests.Session = field(default_factory=local_session)

    def api(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Call the JSON API as the admin, signed. DemoTrouble if it answers an error."""
        signer = Signer(Credentials("test", "test").get_frozen_credentials(), self.region)
        answer = self.http.request(method, f"{self.url}/api/{path}", json=body, auth=signer, timeout=TIMEOUT)
        if answer.status_code != requests.codes.ok:
            raise DemoTrouble(f"{method} /api/{path} answered {answer.status_code}: {answer.text[:1000]}")
        return cast("dict[str, Any]", answer.json())

    def consent(self, start: str, **chosen: str) -> str:
        """Walk through the connection as a browser: start, the vendor's page, Allow, back. Gives the last page.

        `chosen` is what is chosen on the vendor's page instead of what is chosen there already.
        """
        browser = local_session()
        return self._allowed(browser, self._followed(browser, start), **chosen)

    def reconnect(self, link: str) -> str:
        """Follow a mail's link as a browser, press the button that connects again, and Allow. Gives the last page."""
        browser = local_session()
        page = self._followed(browser, link)
        return self._allowed(browser, self._followed(browser, self._pressed(browser, page, "connect")))

    def _allowed(self, browser: requests.Session, page: requests.Response, **chosen: str) -> str:
        return self._followed(browser, self._pressed(browser, page, "allow", **chosen)).text

    def _pressed(self, browser: requests.Session, page: requests.Response, button: str, **chosen: str) -> str:
        """Press a button, by its value; gives the address that the answer leads to."""
        form = Buttons(button)
        form.feed(page.text)
        back = browser.post(page.url, data=form.fields | chosen, timeout=TIMEOUT, allow_redirects=False)
        if not back.is_redirect:
            raise DemoTrouble(f"the button “{button}” answered {back.status_code} instead of leading on")
        return urljoin(page.url, back.headers["location"])

    def _followed(self, browser: requests.Session, url: str) -> requests.Response:
        answer = browser.get(url, timeout=TIMEOUT)
        if answer.status_code != requests.codes.ok:
            where = answer.url.split("?", maxsplit=1)[0]
            raise DemoTrouble(f"{where} answered {answer.status_code}: {_words(answer.text)}")
        return answer

    def send(self, event: bytes, token: str) -> dict[str, Any]:
        """Send an event to the webhook route as TimeRex does; gives the answer."""
        headers = {"content-type": "application/json", "x-timerex-authorization": token}
        url = f"{self.url}/webhooks/timerex/{self.workspace}"
        answer = self.http.post(url, data=event, headers=headers, timeout=TIMEOUT)
        if answer.status_code != requests.codes.ok:
            raise DemoTrouble(f"POST {url} answered {answer.status_code}: {answer.text[:1000]}")
        return cast("dict[str, Any]", answer.json())

    def send_signed(self, event: bytes, key: str) -> tuple[int, dict[str, Any]]:
        """Send an event as Cal.com does, signed with a key; gives the status and the answer."""
        signature = hmac.new(key.encode(), event, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-cal-signature-256": signature}
        url = f"{self.url}/webhooks/calcom/{self.workspace}"
        answer = self.http.post(url, data=event, headers=headers, timeout=TIMEOUT)
        return answer.status_code, cast("dict[str, Any]", answer.json())

    def deliveries(self) -> list[dict[str, Any]]:
        """Read the ledger."""
        return cast("list[dict[str, Any]]", self.api("GET", f"workspaces/{self.workspace}/deliveries")["deliveries"])

    def settled(self, count: int, patience: float = 60, *, stuck: bool = True) -> list[dict[str, Any]]:
        """Wait until that many deliveries have ended (or, if `stuck`, wait for a person); gives the ledger then."""
        until = time.monotonic() + patience
        while True:
            found = self.deliveries()
            ended = [delivery for delivery in found if delivery["state"] in SETTLED | (STUCK if stuck else set())]
            if len(ended) >= count or time.monotonic() > until:
                return found
            time.sleep(0.3)

    def connection(self, vendor: str) -> dict[str, Any]:
        """Look at the workspace's connection to a vendor; empty if there is none."""
        found = self.api("GET", f"workspaces/{self.workspace}/connections")["connections"]
        return next((row for row in found if row["vendor"] == vendor), {})

    def uninstall(self) -> None:
        """Remove the app from the first portal as HubSpot's admin does: HubSpot tells nobody."""
        portal = {"uninstall": self.portal()["portal"]}
        self.http.post(f"{self.sandbox}/hubspot/_sandbox/settings", json=portal, timeout=TIMEOUT).raise_for_status()

    def mails(self, count: int = 0, patience: float = 90) -> list[dict[str, Any]]:
        """Look into the mailbox, oldest first; waits for that many mails."""
        until = time.monotonic() + patience
        while True:
            found = self.http.get(f"{self.sandbox}/mailbox/_sandbox/mails.json", timeout=TIMEOUT).json()
            if len(found) >= count or time.monotonic() > until:
                return cast("list[dict[str, Any]]", found[::-1])
            time.sleep(0.3)

    def portal(self) -> dict[str, Any]:
        """Look at what is in the first portal of the sandbox HubSpot."""
        state = self.http.get(f"{self.sandbox}/hubspot/_sandbox/state.json", timeout=TIMEOUT).json()
        return cast("dict[str, Any]", next(iter(state["portals"].values())))

    def salesforce(self, **switches: object) -> None:
        """Change something in the orgs as their admin does."""
        url = f"{self.sandbox}/salesforce/_sandbox/settings"
        self.http.post(url, json=switches, timeout=TIMEOUT).raise_for_status()

    def org(self) -> dict[str, Any]:
        """Look at what is in the first org of the sandbox Salesforce."""
        state = self.http.get(f"{self.sandbox}/salesforce/_sandbox/state.json", timeout=TIMEOUT).json()
        return cast("dict[str, Any]", next(iter(state["orgs"].values())))

    def vendor_calls(self, vendor: str = "hubspot") -> list[str]:
        """List what a vendor was asked so far, OAuth and all."""
        calls = self.http.get(f"{self.sandbox}/{vendor}/_sandbox/calls.json", timeout=TIMEOUT).json()
        return [f"{call['method']} {call['path']}" for call in calls]


def _words(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    return " ".join(" ".join(reader.found).split())[:500]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._quiet = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._quiet = tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.found.append(data)
