"""What an object is like for the user who asks.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
"""

from email.utils import format_datetime, parsedate_to_datetime

from local.sandbox.salesforce.ask import WRITABLE, Answer, Ask
from local.sandbox.salesforce.fields import PREFIXES, Facts, label


def describe_object(ask: Ask, name: str) -> Answer:
    """GET …/sobjects/{name}/describe. Labels are in the user's language; no header changes that."""
    fields = ask.fields(name)
    changed = ask.store.described_at.replace(microsecond=0)
    headers = {"Last-Modified": format_datetime(changed, usegmt=True)}
    since = _moment(ask.request.headers.get("If-Modified-Since", ""))
    if since is not None and since >= changed.timestamp():
        return Answer(None, 304, headers)
    createable = ask.createable(name)
    whole = _about(ask, name) | {
        "fields": [_shown(ask, name, field, createable=createable) for field in fields.values()],
        "childRelationships": [],
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
    }
    return Answer(whole, headers=headers)


def basics(ask: Ask, name: str) -> Answer:
    """GET …/sobjects/{name}: the object without its fields."""
    ask.fields(name)
    return Answer({"objectDescribe": _about(ask, name), "recentItems": []})


def everything(ask: Ask) -> Answer:
    """GET …/sobjects: all objects that the user sees."""
    names = [name for name in PREFIXES if ask.sees(name)]
    return Answer({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": [_about(ask, name) for name in names]})


def _about(ask: Ask, name: str) -> Facts:
    path = ask.path(name)
    return {
        "name": name,
        "label": name,
        "labelPlural": f"{name}s",
        "keyPrefix": PREFIXES[name],
        "custom": False,
        "createable": ask.createable(name),
        "updateable": name != "Organization",
        "deletable": name in WRITABLE,
        "queryable": True,
        "retrieveable": True,
        "searchable": True,
        "urls": {"sobject": path, "describe": f"{path}/describe", "rowTemplate": f"{path}/{{ID}}"},
    }


def _shown(ask: Ask, name: str, field: Facts, *, createable: bool) -> Facts:
    """A field. Who may not create any record may write no field on creation either."""
    return field | {
        "label": label(name, field, ask.org.user.language),
        "createable": createable and field["createable"],
    }


def _moment(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None
