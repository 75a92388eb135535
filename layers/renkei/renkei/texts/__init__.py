"""Texts for people in ja, en and de: one file a language, one line a code, `$name` where a parameter goes."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from pathlib import Path
from string import Template

from renkei.config import LANGUAGES, Language

_NAMES = {
    "calcom": "Cal.com",
    "calendly": "Calendly",
    "hubspot": "HubSpot",
    "lms": "LMS",
    "mailchimp": "Mailchimp",
    "salesforce": "Salesforce",
    "slack": "Slack",
    "timerex": "TimeRex",
}
_COMMAND = re.compile(r"(renkei [a-z-]+ )\$vendor")


@functools.cache
def _texts(language: Language) -> dict[str, str]:
    texts: dict[str, str] = json.loads((Path(__file__).parent / f"{language}.json").read_text("utf-8"))
    return texts


def text(code: str, language: Language, params: Mapping[str, str] | None = None) -> str:
    """The text of a code; the code itself if there is none, so that nothing is ever swallowed."""
    named = {name: _NAMES.get(value, value) if name == "vendor" else value for name, value in (params or {}).items()}
    # Commands in a text take the vendor's key, sentences its name.
    template = _COMMAND.sub(r"\1$key", _texts(language).get(code, code))
    return Template(template).safe_substitute(named, key=(params or {}).get("vendor", ""))


def language_of(accept: str) -> Language:
    """The first language of an Accept-Language header that we speak; English else."""
    for part in accept.split(","):
        name = part.strip()[:2].lower()
        if name in LANGUAGES:
            return name
    return "en"
