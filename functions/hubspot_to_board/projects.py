"""What a new project (案件) is made of: the deal, and settings for what a deal does not have. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, tzinfo

from hubspot_to_board import DateRule, Settings
from hubspot_to_board.plan import MERGED
from renkei.errors import Misconfigured

_TIMINGS = {"一括請求": 1, "定期請求": 2, "分割請求": 3}
_LONGEST = 1000  # characters of a name; what board takes is not written down


def key_of(portal: str, deal: str) -> str:
    """Our key on a project: which deal it is."""
    return f"hubspot-{portal}-{deal}"


def memo_of(key: str) -> str:
    """Our key as a line of a memo."""
    return f"[renkei:{key}]"


def wanted_properties(settings: Settings) -> tuple[str, ...]:
    """The deal's properties that a project is made of."""
    rules = (settings.invoice_date, settings.contract_start, settings.contract_end, settings.estimate_date)
    dates = {rule.property for rule in (*rules, *settings.invoice_dates) if rule}
    return tuple(sorted({MERGED, "dealname", "dealstage", "pipeline", "hubspot_owner_id", *dates}))


def project_values(
    deal: Mapping[str, str], status: int, settings: Settings, zone: tzinfo, key: str
) -> dict[str, object]:
    """What POST /projects takes, but for client and user. Misconfigured naming what is missing.

    `zone` is where the portal's people live: a time there has its day there. `key` is by `key_of`.
    """
    values: dict[str, object] = {"name": (deal.get("dealname", "").strip() or key)[:_LONGEST]}
    values |= {"order_status": status, **_billing(deal, settings, zone)}
    if settings.estimate_date:
        values["estimate_date"] = _day(deal, "estimate_date", settings.estimate_date, zone)
    ours = {"management_no": key} if settings.project_key == "management_no" else {"in_house_memo": memo_of(key)}
    return values | ours


def _billing(deal: Mapping[str, str], settings: Settings, zone: tzinfo) -> dict[str, object]:
    if settings.invoice_timing is None:
        raise Misconfigured("board_setting_missing", setting="invoice_timing")
    timing = {"invoice_timing_kbn": _TIMINGS[settings.invoice_timing]}

    def day(name: str, rule: DateRule | None) -> str:
        return _day(deal, name, rule, zone)

    match settings.invoice_timing:
        case "一括請求":
            return timing | {"invoice_date": day("invoice_date", settings.invoice_date)}
        case "定期請求":
            begin, end = day("contract_start", settings.contract_start), day("contract_end", settings.contract_end)
            return timing | {"contract_start_date": begin, "contract_end_date": end}
    if not settings.invoice_dates:
        raise Misconfigured("board_setting_missing", setting="invoice_dates")
    return timing | {"invoice_dates": sorted({day("invoice_dates", rule) for rule in settings.invoice_dates})}


def _day(deal: Mapping[str, str], setting: str, rule: DateRule | None, zone: tzinfo) -> str:
    """The day that a rule finds in a deal, as YYYY-MM-DD."""
    if rule is None:
        raise Misconfigured("board_setting_missing", setting=setting)
    found = date_of(deal.get(rule.property, ""), zone)
    if found is None:
        raise Misconfigured("deal_date_missing", setting=setting, property=rule.property)
    if rule.month_end:
        found = found.replace(day=calendar.monthrange(found.year, found.month)[1])
    return found.isoformat()


def date_of(text: str, zone: tzinfo) -> date | None:
    """The day of a date or a moment as HubSpot writes them; None if it is neither."""
    try:
        if text.isdecimal():  # milliseconds since 1970
            return (datetime.fromtimestamp(0, tz=zone) + timedelta(milliseconds=int(text))).astimezone(zone).date()
        if len(text) == len("YYYY-MM-DD"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        return moment.astimezone(zone).date() if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def ours(projects: Iterable[tuple[int, str, str]], key: str) -> int | None:
    """The id among (id, 管理番号, memo) of the project that bears our key."""
    line = memo_of(key)
    return next((id_ for id_, number, memo in projects if number == key or line in memo), None)
