"""Names, domains, addresses and numbers as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.freemail import free_mail
from renkei.values import (
    domain_spellings,
    fold_name,
    name_spellings,
    normal_domain,
    normal_mail,
    number,
    split_name,
)


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
        ("5千万円", "50000000"), ("2千万", "20000000"), ("1億5千万円", "150000000"), ("500百万円", "500000000"),
        ("3百万円", "3000000"), ("5百名", "500"), ("3千5百", "3500"), ("3千5百万円", "35000000"), ("500千円", "500000"),
        ("1万5千", "15000"), ("１０億", "1000000000"), ("2.5千万", "25000000"), ("1万200名", "10200"),
        ("1.5億2000万", None), ("1万 20000", None), ("3千5000", None), ("5万億", None), ("3千百", None),
        ("五千万", None),
        ("1.5", "1.5"), ("0.125", "0.125"), ("1234.567", "1234.567"), ("1,2000", "12000"), ("1,200,0000", None),
        ("1.200名", None), ("12.345", None), ("1.200", None), ("1.200万円", None), ("1.234.567", None),
        ("1" * 40, None),
    ],
)  # fmt: skip
def test_numbers(text: str, wanted: str | None) -> None:
    assert number(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1200名程度", "1200"), ("100名以上", "100"), ("50人未満", "50"), ("100名くらい", "100"), ("30名前後", "30"),
        ("50名様", "50"), ("10店舗", "10"), ("3ヶ月", "3"), ("1,200名(連結)", "1200"), ("(税込)", None),
        ("5,000円/月", "5000"), ("5000円(税込)", "5000"), ("¥10,000-", "10000"), ("10,000円-", "10000"),
        ("2005年設立", "2005"), ("50%", "50"), ("1,200 people", "1200"), ("1,200 Employees.", "1200"),
        ("250 Mitarbeiter", "250"), ("20 Personen", "20"), ("100 EUR", "100"), ("100€", "100"), ("5 USD", "5"),
        ("100 JPY", "100"), ("300 or more", "300"), ("over 300 staff", "300"), ("50人〜", "50"), ("100㎡", "100"),
        ("10k", "10000"), ("10K人", "10000"), ("1.5k", "1500"), ("120 million", "120000000"), ("5M", "5000000"),
        ("$5M", "5000000"), ("5M€", "5000000"), ("1.5 Mio", "1500000"), ("1.5 Mio. EUR", "1500000"),
        ("20 Mill.", "20000000"), ("3 Mrd", "3000000000"), ("3 Mrd. Euro", "3000000000"), ("2 Tsd", "2000"),
        ("2 thousand people", "2000"), ("1 billion", "1000000000"), ("3bn USD", "3000000000"), ("12k€", "12000"),
        ("5m", None), ("5MM", None), ("5 T", None), ("5B", None), ("3 trillion", None), ("5 hundred", None),
        ("5 dozen", None), ("5千k", None), ("1 million 200 thousand", None), ("2 lakh", None), ("3LDK", None),
        ("10数名", None), ("3年半", None), ("5割", None), ("30代", None), ("10 peoples", None), ("12:30", None),
        ("1200-", None), ("100 apples", None), ("社" * 200 + "x", None), ("5" + "名様" * 200 + "x", None),
    ],
)  # fmt: skip
def test_only_a_known_unit_may_follow(text: str, wanted: str | None) -> None:
    assert number(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1.200 Mitarbeiter", "1200"), ("1.200,5", "1200.5"), ("12,5", "12.5"), ("12.5", "12.5"), ("1.200", "1200"),
        ("1.234.567 €", "1234567"), ("1,5 Mio. €", "1500000"), ("2,5 Tsd.", "2500"), ("1.200,- €", "1200"),
        ("3 Milliarden", "3000000000"), ("0.125", "0.125"), ("0,125", "0.125"), ("ca. 50 Personen", "50"),
        ("1 Jahr", "1"), ("3 Monate", "3"), ("1 Standort", "1"),
        ("1 Billion", None), ("1,200", None),
    ],
)  # fmt: skip
def test_german_numbers(text: str, wanted: str | None) -> None:
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
        ("first/last@example.co.jp", "example.co.jp"), ("a#b@example.com", "example.com"),
        ('"a b"@example.com', "example.com"), ("a@b@example.com", "example.com"),
        ("mailto:a@example.com", "example.com"),
        ("video.example.com/@some.one", "video.example.com"), ("https://example.com/@some.one", "example.com"),
        ("www。example。jp", "example.jp"), ("www.例え.jp", "xn--r8jz45g.jp"), ("例え。jp。", "xn--r8jz45g.jp"),
        ("www.www.example.jp", "example.jp"),
    ],
)  # fmt: skip
def test_domains(text: str, wanted: str | None) -> None:
    assert normal_domain(text) == wanted


@given(st.text())
def test_whatever_the_text_a_domain_stays_what_it_is(text: str) -> None:
    found = normal_domain(text)
    assert found is None or normal_domain(found) == found


@pytest.mark.parametrize(
    ("domain", "spellings"),
    [
        ("example.co.jp", ["example.co.jp", "www.example.co.jp"]),
        ("xn--r8jz45g.jp", ["xn--r8jz45g.jp", "www.xn--r8jz45g.jp", "例え.jp", "www.例え.jp"]),
        ("例え.jp", ["xn--r8jz45g.jp", "www.xn--r8jz45g.jp", "例え.jp", "www.例え.jp"]),
        ("xn--0.jp", ["xn--0.jp", "www.xn--0.jp"]),
        ("localhost", []),
    ],
)
def test_the_spellings_of_a_domain(domain: str, spellings: list[str]) -> None:
    assert domain_spellings(domain) == spellings
    assert {normal_domain(spelling) for spelling in spellings} <= {normal_domain(domain)}


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
    spellings = name_spellings(name)
    assert {fold_name(spelling) for spelling in spellings} == {fold_name(name)}
    assert spellings[0] == name.strip()
    assert len(set(spellings)) == len(spellings) <= 8


def test_the_spellings_of_a_japanese_firm() -> None:
    assert {"株式会社青空", "株式会社 青空", "株式会社　青空"} <= set(name_spellings("株式会社青空"))
    assert {"青空 株式会社", "青空株式会社"} <= set(name_spellings("青空株式会社"))
    assert {"青空株式会社", "青空　株式会社"} <= set(name_spellings("青空 株式会社"))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("ABC 株式会社", {"ABC　株式会社", "ＡＢＣ　株式会社"}),
        ("ABC　株式会社", {"ABC 株式会社"}),
        ("ＡＢＣ　株式会社", {"ABC 株式会社", "ABC　株式会社"}),
        ("Foo Bar GmbH", {"Foo　Bar　GmbH"}),
        ("Foo  Bar", {"Foo Bar"}),
        ("山田 商店", {"山田　商店", "山田商店"}),
        ("山田商店 株式会社", {"山田商店株式会社", "山田商店　株式会社"}),
        ("アイウ株式会社", {"ｱｲｳ株式会社", "アイウ 株式会社"}),
        ("ｱｲｳ", {"アイウ"}),
        ("ガーデン・パーク", {"ｶﾞｰﾃﾞﾝ･ﾊﾟｰｸ"}),
        ("(株)青空", {"㈱青空", "（株）青空"}),
        ("一般社団法人青空", {"一般社団法人 青空", "一般社団法人　青空"}),
        ("アイウ・テック 株式会社", {"ｱｲｳ･ﾃｯｸ株式会社"}),
        ("ABC株式会社", {"ＡＢＣ株式会社"}),
    ],
)
def test_the_spellings_of_a_name(name: str, wanted: set[str]) -> None:
    spellings = name_spellings(name)
    assert wanted <= set(spellings)
    assert len(spellings) <= 8
    assert {fold_name(spelling) for spelling in spellings} == {fold_name(name)}


@pytest.mark.parametrize(
    ("name", "family_first", "given_first"),
    [
        ("山田 太郎", ("山田", "太郎"), ("太郎", "山田")),
        ("山田　太郎様", ("山田", "太郎"), ("太郎", "山田")),
        ("Smith, John", ("Smith", "John"), ("Smith", "John")),
        ("John von Neumann", ("John", "von Neumann"), ("Neumann", "John von")),
        ("山田", ("山田", ""), ("山田", "")),
        ("様", ("様", ""), ("様", "")),
        ("山田様", ("山田", ""), ("山田", "")),
        ("王様", ("王様", ""), ("王様", "")),
        ("王　様", ("王", ""), ("王", "")),
        ("山田 聡様", ("山田", "聡"), ("聡", "山田")),
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
        whole = "".join(words)
        assert sorted("".join(found)) in (sorted(whole), sorted(whole.removesuffix("様")))


def test_mail_addresses() -> None:
    assert normal_mail(" Ｈanako@Example.JP\n") == "hanako@example.jp"


def test_the_list_of_free_mail_with_its_overlay() -> None:
    assert {"gmail.com", "yahoo.co.jp", "docomo.ne.jp", "gmx.de", "yahoo.ne.jp"} <= free_mail()
    assert not {"rakuten.jp", "facebook.com"} & free_mail()
    assert "x.example" in free_mail(add=["x.example"])
    assert "gmail.com" not in free_mail(remove=["gmail.com"])
    assert free_mail() is free_mail(), "read once a process"
