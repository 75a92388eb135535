"""What a request of the API brings to what answers it, and the switches."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, NonNegativeInt
from werkzeug.wrappers import Request

from local.sandbox.board.accounts import Account, Row, Tick
from local.sandbox.board.refused import BAD, Refused, not_found


class Settings(BaseModel):
    """What can be switched. A limit of None is no limit; `withheld` ticks are taken from every token.

    The rest is what board does not write down; each is at its more awkward choice:
    `per_page_over` is what becomes of more than 100 rows a page, `iso_times` of a filter with a time that has a T.
    `lteq_day_whole`: a day as the end of a range of times means its end, not its start. `mail_case_matters`: for
    email_eq. `lists_show_all`: lists show without a response_group what only GET by id is known to show (lock_flg,
    hubspot, ...). `pref` is what becomes of a prefecture that is none of the 47. `write_answers`: what POST and PATCH
    answer with, the whole record, its id only, or nothing. `invoice_bumps_project` and `estimate_bumps_project`:
    whether a change of the document is one of the project. `late_seconds`: how long after a POST that got no answer
    before it had any effect (fault `timeout_before`) its effect still comes; 0 is never.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    paid_plan: bool = True
    withdrawn: list[str] = []
    withheld: list[Tick] = []
    unknown_token: Literal[401, 403] = 401
    burst_limit: int | None = 3
    daily_limit: int | None = 3000
    retry_after: int | None = None
    per_page_over: Literal["refused", "clamped"] = "refused"
    iso_times: Literal["ignored", "refused"] = "ignored"
    lteq_day_whole: bool = False
    mail_case_matters: bool = True
    lists_show_all: bool = False
    pref: Literal["refused", "taken"] = "refused"
    write_answers: Literal["whole", "id", "none"] = "whole"
    invoice_bumps_project: bool = False
    estimate_bumps_project: bool = True
    late_seconds: NonNegativeInt = 0


@dataclass(frozen=True)
class Ask:
    """One request: whose it is, when, and the id in its path (0 where there is none)."""

    request: Request
    account: Account
    settings: Settings
    now: datetime
    number: int = 0

    @property
    def group(self) -> str:
        """The response_group; "" where none is asked for."""
        return self.request.args.get("response_group", "")

    def body(self) -> Mapping[str, object]:
        """The JSON object that was sent; 400 for anything else."""
        try:
            found = json.loads(self.request.get_data(as_text=True))
        except ValueError as error:
            raise Refused(BAD, "リクエストボディが不正です。") from error
        if not isinstance(found, dict):
            raise Refused(BAD, "リクエストボディが不正です。")
        return found

    def row(self, kind: str) -> Row:
        """The record of the path; 404 where there is none."""
        found = self.account.find(kind, self.number)
        if found is None:
            raise not_found()
        return found
