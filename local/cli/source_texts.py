"""What is said about the schedulers and the school that send events: English, Japanese, German."""

from typing import Final

SOURCE_TEXTS: Final[dict[str, tuple[str, str, str]]] = {
    "source_connected": (
        "connected, valid secrets: {tokens}",
        "接続済み(有効なシークレット: {tokens} 個)",
        "verbunden, gültige Geheimnisse: {tokens}",
    ),
    "source_open": ("not connected", "未接続", "nicht verbunden"),
    # The steps to take
    "steps_timerex": (
        (
            "1. In TimeRex, open Team Settings > Integrations > Webhook.\n"
            "2. URL: {webhook_url} (TimeRex takes only a public https address on port 443).\n"
            "3. Copy the security token that TimeRex shows. It travels in the header {header}.\n"
            "4. Hand it over: renkei --workspace {workspace} connect timerex\n"
            "If your TimeRex sends it in another header, name that in the workspace file (sources: timerex: header)."
        ),
        (
            "1. TimeRex で「チーム設定 > サービス連携 > Webhook」を開きます。\n"
            "2. URL: {webhook_url}(公開された https、ポート 443 のみ)\n"
            "3. 表示されるセキュリティトークンをコピーします(ヘッダー {header} で送られます)。\n"
            "4. 登録します: renkei --workspace {workspace} connect timerex\n"
            "別のヘッダーで送られる場合は、ワークスペースファイルの sources: timerex: header に指定してください。"
        ),
        (
            "1. In TimeRex Team-Einstellungen > Integrationen > Webhook öffnen.\n"
            "2. URL: {webhook_url} (TimeRex nimmt nur eine öffentliche https-Adresse auf Port 443).\n"
            "3. Das Sicherheitstoken kopieren, das TimeRex zeigt. Es kommt in der Kopfzeile {header}.\n"
            "4. Übergeben: renkei --workspace {workspace} connect timerex\n"
            "Sendet TimeRex es in einer anderen Kopfzeile, gehört deren Name in die Workspace-Datei "
            "(sources: timerex: header)."
        ),
    ),
    "steps_calendly": (
        (
            "Calendly has no form for this; subscriptions are made through its API.\n"
            "1. In Calendly, open Integrations & apps > API & Webhooks "
            "(https://calendly.com/integrations/api_webhooks) "
            "as an owner or admin, and make a personal access token: a password for programs, which Calendly shows "
            "once. Where it asks for scopes: users:read, webhooks:read, webhooks:write, scheduled_events:read.\n"
            "2. Run: renkei --workspace {workspace} sources calendly --create\n"
            "   It asks for the token, uses it from this machine for this only, and stores it nowhere. For "
            "your own bookings only: --scope user.\n"
            "3. Keep no copy of the token, but leave it in Calendly: whether a subscription outlives it is "
            "not documented.\n"
            "Calendly may ask for a paid plan.\n"
            "By hand: renkei connect calendly --generate, then POST "
            "https://api.calendly.com/webhook_subscriptions with "
            "url {webhook_url}, events invitee.created and invitee.canceled, organization, scope organization, and "
            "signing_key. The signature comes in {header}."
        ),
        (
            "Calendly には設定画面がなく、API で Webhook を登録します。\n"
            "1. Calendly にオーナーか管理者でログインし、「Integrations & apps > API & Webhooks」"
            "(https://calendly.com/integrations/api_webhooks)で個人アクセストークンを作成します"
            "(プログラム用のパスワードで、表示は 1 回のみ)。スコープの選択があれば users:read、webhooks:read、"
            "webhooks:write、scheduled_events:read を選びます。\n"
            "2. 実行します: renkei --workspace {workspace} sources calendly --create\n"
            "   トークンを尋ね、このマシンからこの処理にだけ使用し、どこにも保存しません。"
            "自分の予約だけの場合は --scope user を付けます。\n"
            "3. トークンの控えは残さず、Calendly 上では削除しないでください(削除後も Webhook "
            "が残るかは公表されていません)。\n"
            "Calendly の有料プランが必要な場合があります。\n"
            "手動の場合: renkei connect calendly --generate の後、"
            "POST https://api.calendly.com/webhook_subscriptions に url {webhook_url}、"
            "events invitee.created と invitee.canceled、organization、scope organization、signing_key を送ります。"
            "署名はヘッダー {header} で届きます。"
        ),
        (
            "Calendly hat dafür kein Formular; Abonnements entstehen über die API.\n"
            "1. In Calendly als Inhaber oder Admin Integrations & apps > API & Webhooks öffnen "
            "(https://calendly.com/integrations/api_webhooks) und ein Personal Access Token anlegen: "
            "ein Passwort für Programme, das Calendly nur einmal zeigt. Wird nach Scopes gefragt: "
            "users:read, webhooks:read, webhooks:write, scheduled_events:read.\n"
            "2. Ausführen: renkei --workspace {workspace} sources calendly --create\n"
            "   Das Token wird erfragt, nur hierfür von diesem Rechner aus benutzt und nirgends "
            "gespeichert. Nur für eigene Buchungen: --scope user.\n"
            "3. Keine Kopie des Tokens behalten, es in Calendly aber stehen lassen: Ob ein Abonnement es "
            "überlebt, ist nicht dokumentiert.\n"
            "Calendly verlangt dafür womöglich einen bezahlten Tarif.\n"
            "Von Hand: renkei connect calendly --generate, dann POST https://api.calendly.com/webhook_subscriptions "
            "mit url {webhook_url}, events invitee.created und invitee.canceled, organization, scope "
            "organization und signing_key. Die Signatur kommt in {header}."
        ),
    ),
    "steps_calcom": (
        (
            "1. Make a secret: renkei --workspace {workspace} connect calcom --generate (it is shown once)\n"
            "2. In Cal.com, open Settings > Developer > Webhooks > New (for all event types of a team: "
            "as that team).\n"
            "3. Subscriber URL: {webhook_url}\n"
            "4. Event triggers: Booking created (BOOKING_CREATED), Booking rescheduled "
            "(BOOKING_RESCHEDULED), Booking cancelled (BOOKING_CANCELLED); no others.\n"
            "5. Secret: the one from step 1. Without it nothing is accepted; it signs each event in {header}.\n"
            "6. Payload template: leave it at the default. Then save.\n"
            "To change the secret later without a gap, add --keep-old in step 1."
        ),
        (
            "1. シークレットを作成します: renkei --workspace {workspace} connect calcom --generate(表示は 1 回のみ)\n"
            "2. Cal.com で Settings > Developer > Webhooks > New を開きます(チーム全体の場合はチームで作成)。\n"
            "3. Subscriber URL: {webhook_url}\n"
            "4. Event triggers: Booking created(BOOKING_CREATED)、Booking rescheduled(BOOKING_RESCHEDULED)、"
            "Booking cancelled(BOOKING_CANCELLED)のみ\n"
            "5. Secret: 手順 1 のもの。ないと受け付けません(各イベントの署名は {header} で届きます)。\n"
            "6. Payload template: 既定のまま保存します。\n"
            "後でシークレットを途切れなく変更するには、手順 1 に --keep-old を付けてください。"
        ),
        (
            "1. Ein Geheimnis erzeugen: renkei --workspace {workspace} connect calcom --generate (nur "
            "einmal gezeigt)\n"
            "2. In Cal.com Settings > Developer > Webhooks > New öffnen (für alle Termine eines Teams: als Team).\n"
            "3. Subscriber URL: {webhook_url}\n"
            "4. Event triggers: Booking created (BOOKING_CREATED), Booking rescheduled "
            "(BOOKING_RESCHEDULED), Booking cancelled (BOOKING_CANCELLED); keine anderen.\n"
            "5. Secret: das aus Schritt 1. Ohne wird nichts angenommen; es signiert jedes Ereignis in {header}.\n"
            "6. Payload template: auf der Vorgabe lassen. Dann speichern.\n"
            "Um das Geheimnis später ohne Lücke zu wechseln, in Schritt 1 --keep-old angeben."
        ),
    ),
    # Connecting
    "ask_token": ("TimeRex security token: ", "TimeRex のセキュリティトークン: ", "TimeRex-Sicherheitstoken: "),
    "ask_signing_key": ("Calendly signing key: ", "Calendly の署名キー: ", "Calendly-Signaturschlüssel: "),
    "ask_webhook_secret": ("Cal.com webhook secret: ", "Cal.com の Webhook シークレット: ", "Cal.com-Webhook-Secret: "),
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
    "calendly_ready": (
        "Calendly may send to {url}, signed in {header}. Valid keys: {tokens}. Next steps: `renkei sources calendly`.",
        (
            "Calendly から {url} への送信(署名: {header})を受け付けます。有効なキー: {tokens} 個。"
            "次の手順: `renkei sources calendly`"
        ),
        (
            "Calendly darf an {url} senden, signiert in {header}. Gültige Schlüssel: {tokens}. "
            "Nächste Schritte: `renkei sources calendly`."
        ),
    ),
    "calcom_ready": (
        "Cal.com may send to {url}, signed in {header}. Valid secrets: {tokens}. Next steps: `renkei sources calcom`.",
        (
            "Cal.com から {url} への送信(署名: {header})を受け付けます。有効なシークレット: {tokens} 個。"
            "次の手順: `renkei sources calcom`"
        ),
        (
            "Cal.com darf an {url} senden, signiert in {header}. Gültige Geheimnisse: {tokens}. "
            "Nächste Schritte: `renkei sources calcom`."
        ),
    ),
    "made_secret": (
        "The secret for {title}, shown this once:\n  {secret}",
        "{title} 用のシークレット(表示は今回のみ):\n  {secret}",
        "Das Geheimnis für {title}, nur jetzt gezeigt:\n  {secret}",
    ),
    "made_or_given": (
        "--generate makes a secret, --token-file gives one: choose one of them.",
        "--generate(作成)と --token-file(指定)は同時に使えません。",
        "--generate erzeugt ein Geheimnis, --token-file gibt eines: eins von beiden wählen.",
    ),
    "rotation": (
        "The old one stays valid. When {title} uses the new one, run `renkei connect {vendor}` without --keep-old.",
        "古いものも有効です。{title} の切り替え後に --keep-old なしで `renkei connect {vendor}` を実行してください。",
        "Das alte gilt weiter. Sobald {title} das neue benutzt: `renkei connect {vendor}` ohne --keep-old.",
    ),
    "ask_disconnect_source": (
        "End the right of {vendor} to send to workspace {workspace}? Whatever it sends is then refused.",
        "ワークスペース {workspace} への {vendor} からの送信を拒否しますか?以後は受け付けません。",
        "{vendor} das Senden an den Workspace {workspace} entziehen? Was kommt, wird dann abgelehnt.",
    ),
    "source_ended": (
        "{title} still has the address: delete the webhook there, too.",
        "{title} 側の Webhook も削除してください。",
        "{title} hat die Adresse noch: den Webhook auch dort löschen.",
    ),
    # What --help says
    "help_sources": (
        "say what to enter at each scheduler and in the LMS, and whether it is connected",
        "日程調整サービスと LMS の設定手順と接続状況を表示する",
        "sagen, was beim Terminplaner und im LMS einzutragen ist und ob sie verbunden sind",
    ),
    "help_sources_more": (
        (
            "With --create: subscribe at Calendly, through its API, from this machine. The personal access token is "
            "asked for, or read from CALENDLY_TOKEN or a file; never from the command line, and stored nowhere. "
            "RENKEI_CALENDLY_URL: another address than https://api.calendly.com."
        ),
        (
            "--create: このマシンから Calendly の API で Webhook を登録します。個人アクセストークンは入力、"
            "CALENDLY_TOKEN、またはファイルから読みます。コマンドラインには書けず、保存もしません。"
            "RENKEI_CALENDLY_URL: https://api.calendly.com 以外のアドレス"
        ),
        (
            "Mit --create: über die API von Calendly abonnieren, von diesem Rechner aus. Das Personal Access "
            "Token wird "
            "erfragt oder aus CALENDLY_TOKEN oder einer Datei gelesen; nie aus der Befehlszeile, und nirgends "
            "gespeichert. RENKEI_CALENDLY_URL: andere Adresse als https://api.calendly.com."
        ),
    ),
    "help_create": (
        "make the Calendly subscription",
        "Calendly に Webhook を登録する",
        "das Calendly-Abonnement anlegen",
    ),
    "help_scope": (
        "whose bookings: organization (default) or user",
        "対象の予約: organization(組織、既定)または user(本人)",
        "wessen Buchungen: organization (Vorgabe) oder user",
    ),
    "help_replace": (
        "delete the subscription that there is, and make a new one",
        "既存の登録を削除して作り直す",
        "das vorhandene Abonnement löschen und neu anlegen",
    ),
    "help_calendly_file": (
        "file with the personal access token",
        "個人アクセストークンのファイル",
        "Datei mit dem Personal Access Token",
    ),
    "help_source": (
        "whose event it is (else by its folder or content): {names}",
        "どのサービスのイベントか(省略時はフォルダーと内容で判断): {names}",
        "wessen Ereignis es ist (sonst nach Ordner und Inhalt): {names}",
    ),
    "help_preview_integration": (
        "only in this integration (else in all of the workspace file)",
        "この連携のみ(省略時はワークスペースファイルのすべて)",
        "nur in dieser Integration (sonst in allen der Workspace-Datei)",
    ),
}
