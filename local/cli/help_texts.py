"""What --help says: English, Japanese, German."""

from typing import Final

HELP: Final[dict[str, tuple[str, str, str]]] = {
    "help": (
        "Sets up a Renkei workspace and looks after its deliveries.",
        "Renkei のワークスペースを設定し、配信を管理します。",
        "Richtet einen Renkei-Workspace ein und kümmert sich um seine Zustellungen.",
    ),
    "help_exit": (
        "Exit codes: 0 done; 1 refused, failed or nothing found; 2 wrong call or file; 130 stopped (Ctrl-C).",
        "終了コード: 0 成功、1 拒否・失敗・該当なし、2 引数またはファイルの誤り、130 中断(Ctrl-C)",
        (
            "Rückgabewerte: 0 erledigt; 1 abgelehnt, gescheitert oder nichts gefunden; 2 Aufruf oder Datei falsch; "
            "130 abgebrochen (Strg-C)."
        ),
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
            "Secrets are asked for, or read from RENKEI_<VENDOR>_<FIELD> (RENKEI_BOARD_API_KEY, "
            "RENKEI_SLACK_BOT_TOKEN, RENKEI_TIMEREX_TOKEN, RENKEI_CALENDLY_SIGNING_KEY, RENKEI_CALCOM_SECRET "
            "…) or from a file (- reads standard input); never from the "
            "command line. They are tried before anything is saved. Exit code 1 also if something needed is missing."
        ),
        (
            "秘密情報は入力、環境変数 RENKEI_<サービス>_<項目>(RENKEI_BOARD_API_KEY、RENKEI_SLACK_BOT_TOKEN、"
            "RENKEI_TIMEREX_TOKEN、RENKEI_CALENDLY_SIGNING_KEY、RENKEI_CALCOM_SECRET など)、またはファイル(- "
            "は標準入力)から読みます。コマンドラインには書けません。"
            "保存前に接続を確認します。必要な権限などが足りない場合の終了コードも 1 です。"
        ),
        (
            "Geheimnisse werden erfragt oder aus RENKEI_<ANBIETER>_<FELD> (RENKEI_BOARD_API_KEY, "
            "RENKEI_SLACK_BOT_TOKEN, RENKEI_TIMEREX_TOKEN, RENKEI_CALENDLY_SIGNING_KEY, RENKEI_CALCOM_SECRET "
            "…) oder einer Datei gelesen (-: Standardeingabe); nie aus "
            "der Befehlszeile. Sie werden geprüft, bevor etwas gespeichert wird. Fehlt Nötiges, ist der Rückgabewert 1."
        ),
    ),
    "help_vendor": ("one of: {names}", "次のいずれか: {names}", "eines von: {names}"),
    "help_switch": (
        "accept another account than before",
        "以前と別のアカウントへの切り替えを許可",
        "ein anderes Konto als bisher zulassen",
    ),
    "help_own_app": (
        "use an app of your own (HubSpot, Salesforce): asks for its client id and secret",
        "自社のアプリを使う(HubSpot、Salesforce。クライアント ID とシークレットが必要)",
        "eine eigene App benutzen (HubSpot, Salesforce): fragt nach Client-ID und Client-Secret",
    ),
    "help_token": (
        "enter a service key or a private app's token (HubSpot) instead of agreeing in the browser",
        "ブラウザーでの許可ではなく、サービスキーか非公開アプリのトークンを入力する(HubSpot)",
        "einen Service-Key oder das Token einer privaten App eingeben (HubSpot), statt im Browser zuzustimmen",
    ),
    "help_connect_file": (
        "ask for what this workspace file needs (HubSpot); else for what the file applied last needs",
        "このワークスペースファイルに必要な権限を求める(HubSpot)。指定がなければ、最後に適用したファイルに従う",
        "um das bitten, was diese Workspace-Datei braucht (HubSpot); sonst, was die zuletzt angewandte braucht",
    ),
    "help_site": (
        "where to log in (Salesforce): test.salesforce.com or your My Domain",
        "ログイン先(Salesforce): test.salesforce.com または私のドメイン",
        "wo die Anmeldung stattfindet (Salesforce): test.salesforce.com oder My Domain",
    ),
    "help_secrets_file": (
        "file with the vendor's fields: JSON, or lines KEY=value",
        "各項目を書いたファイル(JSON、または KEY=値 の行)",
        "Datei mit den Feldern des Anbieters: JSON oder Zeilen KEY=Wert",
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
        "file with the token, signing key or secret of the scheduler or the LMS",
        "日程調整サービスや LMS のトークン・署名キー・シークレットのファイル",
        "Datei mit Token, Signaturschlüssel oder Geheimnis des Terminplaners oder LMS",
    ),
    "help_generate": (
        "make a secret (Calendly, Cal.com, LMS) and show it once",
        "シークレットを作成し 1 回だけ表示する(Calendly、Cal.com、LMS)",
        "ein Geheimnis erzeugen (Calendly, Cal.com, LMS) und einmal zeigen",
    ),
    "help_keep_old": (
        "the one used so far stays valid too",
        "これまでのものも有効のままにする",
        "das bisherige gilt weiter",
    ),
    "help_disconnect": (
        "disconnect a vendor account and destroy its tokens",
        "接続を解除し、トークンを破棄する",
        "ein Konto trennen und seine Token vernichten",
    ),
    "help_disconnect_more": (
        (
            "If deliveries wait for it, say what becomes of them: without --keep or --discard they are listed and "
            "nothing is changed (exit code 1). Works also when the vendor no longer answers."
        ),
        (
            "待機中の配信がある場合は扱いを指定します。--keep も --discard もなければ一覧を表示し、何も変更しません"
            "(終了コード 1)。サービス側が応答しなくても切断できます。"
        ),
        (
            "Warten Zustellungen darauf, ist zu sagen, was aus ihnen wird: Ohne --keep oder --discard werden sie "
            "aufgelistet und nichts geändert (Rückgabewert 1). Geht auch, wenn der Anbieter nicht mehr antwortet."
        ),
    ),
    "help_keep": (
        "what waits goes on waiting, for a new connection",
        "待機中の配信は再接続まで待機を続ける",
        "was wartet, wartet weiter auf eine neue Verbindung",
    ),
    "help_discard_waiting": (
        "what waits is discarded, its content destroyed",
        "待機中の配信を破棄する(内容は消去)",
        "was wartet, wird verworfen, sein Inhalt gelöscht",
    ),
    "help_forget": (
        "also forget which records were made or found there",
        "作成・検出したレコードの記録も消去する",
        "auch vergessen, welche Datensätze dort angelegt oder gefunden wurden",
    ),
    "help_test-connection": (
        "check connections, and say what works and what is missing",
        "接続を確認し、動作状況と不足を表示する",
        "Verbindungen prüfen: was geht und was fehlt",
    ),
    "help_test_more": (
        "Without VENDOR all connections. Exit code 0 if everything needed works, else 1. Nothing is changed there.",
        "VENDOR を省略するとすべての接続。必要なものがすべて動作すれば終了コード 0、それ以外は 1。何も変更しません。",
        "Ohne VENDOR alle Verbindungen. Rückgabewert 0, wenn alles Nötige geht, sonst 1. Dort wird nichts geändert.",
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
        "try deliveries again",
        "配信を再試行する",
        "Zustellungen noch einmal versuchen",
    ),
    "help_discard": (
        "end deliveries without doing them, and destroy their content",
        "配信を実行せずに終了し、内容を破棄する",
        "Zustellungen ohne Ausführung beenden und ihren Inhalt löschen",
    ),
    "help_many": (
        (
            "One delivery (ID), or all of a cause, a connection or both. After Ctrl-C the same command "
            "goes on. Exit code 1 if none was changed."
        ),
        (
            "1 件(ID)、または原因・接続(併用可)が一致するすべて。Ctrl-C で中断しても、"
            "同じコマンドで続きを実行できます。1 件も変更しなければ終了コード 1。"
        ),
        (
            "Eine Zustellung (ID) oder alle mit einer Ursache, einer Verbindung oder beidem. Nach Strg-C macht "
            "derselbe Befehl weiter. Rückgabewert 1, wenn keine geändert wurde."
        ),
    ),
    "help_cause": (
        "all with this cause (its code: see deliveries --json)",
        "この原因のものすべて(コードは deliveries --json で確認)",
        "alle mit dieser Ursache (ihr Code: siehe deliveries --json)",
    ),
    "help_connection": (
        "all of this vendor's connection",
        "このサービスへの配信すべて",
        "alle zur Verbindung mit diesem Anbieter",
    ),
    "help_integration": ("only of this integration", "この連携のみ", "nur von dieser Integration"),
    "help_notices": (
        "list the mails that were sent, held back or refused, and why",
        "送信・保留・拒否された通知メールとその理由の一覧",
        "gesendete, zurückgehaltene und abgelehnte Mails auflisten, mit Grund",
    ),
    "help_id": ("the delivery's id", "配信の ID", "Kennung der Zustellung"),
    "help_send": (
        "send a recorded event as its scheduler or the LMS does",
        "記録したイベントを日程調整サービスや LMS と同じ形で送る",
        "ein aufgezeichnetes Ereignis senden, wie sein Terminplaner oder das LMS es tut",
    ),
    "help_send_more": (
        (
            "The token, signing key or secret is asked for, or read from RENKEI_TIMEREX_TOKEN, "
            "RENKEI_CALENDLY_SIGNING_KEY, RENKEI_CALCOM_SECRET or RENKEI_LMS_SECRET, or from a file."
        ),
        (
            "トークン・署名キー・シークレットは入力、RENKEI_TIMEREX_TOKEN、RENKEI_CALENDLY_SIGNING_KEY、"
            "RENKEI_CALCOM_SECRET、RENKEI_LMS_SECRET、またはファイルから読みます。"
        ),
        (
            "Token, Signaturschlüssel oder Geheimnis wird erfragt oder aus RENKEI_TIMEREX_TOKEN, "
            "RENKEI_CALENDLY_SIGNING_KEY, RENKEI_CALCOM_SECRET, RENKEI_LMS_SECRET oder einer Datei gelesen."
        ),
    ),
    "help_event_file": ("recorded event (JSON)", "記録したイベント(JSON)", "aufgezeichnetes Ereignis (JSON)"),
    "help_header": (
        "name of the token header (TimeRex; else as the workspace has it)",
        "トークンのヘッダー名(TimeRex のみ。省略時はワークスペースの設定)",
        "Name der Token-Kopfzeile (TimeRex; sonst wie im Workspace)",
    ),
    "help_wait_send": (
        "wait for the delivery's end (default 60)",
        "配信の完了を待つ(既定 60 秒)",
        "auf das Ende der Zustellung warten (Vorgabe 60)",
    ),
    "help_preview": (
        "show what an event would do, without doing it",
        "イベントで何が行われるかを、実行せずに表示する",
        "zeigen, was ein Ereignis täte, ohne es zu tun",
    ),
    "help_properties": (
        "list the HubSpot properties or Salesforce fields that can be mapped",
        "連携できる HubSpot プロパティーまたは Salesforce 項目の一覧",
        "die zuordenbaren HubSpot-Eigenschaften oder Salesforce-Felder auflisten",
    ),
    "help_object": (
        "HubSpot: companies, contacts or deals (their dates); Salesforce: Lead",
        "HubSpot: companies・contacts・deals(日付のみ)、Salesforce: Lead",
        "HubSpot: companies, contacts oder deals (deren Datumsfelder); Salesforce: Lead",
    ),
    "help_rows": (
        "print the rows to start a workspace file with: what is required, and what is most likely wanted",
        "ワークスペースファイルの出発点となる行（必須項目など）を表示",
        "die Zeilen ausgeben, mit denen eine Workspace-Datei beginnt: was Pflicht ist und was meist gewollt ist",
    ),
}
