"""Sets of labels against scikit-learn, and what their figures must be on cases one can see."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics

from assistant.stats.multilabel import (
    exact_match,
    hamming_loss,
    label_kappas,
    label_tables,
    mean_jaccard,
    multilabel_scores,
)

SETS = st.tuples(st.integers(1, 12), st.integers(2, 4)).flatmap(
    lambda shape: st.tuples(
        arrays(np.bool_, shape), arrays(np.bool_, shape), arrays(np.float64, shape[0], elements=st.floats(0.5, 5))
    )
)


def test_three_items_worked_by_hand() -> None:
    first, second = [[1, 1, 0], [0, 0, 0], [1, 0, 1]], [[1, 0, 0], [0, 0, 0], [1, 0, 1]]
    assert mean_jaccard(first, second) == pytest.approx((0.5 + 1 + 1) / 3)  # two empty sets agree
    assert exact_match(first, second) == pytest.approx(2 / 3)
    assert hamming_loss(first, second) == pytest.approx(1 / 9)
    assert label_tables(first, second)[1].tolist() == [[2, 0], [1, 0]]


@settings(max_examples=30)
@given(SETS)
def test_means_over_items_agree_with_scikit_learn(sets: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    a, b, w = sets
    assert exact_match(a, b, w) == pytest.approx(metrics.accuracy_score(a, b, sample_weight=w))
    assert hamming_loss(a, b, w) == pytest.approx(metrics.hamming_loss(a, b, sample_weight=w))
    some = (a | b).any(axis=1)
    if some.any():
        theirs = metrics.jaccard_score(a[some], b[some], average="samples", sample_weight=w[some])
        assert mean_jaccard(a[some], b[some], w[some]) == pytest.approx(theirs)


@settings(max_examples=30)
@given(SETS)
def test_scores_agree_with_scikit_learn_where_both_define_them(
    sets: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    a, b, w = sets
    scores = multilabel_scores(a, b, w)
    theirs = metrics.f1_score(a, b, average=None, sample_weight=w, zero_division=np.nan)
    assert [np.nan if s.f1 is None else s.f1 for s in scores.labels] == pytest.approx(theirs, nan_ok=True)
    if (a | b).any():
        assert scores.micro.f1 == pytest.approx(metrics.f1_score(a, b, average="micro", sample_weight=w))


@settings(max_examples=30)
@given(SETS)
def test_kappas_are_those_of_each_column(sets: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    a, b, w = sets
    for column, kappa in enumerate(label_kappas(a, b, w)):
        one, other = a[:, column], b[:, column]
        if one.any() != one.all() or other.any() != other.all() or one[0] != other[0]:
            assert kappa == pytest.approx(metrics.cohen_kappa_score(one, other, sample_weight=w), abs=1e-9)
        else:
            assert kappa is None


@given(SETS)
def test_the_same_sets_agree_fully_whoever_comes_first(sets: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    a, b, w = sets
    assert (mean_jaccard(a, a, w), exact_match(a, a, w), hamming_loss(a, a, w)) == pytest.approx((1, 1, 0))
    assert mean_jaccard(a, b, w) == pytest.approx(mean_jaccard(b, a, w))


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([[1, 0]], [[1, 0, 1]], r"second has shape \(1, 3\) where first has \(1, 2\)"),
        ([[1, 2]], [[1, 0]], "first must be 0 or 1, got 2 of item 0, label 1"),
        ([[1, 0]], [[1, float("nan")]], "second must be 0 or 1"),
        ([1, 0], [1, 0], "shape"),
        (np.zeros((0, 2)), np.zeros((0, 2)), "at least one"),
    ],
)
def test_what_is_no_set_of_labels_is_refused(first, second, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        mean_jaccard(first, second)
