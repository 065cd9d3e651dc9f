"""Reasons in words: an English message for each code, translated by the catalogue; and back from what was written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter

from assistant.domain.reasons import AS_WRITTEN, Reason, Value, as_written
from assistant.errors import AssistantError
from assistant.messages.language import Language, language
from assistant.messages.wording import what
from assistant.reports.reasons.of_data import DATA_NOTES, LEFT_OUT, PARTS, SLICES
from assistant.reports.reasons.of_disagreements import DISAGREEMENT_NOTES, EVIDENCE
from assistant.reports.reasons.of_figures import METHODS, PANEL_NOTES, WHY_UNDEFINED

MESSAGES: Mapping[str, str] = {
    **WHY_UNDEFINED,
    **METHODS,
    **LEFT_OUT,
    **DATA_NOTES,
    **PARTS,
    **PANEL_NOTES,
    **DISAGREEMENT_NOTES,
    **EVIDENCE,
    **SLICES,
    AS_WRITTEN: "{text}",
}
"""The English message of every code."""


def word(reason: Reason, reader: Language, comma: str) -> str:
    """A reason in one language.

    Args:
        reason: its code is one of `MESSAGES`.
        reader: the language.
        comma: what parts the members of a list.
    """

    def filled(value: Value) -> str | int | float:
        if isinstance(value, Reason):
            return word(value, reader, comma)
        if isinstance(value, AssistantError):
            return what(value, reader)
        return comma.join(str(filled(one)) for one in value) if isinstance(value, tuple) else value

    return reader.gettext(MESSAGES[reason.code]).format_map({name: filled(value) for name, value in reason.values})


def english(reason: Reason) -> str:
    """A reason in English: for commands, and for files that are in no language but English."""
    return word(reason, language("en"), ", ")


def english_method(code: str) -> str:
    """How an interval was made, in English; empty where there is none."""
    return MESSAGES[code] if code else ""


def read_length(name: str) -> Reason:
    """A slice by length from its name, such as `50 to 199`; any other name as it is."""
    for code in ("shorter_than", "from_to", "at_least"):
        if found := pattern_of(MESSAGES[code]).fullmatch(name):
            return Reason.of(code, **found.groupdict())
    return as_written(name)


def pattern_of(message: str) -> re.Pattern[str]:
    """Finds what a message was filled with, by name."""
    parts = Formatter().parse(message)
    return re.compile("".join(re.escape(text) + (f"(?P<{name}>.+?)" if name else "") for text, name, _, _ in parts))
