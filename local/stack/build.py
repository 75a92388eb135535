"""`sam build` of the real template for this machine's processor: the deployed one is arm64, this one may not be."""

import os
import platform
import subprocess
from collections.abc import Iterator
from pathlib import Path

from local.stack.errors import StackError
from local.stack.places import aws_environment
from local.stack.template import ROOT, TEMPLATE

BUILD = ROOT / ".local" / "build"
MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}


def layer_platform(system: str, machine: str) -> str:
    """Name this machine the way uv names target platforms, for example x86_64-manylinux2014.

    https://docs.astral.sh/uv/reference/cli/#uv-pip-install--python-platform
    Raises StackError for a machine the dependencies have no wheels for.
    """
    processor = MACHINES.get(machine.lower())
    if processor is None or system not in ("Linux", "Darwin"):
        raise StackError(f"No build for {system} on {machine}: Linux or macOS on x86_64 or arm64 is needed.")
    return f"{processor}-{'manylinux2014' if system == 'Linux' else 'apple-darwin'}"


def build(*, fresh: bool = False) -> Path:
    """Build what is older than its sources (everything when fresh); gives the built template's path.

    Raises StackError with the end of sam's output when the build fails.
    """
    built = BUILD / "template.yaml"
    if not fresh and built.exists() and built.stat().st_mtime > max(map(_changed, _sources())):
        return built
    # sam keeps built layers of its own accord only with --cached, which would not see the platform change.
    command = ["sam", "build", "--template", str(TEMPLATE), "--build-dir", str(BUILD), "--parallel"]
    environment = aws_environment("") | {"RENKEI_LAYER_PLATFORM": layer_platform(platform.system(), platform.machine())}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        built.unlink(missing_ok=True)
        raise StackError(f"sam build failed:\n{(ran.stdout + ran.stderr)[-3000:]}")
    os.utime(built)
    return built


def _sources() -> Iterator[Path]:
    yield TEMPLATE
    for folder in (ROOT / "functions", ROOT / "layers"):
        yield from (path for path in folder.rglob("*") if "__pycache__" not in path.parts)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # an editor's temporary file, gone again
        return 0.0
