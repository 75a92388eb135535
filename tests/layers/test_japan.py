"""Names, prefectures, zip codes and telephone numbers of Japanese firms."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import batched

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.japan import firm_key, firm_spellings, phone, prefecture, short_name, zip_code
from renkei.values import LEGAL_FORMS
from tests.harness import ROOT

PREFECTURES = """
    北海道 Hokkaido 青森県 Aomori 岩手県 Iwate 宮城県 Miyagi 秋田県 Akita 山形県 Yamagata
    福島県 Fukushima 茨城県 Ibaraki 栃木県 Tochigi 群馬県 Gunma 埼玉県 Saitama 千葉県 Chiba
    東京都 Tokyo 神奈川県 Kanagawa 新潟県 Niigata 富山県 Toyama 石川県 Ishikawa 福井県 Fukui
    山梨県 Yamanashi 長野県 Nagano 岐阜県 Gifu 静岡県 Shizuoka 愛知県 Aichi 三重県 Mie
    滋賀県 Shiga 京都府 Kyoto 大阪府 Osaka 兵庫県 Hyogo 奈良県 Nara 和歌山県 Wakayama
    鳥取県 Tottori 島根県 Shimane 岡山県 Okayama 広島県 Hiroshima 山口県 Yamaguchi 徳島県 Tokushima
    香川県 Kagawa 愛媛県 Ehime 高知県 Kochi 福岡県 Fukuoka 佐賀県 Saga 長崎県 Nagasaki
    熊本県 Kumamoto 大分県 Oita 宮崎県 Miyazaki 鹿児島県 Kagoshima 沖縄県 Okinawa
