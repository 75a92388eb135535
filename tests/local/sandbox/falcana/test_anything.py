"""Whatever is sent, the sandbox answers as described and keeps what it had."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from local.sandbox.falcana import Falcana
from local.sandbox.falcana.fields import FIELDS
from tests.local.sandbox.conftest import Clock
from tests.local.sandbox.falcana.callers import Api, Described

TEXT = st.text(st.characters(codec=None), max_size=20)
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
JSON = st.recursive(LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3))
NAMES = st.sampled_from([*FIELDS["addresses"], *FIELDS["contact-persons"], "id", "custom", "external_ids"]) | TEXT
PART = st.dictionaries(st.sampled_from(["notiz", "branche", "hubspot"]) | TEXT, JSON, max_size=3)
BODY = st.dictionaries(NAMES, PART | JSON, max_size=5) | JSON
FIND = st.dictionaries(st.sampled_from(["ids", "external_ids", "emails"]) | TEXT, st.lists(JSON, max_size=3) | JSON)
CURSOR = TEXT | st.binary(max_size=20).map(bytes.hex)


@settings(deadline=None, max_examples=60)
@given(
    body=BODY,
    find=FIND,
    cursor=CURSOR,
    version=st.sampled_from(['"1"', '"2"']) | st.from_regex(r"[!-~]{1,9}", fullmatch=True),
)
def test_nothing_that_is_sent_brings_it_down(body: Any, find: Any, cursor: str, version: str) -> None:
    falcana = Falcana(Clock())
    app = Described(falcana)
    api = Api(app)
    api.sign_in()
    made = api.made("addresses")
    path = f"/v1/addresses/{made['id']}"
    cursor = cursor.encode("utf-8", "replace").decode()
    answers = [
        api.post("/v1/addresses", data=json.dumps(body), headers={"Idempotency-Key": "k"}),
        api.patch(path, data=json.dumps(body), headers={"If-Match": version}),
        api.post("/v1/contact-persons/find", data=json.dumps(find)),
        api.changes(cursor),
        api.get("/v1/addresses", params={"cursor": cursor}),
    ]
    assert {answer.status_code for answer in answers} <= {200, 201, 400, 412, 422}
    assert api.get(path).json()["id"] == made["id"]
    assert app.problems == []
