"""What became of a list of users: counts for each target, and every line that did not get through."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from local.cli.errors import FAILED, OK
from local.cli.lms_file import BadLine, UserList
from local.cli.lms_parts import Sent, Whole
from local.cli.progress import counts_of
from local.cli.screen import Screen, local_time
from local.cli.shapes import Json, mapping, messages, rows, text
from renkei import texts

_COUNTS: Final = ("created", "updated", "unchanged", "stale", "deleted", "rejected")
_ENTRY: Final = re.compile(r"(\d+) ([a-z]\w*)(?: \((.*)\))?", re.DOTALL)
_NEXT: Final = re.compile(r"; (?=\d+ [a-z])")
_NAME: Final = re.compile(r"(?:^|, )([a-z_]+) ")
_UNREAD: Final = "lms_payload"


def tell_list(screen: Screen, users: UserList, whole: Whole, *, told_time: bool) -> None:
    """Say what was read, and what is left out of it."""
    screen.note("lms_read", lines=len(users.lines), school=whole.school, encoding=users.encoding)
    screen.note("lms_as_of" if told_time else "lms_as_of_file", at=local_time(whole.as_of))
    if users.ignored:
        screen.note("lms_ignored", names=", ".join(users.ignored))


def result(screen: Screen, users: UserList, whole: Whole, sent: list[Sent]) -> Json:
    """Give all that is to be told, for scripts as well."""
    return {
        "school": whole.school,
        "as_of": whole.as_of,
        "lines": len(users.lines),
        "ignored": list(users.ignored),
        "not_sent": [_bad(screen, line) for line in users.bad],
        "targets": {one.target: _target(screen, one) for one in sent},
    }


def tell_not_sent(screen: Screen, told: Json) -> bool:
    """Show the lines that were not sent; give whether there are any."""
    found = rows(told.get("not_sent"))
    for line in found:
        where = screen.text("lms_in_column", column=line["column"]) if line.get("column") else ""
        screen.say("lms_not_sent", line=line["line"], where=where, message=line["message"])
    return bool(found)


def report(screen: Screen, told: Json, *, dry: bool) -> int:
    """Show it; give the exit code."""
    whole = not tell_not_sent(screen, told)
    for target, found in mapping(told.get("targets")).items():
        whole = _shown(screen, target, mapping(found), dry=dry) and whole
    return OK if whole else FAILED


def _shown(screen: Screen, target: str, found: Json, *, dry: bool) -> bool:
    """Show one target; give whether every line got through."""
    if refused := text(found.get("refused")):
        screen.say("lms_target_refused", target=target, message=refused)
        return False
    counted = counts_of(screen, found.get("counts")) or "–"
    screen.say("lms_would" if dry else "lms_done", target=target, told=counted)
    bad = rows(found.get("rows"))
    for row in bad:
        screen.say("lms_refused_line", target=target, line=row["line"], message=row["message"])
    if more := found.get("further"):
        screen.say("lms_further", target=target, count=more)
    for warning in messages(found.get("warnings")):
        screen.note("warning", message=warning)
    waiting = rows(found.get("waiting"))
    for part in waiting:
        screen.say("lms_part_waits", target=target, **{name: text(part.get(name)) or "?" for name in part})
    return not (bad or more or waiting or text(mapping(found.get("counts")).get("rejected")))


def _bad(screen: Screen, line: BadLine) -> Json:
    return {"line": line.number, "column": line.column, "message": screen.text(line.key)}


def _target(screen: Screen, sent: Sent) -> Json:
    """Give what became of an import into one target."""
    views = [view for _, view in sorted(sent.views.items())]
    outcomes = [mapping(view.get("outcome")) for view in views]
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        counts.update({name: int(text(outcome.get(name))) for name in _COUNTS if text(outcome.get(name)).isdecimal()})
    bad = [row for outcome in outcomes for row in _lines(screen, text(outcome.get("rows")))]
    told = {message for view in views for message in messages(view.get("warnings"))}
    return {
        "import": sent.name,
        "parts": len(sent.parts),
        "deliveries": sent.deliveries,
        "before": sent.before,
        "refused": sent.refused,
        "counts": {name: counts[name] for name in _COUNTS if counts[name]},
        "rows": bad,
        "further": max(counts["rejected"] - len(bad), 0),
        "warnings": sorted(told),
        "waiting": list(_waiting(sent)),
    }


def _waiting(sent: Sent) -> Iterator[Json]:
    """Give the parts that are not through, and why."""
    for number, view in sorted(sent.views.items()):
        if text(view.get("state")) != "delivered" and sent.deliveries:
            lines = sent.parts[number - 1]
            why = text(view.get("message")) or text(view.get("reason"))
            shown = {"id": sent.deliveries[number - 1], "state": text(view.get("state")), "why": why}
            yield {**shown, "first": lines[0].number, "last": lines[-1].number}


def _lines(screen: Screen, told: str) -> Iterator[Json]:
    """Give the lines that a part tells of one by one (`12 code (name value, name value); 15 code`)."""
    for entry in _NEXT.split(told) if told else ():
        if found := _ENTRY.fullmatch(entry):
            number, code, params = found[1], found[2], found[3] or ""
            yield {"line": int(number), "code": code, "message": _message(screen, code, params)}
        else:
            yield {"line": "?", "code": entry, "message": entry}


def _message(screen: Screen, code: str, params: str) -> str:
    if code == _UNREAD:
        return screen.text("lms_unread", problem=params)
    said = texts.text(code, screen.language, _named(params))
    return f"{code} ({params})" if said == code and params else said


def _named(params: str) -> dict[str, str]:
    """Give what fills in a code's text."""
    found = list(_NAME.finditer(params))
    ends = [one.start() for one in found] + [len(params)]
    return {one[1]: params[one.end() : end] for one, end in zip(found, ends[1:], strict=True)}
