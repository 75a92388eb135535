"""A long run of this integration: it works at a desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hubspot_to_board import INTEGRATION
from hubspot_to_board.desk import Desk
from renkei import runs
from renkei.runs import Steps

__all__ = ["Run", "Steps"]


class Run(runs.Run):
    """One run, told by the id of its delivery."""

    integration = INTEGRATION.key
    silent = frozenset({"board_recount"})  # it mends itself

    def __init__(self, desk: Desk, id_: str, asked: Mapping[str, Any]) -> None:
        self.desk = desk
        super().__init__(desk.work, id_, asked)
