"""What workers need to speak to a vendor account: our app's credentials and a living token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import requests
from aws_lambda_powertools.utilities import parameters

from renkei import config
from renkei.connections import Connection
from renkei.errors import Misconfigured, Reconnect, Retry
from renkei.oauth import App, OAuthVendor, Tokens, TokenSource
from renkei.runtime import Platform
from renkei.vendors import hubspot

OAUTH: Mapping[str, OAuthVendor] = {hubspot.KEY: hubspot.OAUTH}
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
    """The token endpoints of a vendor for the app that a connection uses."""
    return Tokens(OAUTH[vendor], app_of(vendor, secrets), session)


def account_of(parts: Platform, workspace: str, vendor: str) -> TokenSource:
    """A living token of a workspace's connection to a vendor. Reconnect if there is no such connection."""
    connection = parts.connections.get(workspace, vendor)
    if connection is None or connection.state != "connected":
        raise Reconnect("not_connected", vendor=vendor)
    return token_source(parts, connection)


def token_source(parts: Platform, connection: Connection) -> TokenSource:
    """A living token of a connection."""
    vendor = connection.vendor
    return TokenSource(
        connection, parts.connections, lambda kept: tokens_of(vendor, parts.session, kept), parts.clock, parts.sleep
    )
