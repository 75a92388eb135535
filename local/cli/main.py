"""The `renkei` command, and how it ends: 0 done; 1 refused, failed, nothing found; 2 wrong call or file."""

import argparse
import io
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.cli.context import Context, Pause
from local.cli.errors import INTERRUPTED, MISUSED, Failure
from local.cli.parser import Command, build_parser
from local.cli.screen import Screen
from local.cli.texts import LANGUAGES, Language, language_of


def main(argv: Sequence[str] | None = None, pause: Pause | None = None) -> int:
    """Run the command line `argv` (default: the process's) and give its exit code; `pause` is how waiting passes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal without the characters shows their numbers instead of failing.
            stream.reconfigure(errors="backslashreplace")
    argv = sys.argv[1:] if argv is None else argv
    language = _language(argv, os.environ)
    try:
        # It takes no value, but argparse would repeat what somebody gave it.
        given = [word for word in argv if not word.startswith("--token=")]
        args, unknown = build_parser(language).parse_known_args(given)
    except SystemExit as end:
        return MISUSED if end.code else 0
    unknown += ["--token"] * (len(argv) - len(given))
    if unknown:
        # What follows an unknown option may be a secret that somebody tried to hand over.
        names = ", ".join(word.partition("=")[0] if word.startswith("-") else "…" for word in unknown)
        Screen(language).note("unknown_options", names=names)
        return MISUSED
    return _run(args, Screen(language, getattr(args, "json", False)), pause or Pause())


def _run(args: argparse.Namespace, screen: Screen, pause: Pause) -> int:
    context = Context(
        screen,
        environ=os.environ,
        folder=Path.cwd(),
        url_option=getattr(args, "url", None),
        workspace_option=getattr(args, "workspace", None),
        pause=pause,
    )
    run: Command = args.run
    try:
        code = run(context, args)
        sys.stdout.flush()
    except Failure as failure:
        screen.note(failure.key, **failure.values)
        return failure.exit_code
    except KeyboardInterrupt:
        screen.note("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _language(argv: Sequence[str], environ: Mapping[str, str]) -> Language:
    """Find the language before the options are parsed, since their help is in it."""
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    first.add_argument("--language", choices=LANGUAGES)
    try:
        asked: Language | None = first.parse_known_args(argv)[0].language
    except argparse.ArgumentError:
        asked = None  # the real parser will say so
    return asked or language_of(environ)
