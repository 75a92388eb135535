"""Which path leads where. The prefixes are not uniform, and every API has older ones beside it.

https://developers.hubspot.com/docs/api-reference/legacy/migration-guide
"""

from collections.abc import Callable, Iterator

from werkzeug.routing import Map, Rule

from local.sandbox.hubspot import account, associations, batch, objects, pipelines, schema, search
from local.sandbox.hubspot.ask import Answer

type Endpoint = Callable[..., Answer]

DATES = ("2026-09", "2026-03")
PREFIXES = {
    "objects": (*(f"/crm/objects/{date}" for date in DATES), "/crm/v3/objects"),
    "pairs": (*(f"/crm/objects/{date}" for date in DATES), "/crm/v4/objects"),
    "associations": (*(f"/crm/associations/{date}" for date in DATES), "/crm/v4/associations"),
    "properties": (*(f"/crm/properties/{date}" for date in DATES), "/crm/v3/properties"),
    "pipelines": (*(f"/crm/pipelines/{date}" for date in DATES), "/crm/v3/pipelines"),
    "owners": (*(f"/crm/owners/{date}" for date in DATES), "/crm/v3/owners"),
    "account": (*(f"/account-info/{date}" for date in DATES), "/account-info/v3"),
    "installs": (*(f"/appinstalls/{date}" for date in DATES), "/appinstalls/v3"),
    "token": (*(f"/oauth/{date}/token" for date in DATES), "/oauth/v3/token"),
}
# Method, prefix, the rest of the path, and what answers. A name instead of a function is an
# endpoint that needs no access token.
TABLE: tuple[tuple[str, str, str, Endpoint | str], ...] = (
    ("GET", "objects", "/<kind>", objects.page),
    ("POST", "objects", "/<kind>", objects.create),
    ("GET", "objects", "/<kind>/<key>", objects.get),
    ("PATCH", "objects", "/<kind>/<key>", objects.update),
    ("DELETE", "objects", "/<kind>/<key>", objects.archive),
    ("POST", "objects", "/<kind>/search", search.search),
    ("POST", "objects", "/<kind>/merge", objects.merge),
    ("POST", "objects", "/<kind>/batch/create", batch.create),
    ("POST", "objects", "/<kind>/batch/read", batch.read),
    ("POST", "objects", "/<kind>/batch/update", batch.update),
    ("POST", "objects", "/<kind>/batch/upsert", batch.upsert),
    ("POST", "objects", "/<kind>/batch/archive", batch.archive),
    ("GET", "pairs", "/<kind>/<object_id>/associations/<to_kind>", associations.read),
    ("PUT", "pairs", "/<kind>/<object_id>/associations/<to_kind>/<to_id>", associations.put_labels),
    ("DELETE", "pairs", "/<kind>/<object_id>/associations/<to_kind>/<to_id>", associations.delete),
    ("PUT", "pairs", "/<kind>/<object_id>/associations/default/<to_kind>/<to_id>", associations.put_default),
    ("POST", "associations", "/<kind>/<to_kind>/batch/read", associations.batch_read),
    ("POST", "associations", "/<kind>/<to_kind>/batch/create", associations.batch_create),
    ("POST", "associations", "/<kind>/<to_kind>/batch/associate/default", associations.batch_default),
    ("POST", "associations", "/<kind>/<to_kind>/batch/archive", associations.batch_archive),
    ("GET", "associations", "/<kind>/<to_kind>/labels", associations.labels),
    ("GET", "properties", "/<kind>", schema.page),
    ("POST", "properties", "/<kind>", schema.create),
    ("GET", "properties", "/<kind>/<name>", schema.get),
    ("PATCH", "properties", "/<kind>/<name>", schema.update),
    ("DELETE", "properties", "/<kind>/<name>", schema.archive),
    ("GET", "properties", "/<kind>/groups", schema.groups),
    ("POST", "properties", "/<kind>/groups", schema.create_group),
    ("POST", "properties", "/<kind>/batch/create", schema.batch_create),
    ("POST", "properties", "/<kind>/batch/read", schema.batch_read),
    ("POST", "properties", "/<kind>/batch/archive", schema.batch_archive),
    ("GET", "pipelines", "/<kind>", pipelines.page),
    ("GET", "pipelines", "/<kind>/<pipeline_id>", pipelines.get),
    ("GET", "pipelines", "/<kind>/<pipeline_id>/stages", pipelines.stages),
    ("GET", "owners", "", account.owners),
    ("GET", "owners", "/<owner_id>", account.owner),
    ("GET", "account", "/details", account.details),
    ("DELETE", "installs", "/external-install", account.uninstall),
    ("POST", "token", "", "token"),
    ("POST", "token", "/introspect", "introspect"),
    ("POST", "token", "/revoke", "revoke"),
)


def _rules() -> Iterator[Rule]:
    for method, prefix, rest, endpoint in TABLE:
        for start in PREFIXES[prefix]:
            yield Rule(start + rest, methods=[method], endpoint=endpoint)
    yield Rule("/crm/v3/owners/", methods=["GET"], endpoint=account.owners)
    yield Rule("/oauth/authorize", methods=["GET", "POST"], endpoint="authorize")
    yield Rule("/oauth/v1/token", methods=["POST"], endpoint="token_v1")
    yield Rule("/oauth/v2/private-apps/get/access-token-info", methods=["POST"], endpoint="key_info")


ROUTES = Map(list(_rules()), strict_slashes=False, redirect_defaults=False, merge_slashes=False)
