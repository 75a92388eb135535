from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from local.sandbox.inprocess import WsgiAdapter
from local.sandbox.salesforce import DEMO, Salesforce
from local.sandbox.salesforce.orgs import ORGS
from tests.local.sandbox.conftest import Clock

BASE = "http://127.0.0.1:3001/salesforce"
BACK = "http://127.0.0.1:3000/oauth/salesforce/callback"
APP = {"client_id": DEMO.client_id, "client_secret": DEMO.client_secret}
VERIFIER = "v" * 43
CHALLENGE = "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM"  # of the verifier
LINK = {
    "response_type": "code",
    "client_id": DEMO.client_id,
    "redirect_uri": BACK,
    "scope": "api refresh_token",
    "state": "s t/1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
KAISHA, FIRMA, TESTS = ORGS
DATA = "/services/data/v67.0"
LEAD = f"{DATA}/sobjects/Lead/describe"
GOOD = {"LastName": "佐々木", "Company": "株式会社青空商事"}
TANAKA = "tanaka@example.co.jp"


class Api(requests.Session):
    """A caller of the sandbox: paths instead of addresses, on the loopback host unless told."""

    def __init__(self, salesforce: Salesforce) -> None:
        super().__init__()
        self.mount(BASE, WsgiAdapter(salesforce, "/salesforce"))
        for host in ("login.salesforce.com", "test.salesforce.com", *(org.host for org in ORGS)):
            self.mount(f"https://{host}", WsgiAdapter(salesforce))

    def request(self, method: str, url: str, *args: object, **more: object) -> requests.Response:  # type: ignore[override]
        address = BASE + url if url.startswith("/") else url
        more["allow_redirects"] = False
        return super().request(method, address, *args, **more)  # type: ignore[arg-type]

    def press(self, answer: str = "allow", org: str = KAISHA.id, at: str = BASE, **more: str) -> dict[str, str]:
        """Press a button on the consent page; what the browser is sent back with."""
        address, form = f"{at}/services/oauth2/authorize", {"answer": answer, "org": org}
        response = self.request("POST", address, params=LINK | more, data=form)
        assert response.status_code == 302, response.text
        assert response.headers["Location"].startswith(BACK + "?")
        return {name: found[0] for name, found in parse_qs(urlsplit(response.headers["Location"]).query).items()}

    def exchange(self, code: str, at: str = BASE, **more: str) -> requests.Response:
        form = APP | {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        return self.request("POST", f"{at}/services/oauth2/token", data=form | {"code_verifier": VERIFIER} | more)

    def refresh(self, token: str, at: str = BASE, **more: str) -> requests.Response:
        form = APP | {"grant_type": "refresh_token", "refresh_token": token} | more
        return self.request("POST", f"{at}/services/oauth2/token", data=form)

    def uses(self, token: str, path: str = LEAD) -> requests.Response:
        return self.request("GET", path, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def salesforce(clock: Clock) -> Salesforce:
    return Salesforce(clock)


@pytest.fixture
def api(salesforce: Salesforce) -> Iterator[Api]:
    with Api(salesforce) as session:
        yield session


class Data:
    """A caller of one org's data API, with its token."""

    def __init__(self, api: Api, token: str) -> None:
        self.api = api
        self.headers = {"Authorization": f"Bearer {token}"}

    def __call__(
        self, method: str, path: str, body: object = None, *, headers: dict[str, str] | None = None, **params: str
    ) -> requests.Response:
        more = self.headers | (headers or {})
        return self.api.request(method, DATA + path, json=body, params=params, headers=more)

    def lead(self, **values: object) -> str:
        """A new lead's id."""
        response = self("POST", "/sobjects/Lead", GOOD | values)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    def errors(self, method: str, path: str, body: object = None, **more: Any) -> list[tuple[int, str, list[str]]]:
        """Status, code and fields of each error."""
        response = self(method, path, body, **more)
        assert isinstance(response.json(), list), response.text
        return [(response.status_code, one["errorCode"], one.get("fields", [])) for one in response.json()]

    def find(self, soql: str, path: str = "/query") -> list[dict[str, Any]]:
        """The records of a query, without attributes."""
        response = self("GET", path, q=soql)
        assert response.status_code == 200, response.text
        return [{key: one[key] for key in one if key != "attributes"} for one in response.json()["records"]]


@pytest.fixture
def data(api: Api, salesforce: Salesforce) -> Data:
    return Data(api, salesforce.issue_token()[0])
