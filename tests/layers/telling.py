"""What people are told: every code has its text in every language, and nothing in it is left open."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from renkei.accounts import Access, Report, vendor_of
from renkei.config import LANGUAGES
from renkei.errors import Outcome
from renkei.texts import text


def told(code: str, params: Mapping[str, str]) -> list[str]:
    """The text of a code in every language."""
    texts = [text(code, language, params) for language in LANGUAGES]
    assert code not in texts
    assert "$" not in "".join(texts)
    return texts


def prober(vendor: str) -> tuple[Callable[[Access], Report], Callable[[Access], Outcome]]:
    """A vendor's probe for accounts that answer, and for those that refuse."""

    def probe(access: Access) -> Report:
        report = vendor_of(vendor).probe(access)
        for check in report.checks:
            told(check.name, check.params)
            if check.remedy:
                told(check.remedy, check.params)
        return report

    def refused(access: Access) -> Outcome:
        with pytest.raises(Outcome) as caught:
            vendor_of(vendor).probe(access)
        assert caught.value.params["vendor"] == vendor
        told(caught.value.code, caught.value.params)
        return caught.value

    return probe, refused
