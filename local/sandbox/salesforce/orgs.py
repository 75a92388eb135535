"""The orgs (accounts) of the sandbox, where they answer, and the switches."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from local.sandbox.salesforce.ids import record_id

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LOGIN, TEST = "login.salesforce.com", "test.salesforce.com"


@dataclass(frozen=True)
class User:
    """The person who connects, in one org."""

    id: str
    first_name: str
    last_name: str
    username: str
    language: str
    time_zone: str

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True)
class Org:
    """One org. `sandbox`: a customer's own test org, which signs in at test.salesforce.com."""

    id: str
    name: str
    edition: str
    my_domain: str
    user: User
    sandbox: bool = False

    @property
    def host(self) -> str:
        """Its My Domain host."""
        return f"{self.my_domain}.my.salesforce.com"

    def signs_in_at(self, host: str) -> bool:
        """Whether its people sign in at this host; a loopback host stands in for all."""
        return host in LOOPBACK or host in (self.host, TEST if self.sandbox else LOGIN)

    def answers_at(self, host: str) -> bool:
        """Whether its API is at this host."""
        return host in LOOPBACK or host == self.host


def _user(number: int, domain: str, names: tuple[str, str], language: str, time_zone: str) -> User:
    return User(record_id("005", number), *names, f"admin@{domain}", language, time_zone)


ORGS = tuple(
    Org(record_id("00D", number), name, edition, my_domain, user, sandbox)
    for number, name, edition, my_domain, user, sandbox in (
        (
            1, "Kaisha One", "Enterprise Edition", "kaisha-one",
            _user(1, "kaisha-one.example", ("Hanako", "Yamada"), "ja", "Asia/Tokyo"), False,
        ),
        (
            2, "Firma Two", "Unlimited Edition", "firma-two",
            _user(2, "firma-two.example", ("Erika", "Muster"), "de", "Europe/Berlin"), False,
        ),
        (
            3, "Kaisha One Test", "Enterprise Edition", "kaisha-one--test.sandbox",
            _user(3, "kaisha-one.example.test", ("Hanako", "Yamada"), "ja", "Asia/Tokyo"), True,
        ),
    )
)  # fmt: skip


CHOICES = {"duplicate_rule": ("off", "alert", "block")}


@dataclass
class Settings:
    """What can be switched, for all orgs at once.

    `daily_limit` is how many calls an org has in any 24 hours; `instance_url`, where not empty, is what token
    answers name instead of the org's own address; a user who is not active was deactivated by an admin.
    `assignment_owner` is who gets leads by the active assignment rule, "" for nobody; `validation_field` is a field
    that a validation rule wants filled in. `duplicate_rule` looks at leads: "alert" can be saved past, "block" not.
    `booking_id_field` puts the external id for bookings on Lead, and takes it away, in all orgs.
    Versions before `oldest_version` are gone. `usage_per_app` makes the limits header longer, as it is in some orgs.
    `unreadable_fails_whole_collection`: one record with an unknown column or a wrong kind of value refuses all.
    """

    api_enabled: bool = True
    assignment_owner: str = ""
    booking_id_field: bool = False
    contact_visible: bool = True
    daily_limit: int = 100_000
    duplicate_details_in_collections: bool = False
    duplicate_key_misspelt: bool = True
    duplicate_matches_visible: bool = True
    duplicate_rule: str = "off"
    instance_url: str = ""
    lead_createable: bool = True
    lead_visible: bool = True
    leads_read_only: bool = False
    oldest_version: int = 41
    organization_visible: bool = True
    rotate_refresh_tokens: bool = True
    session_seconds: int = 7200
    unreadable_fails_whole_collection: bool = True
    usage_per_app: bool = False
    user_active: bool = True
    validation_field: str = ""

    def change(self, changes: Mapping[str, object]) -> None:
        """Set some of them; raises ValueError for an unknown name or a value of another kind."""
        for name, value in changes.items():
            if name not in asdict(self):
                raise ValueError(f"unknown: {name}; allowed: {', '.join(asdict(self))}")
            kind = type(getattr(Settings, name))
            if type(value) is not kind or (isinstance(value, int) and value < 0):
                raise ValueError(f"{name} cannot be {value!r}")
            if name in CHOICES and value not in CHOICES[name]:
                raise ValueError(f"{name} cannot be {value!r}; allowed: {', '.join(CHOICES[name])}")
        for name, value in changes.items():
            setattr(self, name, value)
