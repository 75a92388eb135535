"""Plain pages for people: one frame, and headers that let nothing run, load, frame or remember them."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from typing import Any

from renkei.config import Language

HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}
GOOD, BAD, NEUTRAL = "#1a7f4b", "#b3261e", "#5b6675"
_PAGE = """<!doctype html>
<html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title} – Renkei</title>
<style>{style}
h1{{border-left-color:{colour}}}</style>
<h1>{title}</h1>{body}</html>
"""
_STYLE = """
body{font:16px/1.6 system-ui,"Hiragino Sans","Noto Sans JP","Noto Sans CJK JP",sans-serif;max-width:40rem;
margin:12vh auto 4rem;padding:0 1rem;color:#1c2430;overflow-wrap:break-word}
h1{font-size:1.5rem;line-height:1.35;border-left:.4rem solid;padding-left:.8rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem}dt{color:#5b6675}dd{margin:0}
li{margin:.4rem 0}code{font-family:ui-monospace,monospace;font-size:.9em;background:#f1f3f6;padding:.1rem .3rem}
pre{background:#f1f3f6;padding:.8rem;white-space:pre-wrap;font-family:ui-monospace,monospace;font-size:.9em}
button{font:inherit;padding:.55rem 1.2rem;border-radius:.4rem;border:1px solid #1f5fbf;background:#1f5fbf;color:#fff;
cursor:pointer}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid #d6dbe2;color:#5b6675;font-size:.9rem}
footer button{background:none;color:#5b6675;border-color:#d6dbe2;padding:.3rem .8rem}
""".strip()


def page(status: HTTPStatus, title: str, body: str, language: Language, colour: str | None = None) -> dict[str, Any]:
    """An HTTP API answer with a page. `title` is text, `body` HTML in which everything foreign is escaped."""
    shown = _PAGE.format(
        language=language,
        title=escape(title),
        body=body,
        style=_STYLE,
        colour=colour or (GOOD if status == HTTPStatus.OK else BAD),
    )
    return {"statusCode": int(status), "headers": dict(HEADERS), "body": shown}
