"""The tools of the admin's door: whether it works, how it goes, what waits for a person, and what people decide."""

from __future__ import annotations

import json
from typing import Any

import pytest

from falcana_hubspot import waiting
from falcana_hubspot.desk import scope_of
from local.sandbox.falcana import DEMO
from renkei import checkpoints, links
from tests.firm import BOTH, KEY, Firm
from tests.harness import PORTAL, Stack

JOBS = f"/api/workspaces/demo/jobs/{KEY}"
ACTS = ("test", "link", "keep_apart", "unlink", "confirm_deletes", "stop", "forget_progress")
SCOPE = scope_of("demo", DEMO.tenant, str(PORTAL))


def tool(stack: Stack, name: str, language: str = "en", **given: Any) -> tuple[int, dict[str, Any]]:
    path = f"/api/workspaces/{stack.workspace}/tools/{KEY}/{name}"
    if name in ACTS:
        return stack.api("POST", path, given, **{"accept-language": language})
    query = "&".join(f"{key}={str(value).replace('#', '%23')}" for key, value in given.items())
    return stack.api("GET", f"{path}?{query}", **{"accept-language": language})


def told(stack: Stack, name: str, language: str = "en", **given: Any) -> dict[str, Any]:
    status, answer = tool(stack, name, language, **given)
    assert status == 200, answer
    return answer


def refused(stack: Stack, name: str, **given: Any) -> tuple[int, str]:
    status, answer = tool(stack, name, **given)
    return status, answer["error"]["code"]


def waits(stack: Stack, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told(stack, "waiting", kind=kind)["waiting"]
    return found


def put(link: str, **values: str) -> None:
    links.replace(SCOPE, link, values)


def row(link: str) -> dict[str, Any] | None:
    found = links.recall(SCOPE, [link]).get(link)
    return found and {name: value for name, value in found.items() if name not in {"scope", "link"}}


def scored(*pairs: tuple[str, int, list[str]]) -> str:
    return json.dumps(pairs)


# Whether it works.


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("de", "Die Verbindung wurde erfolgreich hergestellt."),
        ("en", "The connection was established successfully."),
        ("ja", "接続に成功しました。"),
    ],
)
def test_both_connections_are_tested(firm: Firm, language: str, says: str) -> None:
    answer = told(firm.stack, "test", language)
    assert (answer["ok"], answer["message"]) == (True, says)
    assert [(one["vendor"], one["ok"]) for one in answer["connections"]] == [("falcana", True), ("hubspot", True)]
    assert all(one["ok"] is not False and not one["remedy"] for one in answer["checks"] if one["ok"])


def checked(answer: dict[str, Any]) -> dict[str, tuple[bool | None, str]]:
    every = [*(one for found in answer["connections"] for one in found["checks"]), *answer["checks"]]
    return {one["message"]: (one["ok"], one["remedy"]) for one in every}


def lacking(answer: dict[str, Any]) -> list[str]:
    return [f"{message} {remedy}" for message, (ok, remedy) in checked(answer).items() if ok is False]


def test_before_anything_is_there_it_says_what_to_do_and_that_admin_rights_are_needed(stack: Stack) -> None:
    answer = told(stack, "test")
    assert (answer["ok"], "admin rights" in answer["rights"]) == (False, True)
    said = lacking(answer)
    assert [any(word in one for one in said) for word in ("connect falcana", "connect hubspot", "falcana_hubspot")] == [
        True,
        True,
        True,
    ]
    assert "Administrationsrechte" in told(stack, "test", "de")["rights"]
    assert "管理者権限" in told(stack, "test", "ja")["rights"]


def test_what_is_missing_at_falcana_is_named(firm: Firm) -> None:
    firm.falcana.configure({"withheld": ["addresses:write"]})
    answer = told(firm.stack, "test")
    (said,) = lacking(answer)
    assert (answer["ok"], "addresses:write" in said, "Give the API client" in said) == (False, True, True)
    firm.falcana.configure({"withheld": [], "api_enabled": False})
    (said,) = lacking(told(firm.stack, "test"))
    assert "API is switched off" in said


