"""What lies in the sandboxes falcana and HubSpot and in our memory, without ids and times: the same in every life."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.crash.world import rows
from tests.firm import Firm
from tests.harness import Stack

_ADDRESS = ("name", "kind", "street", "city", "phone")
_PERSON = ("last_name", "first_name", "email", "phone", "address_id")
_COMPANY = ("name", "address", "city", "phone")
_CONTACT = ("lastname", "firstname", "email", "phone", "associatedcompanyid")
_NAMES = ("name", "last_name", "lastname")
_ID = re.compile(r"\d{6,}")


def picture(stack: Stack) -> dict[str, Any]:
    """All living records, our links, the checkpoints, and what a further run writes.

    Then people change fields of each record, other ones on either side, and these are in the picture, too: had a dead
    run left a wrong memory of what was agreed on, one side would undo what the other did.
    """
    firm = Firm(stack)
    further = _further(firm)
    _change_all(firm)
    sides = {
        "addresses": (firm.addresses(), _ADDRESS),
        "persons": (firm.persons(), _PERSON),
        "companies": (firm.companies(), _COMPANY),
        "contacts": (firm.contacts(), _CONTACT),
    }
    names = {
        id_: f"{side} {next(text for name in _NAMES if (text := one.get(name)))}"
        for side, (records, _) in sides.items()
        for id_, one in records.items()
    }
    shown: dict[str, Any] = {
        side: sorted((_record(one, fields, names) for one in records.values()), key=repr)
        for side, (records, fields) in sides.items()
    }
    versions = {id_: str(one["version"]) for id_, one in {**firm.addresses(), **firm.persons()}.items()}
    links = {_named(row["link"], names): _link(row, names, versions) for row in rows("links")}
    return {**shown, "links": links, "checkpoints": _checkpoints(), "further": further}


def _further(firm: Firm) -> list[str]:
    """What is written though nobody changed anything; in the end of each story that must be nothing.

    Before that comes the run that looks at what a dead one had made, if it was told to.
    """
    if any(row["link"].startswith("again#") for row in rows("links")):
        firm.five()
    firm.forget_calls()
    firm.five()
    assert not firm.stack.deliveries("pending")
    return firm.writes()


def _change_all(firm: Firm) -> None:
    """HubSpot's fields first: falcana's record is the later one, and yet only its own change may hold."""
    for company in firm.companies():
        firm.edit("company", company, city="Neustadt")
    for contact in firm.contacts():
        firm.edit("contact", contact, firstname="Eva")
    for address in firm.addresses():
        firm.change("address", address, street="Am Markt 1")
    for person in firm.persons():
        firm.change("person", person, phone="0331 445566")
    firm.five()


def _record(record: Mapping[str, Any], fields: tuple[str, ...], names: Mapping[str, str]) -> dict[str, str]:
    partner = record["external_ids"].get("hubspot", "") if "external_ids" in record else record.get("renkei_falcana_id")
    told = {**{name: record.get(name) for name in fields}, "partner": partner}
    return {name: _named(str(value), names) for name, value in told.items() if value}


def _link(row: Mapping[str, Any], names: Mapping[str, str], versions: Mapping[str, str]) -> dict[str, Any]:
    """A row of our memory; instead of the version that was seen last, whether falcana's record still has it.

    Digests are of the value and of the id of whoever was there first: other ones in other lives.
    """
    told = {name: value for name, value in row.items() if name not in {"scope", "link", "at", "v", "trail", "of"}}
    told = {
        name: sorted(json.loads(value)) if name == "agreed" else _named(str(value), names)
        for name, value in told.items()
    }
    if "v" in row and not row.get("ended"):
        told["v"] = row["v"] == versions[row["link"].partition("#")[2]]
    return told


def _named(text: str, names: Mapping[str, str]) -> str:
    """A text with names in the place of ids."""
    return _ID.sub(lambda found: names.get(found[0], found[0]), text)


def _checkpoints() -> list[str]:
    """The checkpoints without which a run takes everything. Others take turns, and who dies may pass over one."""
    names = {str(row["item"]).removeprefix("checkpoint#falcana_hubspot#") for row in rows("workspaces")}
    return sorted(name for name in names if name in {"feed", "rules"} or name.startswith("search."))
