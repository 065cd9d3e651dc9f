"""The wording of a report in one language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.domain.labels import NO_ANSWER, NO_LABEL
from assistant.errors import InputError
from assistant.reports.wording.reasons import CODES, REASONS
from assistant.reports.wording.shown import SHOWN
from assistant.reports.wording.spoken import SPOKEN

LANGUAGES = {"en": "en", "zh": "zh-Hans"}
"""Languages a report is written in, with their tag in a page."""

CATALOGUE: Mapping[str, tuple[str, str]] = {**SPOKEN, **SHOWN}


_NUMBER = re.compile(r"\d[\d,]*")


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
        return self["no_reason"] if reason is None else self.known(reason)

    def known(self, text: str) -> str:
        """What figures bring along in English, worded; what is not known by heart is shown as it comes."""
        if text in CODES:
            return CODES[text][self._at]
        if self.language == "en" or "{" in text:
            return text
        worded = REASONS.get(_NUMBER.sub("{}", text))
        return text if worded is None else worded.format(*_NUMBER.findall(text))

    def label(self, name: str) -> str:
        """A label as it is shown; the two that stand for no label are worded."""
        return {NO_ANSWER: self["no_answer"], NO_LABEL: self["no_label"]}.get(name, name)

    def group(self, column: str, name: str) -> str:
        """A value of a property; other values than lengths and labels are the user's own."""
        return self.label(self.known(name)) if column in {"length", "clause", "label"} or name == "(others)" else name

    def slice(self, column: str, name: str) -> str:
        """A slice of the items: its property and value."""
        return self.say("slice_name", column=self.known(column), name=self.group(column, name))

    def names(self, names: tuple[str, ...], shown: int = 3) -> str:
        """A list of names, long ones cut with the number of the rest."""
        some = self["list"].join(names[:shown])
        if len(names) <= shown:
            return some
        return self.say("and_more", names=some, count=len(names) - shown, total=len(names))
