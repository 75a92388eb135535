"""Reads the mails that moto's SES v2 took, as a mail program would."""

from __future__ import annotations

import email
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from typing import Any

from moto.ses.models import ses_backends

from tests.harness import REGION

_ACCOUNT = "123456789012"
_LINK = re.compile(r"https?://\S+/notices/\S+")


@dataclass(frozen=True)
class Mail:
    """One mail that was sent. `raw` is what was handed to SES."""

    raw: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.message["Subject"])

    @property
    def to(self) -> str:
        """The one recipient."""
        return str(self.message["To"])

    @property
    def text(self) -> str:
        """The text part."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part."""
        return self._part("html")

    @property
    def first_line(self) -> str:
        """The first line of the text part."""
        return self.text.partition("\n")[0].strip()

    @property
    def link(self) -> str:
        """The address of the page that the mail leads to; "" if it leads nowhere."""
        found = _LINK.search(self.text)
        return found[0] if found else ""

    @property
    def cause(self) -> str:
        """The key of the cause that it is about, from its link."""
        return self.link.partition("?")[0].rpartition("/")[2]

    @property
    def unsubscribe(self) -> str:
        """The address that a mail program posts to; "" if there is none."""
        return str(self.message["List-Unsubscribe"] or "").strip("<>")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")


def sent() -> list[Mail]:
    """The mails of the stack so far, oldest first."""
    taken: list[Any] = ses_backends[_ACCOUNT][REGION].sent_messages
    return [Mail(one.raw_data, _parsed(one.raw_data)) for one in taken]


def clear() -> None:
    """Forget the mails so far."""
    ses_backends[_ACCOUNT][REGION].sent_messages.clear()


def _parsed(raw: str) -> EmailMessage:
    message = email.message_from_string(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message
