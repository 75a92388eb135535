from datetime import UTC, datetime, timedelta

from local.sandbox.hubspot import HubSpot
from tests.local.sandbox.conftest import OTHER, PORTAL, Api, Clock

COMPANIES = "/crm/objects/2026-09/companies"


def test_110_in_ten_seconds_and_portal(api: Api, hubspot: HubSpot, clock: Clock) -> None:
    first = api.get(COMPANIES)
    assert (first.headers["X-HubSpot-RateLimit-Max"], first.headers["X-HubSpot-RateLimit-Remaining"]) == ("110", "109")
    clock.pass_(1)
    assert all(api.get(COMPANIES).status_code == 200 for _ in range(109))
    refused = api.get(COMPANIES)
    assert refused.status_code == 429
    body = refused.json()
    assert (body["errorType"], body["policyName"]) == ("RATE_LIMIT", "TEN_SECONDLY_ROLLING")
    assert "category" not in body
    assert "Retry-After" not in refused.headers
    other = hubspot.issue_token(OTHER)[0]
    assert api.get(COMPANIES, headers={"Authorization": f"Bearer {other}"}).status_code == 200
    clock.pass_(9)
    assert [api.get(COMPANIES).status_code for _ in range(2)] == [200, 429]


def test_search_has_a_limit_of_its_own(api: Api, clock: Clock) -> None:
    def search() -> int:
        return api.post(f"{COMPANIES}/search", json={"filterGroups": []}).status_code

    assert [search() for _ in range(6)] == [200] * 5 + [429]
    refused = api.post(f"{COMPANIES}/search", json={"filterGroups": []})
    assert refused.json()["policyName"] == "SECONDLY"
    assert "X-HubSpot-RateLimit-Max" not in refused.headers
    assert api.get(COMPANIES).headers["X-HubSpot-RateLimit-Remaining"] == "109"
    clock.pass_(1)
    assert search() == 200


def test_limits_and_retry_after_can_be_set(api: Api, hubspot: HubSpot) -> None:
    hubspot.configure({"burst_limit": 1, "search_limit": None, "retry_after": 7})
    assert api.get(COMPANIES).status_code == 200
    refused = api.get(COMPANIES)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
    searches = [api.post(f"{COMPANIES}/search", json={"filterGroups": []}).status_code for _ in range(20)]
    assert set(searches) == {200}


def test_the_day_ends_at_the_portals_midnight(api: Api, hubspot: HubSpot, clock: Clock) -> None:
    hubspot.configure({"daily_limit": 3})
    clock.now = datetime(2026, 11, 22, 14, 59, 58, tzinfo=UTC)  # 23:59:58 in Tokyo
    api.headers["Authorization"] = f"Bearer {hubspot.issue_token(PORTAL)[0]}"
    searched = api.post(f"{COMPANIES}/search", json={"filterGroups": []}).status_code
    assert [searched, *(api.get(COMPANIES).status_code for _ in range(3))] == [200, 200, 200, 429]
    refused = api.get(COMPANIES)
    assert refused.json()["policyName"] == "DAILY"
    assert not [name for name in refused.headers if name.startswith("X-HubSpot-RateLimit")]
    other = hubspot.issue_token(OTHER)[0]
    assert api.get(COMPANIES, headers={"Authorization": f"Bearer {other}"}).status_code == 200
    clock.now += timedelta(seconds=2)
    assert [api.get(COMPANIES).status_code for _ in range(4)] == [200, 200, 200, 429]
