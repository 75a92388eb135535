"""The small world of `tests.life.falcana_world` and the whole stack are told the same, and end the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from unittest import mock

from local.sandbox.falcana import Falcana
from local.sandbox.hubspot import HubSpot
from tests.crash.world import rows
from tests.firm import Firm
from tests.firm import settings as firm_settings
from tests.harness import PORTAL, Stack
from tests.life.falcana_world import ENVIRONMENT, TENANT, World


def test_the_small_world_is_as_the_whole_stack(stack: Stack) -> None:
    """The same deeds leave the same records and the same links, but for times and digests."""
    firm = Firm(stack)
    firm.open()
    company = firm.company("Müller GmbH", city="Berlin")
    firm.contact(company)
    person = firm.person(firm.address("Schulze AG", phone="040 998877"), email="hans@schulze.example")
    firm.five()
    firm.edit("company", company, city="Potsdam")
    firm.change("person", person, position="Chef")
    firm.five()
    firm.remove("person", person)
    firm.five()
    with mock.patch.dict("os.environ", ENVIRONMENT):
        world = World()
        with world.memory.instead():
            world.save(**firm_settings())
            world.clock.sleep(1)
            company = world.hubspot.seed(PORTAL, "companies", {"name": "Müller GmbH", "city": "Berlin"})
            contact = {"email": "erika@muster.example", "firstname": "Erika", "lastname": "Mustermann"}
            world.hubspot.seed(PORTAL, "contacts", {**contact, "associatedcompanyid": company})
            address = world.falcana.seed(TENANT, "addresses", {"name": "Schulze AG", "phone": "040 998877"})
            schulze = {"address_id": address, "last_name": "Schulze", "email": "hans@schulze.example"}
            made = world.falcana.seed(TENANT, "contact-persons", schulze)
            world.clock.sleep(300)
            world.tick()
            world.hubspot.change(PORTAL, "companies", company, {"city": "Potsdam"})
            world.falcana.change(TENANT, "contact-persons", made, {"position": "Chef"})
            world.clock.sleep(300)
            world.tick()
            world.falcana.remove(TENANT, "contact-persons", made)
            world.clock.sleep(300)
            world.tick()
            small = _shape(world.hubspot, world.falcana, world.rows(""))
    assert _shape(stack.hubspot, stack.falcana, links_of(stack)) == small


def links_of(stack: Stack) -> list[dict[str, Any]]:
    """All rows of the table of links."""
    return [row for row in rows("links") if row["scope"].startswith(f"{stack.workspace}#falcana")]


def _shape(hubspot: HubSpot, falcana: Falcana, held: Iterable[Mapping[str, Any]]) -> object:
    """What both sides have, and which rows with which attributes stand in the links."""
    left = [
        (kind, one["archived"], sorted((n, v) for n, v in one["properties"].items() if "date" not in n))
        for kind in ("companies", "contacts")
        for one in hubspot.state(PORTAL)[kind]  # type: ignore[attr-defined]
    ]
    gone = {"created_at", "updated_at", "updated_by"}
    right = [
        (entity, sorted((n, str(v)) for n, v in one.items() if n not in gone))
        for entity, found in falcana.state(TENANT).items()
        for one in found
    ]
    return left, right, sorted((row["link"], sorted(row), row.get("with", "")) for row in held)
