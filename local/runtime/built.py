"""The built functions: where `sam build` put them, and what the template says of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.runtime.runtime import Runtime
from local.stack.build import build
from local.stack.template import parsed, resources


@dataclass(frozen=True)
class Function:
    """One built function."""

    name: str
    handler: str
    code: Path
    layer: Path
    timeout: int
    variables: tuple[str, ...]

    def runtime(self, environment: Mapping[str, str]) -> Runtime:
        """Give the function's runtime, not started yet."""
        return Runtime(self.handler, [self.code, self.layer / "python"], environment, timeout=self.timeout)


def functions() -> list[Function]:
    """Build what is older than its sources and give the functions in the template's order.

    Raises local.stack.errors.StackError when the build fails.
    """
    path = build()
    template = parsed(path)
    (layer,) = resources(template, "AWS::Serverless::LayerVersion").values()
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    return [
        Function(
            name=name,
            handler=detail["Properties"]["Handler"],
            code=path.parent / detail["Properties"]["CodeUri"],
            layer=path.parent / layer["Properties"]["ContentUri"],
            timeout=detail["Properties"]["Timeout"],
            variables=tuple(shared),
        )
        for name, detail in resources(template, "AWS::Serverless::Function").items()
    ]
