"""What is said when something goes wrong: English, Japanese, German."""

from typing import Final

PROBLEMS: Final[dict[str, tuple[str, str, str]]] = {
    # Where to call
    "no_url": (
        "Which stack? Set RENKEI_URL or --url (an output of the stack), or start a local one with `make demo`.",
        "接続先が不明です。RENKEI_URL または --url にスタックの URL を指定するか、`make demo` で起動してください。",
        "Welcher Stack? RENKEI_URL oder --url setzen (Ausgabe des Stacks) oder mit `make demo` einen starten.",
    ),
    "bad_url": (
        "{url} cannot be used: an https:// address is needed (http:// only on this machine).",
        "{url} は使えません。https:// のアドレスが必要です(http:// はこのマシン上のみ)。",
        "{url} geht nicht: nötig ist eine https://-Adresse (http:// nur auf diesem Rechner).",
    ),
    "bad_stack_file": (
        "{file} cannot be read ({reason}). Start the local stack again, or set RENKEI_URL.",
        "{file} を読めません({reason})。ローカルスタックを起動し直すか、RENKEI_URL を指定してください。",
        "{file} ist nicht lesbar ({reason}). Lokalen Stack neu starten oder RENKEI_URL setzen.",
    ),
    "no_region": (
        "In which AWS region is {url}? Set AWS_REGION.",
        "{url} の AWS リージョンが不明です。AWS_REGION を指定してください。",
        "In welcher AWS-Region liegt {url}? AWS_REGION setzen.",
    ),
    "no_credentials": (
        "No usable AWS credentials ({reason}). Sign in (`aws sso login` or `aws configure`) or set AWS_PROFILE.",
        "使える AWS 認証情報がありません({reason})。`aws sso login` か `aws configure`、または AWS_PROFILE の指定を。",
        "Keine brauchbaren AWS-Zugangsdaten ({reason}). `aws sso login` oder `aws configure`, oder AWS_PROFILE setzen.",
    ),
    "which_workspace": (
        "Which workspace? Set --workspace or RENKEI_WORKSPACE to one of: {names}",
        "ワークスペースを --workspace か RENKEI_WORKSPACE で指定してください: {names}",
        "Welcher Workspace? --workspace oder RENKEI_WORKSPACE auf einen davon setzen: {names}",
    ),
    "no_workspace": (
        "There is no workspace yet. Name yours with --workspace: renkei --workspace demo connect hubspot",
        "ワークスペースがまだありません。--workspace で名前を指定: renkei --workspace demo connect hubspot",
        "Es gibt noch keinen Workspace. Mit --workspace benennen: renkei --workspace demo connect hubspot",
    ),
    # What comes back
    "refused": ("{message} [{code}]", "{message} [{code}]", "{message} [{code}]"),
    "server_refused": (
        "{message} [{code}] The fault is on the server's side: try again, then look at the API function's log.",
        "{message} [{code}] サーバー側の問題です。再試行し、続く場合は API 関数のログを確認してください。",
        "{message} [{code}] Der Fehler liegt beim Server: noch einmal versuchen, dann das Log der API ansehen.",
    ),
    "unreachable": (
        "{url} does not answer ({reason}). Is the stack running, and is the address right?",
        "{url} に接続できません({reason})。スタックの起動とアドレスを確認してください。",
        "{url} antwortet nicht ({reason}). Läuft der Stack, und stimmt die Adresse?",
    ),
    "too_slow": (
        "{url} took too long to answer. What was asked may have been done: look before you repeat it.",
        "{url} の応答が時間内にありません。処理済みの可能性があるため、確認してから再実行してください。",
        "{url} hat zu lange gebraucht. Der Auftrag kann trotzdem ausgeführt sein: erst nachsehen, dann wiederholen.",
    ),
    "iam": (
        (
            "AWS refused the call (403: {message}). The AWS identity in use needs execute-api:Invoke on this API. "
            "Check AWS_PROFILE, the region ({region}) and this machine's clock."
        ),
        (
            "AWS に拒否されました(403: {message})。使用中の AWS ID に execute-api:Invoke 権限が必要です。"
            "AWS_PROFILE、リージョン({region})、時計を確認してください。"
        ),
        (
            "AWS hat abgelehnt (403: {message}). Die AWS-Identität braucht execute-api:Invoke für diese API. "
            "AWS_PROFILE, Region ({region}) und Uhrzeit dieses Rechners prüfen."
        ),
    ),
    "no_api": (
        "There is no Renkei API at {url} ({status}). Check the address.",
        "{url} に Renkei の API がありません({status})。アドレスを確認してください。",
        "Unter {url} ist keine Renkei-API ({status}). Adresse prüfen.",
    ),
    "busy": (
        "The stack takes no more calls right now (429). Try again in a minute.",
        "アクセスが集中しています(429)。1分ほど待って再試行してください。",
        "Der Stack nimmt gerade nichts an (429). In einer Minute noch einmal versuchen.",
    ),
    "server": (
        "The stack failed ({status}, request {request}). Try again, then look for the request in its log.",
        "スタックでエラーが発生しました({status}、リクエスト {request})。再試行し、続く場合はログを確認してください。",
        "Der Stack hat versagt ({status}, Anfrage {request}). Noch einmal versuchen, dann im Log danach suchen.",
    ),
    "odd_answer": (
        "{url} answered something that this version does not understand ({status}).",
        "{url} の応答をこのバージョンでは解釈できません({status})。",
        "{url} hat etwas geantwortet, das diese Version nicht versteht ({status}).",
    ),
    "no_progress": (
        "The stack does not get on. Try the same command again in a minute; it goes on with the rest.",
        "処理が進んでいません。1 分ほど待って同じコマンドを実行すると、続きから再開します。",
        "Der Stack kommt nicht weiter. Denselben Befehl in einer Minute wiederholen; er macht mit dem Rest weiter.",
    ),
    "unknown_options": (
        "Not known here: {names}. See --help. Secrets are never given on the command line.",
        "不明な引数: {names}。--help を参照してください。秘密情報はコマンドラインには書けません。",
        "Hier unbekannt: {names}. Siehe --help. Geheimnisse stehen nie in der Befehlszeile.",
    ),
    "nothing": ("Nothing found.", "見つかりませんでした。", "Nichts gefunden."),
    "interrupted": ("Stopped.", "中断しました。", "Abgebrochen."),
    "warning": ("Warning: {message}", "警告: {message}", "Warnung: {message}"),
    # Files
    "no_file": ("{file}: {reason}", "{file}: {reason}", "{file}: {reason}"),
    "not_utf8": (
        "{file}: this is not UTF-8 text. Save it as UTF-8.",
        "{file}: UTF-8 ではありません。UTF-8 で保存してください。",
        "{file}: kein UTF-8-Text. Als UTF-8 speichern.",
    ),
    "bad_yaml": ("not valid YAML: {reason}", "YAML として正しくありません: {reason}", "kein gültiges YAML: {reason}"),
    "bad_json": (
        "{file}:{line}: not a JSON object: {reason}",
        "{file}:{line}: JSON オブジェクトではありません: {reason}",
        "{file}:{line}: kein JSON-Objekt: {reason}",
    ),
    "not_a_workspace": (
        "a workspace file starts with `workspace: <name>`; see docs/workspace.example.yaml",
        "ワークスペースファイルには `workspace: <名前>` が必要です(docs/workspace.example.yaml を参照)",
        "eine Workspace-Datei beginnt mit `workspace: <Name>`; siehe docs/workspace.example.yaml",
    ),
    "other_workspace": (
        "the file is for workspace {inside}, but {asked} is chosen (--workspace or RENKEI_WORKSPACE)",
        "ファイルは {inside} 用ですが、{asked} が指定されています(--workspace か RENKEI_WORKSPACE)",
        "die Datei ist für {inside}, gewählt ist aber {asked} (--workspace oder RENKEI_WORKSPACE)",
    ),
    "twice": (
        "stands here twice; the first is in line {line}",
        "重複しています(最初は {line} 行目)",
        "steht doppelt da; zuerst in Zeile {line}",
    ),
    "endless": ("contains itself", "自分自身を含んでいます", "enthält sich selbst"),
    "secret_in_file": (
        (
            "looks like a secret, and a workspace file holds none: take it out (and replace it at the vendor if others "
            "have seen it), then hand it over with `renkei connect`"
        ),
        (
            "秘密情報のようです。ワークスペースファイルには書けません。削除し(他人に見られた場合は発行し直し)、"
            "`renkei connect` で登録してください"
        ),
        (
            "sieht nach einem Geheimnis aus, und das gehört nicht in die Datei: herausnehmen (und beim Anbieter "
            "ersetzen, falls andere es gesehen haben), dann mit `renkei connect` übergeben"
        ),
    ),
    "allowed": ("(allowed: {allowed})", "(使用できる値: {allowed})", "(erlaubt: {allowed})"),
    "and_more": ("… and {count} more", "… 他 {count} 件", "… und {count} weitere"),
    "not_saved": (
        "Nothing was saved: {count} to correct.",
        "保存していません(修正が必要: {count} 件)。",
        "Nichts gespeichert: {count} zu berichtigen.",
    ),
    "saved": (
        "Saved workspace {workspace}.",
        "ワークスペース {workspace} を保存しました。",
        "Workspace {workspace} gespeichert.",
    ),
    "file_exists": (
        "{file} exists already, and its comments would be lost. Choose another name, or add --force.",
        "{file} は既にあり、コメントが失われます。別名にするか --force を付けてください。",
        "{file} gibt es schon, und Kommentare gingen verloren. Anderen Namen wählen oder --force angeben.",
    ),
    "written": ("Wrote {file}.", "{file} に書き出しました。", "{file} geschrieben."),
}
