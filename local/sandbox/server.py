"""Serve the sandbox vendors on a port of this machine: `python -m local.sandbox.server --port 3001`."""

import argparse
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Response

from local.sandbox.board import Board
from local.sandbox.calendly import Calendly
from local.sandbox.falcana import Falcana
from local.sandbox.faults import Cut, TimedOut
from local.sandbox.hubspot import HubSpot
from local.sandbox.mailbox import Mailbox
from local.sandbox.mailchimp import Mailchimp
from local.sandbox.salesforce import Salesforce
from local.sandbox.slack import Slack
from local.sandbox.vendor import Vendor, really_sleep

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HOST, PORT, HANG = "127.0.0.1", 3001, 5.0
VENDORS: tuple[type[Vendor], ...] = (HubSpot, Salesforce, Board, Mailchimp, Slack, Falcana, Calendly)


class Handler(WSGIRequestHandler):
    """Carries out what a fault does to a connection; logs nothing, since requests hold secrets."""

    hang = HANG

    def run_wsgi(self) -> None:
        """Answer, or close without an answer, at once or after hanging."""
        try:
            super().run_wsgi()
        except TimedOut:
            time.sleep(self.hang)
            self.close_connection = True
        except Cut:
            self.close_connection = True

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


def start_page(mounts: Mapping[str, "WSGIApplication"]) -> "WSGIApplication":
    """The page at "/": which vendors are here, and the mailbox."""
    pages = {name: f"/{name}/" if isinstance(app, Mailbox) else f"/{name}/_sandbox/" for name, app in mounts.items()}
    links = Markup("").join(Markup("<li><a href='{}'>{}</a>").format(page, name) for name, page in pages.items())
    text = "<!doctype html><meta charset='utf-8'><title>Sandbox vendors</title><h1>Sandbox vendors</h1>"

    def page(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        response = Response(text + f"<ul>{links}</ul>", mimetype="text/html")
        if environ.get("PATH_INFO") not in ("", "/"):
            return NotFound()(environ, start_response)
        return response(environ, start_response)

    return page


def serve(vendors: Mapping[str, "WSGIApplication"], port: int = PORT, hang: float = HANG) -> ThreadedWSGIServer:
    """A server for these vendors, each under /<name>; port 0 takes a free one.

    The caller runs `serve_forever()` and in the end `shutdown()` and `server_close()`.
    """
    mounts = {f"/{name}": vendor for name, vendor in vendors.items()}
    handler = type("HangingHandler", (Handler,), {"hang": hang})
    app = DispatcherMiddleware(start_page(vendors), mounts)
    return ThreadedWSGIServer(HOST, port, app, handler, passthrough_errors=True)


def main() -> None:
    """Run until stopped."""
    parser = argparse.ArgumentParser(prog="python -m local.sandbox.server", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help="where to listen on 127.0.0.1 (default: %(default)s)")
    parser.add_argument(
        "--hang", type=float, default=HANG, help="how many seconds a time-out fault hangs (default: %(default)s)"
    )
    parser.add_argument("--mail", type=Path, metavar="FOLDER", help="where the mails are that /mailbox/ shows")
    options = parser.parse_args()
    served: dict[str, WSGIApplication] = {vendor.name: vendor(sleep=really_sleep) for vendor in VENDORS}
    if options.mail:
        served["mailbox"] = Mailbox(options.mail)
    server = serve(served, options.port, options.hang)
    print(f"Sandbox vendors: http://{HOST}:{server.port}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
