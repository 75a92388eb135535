"""The public pages that the mails lead to: what happened, what to do, and how to get no more mails.

A page proves itself with the keyed digest in its link. GET changes nothing, because mail scanners follow links;
POST connects again (the same account only) or unsubscribes, also with one click (RFC 8058).
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from notices.mails import as_page
from notices.telling import Teller
from renkei import config, notices
from renkei.accounts import VENDORS, vendor_of
from renkei.aws import DOWN
from renkei.causes import Cause, Mail
from renkei.config import LANGUAGES, Language
from renkei.connecting import Ticket, issue
from renkei.connections import Connection
from renkei.errors import Outcome
from renkei.pages import GOOD, NEUTRAL, page
from renkei.runtime import platform
from renkei.texts import language_of, text
from renkei.watch import bugs_told, logger
from renkei.workspaces import NAME

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_CAUSE = re.compile(r"[a-z0-9_.-]{1,200}")
_WHO = re.compile(r"[0-9a-f]{32}")
_HELD = timedelta(days=30)  # how long a rejected delivery can be retried
_MENDABLE = {"reconnect", "expired"}


@dataclass(frozen=True)
class Visit:
    """Somebody at the page of a mail that was sent to them."""

    workspace: str
    mail: Mail
    language: Language

    @property
    def connection(self) -> Connection | None:
        """The connection that the mail is about, as it is now."""
        about = self.mail.cause.about
        return platform().connections.get(self.workspace, about) if about in VENDORS else None


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    """HTTP API event of GET or POST /notices/{workspace}/{notice} → a page or a redirect."""
    query = dict(event.get("queryStringParameters") or {})
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    wished = query.get("lang")
    language = wished if wished in LANGUAGES else language_of(headers.get("accept-language", ""))
    try:
        with bugs_told():
            visit = _visit(event.get("pathParameters") or {}, query, language)
            if visit is None:
                return _said(HTTPStatus.NOT_FOUND, "notice_page_gone", language)
            if event["requestContext"]["http"]["method"] == "GET":
                return _shown(visit)
            return _answered(visit, _form(event), config.public_url(event["requestContext"]["domainName"]))
    except Outcome as end:
        logger.warning("not done", reason=end.code)
        return _said(HTTPStatus.BAD_GATEWAY, end.code, language, end.params)
    except DOWN as down:
        logger.error("store down", error=type(down).__name__)
        return _said(HTTPStatus.SERVICE_UNAVAILABLE, "vendor_busy", language, {"vendor": "AWS", "status": "503"})


def _visit(path: Mapping[str, str], query: Mapping[str, str], language: Language) -> Visit | None:
    """Who is here, if the link is one of ours and the mail is still remembered."""
    workspace, cause = path.get("workspace", ""), path.get("notice", "")
    who, key = query.get("who", ""), query.get("key", "")
    if not (NAME.fullmatch(workspace) and _CAUSE.fullmatch(cause) and _WHO.fullmatch(who)):
        return None
    right = notices.link_key(platform().vault, workspace, cause, who)
    if not hmac.compare_digest(right.encode(), key.encode()):
        return None
    mail = notices.mail(workspace, cause, who)
    return Visit(workspace, mail, language) if mail else None


def _shown(visit: Visit) -> dict[str, Any]:
    """The page itself. The forms lead back to its own address."""
    connection, cause = visit.connection, visit.mail.cause
    teller, now = Teller(platform(), visit.workspace), platform().clock()
    solved = _solved(cause, connection, teller)
    if solved:
        title, body = text("notice_page_done", visit.language), text(solved, visit.language, {"vendor": cause.about})
        return page(HTTPStatus.OK, title, f"<p>{escape(body)}</p>{_footer(visit)}", visit.language)
    rejected = teller.rejected(now - _HELD, now) if cause.kind == "rejected" else ()
    content = teller.content(cause, visit.mail.since or now, visit.language, rejected)
    button = ""
    if _mendable(connection):
        content = replace(content, commands=())
        button = _button("connect", content.said("notice_connect", vendor=cause.about))
        button += f"<p>{escape(content.said('notice_same_account'))}</p>"
    body = as_page(content) + button + _footer(visit)
    colour = GOOD if cause.kind == "recovered" else NEUTRAL
    return page(HTTPStatus.OK, content.title, body, visit.language, colour)


def _solved(cause: Cause, connection: Connection | None, teller: Teller) -> str:
    """The code of the text that says that there is nothing to do any more; "" if there is."""
    if cause.kind in {"broken", "expired"} and connection is not None and connection.state == "connected":
        return "notice_solved"
    return "" if teller.still(cause) else "notice_passed"


def _answered(visit: Visit, form: Mapping[str, str], base: str) -> dict[str, Any]:
    """What a person pressed, or a mail program for them."""
    who = visit.mail.who
    if form.get("List-Unsubscribe") == "One-Click" or form.get("action") == "unsubscribe":
        notices.unsubscribe(visit.workspace, who, platform().clock())
        return _said(HTTPStatus.OK, "notice_unsubscribed", visit.language, {"workspace": visit.workspace})
    if form.get("action") == "subscribe":
        notices.unsubscribe(visit.workspace, who, platform().clock(), off=False)
        return _said(HTTPStatus.OK, "notice_subscribed", visit.language, {"workspace": visit.workspace})
    connection = visit.connection
    if form.get("action") == "connect" and connection is not None and _mendable(connection):
        token = issue(platform(), _ticket(connection))
        location = f"{base}/oauth/{connection.vendor}/start?ticket={token}"
        headers = {"location": location, "cache-control": "no-store", "referrer-policy": "no-referrer"}
        return {"statusCode": int(HTTPStatus.SEE_OTHER), "headers": headers, "body": ""}
    return _shown(visit)


def _ticket(connection: Connection) -> Ticket:
    """For the same account, with the connection's own app and site if it has them (and still knows them)."""
    held = platform().connections.secrets(connection) if "sealed" in connection.row else {}
    own: dict[str, Any] = {name: held[name] for name in ("client_id", "client_secret") if held.get(name)}
    return Ticket(connection.workspace, connection.vendor, **own, site=connection.row.get("site", ""))


def _mendable(connection: Connection | None) -> bool:
    """Whether a person can connect it again in the browser."""
    if connection is None or connection.state not in _MENDABLE:
        return False
    by_key = connection.row.get("cause") == "key_refused"  # another key is entered elsewhere
    return vendor_of(connection.vendor).oauth is not None and not by_key


def _footer(visit: Visit) -> str:
    off = visit.mail.who in notices.unsubscribed(visit.workspace)
    said = text("notice_page_off" if off else "notice_footer", visit.language, {"workspace": visit.workspace})
    action, label = ("subscribe", "notice_subscribe") if off else ("unsubscribe", "notice_unsubscribe")
    return f'<footer id="unsubscribe"><p>{escape(said)}</p>{_button(action, text(label, visit.language))}</footer>'


def _button(action: str, label: str) -> str:
    return f'<form method="post"><button name="action" value="{action}">{escape(label)}</button></form>'


def _said(status: HTTPStatus, code: str, language: Language, params: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A page with one sentence."""
    title = text("notice_page_done" if status == HTTPStatus.OK else "notice_page_failed", language)
    return page(status, title, f"<p>{escape(text(code, language, params))}</p>", language)


def _form(event: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a posted form; one of another kind has none."""
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode("utf-8", "replace")
    return dict(parse_qsl(body))
