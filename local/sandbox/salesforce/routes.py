"""Which path leads where."""

from collections.abc import Callable

from werkzeug.routing import Map, Rule

from local.sandbox.salesforce import describe, many, query, rest, sobjects
from local.sandbox.salesforce.ask import Answer
from local.sandbox.salesforce.composite import composite

type Endpoint = Callable[..., Answer]

DATA = "/services/data/v<version>"
# A name instead of a function is an endpoint that needs no session.
TABLE: tuple[tuple[str, str, Endpoint | str], ...] = (
    ("GET POST", "/services/oauth2/authorize", "authorize"),
    ("POST", "/services/oauth2/token", "token"),
    ("GET POST", "/services/oauth2/revoke", "revoke"),
    ("GET POST", "/services/oauth2/userinfo", "userinfo"),
    ("GET", "/services/data", "versions"),
    ("GET", DATA, rest.resources),
    ("GET", f"{DATA}/limits", rest.limits),
    ("GET", f"{DATA}/query", query.query),
    ("GET", f"{DATA}/queryAll", query.query_all),
    ("GET", f"{DATA}/query/<locator>", query.more),
    ("GET", f"{DATA}/queryAll/<locator>", query.more),
    ("POST", f"{DATA}/composite", composite),
    ("POST", f"{DATA}/composite/sobjects", many.create_many),
    ("PATCH", f"{DATA}/composite/sobjects", many.update_many),
    ("DELETE", f"{DATA}/composite/sobjects", many.delete_many),
    ("GET", f"{DATA}/composite/sobjects/<name>", many.get_many),
    ("PATCH", f"{DATA}/composite/sobjects/<name>/<column>", many.upsert_many),
    ("GET", f"{DATA}/sobjects", describe.everything),
    ("GET", f"{DATA}/sobjects/<name>", describe.basics),
    ("POST", f"{DATA}/sobjects/<name>", sobjects.new),
    ("GET", f"{DATA}/sobjects/<name>/describe", describe.describe_object),
    ("GET", f"{DATA}/sobjects/<name>/<key>", sobjects.get),
    ("PATCH", f"{DATA}/sobjects/<name>/<key>", sobjects.change),
    ("DELETE", f"{DATA}/sobjects/<name>/<key>", sobjects.remove),
)
# An external id may hold a slash (encoded); the server in front of a WSGI app has decoded it.
KEYED: tuple[tuple[str, Endpoint], ...] = (("GET", sobjects.get_by), ("PATCH", sobjects.upsert))

# The data API takes every address with and without a slash at its end.
ROUTES = Map(
    [
        *(
            Rule(path + end, methods=methods.split(), endpoint=endpoint)
            for methods, path, endpoint in TABLE
            for end in ("", "/")
        ),
        *(
            Rule(f"{DATA}/sobjects/<name>/<column>/<path:value>", methods=[method], endpoint=endpoint)
            for method, endpoint in KEYED
        ),
    ],
    merge_slashes=False,
)
