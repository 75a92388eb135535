"""Of addresses, companies and people nothing but ids, versions, times, codes and digests is kept, logged or rung.

Each test plays a part of a firm's life under open ears: every row of every table is heard after every write, every log
line, metric, bell and mail. At the end all of it is searched for what people typed on either side, and each attribute
of each row of our memory, those that live only as long as a run too, has had its shape.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.sandbox.falcana import DEMO, Custom
from local.sandbox.faults import Fault, Kind
from tests import mails
from tests.crash.effects import Side, watched
from tests.crash.outside import settles
from tests.crash.world import rows
from tests.firm import KEY, TENANT, Firm
from tests.harness import PORTAL, Stack
from tests.privacy.ears import Ears, listening

COMPANY = {
    "name": "Paradiesvogel GmbH",
    "address": "Geheimgasse 98",
    "zip": "98 765",
    "city": "Traumstadt",
    "country": "Liechtenstein",
    "phone": "+49 30 98765432",
    "domain": "paradiesvogel.example",
    "description": "zahlt immer zu spät",
}
CONTACT = {"firstname": "Seraphina", "lastname": "Zauberhold", "mobilephone": "0171 98765433", "jobtitle": "Hüterin"}
MAIL, OTHER_MAIL, THIRD_MAIL = "s.zauberhold@paradiesvogel.example", "k.nebel@wolken.example", "nie@mand.example"
ADDRESS: dict[str, Any] = {
    "name": "Wolkenkuckucksheim AG",
    "street": "Nebelweg 77",
    "city": "Luftschloss",
    "phone": "040 98765434",
    "website": "https://wolken.example/uns",
    "customer_number": "KD-98765435",
    "custom": {"notiz": "Chefin mag Lakritz"},
}
PERSON = {"first_name": "Kasimir", "last_name": "Nebelung", "email": OTHER_MAIL, "salutation": "Durchlaucht"}
RENAMED = ("Himmelreich SE", "Feenstaub KG", "Irrlicht e.K.", "Mondschein")
TYPED = {text for record in (COMPANY, CONTACT, ADDRESS, PERSON) for text in record.values() if isinstance(text, str)}
SECRETS = {
    *TYPED, *RENAMED, *(MAIL, OTHER_MAIL, THIRD_MAIL, DEMO.client_secret, "Chefin mag Lakritz"),
    *("paradiesvogel", "wolkenkuckuck", "traumstadt", "zauberhold", "nebelung", "wolken.example", "98765432"),
    *("493098765432", "1719876543", "4098765434", "Vertrieb Nord", "Anna Vertrieb"),
}  # fmt: skip

ID, TIME, DIGEST, CODE = r"\d{1,20}", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", r"[0-9a-f]{22}", r"[a-z_]+"
KIND, OURS = "(address|person|company|contact)", "(address|person)"
LINK = re.compile(
    f"{KIND}#{ID}|(parked|again|alike)#{KIND}#{ID}|delete#{OURS}#{ID}|waits#{KIND}#{ID}#{KIND}#{ID}"
    f"|wish#{OURS}#{ID}(#{ID})?|index#{DIGEST}"
)
FIELD = re.compile(r"(custom\.)?[a-z_0-9]+")
PARAM = re.compile(r"[A-Za-z0-9_.–?-]*([ ,]+[A-Za-z0-9_.–?-]+)*")
"""Ids, codes, and names of fields and properties; the secrets show that it is nothing else."""


def _is(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _each(inner: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: all(FIELD.fullmatch(name) and inner(one) for name, one in json.loads(value).items())


def _trail(one: Any) -> bool:
    *digests, number, at = one
    return all(map(_is(f"|{DIGEST}"), digests)) and isinstance(number, int) and _is(f"|{TIME}")(at)


def _alike(value: str) -> bool:
    found = json.loads(value)
    return all(_is(ID)(id_) and 0 <= score <= 100 and all(map(_is(CODE), why)) for id_, score, why in found)


def _unknown(_: object) -> bool:
    return False


SHAPES: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("of", "v", "n"), _is(ID)),
    **dict.fromkeys(("at", "sent"), _is(TIME)),
    **dict.fromkeys(("ended", "parked", "code", "do"), _is(CODE)),
    **dict.fromkeys(("out", "gone"), lambda value: value is True),
    "agreed": _each(_is(DIGEST)),
    "trail": _each(_trail),
    "params": _each(lambda one: PARAM.fullmatch(one) is not None),
    "with": lambda value: _is(f"|{ID}")(value) or _alike(value),
    "apart": lambda value: all(map(_is(ID), json.loads(value))),
    "ids": _is(f"{ID}( {ID})*"),
}


class Rows:
    """Looks at every row of our memory as it is written: of which kinds it saw some, and what has a wrong shape."""

    def __init__(self) -> None:
        self.kinds: set[str] = set()
        self.wrong: list[tuple[str, object]] = []
        self._known: set[str] = set()

    def look(self, side: Side, effect: str) -> None:
        if side != "after" or not effect.startswith("dynamodb"):
            return
        for row in rows("links"):
            if repr(row) in self._known:
                continue
            self._known.add(repr(row))
            self.kinds.add(row["link"].partition("#")[0])
            scope, link = row.pop("scope"), row.pop("link")
            if scope != f"demo#falcana#{TENANT}.{PORTAL}" or not LINK.fullmatch(link):
                self.wrong.append((scope, link))
            self.wrong += [(link, one) for one in row.items() if not SHAPES.get(one[0], _unknown)(one[1])]


@pytest.fixture
def seen() -> Rows:
    return Rows()


@pytest.fixture
def ears(
    stack: Stack, seen: Rows, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[Ears]:
    with listening(stack, caplog, capfd) as open_ears, watched(seen.look):
        open_ears.secrets |= SECRETS
        open_ears.expected |= {("log", '"connected"'), ("table connections", "'vendor': 'falcana'")}
        yield open_ears
        open_ears.secrets |= set(stack.falcana._tokens)
        stack.tell()
        open_ears.hear("ledger", json.dumps(stack.deliveries(), ensure_ascii=False))
        for what in ("parked", "ended", "deletes"):
            told = stack.api("GET", f"/api/workspaces/demo/tools/{KEY}/waiting?kind={what}")
            open_ears.hear("door", json.dumps(told, ensure_ascii=False))
        for mail in mails.sent():
            open_ears.hear("mails", f"{mail.subject} {mail.text} {mail.html}")
    # At this point `caplog.records` are those of the teardown only. botocore's own lines quote each request.
    for record in (*caplog.get_records("setup"), *caplog.get_records("call")):
        if not record.name.startswith("botocore"):
            open_ears.hear("records", f"{record.getMessage()} {vars(record)}")
    open_ears.heard = {where: list(dict.fromkeys(texts)) for where, texts in open_ears.heard.items()}
    assert seen.wrong == []
    assert open_ears.leaks() == []
    assert open_ears.missed() == []


@pytest.fixture
def firm(stack: Stack, ears: Ears) -> Firm:
    one = Firm(stack)
    own = {"falcana": "custom.notiz", "hubspot": "description"}
    fields = ("name", "street:address", "zip", "city", "country", "phone", "website:domain")
    pairs = [name.partition(":") for name in fields]
    given = [{"falcana": mine, "hubspot": theirs or mine} for mine, _, theirs in pairs]
    one.open(address_fields=[*given, own], customer_number="address2")
    ears.expected.add(("bells", '"integration": "falcana_hubspot"'))
    return one


def filled(firm: Firm) -> tuple[str, str, str, str]:
    """Both systems are full of what must not be told: (company, contact, address, person)."""
    company = firm.company(**COMPANY)
    contact = firm.contact(company, MAIL, **CONTACT)
    address = firm.address(**ADDRESS)
    return company, contact, address, firm.person(address, **PERSON)


def test_a_whole_life(firm: Firm, ears: Ears, seen: Rows) -> None:
    company, contact, address, person = filled(firm)
    firm.five()
    assert {one["name"] for one in firm.companies().values()} == {COMPANY["name"], ADDRESS["name"]}
    assert firm.addresses()[firm.partner(company)]["custom"]["notiz"] == COMPANY["description"]
    firm.edit("company", company, name=RENAMED[0])
    firm.change("address", address, name=RENAMED[1])
    firm.edit("contact", contact, lastname=RENAMED[3])
    firm.change("person", firm.partner(contact), phone=ADDRESS["phone"])
    firm.five()
    assert {one["name"] for one in firm.addresses().values()} == set(RENAMED[:2])
    firm.unite("company", company, firm.company(RENAMED[2]))
    firm.delete("contact", contact)
    firm.remove("person", person)
    firm.five()
    assert firm.contacts() == {}
    assert {"address", "person", "company", "contact", "delete"} <= seen.kinds, seen.kinds
    ears.expected |= {("log", '"drained"'), ("table links", "archived_by_us"), ("table workspaces", "checkpoint#")}


def test_what_waits_for_people(firm: Firm, ears: Ears, seen: Rows) -> None:
    """Candidates, mail addresses that are there twice, and what the other side refuses."""
    company, _, address, person = filled(firm)
    firm.address("Paradiesvogel AG", phone=COMPANY["phone"])  # alike
    firm.person(firm.address(RENAMED[2]), RENAMED[3], email=MAIL.upper())
    firm.person(address, RENAMED[3], email=MAIL)
    firm.five()
    firm.falcana.define(TENANT, "addresses", Custom("pflicht", "text", "Pflicht", "Must", required=True))
    firm.contact(firm.company(RENAMED[0], city=COMPANY["city"]), "", lastname=RENAMED[3])
    firm.falcana.restrict(TENANT, 22)
    firm.change("address", address, sales_group_id=22)
    firm.five()
    codes = {one["code"] for one in firm.waiting("parked")}
    assert {"falcana_undecided", "falcana_taken", "falcana_value"} <= codes
    told = firm.waiting("undecided")
    assert told[0]["name"] == "Paradiesvogel AG"
    firm.tool("link", address=told[0]["id"], company=company)
    firm.tool("unlink", person=person)
    firm.five()
    firm.stack.tell()
    assert {"parked", "alike", "index", "wish", "again", "waits"} <= seen.kinds, seen.kinds
    ears.expected |= {("mails", "parked"), ("table links", "falcana_value")}


def test_runs_that_are_asked_for(firm: Firm, ears: Ears, seen: Rows) -> None:
    """With examples of a dry run, a pair that is linked by itself, and a look for duplicates."""
    filled(firm)
    firm.person(firm.address(RENAMED[0]), RENAMED[3], email=MAIL)
    for job in ("import", "export"):
        told = firm.press(job, dry_run=True)
        assert told["outcome"]["examples_linked"], told
    for job in ("duplicates", "import", "export"):
        assert firm.press(job)["state"] == "delivered"
    assert len(firm.contacts()) == len(firm.persons()) == 2
    assert {"address", "person", "index"} <= seen.kinds, seen.kinds
    ears.expected |= {("ledger", "examples_"), ("table deliveries", "'run': {'job': 'import'")}


QUOTED = " ".join(sorted(SECRETS))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *(("POST", "/v1/addresses", status) for status in (403, 409, 422, 500)),
        *(("PATCH", "/v1/contact-persons/*", status) for status in (410, 412)),
        ("POST", "/v1/token", 401),
        ("GET", "/v1/changes", 410),
    ],
)
def test_falcana_quotes_what_it_was_sent(firm: Firm, method: str, path: str, status: int) -> None:
    code = {403: "forbidden", 409: "duplicate", 410: "gone", 412: "version_conflict", 422: "invalid"}.get(
        status, QUOTED
    )
    wrong = [{"field": "phone", "code": "invalid", "message": QUOTED}, {"field": QUOTED, "code": QUOTED}]
    told = {"code": code, "title": QUOTED, "detail": QUOTED, "errors": wrong, "field": QUOTED, "existing_id": QUOTED}
    body = json.dumps({**told, "merged_into": QUOTED, QUOTED: QUOTED}, ensure_ascii=False)
    fault = firm.falcana.faults.add(Fault(method, path, status=status, body=body, times=2))
    filled(firm)
    for _ in range(2):
        run(firm)
    assert fault.struck


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "*/companies/batch/*"), ("POST", "*/contacts"), ("PATCH", "*/contacts/*"), ("POST", "*/search")],
)
def test_hubspot_quotes_what_it_was_sent(firm: Firm, method: str, path: str) -> None:
    problem = {"message": QUOTED, "code": QUOTED, "context": {"propertyName": ["city", QUOTED], QUOTED: [QUOTED]}}
    told = {"status": "error", "message": QUOTED, "category": "VALIDATION_ERROR", "errors": [problem]}
    fault = firm.hubspot.faults.add(Fault(method, path, status=400, body=json.dumps(told), times=3))
    filled(firm)
    firm.company(RENAMED[0])
    firm.address(RENAMED[1])
    for _ in range(2):
        run(firm)
    assert fault.struck


@pytest.mark.parametrize("kind", ["timeout_after", "junk_body", "cut_after"])
def test_vendors_that_do_not_answer(firm: Firm, kind: Kind) -> None:
    for path in ("/v1/addresses", "/v1/contact-persons"):
        firm.falcana.faults.add(Fault("POST", path, kind, body=QUOTED))
    for path in ("*/companies", "*/contacts"):
        firm.hubspot.faults.add(Fault("POST", path, kind, body=QUOTED))
    filled(firm)
    run(firm)
    settles(firm.stack)
    assert len(firm.addresses()) == len(firm.companies()) == len(firm.persons()) == len(firm.contacts()) == 2


def run(firm: Firm) -> None:
    """The schedule rings, whatever comes of it."""
    firm.wait(300)
    firm.stack.dispatch(KEY, "sync")
    firm.work()
