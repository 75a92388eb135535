"""The countries of most addresses, by the ways in which people write them. Pure."""

from __future__ import annotations

_COUNTRIES = """
AE|ARE|Vereinigte Arabische Emirate|United Arab Emirates|UAE|VAE|アラブ首長国連邦
AR|ARG|Argentinien|Argentina|アルゼンチン
AT|AUT|A|Österreich|Oesterreich|Austria|Republik Österreich|オーストリア
AU|AUS|Australien|Australia|オーストラリア
BA|BIH|Bosnien und Herzegowina|Bosnien-Herzegowina|Bosnia and Herzegovina|ボスニア・ヘルツェゴビナ
BE|BEL|B|Belgien|Belgium|Belgique|België|ベルギー
BG|BGR|Bulgarien|Bulgaria|ブルガリア
BR|BRA|Brasilien|Brazil|Brasil|ブラジル
BY|BLR|Belarus|Weißrussland|ベラルーシ
CA|CAN|Kanada|Canada|カナダ
CH|CHE|Schweiz|Switzerland|Suisse|Svizzera|スイス
CL|CHL|Chile|チリ
CN|CHN|China|Volksrepublik China|People's Republic of China|中国|中華人民共和国
CO|COL|Kolumbien|Colombia|コロンビア
CY|CYP|Zypern|Cyprus|キプロス
CZ|CZE|Tschechien|Tschechische Republik|Czechia|Czech Republic|Česko|チェコ|チェコ共和国
DE|DEU|D|Deutschland|Germany|GER|BRD|Bundesrepublik Deutschland|Federal Republic of Germany|Allemagne|ドイツ
DK|DNK|Dänemark|Daenemark|Denmark|Danmark|デンマーク
EE|EST|Estland|Estonia|エストニア
EG|EGY|Ägypten|Aegypten|Egypt|エジプト
ES|ESP|E|Spanien|Spain|España|スペイン
FI|FIN|Finnland|Finland|Suomi|フィンランド
FR|FRA|F|Frankreich|France|フランス
GB|GBR|UK|Großbritannien|Vereinigtes Königreich|United Kingdom|Great Britain|England|イギリス|英国
GR|GRC|Griechenland|Greece|ギリシャ
HK|HKG|Hongkong|Hong Kong|香港
HR|HRV|Kroatien|Croatia|Hrvatska|クロアチア
HU|HUN|Ungarn|Hungary|Magyarország|ハンガリー
ID|IDN|Indonesien|Indonesia|インドネシア
IE|IRL|Irland|Ireland|アイルランド
IL|ISR|Israel|イスラエル
IN|IND|Indien|India|インド
IS|ISL|Island|Iceland|アイスランド
IT|ITA|I|Italien|Italy|Italia|イタリア
JP|JPN|Japan|日本|日本国
KR|KOR|Südkorea|Suedkorea|South Korea|Korea|Republik Korea|Republic of Korea|韓国|大韓民国
LI|LIE|FL|Liechtenstein|リヒテンシュタイン
LT|LTU|Litauen|Lithuania|リトアニア
LU|LUX|L|Luxemburg|Luxembourg|ルクセンブルク
LV|LVA|Lettland|Latvia|ラトビア
MC|MCO|Monaco|モナコ
MK|MKD|Nordmazedonien|North Macedonia|Mazedonien|Macedonia|北マケドニア
MT|MLT|Malta|マルタ
MX|MEX|Mexiko|Mexico|México|メキシコ
MY|MYS|Malaysia|マレーシア
NL|NLD|Niederlande|Die Niederlande|Holland|Netherlands|The Netherlands|Nederland|オランダ
NO|NOR|N|Norwegen|Norway|Norge|ノルウェー
NZ|NZL|Neuseeland|New Zealand|ニュージーランド
PH|PHL|Philippinen|Philippines|フィリピン
PL|POL|Polen|Poland|Polska|ポーランド
PT|PRT|P|Portugal|ポルトガル
RO|ROU|Rumänien|Rumaenien|Romania|România|ルーマニア
RS|SRB|Serbien|Serbia|Srbija|セルビア
RU|RUS|Russland|Russische Föderation|Russia|Russian Federation|ロシア
SA|SAU|Saudi-Arabien|Saudi Arabia|サウジアラビア
SE|SWE|S|Schweden|Sweden|Sverige|スウェーデン
SG|SGP|Singapur|Singapore|シンガポール
SI|SVN|Slowenien|Slovenia|Slovenija|スロベニア
SK|SVK|Slowakei|Slowakische Republik|Slovakia|Slovensko|スロバキア
TH|THA|Thailand|タイ
TR|TUR|Türkei|Tuerkei|Turkey|Türkiye|トルコ
TW|TWN|Taiwan|台湾
UA|UKR|Ukraine|ウクライナ
US|USA|Vereinigte Staaten|Vereinigte Staaten von Amerika|United States|United States of America|アメリカ|米国
US|アメリカ合衆国
VN|VNM|Vietnam|Viet Nam|ベトナム
ZA|ZAF|Südafrika|Suedafrika|South Africa|南アフリカ
"""

CODES = {name.casefold(): row.partition("|")[0] for row in _COUNTRIES.strip().split("\n") for name in row.split("|")}
"""Each name in small letters and without dots, and the country's ISO code."""
