"""What `renkei board` says, and its help: English, Japanese, German."""

from typing import Final

BOARD: Final[dict[str, tuple[str, str, str]]] = {
    # Runs
    "board_begun": ("Begun: {id}", "開始しました: {id}", "Begonnen: {id}"),
    "board_already": (
        "It is under way already: {id}",
        "すでに実行中です: {id}",
        "Läuft schon: {id}",
    ),
    "board_so_far": ("… {told}", "… {told}", "… {told}"),
    "board_waits": ("(goes on at {at}: {why})", "({at} に再開: {why})", "(geht weiter um {at}: {why})"),
    "board_goes_on": (
        "It goes on without you. Look with `renkei deliveries`; stop it with `renkei discard {id}`.",
        "処理はバックグラウンドで続きます。確認は `renkei deliveries`、中止は `renkei discard {id}`。",
        "Es läuft ohne Sie weiter. Nachsehen mit `renkei deliveries`, anhalten mit `renkei discard {id}`.",
    ),
    "board_done": ("Done. {told}", "完了しました。{told}", "Fertig. {told}"),
    "board_would": (
        "Nothing was written. It would be: {told}",
        "何も書き込んでいません。実行した場合: {told}",
        "Nichts wurde geschrieben. Es wäre: {told}",
    ),
    "board_not_done": (
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
    # Status
    "board_linked": (
        "Linked: deals {deals}, companies {companies}",
        "紐づけ済み: 取引 {deals} 件、会社 {companies} 件",
        "Verknüpft: Deals {deals}, Firmen {companies}",
    ),
    "board_calls": (
        "board's calls of today (UTC) that were ours: {used}; left: {left}, for bulk work {left_for_bulk}",
        "board API の本日(UTC)の呼び出し(当アプリ分): {used} 回、残り {left} 回(一括処理には {left_for_bulk} 回)",
        "Unsere Aufrufe bei board heute (UTC): {used}; übrig: {left}, für Massenarbeit {left_for_bulk}",
    ),
    "board_checkpoint": ("{name}: {told}", "{name}: {told}", "{name}: {told}"),
    # Rows
    "board_rows_said": (
        "status: one of {statuses}. Each at most once in a pipeline; stages that you leave out are left alone.",
        "status は次のいずれか: {statuses}。パイプライン内で 1 回のみ。書かないステージは連携されません。",
        "status: eines von {statuses}. Jedes höchstens einmal je Pipeline; weggelassene Stufen bleiben unberührt.",
    ),
    "again_for_deals": (
        "--again goes with --deal only.",
        "--again は --deal と一緒に指定してください。",
        "--again geht nur mit --deal.",
    ),
    # Headings
    "h_pipeline": ("Pipeline", "パイプライン", "Pipeline"),
    "h_stage": ("Stage", "ステージ", "Stufe"),
    "h_status": ("Status in board", "受注ステータス", "Status in board"),
    "h_mail": ("Mail", "メール", "Mail"),
    "h_valid": ("Valid", "有効", "Gültig"),
    # Help
    "help_board": (
        "HubSpot deals and board projects: sync now, choose, link",
        "HubSpot の取引と board の案件: 今すぐ同期、選択肢の表示、紐づけ",
        "HubSpot-Deals und board-Projekte: jetzt abgleichen, auswählen, verknüpfen",
    ),
    "help_board_run_more": (
        "Shows how far it is until it has ended. After Ctrl-C it goes on; `renkei discard ID` stops it.",
        "終わるまで進み具合を表示します。Ctrl-C の後も処理は続きます(中止は `renkei discard ID`)。",
        "Zeigt den Fortschritt bis zum Ende. Nach Strg-C läuft es weiter; `renkei discard ID` hält es an.",
    ),
    "help_board_sync": (
        "bring board's statuses and amounts to HubSpot now, not only at 03:00",
        "board の受注ステータスと見積額を今すぐ HubSpot に反映する(通常は午前 3 時)",
        "Status und Beträge aus board jetzt nach HubSpot bringen, nicht erst um 03:00",
    ),
    "help_board_push-clients": (
        "make HubSpot companies of board's clients; those that are there are linked, never doubled",
        "board の顧客を HubSpot の会社として登録する(既存の会社は紐づけ、重複作成なし)",
        "aus boards Kunden HubSpot-Firmen machen; vorhandene werden verknüpft, nie verdoppelt",
    ),
    "help_board_pipelines": (
        "list HubSpot's deal pipelines and stages, with the status each is mapped to",
        "HubSpot の取引パイプラインとステージ、対応する受注ステータスの一覧",
        "HubSpots Deal-Pipelines und Stufen auflisten, mit dem zugeordneten Status",
    ),
    "help_board_users": (
        "list board's users (for fallback_user)",
        "board のユーザー一覧(fallback_user に指定)",
        "boards Benutzer auflisten (für fallback_user)",
    ),
    "help_board_status": (
        "show connections, board's calls left today, how far it has read, links and the last runs",
        "接続、board API の残り回数、同期の位置、紐づけ件数、最近の実行を表示する",
        "Verbindungen, übrige Aufrufe, Lesestand, Verknüpfungen und letzte Läufe zeigen",
    ),
    "help_board_link": (
        "say which client of board a company is; what waited for that goes on",
        "会社に対応する board の顧客を指定する(待機中の配信は再開)",
        "festlegen, welcher Kunde in board eine Firma ist; was darauf wartete, geht weiter",
    ),
    "help_board_unlink": (
        "end the link of a company or a deal; nothing is changed at HubSpot or board",
        "会社または取引の紐づけを解除する(HubSpot と board のデータは変更しない)",
        "die Verknüpfung einer Firma oder eines Deals lösen; in HubSpot und board ändert sich nichts",
    ),
    "help_no_wait": ("do not wait for its end", "完了を待たない", "nicht auf das Ende warten"),
    "help_dry_run": (
        "only say what would be made and linked",
        "登録・紐づけの予定だけを表示する(実行しない)",
        "nur sagen, was angelegt und verknüpft würde",
    ),
    "help_board_rows": (
        "print them as rows for the workspace file, with a guess where it is clear",
        "ワークスペースファイル用の行を表示する(明らかなものは推測して記入)",
        "als Zeilen für die Workspace-Datei ausgeben, wo es klar ist, mit Vorschlag",
    ),
    "help_company": (
        "HubSpot's record id of a company",
        "HubSpot の会社の ID",
        "Record-ID einer Firma in HubSpot",
    ),
    "help_client": ("board's id of a client", "board の顧客 ID", "boards Kennung eines Kunden"),
    "help_deal": ("HubSpot's record id of a deal", "HubSpot の取引の ID", "Record-ID eines Deals in HubSpot"),
    "help_again": (
        "with --deal: its next change of stage makes a new project",
        "--deal と併用: 次のステージ変更で新しい案件を作成する",
        "mit --deal: der nächste Stufenwechsel legt ein neues Projekt an",
    ),
}
