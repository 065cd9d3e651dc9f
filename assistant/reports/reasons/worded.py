"""Reasons in words: an English message for each code, translated by the catalogue; and back from what was written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from string import Formatter

from assistant.domain.reasons import AS_WRITTEN, Reason, Value, as_written
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

_CODES_IN_FILES = frozenset(
    {"unlabelled", "open", "tied", "only_baseline_answered", "only_candidate_answered", "neither_answered"}
)
_NUMBER = re.compile(r"\d[\d,]*")


def word(reason: Reason, translate: Callable[[str], str], comma: str) -> str:
    """A reason in one language.

    Args:
        reason: its code is one of `MESSAGES`.
        translate: gives the message of that language for the English one.
        comma: what parts the members of a list.
    """

    def filled(value: Value) -> str | int | float:
        if isinstance(value, Reason):
            return word(value, translate, comma)
        return comma.join(str(filled(one)) for one in value) if isinstance(value, tuple) else value

    return translate(MESSAGES[reason.code]).format_map({name: filled(value) for name, value in reason.values})


def english(reason: Reason) -> str:
    """A reason in English: for commands, and for files that are in no language but English."""
    return word(reason, str, ", ")


def english_method(code: str) -> str:
    """How an interval was made, in English; empty where there is none."""
    return MESSAGES[code] if code else ""


def written(reason: Reason) -> str:
    """How files name a reason, such as the key of a count in JSON: a few by their code, the others in English."""
    return reason.code if reason.code in _CODES_IN_FILES else english(reason)


def written_counts(counts: Mapping[Reason, int]) -> dict[str, int]:
    """Counts by reason as files hold them."""
    return {written(reason): count for reason, count in counts.items()}


def read_written(text: str) -> Reason:
    """The reason that was written so; a sentence no code is known for comes as it is.

    Snapshots are distinguished by the hash of their bytes, so they hold what earlier versions wrote: English.
    """
    if text in _CODES_IN_FILES:
        return Reason(text)
    for code, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return Reason.of(code, **{name: _read_value(value) for name, value in found.groupdict().items()})
    return as_written(text)


def read_counts(counts: Mapping[str, int]) -> dict[Reason, int]:
    """Counts by reason from what `written_counts` gave."""
    return {read_written(text): count for text, count in counts.items()}


def read_length(name: str) -> Reason:
    """A slice by length from its name, such as `50 to 199`; any other name as it is."""
    for code in ("shorter_than", "from_to", "at_least"):
        if found := _pattern(MESSAGES[code]).fullmatch(name):
            return Reason.of(code, **found.groupdict())
    return as_written(name)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((code, _pattern(message)) for code, message in {**LEFT_OUT, **DATA_NOTES}.items())


def _pattern(message: str) -> re.Pattern[str]:
    parts = Formatter().parse(message)
    return re.compile("".join(re.escape(text) + (f"(?P<{name}>.+?)" if name else "") for text, name, _, _ in parts))


def _read_value(text: str) -> str | int:
    return int(text.replace(",", "")) if _NUMBER.fullmatch(text) else text
