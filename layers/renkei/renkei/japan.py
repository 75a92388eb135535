"""What Japanese firms write about themselves: name, prefecture, zip code, telephone. Pure; no network."""

from __future__ import annotations

import re
import string
import unicodedata

from renkei.values import LEGAL_FORMS, fold_name

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−─━", "-"))
# Between digits the long vowel is a dash, too.
_DIGIT_DASHES = _DASHES | str.maketrans("ー", "-")
# NFKC makes the bare 株 of these, and (株) of ㈱.
_CIRCLED = {ord(char): f"({unicodedata.normalize('NFKC', char)})" for char in "㊑㊒㊓㊔㊖㊩㊪㊫㊬㊮"}
# (合) is in use for 合同, 合資 and 合名会社, so it is none of them.
_SHORT_FORMS = {
    "株": "株式会社",
    "有": "有限会社",
    "同": "合同会社",
    "資": "合資会社",
    "名": "合名会社",
    "社": "社団法人",
    "財": "財団法人",
    "一社": "一般社団法人",
    "公社": "公益社団法人",
    "一財": "一般財団法人",
    "公財": "公益財団法人",
    "医": "医療法人",
    "学": "学校法人",
    "福": "社会福祉法人",
    "宗": "宗教法人",
    "特非": "特定非営利活動法人",
    "独": "独立行政法人",
    "監": "監査法人",
}
_JAPANESE = rf"{'|'.join(LEGAL_FORMS).casefold().replace('会社', '[会會]社')}|\((?:{'|'.join(_SHORT_FORMS)})\)"
# Not `Co.` or `Company` alone: Tiffany & Co. is called so.
_ENGLISH = (
    r"(?<![a-z0-9\u00df-\u024f])(?:(?:(?:&|and\b)\s*)?co(?:mpany|\.)?[\s,]*(?:ltd|limited)|ltd|limited|"
    r"inc|incorporated|corp|corporation|(?:kabushiki|godo|yugen)\s?(?:kaisha|gaisha)|[kgy]\.?\s?k|l\.?l\.?[cp])\.?"
)
_AT_START = re.compile(_JAPANESE)
_AT_END = re.compile(rf"(?:{_JAPANESE}|{_ENGLISH})\Z")
_SEPARATORS = string.whitespace + "\u00a0\u3000,，、､・･·/／|｜:：_＿-－‐‑‒–—―−─━"

_PREFECTURES = """
01 北海道 ほっかいどう Hokkaido Hokkaidou Hokkai
02 青森県 あおもり Aomori
03 岩手県 いわて Iwate
04 宮城県 みやぎ Miyagi
05 秋田県 あきた Akita
06 山形県 やまがた Yamagata
07 福島県 ふくしま Fukushima
08 茨城県 いばらき Ibaraki
09 栃木県 とちぎ Tochigi
10 群馬県 ぐんま Gunma Gumma
11 埼玉県 さいたま Saitama
12 千葉県 ちば Chiba
13 東京都 とうきょう Tokyo Toukyou Toukyo
14 神奈川県 かながわ Kanagawa
15 新潟県 にいがた Niigata
16 富山県 とやま Toyama
17 石川県 いしかわ Ishikawa
18 福井県 ふくい Fukui
19 山梨県 やまなし Yamanashi
20 長野県 ながの Nagano
21 岐阜県 ぎふ Gifu
22 静岡県 しずおか Shizuoka
23 愛知県 あいち Aichi
24 三重県 みえ Mie
25 滋賀県 しが Shiga
26 京都府 きょうと Kyoto Kyouto
27 大阪府 おおさか Osaka Oosaka Ohsaka
28 兵庫県 ひょうご Hyogo Hyougo
29 奈良県 なら Nara
30 和歌山県 わかやま Wakayama
31 鳥取県 とっとり Tottori
32 島根県 しまね Shimane
33 岡山県 おかやま Okayama
34 広島県 ひろしま Hiroshima
35 山口県 やまぐち Yamaguchi
36 徳島県 とくしま Tokushima
37 香川県 かがわ Kagawa
38 愛媛県 えひめ Ehime
39 高知県 こうち Kochi Kouchi Kohchi
40 福岡県 ふくおか Fukuoka
41 佐賀県 さが Saga
42 長崎県 ながさき Nagasaki
43 熊本県 くまもと Kumamoto
44 大分県 おおいた Oita Ooita Ohita
45 宮崎県 みやざき Miyazaki
46 鹿児島県 かごしま Kagoshima
47 沖縄県 おきなわ Okinawa
"""
_WRITTEN = {
    "株式会社": ("株式会社", "(株)", "（株）", "㈱"),
    "有限会社": ("有限会社", "(有)", "（有）", "㈲"),
    "合同会社": ("合同会社", "(同)", "（同）"),
}
_SUFFIXES = {"都": ("と", "to"), "道": ("どう", "do"), "府": ("ふ", "fu"), "県": ("けん", "ken")}


def _prefectures() -> dict[str, str]:
    """Each way to write a prefecture, without gaps and in small letters, and its full name."""
    found: dict[str, str] = {}
    for row in _PREFECTURES.split("\n")[1:-1]:
        code, full, kana, *romaji = row.split()
        spoken, latin = _SUFFIXES[full[-1]]
        ways = [full, kana, kana + spoken, code, f"jp{code}"]
        ways += [full[:-1]] if full[-1] != "道" else []
        for name in romaji:
            ways += [name.lower(), name.lower() + latin]
        found |= dict.fromkeys(ways, full)
    return found


