"""Names, domains, addresses and numbers as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.freemail import free_mail
from renkei.values import fold_name, name_spellings, normal_domain, normal_mail, number, split_name


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1,200名", "1200"), ("１，２００名", "1200"), ("１２００", "1200"), ("約1,200名", "1200"),
        ("1200人以上", "1200"),
        ("3万人", "30000"), ("1億2000万円", "120000000"), ("1億2,000万円", "120000000"), ("1.5億円", "150000000"),
        ("¥1,000,000", "1000000"),
        ("12,345.67", "12345.67"), ("2005年", "2005"), ("-5", "-5"), ("0", "0"), ("50+", "50"),
        ("1.200,50", "1200.5"), ("1'200", "1200"), ("約 3千", "3000"), ("US$ 100", "100"),
        ("10〜50名", None), ("10-50", None), ("昭和60年", None), ("2021年4月", None), ("なし", None), ("", None),
        ("1,20", None), ("1,2,3", None), ("多数", None), ("A4", None), ("未定 100", None),
    ],
)  # fmt: skip
def test_numbers(text: str, wanted: str | None) -> None:
    assert number(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"), [("1.200 Mitarbeiter", "1200"), ("1.200,5", "1200.5"), ("12,5", "12.5"), ("12.5", "12.5")]
)
def test_german_numbers(text: str, wanted: str) -> None:
    assert number(text, german=True) == wanted


@given(st.integers(0, 10**15))
def test_any_whole_number_however_it_is_grouped(value: int) -> None:
    wide = str.maketrans("0123456789,", "０１２３４５６７８９，")
    for text in (str(value), f"{value:,}", f"{value:,}名", f"約{value:,}円".translate(wide)):
        assert number(text) == str(value)


@given(st.text())
def test_whatever_the_text_a_number_is_one(text: str) -> None:
    found = number(text)
    assert found is None or float(found) is not None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Example.co.jp", "example.co.jp"), ("https://www.example.co.jp/about?x=1#y", "example.co.jp"),
        ("http://user@example.com:8080/", "example.com"), ("example.com.", "example.com"),
        ("ｅｘａｍｐｌｅ.com", "example.com"),
        ("info@müller.de", "xn--mller-kva.de"), ("MÜNCHEN.de", "xn--mnchen-3ya.de"), ("日本語.jp", "xn--wgv71a119e.jp"),
        ("www.de", "www.de"), ("sub.example.co.jp", "sub.example.co.jp"),
        ("localhost", None), ("no domain", None), ("", None), ("なし", None), ("@", None),
        ("192.0.2.1", None), ("a..b", None),
    ],
)  # fmt: skip
def test_domains(text: str, wanted: str | None) -> None:
    assert normal_domain(text) == wanted


@given(st.text())
def test_whatever_the_text_a_domain_stays_what_it_is(text: str) -> None:
    found = normal_domain(text)
    assert found is None or normal_domain(found) == found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("株式会社　青空", "株式会社 青空", True), ("株式会社青空", "株式会社 青空", True), ("ＡＢＣ", "ABC", True),
        ("ｶﾌﾞｼｷ", "カブシキ", True), ("A  B", " A B ", True), ("㈱青空", "(株)青空", True),
        ("AB", "A B", False), ("ABC", "abc", False), ("青空", "青空商事", False),
    ],
)  # fmt: skip
def test_names_are_compared_folded(one: str, other: str, same: bool) -> None:
    assert (fold_name(one) == fold_name(other)) is same


@given(st.text(min_size=1).filter(str.strip))
def test_every_spelling_is_the_same_name(name: str) -> None:
    assert {fold_name(spelling) for spelling in name_spellings(name)} == {fold_name(name)}


def test_the_spellings_of_a_japanese_firm() -> None:
    assert {"株式会社青空", "株式会社 青空", "株式会社　青空"} <= set(name_spellings("株式会社青空"))
    assert {"青空 株式会社", "青空株式会社"} <= set(name_spellings("青空株式会社"))


@pytest.mark.parametrize(
    ("name", "family_first", "given_first"),
    [
        ("山田 太郎", ("山田", "太郎"), ("太郎", "山田")),
        ("山田　太郎様", ("山田", "太郎"), ("太郎", "山田")),
        ("Smith, John", ("Smith", "John"), ("Smith", "John")),
        ("John von Neumann", ("John", "von Neumann"), ("Neumann", "John von")),
        ("山田", ("山田", ""), ("山田", "")),
        ("様", ("様", ""), ("様", "")),
        ("", ("", ""), ("", "")),
    ],
)
def test_names_are_split(name: str, family_first: tuple[str, str], given_first: tuple[str, str]) -> None:
    assert (split_name(name), split_name(name, "given_first")) == (family_first, given_first)


@given(
    st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1).filter(lambda word: word != "様"), min_size=1)
)
def test_no_word_of_a_name_is_lost(words: list[str]) -> None:
    for order in ("family_first", "given_first"):
        found = " ".join(split_name(" ".join(words), order)).split()
        assert sorted("".join(found)) == sorted("".join(words).removesuffix("様"))


def test_mail_addresses() -> None:
    assert normal_mail(" Ｈanako@Example.JP\n") == "hanako@example.jp"


def test_the_list_of_free_mail_with_its_overlay() -> None:
    assert {"gmail.com", "yahoo.co.jp", "docomo.ne.jp", "gmx.de", "yahoo.ne.jp"} <= free_mail()
    assert not {"rakuten.jp", "facebook.com"} & free_mail()
    assert "x.example" in free_mail(add=["x.example"])
    assert "gmail.com" not in free_mail(remove=["gmail.com"])
    assert free_mail() is free_mail(), "read once a process"
