"""What workers need to speak to a vendor account: our app's credentials and a living token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import requests
from aws_lambda_powertools.utilities import parameters

from renkei import config
from renkei.accounts import Access, oauth_of
from renkei.connections import Connection
from renkei.errors import Misconfigured, Reconnect, Retry
from renkei.oauth import App, Tokens
from renkei.runtime import Platform
from renkei.tokens import TokenSource, fixed

_APP_SECONDS = 300


def app_of(vendor: str, secrets: Mapping[str, Any]) -> App:
    """The app that a connection uses: its own, or the deployment's from Secrets Manager. Misconfigured if none."""
    if secrets.get("client_id"):
        return App(secrets["client_id"], secrets["client_secret"])
    try:
        held: Any = parameters.get_secret(config.app_secret(vendor), max_age=_APP_SECONDS)
    except parameters.GetParameterError:
        raise Retry("app_unreadable", vendor=vendor) from None
    try:
        app = App(**json.loads(held))
    except (TypeError, ValueError):
        app = App("", "")
    if not app.client_id or not app.client_secret:
        raise Misconfigured("no_app", vendor=vendor)
    return app


def tokens_of(vendor: str, session: requests.Session, secrets: Mapping[str, Any]) -> Tokens:
    """The token endpoints of a vendor for the app, and at the site, that a connection uses."""
    return Tokens(oauth_of(vendor), app_of(vendor, secrets), session, secrets.get("site", ""))


def account_of(parts: Platform, workspace: str, vendor: str) -> TokenSource:
    """A living token of a workspace's connection to a vendor. Reconnect if there is no such connection."""
    connection = parts.connections.get(workspace, vendor)
    if connection is None or connection.state != "connected":
        raise Reconnect("not_connected", vendor=vendor)
    return token_source(parts, connection)


def token_source(parts: Platform, connection: Connection) -> TokenSource:
    """A living token of a connection, by OAuth or as a person entered it."""
    vendor = connection.vendor
    return TokenSource(
        connection, parts.connections, lambda kept: tokens_of(vendor, parts.session, kept), parts.clock, parts.sleep
    )


def access_of(parts: Platform, connection: Connection) -> tuple[Access, TokenSource | None]:
    """What a probe or an end may use of a connection, and where its tokens come from (None: it has keys)."""
    source = token_source(parts, connection)
    if not source.renews:
        keys, left = source.secrets, parts.budget(connection, live=True).left
        token = fixed(connection.vendor, keys)
        return Access(parts.session, keys, parts.vault.digest, token, sleep=parts.sleep, left=left), None
    own_app = bool(source.secrets.get("client_id"))
    held = Access(parts.session, source.secrets, parts.vault.digest, source, connection.scopes, own_app, parts.sleep)
    return held, source
