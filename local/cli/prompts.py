"""Secrets and consent from the person: from a file, the environment or a prompt; never from the command line."""

import getpass
import re
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
    optional: bool = False
    values: Mapping[str, str] = field(default_factory=dict)


def obtain(context: Context, wanted: Wanted, file: str | None = None) -> str:
    """Get a value: from `file` (`-` is standard input), else the environment, else a prompt without echo.

    Raises Misuse if there is nobody to ask, or what came is empty or cannot be a token. The value is never in it.
    An optional one may be left out: empty.
    """
    if file:
        return checked(read_secret(file), file)
    if wanted.variable in context.environ:
        return checked(context.environ[wanted.variable], wanted.variable, optional=wanted.optional)
    prompt = context.screen.text(wanted.prompt, **wanted.values)
    if not sys.stdin.isatty():
        if wanted.optional:
            return ""
        raise Misuse("no_prompt", what=prompt, variable=wanted.variable, option=wanted.option)
    try:
        answer = _ask_hidden(prompt) if wanted.hidden else ask(prompt)
    except EOFError:
        answer = ""
    return checked(answer, prompt.strip().rstrip(":"), optional=wanted.optional)


def read_secret(file: str) -> str:
    """Give what a file holds, or standard input (`-`). Raises Misuse if it cannot be read or is not UTF-8."""
    if file != "-":
        return read_text(Path(file))
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise Misuse("not_utf8", file=file) from None


def checked(value: str, source: str, *, optional: bool = False) -> str:
    """Give `value` without outer white space. Raises Misuse, naming only `source`, if it cannot be a token."""
    value = value.strip()
    if not value and not optional:
        raise Misuse("empty_secret", source=source)
    if value and not _VISIBLE.fullmatch(value):
        raise Misuse("odd_secret", source=source)
    return value


def ask(prompt: str) -> str:
    """Ask on standard error, so that standard output stays the result's."""
    print(prompt, end="", file=sys.stderr, flush=True)
    return input()


def choose(context: Context, question: str, answers: Sequence[str]) -> int:
    """Ask which of the answers it is to be; give its index. The caller made sure that somebody is there.

    Raises Misuse if the person leaves without an answer.
    """
    print(question, file=sys.stderr)
    for number, answer in enumerate(answers, start=1):
        print(f"  {number}  {answer}", file=sys.stderr)
    prompt = context.screen.text("ask_which", count=len(answers))
    while True:
        try:
            given = ask(prompt).strip()
        except EOFError:
            raise Misuse("no_choice") from None
        if given.isascii() and given.isdigit() and 1 <= int(given) <= len(answers):
            return int(given) - 1


def confirm(prompt: str) -> bool:
    """Ask for a yes. Raises Misuse if there is nobody to ask."""
    if not sys.stdin.isatty():
        raise Misuse("say_yes")
    try:
        return ask(prompt).strip().lower() in ("y", "yes", "j", "ja", "はい")
    except EOFError:
        return False


def _ask_hidden(prompt: str) -> str:
    with warnings.catch_warnings():
        # Where the echo cannot be turned off, getpass would only warn and let everybody read along.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(prompt)
        except getpass.GetPassWarning:
            raise Misuse("no_hiding") from None
