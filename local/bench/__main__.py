"""`python -m local.bench`: measures and prints; exits with 1 if a target is not met."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence

from local.bench import calls, cold, falcana, large, projects, school
from local.bench.tables import Table
from local.runtime.runtime import RuntimeTrouble
from local.stack.errors import StackError

# One function a table; each takes the number of samples (what only counts ignores it).
SECTIONS: tuple[Callable[[int], Table], ...] = (
    calls.section,
    calls.leads,
    projects.section,
    falcana.section,
    school.section,
    school.lists,
    cold.section,
)
LARGE = (large.section,)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every section; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.bench", description=__doc__)
    parser.add_argument("--samples", type=int, default=9, metavar="N", help="cold starts per function (default: 9)")
    parser.add_argument("--large", action="store_true", help="measure 100,000 pairs instead (half an hour)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    given = parser.parse_args(arguments)
    try:
        tables = [section(given.samples) for section in (LARGE if given.large else SECTIONS)]
    except (StackError, RuntimeTrouble) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps([table.json() for table in tables], indent=2, ensure_ascii=False))
    else:
        print("\n\n".join(table.text() for table in tables))
    return 1 if any(table.missed for table in tables) else 0


if __name__ == "__main__":
    sys.exit(main())
