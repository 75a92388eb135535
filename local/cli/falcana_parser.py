"""The commands under `renkei falcana`, and their options."""

import argparse
from collections.abc import Callable

from local.cli import falcana_commands, falcana_runs, falcana_start
from local.cli.actions import Add, adder

_CONSENT = {"vendor": "hubspot", "site": None, "secrets_file": None, "token_file": None}


def add_actions(falcana: argparse.ArgumentParser, common: argparse.ArgumentParser, help_in: Callable[..., str]) -> None:
    """Add what can be done to the `falcana` command."""
    add = adder("falcana", falcana, common, help_in)

    command = add("start", falcana_start.start, "start", help_in("help_falcana_start_more"))
    command.add_argument("--yes", action="store_true", help=help_in("help_start_yes"))
    add("test", falcana_commands.test, "test")
    _add_consent(add, help_in)
    add("status", falcana_commands.status, "status --json")
    _add_runs(add, help_in)
    _add_lists(add, help_in)
    _add_deeds(add, help_in)


def _add_consent(add: Add, help_in: Callable[..., str]) -> None:
    command = add("connect", falcana_commands.connect, "connect", help_in("falcana_admin_rights"))
    command.add_argument("--switch-account", action="store_true", help=help_in("help_switch"))
    command.add_argument("--own-app", action="store_true", help=help_in("help_own_app"))
    command.add_argument("--secret-file", metavar="FILE", help=help_in("help_secret_file"))
    command.add_argument("--file", metavar="FILE", help=help_in("help_connect_file"))
    command.add_argument("--no-browser", action="store_true", help=help_in("help_no_browser"))
    command.add_argument("--wait", type=int, metavar="SECONDS", help=help_in("help_wait_connect"))
    command.set_defaults(**_CONSENT, keep_old=False, generate=False, token=False)


def _add_runs(add: Add, help_in: Callable[..., str]) -> None:
    more = help_in("help_falcana_run_more")

    def no_wait(command: argparse.ArgumentParser) -> None:
        command.add_argument("--no-wait", action="store_true", help=help_in("help_no_wait"))

    command = add("sync", falcana_runs.sync, "sync --confirm-deletes", more)
    command.add_argument("--confirm-deletes", action="store_true", help=help_in("help_confirm_deletes"))
    no_wait(command)
    for job in ("import", "export"):
        command = add(job, falcana_runs.transfer, f"{job} --dry-run\n         renkei falcana {job} --no-wait", more)
        command.add_argument("--dry-run", action="store_true", help=help_in("help_falcana_dry_run"))
        command.add_argument("--from-start", action="store_true", help=help_in("help_from_start"))
        command.set_defaults(job=job)
        no_wait(command)
    no_wait(add("duplicates", falcana_runs.duplicates, "duplicates", more))
    command = add("stop", falcana_runs.stop, "stop import")
    command.add_argument("job", choices=falcana_runs.JOBS, help=help_in("help_job"))


def _add_lists(add: Add, help_in: Callable[..., str]) -> None:
    command = add(
        "waiting", falcana_commands.waiting, "waiting undecided\n         renkei falcana waiting parked --all"
    )
    command.add_argument("kind", choices=falcana_runs.WAITS, help=help_in("help_waits"))
    command.add_argument("--all", action="store_true", help=help_in("help_all"))
    command.set_defaults(after="")
    add("users", falcana_commands.users, "users")
    add("sales-groups", falcana_commands.sales_groups, "sales-groups")
    command = add("fields", falcana_commands.fields, "fields --properties")
    command.add_argument("--properties", action="store_true", help=help_in("help_with_properties"))


def _add_deeds(add: Add, help_in: Callable[..., str]) -> None:
    pair = (
        "{name} --address 1042 --company 12345678901\n         renkei falcana {name} --person 77 --contact 23456789012"
    )
    for name, run in (("link", falcana_commands.link), ("keep-apart", falcana_commands.keep_apart)):
        _add_records(add(name, run, pair.format(name=name)), help_in)
    example = "unlink --address 1042\n         renkei falcana unlink --contact 23456789012 --again"
    command = add("unlink", falcana_commands.unlink, example)
    _add_records(command.add_mutually_exclusive_group(required=True), help_in)
    command.add_argument("--again", action="store_true", help=help_in("help_unlink_again"))


def _add_records(command: argparse._ActionsContainer, help_in: Callable[..., str]) -> None:
    for name in ("address", "person", "company", "contact"):
        command.add_argument(f"--{name}", metavar="ID", help=help_in(f"help_{name}"))
