"""Links: ids that belong together, and what we remember making. Never a name, an address or an amount.

A row is (scope, link) → values. The scope is a workspace and the vendor account it points into, so that links
into an old account stay apart; the link is a kind and a vendor's id or a keyed digest (`Vault.digest`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from renkei.dynamo import Item, Table

_TABLE = Table("links")


def scope(workspace: str, vendor: str, account: str) -> str:
    """The scope of links into one vendor account."""
    return f"{workspace}#{vendor}#{account}"


def pair_scope(workspace: str, vendor: str, account: str, other: str) -> str:
    """The scope of links between a vendor account and another vendor's account."""
    return scope(workspace, vendor, f"{account}.{other}")


def recall(in_scope: str, links: Iterable[str]) -> dict[str, Item]:
    """What is remembered under each of the links; those with nothing are left out."""
    rows = _TABLE.get_many({"scope": in_scope, "link": link} for link in dict.fromkeys(links))
    return {row["link"]: row for row in rows}


def remember(in_scope: str, link: str, values: Mapping[str, str | bool]) -> None:
    """Add values to a link's row."""
    _TABLE.update({"scope": in_scope, "link": link}, put=dict(values))


def replace(in_scope: str, link: str, values: Mapping[str, str | bool]) -> None:
    """Put these values in the place of a link's row, whatever it held."""
    _TABLE.put({"scope": in_scope, "link": link, **values})


def put_many(in_scope: str, rows: Mapping[str, Mapping[str, str | bool]]) -> None:
    """As `replace`, for any number of links: link → values."""
    _TABLE.put_many({"scope": in_scope, "link": link, **values} for link, values in rows.items())


def each(in_scope: str) -> Iterator[tuple[str, str]]:
    """(scope, link) of everything that is remembered in a scope."""
    return ((row["scope"], row["link"]) for row in _TABLE.query(("scope", in_scope)))


def forget(in_scope: str, link: str) -> None:
    """Drop a link."""
    _TABLE.delete({"scope": in_scope, "link": link})


def forget_many(in_scope: str, links: Iterable[str]) -> None:
    """Drop any number of links."""
    _TABLE.delete_many({"scope": in_scope, "link": link} for link in dict.fromkeys(links))


def rows(in_scope: str, prefix: str) -> Iterator[Item]:
    """Everything that is remembered in a scope under links that begin so, in their order."""
    return _TABLE.query(("scope", in_scope), sort=("link", "begins_with", prefix))


def page(in_scope: str, prefix: str, after: str = "", limit: int = 100) -> tuple[list[Item], str]:
    """(some of what stands under links that begin so, in their order; where to go on, "" at the end).

    `after` is where the last page ended. What was dropped since, that link too, is in nobody's way.
    """
    upper = f"{prefix}\U0010ffff"  # comes after every other character
    sort = ("link", "BETWEEN", after or prefix, upper)
    found = list(_TABLE.query(("scope", in_scope), sort=sort, limit=limit + 2))  # the last one seen, and one more
    rest = [row for row in found if row["link"] != after]
    return rest[:limit], rest[limit - 1]["link"] if len(rest) > limit else ""
