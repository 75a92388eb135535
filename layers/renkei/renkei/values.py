"""What people write, made comparable: names, domains, numbers. Pure; standard library and `idna` only."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Literal

import idna

type NameOrder = Literal["family_first", "given_first"]

_CJK = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_CJK_GAP = re.compile(rf"(?<=[{_CJK}]) (?=[{_CJK}])")
_BY_LAW = (
    "株式会社 有限会社 合同会社 合資会社 合名会社 相互会社 特定目的会社 "
    "社団法人 一般社団法人 公益社団法人 特例社団法人 財団法人 一般財団法人 公益財団法人 特例財団法人 "
    "特定非営利活動法人 認定特定非営利活動法人 NPO法人 認定NPO法人 "
    "医療法人 医療法人社団 医療法人財団 社会医療法人 社会医療法人社団 社会医療法人財団 特定医療法人 "
    "学校法人 宗教法人 社会福祉法人 独立行政法人 地方独立行政法人 国立研究開発法人 国立大学法人 公立大学法人 "
    "弁護士法人 税理士法人 司法書士法人 行政書士法人 社会保険労務士法人 土地家屋調査士法人 "
    "特許業務法人 弁理士法人 監査法人 有限責任監査法人 農事組合法人 "
    "企業組合 協同組合 事業協同組合 農業協同組合 漁業協同組合 生活協同組合 消費生活協同組合 "
    "有限責任事業組合 投資事業有限責任組合"
)
LEGAL_FORMS = tuple(sorted(_BY_LAW.split(), key=lambda form: (-len(form), form)))
"""What firms are by Japanese law, the longest first."""
_FORMS = "|".join(LEGAL_FORMS)
_LEGAL = re.compile(rf"^({_FORMS})(?=\S)|(?<=\S)({_FORMS})$")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://")
_ERA = ("明治", "大正", "昭和", "平成", "令和")
_ABOUT = re.compile(
    r"^(?:約|およそ|おおよそ|大体|だいたい|概ね|合計|計|総勢|全|最大|最低|西暦|ca\.?|circa|etwa|rund|approx\.?|about|around|"
    r"over|more than|at least|up to|über|mehr als|mindestens|bis zu|~|〜|us\$|[$€£¥]|usd|eur|jpy|円|\s|[:：])*",
    re.IGNORECASE,
)
_SMALL = {"千": Decimal(1000), "百": Decimal(100), "十": Decimal(10)}
_LARGE = {"兆": Decimal(10) ** 12, "億": Decimal(10) ** 8, "万": Decimal(10) ** 4}
_PART = re.compile(r"([0-9][0-9,.']*)\s*([千百十]?)\s*([兆億万]?)\s*")
_JAPANESE_SCALE = re.compile("[兆億万千百十]")
_MOST_DIGITS = 16  # no number property keeps more, and a Decimal reckons exactly with these up to 兆
# The dash for no cents: 1.200,- or ¥1,200- or 1,200円-.
_DASH = re.compile(r"(?<=[0-9]),[-–—]+(?![0-9])|(?<=円)-$|^(¥\s*[0-9,]+)-$")
# `m` alone may be metres and `t` tonnes; a German Billion is not an English one.
_WORD_SCALES = (
    (re.compile(r"k|thousand|tsd|tausend", re.IGNORECASE), Decimal(1000)),
    (re.compile(r"M|(?i:mio|mill|mln|million|millions|millionen)"), Decimal(10) ** 6),
    (re.compile(r"mrd|milliarden?|bn|billion", re.IGNORECASE), Decimal(10) ** 9),
)
_WORD_SCALE = re.compile(r"([a-z]+?)(?=(?:eur|euro|usd|jpy|chf)?(?![a-z]))\.?", re.IGNORECASE)
_UNITS = (
    "名 人 社 円 年 年度 年間 件 店 店舗 支店 個 台 枚 本 冊 部 回 席 室 棟 戸 世帯 組 団体 校 園 院 床 点 箱 袋 "
    "着 足 頭 匹 坪 両 階 階建 階建て 日 日間 週間 時間 分 分間 秒 歳 才 か月 ヶ月 カ月 ケ月 箇月 か国 ヶ国 カ国 "
    "箇国 か所 ヶ所 カ所 ケ所 箇所 拠点 部署 部門 工場 施設 事業所 種類 品目 商品 アイテム セット ケース ページ "
    "チーム グループ 口 期 年目 期目 回目 様 方 社員 正社員 従業員 職員 会員 スタッフ メンバー 名様 ユーザー "
    "ユーザ アカウント ライセンス 端末 ドル 米ドル ユーロ ポンド 元 ウォン フラン 平米 平方メートル メートル "
    "キロメートル キログラム トン パーセント 以上 以下 以内 未満 超 超え 程度 ほど くらい ぐらい 位 前後 弱 強 余 "
    "余り あまり 頃 ころ ごろ 予定 見込み 見込 設立 創業 創立 現在 時点 連結 単体 単独 合計 全社 国内 税込 税込み "
    "税抜 税抜き 税別 です 含む /月 /年 /日 /人 /名"
)
_WORDS = (
    "people|persons?|pers|employees?|staff|members?|users?|seats?|licen[cs]es?|accounts?|headcount|fte|ftes|participants?|"
    "guests?|attendees?|customers?|clients?|companies|company|stores?|shops?|offices?|locations?|sites?|units?|items?|"
    "pieces?|pcs|times|pages?|years?|months?|weeks?|days?|hours?|minutes?|yrs?|mins?|"
    "mitarbeiter(?:innen|in|nde|n)?|mitarbeitende[rn]?|angestellten?|beschäftigten?|personen|person|leute|köpfe|"
    "teilnehmer(?:innen|n)?|teilnehmende|gäste|kunden|nutzer|lizenzen|plätze|standorte?|filialen?|firmen|stück|stk|"
    "jahr(?:en?)?|monat(?:en?)?|wochen?|tag(?:en?)?|stunden?|minuten?|prozent|percent|"
    "euros?|eur|usd|jpy|gbp|chf|us|dollars?|yen|pounds?|franken|kg|km|cm|m2|m3|sqm|qm|gb|tb|"
    "or more|or less|and more|and up|or so|oder mehr|oder weniger|und mehr|plus|in total|total|insgesamt|gesamt|"
    "full[- ]time|part[- ]time|approx|about|circa|ca|etwa|per (?:year|month|day|person)|pro (?:jahr|monat|tag|person)|"
    "/ ?(?:year|month|day|person|jahr|monat|tag)"
)
# Possessive, and the longest first: the text of a stranger cannot make it try every way to cut it up.
_REST = re.compile(
    rf"(?:[\s.,。、!()\[\]〜~+%$€£¥]|{'|'.join(sorted(_UNITS.split(), key=len, reverse=True))}|"
    rf"(?>(?:{_WORDS})(?![a-zäöüß])))*+",
    re.IGNORECASE,
)
_HALF = {
    unicodedata.normalize("NFKC", chr(code) + mark): chr(code) + mark
    for mark in ("", "\uff9e", "\uff9f")
    for code in range(0xFF61, 0xFF9E)
    if len(unicodedata.normalize("NFKC", chr(code) + mark)) == 1
}
_KATAKANA = re.compile("[\u30a1-\u30fa]")
_MOST_SPELLINGS = 8


def fold_name(name: str) -> str:
    """A firm's name for comparing: NFKC (so width does not count) and white space folded; case stays.

    White space between two Japanese characters is dropped: 株式会社 山田 and 株式会社山田 are one firm.
    """
    return _CJK_GAP.sub("", " ".join(unicodedata.normalize("NFKC", name).split()))


def name_spellings(name: str) -> list[str]:
    """The ways in which an equal name (by `fold_name`) is likely to stand in a CRM, most likely first; at most 8.

    As written, each gap narrow and wide, without gaps between Japanese characters, with one at a legal form, ㈱, in
    full-width letters, in half-width katakana. A gap elsewhere inside a Japanese name cannot be guessed.
    """
    folded = fold_name(name)
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    apart = _LEGAL.sub(lambda form: f"{form[1]} " if form[1] else f" {form[2]}", folded)
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in plain)
    half = "".join(_HALF.get(char, char) for char in folded) if _KATAKANA.search(folded) else folded
    likely = [name.strip(), folded, plain, plain.replace(" ", "\u3000"), apart, apart.replace(" ", "\u3000")]
    likely += [folded.replace("(株)", "㈱").replace("(有)", "㈲"), half, wide.replace(" ", "\u3000"), wide]
    return [spelling for spelling in dict.fromkeys(likely) if fold_name(spelling) == folded][:_MOST_SPELLINGS]


def normal_domain(text: str) -> str | None:
    """A domain for comparing and sending: no scheme, user, `www.`, port, path or trailing dot; lower case, IDNA.

    Of a mail address it is what follows the last @, whatever stands before. None where the text holds no domain.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower().replace("。", ".")
    host = _SCHEME.sub("", plain)
    before, _, after = host.rpartition("@")
    # A path may begin with an @ (`example.com/@someone`); no mail address has a slash right before it.
    host = after if host == plain and not before.endswith("/") else host
    host = re.split(r"[/?#\s]", host, maxsplit=1)[0].rpartition("@")[2].partition(":")[0].strip(".")
    try:
        host = idna.encode(host, uts46=True).decode().strip(".") if not host.isascii() else host
    except idna.IDNAError:
        return None
    while host.startswith("www.") and host.count(".") > 1:
        host = host.removeprefix("www.")
    return host if re.fullmatch(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*", host) else None


def domain_spellings(domain: str) -> list[str]:
    """The ways in which an equal domain (by `normal_domain`) may stand in a CRM, most likely first; at most 4.

    Itself and with `www.`, both also in Unicode where it is IDNA; none where it is no domain. Forms with `https://`
    or `http://` are left out: they would treble the list, and a search has few characters for many domains.
    """
    normal = normal_domain(domain)
    if normal is None:
        return []
    try:
        shown = idna.decode(normal) if "xn--" in normal else normal
    except UnicodeError:
        shown = normal
    likely = dict.fromkeys(form for host in (normal, shown) for form in (host, f"www.{host}"))
    return [form for form in likely if normal_domain(form) == normal]


def normal_mail(text: str) -> str:
    """A mail address for comparing and sending: no outer space, full-width letters narrowed, lower case."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def split_name(name: str, order: NameOrder = "family_first") -> tuple[str, str]:
    """(last name, first name) from one string; what cannot be split is all last name. No word is lost.

    Japanese order is the default; a comma always means "last, first". A closing 様 is an honorific
    after white space or after two characters and more (王様 is a name of its own).
    """
    text = name.strip()
    called = text.removesuffix("様")
    if called != text and (called[-1:].isspace() or len("".join(called.split())) > 1):
        text = called.rstrip()
    last, comma, first = text.partition(",")
    if comma and last.strip() and first.strip():
        return " ".join(last.split()), " ".join(first.split())
    words = text.split()
    if len(words) < 2:  # noqa: PLR2004
        return text, ""
    if order == "given_first":
        return words[-1], " ".join(words[:-1])
    return words[0], " ".join(words[1:])


def number(text: str, *, german: bool = False) -> str | None:
    """The number that a text states, as digits with a decimal point (`1,200名` → `1200`), else None.

    Takes full-width digits, thousands separators, 5千万 and `1.5 Mio`, and known words and units around it; `german`
    reads `1.200,5` as 1200.5. None for what could be read in two ways, for an unknown word, for two numbers (a range,
    a date) and for a year of an era.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if any(era in plain for era in _ERA):
        return None
    body = _ABOUT.sub("", _DASH.sub(r"\1", plain))
    sign, body = ("-", body[1:]) if body[:1] in {"-", "−", "▲", "△"} else ("", body.removeprefix("+"))
    body = _ABOUT.sub("", body)
    total, rest = _leading(body, german=german)
    if total is None:
        return None
    word = _WORD_SCALE.match(rest)
    scale = next((by for names, by in _WORD_SCALES if word and names.fullmatch(word[1])), None)
    if word and scale:
        if (german and word[1].lower() == "billion") or _JAPANESE_SCALE.search(body):
            return None
        total, rest = total * scale, rest[word.end() :]
    if not _REST.fullmatch(rest):
        return None
    digits = format(total, "f")
    return sign + (digits.rstrip("0").rstrip(".") if "." in digits else digits)


def _leading(body: str, *, german: bool) -> tuple[Decimal | None, str]:
    """The value of the digits and Japanese scales that a text begins with, and what follows them.

    千, 百 and 十 count within a 兆, 億 or 万: 3千5百万 is (3000 + 500) times 10,000. Each part has to fit below the
    scale before it, and only the last may have a fraction.
    """
    total, section, end = Decimal(0), Decimal(0), 0
    large = small = Decimal("Infinity")
    whole = True
    while part := _PART.match(body, end):
        value = _separated(part[1], german=german)
        if value is None or not whole:
            return None, ""
        by, by_large = _SMALL.get(part[2], Decimal(1)), _LARGE.get(part[3], Decimal(1))
        whole, fits = value % 1 == 0, value * by < small
        section, end = section + value * by, part.end()
        if not fits or section * by_large >= large:
            return None, ""
        if by_large > 1:
            total, section, large, small = total + section * by_large, Decimal(0), by_large, Decimal("Infinity")
        elif by > 1:
            small = by
        else:
            break
    return (total + section if end else None), body[end:]


def _separated(digits: str, *, german: bool) -> Decimal | None:
    """The value of digits with separators; None where the separators make no sense."""
    digits = digits.rstrip(",.'")
    if sum(char not in ",.'" for char in digits) > _MOST_DIGITS:
        return None
    if re.fullmatch(r"[1-9][0-9]{0,2}" + (",[0-9]{3}" if german else r"\.[0-9]{3}"), digits):
        return None  # thousands, or a fraction the way the other language writes it
    point = "," if german else "."
    comma = "." if german else ","
    if "," in digits and "." in digits:
        point, comma = (",", ".") if digits.rfind(",") > digits.rfind(".") else (".", ",")
    elif german and "." in digits and not re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+", digits):
        point, comma = ".", ","
    whole, _, fraction = digits.partition(point)
    whole = whole.replace("'", comma)
    sign = re.escape(comma)
    if comma in whole and not re.fullmatch(rf"[1-9]\d{{0,2}}({sign}\d{{3}})+|[1-9]\d{{0,3}}({sign}\d{{4}})+", whole):
        return None
    try:
        return Decimal(whole.replace(comma, "") + ("." + fraction if fraction else ""))
    except InvalidOperation:
        return None
