"""How the actions of a command are added: `renkei board sync`, `renkei falcana start`."""

import argparse
from collections.abc import Callable

from local.cli.context import Context

type Command = Callable[[Context, argparse.Namespace], int]
type Add = Callable[..., argparse.ArgumentParser]


def adder(
    name: str, parser: argparse.ArgumentParser, common: argparse.ArgumentParser, help_in: Callable[..., str]
) -> Add:
    """What adds an action (its name, what runs it, an example, more of its description) to a command."""
    group = parser.add_subparsers(required=True, metavar="ACTION")

    def add(action: str, run: Command, example: str, more: str = "") -> argparse.ArgumentParser:
        told = help_in(f"help_{name}_{action}")
        command = group.add_parser(
            action,
            help=told,
            description=f"{told}\n{more}".rstrip(),
            epilog=f"{help_in('help_example')}: renkei {name} {example}\n\n{help_in('help_exit')}",
            parents=[common],
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        command.set_defaults(run=run)
        return command

    return add
