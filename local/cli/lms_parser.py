"""The commands under `renkei lms`, and their options."""

import argparse
from collections.abc import Callable

from local.cli import lms_commands, lms_import
from local.cli.actions import adder
from local.cli.lms_file import ENCODINGS
from local.cli.lms_parts import TARGETS


def add_actions(lms: argparse.ArgumentParser, common: argparse.ArgumentParser, help_in: Callable[..., str]) -> None:
    """Add what can be done to the `lms` command."""
    add = adder("lms", lms, common, help_in)

    for target, run in (("hubspot", lms_commands.prepare_hubspot), ("mailchimp", lms_commands.prepare_mailchimp)):
        command = add(f"prepare-{target}", run, f"prepare-{target} --dry-run")
        command.add_argument("--dry-run", action="store_true", help=help_in("help_lms_dry"))
    example = (
        "import users.csv --school aoi-academy --dry-run"
        "\n         renkei lms import users.csv --school aoi-academy --to hubspot --timezone Asia/Tokyo"
    )
    command = add("import", lms_import.import_users, example, help_in("help_lms_import_more"))
    command.add_argument("file", metavar="FILE", help=help_in("help_lms_file"))
    command.add_argument("--to", action="append", choices=tuple(TARGETS), help=help_in("help_lms_to"))
    command.add_argument("--school", metavar="ID", help=help_in("help_lms_school"))
    command.add_argument("--as-of", metavar="TIME", help=help_in("help_lms_as_of"))
    command.add_argument("--timezone", metavar="ZONE", help=help_in("help_lms_timezone"))
    command.add_argument("--encoding", choices=ENCODINGS, help=help_in("help_lms_encoding"))
    command.add_argument("--dry-run", action="store_true", help=help_in("help_lms_dry"))
    command.add_argument("--no-wait", action="store_true", help=help_in("help_no_wait"))
    command.add_argument("--again", action="store_true", help=help_in("help_lms_again"))
