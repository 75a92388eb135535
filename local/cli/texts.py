"""What the command line says to people, in English, Japanese and German."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from local.cli.board_texts import BOARD
from local.cli.calendly_texts import CALENDLY_TEXTS
from local.cli.connection_texts import CONNECTIONS
from local.cli.delivery_texts import DELIVERIES
from local.cli.falcana_help import FALCANA_HELP
from local.cli.falcana_texts import FALCANA
from local.cli.help_texts import HELP
from local.cli.lms_help import LMS_HELP
from local.cli.lms_texts import LMS
from local.cli.problem_texts import PROBLEMS
from local.cli.result_texts import RESULTS
from local.cli.run_texts import RUNS
from local.cli.school_texts import SCHOOL_TEXTS
from local.cli.source_texts import SOURCE_TEXTS

type Language = Literal["en", "ja", "de"]

TEXTS: Final[Mapping[str, tuple[str, str, str]]] = {
    **PROBLEMS,
    **CONNECTIONS,
    **SOURCE_TEXTS,
    **SCHOOL_TEXTS,
    **CALENDLY_TEXTS,
    **DELIVERIES,
    **BOARD,
    **FALCANA,
    **FALCANA_HELP,
    **LMS,
    **LMS_HELP,
    **RUNS,
    **RESULTS,
    **HELP,
}
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language.__value__)


def language_of(environ: Mapping[str, str]) -> Language:
    """Give the language of the locale settings (LC_ALL, LC_MESSAGES, LANG), English if it is none of ours."""
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return next((language for language in LANGUAGES if locale[:2].lower() == language), "en")


def translate(language: Language, key: str, values: Mapping[str, object]) -> str:
    """Give the text of `key` with `values` filled in. An unknown key is a KeyError: a mistake of ours."""
    return TEXTS[key][LANGUAGES.index(language)].format(**values)
