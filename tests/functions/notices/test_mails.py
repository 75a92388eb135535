"""What a mail looks like: two parts, safe headers, everything foreign escaped, the language of who gets it."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notices.mails import Content, Links, as_html, as_page, as_text, message, one_line
from renkei.config import LANGUAGES, Language

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PAGE = f"https://renkei.example.com/notices/demo/parked.x?key={'a' * 40}&who={'b' * 32}"
LINKS = Links(f"{PAGE}&lang=en", PAGE)
EVIL = '<script>alert("x")</script>&amp;'


def made(content: Content, links: Links = LINKS, sender: str = "renkei@example.com", to: str = "a@example.jp") -> bytes:
    return message(content, "demo", links, sender=sender, to=to, now=NOW).as_bytes()


def read(raw: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(raw, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def whole(language: Language = "ja", text: str = "本文") -> Content:
    return Content(language, text, text, (text,), ((text, text),), ((text, text),), (text,))


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_parts_say_the_same(language: Language) -> None:
    content = Content(language, "題", "先頭", ("段落",), (("項目", "値"),), (("id-1", "理由"),), ("renkei retry ID",))
    mail = read(made(content))
    for kind in ("plain", "html"):
        said = part(mail, kind)
        assert all(word in said for word in ("先頭", "段落", "項目", "値", "id-1", "理由", "renkei retry ID", "demo"))
        assert PAGE.partition("?")[0] in said
    assert f'lang="{language}"' in part(mail, "html")


def test_the_first_line_is_what_happened() -> None:
    assert part(read(made(whole(text="何が起きたか"))), "plain").startswith("何が起きたか")


def test_headers() -> None:
    mail = read(made(whole(), to="admin@example.co.jp"))
    assert (str(mail["From"]), str(mail["To"])) == ("Renkei <renkei@example.com>", "admin@example.co.jp")
    assert str(mail["Subject"]) == "【Renkei】本文（demo）"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_address_to_unsubscribe_at_is_neither_folded_nor_encoded() -> None:
    lines = made(whole()).decode("ascii").split("\r\n")
    assert f"List-Unsubscribe: <{PAGE}>" in lines


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_seven_bit_with_lines_that_mail_can_carry(language: Language) -> None:
    raw = made(whole(language, "とても長い文" * 200))
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_without_an_address_of_ours_there_is_no_link() -> None:
    mail = read(made(whole(), Links()))
    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None
    assert "http" not in part(mail, "plain") + part(mail, "html")


@pytest.mark.parametrize("evil", ["a\r\nBcc: x@example.com", "a\nb", "a\u2028b\x00c", "\x1b[31mred"])
def test_no_subject_starts_another_header(evil: str) -> None:
    mail = read(made(whole(text=evil)))
    assert mail["Bcc"] is None
    assert all(character.isprintable() for character in str(mail["Subject"]))


@given(st.text(max_size=400))
def test_any_subject_is_one_line_and_comes_back_as_it_was(text: str) -> None:
    subject = one_line(text)
    assert len(subject) <= 150
    assert subject.isprintable()
    mail = read(made(Content("en", text.encode("utf-8", "replace").decode(), "x")))
    assert "\n" not in str(mail["Subject"])
    assert set(mail.keys()) >= {"From", "To", "Subject", "Date", "Content-Type"}
    assert mail["Bcc"] is None


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.seen |= {name for name, _ in attrs if name.startswith("on")}


@pytest.mark.parametrize("evil", [EVIL, '" onmouseover="alert(1)', "</p><img src=x onerror=alert(1)>", "<a href='x'>"])
def test_everything_foreign_is_escaped(evil: str) -> None:
    content = whole(text=evil)
    for html in (as_html(content, evil, Links(f"https://example.com/{evil}")), as_page(content)):
        tags = _Tags()
        tags.feed(html)
        assert tags.seen.isdisjoint({"script", "img", "onmouseover", "onerror"})
        assert html.count("<a ") <= 2
    assert evil in as_text(content, "demo", Links())


@pytest.mark.parametrize("sender", ["renkei@example.com", "Renkei <renkei@example.com>"])
def test_a_sender_may_have_a_name(sender: str) -> None:
    assert str(read(made(whole(), sender=sender))["From"]) == "Renkei <renkei@example.com>"


def test_a_domain_in_any_script() -> None:
    assert str(read(made(whole(), to="info@日本語.jp"))["To"]) == "info@xn--wgv71a119e.jp"


@pytest.mark.parametrize(
    "to", ["", "nobody", "a@b\r\nBcc: c@d.e", "名前@example.jp", "a b@example.jp", "@example.jp", "a@"]
)
def test_what_is_no_address_is_refused(to: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever of its kinds
        made(whole(), to=to)
