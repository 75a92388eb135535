"""The help of `renkei falcana`: English, Japanese, German."""

from typing import Final

FALCANA_HELP: Final[dict[str, tuple[str, str, str]]] = {
    "help_falcana": (
        "falcana and HubSpot: begin, synchronise, take over, decide",
        "falcana と HubSpot: 開始、同期、取り込み、判断",
        "falcana und HubSpot: beginnen, abgleichen, übernehmen, entscheiden",
    ),
    "help_falcana_run_more": (
        (
            "Shows how far it is until it has ended. After Ctrl-C it goes on; `renkei falcana stop JOB` stops it, and "
            "the same command then goes on where it stopped."
        ),
        (
            "終わるまで進み具合を表示します。Ctrl-C の後も処理は続きます。停止は `renkei falcana stop JOB`。"
            "同じコマンドで停止した所から再開します。"
        ),
        (
            "Zeigt den Fortschritt bis zum Ende. Nach Strg-C läuft es weiter; `renkei falcana stop JOB` hält es an, "
            "und derselbe Befehl macht dann dort weiter."
        ),
    ),
    "help_falcana_start": (
        "begin, step by step: test, rehearse, take over, look for duplicates, both directions",
        "順を追って開始する: 接続確認、試行、取り込み、重複確認、両方向の同期",
        "Schritt für Schritt beginnen: testen, proben, übernehmen, Duplikate prüfen, beide Richtungen",
    ),
    "help_falcana_start_more": (
        (
            "In the order that is best for two filled systems. Each step is a command of its own, too: test, import "
            "--dry-run, import, duplicates, link, keep-apart. With --yes nothing is asked: candidates stay undecided "
            "and no direction is switched on."
        ),
        (
            "両方にデータがある場合のおすすめの順序です。各手順は個別のコマンドでも実行できます: test、"
            "import --dry-run、import、duplicates、link、keep-apart。--yes では質問せず、"
            "候補は未判断のまま、方向も有効にしません。"
        ),
        (
            "In der Reihenfolge, die für zwei gefüllte Systeme die beste ist. Jeder Schritt ist auch ein eigener "
            "Befehl: test, import --dry-run, import, duplicates, link, keep-apart. Mit --yes wird nichts gefragt: "
            "Kandidaten bleiben offen, und keine Richtung wird eingeschaltet."
        ),
    ),
    "help_falcana_test": (
        "test both connections, and say what is missing",
        "両方の接続を確認し、不足を表示する",
        "beide Verbindungen testen und sagen, was fehlt",
    ),
    "help_falcana_connect": (
        "request HubSpot's permissions (needs admin rights in HubSpot)",
        "HubSpot の権限をリクエストする(HubSpot の管理者権限が必要)",
        "Berechtigungen in HubSpot anfordern (braucht dort Administrationsrechte)",
    ),
    "falcana_admin_rights": (
        "Whoever grants the permissions in the browser needs admin rights in HubSpot.",
        "ブラウザーで許可する人には、HubSpot の管理者権限が必要です。",
        "Wer die Berechtigungen im Browser erteilt, braucht in HubSpot Administrationsrechte.",
    ),
    "help_falcana_status": (
        "show connections, directions, links, what waits for a person, and the last runs",
        "接続、同期の方向、紐づけ、対応待ち、最近の実行を表示する",
        "Verbindungen, Richtungen, Verknüpfungen, Offenes und letzte Läufe zeigen",
    ),
    "help_falcana_sync": (
        "do the automatic run now, not only in five minutes",
        "自動同期を今すぐ実行する(通常は 5 分ごと)",
        "den automatischen Abgleich jetzt ausführen, nicht erst in fünf Minuten",
    ),
    "help_falcana_import": (
        "take over HubSpot's data in falcana (Daten von HubSpot in falcana übernehmen)",
        "HubSpot のデータを falcana に取り込む",
        "Daten von HubSpot in falcana übernehmen",
    ),
    "help_falcana_export": (
        "transfer falcana's data to HubSpot (Daten von falcana an HubSpot übertragen)",
        "falcana のデータを HubSpot に送る",
        "Daten von falcana an HubSpot übertragen",
    ),
    "help_falcana_duplicates": (
        "look for records that may be the same on both sides, and list them",
        "両側で同じ可能性があるレコードを探し、一覧を表示する",
        "suchen, was auf beiden Seiten dasselbe sein könnte, und es auflisten",
    ),
    "help_falcana_waiting": (
        "list what waits for a person: parked, undecided, ended, or deletions held back",
        "対応待ちの一覧: 保留、要判断、終了、保留中の削除",
        "auflisten, was auf Menschen wartet: zurückgestellt, zu entscheiden, beendet, zurückgehaltene Löschungen",
    ),
    "help_falcana_link": (
        "say that two records are the same; the next run links them",
        "2 件を同じものとして指定する(次の実行で紐づけ)",
        "sagen, dass zwei Datensätze dasselbe sind; der nächste Lauf verknüpft sie",
    ),
    "help_falcana_keep-apart": (
        "say that two records are not the same",
        "2 件を別のものとして指定する",
        "sagen, dass zwei Datensätze nicht dasselbe sind",
    ),
    "help_falcana_unlink": (
        "end a link; both records stay and are no longer transferred",
        "紐づけを解除する(両側のデータは残り、同期しない)",
        "eine Verknüpfung lösen; beide Datensätze bleiben und werden nicht mehr übertragen",
    ),
    "help_falcana_stop": (
        "stop a run after its present step; what it has done stays",
        "実行を現在の処理の後で停止する(済んだ分は残る)",
        "einen Lauf nach dem laufenden Schritt anhalten; was getan ist, bleibt",
    ),
    "help_falcana_users": (
        "list falcana's users (for new_addresses)",
        "falcana のユーザー一覧(new_addresses に指定)",
        "die User in falcana auflisten (für new_addresses)",
    ),
    "help_falcana_sales-groups": (
        "list falcana's sales groups (for new_addresses)",
        "falcana の営業グループ一覧(new_addresses に指定)",
        "die Vertriebsgruppen in falcana auflisten (für new_addresses)",
    ),
    "help_falcana_fields": (
        "list falcana's fields, each with the HubSpot properties that fit",
        "falcana の項目と、対応できる HubSpot プロパティーの一覧",
        "die Felder in falcana auflisten, jedes mit den passenden HubSpot-Eigenschaften",
    ),
    "help_confirm_deletes": (
        "carry out the deletions that were held back because they were so many",
        "件数が多いため保留された削除を実行する",
        "die Löschungen ausführen, die zurückgehalten wurden, weil es so viele sind",
    ),
    "help_falcana_dry_run": (
        "only say what would be made, changed, linked and held back",
        "作成・変更・紐づけ・保留の予定だけを表示する(実行しない)",
        "nur sagen, was angelegt, geändert, verknüpft und zurückgehalten würde",
    ),
    "help_from_start": (
        "begin at the beginning, not where it stopped",
        "停止した所からではなく最初から始める",
        "von vorn beginnen, nicht dort, wo es angehalten wurde",
    ),
    "help_start_yes": ("ask nothing", "質問しない", "nichts fragen"),
    "help_waits": (
        "parked, undecided, ended or deletes",
        "parked(保留)・undecided(要判断)・ended(終了)・deletes(保留中の削除)",
        "parked, undecided, ended oder deletes",
    ),
    "help_job": (
        "sync, import, export or duplicates",
        "sync・import・export・duplicates",
        "sync, import, export oder duplicates",
    ),
    "help_address": ("falcana's id of an address", "falcana の住所の ID", "Kennung einer Adresse in falcana"),
    "help_person": (
        "falcana's id of a contact person",
        "falcana の担当者の ID",
        "Kennung eines Ansprechpartners in falcana",
    ),
    "help_contact": (
        "HubSpot's record id of a contact",
        "HubSpot のコンタクトの ID",
        "Record-ID eines Kontakts in HubSpot",
    ),
    "help_unlink_again": (
        "let an ended link begin anew",
        "終了した紐づけをやり直す",
        "eine beendete Verknüpfung neu beginnen lassen",
    ),
    "help_with_properties": (
        "also list all HubSpot properties",
        "HubSpot のプロパティーもすべて表示",
        "auch alle HubSpot-Eigenschaften auflisten",
    ),
}
