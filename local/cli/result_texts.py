"""What is said about what was done and found: English, Japanese, German."""

from typing import Final

RESULTS: Final[dict[str, tuple[str, str, str]]] = {
    # Connections
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
    "connected": (
        "Connected: {vendor} {account}",
        "接続しました: {vendor} {account}",
        "Verbunden: {vendor} {account}",
    ),
    "timerex_ready": (
        (
            "Enter this in TimeRex (team settings, integrations, webhook):\n  URL     {url}\n  header  {header}\n"
            "Valid tokens: {tokens}."
        ),
        (
            "TimeRex(チーム設定 > サービス連携 > Webhook)に入力してください:\n  URL       {url}\n  ヘッダー  {header}\n"
            "有効なトークン: {tokens} 個"
        ),
        (
            "In TimeRex eintragen (Team, Integrationen, Webhook):\n  URL       {url}\n  Kopfzeile {header}\n"
            "Gültige Token: {tokens}."
        ),
    ),
    "rotation": (
        "The old token stays valid. When TimeRex sends the new one, run `renkei connect timerex` without --keep-old.",
        "古いトークンも有効です。TimeRex の切り替え後に --keep-old なしで `renkei connect timerex` を実行。",
        "Das alte Token gilt weiter. Sobald TimeRex das neue sendet: `renkei connect timerex` ohne --keep-old.",
    ),
    "ask_token": ("TimeRex security token: ", "TimeRex のセキュリティトークン: ", "TimeRex-Sicherheitstoken: "),
    "ask_client_id": (
        "Client ID of your HubSpot app: ",
        "HubSpot アプリのクライアント ID: ",
        "Client-ID der HubSpot-App: ",
    ),
    "ask_client_secret": (
        "Client secret of your HubSpot app: ",
        "HubSpot アプリのクライアントシークレット: ",
        "Client-Secret der HubSpot-App: ",
    ),
    "no_prompt": (
        "Nobody is there to ask for: {what}Set {variable}, or name a file ({option}).",
        "入力を求められない環境です: {what}{variable} を設定するか、ファイルを指定してください({option})。",
        "Niemand da, der gefragt werden kann: {what}{variable} setzen oder eine Datei nennen ({option}).",
    ),
    "empty_secret": ("{source} is empty.", "{source} が空です。", "{source} ist leer."),
    "odd_secret": (
        "{source} holds more than one line or characters that cannot stand in a header.",
        "{source} に改行、またはヘッダーに使えない文字があります。",
        "{source} enthält mehrere Zeilen oder Zeichen, die in keiner Kopfzeile stehen können.",
    ),
    "not_for_vendor": (
        "{option} does not go with {vendor}.",
        "{option} は {vendor} では使えません。",
        "{option} passt nicht zu {vendor}.",
    ),
    "confirm": (
        "Disconnect {vendor} from workspace {workspace}? Bookings will wait until it is connected again. [y/N] ",
        "ワークスペース {workspace} の {vendor} を切断しますか?再接続まで予約は保留されます。[y/N] ",
        "{vendor} vom Workspace {workspace} trennen? Buchungen warten dann bis zur neuen Verbindung. [j/N] ",
    ),
    "say_yes": (
        "Nobody is there to confirm: add --yes.",
        "確認を求められない環境です。--yes を付けてください。",
        "Niemand da, der bestätigen kann: --yes angeben.",
    ),
    "kept": ("Nothing was changed.", "何も変更していません。", "Nichts geändert."),
    "disconnected": ("Disconnected: {vendor}", "切断しました: {vendor}", "Getrennt: {vendor}"),
    "not_revoked": (
        "Could not be revoked at {vendor}: {what}. Remove the app there by hand (settings, connected apps).",
        "{vendor} 側で取り消せませんでした: {what}。設定 > 接続されたアプリから手動で削除してください。",
        "Bei {vendor} nicht widerrufen: {what}. Die App dort von Hand entfernen (Einstellungen, verbundene Apps).",
    ),
    # Deliveries
    "more": (
        "There are more: --all shows them.",
        "続きがあります(--all で表示)。",
        "Es gibt mehr: --all zeigt alle.",
    ),
    "retried": ("{id}: {state}", "{id}: {state}", "{id}: {state}"),
    "sent": (
        "Accepted: {accepted}, repeated: {repeated}, skipped: {skipped}",
        "受付: {accepted}、重複: {repeated}、対象外: {skipped}",
        "Angenommen: {accepted}, wiederholt: {repeated}, übersprungen: {skipped}",
    ),
    "token_refused": (
        (
            "Not accepted (401): the token is wrong, or workspace {workspace} does not exist. "
            "See `renkei connect timerex`."
        ),
        "拒否されました(401)。トークンが違うか、{workspace} がありません。`renkei connect timerex` を参照。",
        "Nicht angenommen (401): falsches Token, oder {workspace} gibt es nicht. Siehe `renkei connect timerex`.",
    ),
    "webhook_refused": (
        "Not accepted ({status}): {message}",
        "受け付けられませんでした({status}): {message}",
        "Nicht angenommen ({status}): {message}",
    ),
    "no_event_id": (
        "{file} has no event.id and webhook_type, so there is no delivery to wait for.",
        "{file} に event.id と webhook_type がないため、待つ対象がありません。",
        "{file} hat keine event.id und keinen webhook_type: es gibt keine Zustellung, auf die zu warten wäre.",
    ),
    "still_open": (
        "Not finished in time. Look with `renkei deliveries`.",
        "時間内に完了しませんでした。`renkei deliveries` で確認してください。",
        "Nicht rechtzeitig fertig. Siehe `renkei deliveries`.",
    ),
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
    "h_accepted": ("Accepted", "受付", "Angenommen"),
    "h_reason": ("Reason", "理由", "Grund"),
    "h_attempts": ("Attempts", "試行", "Versuche"),
    "h_calls": ("Calls", "呼出", "Aufrufe"),
    "h_id": ("Id", "ID", "Kennung"),
    "h_field": ("HubSpot property", "HubSpot プロパティー", "HubSpot-Eigenschaft"),
    "h_value": ("Value", "値", "Wert"),
    "h_why": ("From", "取得元", "Woher"),
    "h_policy": ("Policy", "書き込み", "Regel"),
    "h_name": ("Name", "内部名", "Name"),
    "h_label": ("Label", "表示名", "Beschriftung"),
    "h_type": ("Type", "型", "Typ"),
}
