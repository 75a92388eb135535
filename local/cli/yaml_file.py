"""Reading a workspace file with the line of everything in it.

YAML is read as version 1.2 has it where 1.1 surprises: `no` is a text, and so are dates, times and 012.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from local.cli.errors import Misuse
from local.cli.shapes import Json, mapping, text

type Step = str | int

_SECRET = re.compile(
    r"token|secret|passw|passphrase|bearer|credential|authorization|(?:api|private|access)[-_ ]?key", re.IGNORECASE
)
_PLAIN_TAGS = ("null", "bool", "int", "float", "seq", "map", "str")


@dataclass(frozen=True)
class Problem:
    """Something wrong in the file: where (line and dotted path), what, and what would be allowed."""

    line: int
    path: str
    message: str
    allowed: tuple[str, ...] = ()


class BadFile(Misuse):
    """The file was not sent; `found` are (line, path, text key, values)."""

    def __init__(self, found: Sequence[tuple[int, str, str, dict[str, object]]]) -> None:
        super().__init__("not_saved", count=len(found))
        self.found = list(found)


class _Loader(yaml.SafeLoader):
    """Plain JSON types only, with the scalars of YAML 1.2."""


_Loader.yaml_constructors = {
    tag: make
    for tag, make in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag.removeprefix("tag:yaml.org,2002:") in _PLAIN_TAGS
}
_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("merge", r"<<", "<"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
    ("float", r"[-+]?[0-9]+\.[0-9]*", list("-+0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


@dataclass(frozen=True)
class WorkspaceFile:
    """A workspace file: its name as it was given, what it says, and where."""

    name: str
    data: Json
    root: Node

    @property
    def workspace(self) -> str:
        """Give the workspace that the file describes."""
        return text(self.data["workspace"])

    def line(self, path: Sequence[Step]) -> int:
        """Give the line (from 1) of `path`; of the nearest thing around it where it is not in the file."""
        node, line = self.root, self.root.start_mark.line
        for step in path:
            if isinstance(node, MappingNode):
                # The last one counts where a merge (<<) gives a key again.
                pair = next((pair for pair in reversed(node.value) if pair[0].value == str(step)), None)
                if pair is None:
                    break
                line, node = pair[0].start_mark.line, pair[1]
            elif isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line
            else:
                break
        return line + 1

    def value(self, path: Sequence[Step]) -> object:
        """Give what stands at `path`, None if nothing does."""
        value: object = self.data
        for step in path:
            if isinstance(value, dict) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
                value = value[step]
            else:
                return None
        return value


def dotted(path: Sequence[Step]) -> str:
    """Write a path as people read it: integrations.booking_to_hubspot.calendars[0].company[1].property."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def read_text(file: Path) -> str:
    """Give the text of a file. Raises Misuse if it cannot be read or is not UTF-8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Misuse("no_file", file=file, reason=error.strerror or error) from error
    except UnicodeDecodeError as error:
        raise Misuse("not_utf8", file=file) from error


def read_workspace_file(file: Path) -> WorkspaceFile:
    """Read a workspace file.

    Raises Misuse if it cannot be read, BadFile if it is not YAML, holds what looks like a secret, or is no workspace.
    """
    content = read_text(file)
    try:
        loader = _Loader(content)
        root = loader.get_single_node()
        found = list(_wrong(root, (), ())) if root else []
        if found:
            raise BadFile(found)
        data = mapping(loader.construct_document(root)) if root else {}
    except yaml.YAMLError as error:
        raise BadFile([_syntax(content, error)]) from error
    if root is None or not text(data.get("workspace")):
        raise BadFile([(1, "workspace", "not_a_workspace", {})])
    return WorkspaceFile(str(file), data, root)


def _syntax(content: str, error: yaml.YAMLError) -> tuple[int, str, str, dict[str, object]]:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        return (mark.line + 1 if mark else 1), "", "bad_yaml", {"reason": reason}
    # A character that YAML does not allow: only its position is told.
    position = int(getattr(error, "position", 0))
    return content.count("\n", 0, position) + 1, "", "bad_yaml", {"reason": str(error).splitlines()[0]}


def _wrong(
    node: Node, path: tuple[Step, ...], around: tuple[Node, ...]
) -> Iterator[tuple[int, str, str, dict[str, object]]]:
    """Find what PyYAML would let pass: keys given twice, secrets, and aliases to what stands around them."""
    if node in around:
        yield node.start_mark.line + 1, dotted(path), "endless", {}
        return
    inner = (*around, node)
    if isinstance(node, SequenceNode):
        for index, item in enumerate(node.value):
            yield from _wrong(item, (*path, index), inner)
    if isinstance(node, MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else "?"
            here, line = (*path, name), key.start_mark.line + 1
            if name in seen and name != "<<":
                yield line, dotted(here), "twice", {"line": seen[name]}
            if _SECRET.search(name):
                yield line, dotted(here), "secret_in_file", {}
            seen.setdefault(name, line)
            yield from _wrong(value, here, inner)
