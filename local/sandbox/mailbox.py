"""The sandbox mailbox: shows the mails that were sent on the local stack, as a person and as a program would read them.

It reads a folder of mails (one .eml file each) that the emulator's SES writes.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from pathlib import Path
from typing import TYPE_CHECKING, Self

from markupsafe import Markup
from werkzeug.wrappers import Request, Response

from local.sandbox.vendor import json_response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FRAME = Markup(
    "<!doctype html><html lang='en'><meta charset='utf-8'><title>Sandbox mailbox</title><style>"
    "body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}}"
    "article{{border:1px solid #ccc;border-radius:.5rem;margin:1.5rem 0;padding:0 1rem 1rem}}"
    "pre{{white-space:pre-wrap;background:#f6f6f6;padding:1rem}}iframe{{width:100%;height:28rem;border:1px solid #ccc}}"
    "</style><h1>Sandbox mailbox ({count})</h1>{mails}</html>"
)
MAIL = Markup(
    "<article id='{id}'><h2>{subject}</h2><p>From {sender} to {to}, {at}"
    "<p>List-Unsubscribe: <code>{unsubscribe}</code><br>List-Unsubscribe-Post: <code>{one_click}</code>"
    "<details><summary>Text part</summary><pre>{text}</pre></details>"
    "<iframe sandbox='allow-popups allow-popups-to-escape-sandbox' title='HTML part' srcdoc='{html}'></iframe>"
    "</article>"
)
# Nothing of a mail runs or loads; its links open in a tab of their own.
POLICY = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
LINKS = "<base target='_blank'>"


@dataclass(frozen=True)
class Mail:
    """One mail that was sent."""

    id: str
    at: str
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    unsubscribe: str
    one_click: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a mail's file; it was written when the mail was sent."""
        message = message_from_bytes(path.read_bytes(), policy=default)
        return cls(
            id=path.stem,
            at=datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds"),
            sender=str(message["From"]),
            to=tuple(address for _, address in getaddresses([str(header) for header in message.get_all("To", [])])),
            subject=str(message["Subject"]),
            text=_part(message, "plain"),
            html=_part(message, "html"),
            unsubscribe=str(message["List-Unsubscribe"] or ""),
            one_click=str(message["List-Unsubscribe-Post"] or ""),
        )


class Mailbox:
    """A WSGI app: the page at "/", the same as JSON at "/_sandbox/mails.json". Newest first."""

    def __init__(self, folder: Path) -> None:
        """Take the folder that the mails are in; it need not be there yet."""
        self.folder = folder

    def mails(self) -> list[Mail]:
        """Read all mails, newest first."""
        paths = sorted(self.folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        return [Mail.read(path) for path in paths]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        match request.method, request.path:
            case "GET", "/" | "":
                response = Response(_page(self.mails()), mimetype="text/html", headers=POLICY)
            case "GET", "/_sandbox/mails.json":
                response = json_response(200, [asdict(mail) for mail in self.mails()])
            case _:
                response = json_response(404, {"error": "no such page"})
        return response(environ, start_response)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _page(mails: Iterable[Mail]) -> str:
    shown = [MAIL.format(**asdict(mail) | {"to": ", ".join(mail.to), "html": LINKS + mail.html}) for mail in mails]
    return str(FRAME.format(count=len(shown), mails=Markup("").join(shown) or Markup("<p>None yet.")))
