"""Secrets and consent from the person: from a file, the environment or a prompt; never from the command line."""

import getpass
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from local.cli.context import Context
from local.cli.errors import Misuse
from local.cli.yaml_file import read_text

# What can stand in a header, and therefore all that a token can consist of.
_VISIBLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


@dataclass(frozen=True)
class Wanted:
    """A value to get: the prompt's text key, the environment variable, and the option that names a file."""

    prompt: str
    variable: str
    option: str
    hidden: bool = True


TIMEREX_TOKEN = Wanted("ask_token", "RENKEI_TIMEREX_TOKEN", "--token-file")
CLIENT_ID = Wanted("ask_client_id", "RENKEI_HUBSPOT_CLIENT_ID", "-", hidden=False)
CLIENT_SECRET = Wanted("ask_client_secret", "RENKEI_HUBSPOT_CLIENT_SECRET", "--secret-file")


def obtain(context: Context, wanted: Wanted, file: str | None = None) -> str:
    """Get a value: from `file` (`-` is standard input), else the environment, else a prompt without echo.

    Raises Misuse if there is nobody to ask, or what came is empty or cannot be a token. The value is never in it.
    """
    if file:
        return _checked(sys.stdin.read() if file == "-" else read_text(Path(file)), file)
    if wanted.variable in context.environ:
        return _checked(context.environ[wanted.variable], wanted.variable)
    prompt = context.screen.text(wanted.prompt)
    if not sys.stdin.isatty():
        raise Misuse("no_prompt", what=prompt, variable=wanted.variable, option=wanted.option)
    try:
        answer = getpass.getpass(prompt) if wanted.hidden else ask(prompt)
    except EOFError:
        answer = ""
    return _checked(answer, prompt.strip().rstrip(":"))


def ask(prompt: str) -> str:
    """Ask on standard error, so that standard output stays the result's."""
    print(prompt, end="", file=sys.stderr, flush=True)
    return input()


def confirm(prompt: str) -> bool:
    """Ask for a yes. Raises Misuse if there is nobody to ask."""
    if not sys.stdin.isatty():
        raise Misuse("say_yes")
    try:
        return ask(prompt).strip().lower() in ("y", "yes", "j", "ja", "はい")
    except EOFError:
        return False


def _checked(value: str, source: str) -> str:
    value = value.strip()
    if not value:
        raise Misuse("empty_secret", source=source)
    if not _VISIBLE.fullmatch(value):
        raise Misuse("odd_secret", source=source)
    return value
