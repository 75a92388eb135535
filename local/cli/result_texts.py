"""What a preview and the headings of tables say: English, Japanese, German."""

from typing import Final

RESULTS: Final[dict[str, tuple[str, str, str]]] = {
    # Preview
    "would": ("This would happen:", "実行される内容:", "Das würde geschehen:"),
    "would_nothing": ("Nothing would be done.", "何も実行されません。", "Es würde nichts geschehen."),
    "outcome": ("Outcome: {outcome}", "結果: {outcome}", "Ergebnis: {outcome}"),
    "outcome_because": (
        "Outcome: {outcome} ({reason})",
        "結果: {outcome}({reason})",
        "Ergebnis: {outcome} ({reason})",
    ),
    # Headings of tables
    "h_vendor": ("Vendor", "サービス", "Anbieter"),
    "h_state": ("State", "状態", "Zustand"),
    "h_account": ("Account", "アカウント", "Konto"),
    "h_connected": ("Connected", "接続日時", "Verbunden"),
    "h_used": ("Last used", "最終利用", "Zuletzt benutzt"),
    "h_until": ("Unused, ends", "未利用時の失効", "Unbenutzt bis"),
    "h_when": ("When", "日時", "Wann"),
    "h_to": ("To", "宛先", "An"),
    "h_subject": ("Subject", "件名", "Betreff"),
    "h_note": ("Note", "備考", "Anmerkung"),
    "h_accepted": ("Accepted", "受付", "Angenommen"),
    "h_reason": ("Reason", "理由", "Grund"),
    "h_attempts": ("Attempts", "試行", "Versuche"),
    "h_calls": ("Calls", "呼出", "Aufrufe"),
    "h_id": ("Id", "ID", "Kennung"),
    "h_field": ("Field", "項目", "Feld"),
    "h_value": ("Value", "値", "Wert"),
    "h_why": ("From", "取得元", "Woher"),
    "h_policy": ("Policy", "書き込み", "Regel"),
    "h_name": ("Name", "内部名", "Name"),
    "h_label": ("Label", "表示名", "Beschriftung"),
    "h_type": ("Type", "型", "Typ"),
    "h_required": ("Required", "必須", "Pflicht"),
    "h_changeable": ("Changeable", "変更可", "Änderbar"),
}
