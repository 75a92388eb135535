"""Mailchimp's accounts, audiences and merge fields, in the shapes the API gives them."""

from dataclasses import dataclass, field
from datetime import datetime

from local.sandbox.mailchimp.members import Members
from local.sandbox.mailchimp.merge_fields import MergeFields

type Json = dict[str, object]


@dataclass(frozen=True)
class Keys:
    """What an admin enters to connect an account."""

    api_key: str
    audience: str


DEMO = Keys("0123456789abcdef0123456789abcdef-us21", "a1b2c3d4e5")
OTHER = Keys("fedcba9876543210fedcba9876543210-us6", "f6e7d8c9b0")


@dataclass
class Audience:
    """An audience (a "list" in the API), its merge fields and its members."""

    id: str
    name: str
    web_id: int
    made_at: datetime
    members: Members
    fields: MergeFields = field(default_factory=MergeFields)

    def shape(self) -> Json:
        """As GET /lists/{id} gives it."""
        counts = self.members.counts
        return {
            "id": self.id,
            "web_id": self.web_id,
            "name": self.name,
            "contact": {
                "company": "Demo School",
                "address1": "1-1-1",
                "address2": "",
                "city": "Chiyoda",
                "state": "Tokyo",
                "zip": "100-0001",
                "country": "JP",
                "phone": "",
            },
            "permission_reminder": "You signed up at our school.",
            "use_archive_bar": True,
            "campaign_defaults": {
                "from_name": "Demo School",
                "from_email": "school@example.co.jp",
                "subject": "",
                "language": "ja",
            },
            "notify_on_subscribe": "",
            "notify_on_unsubscribe": "",
            "date_created": self.made_at.isoformat(timespec="seconds"),
            "list_rating": 0,
            "email_type_option": False,
            "subscribe_url_short": "https://example.com/s",
            "subscribe_url_long": "https://example.com/subscribe",
            "beamer_address": "beamer@example.com",
            "visibility": "prv",
            "double_optin": False,
            "has_welcome": False,
            "marketing_permissions": False,
            "modules": [],
            "stats": {
                "member_count": counts["subscribed"],
                "total_contacts": counts.total() - counts["archived"],
                "unsubscribe_count": counts["unsubscribed"],
                "cleaned_count": counts["cleaned"],
                "merge_field_count": len(self.fields.by_tag),
            },
            "_links": [],
        }


@dataclass
class Account:
    """A Mailchimp account: one key, and its audiences by id."""

    id: str
    name: str
    api_key: str
    audiences: dict[str, Audience]

    @property
    def data_centre(self) -> str:
        """Where the account lives: what is behind the key's last hyphen."""
        return self.api_key.rpartition("-")[2]

    def shape(self) -> Json:
        """As GET / gives it."""
        return {
            "account_id": self.id,
            "login_id": "20000001",
            "account_name": self.name,
            "email": "school@example.co.jp",
            "first_name": "",
            "last_name": "",
            "username": "demoschool",
            "avatar_url": "",
            "role": "owner",
            "member_since": "2024-04-01T00:00:00+00:00",
            "pricing_plan_type": "monthly",
            "first_payment": "2024-04-01T00:00:00+00:00",
            "account_timezone": "Asia/Tokyo",
            "account_industry": "Education and Training",
            "contact": {"company": self.name, "city": "Chiyoda", "country": "JP"},
            "pro_enabled": False,
            "last_login": "2026-11-01T00:00:00+00:00",
            "total_subscribers": 0,
            "industry_stats": {"open_rate": 0.2, "bounce_rate": 0.01, "click_rate": 0.02},
            "_links": [],
        }


def accounts(now: datetime) -> dict[str, Account]:
    """The accounts at the start, by key."""
    demo = Audience(DEMO.audience, "受講者", 100001, now, Members(DEMO.audience, 500000))
    other = Audience(OTHER.audience, "Lernende", 200001, now, Members(OTHER.audience, 900000))
    found = (
        Account("8d3a3db4d97663a9074efcc16", "Demo School", DEMO.api_key, {demo.id: demo}),
        Account("1f0c2b7e5a9d4c3b8e6f7a012", "Other School", OTHER.api_key, {other.id: other}),
    )
    return {account.api_key: account for account in found}
