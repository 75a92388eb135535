"""The pipelines API, to read.

https://developers.hubspot.com/docs/api-reference/latest/crm/pipelines/guide
"""

from local.sandbox.hubspot.ask import Answer, Ask
from local.sandbox.hubspot.definitions import SINCE
from local.sandbox.hubspot.errors import invalid, not_found
from local.sandbox.hubspot.kinds import kind_of, schema_scopes
from local.sandbox.hubspot.shapes import Json
from local.sandbox.hubspot.stages import Pipeline, Stage


def page(ask: Ask, kind: str) -> Answer:
    """GET /crm/pipelines/…/{type}: all of them; there are no pages."""
    return 200, {"results": [_shown(ask, place) for place in range(len(_pipelines(ask, kind)))]}


def get(ask: Ask, kind: str, pipeline_id: str) -> Answer:
    """GET …/{type}/{id}."""
    return 200, _shown(ask, _place(ask, kind, pipeline_id))


def stages(ask: Ask, kind: str, pipeline_id: str) -> Answer:
    """GET …/{type}/{id}/stages."""
    return 200, {"results": _shown(ask, _place(ask, kind, pipeline_id))["stages"]}


def _pipelines(ask: Ask, kind: str) -> list[Pipeline]:
    kind = kind_of(kind)
    ask.need(*schema_scopes(kind, "read"))
    if kind != "deals":
        raise invalid(f"{kind} have no pipelines in this account")
    return ask.portal.pipelines


def _place(ask: Ask, kind: str, pipeline_id: str) -> int:
    for place, pipeline in enumerate(_pipelines(ask, kind)):
        if pipeline.id == pipeline_id:
            return place
    raise not_found(pipeline_id)


def _shown(ask: Ask, place: int) -> Json:
    pipeline = ask.portal.pipelines[place]
    stages = [_shown_stage(stage, order) for order, stage in enumerate(pipeline.stages)]
    return _frame(pipeline.id, pipeline.label, place) | {"stages": stages}


def _shown_stage(stage: Stage, order: int) -> Json:
    # Both values are strings.
    metadata = {"probability": stage.probability, "isClosed": "true" if stage.closed else "false"}
    more: Json = {"metadata": metadata, "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT"}
    return _frame(stage.id, stage.label, order) | more


def _frame(own_id: str, label: str, order: int) -> Json:
    frame: Json = {"id": own_id, "label": label, "displayOrder": order, "archived": False}
    return frame | {"createdAt": SINCE, "updatedAt": SINCE}
