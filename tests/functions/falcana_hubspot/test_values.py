"""What counts as the same value, and how each system writes it."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from falcana_hubspot.values import Form, System, canonical, comparable, to_falcana, to_hubspot

FORMS: tuple[Form, ...] = get_args(Form.__value__)
REGIONS = ("DE", "CH", "JP", "US")
OPTIONS = {"handel": "Trade", "industrie": "Industry", "alt": "Trade"}

AS_WRITTEN = """
1.200,50|1200.5|１２００.5|1,255|1.255|0.500|12|-3,5|1 200|5 Mio|ca. 50|1e3|.5|+49 (0)30 123456|030/12 34 56 ext. 7|110|
03ー1234ー5678|ja|Nein|TRUE|はい|22.11.2026|2026-11-22T10:00:00Z|1795305600000|31.2.2026|https://www.Firma.de/a/|
www.müller.de|info@Firma.de|Deutschland|U.S.A.|ドイツ|handel|Trade|Industry|K-10001|ﾄﾞｲﾂ|Straße|²|ŉ|İ
"""
TEXTS = st.one_of(
    st.sampled_from(AS_WRITTEN.split("|")),
    st.text(max_size=12),
    st.text(alphabet="0123456789.,' +-()/x#e€%", max_size=14),
    st.text(alphabet="ab.:/@?#wW ü漢ー１-", max_size=14),
)


@pytest.mark.parametrize(
    ("form", "texts"),
    [
        ("text", ["Müller GmbH", " ＭÜＬＬＥＲ　 GmbH", "müller gmbh"]),
        ("long_text", ["Erste Zeile\r\nZweite", "erste zeile zweite"]),
        ("mail", ["Anna@Firma.DE", " ａnna@firma.de"]),
        ("phone", ["030 123456", "+49 30 123456", "+49 (0)30 123456", "0049/30/12 34 56", "０３０－１２３４５６"]),
        ("phone", ["030 123456 ext. 12", "+4930123456x12", "030 123456 #12", "030 123456 内線12"]),
        ("phone", ["+81 3-1234-5678", "+81312345678"]),
        ("number", ["1.200,50", "1200.5", "１２００.5", "1200,5", "1 200,50", "1.200,50 €", "EUR 1'200.50"]),
        ("number", ["1.255", "1255", "1,255.0", "+1255"]),
        ("number", ["0.500", "0,5", "0.50"]),
        ("number", ["0", "-0", "0,00"]),
        ("yes_no", ["true", "1", "Ja", "YES", "on", "はい"]),
        ("yes_no", ["false", "0", "nein", "No", "いいえ"]),
        ("date", ["2026-11-22", "22.11.2026", "2026/11/22", "2026年11月22日", "1795305600000", "2026-11-22T00:00:00Z"]),
        ("website", ["https://www.Firma.de/", "firma.de", "http://firma.de", "FIRMA.DE/"]),
        ("website", ["https://firma.de/Kontakt/", "www.firma.de/Kontakt"]),
        ("website", ["https://müller.de", "xn--mller-kva.de"]),
        ("domain", ["https://www.firma.de/kontakt", "firma.de"]),
        ("country", ["Deutschland", "Germany", "DE", "DEU", "D", "ドイツ", "deutschland "]),
        ("country", ["USA", "U.S.A.", "United States", "アメリカ", "Vereinigte Staaten"]),
        ("country", ["Österreich", "Oesterreich", "Austria", "at"]),
        ("option", ["handel", " handel "]),
    ],
)
def test_ways_to_write_one_thing_are_one(form: Form, texts: list[str]) -> None:
    assert len({canonical(form, text) for text in texts}) == 1


@pytest.mark.parametrize(
    ("form", "one", "other"),
    [
        ("text", "Müller", "Mueller"),
        ("mail", "anna@firma.de", "anna@firma.com"),
        ("phone", "030 123456", "030 123457"),
        ("phone", "030 123456", "030 123456 ext. 12"),
        ("phone", "030 123456", "+43 30 123456"),
        ("phone", "Zentrale", "Pforte"),
        ("number", "1,255", "1.255"),
        ("number", "5", "-5"),
        ("yes_no", "ja", ""),
        ("yes_no", "nein", ""),
        ("date", "11.12.2026", "12.11.2026"),
        ("date", "31.2.2026", "3.3.2026"),
        ("website", "firma.de/a", "firma.de/A"),
        ("website", "firma.de", "shop.firma.de"),
        ("website", "info@firma.de", "firma.de"),
        ("country", "Deutschland", "Niederlande"),
        ("country", "Wakanda", "Narnia"),
        ("option", "handel", "Handel"),
    ],
)
def test_other_things_stay_apart(form: Form, one: str, other: str) -> None:
    assert canonical(form, one) != canonical(form, other)


@pytest.mark.parametrize(
    ("form", "text", "region", "expected"),
    [
        ("phone", "030 123456", "DE", "+4930123456"),
        ("phone", "01 234567", "AT", "+431234567"),
        ("phone", "044 668 18 00", "CH", "+41446681800"),
        ("phone", "03-1234-5678", "JP", "+81312345678"),
        ("phone", "030 123456 ext. 12", "DE", "+4930123456x12"),
        ("phone", "Anna fragen!", "DE", "annafragen"),
        ("phone", "12", "DE", "12"),
        ("phone", "-", "DE", ""),
        ("number", "1.255", "DE", "1255"),
        ("number", "1.255", "US", "1.255"),
        ("number", "1,255", "DE", "1,255"),
        ("number", "1,255", "JP", "1255"),
        ("number", "1'255.50", "CH", "1255.5"),
        ("number", "12.34.56", "DE", "12.34.56"),
        ("number", "ca. 50 Mitarbeiter", "DE", "50"),
        ("number", "viele", "DE", "viele"),
        ("website", "https://www.firma.de:8080/a/?b=1#c", "DE", "firma.de/a/?b=1#c"),
        ("website", "gibt es nicht", "DE", "gibt es nicht"),
        ("country", "ＤＥ", "DE", "DE"),
        ("country", "Wakanda", "DE", "wakanda"),
    ],
)
def test_canonical(form: Form, text: str, region: str, expected: str) -> None:
    assert canonical(form, text, region) == expected


@pytest.mark.parametrize("form", FORMS)
def test_a_blank_is_a_blank(form: Form) -> None:
    for text in ("", " ", "\u3000\n"):
        assert canonical(form, text) == ""
        assert to_hubspot(form, text, OPTIONS, "DE") == to_falcana(form, text, OPTIONS, "DE") == ""
        for side in get_args(System.__value__):
            assert comparable(form, text, OPTIONS, "DE", side) == ""


@pytest.mark.parametrize(
    ("form", "falcana", "expected"),
    [
        ("text", " Müller GmbH ", "Müller GmbH"),
        ("phone", "030/123456", "030/123456"),
        ("number", "1.200,50", "1200.5"),
        ("number", "1,255", "1.255"),
        ("number", "viele", None),
        ("yes_no", "true", "true"),
        ("yes_no", "Ja", "true"),
        ("yes_no", "vielleicht", None),
        ("date", "22.11.2026", "2026-11-22"),
        ("date", "bald", None),
        ("website", "https://www.Firma.de/a", "https://www.Firma.de/a"),
        ("domain", "https://www.Firma.de/a", "firma.de"),
        ("domain", "keine", None),
        ("option", "handel", "Trade"),
        ("option", "alt", "Trade"),
        ("option", "Trade", None),
        ("parent", "industrie", "Industry"),
        ("parent", "4711", None),
    ],
)
def test_to_hubspot(form: Form, falcana: str, expected: str | None) -> None:
    assert to_hubspot(form, falcana, OPTIONS, "DE") == expected


@pytest.mark.parametrize(
    ("form", "hubspot", "region", "expected"),
    [
        ("number", "1200.5", "DE", "1200,5"),
        ("number", "1.255", "DE", "1,255"),
        ("number", "1.255", "US", "1.255"),
        ("number", "1E3", "DE", "1000"),
        ("number", "1.200,50", "DE", None),
        ("yes_no", "true", "DE", "true"),
        ("date", "1795305600000", "DE", "2026-11-22"),
        ("domain", "firma.de", "DE", "firma.de"),
        ("option", "Industry", "DE", "industrie"),
        ("option", "Trade", "DE", "handel"),
        ("option", "industrie", "DE", None),
        ("country", "Germany", "DE", "Germany"),
    ],
)
def test_to_falcana(form: Form, hubspot: str, region: str, expected: str | None) -> None:
    assert to_falcana(form, hubspot, OPTIONS, region) == expected


def test_a_parent_without_options_goes_over_as_it_is() -> None:
    assert to_hubspot("parent", "4711", {}, "DE") == to_falcana("parent", "4711", {}, "DE") == "4711"


@pytest.mark.parametrize(
    ("form", "hubspot", "falcana", "same"),
    [
        ("option", "Trade", "handel", True),
        ("option", "Trade", "alt", True),
        ("option", "Industry", "handel", False),
        ("option", "Mining", "Mining", True),  # neither has a counterpart, and they say the same
        ("option", "Mining", "handel", False),
        ("option", "Trade", "Trade", False),
        ("number", "1.255", "1,255", True),
        ("number", "1.255", "1.255", False),  # HubSpot's point, and a German's thousands
        ("date", "1795305600000", "22.11.2026", True),
    ],
)
def test_the_two_sides_are_compared_each_as_it_writes(form: Form, hubspot: str, falcana: str, same: bool) -> None:
    theirs, ours = (
        comparable(form, hubspot, OPTIONS, "DE", "hubspot"),
        comparable(form, falcana, OPTIONS, "DE", "falcana"),
    )
    assert (theirs == ours) is same


@given(st.sampled_from(FORMS), TEXTS, st.sampled_from(REGIONS))
@example("number", "1,255", "DE")
@example("website", "a.de/ /", "DE")
def test_what_is_canonical_stays_so(form: Form, text: str, region: str) -> None:
    once = canonical(form, text, region)
    assert canonical(form, once, region) == once


@given(st.sampled_from(FORMS), TEXTS, st.sampled_from(REGIONS), st.sampled_from([OPTIONS, {}]))
@example("number", "1,255", "DE", {})
def test_what_goes_over_is_the_same_there(form: Form, text: str, region: str, options: dict[str, str]) -> None:
    def same(written: str | None, to: Any, back: Any) -> None:
        if written is not None:
            here = comparable(form, text, options, region, back)
            assert comparable(form, written, options, region, to) == here

    same(to_hubspot(form, text, options, region), "hubspot", "falcana")
    same(to_falcana(form, text, options, region), "falcana", "hubspot")


@given(st.sampled_from(FORMS), TEXTS, st.sampled_from(REGIONS))
def test_what_goes_over_is_canonically_the_same(form: Form, text: str, region: str) -> None:
    """But for options and numbers, which the two write in words of their own."""
    if form in {"option", "number"}:
        return
    for written in (to_hubspot(form, text, {}, region), to_falcana(form, text, {}, region)):
        assert written is None or canonical(form, written, region) == canonical(form, text, region)
