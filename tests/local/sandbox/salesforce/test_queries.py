import pytest

from local.sandbox.salesforce import Salesforce
from tests.local.sandbox.conftest import Clock
from tests.local.sandbox.salesforce.conftest import GOOD, KAISHA, Data

LEADS = (
    {"LastName": "A", "Email": "A@x.jp", "NumberOfEmployees": 5, "Newsletter__c": True},
    {"LastName": "B", "Email": "b@x.jp", "NumberOfEmployees": 20, "Visit_On__c": "2026-11-22"},
    {"LastName": 'O\'Neil \\ "x"', "Score__c": 1.5, "Visit_At__c": "2026-11-22T10:00:00Z"},
    {"LastName": "D%_d", "Title": "line\nbreak", "Score__c": 2.0, "Status": "Working - Contacted"},
)


@pytest.fixture
def names(data: Data) -> list[str]:
    """The first letters of the leads that are there."""
    for lead in LEADS:
        data.lead(**lead)
    return ["A", "B", "O", "D"]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("", "ABOD"),
        ("Email = 'a@X.JP'", "A"),
        ("Email != 'a@x.jp'", "BOD"),
        ("Email = null", "OD"),
        ("Email = ''", "OD"),
        ("Email != NULL", "AB"),
        ("Email IN ('b@x.jp', 'A@X.JP', 'c')", "AB"),
        ("Email NOT IN ('b@x.jp')", "AOD"),
        ("email in ('b@x.jp', null)", "BOD"),
        ("NumberOfEmployees > 5", "B"),
        ("NumberOfEmployees >= 5", "AB"),
        ("NumberOfEmployees < 20", "A"),
        ("NumberOfEmployees <= 20", "AB"),
        ("NumberOfEmployees <> 5", "BOD"),
        ("Score__c = 1.5", "O"),
        ("Score__c = 2", "D"),
        ("Newsletter__c = TRUE", "A"),
        ("Newsletter__c != true", "BOD"),
        ("Visit_On__c = 2026-11-22", "B"),
        ("Visit_On__c < 2026-11-22", ""),
        ("Visit_At__c = 2026-11-22T19:00:00+09:00", "O"),
        ("Visit_At__c >= 2026-11-22T10:00:00Z", "O"),
        ("LastName = 'o\\'neil \\\\ \\\"X\\\"'", "O"),
        ("Title = 'line\\nbreak'", "D"),
        ("LastName = 'd\\%\\_D'", "D"),
        ("LastName LIKE 'd%'", "D"),
        ("LastName LIKE '_\\%\\_d'", "D"),
        ("Title LIKE '%'", "D"),
        ("LastName > 'B'", "OD"),
        ("LastName = '\\u0041'", "A"),
        ("IsConverted = false AND (Email = 'a@x.jp' OR LastName = 'B')", "AB"),
        ("NOT Email = 'a@x.jp'", "BOD"),
        ("(NOT (Email = 'a@x.jp' OR LastName = 'B')) AND Status = 'working - contacted'", "D"),
        (f"OwnerId = '{KAISHA.user.id[:15]}'", "ABOD"),
        ("Id = '00QSb0000000009'", ""),
    ],
)
def test_conditions(data: Data, names: list[str], where: str, expected: str) -> None:
    soql = f"SELECT LastName FROM Lead {'WHERE ' if where else ''}{where}"  # noqa: S608
    assert "".join(one["LastName"][0] for one in data.find(soql)) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("ORDER BY LastName", "ABDO"),
        ("ORDER BY LastName DESC", "ODBA"),
        ("ORDER BY NumberOfEmployees", "ODAB"),
        ("ORDER BY NumberOfEmployees ASC NULLS LAST", "ABOD"),
        ("ORDER BY NumberOfEmployees DESC", "ODBA"),
        ("ORDER BY NumberOfEmployees DESC NULLS LAST", "BAOD"),
        ("ORDER BY NumberOfEmployees NULLS LAST, LastName ASC NULLS FIRST", "ABDO"),
        ("ORDER BY CreatedDate DESC, Id DESC", "DOBA"),
        ("ORDER BY LastName LIMIT 2", "AB"),
        ("ORDER BY LastName LIMIT 2 OFFSET 1", "BD"),
        ("limit 0", ""),
    ],
)
def test_order(data: Data, names: list[str], order: str, expected: str) -> None:
    found = data.find(f"select lastname from LEAD {order}")  # noqa: S608
    assert "".join(one["LastName"][0] for one in found) == expected


