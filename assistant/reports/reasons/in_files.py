"""Reasons as files name them: keys of counts in JSON, and notes of snapshots.

Snapshots are told apart by the hash of their bytes, and programs read the keys: what stands here never changes, however
reports are worded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from assistant.domain.reasons import Reason, as_written
from assistant.reports.reasons.worded import MESSAGES, english, pattern_of

_AS_CODES = frozenset(
    {"unlabelled", "open", "tied", "only_baseline_answered", "only_candidate_answered", "neither_answered"}
)
_SENTENCES: Mapping[str, str] = {
    "not_selected": "left out by the filter",
    "only_assisted": "answered only in sight of the machine's answer",
    "off_label_set": "labels outside the label set",
    "more_than_max_items": "more than max_items",
    "too_few_reviewers": "fewer than {reviewers} reviewers",
    "precedent": "precedents",
    "near_precedent": "near-duplicates of precedents, or of their group",
    "policy_example": "examples of a policy, or near-duplicates of them",
    "quoted_in_prompt": "quoted in a prompt",
    "labelled_for_another_reason": "labelled for a reason that speaks for no other item",
    "labelled_and_not_asked": "labelled, and not asked in the run",
    "items_stand_for_themselves": (
        "every item stands for itself alone: what people were given to label need not be like all items"
    ),
    "labels_speak_for_batch": (
        "labels of {run} speak for the whole batch: each label weighted by the chance it had to be asked for"
    ),
    "labels_speak_for_batch_all_labelled": "labels of {run} speak for the whole batch: people labelled every item",
    "labels_speak_for_batch_random": "labels of {run} speak for the whole batch: a random sample of it",
    "labels_speak_for_themselves": "labels of {run} speak for the labelled items alone: they were not drawn at random",
    "labels_weighted_by_routes": "labels are weighted by the chance that the routes of {run} gave them",
    "sight_not_known": "of {items:,} items nobody knows whether people saw the machine's answer; their labels count",
}
_NUMBER = re.compile(r"\d[\d,]*")


def written(reason: Reason) -> str:
    """How files name a reason; one that is in no file in English."""
    if reason.code in _AS_CODES:
        return reason.code
    sentence = _SENTENCES.get(reason.code)
    return english(reason) if sentence is None else sentence.format_map(dict(reason.values))


def written_counts(counts: Mapping[Reason, int]) -> dict[str, int]:
    """Counts by reason as files hold them."""
    return {written(reason): count for reason, count in counts.items()}


def read_written(text: str) -> Reason:
    """The reason that a file names so; a sentence no code is known for comes as it is."""
    if text in _AS_CODES:
        return Reason(text)
    for code, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return Reason.of(code, **{name: _value(value) for name, value in found.groupdict().items()})
    return as_written(text)


def read_counts(counts: Mapping[str, int]) -> dict[Reason, int]:
    """Counts by reason from what `written_counts` gave."""
    return {read_written(text): count for text, count in counts.items()}


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What files hold, and what certificates say of their labels in today's words."""
    said = [*_SENTENCES.items(), *((code, MESSAGES[code]) for code in _SENTENCES)]
    return tuple((code, pattern_of(sentence)) for code, sentence in dict.fromkeys(said))


def _value(text: str) -> str | int:
    return int(text.replace(",", "")) if _NUMBER.fullmatch(text) else text
