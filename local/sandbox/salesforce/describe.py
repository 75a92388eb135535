"""What an object is like for the user who asks.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
"""

import csv
from functools import cache
from pathlib import Path

FIELDS = Path(__file__).with_name("lead.csv")
REFERENCES = {"MasterRecordId": ["Lead"], "OwnerId": ["Group", "User"], "CreatedById": ["User"]}
COMPOUND = dict.fromkeys(("LastName", "FirstName", "Salutation"), "Name") | dict.fromkeys(
    ("Street", "City", "State", "PostalCode", "Country"), "Address"
)


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with FIELDS.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def lead(path: str, *, createable: bool) -> dict[str, object]:
    """The body for Lead. Who may not create any may write no field on creation either."""
    return {
        "name": "Lead",
        "label": "Lead",
        "labelPlural": "Leads",
        "keyPrefix": "00Q",
        "custom": False,
        "createable": createable,
        "updateable": True,
        "deletable": True,
        "queryable": True,
        "retrieveable": True,
        "searchable": True,
        "fields": [_field(row, createable=createable) for row in _rows()],
        "recordTypeInfos": [
            {
                "active": True,
                "available": True,
                "defaultRecordTypeMapping": True,
                "developerName": "Master",
                "master": True,
                "name": "Master",
                "recordTypeId": "012000000000000AAA",
            }
        ],
        "urls": {"sobject": path, "describe": f"{path}/describe", "rowTemplate": f"{path}/{{ID}}"},
    }


def _field(row: dict[str, str], *, createable: bool) -> dict[str, object]:
    name = row["name"]
    return {
        "name": name,
        "label": row["label"],
        "type": row["type"],
        "length": int(row["length"]),
        "createable": createable and row["createable"] == "true",
        "updateable": row["updateable"] == "true",
        "nillable": row["nillable"] == "true",
        "defaultedOnCreate": row["defaultedOnCreate"] == "true",
        "calculated": False,
        "custom": False,
        "externalId": False,
        "idLookup": name in ("Id", "Email"),
        "unique": False,
        "compoundFieldName": COMPOUND.get(name),
        "digits": 8 if row["type"] == "int" else 0,
        "precision": 18 if row["type"] == "currency" else 0,
        "scale": 0,
        "restrictedPicklist": False,
        "picklistValues": [
            {"active": True, "defaultValue": name == "Status" and at == 0, "label": one, "validFor": None, "value": one}
            for at, one in enumerate(row["picklist"].split("|"))
            if one
        ],
        "referenceTo": REFERENCES.get(name, []),
    }
