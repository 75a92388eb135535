"""What is said about subscribing at Calendly: English, Japanese, German."""

from typing import Final

CALENDLY_TEXTS: Final[dict[str, tuple[str, str, str]]] = {
    "ask_calendly_token": (
        "Calendly personal access token (used for this only, not stored): ",
        "Calendly の個人アクセストークン(この処理だけに使用、保存しません): ",
        "Calendly Personal Access Token (nur hierfür benutzt, nicht gespeichert): ",
    ),
    # What there is, and what was made
    "only_calendly": (
        "--create is for Calendly only: renkei sources calendly --create",
        "--create は Calendly 専用です: renkei sources calendly --create",
        "--create gibt es nur für Calendly: renkei sources calendly --create",
    ),
    "only_with_create": (
        "{option} goes with --create only.",
        "{option} は --create と一緒に指定してください。",
        "{option} gibt es nur mit --create.",
    ),
    "needs_https": (
        "{title} sends to public https addresses only, not to {url}.",
        "{title} は公開された https アドレスにのみ送信できます({url} は不可)。",
        "{title} sendet nur an öffentliche https-Adressen, nicht an {url}.",
    ),
    "subscribed": (
        "Calendly now sends {events} to {url} (scope {scope}).",
        "Calendly が {events} を {url} に送信します(スコープ: {scope})。",
        "Calendly sendet jetzt {events} an {url} (Scope {scope}).",
    ),
    "subscription_there": (
        "Calendly has a subscription for {url} already: {state}, scope {scope}, since {since}. Nothing was changed.",
        "{url} は Calendly に登録済みです({state}、スコープ {scope}、{since} から)。何も変更していません。",
        "Calendly hat schon ein Abonnement für {url}: {state}, Scope {scope}, seit {since}. Nichts wurde geändert.",
    ),
    "subscription_disabled": (
        (
            "Calendly disabled it after a day of failed deliveries and never sends through it again. Replace it with "
            "--replace; what was booked meanwhile is not sent again."
        ),
        (
            "24 時間配信に失敗したため Calendly が無効にしました。再開できないため、--replace で作り直してください"
            "(その間の予約は再送されません)。"
        ),
        (
            "Calendly hat es nach einem Tag vergeblicher Zustellungen abgeschaltet und sendet damit nie wieder. Mit "
            "--replace ersetzen; was inzwischen gebucht wurde, wird nicht nachgesendet."
        ),
    ),
    "subscription_lacks": (
        "It does not send invitee.created and invitee.canceled both. Replace it with --replace.",
        "invitee.created と invitee.canceled の両方は送信されません。--replace で作り直してください。",
        "Es sendet nicht invitee.created und invitee.canceled zugleich. Mit --replace ersetzen.",
    ),
    "subscription_keyless": (
        "This stack has no signing key for it, so whatever it sends is refused. Replace it with --replace.",
        "このスタックに署名キーがないため、受信は拒否されます。--replace で作り直してください。",
        "Dieser Stack hat keinen Schlüssel dafür und lehnt alles ab, was kommt. Mit --replace ersetzen.",
    ),
    "two_keys": (
        (
            "This stack has two signing keys already, and takes no more at once. With --replace the older one ends: "
            "if another subscription uses it, whatever that sends is then refused."
        ),
        (
            "有効な署名キーが既に 2 個あり、これ以上は登録できません。--replace を付けると古い方が無効になり、"
            "それを使う別の登録からの受信は拒否されます。"
        ),
        (
            "Dieser Stack hat schon zwei gültige Signaturschlüssel, mehr gehen nicht zugleich. Mit --replace endet der "
            "ältere: Benutzt ihn ein anderes Abonnement, wird abgelehnt, was es sendet."
        ),
    ),
    "old_key_stays": (
        "The key used so far stays valid too, for what Calendly still sends with it.",
        "Calendly が以前のキーで送信中のもののため、以前のキーも有効なままです。",
        "Der bisherige Schlüssel gilt weiter, für das, was Calendly noch damit sendet.",
    ),
    "run_again": (
        (
            "Calendly may have no subscription now: bookings arrive only when one stands. Run `{command}` again; it "
            "looks first, and never makes a second one."
        ),
        (
            "現在 Calendly に登録がない可能性があり、その場合は予約が届きません。`{command}` を再実行してください"
            "(先に確認するため、二重には登録されません)。"
        ),
        (
            "Vielleicht hat Calendly jetzt kein Abonnement, und dann kommen keine Buchungen an. `{command}` "
            "noch einmal "
            "ausführen; es sieht zuerst nach und legt nie ein zweites an."
        ),
    ),
    "key_left": (
        "The new key could not be taken back from the stack. It does no harm.",
        "新しいキーをスタックから取り消せませんでしたが、害はありません。",
        "Der neue Schlüssel ließ sich nicht vom Stack zurücknehmen. Er schadet nicht.",
    ),
    "calendly_token": (
        (
            "Calendly does not know this personal access token (401): mistyped or revoked. Make a new one at "
            "https://calendly.com/integrations/api_webhooks"
        ),
        (
            "Calendly がこの個人アクセストークンを認めません(401)。誤入力か失効です。"
            "https://calendly.com/integrations/api_webhooks で作り直してください。"
        ),
        (
            "Calendly kennt dieses Personal Access Token nicht (401): vertippt oder widerrufen. Neu anlegen unter "
            "https://calendly.com/integrations/api_webhooks"
        ),
    ),
    "calendly_plan": (
        (
            "Calendly refuses webhooks for this account's plan (403: {message}). Upgrade it in Calendly, "
            "then run this again."
        ),
        (
            "このアカウントのプランでは Webhook を使えません(403: {message})。"
            "Calendly でアップグレード後に再実行してください。"
        ),
        (
            "Der Tarif dieses Kontos hat keine Webhooks (403: {message}). In Calendly upgraden, dann noch "
            "einmal ausführen."
        ),
    ),
    "calendly_scopes": (
        "The token was made without these scopes (403): {scopes}. Make a new one with them.",
        "トークンに必要なスコープがありません(403): {scopes}。スコープを付けて作り直してください。",
        "Dem Token fehlen diese Scopes (403): {scopes}. Ein neues damit anlegen.",
    ),
    "calendly_denied": (
        (
            "Calendly does not let this user do that (403: {message}). For the whole organization an owner or admin is "
            "needed; --scope user is for your own bookings."
        ),
        (
            "この Calendly ユーザーには権限がありません(403: {message})。組織全体にはオーナーか管理者が必要です。"
            "自分の予約だけの場合は --scope user を付けてください。"
        ),
        (
            "Calendly erlaubt das diesem Benutzer nicht (403: {message}). Für die ganze Organisation braucht "
            "es Inhaber "
            "oder Admin; --scope user gilt für eigene Buchungen."
        ),
    ),
    "calendly_taken": (
        (
            "Calendly has this address already (409), but not in this scope. Try the other one (--scope user or "
            "--scope organization) with --replace, or have the user who made it delete it."
        ),
        (
            "このアドレスは Calendly で別のスコープに登録済みです(409)。--scope user または --scope organization と "
            "--replace を試すか、作成したユーザーに削除を依頼してください。"
        ),
        (
            "Calendly hat diese Adresse schon (409), aber in einem anderen Scope. Den anderen (--scope user "
            "oder --scope "
            "organization) mit --replace versuchen, oder wer es angelegt hat, löscht es."
        ),
    ),
    "calendly_busy": (
        "Calendly takes no more calls right now (429). Try again in {seconds} s.",
        "Calendly の呼び出し回数の上限に達しました(429)。{seconds} 秒後に再試行してください。",
        "Calendly nimmt gerade nichts an (429). In {seconds} s noch einmal versuchen.",
    ),
    "calendly_refused": (
        "Calendly refused ({status}): {message}",
        "Calendly に拒否されました({status}): {message}",
        "Calendly hat abgelehnt ({status}): {message}",
    ),
    "calendly_odd": (
        "Calendly failed or answered something odd ({status}). Try again in a minute.",
        "Calendly でエラーが発生したか、応答を解釈できません({status})。1 分ほど待って再試行してください。",
        "Calendly meldet einen Fehler oder antwortet unverständlich ({status}). In einer Minute noch einmal versuchen.",
    ),
    "calendly_slow": (
        "Calendly ({url}) took too long to answer. Try again in a minute.",
        "Calendly({url})の応答が時間内にありません。1 分ほど待って再試行してください。",
        "Calendly ({url}) hat zu lange gebraucht. In einer Minute noch einmal versuchen.",
    ),
    "calendly_unreachable": (
        "Calendly ({url}) does not answer ({reason}). Check this machine's connection.",
        "Calendly({url})に接続できません({reason})。このマシンのネットワークを確認してください。",
        "Calendly ({url}) antwortet nicht ({reason}). Die Verbindung dieses Rechners prüfen.",
    ),
    "calendly_unclear": (
        "Calendly was asked several times, and it is not known whether the subscription was made.",
        "何度か試みましたが、登録されたかどうか確認できません。",
        "Calendly wurde mehrmals gefragt; ob das Abonnement entstanden ist, ist nicht bekannt.",
    ),
}
