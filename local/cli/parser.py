"""The commands and their options, with help in the person's language and an example each."""

import argparse
from collections.abc import Callable
from typing import Final, Literal

from local.cli import (
    board_parser,
    bulk_commands,
    connect_commands,
    connection_commands,
    delivery_commands,
    disconnect_command,
    falcana_parser,
    lms_parser,
    notice_commands,
    source_commands,
    workspace_commands,
)
from local.cli.context import Context
from local.cli.schedulers import SOURCES
from local.cli.texts import LANGUAGES, Language, translate
from local.cli.vendors import ACCOUNTS, VENDORS

type Command = Callable[[Context, argparse.Namespace], int]

_SEND_SECONDS: Final = 60


def build_parser(language: Language) -> argparse.ArgumentParser:
    """Build the parser; what it gives has `run`, the Command to call. Global options stand before or after it."""
    help_in = _Help(language)
    common = _common(help_in)
    parser = argparse.ArgumentParser(
        "renkei",
        description=help_in("help"),
        epilog=f"{help_in('help_example')}: renkei apply workspace.yaml\n\n{help_in('help_exit')}",
        parents=[common],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    group = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Command | None, example: str, more: str = "") -> argparse.ArgumentParser:
        command = group.add_parser(
            name,
            help=help_in(f"help_{name}"),
            description=f"{help_in(f'help_{name}')}\n{more}".rstrip(),
            epilog=f"{help_in('help_example')}: renkei {example}\n\n{help_in('help_exit')}",
            parents=[common],
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if run:
            command.set_defaults(run=run)
        return command

    _workspace_commands(add, help_in)
    _connection_commands(add, help_in)
    _delivery_commands(add, help_in)
    _bulk_commands(add, help_in)
    board_parser.add_actions(add("board", None, "board sync"), common, help_in)
    falcana_parser.add_actions(add("falcana", None, "falcana start"), common, help_in)
    lms_parser.add_actions(add("lms", None, "lms import users.csv --dry-run"), common, help_in)
    return parser


class _Help:
    """Gives the help texts in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **values: str) -> str:
        return translate(self.language, key, values)


type _Add = Callable[..., argparse.ArgumentParser]


def _common(help_in: _Help) -> argparse.ArgumentParser:
    # SUPPRESS: a default after the command must not undo what was given before it.
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--url", help=help_in("help_url"))
    common.add_argument("--workspace", metavar="NAME", help=help_in("help_workspace"))
    common.add_argument("--language", choices=LANGUAGES, help=help_in("help_language"))
    common.add_argument("--json", action="store_true", help=help_in("help_json"))
    return common


def _workspace_commands(add: _Add, help_in: _Help) -> None:
    command = add("apply", workspace_commands.apply, "apply workspace.yaml")
    command.add_argument("file", metavar="FILE", help=help_in("help_apply_file"))
    command = add("export", workspace_commands.export, "export --output workspace.yaml")
    command.add_argument("--output", metavar="FILE", help=help_in("help_output"))
    command.add_argument("--force", action="store_true", help=help_in("help_force"))
    example = "properties companies\n         renkei properties Lead --rows"
    command = add("properties", workspace_commands.properties, example)
    command.add_argument("object", choices=("companies", "contacts", "deals", "Lead"), help=help_in("help_object"))
    command.add_argument("--rows", action="store_true", help=help_in("help_rows"))


def _connection_commands(add: _Add, help_in: _Help) -> None:
    example = (
        "connect hubspot\n         renkei connect hubspot --token"
        "\n         renkei connect salesforce --site test.salesforce.com"
        "\n         renkei connect board --secrets-file board.env\n         renkei connect timerex --keep-old"
        "\n         renkei connect calcom --generate"
    )
    command = add("connect", connect_commands.connect, example, help_in("help_connect_more"))
    _add_vendor(command, help_in, VENDORS)
    command.add_argument("--switch-account", action="store_true", help=help_in("help_switch"))
    command.add_argument("--secrets-file", metavar="FILE", help=help_in("help_secrets_file"))
    command.add_argument("--file", metavar="FILE", help=help_in("help_connect_file"))
    command.add_argument("--token", action="store_true", help=help_in("help_token"))
    command.add_argument("--site", metavar="HOST", help=help_in("help_site"))
    command.add_argument("--own-app", action="store_true", help=help_in("help_own_app"))
    command.add_argument("--secret-file", metavar="FILE", help=help_in("help_secret_file"))
    command.add_argument("--no-browser", action="store_true", help=help_in("help_no_browser"))
    command.add_argument("--wait", type=_at_least(0), metavar="SECONDS", help=help_in("help_wait_connect"))
    command.add_argument("--token-file", metavar="FILE", help=help_in("help_token_file"))
    command.add_argument("--keep-old", action="store_true", help=help_in("help_keep_old"))
    command.add_argument("--generate", action="store_true", help=help_in("help_generate"))
    _source_command(add, help_in)
    command = add("test-connection", connection_commands.check, "test-connection hubspot", help_in("help_test_more"))
    _add_vendor(command, help_in, ACCOUNTS, nargs="?")
    example = "disconnect hubspot --keep\n         renkei disconnect slack --discard --forget --yes"
    command = add("disconnect", disconnect_command.disconnect, example, help_in("help_disconnect_more"))
    _add_vendor(command, help_in, VENDORS)
    waiting = command.add_mutually_exclusive_group()
    waiting.add_argument("--keep", action="store_true", help=help_in("help_keep"))
    waiting.add_argument("--discard", action="store_true", help=help_in("help_discard_waiting"))
    command.add_argument("--forget", action="store_true", help=help_in("help_forget"))
    command.add_argument("--yes", action="store_true", help=help_in("help_yes"))
    add("connections", connection_commands.connections, "connections --json")
    add("notices", notice_commands.notices, "notices --json")


def _source_command(add: _Add, help_in: _Help) -> None:
    example = "sources calcom\n         renkei sources calendly --create --replace"
    command = add("sources", source_commands.sources, example, help_in("help_sources_more"))
    _add_vendor(command, help_in, SOURCES, nargs="?", name="source")
    command.add_argument("--create", action="store_true", help=help_in("help_create"))
    command.add_argument("--scope", choices=("organization", "user"), help=help_in("help_scope"))
    command.add_argument("--replace", action="store_true", help=help_in("help_replace"))
    command.add_argument("--secret-file", metavar="FILE", help=help_in("help_calendly_file"))


def _add_vendor(
    command: argparse.ArgumentParser,
    help_in: _Help,
    vendors: tuple[str, ...],
    nargs: Literal["?"] | None = None,
    name: str = "vendor",
) -> None:
    told = help_in("help_vendor", names=", ".join(vendors))

    def vendor(value: str) -> str:
        if value not in vendors:
            # Not repeated: it may be a secret that somebody tried to hand over.
            raise argparse.ArgumentTypeError(told)
        return value

    command.add_argument(name, type=vendor, metavar=name.upper(), nargs=nargs, help=told)


def _bulk_commands(add: _Add, help_in: _Help) -> None:
    one = "booking_to_hubspot.timerex.event_confirmed.0123456789abcdef0123"
    more = help_in("help_many")
    example = f"retry {one}\n         renkei retry --cause vendor_refused --integration booking_to_hubspot"
    command = add("retry", bulk_commands.retry, example, more)
    _add_filters(command, help_in)
    example = f"discard {one}\n         renkei discard --connection slack --state parked --yes"
    command = add("discard", bulk_commands.discard, example, more)
    _add_filters(command, help_in)
    command.add_argument("--yes", action="store_true", help=help_in("help_yes"))


def _add_filters(command: argparse.ArgumentParser, help_in: _Help) -> None:
    command.add_argument("id", metavar="ID", nargs="?", help=help_in("help_id"))
    command.add_argument("--cause", metavar="CODE", help=help_in("help_cause"))
    command.add_argument("--connection", metavar="VENDOR", help=help_in("help_connection"))
    command.add_argument("--integration", metavar="NAME", help=help_in("help_integration"))
    command.add_argument("--state", choices=bulk_commands.OPEN_STATES, help=help_in("help_state"))


def _delivery_commands(add: _Add, help_in: _Help) -> None:
    command = add("deliveries", delivery_commands.deliveries, "deliveries --state rejected")
    command.add_argument("--state", choices=delivery_commands.STATES, help=help_in("help_state"))
    how_many = command.add_mutually_exclusive_group()
    how_many.add_argument("--all", action="store_true", help=help_in("help_all"))
    how_many.add_argument("--limit", type=_at_least(1), default=20, metavar="N", help=help_in("help_limit"))
    example = "send events/timerex/event_confirmed.json --wait"
    command = add("send", delivery_commands.send, example, help_in("help_send_more"))
    _add_event(command, help_in)
    command.add_argument("--token-file", metavar="FILE", help=help_in("help_token_file"))
    command.add_argument("--header", metavar="NAME", help=help_in("help_header"))
    command.add_argument(
        "--wait",
        type=_at_least(1),
        nargs="?",
        const=_SEND_SECONDS,
        default=0,
        metavar="SECONDS",
        help=help_in("help_wait_send"),
    )
    command = add("preview", delivery_commands.preview, "preview events/timerex/event_confirmed.json")
    _add_event(command, help_in)
    command.add_argument("--integration", metavar="NAME", help=help_in("help_preview_integration"))


def _add_event(command: argparse.ArgumentParser, help_in: _Help) -> None:
    command.add_argument("file", metavar="FILE", help=help_in("help_event_file"))
    command.add_argument("--source", choices=SOURCES, help=help_in("help_source", names=", ".join(SOURCES)))


def _at_least(least: int) -> Callable[[str], int]:
    def number(value: str) -> int:
        if int(value) < least:
            raise ValueError
        return int(value)

    return number
