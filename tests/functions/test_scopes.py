"""A person is asked for what the workspace's integrations need, and told when that grows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations import INTEGRATIONS
from renkei import scopes
from renkei.accounts import VENDORS, oauth_of, vendor_of
from tests import office
from tests.harness import SETTINGS, Stack

READS = ("oauth", "crm.objects.companies.read", "crm.objects.contacts.read")
WRITES = ("crm.objects.companies.write", "crm.objects.contacts.write")
MAKES = ("crm.schemas.companies.write", "crm.schemas.contacts.write")
OWNERS = "crm.objects.owners.read"
DEALS = ("crm.objects.deals.read", "crm.objects.deals.write")
ALL = oauth_of("hubspot").scopes
COMPANY_ROWS, CONTACT_ROWS = ({name: SETTINGS["calendars"][0][name]} for name in ("company", "contact"))
FIRMS = {"calendars": [COMPANY_ROWS]}
GUESTS = {"calendars": [CONTACT_ROWS]}
BOARD = office.settings()
NO_WAY = {"hubspot_to_falcana": False, "falcana_to_hubspot": False}


def falcana(**ways: bool) -> dict[str, Any]:
    return {"directions": NO_WAY | ways}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"booking_to_hubspot": FIRMS}, {*READS, WRITES[0], MAKES[0]}),
        ({"booking_to_hubspot": GUESTS}, {*READS, WRITES[1]}),
        ({"booking_to_hubspot": SETTINGS}, {*READS, *WRITES, MAKES[0]}),
        ({"booking_to_hubspot": {**FIRMS, "meeting": True}}, {*READS, *WRITES, *MAKES, OWNERS}),
        ({"hubspot_to_board": BOARD}, {*READS[:2], WRITES[0], MAKES[0], *DEALS, OWNERS}),
        ({"falcana_hubspot": falcana()}, {*READS}),
        ({"falcana_hubspot": falcana(hubspot_to_falcana=True)}, {*READS}),
        ({"falcana_hubspot": falcana(falcana_to_hubspot=True)}, {*READS, *WRITES, *MAKES}),
        ({"falcana_hubspot": falcana(hubspot_to_falcana=True, falcana_to_hubspot=True)}, {*READS, *WRITES, *MAKES}),
        ({"falcana_hubspot": falcana(), "booking_to_hubspot": GUESTS}, {*READS, WRITES[1]}),
        ({"falcana_hubspot": falcana(), "hubspot_to_board": {**BOARD, "enabled": False}}, {*READS}),
        ({"falcana_hubspot": {**falcana(), "enabled": False}}, {*ALL}),
        ({"booking_to_salesforce": {}}, {*ALL}),
        ({"of_another_time": {}}, {*ALL}),
        ({}, {*ALL}),
    ],
)
def test_what_is_asked_for(given: dict[str, Any], wanted: set[str]) -> None:
    asked = scopes.needed("hubspot", INTEGRATIONS, given)
    assert set(asked) == wanted
    assert list(asked) == [scope for scope in ALL if scope in wanted]


def test_a_vendor_of_which_nothing_is_said_is_asked_for_all_and_one_with_keys_for_nothing() -> None:
    assert scopes.needed("salesforce", INTEGRATIONS, {"booking_to_salesforce": {}}) == oauth_of("salesforce").scopes
    assert scopes.needed("board", INTEGRATIONS, {"hubspot_to_board": BOARD}) == ()


@pytest.mark.parametrize("key", INTEGRATIONS)
def test_nobody_needs_what_is_never_asked_for(key: str) -> None:
    # The richest settings: each of these asks for as much as it ever does.
    most: dict[str, Any] = {"calendars": [{**COMPANY_ROWS, **CONTACT_ROWS}], "meeting": True}
    told = INTEGRATIONS[key].scopes(most | falcana(falcana_to_hubspot=True))
    for vendor, needed in told.items():
        assert vendor in INTEGRATIONS[key].vendors
        assert set(needed) <= set(oauth_of(vendor).scopes)
        assert len(set(needed)) == len(needed)
    assert all(vendor_of(vendor).oauth for vendor in told)
    assert set(told) <= set(VENDORS)


def asked(stack: Stack, **body: object) -> set[str]:
    """The scopes in the link that a browser is sent to."""
    status, told = stack.api("POST", "/api/workspaces/demo/connections/hubspot", body)
    assert status == 200, told
    return set(parse_qs(urlsplit(stack.browse(told["url"])["headers"]["location"]).query)["scope"][0].split())


def take_away(stack: Stack, *gone: str) -> None:
    """Somebody at HubSpot takes scopes away from the app."""
    for held in (stack.hubspot.tokens.access, stack.hubspot.tokens.refresh):
        for token, grant in held.items():
            held[token] = replace(grant, scopes=grant.scopes.difference(gone))


def document(**integrations: object) -> dict[str, Any]:
    return {"workspace": "demo", "integrations": integrations}


def test_before_there_is_a_file_everything_is_asked_for(stack: Stack) -> None:
    assert asked(stack) == set(ALL)


def test_the_file_that_was_applied_says_what_is_asked_for(stack: Stack) -> None:
    assert stack.connect()["statusCode"] == 200
    assert stack.apply(GUESTS)[0] == 200
    assert asked(stack) == {*READS, WRITES[1]}
    assert stack.apply(FIRMS)[0] == 200
    assert asked(stack) == {*READS, WRITES[0], MAKES[0]}


def test_a_file_to_be_applied_says_it_first(stack: Stack) -> None:
    assert asked(stack, file=document(booking_to_hubspot=GUESTS)) == {*READS, WRITES[1]}
    assert asked(stack, file=document(falcana_hubspot={"directions": {}})) == {*READS}
    assert asked(stack) == set(ALL)  # nothing was kept of it


@pytest.mark.parametrize(
    ("file", "path"),
    [
        (document(booking_to_hubspot={}), ["integrations", "booking_to_hubspot", "calendars"]),
        (document(surprise={}), ["integrations", "surprise"]),
        (document() | {"workspace": "other"}, ["workspace"]),
        ("workspace.yaml", []),
    ],
)
def test_a_file_that_is_wrong_starts_nothing(stack: Stack, file: object, path: list[str]) -> None:
    status, told = stack.api("POST", "/api/workspaces/demo/connections/hubspot", {"file": file})
    assert (status, told["error"]["problems"][0]["path"]) == (422, path)


def test_a_connection_with_less_is_whole_where_less_is_needed(stack: Stack) -> None:
    file = document(booking_to_hubspot=GUESTS)
    assert stack.connect(file=file)["statusCode"] == 200
    assert "renkei_key" not in stack.hubspot.state()["custom_properties"].get("companies", {})  # type: ignore[attr-defined]
    assert stack.apply(GUESTS)[0] == 200
    status, told = stack.api("POST", "/api/workspaces/demo/connections/hubspot/test")
    assert (status, told["ok"], told["state"]) == (200, True, "connected")
    shown = [check["message"] for check in told["checks"] if check["name"] == "check_scope"]
    assert len(shown) == len(READS) + 1
    assert not any(check["name"] == "check_unique" for check in told["checks"])
    (connection,) = stack.api("GET", "/api/workspaces/demo/connections")[1]["connections"]
    assert set(connection["scopes"]) == {*READS, WRITES[1]}


def test_before_a_file_is_applied_what_was_granted_is_enough_and_what_was_taken_away_is_named(stack: Stack) -> None:
    assert stack.connect(file=document(booking_to_hubspot=GUESTS))["statusCode"] == 200

    def missing() -> list[str]:
        told = stack.api("POST", "/api/workspaces/demo/connections/hubspot/test")[1]
        assert told["ok"] is all(check["ok"] is not False for check in told["checks"])
        return [check["message"].split()[-1] for check in told["checks"] if check["ok"] is False]

    assert missing() == []
    take_away(stack, WRITES[1])
    assert missing() == [WRITES[1]]


def test_a_file_that_needs_more_is_not_saved_and_says_who_allows_it(stack: Stack) -> None:
    assert stack.connect(file=document(booking_to_hubspot=GUESTS))["statusCode"] == 200
    assert stack.apply(GUESTS)[0] == 200
    status, told = stack.apply(FIRMS)
    (problem,) = told["error"]["problems"]
    assert (status, problem["path"]) == (422, ["integrations", "booking_to_hubspot"])
    assert f"{WRITES[0]}, {MAKES[0]}" in problem["message"]
    assert "admin rights" in problem["message"]
    assert "renkei connect hubspot --file" in problem["message"]
    # Whoever does so can apply it, and what is to be made in the portal is made then.
    assert stack.connect(file=document(booking_to_hubspot=FIRMS))["statusCode"] == 200
    assert "renkei_key" in stack.hubspot.state()["custom_properties"]["companies"]  # type: ignore[index]
    assert stack.apply(FIRMS)[0] == 200


def test_what_is_switched_off_is_checked_when_it_is_switched_on(stack: Stack) -> None:
    assert stack.connect(file=document(booking_to_hubspot=GUESTS))["statusCode"] == 200
    both: dict[str, Any] = {"booking_to_hubspot": GUESTS, "hubspot_to_board": {**BOARD, "enabled": False}}
    assert stack.apply(integrations=both)[0] == 200
    status, told = stack.apply(integrations={**both, "hubspot_to_board": BOARD})
    assert (status, told["error"]["problems"][0]["path"]) == (422, ["integrations", "hubspot_to_board"])


def test_a_scope_that_was_taken_away_is_named_by_a_test(ready: Stack) -> None:
    take_away(ready, WRITES[0], OWNERS)
    status, told = ready.api("POST", "/api/workspaces/demo/connections/hubspot/test", None, **{"accept-language": "en"})
    (missing,) = [check for check in told["checks"] if check["ok"] is False]  # owners are not needed
    assert (status, told["ok"]) == (200, False)
    assert WRITES[0] in missing["message"]
    assert "renkei connect hubspot" in missing["remedy"]
    assert "super admin" in missing["remedy"]


def test_a_consent_that_grants_less_than_was_asked_for_is_refused(stack: Stack) -> None:
    _, told = stack.api(
        "POST", "/api/workspaces/demo/connections/hubspot", {"file": document(booking_to_hubspot=FIRMS)}
    )
    answer = stack.browse(told["url"])
    less = answer["headers"]["location"].replace(f"{WRITES[0]}%20", "")
    back = stack.browse(stack.consent(less), answer["cookies"][0].partition(";")[0])
    assert (back["statusCode"], WRITES[0] in back["body"], OWNERS in back["body"]) == (400, True, False)


def test_falcana_is_asked_for_writing_only_when_its_data_go_to_hubspot(stack: Stack) -> None:
    """From the first connection to both directions, with the least that each step needs."""
    import_only = {**falcana(hubspot_to_falcana=True), "new_addresses": {"owner_user": 11, "sales_group": 21}}
    both = import_only | falcana(hubspot_to_falcana=True, falcana_to_hubspot=True)
    assert stack.connect_falcana()[0] == 200
    assert stack.connect(file=document(falcana_hubspot=import_only))["statusCode"] == 200
    status, told = stack.apply(integrations={"falcana_hubspot": import_only})
    assert status == 200, told
    assert stack.api("POST", "/api/workspaces/demo/connections/hubspot/test")[1]["ok"]
    status, told = stack.apply(integrations={"falcana_hubspot": both})
    assert (status, told["error"]["problems"][0]["path"]) == (422, ["integrations", "falcana_hubspot"])
    assert asked(stack) == {*READS}
    assert stack.connect(file=document(falcana_hubspot=both))["statusCode"] == 200
    status, told = stack.apply(integrations={"falcana_hubspot": both})
    assert status == 200, told
    assert asked(stack) == {*READS, *WRITES, *MAKES}
