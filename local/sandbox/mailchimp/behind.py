"""What tests and demos do to an account behind the API's back: as its people would."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from threading import RLock

from local.sandbox.mailchimp.accounts import DEMO, Account, Json
from local.sandbox.mailchimp.members import STATUSES, Member, Status, subscriber
from local.sandbox.mailchimp.pages import audience_state
from local.sandbox.mailchimp.settings import Settings
from local.sandbox.vendor import Clock


class Behind(ABC):
    """The sandbox's doors for tests; the account is named by its key."""

    accounts: dict[str, Account]
    settings: Settings
    clock: Clock
    _lock: RLock

    @abstractmethod
    def whole_state(self) -> Mapping[str, object]:
        """The state as JSON."""

    def seed(
        self,
        account: str,
        audience: str,
        email: str,
        status: Status = "subscribed",
        fields: Mapping[str, object] | None = None,
    ) -> str:
        """Put a member there as an import would, unchecked, fields by tag; gives its contact id.

        Raises ValueError for a tag that does not exist, and for somebody who is there already.
        """
        with self._lock:
            found = self.accounts[account].audiences[audience]
            tags, given = found.fields.by_tag, fields or {}
            if unknown := sorted(given.keys() - tags.keys()):
                raise ValueError(f"no such merge fields: {', '.join(unknown)}")
            if found.members.find(subscriber(email)) is not None:
                raise ValueError("is a member already")
            found.members.forgotten.discard(subscriber(email))
            member = found.members.add(email, status, self.clock())
            member.values = {tags[tag].number: value for tag, value in given.items()}
            return member.contact_id

    def unsubscribe(self, email: str, account: str = DEMO.api_key, audience: str = DEMO.audience) -> None:
        """Unsubscribe as the person would, by the link in a campaign; who is archived stays so.

        KeyError for who is no member.
        """
        self._turn(email, "unsubscribed", account, audience)

    def bounce(self, email: str, account: str = DEMO.api_key, audience: str = DEMO.audience) -> None:
        """Clean as Mailchimp does with an address that takes no mail. KeyError for who is no member."""
        self._turn(email, "cleaned", account, audience)

    def state(self, account: str = DEMO.api_key, audience: str = DEMO.audience) -> dict[str, list[Json]]:
        """What an audience has: members as the API gives them, in the order they came, and merge fields."""
        with self._lock:
            return audience_state(self.accounts[account].audiences[audience])

    def by_hand(self, page: str, body: Mapping[str, object]) -> Mapping[str, object] | None:
        """POST /_sandbox/seed {"email", "status", "fields"}, /unsubscribe {"email"}, /bounce {"email"}: the demo's."""
        email, status, fields = body.get("email"), body.get("status", "subscribed"), body.get("fields", {})
        if page not in ("seed", "unsubscribe", "bounce"):
            return None
        known = next((known for known in STATUSES if known == status), None)
        if not isinstance(email, str) or not isinstance(fields, dict) or known is None:
            raise ValueError('{"email": "a@b.example", "status": "subscribed", "fields": {...}} is expected')
        if page == "seed":
            return {"contact_id": self.seed(DEMO.api_key, DEMO.audience, email, known, fields)}
        try:
            (self.unsubscribe if page == "unsubscribe" else self.bounce)(email)
        except KeyError:
            raise ValueError("no such member") from None
        return {"email": email}

    def _turn(self, email: str, status: Status, account: str, audience: str) -> None:
        with self._lock:
            members = self.accounts[account].audiences[audience].members
            member: Member = members.by_hash[subscriber(email)]
            if member.status == "archived":
                member.before = status
            else:
                members.turn(member, status, self.clock())
