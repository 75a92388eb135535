"""One template for all notices: from what is to be said to a mail (text and HTML) or the body of a page.

Everything foreign is escaped, and no header holds a line break.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from html import escape
from typing import Any

from renkei.config import Language
from renkei.texts import text

_FONT = "font-family:system-ui,'Hiragino Sans','Noto Sans JP',Meiryo,sans-serif"
_MONO = "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px;background:#f1f3f6"
_LABEL = "color:#5b6675;padding:2px 16px 2px 0;vertical-align:top;white-space:nowrap"
_LONGEST_SUBJECT = 150
_LONGEST_LINE = 998  # RFC 5322, 2.1.1


class _Policy(EmailPolicy):
    """The standard library's, but that ASCII stays on its line: a long address would not be folded, but encoded."""

    def fold(self, name: str, value: Any) -> str:
        """A header as it is sent."""
        whole = f"{name}: {value}\r\n"
        return whole if whole.isascii() and len(whole) <= _LONGEST_LINE else super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """A header as it is sent."""
        return self.fold(name, value).encode("ascii")


_POLICY = _Policy(linesep="\r\n", cte_type="7bit")


@dataclass(frozen=True)
class Content:
    """What is said: `title`, the first line `lead`, then paragraphs, facts (label, value), deliveries (id, reason)
    and commands to run. All of it is plain text. `open` is the code of the label on the link to the page.
    """

    language: Language
    title: str
    lead: str
    paragraphs: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    items: tuple[tuple[str, str], ...] = ()
    commands: tuple[str, ...] = ()
    open: str = "notice_open"

    def said(self, code: str, **params: str) -> str:
        """A text in this language."""
        return text(code, self.language, params)


@dataclass(frozen=True)
class Links:
    """Where a mail leads to; both are empty as long as we do not know our own address."""

    page: str = ""
    unsubscribe: str = ""


def message(content: Content, workspace: str, links: Links, *, sender: str, to: str, now: datetime) -> EmailMessage:
    """The mail to one recipient. ValueError if an address is none."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _address("Renkei", sender)
    mail["To"] = _address("", to)
    mail["Subject"] = one_line(content.said("notice_subject", subject=content.title, workspace=workspace))
    mail["Date"] = format_datetime(now)
    mail["Auto-Submitted"] = "auto-generated"
    if links.unsubscribe:  # RFC 8058
        mail["List-Unsubscribe"] = f"<{links.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(as_text(content, workspace, links))
    mail.add_alternative(as_html(content, workspace, links), subtype="html")
    return mail


def one_line(subject: str) -> str:
    """A subject without line breaks and other control characters, and not too long."""
    plain = " ".join("".join(character if character.isprintable() else " " for character in subject).split())
    return plain if len(plain) <= _LONGEST_SUBJECT else plain[: _LONGEST_SUBJECT - 1] + "…"


def as_text(content: Content, workspace: str, links: Links) -> str:
    """The text part."""
    blocks = [content.lead, *content.paragraphs]
    if content.facts:
        blocks.append("\n".join(f"{label}: {value}" for label, value in content.facts))
    if content.items:
        blocks.append("\n".join(f"- {name}\n  {reason}" for name, reason in content.items))
    if content.commands:
        blocks.append("\n".join([content.said("notice_command"), *(f"  {command}" for command in content.commands)]))
    if links.page:
        blocks.append(f"{content.said(content.open)}:\n{links.page}")
    footer = [content.said("notice_footer", workspace=workspace)]
    if links.page:
        footer.append(f"{content.said('notice_unsubscribe')}: {links.page}#unsubscribe")
    return "\n\n".join([*blocks, "-- \n" + "\n".join(footer)]) + "\n"


def as_html(content: Content, workspace: str, links: Links) -> str:
    """The HTML part. Styles stand on the elements, as mail programs want it."""
    blocks = [f'<p style="font-size:17px;font-weight:600;margin:0 0 16px">{escape(content.lead)}</p>']
    blocks += [f'<p style="margin:0 0 16px">{escape(paragraph)}</p>' for paragraph in content.paragraphs]
    if content.facts:
        rows = "".join(
            f'<tr><td style="{_LABEL}">{escape(label)}</td><td style="padding:2px 0">{escape(value)}</td></tr>'
            for label, value in content.facts
        )
        blocks.append(f'<table role="presentation" style="border-collapse:collapse;margin:0 0 16px">{rows}</table>')
    if content.items:
        items = "".join(
            f'<li style="margin:0 0 8px"><span style="{_MONO};overflow-wrap:anywhere">{escape(name)}</span>'
            f"<br>{escape(reason)}</li>"
            for name, reason in content.items
        )
        blocks.append(f'<ul style="margin:0 0 16px;padding-left:20px">{items}</ul>')
    if content.commands:
        commands = "<br>".join(map(escape, content.commands))
        blocks.append(f'<p style="margin:0 0 4px">{escape(content.said("notice_command"))}</p>')
        blocks.append(f'<p style="{_MONO};padding:10px 12px;margin:0 0 16px;overflow-wrap:anywhere">{commands}</p>')
    if links.page:
        style = "background:#1f5fbf;color:#ffffff;text-decoration:none;padding:10px 20px;border-radius:6px"
        label = escape(content.said(content.open))
        blocks.append(
            f'<p style="margin:24px 0"><a href="{escape(links.page)}" style="display:inline-block;{style}">'
            f"{label}</a></p>"
        )
    footer = escape(content.said("notice_footer", workspace=workspace))
    if links.page:
        link, label = escape(f"{links.page}#unsubscribe"), escape(content.said("notice_unsubscribe"))
        footer += f'<br><a href="{link}" style="color:#5b6675">{label}</a>'
    return (
        f'<!doctype html><html lang="{content.language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(one_line(content.title))}</title></head>'
        f'<body style="margin:0;padding:24px 12px;background:#f6f7f9;color:#1c2430;{_FONT};font-size:15px;'
        f'line-height:1.65"><div style="max-width:600px;margin:0 auto;background:#ffffff;padding:28px 24px;'
        f'border-radius:8px;border:1px solid #e2e6eb">{"".join(blocks)}'
        f'<p style="margin:28px 0 0;padding-top:14px;border-top:1px solid #e2e6eb;color:#5b6675;font-size:13px">'
        f"{footer}</p></div></body></html>\n"
    )


def as_page(content: Content) -> str:
    """The body of a page that says the same; the frame is `renkei.pages`."""
    blocks = [f"<p><strong>{escape(content.lead)}</strong></p>"]
    blocks += [f"<p>{escape(paragraph)}</p>" for paragraph in content.paragraphs]
    if content.facts:
        rows = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in content.facts)
        blocks.append(f"<dl>{rows}</dl>")
    if content.items:
        items = "".join(f"<li><code>{escape(name)}</code><br>{escape(reason)}</li>" for name, reason in content.items)
        blocks.append(f"<ul>{items}</ul>")
    if content.commands:
        blocks.append(f"<p>{escape(content.said('notice_command'))}</p>")
        blocks.append(f"<pre>{escape('\n'.join(content.commands))}</pre>")
    return "".join(blocks)


def _address(name: str, text: str) -> Address:
    """The address in `a@b` or `Name <a@b>`. ValueError if there is none, or one that mail cannot carry."""
    local, _, domain = parseaddr(text)[1].rpartition("@")
    try:
        local.encode("ascii")
        return Address(name, addr_spec=f"{local}@{domain.encode('idna').decode()}")
    except (HeaderParseError, IndexError):
        raise ValueError("no mail address") from None
