import pytest

from local.stack.build import layer_platform
from local.stack.errors import StackError


@pytest.mark.parametrize(
    ("system", "machine", "expected"),
    [
        ("Linux", "x86_64", "x86_64-manylinux2014"),
        ("Linux", "aarch64", "aarch64-manylinux2014"),
        ("Darwin", "arm64", "aarch64-apple-darwin"),
        ("Darwin", "x86_64", "x86_64-apple-darwin"),
    ],
)
def test_the_layer_is_built_for_this_machine(system: str, machine: str, expected: str) -> None:
    assert layer_platform(system, machine) == expected


@pytest.mark.parametrize(("system", "machine"), [("Windows", "AMD64"), ("Linux", "riscv64")])
def test_a_machine_without_wheels_is_told_so(system: str, machine: str) -> None:
    with pytest.raises(StackError, match=f"{system} on {machine}"):
        layer_platform(system, machine)