"""

# Texts of what such names and numbers are made of: plain random text would hardly ever hold a legal form.
PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [*LEGAL_FORMS, "㈱", "㍿", "㊑", "（株）", "(合)", "Co., Ltd.", "K.K.", "Inc.", "LLC", "株式會社"]
        ),
        st.sampled_from([" ", "\u3000", "・", "-", "ー", "&", ",", "(", "青空", "ＡＢＣ", "ﾃﾞｰﾀ", "é", "㏇", "ﬁ", "İ"]),
        st.text(max_size=4),
    ),
    max_size=6,
).map("".join)
NUMBERS = st.text("0123456789０３ー-－+()（） 〒/,;ext内線代#x*", max_size=24)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("株式会社青空", "青空"), ("青空株式会社", "青空"), ("株式会社 青空", "青空"), ("青空　株式会社", "青空"),
        ("合同会社青空", "青空"), ("青空有限会社", "青空"), ("合資会社青空", "青空"), ("青空合名会社", "青空"),
        ("青空生命保険相互会社", "青空生命保険"), ("株式會社青空", "青空"), ("青空合資會社", "青空"),
        ("㈱青空", "青空"), ("青空㈱", "青空"), ("（株）青空", "青空"), ("青空(株)", "青空"), ("㍿青空", "青空"),
        ("青空㍿", "青空"), ("㈲青空", "青空"), ("㊑青空", "青空"), ("青空（同）", "青空"), ("(一社)青空", "青空"),
        ("（特非）青空", "青空"), ("㈶青空", "青空"), ("青空㈻", "青空"), ("㊮青空", "青空"),
        ("医療法人社団青空会", "青空会"), ("医療法人青空会", "青空会"), ("社会医療法人財団青空会", "青空会"),
        ("一般社団法人青空", "青空"), ("公益財団法人青空", "青空"), ("特例社団法人青空", "青空"), ("NPO法人青空",
        "青空"),
        ("ＮＰＯ法人青空", "青空"), ("npo法人青空", "青空"), ("特定非営利活動法人青空", "青空"), ("学校法人青空学園",
        "青空学園"),
        ("宗教法人青空寺", "青空寺"), ("社会福祉法人青空", "青空"), ("独立行政法人青空", "青空"),
        ("地方独立行政法人青空", "青空"), ("国立大学法人青空大学", "青空大学"), ("公立大学法人青空大学", "青空大学"),
        ("国立研究開発法人青空", "青空"), ("弁護士法人青空", "青空"), ("青空税理士法人", "青空"), ("司法書士法人青空",
        "青空"),
        ("行政書士法人青空", "青空"), ("社会保険労務士法人青空", "青空"), ("特許業務法人青空", "青空"),
        ("弁理士法人青空", "青空"),
        ("有限責任監査法人青空", "青空"), ("農事組合法人青空", "青空"), ("企業組合青空", "青空"), ("青空協同組合",
        "青空"),
        ("青空農業協同組合", "青空"), ("青空有限責任事業組合", "青空"), ("青空投資事業有限責任組合", "青空"),
        ("Aozora Co., Ltd.", "Aozora"), ("Aozora Co.,Ltd", "Aozora"), ("Aozora CO LTD", "Aozora"),
        ("Aozora Company, Limited", "Aozora"), ("Ａｏｚｏｒａ　Ｃｏ．，Ｌｔｄ．", "Ａｏｚｏｒａ"), ("Aozora K.K.",
        "Aozora"),
        ("Aozora KK", "Aozora"), ("Aozora, Inc.", "Aozora"), ("Aozora Inc", "Aozora"), ("Aozora LLC", "Aozora"),
        ("Aozora L.L.C.", "Aozora"), ("Aozora G.K.", "Aozora"), ("Aozora Y.K.", "Aozora"), ("Aozora Corp.", "Aozora"),
        ("Aozora Corporation", "Aozora"), ("Aozora Kabushiki Kaisha", "Aozora"), ("Smith & Co., Ltd.", "Smith"),
        ("Smith and Co., Ltd.", "Smith"), ("青空Inc.", "青空"), ("Aozora ㏇Ltd", "Aozora"),
        ("株式会社　ＡＢＣ　Data", "ＡＢＣ　Data"), ("㈱ｱｵｿﾞﾗ", "ｱｵｿﾞﾗ"), ("株式会社・青空", "青空"), (" 青空 ",
        "青空"),
        ("メーカー株式会社", "メーカー"), ("青空-株式会社", "青空"),
    ],
)  # fmt: skip
def test_a_short_name_has_no_legal_form(name: str, wanted: str) -> None:
    assert short_name(name) == wanted


@pytest.mark.parametrize(
    "name",
    [
        "日本株式会社協会", "青空(株)東京支店", "青空㈱大阪", "株式会社", "㈱", "(株)", "株式会社・", "K.K.",
        "Co., Ltd.",
        "(合)青空", "青空", "Zinc", "Brinc", "Amazon Unlimited", "Tiffany & Co.", "The Aozora Company", "Inc. Media",
        "Bandltd",
        "監査法人", "Café", "会社青空", "",
    ],
)  # fmt: skip
def test_nothing_else_is_taken_off(name: str) -> None:
    assert short_name(name) == name


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("株式会社青空有限会社", "青空有限会社"),
        ("㈱青空 Co., Ltd.", "青空 Co., Ltd."),
        ("株式会社有限会社", "有限会社"),
    ],
)
def test_one_form_is_taken_off_and_no_second(name: str, wanted: str) -> None:
    assert short_name(name) == wanted


@pytest.mark.parametrize("form", LEGAL_FORMS)
def test_every_form_is_known_at_both_ends(form: str) -> None:
    assert short_name(f"{form}青空") == short_name(f"青空{form}") == "青空"


@given(PIECES)
def test_a_short_name_is_a_part_of_the_name_and_never_empty(name: str) -> None:
    short = short_name(name)
    assert short in name
    assert bool(short) is bool(name.strip())
    assert short == short.strip()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("株式会社青空", "㈱青空"), ("株式会社青空", "(株)青空"), ("株式会社青空", "（株） 青空"), ("株式会社青空",
        "㍿青空"),
        ("株式会社青空", "㊑青空"), ("株式会社青空", "株式會社　青空"), ("青空株式会社", "青空 (株)"), ("青空㈲",
        "青空有限会社"),
        ("NPO法人青空", "（特非）青空"), ("NPO法人青空", "特定非営利活動法人 青空"), ("株式会社 ＡＢＣ", "株式会社abc"),
        ("株式会社ｱｵｿﾞﾗ", "㈱アオゾラ"), ("株式会社A‐B", "株式会社Ａ－Ｂ"), ("Aozora Co., Ltd.", "AOZORA CO.,LTD"),
        ("Aozora K.K.", "Aozora KK"), ("Smith and Co., Ltd.", "Smith & Co Ltd"),
         ("山田 商店", "山田商店"), ("Blue Sky Inc.", "BlueSky, Inc"),
    ],
)  # fmt: skip
def test_one_firm_written_in_two_ways_has_one_key(one: str, other: str) -> None:
    assert firm_key(one) == firm_key(other)


def test_kind_and_place_of_the_form_tell_firms_apart() -> None:
    firms = [
        "株式会社アシスト", "アシスト株式会社", "有限会社アシスト", "アシスト有限会社", "合同会社アシスト", "アシスト",
        "(合)アシスト", "一般社団法人アシスト", "株式会社アシスト東京", "Assist Inc.", "Assist K.K.", "Assist",
        "Assistinc",
        "サーバ", "サーバー", "株式会社アシスト(株)",
    ]  # fmt: skip
    assert len({firm_key(firm) for firm in firms}) == len(firms)


@given(PIECES)
def test_a_key_is_its_own_key_s_form_and_empty_for_nothing_only(name: str) -> None:
    assert bool(firm_key(name)) is bool(name.strip())
    assert firm_key(f" {name}\u3000") == firm_key(name)


@pytest.mark.parametrize(
    ("code", "full", "romaji"), [(n, *row) for n, row in enumerate(batched(PREFECTURES.split(), 2, strict=True), 1)]
)
def test_each_of_the_47(code: int, full: str, romaji: str) -> None:
    suffix = {"都": "to", "道": "do", "府": "fu", "県": "ken"}[full[-1]]
    short = full if full == "北海道" else full[:-1]
    plain = "Hokkai" if full == "北海道" else romaji
    written = [full, short, f" {full}　", f"{code:02}", f"JP-{code:02}", romaji, romaji.upper(), f"{plain}-{suffix}",
               f"{plain} {suffix}", f"{romaji} Prefecture", f"{romaji} Pref.", f"{romaji}, Japan"]  # fmt: skip
    assert {prefecture(text) for text in written} == {full}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Tōkyō", "東京都"), ("Tôkyô-to", "東京都"), ("Toukyou", "東京都"), ("Ｔｏｋｙｏ", "東京都"), ("１３",
        "東京都"),
        ("Tokyo Metropolis", "東京都"), ("Tokyo (Japan)", "東京都"), ("トウキョウ", "東京都"), ("とうきょうと",
        "東京都"),
        ("ﾄｳｷｮｳﾄ", "東京都"), ("東 京 都", "東京都"), ("Ōita", "大分県"), ("Ohita", "大分県"), ("Gumma", "群馬県"),
        ("ぐんまけん", "群馬県"), ("ｸﾞﾝﾏ", "群馬県"), ("Oosaka", "大阪府"), ("おおさかふ", "大阪府"), ("Hyougo",
        "兵庫県"),
        ("Kouchi", "高知県"), ("Hokkaidou", "北海道"), ("ほっかいどう", "北海道"), ("京都", "京都府"), ("Kyoto",
        "京都府"),
        ("東京都千代田区", None), ("大阪市", None), ("Osaka City", None), ("Fuku", None), ("Yama", None), ("京", None),
        ("東京府", None), ("大阪県", None), ("00", None), ("48", None), ("JP-48", None), ("1", None), ("Japan", None),
        ("Prefecture", None), ("Bayern", None), ("-", None), ("", None), ("県", None), ("Tokyo Kyoto", None),
        ("1-3", None), ("1.3", None),
    ],
)  # fmt: skip
def test_prefectures(text: str, wanted: str | None) -> None:
    assert prefecture(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1000001", "100-0001"), ("100-0001", "100-0001"), ("〒100-0001", "100-0001"), ("〒 １００－０００１",
        "100-0001"),
        ("100ー0001", "100-0001"), ("100−0001", "100-0001"), ("100‐0001", "100-0001"), (" 100 0001 ", "100-0001"),
        ("100", None), ("100-001", None), ("100-00011", None), ("D-10115", None), ("10115", None),
        ("100-0001 東京", None),
        ("١٠٠٠٠٠١", None), ("", None),
    ],
)  # fmt: skip
def test_zip_codes(text: str, wanted: str | None) -> None:
    assert zip_code(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0312345678", "03-1234-5678"), ("0126723182", "01267-2-3182"), ("0123333131", "0123-33-3131"),
        ("+81 90-1234-5678", "090-1234-5678"), ("0120123456", "0120-123-456"), ("0570012345", "0570-012-345"),
        ("05012345678", "050-1234-5678"), ("08001234567", "0800-123-4567"), ("03ー1234ー5678", "03-1234-5678"),
        ("０３－１２３４－５６７８", "03-1234-5678"), ("03−1234−5678", "03-1234-5678"), ("０３（１２３４）５６７８",
        "03-1234-5678"),
        ("+81(0)3-1234-5678", "03-1234-5678"), ("＋８１ ３ １２３４ ５６７８", "03-1234-5678"), ("TEL 03-1234-5678",
        "03-1234-5678"),
        ("03-1234-5678 ext. 12", "03-1234-5678"), ("03-1234-5678 内線12", "03-1234-5678"),
        ("03-1234-5678（内線１２）", "03-1234-5678"), ("03-1234-5678(代)", "03-1234-5678"), ("03-1234-5678 代表",
        "03-1234-5678"),
        ("0367-250000", "03-6725-0000"), ("+49 30 123456", "+49 30 123456"), ("+4930123456", "+49 30 123456"),
        ("010-1-212-555-1234", "+1 212-555-1234"), ("+1 650 253 0000 x12", "+1 650-253-0000"),
        ("110", None), ("12345", None), ("03-1234-567", None), ("03-1234-5678 / 090-1234-5678", None), ("なし", None),
        ("内線12", None), ("代表 03-1234-5678", "03-1234-5678"), ("+999 123", None), ("", None), ("0" * 300, None),
    ],
)  # fmt: skip
def test_telephone_numbers(text: str, wanted: str | None) -> None:
    assert phone(text) == wanted


@given(st.one_of(st.text(), PIECES, NUMBERS, st.from_regex(re.compile(r"〒?[0-9]{3}[-ー]?[0-9]{4}"), fullmatch=True)))
def test_any_text_has_an_answer_and_an_answer_stays(text: str) -> None:
    for read in (prefecture, zip_code, phone):
        answer = read(text)
        assert answer is None or (answer and read(answer) == answer)


@given(st.from_regex(re.compile(r"(0|\+81 ?|\+49 ?|\+1 ?)[1-9][0-9]{7,10}"), fullmatch=True))
def test_a_number_as_it_is_written_stays(text: str) -> None:
    written = phone(text)
    assert written is None or (phone(written) == written and re.fullmatch(r"\+?[0-9][0-9 /-]+[0-9]", written))


def test_who_asks_for_no_number_does_not_pay_for_it() -> None:
    code = "import sys, renkei.japan; print('phonenumbers' in sys.modules)"
    environment = {"PYTHONPATH": str(ROOT / "layers/renkei")}
    said = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
    assert said.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("㈱青空商事", ["株式会社青空商事", "(株)青空商事", "（株）青空商事", "㈱青空商事"]),
        ("青空商事 有限会社", ["青空商事有限会社", "青空商事(有)", "青空商事（有）", "青空商事㈲"]),
        ("合同会社青空", ["合同会社青空", "(同)青空", "（同）青空"]),
        ("青空商事", []),
        ("医療法人青空会", []),
    ],
)
def test_a_form_is_written_in_several_ways(name: str, found: list[str]) -> None:
    assert firm_spellings(name) == found
