"""What `renkei falcana` says, and its help: English, Japanese, German."""

from typing import Final

FALCANA: Final[dict[str, tuple[str, str, str]]] = {
    "falcana_goes_on": (
        (
            "It goes on without you. Look with `renkei falcana status`; stop it with `renkei falcana stop {job}`; "
            "the same command shows it again, or goes on where it stopped."
        ),
        (
            "処理はバックグラウンドで続きます。確認は `renkei falcana status`、停止は `renkei falcana stop {job}`。"
            "同じコマンドでもう一度表示、または停止した所から再開できます。"
        ),
        (
            "Es läuft ohne Sie weiter. Nachsehen mit `renkei falcana status`, anhalten mit "
            "`renkei falcana stop {job}`; derselbe "
            "Befehl zeigt es wieder oder macht dort weiter, wo es angehalten wurde."
        ),
    ),
    # Counts
    "n_created_in_falcana": ("made in falcana", "falcana に作成", "in falcana angelegt"),
    "n_created_in_hubspot": ("made in HubSpot", "HubSpot に作成", "in HubSpot angelegt"),
    "n_updated_in_falcana": ("updated in falcana", "falcana を更新", "in falcana geändert"),
    "n_updated_in_hubspot": ("updated in HubSpot", "HubSpot を更新", "in HubSpot geändert"),
    "n_create_in_falcana": ("to be made in falcana", "falcana に作成予定", "in falcana anzulegen"),
    "n_create_in_hubspot": ("to be made in HubSpot", "HubSpot に作成予定", "in HubSpot anzulegen"),
    "n_update_in_falcana": ("to be updated in falcana", "falcana を更新予定", "in falcana zu ändern"),
    "n_update_in_hubspot": ("to be updated in HubSpot", "HubSpot を更新予定", "in HubSpot zu ändern"),
    "n_same": ("the same already", "一致済み", "schon gleich"),
    "n_undecided": ("undecided", "要判断", "zu entscheiden"),
    "n_conflicts": ("changed on both sides", "両側で変更", "auf beiden Seiten geändert"),
    "n_waiting": ("wait for their company", "会社を待機中", "warten auf ihre Firma"),
    "n_parked": ("parked with a reason", "理由つきで保留", "mit Grund zurückgestellt"),
    "n_ended": ("links ended", "紐づけ終了", "Verknüpfungen beendet"),
    "n_alike": ("may be the same", "同一の可能性", "vielleicht dasselbe"),
    "n_wishes": ("decisions carried out", "反映した判断", "ausgeführte Entscheidungen"),
    "n_deletes_waiting": ("deletions held back", "保留中の削除", "zurückgehaltene Löschungen"),
    "n_archived_in_hubspot": ("deleted in HubSpot", "HubSpot で削除", "in HubSpot gelöscht"),
    "n_changed": ("changed since", "変更あり", "seitdem geändert"),
    "n_read_anew": ("read anew", "再読み込み", "neu gelesen"),
    "n_skipped": ("passed over", "対象外", "übergangen"),
    "n_examples": ("examples by id", "例(ID)", "Beispiele (Kennungen)"),
    # Status
    "falcana_directions": (
        "Automatic run, every five minutes: HubSpot → falcana {to_falcana}, falcana → HubSpot {to_hubspot}",
        "自動同期(5 分ごと): HubSpot → falcana {to_falcana}、falcana → HubSpot {to_hubspot}",
        "Automatischer Abgleich alle fünf Minuten: HubSpot → falcana {to_falcana}, falcana → HubSpot {to_hubspot}",
    ),
    "falcana_no_settings": (
        "There are no settings yet.",
        "設定がまだありません。",
        "Es gibt noch keine Einstellungen.",
    ),
    "falcana_linked": (
        "Linked: addresses and companies {address}, contact persons and contacts {person}",
        "紐づけ済み: 住所と会社 {address} 件、担当者とコンタクト {person} 件",
        "Verknüpft: Adressen und Unternehmen {address}, Ansprechpartner und Kontakte {person}",
    ),
    "falcana_waits": (
        (
            "For a person: parked {parked}, undecided {undecided}, ended {ended}, deletions held back {deletes} "
            "(renkei falcana waiting …)"
        ),
        (
            "担当者の対応待ち: 保留 {parked} 件、要判断 {undecided} 件、終了 {ended} 件、保留中の削除 {deletes} 件"
            "(renkei falcana waiting …)"
        ),
        (
            "Für Menschen: zurückgestellt {parked}, zu entscheiden {undecided}, beendet {ended}, zurückgehaltene "
            "Löschungen {deletes} (renkei falcana waiting …)"
        ),
    ),
    "falcana_more_than": ("more than {count}", "{count} 以上", "mehr als {count}"),
    "falcana_further": (
        "There are more: add --all.",
        "続きがあります。--all で全件を表示します。",
        "Es gibt noch mehr: --all anfügen.",
    ),
    # Choosing
    "falcana_one_pair": (
        "Name an address and a company, or a person and a contact.",
        "住所と会社、または担当者とコンタクトを指定してください。",
        "Nennen Sie eine Adresse und ein Unternehmen oder einen Ansprechpartner und einen Kontakt.",
    ),
    # The guided start
    "start_step": ("\n{number}/6  {told}", "\n{number}/6  {told}", "\n{number}/6  {told}"),
    "start_test": ("Both connections", "両方の接続", "Beide Verbindungen"),
    "start_dry": (
        "What taking over HubSpot's data would do (nothing is written)",
        "HubSpot のデータを取り込んだ場合の内容(書き込みなし)",
        "Was das Übernehmen der Daten aus HubSpot täte (geschrieben wird nichts)",
    ),
    "start_import": (
        "Taking over HubSpot's data; what might be there already is held back",
        "HubSpot のデータを取り込みます。重複の可能性があるものは保留します",
        "Daten aus HubSpot übernehmen; was es schon geben könnte, wird zurückgehalten",
    ),
    "start_duplicates": ("Looking for duplicates", "重複の確認", "Duplikate suchen"),
    "start_again": (
        "Taking over what was decided",
        "判断した分の取り込み",
        "Übernehmen, was entschieden wurde",
    ),
    "start_nothing_decided": (
        "Nothing was decided, so there is nothing more to take over.",
        "判断したものがないため、追加の取り込みはありません。",
        "Nichts wurde entschieden, also ist nichts weiter zu übernehmen.",
    ),
    "start_directions": ("Both directions", "両方向の自動同期", "Beide Richtungen"),
    "start_ask_import": (
        "Take the data over now?",
        "取り込みを開始しますか?",
        "Jetzt übernehmen?",
    ),
    "start_left": (
        "Stopped here; nothing was written in this step. The same command begins again.",
        "ここで終了しました。この手順では何も書き込んでいません。同じコマンドで最初からやり直せます。",
        "Hier beendet; in diesem Schritt wurde nichts geschrieben. Derselbe Befehl beginnt von vorn.",
    ),
    "start_pair": (
        "falcana {kind} {id} “{name}” – HubSpot {with} “{with_name}”: {score} of 100 ({why})",
        "falcana {kind} {id}「{name}」– HubSpot {with}「{with_name}」: 100 点中 {score} 点({why})",
        "falcana {kind} {id} „{name}“ – HubSpot {with} „{with_name}“: {score} von 100 ({why})",
    ),
    "start_link": ("the same: link them", "同じもの: 紐づける", "dasselbe: verknüpfen"),
    "start_apart": ("not the same: keep them apart", "別のもの: 分けておく", "nicht dasselbe: getrennt lassen"),
    "start_later": ("later", "後で", "später"),
    "start_enough": ("no more questions now", "質問を終える", "jetzt keine Fragen mehr"),
    "start_open": (
        "Left undecided: {count} (renkei falcana waiting undecided)",
        "未判断: {count} 件(renkei falcana waiting undecided)",
        "Noch zu entscheiden: {count} (renkei falcana waiting undecided)",
    ),
    "start_lines": (
        "These lines of the workspace file switch both directions on; put them in, then: renkei apply FILE",
        "ワークスペースファイルに次の行を入れて renkei apply FILE を実行すると、両方向の自動同期が始まります。",
        "Diese Zeilen der Workspace-Datei schalten beide Richtungen ein; eintragen, dann: renkei apply DATEI",
    ),
    "start_ask_directions": (
        "Switch both on now? (Your file is left alone: put the lines into it all the same.)",
        "今すぐ両方向を有効にしますか?(ファイルは変更しません。行はご自身で追加してください。)",
        "Beide jetzt einschalten? (Ihre Datei bleibt, wie sie ist: tragen Sie die Zeilen trotzdem ein.)",
    ),
    "start_on": (
        "Both directions are on. The first run begins within five minutes.",
        "両方向を有効にしました。5 分以内に最初の同期が始まります。",
        "Beide Richtungen sind eingeschaltet. Der erste Abgleich beginnt in spätestens fünf Minuten.",
    ),
    "start_done": ("All is done.", "完了しました。", "Fertig."),
    # Headings
    "h_kind": ("Kind", "種類", "Art"),
    "h_with": ("With", "相手", "Mit"),
    "h_score": ("Score", "点数", "Punkte"),
    "h_form": ("Form", "形式", "Form"),
    "h_writable": ("Writable", "書込可", "Schreibbar"),
    "h_options": ("Options", "選択肢", "Optionen"),
    "h_fitting": ("Fitting properties", "対応できるプロパティー", "Passende Eigenschaften"),
    "h_falcana": ("falcana", "falcana", "falcana"),
    "h_hubspot": ("HubSpot", "HubSpot", "HubSpot"),
}
