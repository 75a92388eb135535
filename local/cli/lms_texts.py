"""What `renkei lms` says: English, Japanese, German."""

from typing import Final

LMS: Final[dict[str, tuple[str, str, str]]] = {
    # Preparing
    "lms_made": ("Made: {names}", "作成しました: {names}", "Angelegt: {names}"),
    "lms_would_make": (
        "Nothing was changed. Would be made: {names}",
        "何も変更していません。作成されるもの: {names}",
        "Nichts wurde geändert. Anzulegen wären: {names}",
    ),
    "lms_there": ("There already: {count}", "作成済み: {count} 件", "Schon vorhanden: {count}"),
    "lms_all_there": (
        "All that is needed is there. What waited for it goes on.",
        "必要なものはすべてそろっています。これを待っていた配信は再開します。",
        "Alles Nötige ist da. Was darauf wartete, geht weiter.",
    ),
    "lms_all_would_be_there": (
        "With that, all that is needed would be there.",
        "これで必要なものがすべてそろいます。",
        "Damit wäre alles Nötige da.",
    ),
    "lms_wrong_hubspot": (
        (
            "{name} is of the type {type}, and has to be: {fits}. Change its field type in HubSpot under Settings > "
            "Properties, then run this again. (Archiving does not help: it would come back with the same type.)"
        ),
        (
            "{name} の型は {type} ですが、{fits} である必要があります。HubSpot の「設定 > プロパティー」で"
            "フィールドタイプを変更してから、もう一度実行してください(アーカイブしても同じ型で復元されます)。"
        ),
        (
            "{name} hat den Typ {type}, nötig ist: {fits}. Den Feldtyp in HubSpot unter Einstellungen > Eigenschaften "
            "ändern, dann noch einmal ausführen. (Archivieren hilft nicht: sie käme mit demselben Typ wieder.)"
        ),
    ),
    "lms_wrong_mailchimp": (
        (
            "The merge field {name} is of the type {type}, and has to be: {fits}. Mailchimp changes no field's type: "
            "give that field another tag, or delete it with its values, in the audience's settings; "
            "then run this again."
        ),
        (
            "マージフィールド {name} の型は {type} ですが、{fits} である必要があります。"
            "Mailchimp では型を変更できません。"
            "オーディエンスの設定でタグを別の名前に変えるか、フィールドを値ごと削除してから、もう一度実行してください。"
        ),
        (
            "Das Merge-Feld {name} hat den Typ {type}, nötig ist: {fits}. Mailchimp ändert keine Typen: dem Feld in "
            "den Einstellungen der Audience ein anderes Tag geben oder es mit seinen Werten löschen, dann noch "
            "einmal ausführen."
        ),
    ),
    # The file
    "lms_empty": (
        "{file}: there are no users in it.",
        "{file}: ユーザーがありません。",
        "{file}: darin sind keine Nutzer.",
    ),
    "lms_encoding": (
        "{file} cannot be read as {names}. Name its encoding with --encoding.",
        "{file} を {names} として読み取れません。--encoding で文字コードを指定してください。",
        "{file} ist nicht als {names} lesbar. Die Kodierung mit --encoding nennen.",
    ),
    "lms_no_table": (
        "{file}, line {line}: this is no table; a quotation mark is missing, or stands where it may not.",
        "{file} の {line} 行目: 表として読み取れません。引用符が足りないか、位置が正しくありません。",
        "{file}, Zeile {line}: keine Tabelle; ein Anführungszeichen fehlt oder steht, wo es nicht darf.",
    ),
    "lms_no_column": (
        "The first line has to name the columns, and lacks: {names} (or {japanese}).",
        "1 行目に列名が必要です。足りない列: {names}(または {japanese})",
        "Die erste Zeile muss die Spalten nennen; es fehlt: {names} (oder {japanese}).",
    ),
    "lms_column_twice": (
        "There are two columns for the same: {column}. Leave one out.",
        "同じ項目の列が 2 つあります: {column}。1 つにしてください。",
        "Zwei Spalten für dasselbe: {column}. Eine weglassen.",
    ),
    "lms_no_zone": (
        "Line {line}, {column}: the time has no zone. Say which one is meant: --timezone Asia/Tokyo",
        "{line} 行目、{column}: 日時にタイムゾーンがありません。--timezone Asia/Tokyo のように指定してください。",
        "Zeile {line}, {column}: die Zeit hat keine Zone. Sagen, welche gemeint ist: --timezone Europe/Berlin",
    ),
    "lms_unknown_zone": (
        "There is no time zone {zone}. Names are like Asia/Tokyo.",
        "タイムゾーン {zone} はありません。Asia/Tokyo のように指定してください。",
        "Eine Zeitzone {zone} gibt es nicht. Namen sind wie Europe/Berlin.",
    ),
    "lms_bad_as_of": (
        "--as-of is a time such as 2026-11-22T09:00+09:00.",
        "--as-of は 2026-11-22T09:00+09:00 のような日時で指定してください。",
        "--as-of ist eine Zeit wie 2026-11-22T09:00+09:00.",
    ),
    "lms_as_of_zone": (
        "--as-of has no zone. Add it (2026-11-22T09:00+09:00), or name it with --timezone.",
        "--as-of にタイムゾーンがありません。2026-11-22T09:00+09:00 のように書くか、--timezone で指定してください。",
        "--as-of hat keine Zone. Anfügen (2026-11-22T09:00+09:00) oder mit --timezone nennen.",
    ),
    "lms_future": (
        "The list would be of {at}, which has not come yet. Say with --as-of when the school exported it.",
        "一覧の日時が未来({at})です。書き出した日時を --as-of で指定してください。",
        "Die Liste wäre von {at}, und das ist noch nicht. Mit --as-of sagen, wann die Schule sie ausgegeben hat.",
    ),
    "lms_read": (
        "Users to send: {lines} (school {school}, {encoding})",
        "送信するユーザー: {lines} 件(スクール {school}、{encoding})",
        "Zu sendende Nutzer: {lines} (Schule {school}, {encoding})",
    ),
    "lms_as_of": (
        "As the school had them at {at}. What is known to be newer is left alone.",
        "{at} 時点の内容として扱います。それより新しい内容は上書きしません。",
        "Wie die Schule sie am {at} hatte. Was neuer ist, bleibt, wie es ist.",
    ),
    "lms_as_of_file": (
        (
            "As the school had them at {at}, the file's time (--as-of says another). What is known to be newer is left "
            "alone."
        ),
        "{at}(ファイルの更新日時。--as-of で変更可)時点の内容として扱います。それより新しい内容は上書きしません。",
        (
            "Wie die Schule sie am {at} hatte, der Zeit der Datei (--as-of sagt eine andere). Was neuer ist, bleibt, "
            "wie es ist."
        ),
    ),
    "lms_ignored": (
        "Columns that are left out: {names}",
        "対象外の列: {names}",
        "Spalten, die wegbleiben: {names}",
    ),
    # Lines that are not sent
    "lms_not_sent": (
        "Line {line}{where}: {message} Not sent.",
        "{line} 行目{where}: {message}送信していません。",
        "Zeile {line}{where}: {message} Nicht gesendet.",
    ),
    "lms_in_column": (", {column}", "、{column}", ", {column}"),
    "lms_cell_yes_no": (
        "This is neither yes nor no.",
        "「はい」「いいえ」のどちらでもありません。",
        "Weder ja noch nein.",
    ),
    "lms_cell_time": (
        "This is no time (2026-11-22T09:00+09:00, 2026/11/22 09:00).",
        "日時ではありません(例: 2026/11/22 09:00、2026-11-22T09:00+09:00)。",
        "Das ist keine Zeit (2026-11-22T09:00+01:00, 2026/11/22 09:00).",
    ),
    "lms_cell_number": ("This is no whole number.", "整数ではありません。", "Das ist keine ganze Zahl."),
    "lms_cell_empty": ("This must not be empty.", "空欄にできません。", "Das darf nicht leer sein."),
    "lms_cell_long": ("This is too long.", "長すぎます。", "Das ist zu lang."),
    "lms_cell_form": (
        "This does not have the form that it must have.",
        "形式が正しくありません。",
        "Das hat nicht die nötige Form.",
    ),
    "lms_line_cells": (
        "The line has more or fewer cells than the first one has columns.",
        "セルの数が 1 行目の列数と違います。",
        "Die Zeile hat mehr oder weniger Zellen als die erste Spalten.",
    ),
    "lms_line_twice": (
        "The same user stands in an earlier line, with the same time.",
        "同じユーザーが同じ日時で前の行にあります。",
        "Derselbe Nutzer steht in einer früheren Zeile, mit derselben Zeit.",
    ),
    "lms_line_large": ("The line is too large.", "行が大きすぎます。", "Die Zeile ist zu groß."),
    # On the way
    "ask_school": (
        "The school's id, as its events have it in school_id: ",
        "スクールの ID(イベントの school_id と同じもの): ",
        "Kennung der Schule, wie in school_id ihrer Ereignisse: ",
    ),
    "lms_not_there": (
        "Workspace {workspace} does not have {integration}, so nothing goes to {target}. Add it to the workspace file.",
        (
            "ワークスペース {workspace} に {integration} がないため、{target} へは送信できません。"
            "ワークスペースファイルに追加してください。"
        ),
        (
            "Der Workspace {workspace} hat kein {integration}, nach {target} geht also nichts. In die Workspace-Datei "
            "aufnehmen."
        ),
    ),
    "lms_nowhere": (
        "Workspace {workspace} has none of these switched on: {names}. Add one to the workspace file.",
        (
            "ワークスペース {workspace} では次のいずれも有効ではありません: {names}。"
            "ワークスペースファイルに追加してください。"
        ),
        "Im Workspace {workspace} ist nichts davon eingeschaltet: {names}. Eines in die Workspace-Datei aufnehmen.",
    ),
    "lms_sent": (
        "{target}: part {part} of {parts} sent",
        "{target}: {parts} 分割中 {part} 番目を送信しました",
        "{target}: Teil {part} von {parts} gesendet",
    ),
    "lms_so_far": (
        "… {target}: parts {parts}, users {rows} of {of} {waits}",
        "… {target}: 分割 {parts}、ユーザー {rows}/{of} 件 {waits}",
        "… {target}: Teile {parts}, Nutzer {rows} von {of} {waits}",
    ),
    "lms_target_refused": ("{target}: {message}", "{target}: {message}", "{target}: {message}"),
    "lms_under_way": (
        "{target}: this list was sent before, and is still under way or waits.",
        "{target}: この一覧は送信済みで、処理中または待機中です。",
        "{target}: diese Liste wurde schon gesendet und ist noch unterwegs oder wartet.",
    ),
    "lms_before": (
        "{target}: this list was worked off at {at}; this is what came of it. --again imports it once more.",
        "{target}: この一覧は {at} に処理済みです(結果は次のとおり)。もう一度取り込むには --again を付けてください。",
        "{target}: diese Liste wurde am {at} abgearbeitet, mit diesem Ergebnis. --again führt sie noch einmal ein.",
    ),
    "lms_cut": (
        "Not all parts were sent. The same command goes on; what was sent is worked off without you.",
        "まだ送信していない部分があります。同じコマンドで続きから再開できます。送信済みの分は処理が続きます。",
        "Nicht alle Teile wurden gesendet. Derselbe Befehl macht weiter; Gesendetes wird ohne Sie abgearbeitet.",
    ),
    "lms_goes_on": (
        "It goes on without you. The same command shows how far it is; `renkei deliveries` shows each part.",
        "処理はバックグラウンドで続きます。同じコマンドで進み具合を、`renkei deliveries` で各部分を確認できます。",
        "Es läuft ohne Sie weiter. Derselbe Befehl zeigt, wie weit es ist; `renkei deliveries` zeigt jeden Teil.",
    ),
    # What became of it
    "lms_done": ("{target}: {told}", "{target}: {told}", "{target}: {told}"),
    "lms_would": (
        "{target}: nothing was written. It would be: {told}",
        "{target}: 何も書き込んでいません。実行した場合: {told}",
        "{target}: nichts wurde geschrieben. Es wäre: {told}",
    ),
    "lms_refused_line": (
        "{target}, line {line}: {message}",
        "{target}、{line} 行目: {message}",
        "{target}, Zeile {line}: {message}",
    ),
    "lms_unread": (
        "This cannot be read: {problem}",
        "読み取れません: {problem}",
        "Nicht lesbar: {problem}",
    ),
    "lms_further": (
        "{target}: {count} more lines were refused that are not told one by one.",
        "{target}: ほかに {count} 行が拒否されました(個別の表示は省略)。",
        "{target}: {count} weitere Zeilen wurden abgelehnt, die nicht einzeln genannt sind.",
    ),
    "lms_part_waits": (
        "{target}, lines {first} to {last}: {state}: {why} ({id})",
        "{target}、{first}~{last} 行目: {state}: {why}({id})",
        "{target}, Zeilen {first} bis {last}: {state}: {why} ({id})",
    ),
    "lms_mend": (
        (
            "Mend what was refused, then import again: a changed file as it is, the same file with --again. "
            "Parked parts: `renkei retry ID`."
        ),
        (
            "拒否された行を直して、もう一度取り込んでください"
            "(変更したファイルはそのまま、同じファイルは --again を付けて)。"
            "保留中の部分は `renkei retry ID` で再試行します。"
        ),
        (
            "Abgelehntes verbessern und noch einmal einführen: eine geänderte Datei einfach so, dieselbe mit --again. "
            "Zurückgestellte Teile: `renkei retry ID`."
        ),
    ),
    "n_updated": ("changed", "更新", "geändert"),
    "n_unchanged": ("as they were", "変更なし", "unverändert"),
    "n_stale": ("older than what is known", "既知の内容より古い", "älter als Bekanntes"),
    "n_deleted": ("of deleted users", "削除済みユーザー", "von gelöschten Nutzern"),
    "n_rejected": ("refused", "拒否", "abgelehnt"),
}
