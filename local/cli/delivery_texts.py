"""What is said about deliveries and notices: English, Japanese, German."""

from typing import Final

DELIVERIES: Final[dict[str, tuple[str, str, str]]] = {
    "more": (
        "There are more: --all shows them.",
        "続きがあります(--all で表示)。",
        "Es gibt mehr: --all zeigt alle.",
    ),
    # Trying again, discarding
    "now_in_state": ("{id}: {state}", "{id}: {state}", "{id}: {state}"),
    "which_deliveries": (
        "Which ones? renkei {command} ID, --cause CODE or --connection VENDOR.",
        "対象を指定してください: renkei {command} ID、--cause CODE、または --connection VENDOR",
        "Welche? renkei {command} ID, --cause CODE oder --connection VENDOR.",
    ),
    "id_or_filter": (
        "{option} does not go with an ID: name one delivery, or say which ones.",
        "{option} と ID は同時に指定できません。",
        "{option} passt nicht zu einer ID: eine Zustellung nennen, oder sagen, welche.",
    ),
    "ask_discard_one": (
        "Discard {which} in workspace {workspace}? Its content is destroyed for good.",
        "ワークスペース {workspace} の {which} を破棄しますか?内容は元に戻せません。",
        "{which} im Workspace {workspace} verwerfen? Der Inhalt wird unwiderruflich gelöscht.",
    ),
    "ask_discard_all": (
        "Discard all deliveries in workspace {workspace} with {which}? Their content is destroyed for good.",
        "ワークスペース {workspace} の該当する配信({which})をすべて破棄しますか?内容は元に戻せません。",
        "Alle Zustellungen im Workspace {workspace} mit {which} verwerfen? Ihr Inhalt wird unwiderruflich gelöscht.",
    ),
    "so_far": (
        "{done} done, {seen} looked at …",
        "{done} 件完了、{seen} 件確認 …",
        "{done} erledigt, {seen} angesehen …",
    ),
    "go_on": (
        "{done} done, {seen} looked at. The same command goes on with the rest.",
        "{done} 件完了、{seen} 件確認。同じコマンドで続きを実行できます。",
        "{done} erledigt, {seen} angesehen. Derselbe Befehl macht mit dem Rest weiter.",
    ),
    "all_retried": (
        "Will be tried again: {done} (of {seen} looked at)",
        "再試行: {done} 件({seen} 件を確認)",
        "Werden noch einmal versucht: {done} (von {seen} angesehenen)",
    ),
    "all_discarded": (
        "Discarded: {done} (of {seen} looked at)",
        "破棄: {done} 件({seen} 件を確認)",
        "Verworfen: {done} (von {seen} angesehenen)",
    ),
    # Sending
    "sent": (
        "Accepted: {accepted}, repeated: {repeated}, skipped: {skipped}",
        "受付: {accepted}、重複: {repeated}、対象外: {skipped}",
        "Angenommen: {accepted}, wiederholt: {repeated}, übersprungen: {skipped}",
    ),
    "token_refused": (
        (
            "Not accepted (401): the token, key or secret is wrong, or workspace {workspace} does not exist. "
            "See `renkei connect {source}`."
        ),
        (
            "拒否されました(401)。トークン・キー・シークレットが違うか、{workspace} がありません。"
            "`renkei connect {source}` を参照。"
        ),
        (
            "Nicht angenommen (401): Token, Schlüssel oder Geheimnis ist falsch, oder {workspace} gibt es nicht. "
            "Siehe `renkei connect {source}`."
        ),
    ),
    "webhook_refused": (
        "Not accepted ({status}): {message}",
        "受け付けられませんでした({status}): {message}",
        "Nicht angenommen ({status}): {message}",
    ),
    "no_event_id": (
        "{file}: {reason}; so there is no delivery to wait for.",
        "{file}: {reason}。待つ対象がありません。",
        "{file}: {reason}; es gibt keine Zustellung, auf die zu warten wäre.",
    ),
    "which_source": (
        "{file}: which scheduler's event is this? Name it with --source: {names}",
        "{file}: どの日程調整サービスのイベントか不明です。--source で指定してください: {names}",
        "{file}: von welchem Terminplaner ist dieses Ereignis? Mit --source nennen: {names}",
    ),
    "no_integration": (
        "Workspace {workspace} has no integration yet: apply a workspace file, or name one with --integration.",
        (
            "ワークスペース {workspace} に連携がありません。ワークスペースファイルを保存するか、"
            "--integration で指定してください。"
        ),
        "Workspace {workspace} hat noch keine Integration: Workspace-Datei anwenden oder --integration angeben.",
    ),
    "still_open": (
        "Not finished in time. Look with `renkei deliveries`.",
        "時間内に完了しませんでした。`renkei deliveries` で確認してください。",
        "Nicht rechtzeitig fertig. Siehe `renkei deliveries`.",
    ),
    # Notices
    "next_try": ("Next try: {at}", "次の送信: {at}", "Nächster Versuch: {at}"),
    "times_held": (
        "Not sent again: {count} times",
        "再送を控えた回数: {count}",
        "Nicht noch einmal gesendet: {count}-mal",
    ),
}
