"""Writing a workspace file: the same order every time, with one line for each mapping row."""

from typing import Final, override

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_ORDER: Final = (
    *("workspace", "mail", "language", "sources", "notices", "connections", "integrations"),
    *("enabled", "booking_id_field", "match", "assignment", "blank_company", "event"),
    *("meeting", "name_order", "free_mail", "calendars"),
    *("calendar", "company", "contact", "lead"),
    *("pipelines", "invoice_timing", "invoice_date", "contract_start", "contract_end", "invoice_dates"),
    *("estimate_date", "fallback_user", "client_fields", "keep_company", "client_page", "invoices"),
    *("amount", "amount_tax", "project_key"),
    *("pipeline", "stages", "status", "stage", "field"),
    *("property", "from", "question", "text", "policy", "month_end", "pattern"),
    *("add", "remove"),
    *("keep_alive", "idle_days"),
)
_ROWS: Final = {"property", "mail", "stage", "field"}


class _Dumper(yaml.SafeDumper):
    """Indents lists below their key, and puts a row (`property: …`, `mail: …`, `stage: …`) on one line."""

    @override
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)

    @override
    def serialize_node(self, node: Node, parent: Node | None, index: object) -> None:
        if isinstance(node, MappingNode) and _is_row(node):
            node.flow_style = True
        super().serialize_node(node, parent, index)

    @override
    def ignore_aliases(self, data: object) -> bool:
        return True


def to_yaml(workspace: dict[str, object]) -> str:
    """Write `workspace` (plain JSON) as YAML: known keys in the order of the documentation, then others by name."""
    return str(yaml.dump(_sorted(workspace), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=4096, indent=2))


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        given = [name for name in value if value[name] is not None]  # null says what absence says
        names = sorted(given, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), str(name)))
        return {name: _sorted(value[name]) for name in names}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value


def _is_row(node: MappingNode) -> bool:
    names = {key.value for key, _ in node.value}
    return bool(_ROWS & names) and all(isinstance(value, ScalarNode) or _short(value) for _, value in node.value)


def _short(node: Node) -> bool:
    """Whether it is a list of words, which then stands on that line, too."""
    return isinstance(node, SequenceNode) and all(isinstance(item, ScalarNode) for item in node.value)
