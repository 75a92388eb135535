"""What the sandbox Mailchimp shows of itself; keys are not shown."""

from collections.abc import Collection, Iterator

from local.sandbox.mailchimp.accounts import Account, Audience, Json
from local.sandbox.showing import LATEST, Table


def audience_state(audience: Audience) -> dict[str, list[Json]]:
    """An audience's members, in the order they came, and its merge fields, as the API gives them."""
    members = audience.members.by_contact.values()
    return {
        "members": [one.shape(audience.id, audience.fields.shown(one.values)) for one in members],
        "merge_fields": [one.shape(audience.id) for one in audience.fields.by_tag.values()],
    }


def state(accounts: Collection[Account]) -> Json:
    """The accounts by id, with their audiences and what is in them."""
    return {
        account.id: {
            "name": account.name,
            "audiences": [a.shape() | audience_state(a) for a in account.audiences.values()],
        }
        for account in accounts
    }


def tables(accounts: Collection[Account]) -> Iterator[Table]:
    """The audiences, and of each the members that came last, newest first."""
    found = [(account, audience) for account in accounts for audience in account.audiences.values()]
    rows = [(a.name, a.data_centre, b.name, b.id, ", ".join(b.fields.by_tag)) for a, b in found]
    yield Table("Audiences", ("Account", "Data centre", "Audience", "Audience ID", "Merge tags"), rows)
    for _, audience in found:
        members = list(audience.members.by_contact.values())
        yield Table(
            f"{audience.name}: members ({len(members)})",
            ("Address", "Status", "Language", "Contact ID", "Merge fields"),
            [
                (one.email, one.status, one.language, one.contact_id, _filled(audience.fields.shown(one.values)))
                for one in reversed(members[-LATEST:])
            ],
        )


def _filled(values: Json) -> str:
    return ", ".join(f"{tag}: {value}" for tag, value in values.items() if value != "")
