"""A caller of a sandbox vendor in this process: paths instead of addresses."""

from typing import TYPE_CHECKING

import requests

from local.sandbox.inprocess import WsgiAdapter

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Caller(requests.Session):
    """Calls one app, mounted at an address; headers are sent with every call."""

    def __init__(self, app: "WSGIApplication", address: str, **headers: str) -> None:
        super().__init__()
        self._address = address
        self.mount(address, WsgiAdapter(app, "/" + address.split("/", 3)[3] if address.count("/") > 2 else ""))
        self.headers.update(headers)

    def request(self, method: str, url: str, *args: object, **more: object) -> requests.Response:  # type: ignore[override]
        return super().request(method, self._address + url, *args, **more)  # type: ignore[arg-type]
