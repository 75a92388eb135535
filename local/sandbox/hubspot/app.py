"""The sandbox HubSpot: one WSGI app with OAuth, the CRM, and the vendor's own limits.

It serves the dated paths (2026-09, 2026-03) and the older ones that official clients still use.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from local.sandbox.hubspot import account, hand, pages
from local.sandbox.hubspot.ask import Ask, Settings
from local.sandbox.hubspot.changes import integration
from local.sandbox.hubspot.errors import Refused, correlation_id, rate_limited, unauthorized
from local.sandbox.hubspot.kinds import kind_of
from local.sandbox.hubspot.limits import Limits
from local.sandbox.hubspot.lines import use_currencies
from local.sandbox.hubspot.links import follow, link
from local.sandbox.hubspot.oauth import OAuth
from local.sandbox.hubspot.objects import merge_records, restore_record, write_record
from local.sandbox.hubspot.routes import ROUTES, Endpoint
from local.sandbox.hubspot.sender import Sender
from local.sandbox.hubspot.stages import placed
from local.sandbox.hubspot.store import Portal, Record
from local.sandbox.hubspot.tokens import App, Grant, Tokens, demo_keys
from local.sandbox.hubspot.webhooks import MOST_IN_BATCH, SUBSCRIPTIONS, Event, Subscription, Webhooks, signed
from local.sandbox.vendor import Clock, Vendor, json_response, wall_clock

PORTALS = ((111111, "Kaisha One", "kaisha-one.example"), (222222, "Firma Two", "firma-two.example"))
VERSION = re.compile(r"/(\d{4}-\d{2})(/|$)")


class HubSpot(Vendor):
    """The sandbox. `clock` is the only time it knows; `search_lag` is how far its index is behind."""

    name = "hubspot"

    def __init__(
        self,
        clock: Clock = wall_clock,
        search_lag: timedelta = timedelta(seconds=10),
        *,
        app: App | None = None,
        sleep: Callable[[float], None] | None = None,
        subscriptions: tuple[Subscription, ...] = SUBSCRIPTIONS,
    ) -> None:
        """Two empty portals, 111111 and 222222, and one app: the demo app unless told."""
        super().__init__(clock, sleep)
        self.app = app or App()
        self._subscriptions = subscriptions
        self._sender: Sender | None = None
        self._search_lag = search_lag
        self.reset()

    # For tests: look at it, and change it behind the API's back.

    def state(self, portal: int = PORTALS[0][0]) -> dict[str, object]:
        """What is in a portal: per type a list of records with their properties and associations."""
        return pages.portal_state(self.portals[portal])

    def seed(self, portal: int, kind: str, properties: Mapping[str, str]) -> str:
        """Put a record there as if a person had, with any property, read-only or not; gives its id.

        Raises ValueError for a property that does not exist.
        """
        kind, found = kind_of(kind), self.portals[portal]
        unknown = sorted(set(properties) - set(found.properties[kind]))
        if unknown:
            raise ValueError(f"no such properties: {', '.join(unknown)}")
        lower = {"email": properties["email"].lower()} if "email" in properties else {}
        values = dict(properties) | lower
        with self._by_hand(portal):
            values = placed(found.pipelines, values) if kind == "deals" else values
            record = found.create(kind, values, self.clock())
            follow(found, record, None, self.clock())
            return record.id

    def change(self, portal: int, kind: str, object_id: str, properties: Mapping[str, str]) -> None:
        """Change a record as a person would; "" clears. A stage alone also moves a deal to its pipeline.

        Raises ValueError for what HubSpot would refuse.
        """
        record, found = self._record(portal, kind, object_id), self.portals[portal]
        values = dict(properties)
        if record.kind == "deals" and values.get("dealstage"):
            values = placed(found.pipelines, values)
        with self._by_hand(portal):
            write_record(found, record, values, self.clock())

    def associate(self, portal: int, kind: str, object_id: str, to_kind: str, to_id: str, *types: int) -> None:
        """Associate two records as a person would; `types` besides the unlabelled one."""
        first = self.settings.first_company_is_primary
        with self._by_hand(portal):
            pair = self._record(portal, kind, object_id), self._record(portal, to_kind, to_id)
            link(self.portals[portal], *pair, types, self.clock(), first_is_primary=first)

    def archive(self, portal: int, kind: str, object_id: str) -> None:
        """Delete a record as a person would."""
        with self._by_hand(portal):
            self.portals[portal].archive(self._record(portal, kind, object_id), self.clock())

    def restore(self, portal: int, kind: str, object_id: str) -> None:
        """Take a record out of the recycle bin as a person would, with its associations.

        Raises ValueError for what HubSpot would refuse: it was merged away, or another record has its address now.
        """
        found, kind = self.portals[portal], kind_of(kind)
        record = found.records[kind].get(object_id)
        if record is None or not record.archived:
            raise KeyError(f"no archived record {object_id} in {kind} of {portal}")
        if (kind, object_id) in found.merged:
            raise ValueError(f"{object_id} was merged into another record")
        with self._by_hand(portal):
            restore_record(found, record, self.clock(), bump=self.settings.restore_bumps_modified)

    def merge(self, portal: int, kind: str, primary: str, other: str) -> str:
        """Merge two records as a person would; gives the id of what is left."""
        with self._by_hand(portal):
            pair = self._record(portal, kind, primary), self._record(portal, kind, other)
            new = self.settings.merge_gives_new_id
            return merge_records(self.portals[portal], *pair, self.clock(), new=new).id

    def issue_token(self, portal: int, scopes: set[str] | frozenset[str] | None = None) -> tuple[str, str]:
        """An access and a refresh token, as after a person's consent; all the app's scopes unless told."""
        granted = frozenset(scopes if scopes is not None else self.app.required_scopes | self.app.optional_scopes)
        with self._lock:
            refresh = self.tokens.new_refresh(portal, granted)
            return self.tokens.new_access(Grant(portal, granted), self.clock()), refresh

    def issue_key(self, portal: int, scopes: Iterable[str] | None = None) -> str:
        """A service key of a portal; with all that the app may do, unless told."""
        with self._lock:
            return self.tokens.new_key(portal, frozenset(self.app.optional_scopes if scopes is None else scopes))

    def uninstall(self, portal: int) -> None:
        """Remove the app from a portal as its admin would: every token ends."""
        with self._lock:
            self.tokens.uninstall(portal)

    # Webhooks: tests lose, double, delay and shuffle what they take, and post it themselves.

    def take_events(self, portal: int | None = None) -> list[Event]:
        """The events that wait, oldest first, of one portal or of all; they wait no longer."""
        with self._lock:
            return self.webhooks.take(portal)

    def signed(self, body: bytes, url: str) -> dict[str, str]:
        """The headers that a delivery with this body to this address carries."""
        return signed(self.app.client_secret, url, body, self.clock())

    # What a vendor brings.

    def answer(self, request: Request) -> tuple[Response, str | None]:
        """Answer a request of the API."""
        try:
            endpoint, parts = ROUTES.bind("sandbox").match(request.path, request.method)
        except HTTPException as error:
            body = Refused(error.code or 404, "NOT_FOUND", error.name).body()
            return json_response(error.code or 404, body), None
        if isinstance(endpoint, str):
            return self._oauth.answer(endpoint, request, self.clock()), None
        now = self.clock()
        _, _, token = request.headers.get("Authorization", "").partition("Bearer ")
        grant = self.tokens.allows(token.strip(), now)
        if grant is None:
            return json_response(401, unauthorized().body()), None
        searching = request.path.endswith("/search")
        refused, headers = self._limits.check(self.portals[grant.portal], now, self.settings, search=searching)
        response = refused or self._crm(endpoint, parts, self._ask(request, grant, now))
        response.headers.update(headers)
        return response, str(grant.portal)

    def fault_response(self, status: int) -> Response:
        """HubSpot's own answer with a status it was told to give."""
        if status == 429:  # noqa: PLR2004
            body = rate_limited("TEN_SECONDLY_ROLLING", "ten_secondly_rolling")
        elif status == 401:  # noqa: PLR2004
            body = unauthorized().body()
        else:
            body = {"status": "error", "message": "internal error", "correlationId": correlation_id()}
        return json_response(status, body)

    def page(self) -> str:
        """The portals and the calls as HTML."""
        return pages.state(self.portals.values(), self.calls)

    def whole_state(self) -> dict[str, object]:
        """All portals as JSON, and the switches."""
        found: dict[str, object] = {str(portal): self.state(portal) for portal in self.portals}
        return {"portals": found, "settings": asdict(self.settings)}

    def reset(self) -> None:
        """Empty portals, no tokens, switches as at the start."""
        super().reset()
        with self._lock:
            self.settings = Settings(search_lag_seconds=self._search_lag.total_seconds())
            # No two portals share an id, so that a mix-up shows.
            self.portals = {
                number: Portal(number, name, domain, last_id=number * 100_000) for number, name, domain in PORTALS
            }
            self._use_settings()
            self.tokens = Tokens(keys=demo_keys(self.portals, self.app.optional_scopes))
            self.webhooks = Webhooks(self.app, self._subscriptions)
            self._send_to("")
            self._limits = Limits()
            self._oauth = OAuth(self.app, self.tokens, self.portals, self.settings)

    def configure(self, changes: Mapping[str, object]) -> dict[str, object]:
        """Change switches. `uninstall` and `drop_keys` are none: a portal's admin does it, once, now."""
        switches = dict(changes)
        portal, keyless = switches.pop("uninstall", None), switches.pop("drop_keys", None)
        for told in (portal, keyless):
            if told is not None and not (isinstance(told, int) and told in self.portals):
                raise ValueError(f"no such portal: {told!r}")
        self.settings.change(switches)
        if "webhook_target" in switches:
            self._send_to(self.settings.webhook_target)
        self._use_settings()
        if isinstance(portal, int):
            self.uninstall(portal)
        if isinstance(keyless, int):
            self.tokens.drop_keys(keyless)
        return asdict(self.settings)

    def by_hand(self, page: str, body: Mapping[str, object]) -> Mapping[str, object] | None:
        """A person's pages: seed, change, associate, archive, restore, merge."""
        return hand.done(self, page, body)

    def _send_to(self, target: str) -> None:
        """From now on a thread delivers the webhooks there; without a target there is none."""
        if self._sender:
            self._sender.stop()
        self._sender = Sender(target, self._next_events, self.signed) if target else None

    def _use_settings(self) -> None:
        for portal in self.portals.values():
            portal.association_bumps_modified = self.settings.association_bumps_modified
            portal.lines_make_amount = self.settings.lines_make_amount
            use_currencies(portal, self.settings.additional_currencies)

    def _next_events(self) -> list[Event]:
        with self._lock:
            return self.webhooks.take(most=MOST_IN_BATCH)

    @contextmanager
    def _by_hand(self, portal: int) -> Iterator[None]:
        """What a person does: wholly or not at all. Raises ValueError for what HubSpot refuses."""
        with self._lock:
            try:
                with self.portals[portal].all_or_nothing():
                    yield
            except Refused as refusal:
                raise ValueError(refusal.message) from refusal
            self._tell(self.portals[portal])

    def _tell(self, portal: Portal) -> None:
        changes, portal.changes = portal.changes, []
        self.webhooks.tell(portal.id, changes, self.tokens.granted(portal.id))
        if self._sender:
            self._sender.ring()

    # The way of a request.

    def _crm(self, endpoint: Endpoint, parts: Mapping[str, str], ask: Ask) -> Response:
        try:
            with ask.portal.acting(integration(self.app.app_id)), ask.portal.all_or_nothing():
                status, body = endpoint(ask, **parts)
        except Refused as refusal:
            return json_response(refusal.status, refusal.body())
        self._tell(ask.portal)
        if endpoint is account.uninstall:
            self.tokens.uninstall(ask.portal.id)
        return json_response(status, body)

    def _ask(self, request: Request, grant: Grant, now: datetime) -> Ask:
        dated = VERSION.search(request.path)
        return Ask(
            request,
            self.portals[grant.portal],
            grant.scopes,
            self.settings,
            now,
            dated.group(1) if dated else "legacy",
        )

    def _record(self, portal: int, kind: str, object_id: str) -> Record:
        record = self.portals[portal].find(kind_of(kind), object_id, merged=True)
        if record is None:
            raise KeyError(f"no live record {object_id} in {kind} of {portal}")
        return record
