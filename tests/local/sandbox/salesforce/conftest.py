from collections.abc import Iterator
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
LEAD = "/services/data/v67.0/sobjects/Lead/describe"


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
