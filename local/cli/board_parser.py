"""The commands under `renkei board`, and their options."""

import argparse
from collections.abc import Callable

from local.cli import board_commands, board_runs
from local.cli.actions import adder


def add_actions(board: argparse.ArgumentParser, common: argparse.ArgumentParser, help_in: Callable[..., str]) -> None:
    """Add what can be done to the `board` command."""
    add = adder("board", board, common, help_in)

    def no_wait(command: argparse.ArgumentParser) -> None:
        command.add_argument("--no-wait", action="store_true", help=help_in("help_no_wait"))

    no_wait(add("sync", board_runs.sync, "sync", help_in("help_run_more")))
    example = "push-clients --dry-run\n         renkei board push-clients --no-wait"
    command = add("push-clients", board_runs.push_clients, example, help_in("help_run_more"))
    command.add_argument("--dry-run", action="store_true", help=help_in("help_dry_run"))
    no_wait(command)
    command = add("pipelines", board_commands.pipelines, "pipelines --rows")
    command.add_argument("--rows", action="store_true", help=help_in("help_board_rows"))
    add("users", board_commands.users, "users")
    add("status", board_commands.status, "status --json")
    command = add("link", board_commands.link, "link --company 12345678901 --client 2041")
    command.add_argument("--company", required=True, metavar="ID", help=help_in("help_company"))
    command.add_argument("--client", required=True, metavar="ID", help=help_in("help_client"))
    example = "unlink --company 12345678901\n         renkei board unlink --deal 23456789012 --again"
    command = add("unlink", board_commands.unlink, example)
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("--company", metavar="ID", help=help_in("help_company"))
    which.add_argument("--deal", metavar="ID", help=help_in("help_deal"))
    command.add_argument("--again", action="store_true", help=help_in("help_again"))
