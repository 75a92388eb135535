"""The template as written and as SAM transforms it.

The transform is what CloudFormation deploys: dangling references and misspelt schedules show only there.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"
REGION = "ap-northeast-1"

type Resource = dict[str, Any]


class NoManagedPolicies:
    """Stands in for the list of managed policies that SAM would fetch from IAM: the template uses none."""

    def load(self) -> dict[str, str]:
        """Give the policies' ARNs by name: none."""
        return {}


def parsed(path: Path = TEMPLATE) -> dict[str, Any]:
    """Read a SAM template, with `!Ref` and the like as plain dictionaries."""
    from samcli.yamlhelper import yaml_parse  # noqa: PLC0415 - half a second, only where a template is read

    return cast("dict[str, Any]", json.loads(json.dumps(yaml_parse(path.read_text(encoding="utf-8")))))


def transformed(path: Path = TEMPLATE) -> dict[str, Any]:
    """Transform a SAM template into CloudFormation, as the deployment does.

    Raises samtranslator's InvalidDocumentException when the template is wrong.
    """
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    from samtranslator.translator.transform import transform  # noqa: PLC0415 - see above

    template = parsed(path)
    # Where the code lies is a matter of packaging; the translator wants an address in S3.
    template["Globals"]["Function"].pop("CodeUri", None)
    for resource in template["Resources"].values():
        resource.pop("Metadata", None)
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = "s3://bucket/key"
    return cast("dict[str, Any]", transform(template, {}, NoManagedPolicies()))


def resources(template: dict[str, Any], kind: str) -> dict[str, Resource]:
    """Pick the resources of one type, by logical id."""
    return {name: found for name, found in template["Resources"].items() if found["Type"] == kind}


def lint(path: Path = TEMPLATE) -> int:
    """Run cfn-lint over the transformed template and print what it finds; gives its exit code (0 = clean)."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "transformed.json"
        target.write_text(json.dumps(transformed(path), indent=1), encoding="utf-8")
        command = [str(Path(sys.executable).with_name("cfn-lint")), "--region", REGION, "--", str(target)]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(lint())
