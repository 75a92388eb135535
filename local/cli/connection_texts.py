"""What is said about connecting, testing and disconnecting: English, Japanese, German."""

from typing import Final

CONNECTIONS: Final[dict[str, tuple[str, str, str]]] = {
    # Connecting
    "open_url": (
        "Open this address in a browser and agree there (it works once, until {until}):\n  {url}",
        "次のアドレスをブラウザーで開き、許可してください(1 回のみ有効、{until} まで):\n  {url}",
        "Diese Adresse im Browser öffnen und dort zustimmen (sie gilt einmal, bis {until}):\n  {url}",
    ),
    "waiting": (
        "Waiting for {vendor} … {seconds} s left",
        "{vendor} を待っています … 残り {seconds} 秒",
        "Warten auf {vendor} … noch {seconds} s",
    ),
    "not_connected": (
        "{vendor} was not connected in time. The address above may still work; look with `renkei connections`.",
        "{vendor} は時間内に接続されませんでした。後で `renkei connections` で確認してください。",
        "{vendor} wurde nicht rechtzeitig verbunden. Die Adresse oben kann noch gelten; siehe `renkei connections`.",
    ),
    "switch_in_browser": (
        (
            "If the browser said that this is another account than {account}: to accept it, run "
            "`renkei connect {vendor} --switch-account`."
        ),
        (
            "ブラウザーに {account} とは別のアカウントだと表示された場合、切り替えるには "
            "`renkei connect {vendor} --switch-account` を実行してください。"
        ),
        (
            "Falls der Browser ein anderes Konto als {account} gemeldet hat: Mit "
            "`renkei connect {vendor} --switch-account` wird es angenommen."
        ),
    ),
    "connected": (
        "Connected: {vendor} {account}",
        "接続しました: {vendor} {account}",
        "Verbunden: {vendor} {account}",
    ),
    "nothing_saved": ("Nothing was saved.", "何も保存していません。", "Nichts wurde gespeichert."),
    "switch": (
        "To accept another account than before, add --switch-account; what is remembered of the old one stays apart.",
        "別のアカウントに切り替えるには --switch-account を付けてください。以前のアカウントの記録は別に保持されます。",
        "Ein anderes Konto als bisher wird mit --switch-account angenommen; Gemerktes zum alten bleibt getrennt.",
    ),
    "unknown_vendor": (
        "The stack at {url} does not know {vendor}. Is it up to date?",
        "{url} のスタックは {vendor} に対応していません。スタックのバージョンを確認してください。",
        "Der Stack unter {url} kennt {vendor} nicht. Ist er aktuell?",
    ),
    # What is entered
    "ask_field": ("{vendor}, {field}: ", "{vendor} の{field}: ", "{vendor}, {field}: "),
    "ask_optional_field": (
        "{vendor}, {field} (empty: leave out): ",
        "{vendor} の{field}(省略可): ",
        "{vendor}, {field} (leer: weglassen): ",
    ),
    "field_access_token": ("service key or token", "サービスキーまたはトークン", "Service-Key oder Token"),
    "field_api_key": ("API key", "API キー", "API-Schlüssel"),
    "field_api_token": ("API token", "API トークン", "API-Token"),
    "field_audience": ("audience ID", "オーディエンス ID", "Audience-ID"),
    "field_audience_id": ("audience ID", "オーディエンス ID", "Audience-ID"),
    "field_hook_url": ("incoming webhook URL", "Incoming Webhook の URL", "URL des Incoming Webhook"),
    "field_bot_token": ("bot token", "ボットトークン", "Bot-Token"),
    "field_channel": ("channel", "チャンネル", "Kanal"),
    "field_base_url": ("base URL", "ベース URL", "Basis-URL"),
    "field_client_id": ("client ID", "クライアント ID", "Client-ID"),
    "field_client_secret": ("client secret", "クライアントシークレット", "Client-Secret"),
    "which_of": (
        "{vendor} is connected by one of these:",
        "{vendor} の接続方法を選んでください:",
        "{vendor} wird mit einem hiervon verbunden:",
    ),
    "ask_which": ("Which one? [1-{count}] ", "番号 [1-{count}]: ", "Womit? [1-{count}] "),
    "no_choice": ("Nothing was chosen.", "選択されませんでした。", "Nichts gewählt."),
    "only_one_of": (
        "{vendor} takes exactly one of these, but more are given: {names}",
        "{vendor} に指定できるのは次のうち 1 つだけですが、複数あります: {names}",
        "{vendor} nimmt genau eines hiervon, gegeben sind mehrere: {names}",
    ),
    "none_of": (
        "Nobody is there to ask. For {vendor}, set one of {names}, or name a file ({option}).",
        "入力を求められない環境です。{vendor} には {names} のいずれか、またはファイルを指定してください({option})。",
        "Niemand da, der gefragt werden kann. Für {vendor} eines setzen: {names}; oder eine Datei nennen ({option}).",
    ),
    "no_prompt": (
        "Nobody is there to ask for: {what}Set {variable}, or name a file ({option}).",
        "入力を求められない環境です: {what}{variable} を設定するか、ファイルを指定してください({option})。",
        "Niemand da, der gefragt werden kann: {what}{variable} setzen oder eine Datei nennen ({option}).",
    ),
    "no_hiding": (
        "This terminal cannot hide what is typed. Use an environment variable or a file.",
        "この端末では入力を隠せません。環境変数かファイルを使ってください。",
        "Dieses Terminal kann Eingaben nicht verbergen. Umgebungsvariable oder Datei benutzen.",
    ),
    "empty_secret": ("{source} is empty.", "{source} が空です。", "{source} ist leer."),
    "odd_secret": (
        "{source} holds more than one line or characters that cannot stand in a header.",
        "{source} に改行、またはヘッダーに使えない文字があります。",
        "{source} enthält mehrere Zeilen oder Zeichen, die in keiner Kopfzeile stehen können.",
    ),
    "bad_secrets": (
        "{file}:{line}: neither KEY=value nor a JSON object of texts.",
        "{file}:{line}: KEY=値 の形でも、文字列だけの JSON オブジェクトでもありません。",
        "{file}:{line}: weder KEY=Wert noch ein JSON-Objekt aus Texten.",
    ),
    "unknown_secret": (
        "{file}:{line}: this is not one of: {names}",
        "{file}:{line}: 指定できるのは次の項目だけです: {names}",
        "{file}:{line}: gehört nicht zu: {names}",
    ),
    "not_for_vendor": (
        "{option} does not go with {vendor}.",
        "{option} は {vendor} では使えません。",
        "{option} passt nicht zu {vendor}.",
    ),
    "not_with_token": (
        "{option} does not go with --token: a key belongs to no app.",
        "{option} は --token と同時に使えません。キーはアプリとは無関係です。",
        "{option} passt nicht zu --token: Ein Schlüssel gehört zu keiner App.",
    ),
    "by_token": (
        "{vendor} is connected by a key so far. To enter another key instead: `renkei connect {vendor} --token`.",
        "{vendor} は現在キーで接続しています。新しいキーを入力するには: `renkei connect {vendor} --token`",
        "{vendor} ist bisher mit einem Schlüssel verbunden. Einen neuen eingeben: `renkei connect {vendor} --token`.",
    ),
    # Testing
    "looking": ("Checking {vendor} …", "{vendor} を確認しています …", "{vendor} wird geprüft …"),
    "tested": ("{vendor} {account}: {message}", "{vendor} {account}: {message}", "{vendor} {account}: {message}"),
    "tested_unnamed": ("{vendor}: {message}", "{vendor}: {message}", "{vendor}: {message}"),
    "broken": (
        "{vendor}: broken since {since}: {why} Mend it with `renkei connect {vendor}`; what waits then goes on.",
        "{vendor}: {since} から切れています。{why} `renkei connect {vendor}` で再接続すると待機中の配信も再開します。",
        "{vendor}: gestört seit {since}: {why} Abhilfe: `renkei connect {vendor}`; was wartet, läuft dann weiter.",
    ),
    "expired": (
        "{vendor}: expired at {at} for want of use; its secrets are destroyed. Renew it: `renkei connect {vendor}`.",
        "{vendor}: 未使用のため {at} に失効し、秘密情報は破棄済みです。`renkei connect {vendor}` で再接続できます。",
        "{vendor}: unbenutzt, daher am {at} abgelaufen; die Geheimnisse sind gelöscht. Neu: `renkei connect {vendor}`.",
    ),
    # Disconnecting
    "ask_disconnect": (
        "Disconnect {vendor} from workspace {workspace}? Deliveries will wait until it is connected again.",
        "ワークスペース {workspace} の {vendor} を切断しますか?再接続まで配信は保留されます。",
        "{vendor} vom Workspace {workspace} trennen? Zustellungen warten dann bis zur neuen Verbindung.",
    ),
    "ask_discard_too": (
        "Deliveries that wait are discarded, and their content is destroyed for good.",
        "待機中の配信は破棄され、内容は元に戻せません。",
        "Wartende Zustellungen werden verworfen, ihr Inhalt unwiderruflich gelöscht.",
    ),
    "ask_forget": (
        "What is remembered of its records is forgotten: later deliveries may create them a second time.",
        "記録との対応も消去されるため、以後の配信でレコードが重複することがあります。",
        "Die gemerkten Datensätze werden vergessen: Spätere Zustellungen können sie doppelt anlegen.",
    ),
    "yes_or_no": ("[y/N] ", "[y/N] ", "[j/N] "),
    "say_yes": (
        "Nobody is there to confirm: add --yes.",
        "確認を求められない環境です。--yes を付けてください。",
        "Niemand da, der bestätigen kann: --yes angeben.",
    ),
    "kept": ("Nothing was changed.", "何も変更していません。", "Nichts geändert."),
    "decide": (
        (
            "{count} waiting; nothing was changed. Choose: --keep (they wait until {vendor} is connected again) or "
            "--discard (their content is destroyed for good)."
        ),
        (
            "{count} 件が待機中のため、何も変更していません。--keep({vendor} の再接続まで待機)か "
            "--discard(内容を完全に破棄)を指定してください。"
        ),
        (
            "{count} warten; nichts wurde geändert. Wählen: --keep (sie warten, bis {vendor} wieder verbunden ist) "
            "oder --discard (ihr Inhalt wird unwiderruflich gelöscht)."
        ),
    ),
    "disconnecting": (
        "{discarded} discarded, {forgotten} forgotten …",
        "破棄 {discarded} 件、消去 {forgotten} 件 …",
        "{discarded} verworfen, {forgotten} vergessen …",
    ),
    "go_on_disconnecting": (
        "{vendor} is disconnected, but not all is done. The same command goes on with the rest.",
        "{vendor} は切断済みですが、処理が残っています。同じコマンドで続きを実行できます。",
        "{vendor} ist getrennt, aber nicht alles ist erledigt. Derselbe Befehl macht mit dem Rest weiter.",
    ),
    "disconnected": ("Disconnected: {vendor}", "切断しました: {vendor}", "Getrennt: {vendor}"),
    "waits": (
        "Deliveries that wait until {vendor} is connected again: {count}",
        "{vendor} の再接続を待つ配信: {count} 件",
        "Zustellungen, die warten, bis {vendor} wieder verbunden ist: {count}",
    ),
    "thrown_away": (
        "Deliveries discarded: {count}",
        "破棄した配信: {count} 件",
        "Verworfene Zustellungen: {count}",
    ),
    "forgotten": (
        "Links of records forgotten: {count}",
        "消去した対応の記録: {count} 件",
        "Vergessene Verknüpfungen von Datensätzen: {count}",
    ),
    "not_revoked": (
        "This could not be ended at {vendor} and is left to you:",
        "{vendor} 側で終了できず、手動での対応が必要なもの:",
        "Das ließ sich bei {vendor} nicht beenden und bleibt von Hand zu tun:",
    ),
    "item": ("  - {message}", "  - {message}", "  - {message}"),
}
