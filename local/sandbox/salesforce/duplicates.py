"""The org's duplicate rule for leads: the same mail address in another lead, or in a contact.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm
"""

from typing import Any

from local.sandbox.salesforce.ask import ALLOW_SAVE, DETAILS, Ask
from local.sandbox.salesforce.errors import Refused
from local.sandbox.salesforce.ids import number_of
from local.sandbox.salesforce.store import Record

ADVICE = "Use one of these records?"


def check(ask: Ask, values: Record, own: str = "") -> None:
    """Refuse a lead whose address is there already. Records of the same request are not compared."""
    rule, mail = ask.settings.duplicate_rule, values.get("Email")
    if rule == "off" or not mail:
        return
    found = [
        (name, one)
        for name in ("Lead", "Contact")
        for one in ask.store.having(name, "Email", mail)
        if one["Id"] != own and not one.get("IsConverted") and number_of(one["Id"]) <= ask.mark
    ]
    if found and not (rule == "alert" and ask.duplicates(ALLOW_SAVE)):
        raise _refusal(ask, found)


def _refusal(ask: Ask, found: list[tuple[str, Record]]) -> Refused:
    visible = found if ask.settings.duplicate_matches_visible else []
    result = {
        "allowSave": ask.settings.duplicate_rule == "alert",
        "duplicateRule": "Standard_Lead_Duplicate_Rule",
        "duplicateRuleEntityType": "Lead",
        "errorMessage": ADVICE,
        "matchResults": [_matches(ask, name, visible) for name in sorted({name for name, _ in visible})],
    }
    # The key is misspelt in the real one, too.
    key = "duplicateResut" if ask.settings.duplicate_key_misspelt else "duplicateResult"
    return Refused(400, "DUPLICATES_DETECTED", ADVICE, more={key: result})


def _matches(ask: Ask, name: str, found: list[tuple[str, Record]]) -> dict[str, Any]:
    records = [one for kind, one in found if kind == name]
    return {
        "entityType": name,
        "errors": [],
        "matchEngine": "FuzzyMatchEngine",
        "matchRecords": [
            {"additionalInformation": [], "fieldDiffs": [], "matchConfidence": 100.0, "record": _shown(ask, name, one)}
            for one in records
        ],
        "rule": f"Standard_{name}_Match_Rule_v1_0",
        "size": len(records),
        "success": True,
    }


def _shown(ask: Ask, name: str, record: Record) -> Record:
    told = ("Id", "Name", "Email") if ask.duplicates(DETAILS) else ("Id",)
    return {"attributes": {"type": name, "url": ask.path(name, record["Id"])}} | {one: record[one] for one in told}
