import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local.stack.children import Child, answers
from local.stack.errors import StackError
from local.stack.places import HOST, free_port

SERVER = """
import subprocess, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(grandchild.pid, flush=True)
HTTPServer(("127.0.0.1", int(sys.argv[1])), BaseHTTPRequestHandler).serve_forever()
"""


def alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")  # a zombie waits only for its parent to look


def gone(pid: int) -> bool:
    until = time.monotonic() + 5
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not alive(pid)


def test_a_child_answers_and_takes_its_own_children_along(tmp_path: Path) -> None:
    port = free_port()
    child = Child("server", [sys.executable, "-c", SERVER, str(port)], os.environ, tmp_path / "log")
    child.wait_until_it_answers(f"http://{HOST}:{port}")
    grandchild = int((tmp_path / "log").read_text(encoding="utf-8").split()[0])
    assert alive(grandchild)
    child.stop()
    assert child.process.poll() is not None
    assert gone(grandchild)
    assert not answers(f"http://{HOST}:{port}")


def test_a_child_that_stops_at_once_is_quoted(tmp_path: Path) -> None:
    child = Child("server", [sys.executable, "-c", "raise SystemExit('no such thing')"], os.environ, tmp_path / "log")
    with pytest.raises(StackError, match="no such thing"):
        child.wait_until_it_answers(f"http://{HOST}:{free_port()}")
    child.stop()
