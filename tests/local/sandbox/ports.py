"""Sandbox vendors on a free port of this machine, for clients that bring their own way out."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from local.sandbox.server import serve

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@contextmanager
def on_port(**vendors: "WSGIApplication") -> Iterator[str]:
    """Serve these, each under its name; gives the address."""
    server = serve(vendors, port=0, hang=1.0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
