"""The layer: what is in it, and that it is the same to the byte each time (make runtime)."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.stack.build import layer_platform

LAYER = Path(__file__).resolve().parents[1] / "layers" / "renkei"

pytestmark = [pytest.mark.runtime, pytest.mark.timeout(300)]


def build(folder: Path, target: str) -> Path:
    """Build the layer the way `sam build` does: make, in a copy of its folder."""
    shutil.copytree(LAYER, folder / "source")
    artifacts = folder / "artifacts"
    artifacts.mkdir()
    environment = os.environ | {
        "ARTIFACTS_DIR": str(artifacts),
        "RENKEI_LAYER_PLATFORM": target,
        # As on the machine that checks: the layer needs its .pyc whatever the environment says.
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "random",
    }
    subprocess.run(["make", "build-RenkeiLayer"], cwd=folder / "source", env=environment, check=True)
    return artifacts


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("first"), layer_platform(platform.system(), platform.machine()))


def test_two_builds_are_the_same_to_the_byte(layer: Path, tmp_path: Path) -> None:
    again = build(tmp_path, layer_platform(platform.system(), platform.machine()))
    assert digests(again) == digests(layer)


def test_every_module_is_compiled(layer: Path) -> None:
    sources = [path for path in layer.rglob("*.py") if "__pycache__" not in path.parts]
    compiled = {path.parent.parent / path.name.split(".")[0] for path in layer.rglob("*.cpython-313.pyc")}
    assert len(sources) > 100
    assert [path for path in sources if path.with_suffix("") not in compiled] == []


def test_it_holds_our_platform_and_its_dependencies(layer: Path) -> None:
    found = {path.name for path in (layer / "python").iterdir()}
    assert {"renkei", "aws_lambda_powertools", "cryptography", "pydantic", "requests", "tzdata"} <= found


def test_zones_are_known_whatever_the_runtime_s_image_holds(layer: Path) -> None:
    code = "import tzdata; from zoneinfo import ZoneInfo; print(tzdata.__file__, ZoneInfo('Asia/Tokyo'))"
    environment = {"PYTHONPATH": str(layer / "python"), "PYTHONTZPATH": ""}
    said = subprocess.run(
        [sys.executable, "-S", "-c", code], env=environment, check=True, capture_output=True, text=True
    )
    assert said.stdout.split() == [str(layer / "python" / "tzdata" / "__init__.py"), "Asia/Tokyo"]


def test_it_leaves_out_what_the_runtime_has_and_what_nobody_runs(layer: Path) -> None:
    found = {path.name for path in (layer / "python").iterdir()}
    assert not found & {"botocore", "boto3", "s3transfer", "aws_xray_sdk", "pytest", "bin", "tests"}
    assert not [path for path in layer.rglob("*") if path.name == "tests"]


def test_without_a_word_it_is_built_for_arm64(tmp_path: Path) -> None:
    artifacts = build(tmp_path, "")
    natives = list(artifacts.rglob("*.so"))
    assert natives
    # ELF header: e_machine is 0xB7 for AArch64. https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
    assert {path.read_bytes()[18] for path in natives} == {0xB7}