def test_what_settings_lack_for_runs_is_named(firm: Firm) -> None:
    firm.stack.apply(integrations={KEY: {}}, language="en")
    answer = told(firm.stack, "test")
    (said,) = lacking(answer)
    assert (answer["ok"], "new_addresses" in said) == (False, True)
    firm.stack.apply(integrations={KEY: {"directions": {"falcana_to_hubspot": True}}}, language="en")
    assert told(firm.stack, "test")["ok"] is True


def test_our_property_that_is_not_there_yet_is_no_hindrance(firm: Firm) -> None:
    names = [
        f"The property renkei_falcana_id of HubSpot's {one}, which holds falcana's id"
        for one in ("companies", "contacts")
    ]
    for kind in ("companies", "contacts"):
        firm.hubspot.portals[PORTAL].properties[kind].pop("renkei_falcana_id", None)
    answer = told(firm.stack, "test")
    found = checked(answer)
    assert (answer["ok"], [found[name][0] for name in names]) == (True, [None, None])
    assert "There is nothing to do" in found[names[0]][1]
    firm.address()
    firm.five()
    assert checked(told(firm.stack, "test"))[names[0]] == (True, "")


# How it goes.


def test_status_before_anything_is_there(stack: Stack) -> None:
    answer = told(stack, "status")
    assert answer == {
        "connections": [
            {"vendor": "falcana", "state": "disconnected", "account": ""},
            {"vendor": "hubspot", "state": "disconnected", "account": ""},
        ],
        "directions": None,
        "counts": {},
        "checkpoints": {},
        "runs": [],
    }


