"""Finds two records that may be one: what they share, how likely it is, and why. Pure.

Only an equal mail address or customer number is certain; the rest is for a person to look at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Set
from difflib import SequenceMatcher
from typing import Literal

from falcana_hubspot.values import canonical
from renkei.japan import short_name
from renkei.values import normal_domain

type Kind = Literal["address", "person"]

_POINTS: Mapping[str, int] = {"mail": 60, "name": 60, "mobile": 40, "domain": 35, "phone": 30, "street": 20}
_NAME_ALIKE, _OTHER_NUMBER, _MOST_UNSURE = 40, 40, 95
_ALIKE, _SHORTEST_NAME = 0.87, 6
_PHONE = re.compile(r"(\+[0-9]{7,})(?:x[0-9]+)?")
_PAGES = """
facebook.com instagram.com linkedin.com xing.com twitter.com x.com youtube.com google.com sites.google.com wixsite.com
jimdosite.com jimdofree.com wordpress.com blogspot.com linktr.ee
"""
_SHARED = frozenset(_PAGES.split())
"""Sites with pages of many firms: a website there is nobody's own."""
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe", "ß": "ss"})
_ACCENTS = re.compile("[\u0300-\u036f]")
# The dots of e.V., e. K. and S.r.l. stand behind single letters.
_OF_E = re.compile(r"(?<![^\W_])e\.? ?([vkg])\.?(?![^\W_])")
_INITIAL_DOTS = re.compile(r"(?<![^\W_])([^\W\d_])\.")
_WORDS = re.compile(r"[^\W_]+")
_AND = frozenset({"und", "and", "et", "u"})
_BY_LAW = """
gmbh mbh ggmbh gesmbh ges ag kg kgaa ohg og ek ekfm ekfr ev eg eu gbr ug se haftungsbeschraenkt partg partgmbb mbb
partnerschaft stiftung co company cokg ltd limited inc incorporated corp corporation llc llp lp plc kk gk sa sas sasu
sarl srl spa snc bv nv vof ab as aps oy oyj doo sro zoo sp kft zrt nyrt lda il
"""
_FORMS = frozenset(_BY_LAW.split())
"""The words of legal forms, without dots, as in a closing GmbH & Co. KG; Japanese ones are `renkei.japan`'s."""
_TITLES = frozenset({"dr", "prof", "med", "dipl", "ing", "herr", "frau", "mr", "mrs", "ms"})
_BEFORE = frozenset({"firma", "fa", "die", "der", "the"})


def keys(kind: Kind, values: Mapping[str, str], region: str = "DE", free: Set[str] = frozenset()) -> dict[str, str]:
    """What a record may share with another, by what it is: mail, number, name, domain, phone, mobile, street.

    `values` are by falcana's field names; blanks are left out. `free` are domains of free mail: they say nothing about
    a firm. Names are without legal form, umlauts and accents.
    """
    held = {name: text for name, text in values.items() if text.strip()}
    found = {
        "mail": canonical("mail", held.get("email", "")),
        "phone": _phone(held.get("phone", ""), region),
    }
    if kind == "person":
        words = _words(f"{held.get('first_name', '')} {held.get('last_name', '')}")
        found["name"] = "".join(sorted(word for word in words if word not in _TITLES))
        found["mobile"] = _phone(held.get("mobile", ""), region)
    else:
        found["number"] = canonical("text", held.get("customer_number", ""))
        found["name"] = _firm(held.get("name", ""))
        found["domain"] = _domain(held, free)
        found["street"] = _street(held.get("street", ""), held.get("zip", ""))
    return {name: text for name, text in found.items() if text}


def score(a: Mapping[str, str], b: Mapping[str, str]) -> tuple[int, tuple[str, ...]]:
    """How likely two records are one (0 to 100, by their `keys`), and what speaks for it, the strongest first.

    100 is only what is `certain`. `name_alike` is a name with a slip of the pen; `other_number` speaks against it.
    """
    points = {name: worth for name, worth in _POINTS.items() if _equal(name, a, b)}
    if points.keys().isdisjoint({"phone", "mobile"}) and _numbers(a) & _numbers(b):
        points["phone"] = _POINTS["phone"]
    if "name" not in points and _alike(a.get("name", ""), b.get("name", "")):
        points["name_alike"] = _NAME_ALIKE
    if _equal("number", a, b):
        points["number"] = 100
    why = tuple(sorted(points, key=lambda name: -points[name]))
    if certain(a, b):
        return 100, why
    likely = min(sum(points.values()), _MOST_UNSURE)
    if likely and "number" in a and "number" in b:
        return max(likely - _OTHER_NUMBER, 0), (*why, "other_number")
    return likely, why


def certain(a: Mapping[str, str], b: Mapping[str, str]) -> bool:
    """Whether two records (by their `keys`) are one: by customer number if both have one, else by mail address."""
    return _equal("number" if "number" in a and "number" in b else "mail", a, b)


def _equal(name: str, a: Mapping[str, str], b: Mapping[str, str]) -> bool:
    return name in a and a[name] == b.get(name)


def _numbers(found: Mapping[str, str]) -> set[str]:
    return {found[name] for name in ("phone", "mobile") if name in found}


def _alike(a: str, b: str) -> bool:
    return min(len(a), len(b)) >= _SHORTEST_NAME and SequenceMatcher(None, a, b, autojunk=False).ratio() >= _ALIKE


def _words(text: str) -> list[str]:
    """The words of a text for comparing: ä is ae, é is e, ß is ss; & and its like are left out."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_UMLAUTS)
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", plain)))
    plain = _INITIAL_DOTS.sub(r"\1", _OF_E.sub(r"e\1", plain))
    return [word for word in _WORDS.findall(plain) if word not in _AND]


def _firm(name: str) -> str:
    """A firm's name without its legal form, in one word."""
    words = _words(short_name(name))
    while len(words) > 1 and words[-1] in _FORMS:
        words.pop()
    while len(words) > 1 and words[0] in _BEFORE:
        words.pop(0)
    return "".join(words)


def _domain(held: Mapping[str, str], free: Set[str]) -> str:
    """The domain of the website, else of the mail address; free mail and pages of many firms are none."""
    for name in ("website", "email"):
        domain = normal_domain(held.get(name, ""))
        if domain and domain not in free and domain not in _SHARED:
            return domain
    return ""


def _phone(text: str, region: str) -> str:
    """A telephone number (E.164) without its extension; what is none in any country says nothing."""
    found = _PHONE.fullmatch(canonical("phone", text, region))
    return found[1] if found else ""


def _street(street: str, code: str) -> str:
    """Street and house number, and the zip code, without which it is any Hauptstraße 1."""
    words = [re.sub(r"str\Z", "strasse", word) for word in _words(street)]
    place = re.sub(r"(?<![0-9]) | (?![0-9])", "", " ".join(words))
    return f"{place} {canonical('text', code)}" if place and code else ""
