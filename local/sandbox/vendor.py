"""What every sandbox vendor has: faults, a record of calls, and pages that show its state."""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from threading import RLock
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from local.sandbox.faults import Cut, Fault, Faults, TimedOut

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Call:
    """One request a vendor got. `status` is 0 when the caller got no answer (cut, timed out)."""

    method: str
    path: str
    status: int
    portal: str | None
    at: datetime
    fault: str = ""


def json_response(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a JSON body, or with none at all where `body` is None."""
    text = "" if body is None else json.dumps(body, ensure_ascii=False)
    return Response(text, status, headers, mimetype="application/json")


class Vendor(ABC):
    """A WSGI app that stands in for an outside system. Requests are answered one at a time."""

    name = "vendor"

    def __init__(self, clock: Clock = wall_clock, sleep: Callable[[float], None] | None = None) -> None:
        """`sleep` is how a delay fault waits; without one it does not wait at all."""
        self.clock = clock
        self.sleep = sleep
        self.faults = Faults()
        self.calls: list[Call] = []
        self._lock = RLock()

    # What a vendor brings itself.

    @abstractmethod
    def answer(self, request: Request) -> tuple[Response, str | None]:
        """Answer a request of the vendor's API; also says whose account it was."""

    def fault_response(self, status: int) -> Response:
        """The answer the vendor gives with this status when it fails by itself."""
        return json_response(status, {"message": "told to fail"})

    @abstractmethod
    def page(self) -> str:
        """The state as HTML for a person."""

    @abstractmethod
    def whole_state(self) -> Mapping[str, object]:
        """The state as JSON."""

    def reset(self) -> None:
        """Forget everything; faults and calls too."""
        self.faults.clear()
        self.calls.clear()

    @abstractmethod
    def configure(self, changes: Mapping[str, object]) -> Mapping[str, object]:
        """Change switches and give all of them back; raises ValueError for what is unknown."""

    def by_hand(self, page: str, body: Mapping[str, object]) -> Mapping[str, object] | None:  # noqa: ARG002
        """What a person does at this vendor: POST /_sandbox/<page>. None when there is no such page.

        Raises ValueError for what cannot be done.
        """
        return None

    # What is the same for all.

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request. Raises Cut or TimedOut where the plan says so."""
        request = Request(environ)
        if request.path.startswith("/_sandbox"):
            with self._lock:
                return self._own_page(request)(environ, start_response)
        with self._lock:
            fault = self.faults.pick(request.method, request.path)
        if fault is not None and fault.kind == "delay" and self.sleep is not None:
            self.sleep(fault.seconds)
        with self._lock:
            response, portal = self._answer_with(fault, request)
            self._note(request, response.status_code, portal, fault)
        return response(environ, start_response)

    def _answer_with(self, fault: Fault | None, request: Request) -> tuple[Response, str | None]:
        kind = fault.kind if fault else ""
        if fault is not None and kind == "status":
            return self._told(fault), None
        if kind in ("cut_before", "timeout_before"):
            self._break_off(request, fault, None)
        response, portal = self.answer(request)
        if kind in ("cut_after", "timeout_after"):
            self._break_off(request, fault, portal)
        if fault is not None and kind == "junk_body":
            response = Response(fault.body or "<html><body>Bad gateway", response.status, mimetype="text/html")
        return response, portal

    def _break_off(self, request: Request, fault: Fault | None, portal: str | None) -> None:
        self._note(request, 0, portal, fault)
        raise Cut if fault and fault.kind.startswith("cut") else TimedOut

    def _told(self, fault: Fault) -> Response:
        response = self.fault_response(fault.status)
        if fault.body is not None:
            response = Response(fault.body, fault.status, mimetype="application/json")
        response.headers.update(fault.headers)
        return response

    def _note(self, request: Request, status: int, portal: str | None, fault: Fault | None) -> None:
        kind = fault.kind if fault else ""
        path = request.path
        self.calls.append(Call(request.method, path, status, portal, self.clock(), kind))

    def _own_page(self, request: Request) -> Response:
        where = (request.method, request.path.removeprefix("/_sandbox"))
        if where in (("GET", "/"), ("GET", "")):
            return Response(self.page(), mimetype="text/html")
        if where == ("GET", "/state.json"):
            return json_response(200, self.whole_state())
        if where == ("GET", "/calls.json"):
            return json_response(200, [asdict(c) | {"at": c.at.isoformat()} for c in self.calls])
        if where == ("POST", "/reset"):
            self.reset()
            return json_response(200, {"reset": True})
        try:
            return self._told_by_hand(request, where)
        except ValueError as error:
            return json_response(400, {"error": str(error)})

    def _told_by_hand(self, request: Request, where: tuple[str, str]) -> Response:
        if where == ("DELETE", "/faults"):
            self.faults.clear()
            return json_response(200, {"faults": 0})
        body = json.loads(request.get_data(as_text=True) or "{}")
        if where == ("POST", "/settings"):
            return json_response(200, self.configure(_object(body)))
        if where != ("POST", "/faults"):
            done = self.by_hand(where[1][1:], _object(body)) if where[0] == "POST" else None
            return json_response(404, {"error": "no such page"}) if done is None else json_response(200, done)
        plan = [Fault.from_json(_object(f)) for f in (body if isinstance(body, list) else [body])]
        for fault in plan:
            self.faults.add(fault)
        return json_response(200, {"faults": len(plan)})


def really_sleep(seconds: float) -> None:
    """Wait; what a vendor on a port does with a delay."""
    time.sleep(seconds)


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError("a JSON object is expected")  # noqa: TRY004 - the caller's mistake
    return value