def test_status_counts_what_is_linked_and_what_waits(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        put(f"address#{number}", **{"with": str(number + 100)})
    put("address#8", ended="hubspot_deleted", **{"with": "108"})
    put("person#1", **{"with": "201"})
    put("parked#company#5", code="hubspot_value", params="{}")
    put("alike#address#9", **{"with": scored(("301", 75, ["name"]))})
    put("alike#address#10", apart='["301"]', **{"with": scored(("301", 75, ["name"]))})
    put("delete#address#7", at="2026-11-22T03:00:00+00:00", **{"with": "107"})
    answer = told(firm.stack, "status")
    assert answer["directions"] == BOTH
    assert {name: (one["count"], one["more"]) for name, one in answer["counts"].items()} == {
        "address": (4, False),
        "person": (1, False),
        "parked": (1, False),
        "undecided": (1, False),
        "ended": (1, False),
        "deletes": (1, False),
    }
    monkeypatch.setattr(waiting, "MOST_COUNTED", 4)
    assert told(firm.stack, "status")["counts"]["address"] == {"count": 4, "more": True}


def test_status_shows_the_last_runs_and_how_far_it_has_read(firm: Firm) -> None:
    firm.company()
    firm.five()
    firm.press("import", dry_run=True)
    for _ in range(7):
        firm.five()
    answer = told(firm.stack, "status")
    runs = [one["id"].split(".")[1:3] for one in answer["runs"]]
    assert runs == [["schedule", "sync"], ["manual", "import-dry"], ["schedule", "sync"]], "quiet ones: the last"
    assert [one["reason"] for one in answer["runs"]] == ["nothing_new", None, None]
    assert "feed" in answer["checkpoints"]


# What can be named.


def test_users_sales_groups_and_fields(firm: Firm) -> None:
    users = told(firm.stack, "users")["users"]
    assert users[0] == {"id": "11", "name": "Anna Vertrieb", "mail": "anna@example.com", "active": True}
    assert {one["id"] for one in told(firm.stack, "sales_groups")["sales_groups"]} == {"21", "22"}
    answer = told(firm.stack, "fields", "de")
    fields = {(one["kind"], one["name"]): one for one in answer["fields"]}
    branch = fields["address", "custom.branche"]
    assert (branch["label"], branch["form"], branch["options"]) == (
        "Branche",
        "option",
        ["handel", "industrie", "dienstleistung"],
    )
    assert "industry" in branch["fitting"]
    assert {"phone", "website"} <= set(fields["address", "phone"]["fitting"])
    assert fields["person", "last_name"]["required"] is True
    names = {(one["kind"], one["name"]) for one in answer["properties"]}
    assert ("person", "jobtitle") in names
    assert ("address", "renkei_falcana_id") not in names


@pytest.mark.parametrize("name", ["users", "sales_groups", "fields", "waiting"])
def test_a_tool_that_needs_a_connection_says_which(stack: Stack, name: str) -> None:
    status, answer = tool(stack, name, kind="parked")
    assert (status, answer["error"]["message"].rpartition(": ")[2]) == (409, "renkei connect falcana")


# What waits.


def test_what_is_parked_is_shown_with_its_reason(firm: Firm) -> None:
    put("parked#company#5", code="falcana_scope", params='{"scope":"addresses:write"}', at="2026-11-22T03:00:00+00:00")
    (one,) = waits(firm.stack, "parked")
    assert (one["kind"], one["id"], one["code"]) == ("company", "5", "falcana_scope")
    assert "addresses:write" in one["message"]


def test_pairs_are_shown_once_with_names_score_and_why(firm: Firm) -> None:
    company, contact = firm.company("Muster"), firm.contact()
    address = firm.address("Muster GmbH", city="Ulm")
    person = firm.person(address, "Muster", first_name="Eva")
    put(f"alike#address#{address}", **{"with": scored((company, 75, ["name", "phone"]), ("77", 40, ["domain"]))})
    put(f"alike#company#{company}", **{"with": scored((address, 75, ["name", "phone"]))})
    put(f"alike#contact#{contact}", **{"with": scored((person, 50, ["name_alike", "new_reason"]))})
    found = waits(firm.stack, "undecided")
    assert [(one["kind"], one["id"], one["with"], one["score"], one["why"]) for one in found] == [
        ("address", address, company, 75, ["name", "phone"]),
        ("address", address, "77", 40, ["domain"]),
        ("person", person, contact, 50, ["similar name", "new_reason"]),
    ]
    assert [(one["name"], one["with_name"]) for one in found] == [
        ("Muster GmbH Ulm", "Muster"),
        ("Muster GmbH Ulm", ""),
        ("Eva Muster", "Erika Mustermann erika@muster.example"),
    ]


def test_what_ended_is_shown_once_a_pair(firm: Firm) -> None:
    put("address#7", ended="hubspot_deleted", **{"with": "107"})
    put("company#107", ended="hubspot_deleted", **{"with": "7"})
    put("company#108", ended="falcana_deleted", **{"with": "8"})
    put("person#1", **{"with": "201"})
    put("contact#202", ended="flips")
    found = waits(firm.stack, "ended")
    assert [(one["kind"], one["id"], one["with"], one["code"]) for one in found] == [
        ("address", "7", "107", "hubspot_deleted"),
    ]
    rest = told(firm.stack, "waiting", kind="ended", after=told(firm.stack, "waiting", kind="ended")["next"])
    assert [(one["kind"], one["id"]) for one in rest["waiting"]] == [("company", "108")]
    assert rest["waiting"][0]["message"].startswith("Deleted in falcana")


def test_what_waits_is_shown_in_pages(firm: Firm) -> None:
    for number in range(120):
        put(f"delete#address#{number:03}", at="2026-11-22T03:00:00+00:00", **{"with": str(number)})
    seen, after, pages = list[str](), "", 0
    while pages == 0 or after:
        answer = told(firm.stack, "waiting", kind="deletes", after=after)
        seen += [one["id"] for one in answer["waiting"]]
        after, pages = answer["next"] or "", pages + 1
    assert (seen, pages) == ([f"{number:03}" for number in range(120)], 3)


def test_few_that_ended_are_found_among_many_that_did_not(firm: Firm) -> None:
    for number in range(1100):
        put(f"address#{number:04}", **{"with": str(number)})
    put("person#9", ended="flips", **{"with": "209"})
    assert [one["id"] for one in waits(firm.stack, "ended")] == ["9"]


def test_only_what_can_wait_is_asked_for(firm: Firm) -> None:
    assert refused(firm.stack, "waiting", kind="all") == (400, "bad_tool_call")


# What people decide.


def test_two_are_linked_once_both_are_there(firm: Firm) -> None:
    company, address = firm.company("Muster"), firm.address("Muster GmbH")
    answer = told(firm.stack, "link", address=address, company=company)
    assert row(f"wish#address#{address}") == {"do": "link", "with": company}
    assert (answer["address"], answer["company"]) == (address, company)
    assert "“Muster GmbH” in falcana and “Muster” in HubSpot" in answer["message"]
    for ids in ({"address": "999", "company": company}, {"address": address, "company": "999"}):
        assert tool(firm.stack, "link", **ids)[0] == 409
    firm.remove("address", address)
    assert tool(firm.stack, "link", address=address, company=company)[0] == 409


def test_linking_two_lets_the_next_run_transfer_them(firm: Firm) -> None:
    firm.apply(directions={"hubspot_to_falcana": False, "falcana_to_hubspot": False})
    company, address = firm.company("Muster", city="Ulm"), firm.address("Die Firma Muster")
    told(firm.stack, "link", address=address, company=company)
    firm.apply()
    firm.five()
    assert firm.addresses()[address]["external_ids"] == {"hubspot": company}
    assert row(f"wish#address#{address}") is None


def test_two_that_were_decided_on_are_not_asked_for_again(firm: Firm) -> None:
    company, other, address = firm.company("Muster"), firm.company("Muster AG"), firm.address("Muster GmbH")
    put(f"alike#address#{address}", **{"with": scored((company, 75, ["name"]), (other, 60, ["name"]))})
    put(f"alike#company#{company}", **{"with": scored((address, 75, ["name"]))})
    told(firm.stack, "keep_apart", address=address, company=company)
    assert [one["with"] for one in waits(firm.stack, "undecided")] == [other]
    told(firm.stack, "keep_apart", address=address, company=other)
    assert waits(firm.stack, "undecided") == [], "several may be kept apart before the next run"
    told(firm.stack, "link", address=address, company=company)
    assert waits(firm.stack, "undecided") == []
    wishes = {one["link"]: (one["do"], one["with"]) for one in links.rows(SCOPE, "wish#")}
    assert wishes == {
        f"wish#address#{address}": ("link", company),
        f"wish#address#{address}#{other}": ("apart", other),
    }
    apart = [(row(f"alike#company#{one}") or {}).get("apart") for one in (company, other)]
    assert apart == ["[]", f'["{address}"]']
    told(firm.stack, "keep_apart", address=address, company=company)
    assert {one["do"] for one in links.rows(SCOPE, "wish#")} == {"apart"}, "the last word counts"


def test_what_is_kept_apart_is_made_anew_by_the_next_run(firm: Firm) -> None:
    firm.apply(directions={"hubspot_to_falcana": False, "falcana_to_hubspot": False})
    first, second, address = firm.company("Muster"), firm.company("Muster AG"), firm.address("Muster GmbH")
    firm.press("duplicates")
    assert {(one["id"], one["with"]) for one in waits(firm.stack, "undecided")} == {(address, first), (address, second)}
    held = firm.press("import")
    assert (held["outcome"].get("undecided"), len(firm.addresses())) == ("2", 1)
    for company in (first, second):
        told(firm.stack, "keep_apart", address=address, company=company)
    firm.press("import")
    assert {one["external_ids"].get("hubspot") for one in firm.addresses().values()} == {None, first, second}


def test_a_person_is_kept_apart_from_a_contact(firm: Firm) -> None:
    contact, person = firm.contact(), firm.person(firm.address())
    answer = told(firm.stack, "keep_apart", "de", person=person, contact=contact)
    assert answer["message"].endswith("bleiben getrennt und werden nicht mehr vorgeschlagen.")
    apart = [row(link) for link in (f"alike#person#{person}", f"alike#contact#{contact}")]
    assert apart == [{"apart": f'["{contact}"]'}, {"apart": f'["{person}"]'}]


def test_a_link_is_ended_from_either_side_and_may_begin_anew(firm: Firm) -> None:
    company = firm.company("Muster")
    firm.five()
    (address,) = firm.addresses()
    answer = told(firm.stack, "unlink", company=company)
    assert (answer["address"], f"--company {company} --again" in answer["message"]) == (address, True)
    assert row(f"wish#address#{address}") == {"do": "apart", "with": company}
    firm.five()
    assert [(one["id"], one["code"]) for one in waits(firm.stack, "ended")] == [(address, "kept_apart")]
    firm.edit("company", company, city="Ulm")
    firm.five()
    assert firm.addresses()[address].get("city") in (None, "")
    assert refused(firm.stack, "unlink", address=address) == (409, "falcana_tool_not_linked")
    told(firm.stack, "unlink", address=address, again=True)
    assert row(f"wish#address#{address}") == {"do": "again"}


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("link", {}),
        ("link", {"address": "1"}),
        ("link", {"address": "1", "contact": "2"}),
        ("link", {"address": "1", "company": "2", "person": "3"}),
        ("link", {"address": "x", "company": "2"}),
        ("keep_apart", {"address": "1", "company": "２"}),
        ("unlink", {}),
        ("unlink", {"address": "1", "company": "2"}),
        ("unlink", {"address": "1", "again": "yes"}),
        ("stop", {"job": "everything"}),
        ("forget_progress", {}),
    ],
)
def test_a_call_that_cannot_be_understood_changes_nothing(firm: Firm, name: str, given: dict[str, object]) -> None:
    assert refused(firm.stack, name, **given) == (400, "bad_tool_call")
    assert list(links.rows(SCOPE, "wish#")) == []


