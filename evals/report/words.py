"""The wording of a report in one language."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.errors import InputError
from evals.data import NO_ANSWER, NO_LABEL
from evals.report.wording.reasons import REASONS
from evals.report.wording.shown import SHOWN
from evals.report.wording.spoken import SPOKEN

LANGUAGES = {"en": "en", "zh": "zh-Hans"}
"""Languages a report is written in, with their tag in a page."""

CATALOGUE: Mapping[str, tuple[str, str]] = {**SPOKEN, **SHOWN}


class Words:
    """What a report says, in one language.

    Args:
        language: one of `LANGUAGES`.

    Raises:
        InputError: another language.
    """

    def __init__(self, language: str = "en") -> None:
        if language not in LANGUAGES:
            raise InputError(
                f"no report is written in {language!r}", where="language", hint=f"choose one of {', '.join(LANGUAGES)}"
            )
        self.language = language
        self._at = list(LANGUAGES).index(language)

    def __getitem__(self, key: str) -> str:
        return CATALOGUE[key][self._at]

    def say(self, key: str, **parts: object) -> str:
        """The phrase with its braces filled in."""
        return self[key].format_map(parts)

    def reason(self, reason: str | None) -> str:
        """Why something is undefined; reasons that are not known by heart are shown as they come."""
        if reason is None:
            return self["no_reason"]
        return REASONS.get(reason, reason) if self.language == "zh" else reason

    def label(self, name: str) -> str:
        """A label as it is shown; the two that stand for no label are worded."""
        return {NO_ANSWER: self["no_answer"], NO_LABEL: self["no_label"]}.get(name, name)

    def names(self, names: tuple[str, ...], shown: int = 3) -> str:
        """A list of names, long ones cut with the number of the rest."""
        some = self["list"].join(names[:shown])
        if len(names) <= shown:
            return some
        return self.say("and_more", names=some, count=len(names) - shown, total=len(names))
