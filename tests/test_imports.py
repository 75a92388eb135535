"""What functions import when they start: each import is time a sender waits for (make bench)."""

import json
import subprocess
import sys

import pytest

from integrations import INTEGRATIONS
from local.stack.template import REGION, ROOT

LISTING = "import json, sys, {module}; print(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"


def imported(module: str) -> set[str]:
    """Import a module in a fresh process, as the runtime does, and list the top-level packages that came along."""
    environment = {
        "PYTHONPATH": f"{ROOT / 'functions'}:{ROOT / 'layers' / 'renkei'}",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "renkei",
    }
    command = [sys.executable, "-c", LISTING.format(module=module)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return set(json.loads(ran.stdout))


def test_the_receiver_imports_only_what_it_needs_to_store() -> None:
    heavy = {"boto3", "s3transfer", "requests", "pydantic", "pydantic_core", "aws_xray_sdk", "integrations", "yaml"}
    assert imported("webhooks.app") & heavy == set()


@pytest.mark.parametrize("package", ["oauth", "console", "schedules", *INTEGRATIONS])
def test_no_function_imports_development_tools_or_a_tracer(package: str) -> None:
    tools = {"aws_xray_sdk", "pytest", "moto", "local", "tests", "samcli"}
    assert imported(f"{package}.app") & tools == set()