def test_what_was_never_linked_cannot_be_unlinked(firm: Firm) -> None:
    assert refused(firm.stack, "unlink", address="7") == (409, "falcana_tool_not_linked")
    assert refused(firm.stack, "unlink", contact="7", again=True) == (409, "falcana_tool_not_linked")


# Runs.


def test_deletions_are_confirmed(firm: Firm) -> None:
    told(firm.stack, "confirm_deletes")
    assert checkpoints.load("demo", KEY, "confirmed")["at"].startswith(firm.clock().isoformat()[:19])


def test_a_run_is_stopped_while_it_is_under_way(firm: Firm) -> None:
    assert refused(firm.stack, "stop", job="import") == (409, "falcana_tool_not_running")
    _, started = firm.stack.api("POST", JOBS, {"job": "import"})
    assert told(firm.stack, "stop", job="import")["delivery"] == started["delivery"]
    assert checkpoints.load("demo", KEY, "stop.import") == {"id": started["delivery"].partition(".")[2]}
    firm.company()
    firm.work()
    _, ended = firm.stack.api("GET", f"/api/workspaces/demo/deliveries/{started['delivery']}")
    assert (ended["state"], ended["reason"]) == ("skipped", "falcana_stopped")
    assert refused(firm.stack, "stop", job="import") == (409, "falcana_tool_not_running")


