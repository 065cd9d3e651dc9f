"""Columns in which other annotation tools say that a row is no answer: rejected, skipped, cancelled, a draft.

A row whose status says so is no answer, whatever stands in its label; it is counted with the status as its reason.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from assistant.domain.canonical import canonical_text, says_nothing

NOT_AN_ANSWER = "not_an_answer"
"""Reason of a row whose status column says that its label doesn't count."""
UNKNOWN_STATUS = "unknown_status"
"""Reason of a row with a word in a status column of which it isn't known whether the label counts."""

PRODIGY = "answer"
PRODIGY_OWN = frozenset({"_task_hash", "_input_hash", "_session_id", "_annotator_id", "_view_id"})
"""Columns that Prodigy alone has."""
PRODIGY_WORDS = frozenset({"accept", "reject", "ignore"})

_COLUMNS = frozenset(
    (
        *("status", "label_status", "labelstatus", "annotation_status", "annotation_state"),
        *("task_status", "response_status", "review_status", "workflow_status", "assignment_status"),
        *("assignmentstatus", "job_status", "submission_status", "record_status", "answer_status"),
        *("approval_status", "verification_status"),
    )
)
_FLAGS = frozenset(
    (
        *("was_cancelled", "was_canceled", "cancelled", "canceled", "is_cancelled", "skipped"),
        *("was_skipped", "is_skipped", "skip", "ignored", "is_ignored", "discarded", "is_discarded"),
        *("rejected", "is_rejected", "draft", "is_draft", "was_rejected", "tainted", "_tainted"),
        *("withdrawn", "was_withdrawn"),
    )
)
_NO_ANSWER = frozenset(
    (
        *("reject", "rejected", "ignore", "ignored", "skip", "skipped", "discard", "discarded", "draft"),
        *("cancel", "cancelled", "canceled", "pending", "in_progress", "inprogress", "not_started"),
        *("notstarted", "todo", "to_do", "to_label", "unlabeled", "unlabelled", "unannotated"),
        *("unassigned", "assigned", "expired", "abandoned", "withdrawn", "invalid", "invalidated"),
        *("returned", "timed_out", "incomplete", "not_labeled", "not_labelled", "not_submitted"),
    )
)
_ANSWER = frozenset(
    (
        *("accept", "accepted", "approve", "approved", "submit", "submitted", "complete", "completed"),
        *("done", "finish", "finished", "label", "labeled", "labelled", "annotated", "validated", "valid"),
        *("reviewed", "in_review", "ready_for_review", "confirmed", "corrected", "fixed", "final"),
        *("finalized", "verified", "answered", "closed", "success", "succeeded", "active", "gold"),
    )
)
# Words that no other status has: a column with one speaks of labels (that of an account may be `active`, too).
_TELLING = frozenset({*_NO_ANSWER, "submitted", "annotated", "labeled", "labelled", "validated"})
_MACHINE_FAILED = frozenset({"failed", "error", "errored", "refused", "timeout", "content_filter"})
_TRUE = frozenset({"true", "1", "yes", "y", "t", "x"})


@dataclass(frozen=True, slots=True)
class StatusColumns:
    """Which columns of a file say whether a row's label counts.

    Args:
        words: columns that say it in a word (`status`, Prodigy's `answer`).
        flags: columns that say by a truth value that it doesn't (`was_cancelled`).
        strict: those of `words` that are shown to speak of labels: an unknown word there is refused.
    """

    words: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    strict: frozenset[str] = frozenset()

    @property
    def all(self) -> tuple[str, ...]:
        """Every one of them."""
        return (*self.words, *self.flags)

    def objection(self, values: Mapping[str, object], *, machine: bool = False) -> tuple[str, str] | None:
        """Why the row's label doesn't count, as a reason and a sentence; None where it does.

        Args:
            values: the row.
            machine: of a machine's answers, where `failed` and the like say that there is none.
        """
        for column in self.flags:
            if (canonical_text(values.get(column)) or "").casefold() in _TRUE:
                return NOT_AN_ANSWER, f"column {column!r} says that this is no answer"
        for column in self.words:
            word = status_word(values.get(column))
            if word in _NO_ANSWER or (machine and word in _MACHINE_FAILED):
                return NOT_AN_ANSWER, f"column {column!r} says {word!r}: this is no answer"
            if column in self.strict and word is not None and not _known(word):
                what = f"column {column!r} says {word!r}, and whether such a label counts isn't known"
                return UNKNOWN_STATUS, f"{what}; rename that column, or take the row out"
        return None


def find_statuses(rows: Collection[Mapping[str, object]], taken: Collection[str | None]) -> StatusColumns:
    """The status columns among those that are not part of the answer itself.

    Args:
        rows: the first rows of the file, or all.
        taken: the columns that hold the item, the rater, the label ...
    """
    names = [name for name in dict.fromkeys(name for row in rows for name in row) if name not in taken]
    seen = {name: {status_word(row.get(name)) for row in rows} - {None} for name in names}
    prodigy = [name for name in names if _plain(name) == PRODIGY and seen[name] and seen[name] <= PRODIGY_WORDS]
    words = tuple(prodigy) + tuple(name for name in names if _plain(name) in _COLUMNS)
    strict = frozenset(name for name in words if name in prodigy or not seen[name].isdisjoint(_TELLING))
    return StatusColumns(words, tuple(name for name in names if _plain(name) in _FLAGS), strict)


def is_prodigy_status(rows: Collection[Mapping[str, object]], column: str) -> bool:
    """Whether a column `answer` holds Prodigy's accept, reject and ignore, and no label."""
    seen = {status_word(row.get(column)) for row in rows} - {None}
    return _plain(column) == PRODIGY and bool(seen) and seen <= PRODIGY_WORDS


def status_word(value: object) -> str | None:
    """A status in lower case with `_` between words; None where the cell is empty or holds no single value."""
    text = canonical_text(value)
    if not text or says_nothing(text, closed=True):
        return None
    return re.sub(r"[\s\-]+", "_", text.casefold())


def _known(word: str) -> bool:
    return word in _NO_ANSWER or word in _ANSWER or word in _MACHINE_FAILED


def _plain(name: str) -> str:
    """A column's name without what it stands under (`ASSIGNMENT:status`, `label.status`), in lower case."""
    return re.sub(r"[\s\-]+", "_", re.split(r"[:./]", name.strip().casefold())[-1])
