"""The help of `renkei lms`: English, Japanese, German."""

from typing import Final

LMS_HELP: Final[dict[str, tuple[str, str, str]]] = {
    "help_lms": (
        "a school's users: prepare HubSpot and Mailchimp, import a list",
        "スクールのユーザー: HubSpot と Mailchimp の準備、一覧の取り込み",
        "Nutzer einer Schule: HubSpot und Mailchimp vorbereiten, Liste einführen",
    ),
    "help_lms_prepare-hubspot": (
        "make the properties that are missing in HubSpot, and name those of a wrong type",
        "HubSpot に足りないプロパティーを作成し、型が合わないものを表示する",
        "fehlende Eigenschaften in HubSpot anlegen und solche von falschem Typ nennen",
    ),
    "help_lms_prepare-mailchimp": (
        "make the merge fields that are missing in Mailchimp, and name those of a wrong type",
        "Mailchimp に足りないマージフィールドを作成し、型が合わないものを表示する",
        "fehlende Merge-Felder in Mailchimp anlegen und solche von falschem Typ nennen",
    ),
    "help_lms_import": (
        "send the school's list of users to HubSpot and Mailchimp",
        "スクールのユーザー一覧を HubSpot と Mailchimp へ取り込む",
        "die Nutzerliste der Schule nach HubSpot und Mailchimp einführen",
    ),
    "help_lms_import_more": (
        (
            "FILE is a table (comma, semicolon or tab). Its first line names the columns: as a user's fields in\n"
            "docs/lms-events.yaml (id and email are needed; custom_form_1 to 9), or in Japanese as the school\n"
            "exports it. What has no column is left alone; an empty cell empties. Several entries of a cell are\n"
            "separated by comma, semicolon or |. The same command goes on where it was cut off. After Ctrl-C what\n"
            "was sent goes on."
        ),
        (
            "FILE はカンマ・セミコロン・タブ区切りのいずれかで、1 行目が列名の表です。\n"
            "列名は docs/lms-events.yaml のユーザーの項目名\n"
            "(id と email は必須、カスタムフォームは custom_form_1~9)か、\n"
            "書き出しの日本語名(ユーザーID、メールアドレス など)です。\n"
            "ない列は変更せず、空のセルは値を空にします。セル内の複数の値はカンマ、セミコロン、| で区切ります。\n"
            "中断しても同じコマンドで続きから再開でき、Ctrl-C の後も送信済みの分は処理が続きます。"
        ),
        (
            "FILE ist eine Tabelle (Komma, Semikolon oder Tab). Ihre erste Zeile nennt die Spalten: wie die Felder\n"
            "eines Nutzers in docs/lms-events.yaml (id und email sind nötig; custom_form_1 bis 9) oder japanisch wie\n"
            "die Ausgabe der Schule. Was keine Spalte hat, bleibt, wie es ist; eine leere Zelle leert. Mehreres in\n"
            "einer Zelle trennt Komma, Semikolon oder |. Derselbe Befehl macht weiter, wo er abgebrochen wurde. Nach\n"
            "Strg-C läuft Gesendetes weiter."
        ),
    ),
    "help_lms_file": ("the list of users (CSV)", "ユーザー一覧(CSV)", "die Nutzerliste (CSV)"),
    "help_lms_to": (
        "only there; may be given twice (default: where the workspace file says)",
        "取り込み先の指定(複数可。既定はワークスペースファイルにあるもの)",
        "nur dorthin; auch zweimal (sonst wohin die Workspace-Datei sagt)",
    ),
    "help_lms_school": (
        "the school's id, as school_id in its events; else RENKEI_SCHOOL, or asked for",
        "スクールの ID(イベントの school_id)。省略時は RENKEI_SCHOOL、なければ入力",
        "Kennung der Schule, wie school_id in ihren Ereignissen; sonst RENKEI_SCHOOL, oder es wird gefragt",
    ),
    "help_lms_as_of": (
        "when the school had its users so (default: the file's time)",
        "一覧の時点(既定はファイルの更新日時)",
        "wann die Schule ihre Nutzer so hatte (sonst die Zeit der Datei)",
    ),
    "help_lms_timezone": (
        "the zone of times that name none, as Asia/Tokyo",
        "タイムゾーンのない日時の扱い(既定は Asia/Tokyo)",
        "die Zone von Zeiten, die keine nennen, wie Europe/Berlin",
    ),
    "help_lms_encoding": (
        "the file's encoding (else found out)",
        "ファイルの文字コード(省略時は自動判定)",
        "die Kodierung der Datei (sonst wird sie ermittelt)",
    ),
    "help_lms_dry": (
        "change nothing; say what would be done",
        "変更せず内容だけを表示",
        "nichts ändern, nur sagen, was geschähe",
    ),
    "help_lms_again": (
        "import a list once more that was worked off before",
        "処理済みの一覧をもう一度取り込む",
        "eine schon abgearbeitete Liste noch einmal einführen",
    ),
}
