"""What `renkei board` says, and its help: English, Japanese, German."""

from typing import Final

BOARD: Final[dict[str, tuple[str, str, str]]] = {
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
