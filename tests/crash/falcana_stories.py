"""The stories of falcana_hubspot that must survive every death."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.crash.falcana_picture import picture
from tests.crash.lives import Story
from tests.crash.outside import Deed, works
from tests.firm import KEY, Firm
from tests.harness import Stack

_JOBS, _TOOLS = f"/api/workspaces/demo/jobs/{KEY}", f"/api/workspaces/demo/tools/{KEY}"

NAMES = ("first run both ways", "a change each way", "deletions", "merges", "import", "export", "wishes", "duplicates")


def rings(stack: Stack) -> None:
    """The schedule of every five minutes rings; a dispatcher that died is started again with the same time."""
    assert stack.dispatch(KEY, "sync") <= 1


def asks(job: str) -> Deed:
    """Somebody asks for a run, and again if there was no answer."""
    return _calls(_JOBS, {"job": job, "dry_run": False})


def _calls(path: str, body: dict[str, Any]) -> Deed:
    def deed(stack: Stack) -> None:
        status, told = stack.api("POST", path, body)
        assert status == 200, told

    return deed


def stories() -> dict[str, Story]:
    """All of them by name."""
    told = (
        _story("first run both ways", _two_filled, rings, works, end=_all_linked),
        _story("a change each way", _changed, rings, works, end=_on_both_sides),
        _story("deletions", _deleted, rings, works, end=_one_archived_one_kept),
        _story("merges", _merged, rings, works, end=_gone_on_with),
        _story("import", _hubspot_filled, asks("import"), works, end=_in_falcana, only="hubspot_to_falcana"),
        _story("export", _falcana_filled, asks("export"), works, end=_in_hubspot, only="falcana_to_hubspot"),
        _story("wishes", _strangers, _links, _unlinks, rings, works, end=_granted),
        _story("duplicates", _alike, asks("duplicates"), works, end=_held_back),
    )
    return {story.name: story for story in told}


def _story(
    name: str, before: Callable[[Firm], object], *deeds: Deed, end: Callable[[Any], object], only: str = ""
) -> Story:
    """`only`: the one direction that is on."""

    def prepare(stack: Stack) -> None:
        firm = Firm(stack)
        if only:
            stack.begin(f"firm {only}", lambda: firm.open(directions={only: True}))
        else:
            stack.begin("firm", firm.open)
        before(firm)
        firm.wait(300)

    return Story(name, prepare, deeds, picture, _finally(end, both=not only), same=frozenset({"delivered", "skipped"}))


def _finally(end: Callable[[Any], object], *, both: bool) -> Callable[[Any], None]:
    """Nothing is in progress, and what people changed last stands on both sides of each pair."""

    def check(left: Any) -> None:
        assert left["further"] == []
        kinds = {link.partition("#")[0] for link in left["links"] if not _at_home(link, left["links"])}
        waiting = {"parked", "alike"} if end is _held_back else set()
        assert kinds == {"address", "person", "company", "contact"} | waiting, left["links"]
        for mine, theirs in (("addresses", "companies"), ("persons", "contacts")):
            linked = {_name(one): one["partner"] for one in left[mine] if one.get("partner", "").startswith(theirs)}
            back = {_name(one): one["partner"] for one in left[theirs] if one.get("partner", "").startswith(mine)}
            wanted = {other.partition(" ")[2]: f"{mine} {name}" for name, other in linked.items()}
            assert back.items() <= wanted.items()  # HubSpot bears marks only where it is written to
            assert len(wanted) == len(linked)
        paired = [one for one in (*left["addresses"], *left["companies"]) if "partner" in one]
        for one in paired if both else ():
            assert (one["city"], one.get("street") or one["address"]) == ("Neustadt", "Am Markt 1")
        end(left)

    return check


def _at_home(link: str, links: Any) -> bool:
    """Whether a row is of somebody at a private address, who waits for nothing but that it becomes a company."""
    kind, _, rest = link.partition("#")
    return kind == "waits" and bool(links.get("#".join(rest.split("#")[:2]), {}).get("out"))


def _name(record: dict[str, str]) -> str:
    return next(record[name] for name in ("name", "last_name", "lastname") if name in record)


# Everything goes over.


def _two_filled(firm: Firm) -> None:
    firm.contact(firm.company("Müller GmbH", phone="030 123456"))
    firm.person(firm.address("Schulze AG", phone="040 998877"), "Schulze", email="hans@schulze.example")


def _all_linked(left: Any) -> None:
    for side in ("addresses", "companies"):
        assert _shown(left[side], "name", "phone") == [("Müller GmbH", "030 123456"), ("Schulze AG", "040 998877")]
    assert _shown(left["persons"], "last_name") == _shown(left["contacts"], "lastname")
    assert len(left["links"]) == 8


def _hubspot_filled(firm: Firm) -> None:
    """One company was transferred before, and one contact is in falcana, by mail address; one has no company."""
    company = firm.company("Schulze SE")
    firm.press("import")
    firm.wait(300)
    firm.person(firm.partner(company), "Schulze", email="hans@schulze.example")
    firm.contact(company, "Hans@schulze.example", firstname="Hans", lastname="Schulze")
    firm.contact(firm.company("Müller GmbH"))
    firm.contact("", "karl@allein.example", firstname="Karl", lastname="Allein")


def _in_falcana(left: Any) -> None:
    assert sorted(_shown(left["addresses"], "kind", "name")) == [
        ("company", "Müller GmbH"),
        ("company", "Schulze SE"),
        ("private", "Karl Allein"),
    ]
    people = [("Allein", "addresses Karl Allein"), ("Mustermann", "addresses Müller GmbH")]
    assert _shown(left["persons"], "last_name", "address_id") == [*people, ("Schulze", "addresses Schulze SE")]
    assert [one["partner"] for one in left["persons"]] == [f"contacts {name}" for name in _last(left["contacts"])]


def _falcana_filled(firm: Firm) -> None:
    """One contact person is in HubSpot already."""
    address = firm.address("Schulze AG")
    firm.person(address, "Schulze", email="hans@schulze.example")
    firm.person(address, "Vogel", email="v.vogel@schulze.example", phone="040 998878")
    firm.contact("", "V.Vogel@schulze.example", firstname="Vera", lastname="Vogel")


def _in_hubspot(left: Any) -> None:
    assert _shown(left["companies"], "name", "partner") == [("Schulze AG", "addresses Schulze AG")]
    assert _shown(left["contacts"], "lastname", "partner", "associatedcompanyid") == [
        (name, f"persons {name}", "companies Schulze AG") for name in ("Schulze", "Vogel")
    ]


# Only what changed.


def _filled(firm: Firm) -> None:
    """Two pairs of either kind, all linked, and some time ago."""
    _two_filled(firm)
    firm.five()
    firm.wait(300)


def _changed(firm: Firm) -> None:
    """A change each way; two of other fields of one pair; a contact changes its company."""
    _filled(firm)
    (mueller, schulze), (erika, hans) = firm.companies(), firm.contacts()
    firm.edit("company", mueller, name="Müller & Söhne GmbH")
    firm.change("address", firm.partner(schulze), name="Schulze SE")
    firm.edit("contact", hans, lastname="Schulze-Vogel")
    firm.change("person", firm.partner(hans), email="h.schulze@schulze.example")
    firm.belong(erika, schulze)


def _on_both_sides(left: Any) -> None:
    for side, last in (("addresses", "persons"), ("companies", "contacts")):
        assert _shown(left[side], "name") == [("Müller & Söhne GmbH",), ("Schulze SE",)]
        people = _shown(left[last], "last_name" if last == "persons" else "lastname", "email")
        assert people == [("Mustermann", "erika@muster.example"), ("Schulze-Vogel", "h.schulze@schulze.example")]
    assert {one["associatedcompanyid"] for one in left["contacts"]} == {"companies Schulze SE"}
    assert {one["address_id"] for one in left["persons"]} == {"addresses Schulze SE"}


def _deleted(firm: Firm) -> None:
    _filled(firm)
    erika, hans = firm.contacts()
    firm.delete("contact", erika)
    firm.remove("person", firm.partner(hans))


def _one_archived_one_kept(left: Any) -> None:
    assert left["contacts"] == []
    assert _shown(left["persons"], "last_name") == [("Mustermann",)]
    codes = sorted(row["ended"] for row in left["links"].values() if "ended" in row)
    assert codes == ["archived_by_us", "archived_by_us", "hubspot_deleted", "hubspot_deleted"]


def _merged(firm: Firm) -> None:
    """In HubSpot into a new id; in falcana into a record that nobody has seen yet."""
    _filled(firm)
    mueller, schulze = firm.companies()
    firm.unite("company", mueller, firm.company("Mueller"))
    loser = firm.partner(next(reversed(firm.contacts())))
    address = firm.partner(schulze)
    firm.merge("person", firm.person(address, "Schulz", email="hans@schulze.example"), loser)


def _gone_on_with(left: Any) -> None:
    assert _shown(left["companies"], "name", "partner") == [
        (name, f"addresses {name}") for name in ("Müller GmbH", "Schulze AG")
    ]
    assert [one["partner"] for one in left["contacts"]] == ["persons Mustermann", "persons Schulz"]
    assert sum("agreed" in row for row in left["links"].values()) == 4


# What people ask for.


def _strangers(firm: Firm) -> None:
    """A company was deleted in HubSpot, and made again under another name."""
    _filled(firm)
    mueller, _ = firm.companies()
    firm.delete("company", mueller)
    firm.five()
    firm.company("Meier KG")
    firm.wait(300)


def _links(stack: Stack) -> None:
    """A person says that the address is the new company."""
    firm = Firm(stack)
    firm.tool("link", address=_called(firm.addresses(), "Müller GmbH"), company=_called(firm.companies(), "Meier KG"))


def _unlinks(stack: Stack) -> None:
    """A person says that a contact and its contact person are not the same."""
    firm = Firm(stack)
    firm.tool("unlink", contact=_called(firm.contacts(), "hans@schulze.example", "email"))


def _granted(left: Any) -> None:
    ended = {link: row["ended"] for link, row in left["links"].items() if "ended" in row}
    assert ended == {
        "company#11111100001": "kept_apart",
        "contact#contacts Schulze": "kept_apart",
        "person#persons Schulze": "kept_apart",
    }
    assert _shown(left["addresses"], "name", "partner")[0] == ("Meier KG", "companies Meier KG")
    assert len(left["companies"]) == 2


def _alike(firm: Firm) -> None:
    """A company and an address that may be the same."""
    _filled(firm)
    firm.company("Vogel GmbH", phone="030 112233")
    firm.address("Vogel AG", phone="+49 30 112233")
    firm.wait(300)


def _held_back(left: Any) -> None:
    """Neither is made on the other side: a person has to decide."""
    assert [one["name"] for one in left["companies"]] == ["Müller GmbH", "Schulze AG", "Vogel GmbH"]
    assert [one["name"] for one in left["addresses"]] == ["Müller GmbH", "Schulze AG", "Vogel AG"]
    parked = [row["code"] for link, row in left["links"].items() if link.startswith("parked#")]
    assert parked == ["falcana_undecided", "falcana_undecided"]


def _called(records: dict[str, dict[str, Any]], name: str, field: str = "name") -> str:
    (found,) = [id_ for id_, one in records.items() if one.get(field) == name]
    return found


def _last(records: list[dict[str, str]]) -> list[str]:
    return sorted(one["lastname"] for one in records)


def _shown(records: list[dict[str, str]], *fields: str) -> list[tuple[str, ...]]:
    return [tuple(one.get(name, "") for name in fields) for one in records]
