"""The same for all workspaces: a hundred at a time in turn, ten such pieces side by side.

What is waited for is AWS, so that threads are enough; a stack of up to a hundred workspaces has one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import batched

from renkei import workspaces
from renkei.aws import client

_PIECE, _AT_ONCE = 100, 10  # as many at once as a client of botocore keeps connections


def over_all[T](work: Callable[[Sequence[str]], T]) -> list[T]:
    """What `work` gives for each piece of the workspaces' names. What it raises is raised once the others are done."""
    for service in ("dynamodb", "sqs"):
        client(service)  # can be used by many threads, and made by one only
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        begun = [pool.submit(work, piece) for piece in batched(workspaces.names(), _PIECE, strict=False)]
    return [one.result() for one in begun]