_BY_SPELLING = _prefectures()
_LONG_VOWEL_MARKS = re.compile("[\u0302\u0304]")
# Between digits a gap stays: 1-3 is no 13.
_GAPS = re.compile(r"(?<![0-9])[\s\-.,'’()]+|[\s\-.,'’()]++(?![0-9])")
_COUNTRY = re.compile(r"(?<=.)(?:prefecture|pref|metropolis)?(?:japan)?\Z")
_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_ZIP = re.compile(r"〒?\s*([0-9]{3})\s*+-?\s*+([0-9]{4})")
# What follows a number on Japanese cards and is none of its digits: an extension, "main line", "direct".
_AFTER_PHONE = re.compile(r"(?<=[0-9)])[\s(\[]*(?:内線|代表|代|直通).*\Z", re.DOTALL)


def short_name(name: str) -> str:
    """A firm's name without its legal form (顧客略称): 株式会社青空 → 青空, ABC Co., Ltd. → ABC.

    One form goes, off the start or else off the end: the longest there, spelt out, as (株) or ㈱, or (at the end) in
    English. In the middle it is part of the name. Where nothing would be left, the name stays whole. Width and case
    stay, because people print it; outer white space goes, and what separated name and form.
    """
    return _apart(name.strip())[1]


def firm_key(name: str) -> str:
    """A firm's name for comparing: two firms with equal keys are to be taken for one.

    Width, case, white space and kinds of dashes do not count, nor how the form is written: (株), ㈱ and 株式会社 are
    one, and so are Co., Ltd. and Co Ltd. Its kind and its end do: 株式会社アシスト, アシスト株式会社 and
    有限会社アシスト are three firms (hundreds of each are registered), and アシスト may be any of them.
    """
    folded = fold_name(fold_name(name.translate(_CIRCLED)).translate(_DASHES).casefold())
    before, body, after = _apart(folded)
    return " ".join(filter(None, (_spelt_out(before), "".join(body.split()), _spelt_out(after))))


def firm_spellings(name: str) -> list[str]:
    """The ways in which a name with one of the usual forms is likely to be written: 株式会社, (株), （株） and ㈱.

    Empty where it has no such form. The form stays at its end.
    """
    before, body, after = _apart(name.strip())
    ways = _WRITTEN.get(_spelt_out(before or after), ())
    return [way + body if before else body + way for way in ways]


def prefecture(text: str) -> str | None:
    """The full name of one of the 47 prefectures (`Tōkyō-to`, 東京, トウキョウ, JP-13, 13 → 東京都), else None.

    Only the whole text counts, as it is looked up: 京都 stands inside 東京都, and a city of Osaka is not Osaka.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).casefold()
    plain = unicodedata.normalize("NFC", _LONG_VOWEL_MARKS.sub("", unicodedata.normalize("NFD", plain)))
    plain = _GAPS.sub("", plain).translate(_HIRAGANA)
    return _BY_SPELLING.get(plain) or _BY_SPELLING.get(_COUNTRY.sub("", plain, count=1))


def zip_code(text: str) -> str | None:
    """A Japanese zip code as `NNN-NNNN`, else None. Full-width digits, any dash or none, and 〒 are understood."""
    found = _ZIP.fullmatch(unicodedata.normalize("NFKC", text).translate(_DIGIT_DASHES).strip())
    return f"{found[1]}-{found[2]}" if found else None


def phone(text: str) -> str | None:
    """A telephone number as it is written in Japan (0312345678 → 03-1234-5678), None where it is no valid one.

    A foreign number is written with its country (+49 30 123456): its national form would be somebody else's in Japan.
    Extensions are cut off. Area codes have two to five digits, so the place of the hyphens needs a table:
    https://github.com/daviddrysdale/python-phonenumbers
    """
    # Imported here: it takes some 45 ms, and few functions write telephone numbers.
    import phonenumbers  # noqa: PLC0415

    plain = _AFTER_PHONE.sub("", unicodedata.normalize("NFKC", text).translate(_DIGIT_DASHES))
    try:
        number = phonenumbers.parse(plain, "JP")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    number.extension = None
    japanese = number.country_code == phonenumbers.country_code_for_region("JP")
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.NATIONAL if japanese else form.INTERNATIONAL)


def _apart(text: str) -> tuple[str, str, str]:
    """The legal form at the start or the one at the end (folded), and between them the rest as it is written."""
    folded, places = _folded(text)
    start = _AT_START.match(folded)
    if start and start.end() in places:
        rest = text[places[start.end()] :].lstrip(_SEPARATORS)
        if _is_a_name(rest):
            return start[0], rest, ""
    end = _AT_END.search(folded)
    if end and end.start() in places:
        rest = text[: places[end.start()]].rstrip(_SEPARATORS)
        if _is_a_name(rest):
            return "", rest, end[0]
    return "", text, ""


def _folded(text: str) -> tuple[str, dict[int, int]]:
    """The text folded character by character, and where in the text each place of it comes from."""
    parts, places, length = [], {}, 0
    for place, char in enumerate(text):
        places[length] = place
        parts.append(unicodedata.normalize("NFKC", char.translate(_CIRCLED)).casefold())
        length += len(parts[-1])
    return "".join(parts), places | {length: len(text)}


def _is_a_name(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _spelt_out(form: str) -> str:
    """One spelling for each legal form, of the folded ways to write it."""
    if form.isascii():
        return re.sub("[^a-z]", "", form.removeprefix("and"))
    form = form.replace("會", "会").replace("npo", "特定非営利活動")
    return _SHORT_FORMS.get(form.strip("()"), form)
