"""The wording of a report in one language."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.domain.labels import NO_ANSWER, NO_LABEL
from assistant.domain.reasons import Reason
from assistant.errors import InvalidValueError
from assistant.messages.language import language as language_of
from assistant.reports.reasons.of_data import SLICES
from assistant.reports.reasons.worded import MESSAGES, read_length, word


@dataclass(frozen=True, slots=True)
class Punctuation:
    """What stands between the parts of a text.

    Args:
        space: between sentences.
        list: between names.
        comma, semicolon: between parts of a sentence.
        full_stop: after a sentence.
    """

    space: str
    list: str
    comma: str
    semicolon: str
    full_stop: str


LANGUAGES = {"en": "en", "zh": "zh-Hans"}
"""Languages a report is written in, with their tag in a page."""

_PUNCTUATION = {"en": Punctuation(" ", ", ", ", ", "; ", "."), "zh": Punctuation("", "、", "，", "；", "。")}
_OTHERS = {"(others)": "other_values", "(none cited)": "no_clause_cited"}


class Words:
    """What a report says, in one language. Messages are English, with `{names}` that are filled in.

    Args:
        language: one of `LANGUAGES`.

    Raises:
        InvalidValueError: another language.
    """

    def __init__(self, language: str = "en") -> None:
        if language not in LANGUAGES:
            languages = tuple(LANGUAGES)
            raise InvalidValueError("report_language_unknown", field="language", language=language, languages=languages)
        self.language = language
        self.punctuation = _PUNCTUATION[language]
        self._reader = language_of(language)

    def say(self, message: str, **parts: object) -> str:
        """The message in this language, filled in."""
        return self._reader.gettext(message).format_map(parts)

    def figures(self, message: str, **parts: object) -> str:
        """The name of a table's column of figures."""
        return f"#{self.say(message, **parts)}"

    def reason(self, reason: Reason | None) -> str:
        """Why something is as it is, or that no reason was given."""
        if reason is None:
            return self.say("no reason was given")
        return word(reason, self._reader, self.punctuation.list)

    def method(self, code: str) -> str:
        """How an interval was made; empty where there is none."""
        return self.say(MESSAGES[code]) if code else ""

    def label(self, name: str) -> str:
        """A label as it is shown; the two that stand for no label are worded."""
        if name == NO_ANSWER:
            return self.say("(no usable answer)")
        return self.say("(none)") if name == NO_LABEL else name

    def column(self, name: str) -> str:
        """A property by which items are sliced; others than those every item has are the user's own."""
        return self.say(SLICES[name]) if name in SLICES else name

    def group(self, column: str, name: str) -> str:
        """A value of a property; other values than lengths and labels are the user's own."""
        if name in _OTHERS:
            return self.say(SLICES[_OTHERS[name]])
        if column == "length":
            return self.reason(read_length(name))
        return self.label(name) if column == "label" else name

    def slice(self, column: str, name: str) -> str:
        """A slice of the items: its property and value."""
        return self.say("{column}: {name}", column=self.column(column), name=self.group(column, name))

    def names(self, names: tuple[str, ...], shown: int = 3) -> str:
        """A list of names, long ones cut with the number of the rest."""
        some = self.punctuation.list.join(names[:shown])
        if len(names) <= shown:
            return some
        return self.say("{names} and {count} more", names=some, count=len(names) - shown)