def test_a_dry_run_is_stopped_too(firm: Firm) -> None:
    _, started = firm.stack.api("POST", JOBS, {"job": "export", "dry_run": True})
    assert told(firm.stack, "stop", job="export")["delivery"] == started["delivery"]


def test_a_run_begins_at_the_beginning_when_asked_to(firm: Firm) -> None:
    for name in ("import", "import-dry", "export"):
        checkpoints.save("demo", KEY, name, {"id": "manual.x"})
    told(firm.stack, "forget_progress", job="import")
    assert [checkpoints.load("demo", KEY, name) for name in ("import", "import-dry")] == [{}, {}]
    assert checkpoints.load("demo", KEY, "export") != {}
    firm.stack.api("POST", JOBS, {"job": "import"})
    assert refused(firm.stack, "forget_progress", job="import") == (409, "falcana_tool_still_running")


def test_a_dry_run_is_for_the_runs_that_take_over_everything(firm: Firm) -> None:
    for job, status in (("import", 200), ("export", 200), ("sync", 400), ("duplicates", 400)):
        assert firm.stack.api("POST", JOBS, {"job": job, "dry_run": True})[0] == status


def test_nothing_is_acted_by_looking(firm: Firm) -> None:
    path = f"/api/workspaces/demo/tools/{KEY}"
    assert firm.stack.api("GET", f"{path}/link")[0] == 405
    assert firm.stack.api("POST", f"{path}/status", {})[0] == 405
