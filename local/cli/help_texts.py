"""What --help says: English, Japanese, German."""

from typing import Final

HELP: Final[dict[str, tuple[str, str, str]]] = {
    "help": (
        "Sets up a Renkei workspace and looks after its deliveries.",
        "Renkei のワークスペースを設定し、配信を管理します。",
        "Richtet einen Renkei-Workspace ein und kümmert sich um seine Zustellungen.",
    ),
    "help_exit": (
        "Exit codes: 0 done; 1 refused, failed or nothing found; 2 wrong call or file.",
        "終了コード: 0 成功、1 拒否・失敗・該当なし、2 引数またはファイルの誤り",
        "Rückgabewerte: 0 erledigt; 1 abgelehnt, gescheitert oder nichts gefunden; 2 Aufruf oder Datei falsch.",
    ),
    "help_example": ("Example", "例", "Beispiel"),
    "help_url": (
        "address of the stack (RENKEI_URL; else the local stack of this project)",
        "スタックの URL(RENKEI_URL。省略時はこのプロジェクトのローカルスタック)",
        "Adresse des Stacks (RENKEI_URL; sonst der lokale Stack dieses Projekts)",
    ),
    "help_workspace": (
        "workspace (RENKEI_WORKSPACE; not needed if there is only one)",
        "ワークスペース(RENKEI_WORKSPACE。1 つだけなら省略可)",
        "Workspace (RENKEI_WORKSPACE; unnötig, wenn es nur einen gibt)",
    ),
    "help_language": ("language of the texts", "表示言語", "Sprache der Texte"),
    "help_json": ("print JSON for a script", "スクリプト用に JSON で出力", "JSON für ein Skript ausgeben"),
    "help_apply": (
        "save a workspace file",
        "ワークスペースファイルを保存する",
        "eine Workspace-Datei speichern",
    ),
    "help_apply_file": (
        "the workspace file (YAML, without secrets)",
        "ワークスペースファイル(YAML、秘密情報なし)",
        "die Workspace-Datei (YAML, ohne Geheimnisse)",
    ),
    "help_export": (
        "write the workspace file back",
        "ワークスペースファイルを書き出す",
        "die Workspace-Datei zurückschreiben",
    ),
    "help_output": ("file to write (else printed)", "出力ファイル(省略時は画面)", "Zieldatei (sonst Bildschirm)"),
    "help_force": ("overwrite the file", "ファイルを上書きする", "die Datei überschreiben"),
    "help_connect": (
        "connect a vendor account",
        "外部サービスのアカウントを接続する",
        "ein Konto eines Anbieters verbinden",
    ),
    "help_connect_more": (
        (
            "Secrets are asked for, or read from RENKEI_TIMEREX_TOKEN, RENKEI_HUBSPOT_CLIENT_ID and "
            "RENKEI_HUBSPOT_CLIENT_SECRET, or from a file (- reads standard input); never from the command line."
        ),
        (
            "秘密情報は入力、環境変数(RENKEI_TIMEREX_TOKEN、RENKEI_HUBSPOT_CLIENT_ID、RENKEI_HUBSPOT_CLIENT_SECRET)、"
            "またはファイル(- は標準入力)から読みます。コマンドラインには書けません。"
        ),
        (
            "Geheimnisse werden erfragt oder aus RENKEI_TIMEREX_TOKEN, RENKEI_HUBSPOT_CLIENT_ID und "
            "RENKEI_HUBSPOT_CLIENT_SECRET oder einer Datei gelesen (-: Standardeingabe); nie aus der Befehlszeile."
        ),
    ),
    "help_switch": (
        "accept another account than before",
        "以前と別のアカウントへの切り替えを許可",
        "ein anderes Konto als bisher zulassen",
    ),
    "help_own_app": (
        "use a HubSpot app of your own",
        "自社の HubSpot アプリを使う",
        "eine eigene HubSpot-App benutzen",
    ),
    "help_no_browser": ("only print the address", "URL の表示のみ", "die Adresse nur ausgeben"),
    "help_wait_connect": (
        "how long to wait for the consent (default 300; 0: do not wait)",
        "許可を待つ秒数(既定 300、0 は待たない)",
        "wie lange auf die Zustimmung warten (Vorgabe 300; 0: gar nicht)",
    ),
    "help_secret_file": (
        "file with the app's client secret",
        "アプリのクライアントシークレットのファイル",
        "Datei mit dem Client-Secret der App",
    ),
    "help_token_file": (
        "file with the TimeRex token",
        "TimeRex トークンのファイル",
        "Datei mit dem TimeRex-Token",
    ),
    "help_keep_old": (
        "the token used so far stays valid too",
        "これまでのトークンも有効のままにする",
        "das bisherige Token gilt weiter",
    ),
    "help_disconnect": (
        "disconnect a vendor account and destroy its tokens",
        "接続を解除し、トークンを破棄する",
        "ein Konto trennen und seine Token vernichten",
    ),
    "help_yes": ("do not ask", "確認しない", "nicht nachfragen"),
    "help_connections": ("list the connections", "接続の一覧", "die Verbindungen auflisten"),
    "help_deliveries": (
        "list the deliveries",
        "配信の一覧",
        "die Zustellungen auflisten",
    ),
    "help_state": ("only this state", "この状態のみ", "nur dieser Zustand"),
    "help_all": ("all of them", "すべて表示", "alle"),
    "help_limit": ("at most so many (default 20)", "最大件数(既定 20)", "höchstens so viele (Vorgabe 20)"),
    "help_retry": (
        "try a delivery again",
        "配信を再試行する",
        "eine Zustellung noch einmal versuchen",
    ),
    "help_id": ("the delivery's id", "配信の ID", "Kennung der Zustellung"),
    "help_send": (
        "send a recorded booking as TimeRex does",
        "記録した予約を TimeRex と同じ形で送る",
        "eine aufgezeichnete Buchung senden, wie TimeRex es tut",
    ),
    "help_event_file": ("recorded event (JSON)", "記録したイベント(JSON)", "aufgezeichnetes Ereignis (JSON)"),
    "help_header": (
        "name of the token header (else as the workspace has it)",
        "トークンのヘッダー名(省略時はワークスペースの設定)",
        "Name der Token-Kopfzeile (sonst wie im Workspace)",
    ),
    "help_wait_send": (
        "wait for the delivery's end (default 60)",
        "配信の完了を待つ(既定 60 秒)",
        "auf das Ende der Zustellung warten (Vorgabe 60)",
    ),
    "help_preview": (
        "show what a booking would do, without doing it",
        "予約で何が行われるかを、実行せずに表示する",
        "zeigen, was eine Buchung täte, ohne es zu tun",
    ),
    "help_properties": (
        "list the HubSpot properties that can be mapped",
        "連携できる HubSpot プロパティーの一覧",
        "die zuordenbaren HubSpot-Eigenschaften auflisten",
    ),
}
