"""Up to 25 requests in one, where a later one may use what an earlier one answered.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from local.sandbox.salesforce.ask import Answer, Ask
from local.sandbox.salesforce.errors import Refused, bad, not_json

MOST, MOST_HEAVY = 25, 5
HEAVY = re.compile(r"/services/data/v[\d.]+/(query|queryAll|composite/sobjects)(/|\?|$)")
REFERENCE = re.compile(r"@\{([^}]*)\}")
STEP = re.compile(r"\.?([A-Za-z_]\w*)|\[(\d+)\]")
NAME = re.compile(r"[A-Za-z0-9_]+")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
UNDONE = Refused(
    400, "PROCESSING_HALTED", "The transaction was rolled back since another operation in the same transaction failed."
)
FIRST_BAD = 300

type Part = dict[str, Any]


def composite(ask: Ask) -> Answer:
    """POST …/composite: 200 whatever becomes of its parts."""
    body = ask.body()
    parts = _parts(body)
    whole = body.get("allOrNone", False)
    if not isinstance(whole, bool):
        raise not_json("The property 'allOrNone' must be a boolean")
    results: list[Part] = []
    try:
        if not whole:
            _all(ask, parts, results)
            return Answer({"compositeResponse": results})
        with ask.store.all_or_nothing():
            _all(ask, parts, results)
            if any(result["httpStatusCode"] >= FIRST_BAD for result in results):
                raise UNDONE
    except Refused as refusal:
        if refusal is not UNDONE:
            raise
        results = [
            result if result["httpStatusCode"] >= FIRST_BAD else _result(UNDONE, part)
            for result, part in zip(results, parts, strict=True)
        ]
    return Answer({"compositeResponse": results})


def _parts(body: Mapping[str, Any]) -> list[Part]:
    parts = body.get("compositeRequest")
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        raise not_json("The property 'compositeRequest' must be a list of objects")
    if len(parts) > MOST:
        raise Refused(400, "LIMIT_EXCEEDED", f"A composite request cannot have more than {MOST} subrequests.")
    names = [part.get("referenceId") for part in parts]
    if not all(isinstance(name, str) and NAME.fullmatch(name) for name in names) or len(set(names)) < len(names):
        raise Refused(400, "INVALID_INPUT", "Each subrequest needs a referenceId of its own: letters, digits and '_'.")
    for part in parts:
        good = part.get("method") in METHODS and isinstance(part.get("url"), str)
        if not good or not part["url"].startswith("/services/data/v"):
            raise Refused(400, "INVALID_INPUT", "Each subrequest needs a method and a url of the data API.")
    if sum(1 for part in parts if HEAVY.match(part["url"])) > MOST_HEAVY:
        raise Refused(400, "LIMIT_EXCEEDED", f"A composite request cannot have more than {MOST_HEAVY} queries.")
    return parts


def _all(ask: Ask, parts: list[Part], results: list[Part]) -> None:
    bodies: dict[str, object] = {}
    for part in parts:
        try:
            answer = ask.again(_request(ask, part, bodies))
        except Refused as refusal:
            results.append(_result(refusal, part))
            continue
        if answer.status < FIRST_BAD:
            bodies[part["referenceId"]] = answer.body
        results.append(
            {
                "body": answer.body,
                "httpHeaders": {name: value for name, value in answer.headers.items() if name == "Location"},
                "httpStatusCode": answer.status,
                "referenceId": part["referenceId"],
            }
        )


def _result(refusal: Refused, part: Part) -> Part:
    return {
        "body": refusal.body(),
        "httpHeaders": {},
        "httpStatusCode": refusal.status,
        "referenceId": part["referenceId"],
    }


def _request(ask: Ask, part: Part, bodies: Mapping[str, object]) -> Request:
    """A part as a request of its own. Of the headers only those named in the part count."""
    parts = urlsplit(str(_filled(part["url"], bodies)))
    headers: Mapping[str, object] = part.get("httpHeaders") or {}
    if not isinstance(headers, dict):
        raise not_json("The property 'httpHeaders' must be an object")
    text = None if part.get("body") is None else json.dumps(_filled(part["body"], bodies)).encode()
    builder = EnvironBuilder(
        path=parts.path,
        base_url=ask.request.root_url,
        query_string=parts.query,
        method=part["method"],
        headers=[(str(name), str(value)) for name, value in headers.items()],
        data=text,
        content_type="application/json",
    )
    return Request(builder.get_environ())


def _filled(value: object, bodies: Mapping[str, object]) -> object:
    """A value with its references replaced by what they lead to."""
    if isinstance(value, dict):
        return {name: _filled(one, bodies) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, bodies) for one in value]
    if not isinstance(value, str):
        return value
    whole = REFERENCE.fullmatch(value)
    if whole:
        return _looked_up(whole.group(1), bodies)
    return REFERENCE.sub(lambda match: str(_looked_up(match.group(1), bodies)), value)


def _looked_up(path: str, bodies: Mapping[str, object]) -> object:
    name = path.partition(".")[0].partition("[")[0]
    found: object = bodies.get(name)
    for key, index in STEP.findall(path[len(name) :]):
        if key and isinstance(found, dict):
            found = found.get(key)
        elif index and isinstance(found, list) and int(index) < len(found):
            found = found[int(index)]
        else:
            found = None
    if found is None or isinstance(found, dict | list):
        raise bad("PROCESSING_HALTED", f"Invalid reference specified. No value for {path} found in {name}")
    return found
