"""What is said, in three languages; and that nothing from outside can do anything in a channel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms_to_slack.messages import Fact, Said, Say, single, summary
from lms_to_slack.wording import link, moment, plain, price
from local.sandbox.slack.blocks import meaning, refused
from renkei.config import LANGUAGES, Language
from renkei.http import encoded
from renkei.texts import text
from tests.functions.lms_to_slack.steps import UNIX

AT = datetime(2026, 11, 22, 3, tzinfo=UTC)
WHEN = f"<!date^{UNIX}^{{date_num}} {{time}}|2026-11-22 03:00 UTC>"


def saying(language: Language) -> Say:
    def say(code: str, **params: str) -> str:
        found = text(code, language, params)
        assert found != code
        assert "$" not in found
        return found

    return say


def bought(**changes: Any) -> Fact:
    told: Mapping[str, Any] = {
        "url": "https://school.example/c/1",
        "amount": Decimal(1200),
        "currency": "JPY",
    } | changes
    return Fact(
        "bought",
        told.get("id", "o-1"),
        told.get("what", "Python入門"),
        AT,
        **{name: value for name, value in told.items() if name not in {"id", "what"}},
    )


def read(said: Said) -> list[str]:
    texts = (
        told
        for block in said.blocks
        for told in (block.get("text"), *block.get("fields", ()), *block.get("elements", ()))
    )
    return [told["text"] for told in texts if told]


def taken(said: Said) -> dict[str, Any]:
    """The payload, which Slack takes."""
    payload: dict[str, Any] = {"text": said.text, "blocks": list(said.blocks)}
    assert refused(payload) is None
    encoded(payload)
    return payload


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("ja", ["コースが購入されました", "*コース*\nPython入門", "*金額*\n1,200円", "*氏名*\n花子"]),
        ("en", ["A course was purchased", "*Course*\nPython入門", "*Price*\n¥1,200", "*Name*\n花子"]),
        ("de", ["Ein Kurs wurde gekauft", "*Kurs*\nPython入門", "*Preis*\n1.200 JPY", "*Name*\n花子"]),
    ],
)
def test_a_purchase(language: Language, wanted: list[str]) -> None:
    said = single(bought(name="花子"), saying(language), language, again=False)
    opened, number = saying(language)("slack_say_open"), saying(language)("slack_say_number")
    assert read(said) == [*wanted, f"<https://school.example/c/1|{opened}>", f"{number} o-1 · {WHEN}"]
    assert said.text == f"{wanted[0]}: Python入門 · {wanted[2].partition('\n')[2]} · 花子"
    taken(said)
    again = single(bought(name="花子"), saying(language), language, again=True)
    assert read(again) == [*read(said), saying(language)("slack_say_maybe_again")]


def test_a_cancellation_with_all_and_with_nothing() -> None:
    say = saying("en")
    whole = Fact("cancelled", "m-1", "Gold", AT, "http://school.example/m", Decimal("9.5"), "EUR", "", AT)
    assert read(single(whole, say, "en", again=False)) == [
        "A paid membership was cancelled", "*Plan*\nGold", "*Price*\nEUR 9.50", f"*Valid until*\n{WHEN}",
        "<http://school.example/m|Open the page>", f"No. m-1 · {WHEN}",
    ]  # fmt: skip
    bare = single(Fact("cancelled", "m-1", "", AT), say, "en", again=False)
    assert (bare.text, read(bare)) == ("A paid membership was cancelled", [read(bare)[0], f"No. m-1 · {WHEN}"])
    taken(bare)


@pytest.mark.parametrize(
    ("amount", "currency", "ja", "en", "de"),
    [
        ("1200", "JPY", "1,200円", "¥1,200", "1.200 JPY"),
        ("1200.00", "JPY", "1,200円", "¥1,200", "1.200 JPY"),
        ("0", "JPY", "0円", "¥0", "0 JPY"),
        ("12.5", "EUR", "12.50 EUR", "EUR 12.50", "12,50 EUR"),
        ("1234567.891", "KWD", "1,234,567.891 KWD", "KWD 1,234,567.891", "1.234.567,891 KWD"),
        ("1E+3", "USD", "1,000 USD", "USD 1,000", "1.000 USD"),
        ("5", None, "", "", ""),
        (None, "JPY", "", "", ""),
    ],
)
def test_prices(amount: str | None, currency: str | None, ja: str, en: str, de: str) -> None:
    value = None if amount is None else Decimal(amount)
    assert [price(value, currency, language) for language in LANGUAGES] == [ja, en, de]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://s.example/a?b=1&c=%20#d", "<https://s.example/a?b=1&amp;c=%20#d|L>"),
        ("https://s.example/a|https://evil.example", "<https://s.example/a%7Chttps://evil.example|L>"),
        ("https://s.example/><!channel>", "<https://s.example/%3E%3C!channel%3E|L>"),
        ("https://s.example/コース", "<https://s.example/%E3%82%B3%E3%83%BC%E3%82%B9|L>"),
        ('https://s.example/\ud800"`', "<https://s.example/%3F%22%60|L>"),
        ("javascript:alert(1)", ""),
        ("mailto:a@b.example", ""),
        ("", ""),
        ("https://s.example/" + "コ" * 300, ""),
        ("https://s.example/?" + "a=1&" * 480, ""),
    ],
)
def test_links(url: str, shown: str) -> None:
    assert link(url, "L") == shown


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("a\r\n\t b  c", "a b c"),
        ("a\u202eb\x00\x1bc\ud800", "abc"),
        ("```code", "'''code"),
        ("x" * 20, "x" * 9 + "…"),
        ("   ", ""),
    ],
)
def test_texts_of_others(given_text: str, shown: str) -> None:
    assert plain(given_text, 10 if len(set(given_text)) == 1 else 100) == shown


def test_a_moment_of_any_zone() -> None:
    assert moment(datetime.fromisoformat("2026-11-22T12:00:00+09:00")) == WHEN


def test_a_summary_counts_and_puts_equal_ones_together() -> None:
    facts = [bought(), bought(id="o-2"), bought(what="Excel", amount=None), Fact("cancelled", "m-1", "", AT, name="A")]
    assert read(summary(facts, saying("ja"), "ja", again=2)) == [
        "お知らせ4件",
        "コース購入: 3件、有料会員の解約: 1件",
        "• Python入門 · 1,200円 × 2\n• Excel\n• 解約: m-1 · A",
        "このうち2件は、前回の送信結果を確認できなかったため、すでに届いている可能性があります。",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_summary_of_too_many_says_how_many_more(language: Language) -> None:
    facts = [bought(what="&" * 90 + f"{number:03}", name="<" * 50) for number in range(100)]
    said = summary(facts, saying(language), language, again=0)
    taken(said)
    *_, last = read(said)
    shown = sum(part.count("• ") for part in read(said))
    assert last == saying(language)("slack_say_more", count=str(100 - shown))
    assert 5 < shown < 100


_NASTY = st.text(
    st.sampled_from("<>!@#|&`*_~ \n:/.|^{}()[]\\\"'aU0コ\u202e\ud800") | st.characters(), max_size=80
) | st.sampled_from(["<!channel>", "<@U123>", "<https://evil.example|ok>", "https://evil.example", "<!date^1^x|y>"])


@given(st.lists(st.tuples(_NASTY, _NASTY, _NASTY), min_size=1, max_size=12), st.sampled_from(LANGUAGES))
@settings(max_examples=150)
def test_nothing_from_outside_does_anything(texts: list[tuple[str, str, str]], language: Language) -> None:
    ours = "https://school.example/"
    facts = [bought(what=what, name=name, id=f"o{id_}", url=ours + id_) for what, name, id_ in texts]
    for said in (
        single(facts[0], saying(language), language, again=True),
        summary(facts, saying(language), language, again=1),
    ):
        found = meaning(taken(said))
        assert found.mentions == []
        assert all(address.startswith(ours) for address in found.links)
        assert len(found.links) <= 1
