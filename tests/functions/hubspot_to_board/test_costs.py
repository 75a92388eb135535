"""How many calls at both vendors a new deal costs, by what is known already."""

from __future__ import annotations

import pytest

from tests.office import OWNER, Office


def costs(office: Office, name: str) -> list[str]:
    """The calls of a new deal of a new company of this name, whose client is to be shown in HubSpot."""
    office.apply(client_page={"property": "website"})
    for number in range(250):
        office.board.seed("clients", {"name": f"第{number}商事株式会社"})
    office.wait(3600)  # the access token has run out, too
    company = office.company(name=name, city="港区")
    deal = office.deal(company, hubspot_owner_id=OWNER.id)
    office.tell()
    office.move(deal, "見積中(中)")
    office.forget_calls()
    office.tell()
    assert name in [one["client"]["name"] for one in office.projects()]
    (shown,) = [one["properties"]["website"] for one in office.stack.the("companies") if one["id"] == company]
    assert shown.endswith("/edit")
    return [call for call in office.calls() if "/oauth/" not in call]


ONE_SPELLING = ("株式会社青空商事", "あおぞら有限会社")
TWO_SPELLINGS = ("株式会社アオゾラ", "ABC商事")


@pytest.mark.parametrize("name", ONE_SPELLING)
def test_a_new_deal_of_a_new_company_costs_eight_calls_at_most(office: Office, name: str) -> None:
    calls = costs(office, name)
    assert len(calls) <= 8, calls


@pytest.mark.parametrize("name", ONE_SPELLING + TWO_SPELLINGS)
def test_with_an_owner_seen_before_any_name_costs_eight_at_most(office: Office, name: str) -> None:
    office.board.seed("users", {"email": OWNER.email})
    office.linked(name="前の会社")
    calls = costs(office, name)
    assert len(calls) <= 8, calls


@pytest.mark.parametrize("name", TWO_SPELLINGS)
def test_only_a_name_of_two_widths_and_an_unknown_owner_together_cost_nine(office: Office, name: str) -> None:
    calls = costs(office, name)
    assert len(calls) <= 9, calls


@pytest.mark.parametrize(("page", "most"), [(False, 4), (True, 4)])
def test_a_new_deal_of_a_known_company_costs_fewer(office: Office, page: bool, most: int) -> None:
    if page:
        office.apply(client_page={"property": "website"})
    office.board.seed("users", {"email": OWNER.email})
    office.linked()
    (company,) = office.stack.the("companies")
    deal = office.deal(company["id"])
    office.tell()
    office.move(deal, "見積中(中)")
    office.forget_calls()
    office.tell()
    assert len(office.projects()) == 2
    assert len(office.calls()) <= most, office.calls()
