"""Which records may be one, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falcana_hubspot.alike import Kind, certain, keys, score

FIRM = {
    "name": "Müller Bau GmbH",
    "street": "Musterstraße 15",
    "zip": "80331",
    "city": "München",
    "phone": "089 1234567",
    "website": "https://www.mueller-bau.de/",
    "email": "info@mueller-bau.de",
    "customer_number": "K-10001",
}
PERSON = {
    "first_name": "Anna",
    "last_name": "Müller",
    "email": "Anna@Firma.de",
    "phone": "089 1234567 ext. 12",
    "mobile": "0171 1234567",
}


def of(kind: Kind, *, region: str = "DE", **values: str) -> dict[str, str]:
    return keys(kind, values, region, frozenset({"gmail.com"}))


def without(held: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: text for name, text in held.items() if name not in names}


def test_what_records_may_share() -> None:
    assert keys("address", FIRM) == {
        "mail": "info@mueller-bau.de",
        "number": "k-10001",
        "name": "muellerbau",
        "domain": "mueller-bau.de",
        "phone": "+49891234567",
        "street": "musterstrasse15 80331",
    }
    assert keys("person", PERSON) == {
        "mail": "anna@firma.de",
        "name": "annamueller",
        "phone": "+49891234567",
        "mobile": "+491711234567",
    }
    assert keys("address", {"name": " ", "zip": "1"}) == keys("person", {}) == {}


@pytest.mark.parametrize(
    "names",
    [
        ["Müller GmbH", "Mueller GmbH", "MÜLLER Gmbh", "Müller", "Müller GmbH & Co. KG", "Müller AG", "Müller KG"],
        ["Müller OHG", "Müller e.K.", "Müller e. K.", "Müller eK", "Müller GbR", "Müller mbH", "Müller SE"],
        ["Müller UG (haftungsbeschränkt)", "Müller UG (haftungsbeschränkt) & Co. KG", "Firma Müller", "Müller, KGaA"],
        ["Müller Ltd.", "Müller Inc", "Müller Co., Ltd.", "Müller S.r.l.", "Müller Ges.m.b.H.", "Müller gGmbH"],
        ["Sportverein Süd e.V.", "Sportverein Sued e. V.", "Sport-Verein Süd"],
        ["Schmidt & Söhne", "Schmidt und Söhne KG", "Schmidt u. Soehne"],
        ["Café Noël", "Cafe Noel"],
        ["株式会社青空", "青空株式会社", "（株）青空", "㈱青空", "有限会社青空", "株式会社　青空"],
        ["Weiß GmbH", "Weiss GmbH"],
    ],
)
def test_firms_are_called_the_same_without_their_legal_form(names: list[str]) -> None:
    assert len({of("address", name=name)["name"] for name in names}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller Bau", "Müller Dach"),
        ("AG", "KG"),
        ("GmbH", "AG"),
        ("青空", "青海"),
        ("Muller", "Müller"),
        ("Kage", "Ka"),
    ],
)
def test_other_names_are_other_firms(one: str, other: str) -> None:
    assert of("address", name=one)["name"] != of("address", name=other)["name"]


@pytest.mark.parametrize(
    "names",
    [
        [("Anna", "Müller"), ("Müller", "Anna"), ("ANNA", "Mueller"), ("", "Anna Müller"), ("Dr. Anna", "Müller")],
        [("太郎", "山田"), ("山田", "太郎")],
        [("Jean-Luc", "Weiß"), ("Jean Luc", "Weiss")],
    ],
)
def test_people_are_called_the_same_in_any_order(names: list[tuple[str, str]]) -> None:
    assert len({of("person", first_name=first, last_name=last)["name"] for first, last in names}) == 1


@pytest.mark.parametrize(
    ("values", "domain"),
    [
        ({"website": "https://www.firma.de/kontakt"}, "firma.de"),
        ({"email": "info@firma.de"}, "firma.de"),
        ({"website": "shop.firma.de", "email": "info@firma.de"}, "shop.firma.de"),
        ({"email": "firma@gmail.com"}, None),
        ({"website": "https://www.facebook.com/firma", "email": "info@firma.de"}, "firma.de"),
        ({"website": "gibt es nicht"}, None),
    ],
)
def test_domains_are_the_firms_own(values: dict[str, str], domain: str | None) -> None:
    assert of("address", **values).get("domain") == domain
    assert "domain" not in of("person", **values)


@pytest.mark.parametrize(
    "streets",
    [
        ["Muster-Str. 15", "Musterstraße 15", "Musterstr.15", "MUSTERSTRASSE 15"],
        ["Rue de l'Église 1", "rue de l'Eglise 1"],
    ],
)
def test_streets_are_written_in_many_ways(streets: list[str]) -> None:
    assert len({of("address", street=street, zip="80331")["street"] for street in streets}) == 1


def test_a_street_says_nothing_without_its_zip_code_or_number() -> None:
    assert of("address", street="Hauptstr. 1") == {}
    other = of("address", street="Hauptstr. 1 15", zip="80331")
    assert other != of("address", street="Hauptstr. 115", zip="80331")


@pytest.mark.parametrize(("phone", "found"), [("089 1234567", True), ("110", False), ("Zentrale", False), ("-", False)])
def test_phones_are_of_some_country(phone: str, found: bool) -> None:
    assert ("phone" in of("address", phone=phone)) is found


@pytest.mark.parametrize(
    ("kind", "one", "other", "points", "why"),
    [
        ("address", FIRM, FIRM, 100, ("number", "mail", "name", "domain", "phone", "street")),
        ("address", {"email": "a@b.de"}, {"email": "A@B.de "}, 100, ("mail", "domain")),
        ("address", {"customer_number": "k-1"}, {"customer_number": "K-1"}, 100, ("number",)),
        ("address", {"name": "Müller GmbH"}, {"name": "Mueller KG"}, 60, ("name",)),
        ("address", {"name": "Müller", "phone": "089 1234567"}, {"name": "Müller", "phone": "+49891234567"}, 90,
         ("name", "phone")),
        ("address", without(FIRM, "customer_number", "email"), without(FIRM, "email"), 95,
         ("name", "domain", "phone", "street")),
        ("address", {"website": "firma.de"}, {"email": "info@firma.de"}, 35, ("domain",)),
        ("address", {"name": "Mustermann GmbH"}, {"name": "Musterman AG"}, 40, ("name_alike",)),
        ("address", {"name": "Kahn"}, {"name": "Hahn"}, 0, ()),
        ("address", {"name": "Müller", "customer_number": "1"}, {"name": "Müller", "customer_number": "2"}, 20,
         ("name", "other_number")),
        ("address", {"email": "a@b.de", "customer_number": "1"}, {"email": "a@b.de", "customer_number": "2"}, 55,
         ("mail", "domain", "other_number")),
        ("address", {"website": "b.de", "customer_number": "1"}, {"website": "b.de", "customer_number": "2"}, 0,
         ("domain", "other_number")),
        ("address", {"customer_number": "1"}, {"customer_number": "2"}, 0, ()),
        ("address", {}, {}, 0, ()),
        ("person", PERSON, PERSON, 100, ("mail", "name", "mobile", "phone")),
        ("person", {"last_name": "Müller", "phone": "0171 1234567"}, {"last_name": "Meier", "mobile": "+491711234567"},
         30, ("phone",)),
        ("person", {"last_name": "Müller", "mobile": "0171 1234567"}, {"last_name": "Müller", "mobile": "01711234567"},
         95, ("name", "mobile")),
        ("person", {"first_name": "Anna", "last_name": "Müller"}, {"last_name": "Anna Mueller"}, 60, ("name",)),
    ],
)  # fmt: skip
def test_score(kind: Kind, one: dict[str, str], other: dict[str, str], points: int, why: tuple[str, ...]) -> None:
    a, b = of(kind, **one), of(kind, **other)
    assert score(a, b) == score(b, a) == (points, why)
    assert certain(a, b) is certain(b, a) is (points == 100)


def test_only_mail_address_and_customer_number_are_certain() -> None:
    shared = without(FIRM, "customer_number", "email")
    assert not certain(of("address", **shared), of("address", **shared))
    assert not certain({}, {})


RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["Müller GmbH", "Mueller", "GmbH", "  ", "青空（株）", "A & B", "und"]),
        "first_name": st.text(max_size=4),
        "last_name": st.sampled_from(["Müller", "Dr.", "山田"]),
        "email": st.sampled_from(["a@b.de", "A@B.de", "x@gmail.com", "kaputt"]),
        "phone": st.sampled_from(["089 1234567", "+49 89 1234567 x1", "12", "-"]),
        "mobile": st.sampled_from(["0171 1234567", "089 1234567"]),
        "website": st.sampled_from(["b.de", "https://www.b.de/x", "facebook.com/b"]),
        "customer_number": st.sampled_from(["1", "2", " 1"]),
        "street": st.text(max_size=6),
        "zip": st.sampled_from(["80331", ""]),
    },
)


@given(st.sampled_from(["address", "person"]), RECORDS, RECORDS)
def test_scores_are_fair(kind: Kind, one: dict[str, str], other: dict[str, str]) -> None:
    a, b = of(kind, **one), of(kind, **other)
    assert all(a.values())
    points, why = score(a, b)
    assert (points, why) == score(b, a)
    assert 0 <= points <= 100
    assert (points == 100) is certain(a, b)
    assert bool(points) <= bool(why)
    if not {*a.items()} & {*b.items()} and not {a.get("phone"), a.get("mobile")} & {b.get("phone"), b.get("mobile")}:
        assert set(why) <= {"name_alike", "other_number"}
