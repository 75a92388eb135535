"""What is said about a school that sends events: English, Japanese, German."""

from typing import Final

SCHOOL_TEXTS: Final[dict[str, tuple[str, str, str]]] = {
    "steps_lms": (
        (
            "1. Make a secret: renkei --workspace {workspace} connect lms --generate (it is shown once)\n"
            "2. In the LMS, or in the program that sends for it, enter as the webhook's address: {webhook_url}\n"
            "3. Enter the secret there. It signs each event as www.standardwebhooks.com says; the signature comes in "
            "{header}.\n"
            "4. Send the events of docs/lms-events.yaml: {events}. Examples: events/lms.\n"
            "5. Try it: renkei --workspace {workspace} send events/lms/user_created.json --wait\n"
            "To change the secret later without a gap, add --keep-old in step 1."
        ),
        (
            "1. シークレットを作成します: renkei --workspace {workspace} connect lms --generate(表示は 1 回のみ)\n"
            "2. LMS(または LMS に代わって送信するプログラム)に Webhook の URL を設定します: {webhook_url}\n"
            "3. 同じ場所にシークレットを設定します。各イベントは www.standardwebhooks.com の方式で署名され、"
            "署名はヘッダー {header} で届きます。\n"
            "4. docs/lms-events.yaml のイベントを送信します: {events}。例: events/lms\n"
            "5. 試します: renkei --workspace {workspace} send events/lms/user_created.json --wait\n"
            "後でシークレットを途切れなく変更するには、手順 1 に --keep-old を付けてください。"
        ),
        (
            "1. Ein Geheimnis erzeugen: renkei --workspace {workspace} connect lms --generate (nur einmal gezeigt)\n"
            "2. Im LMS, oder im Programm, das für es sendet, als Adresse des Webhooks eintragen: {webhook_url}\n"
            "3. Dort das Geheimnis eintragen. Es signiert jedes Ereignis, wie es auf www.standardwebhooks.com steht; "
            "die Signatur kommt in {header}.\n"
            "4. Die Ereignisse aus docs/lms-events.yaml senden: {events}. Beispiele: events/lms.\n"
            "5. Ausprobieren: renkei --workspace {workspace} send events/lms/user_created.json --wait\n"
            "Um das Geheimnis später ohne Lücke zu wechseln, in Schritt 1 --keep-old angeben."
        ),
    ),
    "ask_school_secret": (
        "The LMS's signing secret (whsec_…): ",
        "LMS の署名シークレット(whsec_…): ",
        "Signaturgeheimnis des LMS (whsec_…): ",
    ),
    "bad_school_secret": (
        (
            "This is no signing secret: it is whsec_ and then 24 to 64 random bytes in base64. "
            "`renkei connect lms --generate` makes one."
        ),
        (
            "署名シークレットではありません。whsec_ に続けて 24~64 バイトの乱数を Base64 で表したものです。"
            "`renkei connect lms --generate` で作成できます。"
        ),
        (
            "Das ist kein Signaturgeheimnis: whsec_ und danach 24 bis 64 zufällige Bytes in Base64. "
            "`renkei connect lms --generate` erzeugt eines."
        ),
    ),
    "lms_ready": (
        "The LMS may send to {url}, signed in {header}. Valid secrets: {tokens}. Next steps: `renkei sources lms`.",
        (
            "LMS から {url} への送信(署名: {header})を受け付けます。有効なシークレット: {tokens} 個。"
            "次の手順: `renkei sources lms`"
        ),
        (
            "Das LMS darf an {url} senden, signiert in {header}. Gültige Geheimnisse: {tokens}. "
            "Nächste Schritte: `renkei sources lms`."
        ),
    ),
}
