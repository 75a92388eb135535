"""The browser's side of connecting: sends it to the vendor, takes it back, and says in plain words how it went."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from integrations import INTEGRATIONS, through
from renkei import config
from renkei.accounts import VENDORS, vendor_of
from renkei.aws import DOWN
from renkei.connecting import Refusal, finish, start
from renkei.errors import Outcome, Retry
from renkei.pages import page
from renkei.runtime import platform
from renkei.scopes import of_workspace
from renkei.texts import language_of, text
from renkei.waking import wake
from renkei.watch import bugs_told, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_COOKIE = "renkei-oauth"


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    """HTTP API event of `start` or `callback` → a redirect or a page."""
    vendor = (event.get("pathParameters") or {}).get("vendor", "")
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    language = language_of(headers.get("accept-language", ""))
    if vendor not in VENDORS or vendor_of(vendor).oauth is None:
        return _page(HTTPStatus.NOT_FOUND, "unknown_vendor", language, {})
    query = dict(event.get("queryStringParameters") or {})
    base = config.public_url(event["requestContext"]["domainName"])
    try:
        with bugs_told():
            if event["rawPath"].endswith("/start"):
                return _start(vendor, query.get("ticket", ""), base)
            return _callback(vendor, query, _cookie(event), language)
    except Refusal as refused:
        logger.info("refused", vendor=vendor, reason=refused.code)
        return _page(HTTPStatus.BAD_REQUEST, refused.code, language, refused.params)
    except Outcome as end:
        logger.warning("not connected", vendor=vendor, reason=end.code)
        code = "try_again" if isinstance(end, Retry) else end.code  # here it is a person who tries again
        return _page(HTTPStatus.BAD_GATEWAY, code, language, end.params)
    except DOWN as down:
        logger.error("store down", error=type(down).__name__)
        return _page(HTTPStatus.SERVICE_UNAVAILABLE, "vendor_busy", language, {"vendor": "AWS", "status": "503"})


def _start(vendor: str, ticket: str, base: str) -> dict[str, Any]:
    needed = functools.partial(of_workspace, vendor, INTEGRATIONS.values())
    url, cookie = start(platform(), vendor, ticket, f"{base}/oauth/{vendor}/callback", needed)
    secure = "; Secure" if base.startswith("https:") else ""
    kept = f"{_COOKIE}={cookie}; Path=/oauth/{vendor}; Max-Age=600; HttpOnly; SameSite=Lax{secure}"
    headers = {"location": url, "cache-control": "no-store", "referrer-policy": "no-referrer"}
    return {"statusCode": int(HTTPStatus.FOUND), "headers": headers, "cookies": [kept]}


def _callback(vendor: str, query: dict[str, str], cookie: str, language: config.Language) -> dict[str, Any]:
    waiting = through(vendor)
    ticket, made = finish(platform(), vendor, query, cookie, [integration.key for integration in waiting])
    for integration in waiting:
        wake(platform(), ticket.workspace, integration)
    logger.info("connected", vendor=vendor, workspace=ticket.workspace)
    done = _page(HTTPStatus.OK, "connected", language, {"vendor": vendor, "account": made.report.account})
    if made.not_revoked:
        left = " ".join(text(code, language, {"vendor": vendor}) for code in made.not_revoked)
        done["body"] = done["body"].replace("</p>", f"</p><p>{escape(left)}</p>", 1)
    return done | {"cookies": [f"{_COOKIE}=; Path=/oauth/{vendor}; Max-Age=0; HttpOnly; SameSite=Lax"]}


def _cookie(event: Mapping[str, Any]) -> str:
    """Our cookie, from the `cookies` list or, where a stand-in leaves them there, from the header."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    pairs = event.get("cookies") or headers.get("cookie", "").split(";")
    return next((pair.strip().partition("=")[2] for pair in pairs if pair.strip().startswith(f"{_COOKIE}=")), "")


def _page(status: HTTPStatus, code: str, language: config.Language, params: Mapping[str, str]) -> dict[str, Any]:
    title = text("connected_title" if status == HTTPStatus.OK else "not_connected_title", language)
    return page(status, title, f"<p>{escape(text(code, language, params))}</p>", language)
