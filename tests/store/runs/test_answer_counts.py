"""Counts of a run's newest answers, and of how sure the model was."""

from __future__ import annotations

import pytest

from assistant.domain.prelabels import FailureReason, Prelabel, PrelabelStatus
from assistant.store.database import Database
from assistant.store.runs.answer_counts import AnswerCount, AnswerCountStore
from assistant.store.runs.prelabels import AnsweredItem, PrelabelStore
from assistant.store.runs.runs import Run

SIGNALS = ("label_probability", "score")


def said(*labels: str, **signals: float) -> Prelabel:
    return Prelabel(PrelabelStatus.LABELLED, labels, signals)


FAILED = Prelabel(PrelabelStatus.FAILED, (), reason=FailureReason.MALFORMED)


def test_the_newest_answers_are_counted_with_the_first_score_each_has(
    database: Database, run: Run, other_run: Run
) -> None:
    given = [said("hate", label_probability=0.5, score=0.1), FAILED, said("safe", score=0.25), said("safe", other=1.0)]
    store = PrelabelStore(database)
    store.commit(run, [AnsweredItem(key, 0, one, None) for key, one in enumerate(given, 1)], [])
    store.commit(run, [AnsweredItem(2, 1, said("safe", label_probability=0.75), None)], [])  # instead of the failed one
    store.commit(run, [AnsweredItem(5, 0, FAILED, None), AnsweredItem(6, 0, said("hate", "threat"), None)], [])
    store.commit(other_run, [AnsweredItem(1, 0, said("safe"), None)], [])
    counts = AnswerCountStore(database).of_run(run.id, SIGNALS)
    assert counts[0] == AnswerCount(("safe",), 3, 2, pytest.approx(1.0), pytest.approx(0.0625 + 0.5625), 0.25, 0.75)
    assert {one.labels: (one.items, one.scored, one.least) for one in counts[1:]} == {
        ("hate",): (1, 1, 0.5),
        ("hate", "threat"): (1, 0, None),
        None: (1, 0, None),
    }


def test_items_that_came_later_do_not_count(database: Database, run: Run) -> None:
    PrelabelStore(database).commit(run, [AnsweredItem(key, 0, said("safe"), None) for key in range(1, 6)], [])
    [counted] = AnswerCountStore(database).of_run(run.id, last_key=4)
    assert (counted.labels, counted.items, counted.scored) == (("safe",), 4, 0)
