import os
import socket
from pathlib import Path

import pytest

from local.stack import places
from local.stack.errors import StackError
from local.stack.places import HOST, Ports, State, aws_environment, free_port


def test_ports_come_from_flags_then_the_environment_then_defaults() -> None:
    environ = {"RENKEI_FRONT_PORT": "4000", "RENKEI_SANDBOX_PORT": "4001"}
    assert Ports.chosen({}) == Ports(3000, 3001, 4566)
    assert Ports.chosen(environ, front=5000, sandbox=None) == Ports(5000, 4001, 4566)


def test_port_zero_means_any_free_one() -> None:
    ports = Ports.chosen({}, front=0, sandbox=0, emulator=0)
    assert len({ports.front, ports.sandbox, ports.emulator} - {0}) == 3
    ports.check_free()


def test_a_taken_port_is_named_with_the_way_out() -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(StackError, match=rf"Port {taken} \(sandbox\) is taken.*--sandbox-port"):
            Ports(free_port(), taken, free_port()).check_free()


@pytest.fixture
def state_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places, "STATE", tmp_path)
    monkeypatch.setattr(places, "STATE_FILE", tmp_path / "stack.json")
    return tmp_path / "stack.json"


def test_the_state_is_read_as_it_was_written(state_file: Path) -> None:
    state = State(
        "http://127.0.0.1:3000", "ap-northeast-1", "http://127.0.0.1:4566", "http://127.0.0.1:3001", 7, {"A": "b"}
    )
    state.write()
    assert state_file.exists()
    assert State.read() == state


def test_no_state_file_means_no_stack(state_file: Path) -> None:
    assert State.read() is None


@pytest.mark.parametrize("content", ["{", "{}", '{"url": 1, "surprise": 2}'])
def test_a_broken_state_file_says_what_to_do(state_file: Path, content: str) -> None:
    state_file.write_text(content, encoding="utf-8")
    with pytest.raises(StackError, match="delete it"):
        State.read()


def test_a_person_s_own_aws_settings_do_not_leak_into_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    monkeypatch.setenv("UV_PYTHON", "/usr/bin/python")
    environment = aws_environment("http://127.0.0.1:4566")
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "UV_PYTHON"} & set(environment)
    assert environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
