"""What long pieces of work say, and what they count: English, Japanese, German."""

from typing import Final

RUNS: Final[dict[str, tuple[str, str, str]]] = {
    # Runs
    "run_begun": ("Begun: {id}", "開始しました: {id}", "Begonnen: {id}"),
    "run_already": (
        "It is under way already: {id}",
        "すでに実行中です: {id}",
        "Läuft schon: {id}",
    ),
    "run_so_far": ("… {told}", "… {told}", "… {told}"),
    "run_waits": ("(goes on at {at}: {why})", "({at} に再開: {why})", "(geht weiter um {at}: {why})"),
    "run_goes_on": (
        "It goes on without you. Look with `renkei deliveries`; stop it with `renkei discard {id}`.",
        "処理はバックグラウンドで続きます。確認は `renkei deliveries`、中止は `renkei discard {id}`。",
        "Es läuft ohne Sie weiter. Nachsehen mit `renkei deliveries`, anhalten mit `renkei discard {id}`.",
    ),
    "run_done": ("Done. {told}", "完了しました。{told}", "Fertig. {told}"),
    "run_would": (
        "Nothing was written. It would be: {told}",
        "何も書き込んでいません。実行した場合: {told}",
        "Nichts wurde geschrieben. Es wäre: {told}",
    ),
    "run_not_done": (
        "{id} is {state}: {why}",
        "{id} は {state} です: {why}",
        "{id} ist {state}: {why}",
    ),
    "said_yes": ("yes", "はい", "ja"),
    "said_no": ("no", "いいえ", "nein"),
    "word": ("{word}", "{word}", "{word}"),
    # Counts
    "step": ("step {phase}/{of}", "手順 {phase}/{of}", "Schritt {phase}/{of}"),
    "n_total": ("clients in board", "board の顧客", "Kunden in board"),
    "n_seen": ("looked at", "確認済み", "angesehen"),
    "n_linked_before": ("linked before", "紐づけ済み", "schon verknüpft"),
    "n_linked": ("linked", "紐づけ", "verknüpft"),
    "n_archived": ("archived in board", "board でアーカイブ済み", "in board archiviert"),
    "n_created": ("made", "作成", "angelegt"),
    "n_unclear": ("unclear", "要確認", "unklar"),
    "n_failed": ("failed", "失敗", "gescheitert"),
    "n_candidates": ("unclear (client: companies)", "要確認(顧客: 会社)", "unklar (Kunde: Firmen)"),
    "n_deals_read": ("deals read", "確認した取引", "gelesene Deals"),
    "n_companies_read": ("companies read", "確認した会社", "gelesene Firmen"),
    "n_companies_pushed": ("companies pushed", "顧客へ反映した会社", "übertragene Firmen"),
    "n_invoices_read": ("invoices read", "確認した請求", "gelesene Rechnungen"),
    "n_projects_read": ("projects read", "確認した案件", "gelesene Projekte"),
    "n_pairs_read": ("pairs compared", "照合した組", "verglichene Paare"),
    "n_stages_moved": ("stages moved in HubSpot", "HubSpot のステージ変更", "Stufen in HubSpot geändert"),
    "n_amounts_written": ("amounts written", "金額の更新", "Beträge geschrieben"),
    "n_statuses_set": ("statuses set in board", "board の受注ステータス変更", "Status in board gesetzt"),
    "n_events_made_up_for": ("lost events made up for", "取りこぼしの回収", "verlorene Ereignisse nachgeholt"),
    "n_projects_seen": ("ids of projects looked through", "存在を確認した案件", "auf Löschung geprüfte Projekte"),
    "n_clients_seen": ("ids of clients looked through", "存在を確認した顧客", "auf Löschung geprüfte Kunden"),
    "n_until": ("until", "対象期間の終わり", "bis"),
    "n_count": ("projects then", "その時点の案件数", "Projekte bis dahin"),
    "n_clients": ("clients", "顧客数", "Kunden"),
    "n_full": ("last look through all ids", "全件確認日時", "zuletzt alle geprüft"),
    "n_known": ("known up to id", "確認済みのID", "bekannt bis ID"),
    "n_newest": ("newest linked id", "最新の紐づけID", "neueste verknüpfte ID"),
    "n_unlinked": ("unlinked", "紐づけ解除", "gelöst"),
    "n_woken": ("tried again", "再試行", "noch einmal versucht"),
    "n_at": ("at", "日時", "um"),
    "n_page": ("page", "ページ", "Seite"),
    # Help
    "help_run_more": (
        "Shows how far it is until it has ended. After Ctrl-C it goes on; `renkei discard ID` stops it.",
        "終わるまで進み具合を表示します。Ctrl-C の後も処理は続きます(中止は `renkei discard ID`)。",
        "Zeigt den Fortschritt bis zum Ende. Nach Strg-C läuft es weiter; `renkei discard ID` hält es an.",
    ),
    "help_no_wait": ("do not wait for its end", "完了を待たない", "nicht auf das Ende warten"),
}
