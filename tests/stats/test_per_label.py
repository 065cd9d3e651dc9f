"""Scores by label against scikit-learn and hand-worked counts; what is undefined says so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import precision_recall_fscore_support

from assistant.stats.per_label import scores_by_label

# true in rows, given in columns
TABLE = [[50, 3, 2], [10, 20, 0], [1, 4, 10]]


def test_a_table_worked_by_hand() -> None:
    scores = scores_by_label(TABLE)
    first = scores.labels[0]
    assert (first.precision, first.recall) == pytest.approx((50 / 61, 50 / 55))
    assert first.f1 == pytest.approx(2 * 50 / (61 + 55))
    assert [label.support for label in scores.labels] == [55, 30, 15]
    assert (scores.micro.precision, scores.micro.recall, scores.micro.f1) == pytest.approx((0.8, 0.8, 0.8))
    assert scores.left_out == ()


@settings(max_examples=30)
@given(arrays(np.float64, (3, 3), elements=st.integers(1, 30)))
def test_labels_and_averages_agree_with_scikit_learn(table: np.ndarray) -> None:
    true, given_label = np.repeat([0, 1, 2], 3), np.tile([0, 1, 2], 3)
    scores = scores_by_label(table)
    each = precision_recall_fscore_support(true, given_label, sample_weight=table.ravel())
    ours = [[label.precision, label.recall, label.f1, label.support] for label in scores.labels]
    assert np.array(ours) == pytest.approx(np.array(each).T)
    for name in ("macro", "weighted", "micro"):
        theirs = precision_recall_fscore_support(true, given_label, average=name, sample_weight=table.ravel())
        found = getattr(scores, name)
        assert (found.precision, found.recall, found.f1) == pytest.approx(theirs[:3])


def test_a_label_never_given_has_no_precision_and_is_left_out_of_the_average() -> None:
    scores = scores_by_label([[8, 2, 0], [1, 9, 0], [3, 0, 0]])
    rare = scores.labels[2]
    assert (rare.precision, rare.recall, rare.f1) == (None, 0.0, 0.0)
    assert rare.reason == "the label was never given"
    assert scores.macro.precision == pytest.approx((8 / 12 + 9 / 11) / 2)
    assert scores.macro.recall == pytest.approx((0.8 + 0.9 + 0) / 3)
    assert scores.left_out == (2,)


def test_a_label_that_is_nowhere_has_no_scores() -> None:
    scores = scores_by_label([[8, 2, 1], [1, 9, 0], [0, 0, 0]])
    assert (scores.labels[2].recall, scores.labels[2].reason) == (None, "no item truly has the label")
    gone = scores_by_label([[5, 0], [0, 0]]).labels[1]
    assert (gone.precision, gone.recall, gone.f1) == (None, None, None)
    assert gone.reason == "the label was never given and no item truly has it"


def test_without_items_nothing_is_defined() -> None:
    scores = scores_by_label(np.zeros((2, 2)))
    for average in (scores.macro, scores.weighted, scores.micro):
        assert (average.precision, average.recall, average.f1) == (None, None, None)
        assert average.reason


@pytest.mark.parametrize("table", [[[1, -1], [0, 1]], [[1, 2, 3]], [[[1, 0], [0, 1]]], [[float("nan")]]])
def test_what_is_no_table_is_refused(table) -> None:
    with pytest.raises(ValueError, match="table"):
        scores_by_label(table)
