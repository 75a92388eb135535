"""The sandbox mailbox: whole mails, newest first, and nothing in them that runs."""

from __future__ import annotations

import os
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest
from werkzeug.test import Client

from local.sandbox.mailbox import Mailbox
from local.sandbox.server import start_page

HTML = '<p>再接続してください。<script>alert("x")</script><a href="https://x.example/a?b=1&amp;c=\'2\'">再接続</a></p>'


def write(folder: Path, name: str, at: int, subject: str, *, html: str = HTML) -> None:
    mail = EmailMessage()
    mail["From"] = "Renkei 連携 <renkei@sandbox.example>"
    mail["To"] = "管理者 <admin@example.co.jp>, second@example.com"
    mail["Subject"] = subject
    mail["List-Unsubscribe"] = "<https://renkei.example.com/notices/demo/x?key=k&who=w>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content("再接続してください。\n" + "長い行" * 60 + "\n")
    if html:
        mail.add_alternative(html, subtype="html")
    path = folder / f"{name}.eml"
    path.write_bytes(mail.as_bytes())
    os.utime(path, (at, at))


class Frames(HTMLParser):
    """Reads the iframes of a page, and every element outside of them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.frames: list[dict[str, str | None]] = []
        self.elements: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        if tag == "iframe":
            self.frames.append(dict(attrs))


@pytest.fixture
def client(tmp_path: Path) -> Client:
    write(tmp_path, "older", 1_000, "HubSpot への接続が切れました")
    write(tmp_path, "newer", 2_000, "<b>Verbunden</b>", html="")
    (tmp_path / "half.part").write_bytes(b"From: nobody")
    return Client(Mailbox(tmp_path))


def test_programs_read_whole_mails_newest_first(client: Client) -> None:
    newer, older = client.get("/_sandbox/mails.json").get_json()
    assert [newer["id"], older["id"]] == ["newer", "older"]
    assert newer["html"] == ""
    assert older == {
        "id": "older",
        "at": "1970-01-01T00:16:40+00:00",
        "sender": "Renkei 連携 <renkei@sandbox.example>",
        "to": ["admin@example.co.jp", "second@example.com"],
        "subject": "HubSpot への接続が切れました",
        "text": "再接続してください。\n" + "長い行" * 60 + "\n",
        "html": HTML + "\n",
        "unsubscribe": "<https://renkei.example.com/notices/demo/x?key=k&who=w>",
        "one_click": "List-Unsubscribe=One-Click",
    }


def test_people_see_the_mails_and_nothing_in_them_runs(client: Client) -> None:
    answer = client.get("/")
    page = Frames(answer.text)
    assert answer.text.index("&lt;b&gt;Verbunden&lt;/b&gt;") < answer.text.index("HubSpot への接続が切れました")
    assert [frame["sandbox"] for frame in page.frames] == ["allow-popups allow-popups-to-escape-sandbox"] * 2
    assert page.frames[1]["srcdoc"] == f"<base target='_blank'>{HTML}\n"
    assert not {"script", "b", "img"} & page.elements
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_an_empty_mailbox_is_a_page_too(tmp_path: Path) -> None:
    client = Client(Mailbox(tmp_path / "not there yet"))
    assert "None yet." in client.get("/").text
    assert client.get("/_sandbox/mails.json").get_json() == []


def test_it_only_shows(client: Client) -> None:
    assert client.post("/").status_code == 404
    assert client.get("/older").status_code == 404


def test_the_first_page_leads_to_it(tmp_path: Path) -> None:
    page = Client(start_page({"mailbox": Mailbox(tmp_path)})).get("/").text
    assert "href='/mailbox/'" in page
