"""`notices`: the mails that were sent, held back or refused, and why."""

import argparse

from local.cli.context import Context
from local.cli.errors import FAILED, OK
from local.cli.screen import local_time
from local.cli.shapes import Json, rows, text


def notices(context: Context, _args: argparse.Namespace) -> int:
    """List the notices of the workspace."""
    found = rows(context.api.call("GET", "workspaces", context.workspace, "notices").get("notices"))
    context.screen.data({"notices": found})
    if not found:
        context.screen.note("nothing")
        return FAILED
    context.screen.table(
        ["h_when", "h_state", "h_to", "h_subject", "h_note"],
        [
            [
                local_time(text(row.get("sent_at")) or text(row.get("noted_at"))),
                *(text(row.get(name)) for name in ("state", "to")),
                text(row.get("subject")) or text(row.get("cause")),
                _note(context, row),
            ]
            for row in found
        ],
    )
    return OK


def _note(context: Context, row: Json) -> str:
    """Say why, when it is tried again, and how often the same was not sent again."""
    said = [text(row.get("message")) or text(row.get("why"))]
    if row.get("state") != "sent" and text(row.get("next_at")):
        said.append(context.screen.text("next_try", at=local_time(text(row.get("next_at")))))
    held = row.get("held")
    if isinstance(held, int) and held > 0:
        said.append(context.screen.text("times_held", count=held))
    return " ".join(part for part in said if part)
