"""The account itself: its details, its owners, and the app's end in it.

https://developers.hubspot.com/docs/api-reference/latest/crm/owners/guide
"""

from local.sandbox.hubspot.ask import Answer, Ask
from local.sandbox.hubspot.definitions import SINCE
from local.sandbox.hubspot.errors import not_found
from local.sandbox.hubspot.owners import Owner
from local.sandbox.hubspot.shapes import Json
from local.sandbox.hubspot.tokens import KEY_START


def details(ask: Ask) -> Answer:
    """GET /account-info/…/details. A key may always ask; it is nobody's who came by OAuth."""
    if not _by_key(ask):
        ask.need("oauth")
    portal = ask.portal
    hours = int(portal.utc_offset[:3])
    return 200, {
        "portalId": portal.id,
        "accountType": "DEVELOPER_TEST",
        "timeZone": portal.time_zone,
        "companyCurrency": portal.currency,
        "additionalCurrencies": list(portal.additional_currencies),
        "utcOffset": portal.utc_offset,
        "utcOffsetMilliseconds": hours * 3_600_000,
        "uiDomain": "app.hubspot.com",
        "dataHostingLocation": "na1",
    }


def uninstall(ask: Ask) -> Answer:
    """DELETE /appinstalls/…/external-install: the caller then ends all tokens."""
    ask.need("oauth")
    return 204, None


def owners(ask: Ask) -> Answer:
    """GET /crm/owners/…: one by its address, or a page of all."""
    ask.need("crm.objects.owners.read")
    email, limit, after = ask.query("email"), ask.limit(100, 500), ask.query("after") or "0"
    found = [
        owner
        for owner in ask.portal.owners
        if owner.archived == ask.flag("archived")
        and (not email or owner.email.lower() == email.lower())
        and owner.id > after
    ]
    body: Json = {"results": [_shown(owner) for owner in found[:limit]]}
    if len(found) > limit:
        body["paging"] = {"next": {"after": found[limit - 1].id}}
    return 200, body


def owner(ask: Ask, owner_id: str) -> Answer:
    """GET /crm/owners/…/{id}; idProperty is `id` or `userId`."""
    ask.need("crm.objects.owners.read")
    by_user = ask.query("idProperty") == "userId"
    for found in ask.portal.owners:
        key = str(found.user_id) if by_user else found.id
        if key == owner_id and found.archived == ask.flag("archived"):
            return 200, _shown(found)
    raise not_found(owner_id)


def _by_key(ask: Ask) -> bool:
    return ask.request.headers.get("Authorization", "").startswith(f"Bearer {KEY_START}")


def _shown(found: Owner) -> Json:
    return {
        "id": found.id,
        "email": found.email,
        "type": "PERSON",
        "firstName": found.first_name,
        "lastName": found.last_name,
        "userId": None if found.archived else found.user_id,
        "userIdIncludingInactive": found.user_id,
        "createdAt": SINCE,
        "updatedAt": SINCE,
        "archived": found.archived,
        "teams": [],
    }
