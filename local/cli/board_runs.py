"""`board sync` and `board push-clients`."""

import argparse
from typing import Final

from local.cli import runs
from local.cli.context import Context

INTEGRATION: Final = "hubspot_to_board"


def sync(context: Context, args: argparse.Namespace) -> int:
    """Bring board's statuses and amounts to HubSpot now."""
    return runs.run(context, INTEGRATION, {"job": "sync"}, wait=not args.no_wait)


def push_clients(context: Context, args: argparse.Namespace) -> int:
    """Make companies in HubSpot of board's clients, or (--dry-run) say which."""
    return runs.run(context, INTEGRATION, {"job": "push_clients", "dry_run": args.dry_run}, wait=not args.no_wait)
