"""What all batch endpoints share: the limit, the order of results, the frame of the answer."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from local.sandbox.hubspot.errors import invalid
from local.sandbox.hubspot.shapes import Json
from local.sandbox.hubspot.store import stamp


def capped(inputs: list[Json], most: int) -> list[Json]:
    """The inputs; 400 when there are too many, or none."""
    if not inputs:
        raise invalid("inputs must not be empty")
    if len(inputs) > most:
        raise invalid(f"Maximum batch input size is {most}, but received {len(inputs)}")
    return inputs


def distinct(keys: Sequence[str]) -> None:
    """400 when an id or key is there twice."""
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        message = f"Duplicate IDs found in batch input: [{', '.join(twice)}]"
        raise invalid(message, ids=twice)


def shuffled(results: list[Json]) -> list[Json]:
    """The results in an order that is always the same and never that of the inputs."""
    if len(results) < 2:  # noqa: PLR2004 - one result has no order
        return results
    mixed = sorted(results, key=lambda r: sha256(str(r["id"]).encode()).digest())
    return mixed if mixed != results else mixed[::-1]


def answered(now: datetime, results: list[Json], errors: Sequence[Json] = ()) -> Json:
    """The body of a batch answer."""
    body: Json = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": stamp(now),
        "completedAt": stamp(now),
    }
    if errors:
        body |= {"numErrors": len(errors), "errors": list(errors)}
    return body