@pytest.mark.parametrize(
    ("soql", "code", "told"),
    [
        ("", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT FROM Lead", "MALFORMED_QUERY", "unexpected token: 'FROM'"),
        ("SELECT * FROM Lead", "MALFORMED_QUERY", "unexpected token: '*'"),
        ("SELECT Id Lead", "MALFORMED_QUERY", "unexpected token: 'Lead'"),
        ("SELECT Id FROM Lead WHERE", "MALFORMED_QUERY", "<EOF>"),
        ("SELECT Id FROM Lead WHERE Email = a@b", "MALFORMED_QUERY", "'@'"),
        ("SELECT Id FROM Lead WHERE Email = a", "MALFORMED_QUERY", "'a'"),
        ("SELECT Id FROM Lead WHERE Email = 'O'Neil'", "MALFORMED_QUERY", "'Neil'"),
        ("SELECT Id FROM Lead WHERE Email = 'a\nb'", "MALFORMED_QUERY", "'''"),
        ("SELECT Id FROM Lead WHERE Email = 'a\\qb'", "MALFORMED_QUERY", "Invalid string literal"),
        ("SELECT Id FROM Lead WHERE Email = \"a\"", "MALFORMED_QUERY", "'\"'"),
        ("SELECT Id FROM Lead WHERE Email IN ()", "MALFORMED_QUERY", "')'"),
        ("SELECT Id FROM Lead WHERE Email IN 'a'", "MALFORMED_QUERY", "''a''"),
        ("SELECT Id FROM Lead WHERE Email NOT = 'a'", "MALFORMED_QUERY", "'='"),
        ("SELECT Id FROM Lead WHERE Phone = '1' OR Fax = '2' AND Title = '3'", "MALFORMED_QUERY", "'AND'"),
        ("SELECT Id FROM Lead WHERE (Phone = '1'", "MALFORMED_QUERY", "<EOF>"),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-11-22T10:00:00", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-11-22T10:00:00 09:00", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Lead LIMIT x", "MALFORMED_QUERY", "'x'"),
        ("SELECT Id FROM Lead LIMIT " + "9" * 5000, "MALFORMED_QUERY", "'999"),
        ("SELECT Id FROM Lead; SELECT Id FROM User", "MALFORMED_QUERY", "';'"),
        ("SELECT Id FROM Lead WHERE Title = '" + "x" * 4001 + "'", "MALFORMED_QUERY", "4000"),
        ("SELECT Id FROM Lead LIMIT 5 OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"),
        ("SELECT Id, Cat__c FROM Lead", "INVALID_FIELD", "Row:1:Column:12\nNo such column 'Cat__c' on entity 'Lead'"),
        ("SELECT Id, id FROM Lead", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT Id FROM Lead WHERE Cat__c = 'a'", "INVALID_FIELD", "No such column"),
        ("SELECT Id FROM Lead ORDER BY Cat__c", "INVALID_FIELD", "No such column"),
        ("SELECT Id FROM Cat", "INVALID_TYPE", "sObject type 'Cat' is not supported"),
        ("SELECT Id FROM Lead WHERE Description = 'a'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Event WHERE Description != null", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Lead WHERE Address = null", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Lead ORDER BY Description", "INVALID_FIELD", "can not be sorted"),
        ("SELECT Id FROM Lead WHERE IsConverted = 'false'", "INVALID_FIELD", "of type boolean and should not be"),
        ("SELECT Id FROM Lead WHERE LastName = 5", "INVALID_FIELD", "of type string and should be enclosed"),
        ("SELECT Id FROM Lead WHERE NumberOfEmployees = '5'", "INVALID_FIELD", "of type int and should not be"),
        ("SELECT Id FROM Lead WHERE NumberOfEmployees = 5.5", "INVALID_FIELD", "of type int"),
        ("SELECT Id FROM Lead WHERE Visit_On__c = '2026-11-22'", "INVALID_FIELD", "of type date and should not be"),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-11-22", "INVALID_FIELD", "of type dateTime"),
        ("SELECT Id FROM Lead WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: x"),
        ("SELECT Id FROM Lead WHERE OwnerId LIKE '005%'", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator"),
        ("SELECT Id FROM Lead WHERE IsConverted > false", "INVALID_QUERY_FILTER_OPERATOR", "not allowed"),
    ],
    ids=lambda text: text[-40:],
)  # fmt: skip
def test_what_is_refused(data: Data, soql: str, code: str, told: str) -> None:
    response = data("GET", "/query", q=soql)
    [error] = response.json()
    assert (response.status_code, error["errorCode"]) == (400, code)
    assert told in error["message"]


def test_length(data: Data) -> None:
    head = "SELECT Id FROM Lead WHERE Email IN ("
    short = head + ",".join(["'a@b.jp'"] * 900) + ")"
    assert len(data("GET", "/query", q=short).request.url or "") < 16_384
    assert data("GET", "/query", q=short).json()["done"] is True
    long = data("GET", "/query", q=head + ",".join(["'a@b.jp'"] * 1100) + ")")
    assert (long.status_code, long.headers["Content-Type"].partition(";")[0]) == (414, "text/html")
    body = {"method": "GET", "referenceId": "q", "url": "/services/data/v67.0/query?q=" + "x" * 100_001}
    [told] = data("POST", "/composite", {"compositeRequest": [body]}).json()["compositeResponse"]
    assert told["body"][0]["errorCode"] == "MALFORMED_QUERY"


def test_deleted_records_are_for_query_all(data: Data, salesforce: Salesforce) -> None:
    lead = data.lead()
    salesforce.delete(lead)
    assert data.find("SELECT Id FROM Lead") == []
    assert data.find("SELECT Id, IsDeleted FROM Lead", "/queryAll") == [{"Id": lead, "IsDeleted": True}]


def test_count(data: Data, names: list[str]) -> None:
    told = data("GET", "/query", q="SELECT COUNT() FROM Lead WHERE Email != null").json()
    assert told == {"totalSize": 2, "done": True, "records": []}


def test_pages(data: Data, salesforce: Salesforce, clock: Clock) -> None:
    for number in range(401):
        salesforce.seed(KAISHA.id, "Lead", GOOD | {"LastName": f"{number:03d}"})
    header = {"Sforce-Query-Options": "batchSize=100"}  # fewer than there may be: 200
    page = data("GET", "/query", q="SELECT LastName FROM Lead ORDER BY LastName", headers=header).json()
    found, sizes = list(page["records"]), [len(page["records"])]
    while not page["done"]:
        assert page["totalSize"] == 401
        path = page["nextRecordsUrl"].removeprefix("/services/data/v67.0")
        page = data("GET", path).json()
        found += page["records"]
        sizes.append(len(page["records"]))
    assert sizes == [200, 200, 1]
    assert [one["LastName"] for one in found] == [f"{number:03d}" for number in range(401)]
    assert "nextRecordsUrl" not in page
    assert data.errors("GET", "/query/01gnothing-200") == [(400, "INVALID_QUERY_LOCATOR", [])]
    assert data("GET", "/query", q="SELECT Id FROM Lead").json()["done"] is True


def test_what_the_user_may_not_see(data: Data, salesforce: Salesforce) -> None:
    salesforce.configure({"lead_visible": False})
    assert data.errors("GET", "/query", q="SELECT Id FROM Lead") == [(400, "INVALID_TYPE", [])]
