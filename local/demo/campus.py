"""The school's own system, which signs and sends, and what its people see at the three vendors."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from local.demo.offices import Offices, Record
from local.demo.visitor import TIMEOUT

VENDORS = ("hubspot", "mailchimp", "slack")
TEAM, AUDIENCE = "T0DEMO", "a1b2c3d4e5"


def new_secret() -> str:
    """Make a secret as `renkei connect lms --generate` does."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


@dataclass(frozen=True)
class Campus(Offices):
    """The school: it sends events to `url`, signed with `secret`, and looks into HubSpot, Mailchimp and Slack."""

    url: str = ""
    secret: str = field(default_factory=new_secret, repr=False)
    vendors: tuple[str, ...] = VENDORS

    def send(self, event: Mapping[str, Any], secret: str = "") -> tuple[int, Record]:
        """Send an event the way of Standard Webhooks, signed with another secret if told: (status, answer)."""
        body = json.dumps(event, ensure_ascii=False).encode()
        name, at = f"msg_{secrets.token_hex(12)}", str(int(time.time()))
        key = base64.b64decode((secret or self.secret).removeprefix("whsec_"))
        proof = base64.b64encode(hmac.digest(key, f"{name}.{at}.".encode() + body, hashlib.sha256)).decode()
        headers = {
            "content-type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": at,
            "webhook-signature": f"v1,{proof}",
        }
        answer = self.http.post(self.url, data=body, headers=headers, timeout=TIMEOUT)
        return answer.status_code, cast("Record", answer.json())

    def records(self, kind: str) -> list[Record]:
        """Look at HubSpot's records of a kind that nobody archived, oldest first."""
        portal = self._get("hubspot", "state")["portals"][str(self.portal)]
        return [one for one in portal[kind] if not one["archived"]]

    def member(self, email: str) -> Record:
        """Look up a member of the audience by the address; empty if there is none."""
        return next((one for one in self.members() if one["email_address"] == email), {})

    def members(self) -> list[Record]:
        """Look at the members of the audience."""
        accounts = self._get("mailchimp", "state")["accounts"].values()
        audiences = (audience for account in accounts for audience in account["audiences"])
        return next(cast("list[Record]", one["members"]) for one in audiences if one["id"] == AUDIENCE)

    def unsubscribe(self, email: str) -> None:
        """Click on the link at the end of a campaign."""
        self._post("mailchimp", "unsubscribe", {"email": email})

    def messages(self) -> list[Record]:
        """Look at what stands in Slack, oldest first."""
        return cast("list[Record]", self._get("slack", "state")["messages"][TEAM])

    def archive_channel(self, *channels: str) -> None:
        """Archive these channels of Slack, and no others."""
        self._post("slack", "settings", {"archived": list(channels)})
