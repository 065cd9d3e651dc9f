"""Krippendorff's alpha against his worked examples, and what must not move it."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assistant.stats.agreement.raters import rating_counts
from tests.stats.plain import alpha_of_ratings, alpha_of_tables, krippendorff_alpha

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, sections C to E; None is missing
FOUR_RATERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
EXPECTED = {
    "nominal": 0.743421052631579,
    "ordinal": 0.8153875037548814,
    "interval": 0.8491071428571428,
    "ratio": 0.7974027747116121,
}
BEN, GERRY = "aabbdcccedda", "babbbccceddd"  # section B
MEG, OWEN = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]  # section A
COUNTS = st.integers(2, 4).flatmap(
    lambda k: arrays(np.float64, st.tuples(st.integers(1, 12), st.just(k)), elements=st.integers(0, 3))
)


def long(rows: list[list[int | None]]) -> tuple[list[int], list[int], list[int]]:
    """Items, raters, codes from 0, -1 for missing."""
    cells = [(i, r, -1 if v is None else v - 1) for r, row in enumerate(rows) for i, v in enumerate(row)]
    items, raters, codes = zip(*cells, strict=True)
    return list(items), list(raters), list(codes)


@pytest.mark.parametrize("level", list(EXPECTED))
def test_four_raters_with_missing_ratings(level: str) -> None:
    assert alpha_of_ratings(*long(FOUR_RATERS), 5, level) == pytest.approx(EXPECTED[level], abs=1e-6)


def test_two_raters_nominal_and_binary() -> None:
    ben, gerry = ([ord(c) - ord("a") + 1 for c in text] for text in (BEN, GERRY))
    assert alpha_of_ratings(*long([ben, gerry]), 5) == pytest.approx(0.6919642857142857, abs=1e-9)
    meg, owen = ([v + 1 for v in row] for row in (MEG, OWEN))
    assert alpha_of_ratings(*long([meg, owen]), 2) == pytest.approx(0.09523809523809523, abs=1e-9)


@pytest.mark.parametrize("level", list(EXPECTED))
def test_a_table_of_two_raters_gives_the_alpha_of_their_ratings(level: str) -> None:
    chance = np.random.default_rng(1)
    a, b = chance.integers(0, 4, 60), chance.integers(0, 4, 60)
    b = np.where(chance.random(60) < 0.6, a, b)
    tables = np.stack([np.bincount(4 * a + b, minlength=16).reshape(4, 4)] * 2)
    ratings = [*a.tolist(), *b.tolist()]
    alpha = alpha_of_ratings([*range(60)] * 2, [0] * 60 + [1] * 60, ratings, 4, level)
    assert alpha_of_tables(tables, level) == pytest.approx([alpha, alpha], abs=1e-12)


@given(COUNTS, st.randoms())
def test_the_order_of_items_and_the_names_of_labels_do_not_matter(counts: np.ndarray, chance) -> None:
    labels, items = list(range(counts.shape[1])), list(range(len(counts)))
    chance.shuffle(labels)
    chance.shuffle(items)
    expected = krippendorff_alpha(counts)
    found = krippendorff_alpha(counts[items][:, labels])
    assert found == (expected if expected is None else pytest.approx(expected, abs=1e-9))


@given(COUNTS, st.floats(-50, 50), st.floats(0.01, 100))
def test_interval_alpha_keeps_its_value_under_affine_maps(counts: np.ndarray, shift: float, scale: float) -> None:
    grades = np.arange(counts.shape[1])
    expected = krippendorff_alpha(counts, "interval")
    found = krippendorff_alpha(counts, "interval", values=shift + scale * grades)
    assert found == (expected if expected is None else pytest.approx(expected, abs=1e-6))


@given(COUNTS)
def test_with_two_labels_all_levels_but_ratio_are_one(counts: np.ndarray) -> None:
    two = counts[:, :2]
    nominal = krippendorff_alpha(two)
    for level in ("ordinal", "interval"):
        assert krippendorff_alpha(two, level) == (None if nominal is None else pytest.approx(nominal, abs=1e-9))


@given(COUNTS)
def test_items_with_a_single_rating_say_nothing(counts: np.ndarray) -> None:
    k = counts.shape[1]
    more = np.concatenate([counts, np.eye(k), np.zeros((2, k))])
    expected = krippendorff_alpha(counts, "ordinal")
    assert krippendorff_alpha(more, "ordinal") == (None if expected is None else pytest.approx(expected))


def test_it_is_the_ratio_over_all_pairs_of_ratings() -> None:
    counts = np.array([[2, 1, 0], [0, 3, 0], [1, 1, 1], [0, 0, 2]])
    ratings = [[label for label, times in enumerate(row) for _ in range(times)] for row in counts.tolist()]
    everything = [label for row in ratings for label in row]
    observed = sum(sum(a != b for a, b in permutations(row, 2)) / (len(row) - 1) for row in ratings)
    expected = sum(a != b for a, b in permutations(everything, 2)) / (len(everything) - 1)
    assert krippendorff_alpha(counts) == pytest.approx(1 - observed / expected)


def test_perfect_agreement_is_one_and_chance_about_zero() -> None:
    assert krippendorff_alpha([[3, 0], [0, 2], [4, 0]]) == pytest.approx(1)
    chance = np.random.default_rng(2)
    items = np.repeat(np.arange(20_000), 3)
    ratings = chance.choice(4, 60_000, p=[0.7, 0.1, 0.1, 0.1])
    alpha = alpha_of_ratings(items, np.tile(np.arange(3), 20_000), ratings, 4, "ordinal")
    assert alpha == pytest.approx(0, abs=0.02)


def test_equal_weights_change_nothing_and_a_weight_of_zero_leaves_the_item_out() -> None:
    counts = rating_counts(*long(FOUR_RATERS), 5)
    assert krippendorff_alpha(counts, weights=np.full(12, 0.2)) == pytest.approx(EXPECTED["nominal"])
    without = np.ones(12)
    without[5] = 0
    assert krippendorff_alpha(counts, weights=without) == pytest.approx(krippendorff_alpha(np.delete(counts, 5, 0)))


def test_weights_undo_an_oversample_of_hard_items() -> None:
    chance = np.random.default_rng(3)
    truth = chance.integers(0, 3, 60_000)
    hard = chance.random(60_000) < 0.3
    accuracy = np.where(hard, 0.4, 0.95)
    answers = [np.where(chance.random(60_000) < accuracy, truth, chance.integers(0, 3, 60_000)) for _ in range(3)]
    counts = np.stack([sum((a == label).astype(int) for a in answers) for label in range(3)], axis=1)
    drawn = chance.random(60_000) < np.where(hard, 0.8, 0.1)
    whole, naive = krippendorff_alpha(counts), krippendorff_alpha(counts[drawn])
    weighted = krippendorff_alpha(counts[drawn], weights=1 / np.where(hard, 0.8, 0.1)[drawn])
    assert whole is not None
    assert naive is not None
    assert weighted == pytest.approx(whole, abs=0.02)
    assert naive < whole - 0.1


@pytest.mark.parametrize("counts", [[[1, 0], [0, 1]], [[3, 0], [2, 0]], [[0, 0]], np.zeros((0, 2))])
def test_without_pairs_or_with_one_label_only_it_is_undefined(counts) -> None:
    assert krippendorff_alpha(counts, "interval") is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: krippendorff_alpha([[2, 1]], "circular"), "level must be"),
        (lambda: krippendorff_alpha([[2, -1]]), "got -1 of item 0, label 1"),
        (lambda: krippendorff_alpha([[2, 0.5]]), "must be whole"),
        (lambda: krippendorff_alpha([[2, float("nan")]]), "must be whole"),
        (lambda: krippendorff_alpha([2, 1]), "shape"),
        (lambda: krippendorff_alpha([[2, 1]], "interval", values=[1]), "values must be one"),
        (lambda: krippendorff_alpha([[2, 1]], "ratio", values=[-1, 1]), "amounts must be 0 or more"),
        (lambda: krippendorff_alpha([[2, 1]], weights=[1, 1]), "weights has 2"),
        (lambda: alpha_of_ratings([0, 0], [0, 0], [1, 1], 2), "rater 0 answered item 0 more than once"),
        (lambda: alpha_of_ratings([0, 0], [0, 1], [1, 2], 2), "codes must hold codes from -1 to 1, got 2"),
    ],
)
def test_bad_ratings_are_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
