"""Intervals of shares keep their level: near 1, in few or unequal groups, with few items that carry most weight."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.domain.reasons import Reason
from assistant.reports.words import Words
from assistant.stats.agreement.coefficient_intervals import CENSUS
from assistant.stats.intervals import binomial_interval
from evals.agreement.panel_of_variant import agreement_panel
from evals.agreement.shares import group_warning, share
from tests.bench.cells import Groups, audited_coverage, group_coverage
from tests.evals.judged import judged


def test_whole_counts_have_the_binomial_interval() -> None:
    found = share(np.r_[np.ones(49), 0.0], np.ones(50), np.arange(50), 0.95)
    assert (found.value, found.effective_n) == (0.98, pytest.approx(50))
    assert (found.low, found.high) == pytest.approx(binomial_interval(49, 50))


def test_values_between_0_and_1_never_count_for_more_items_than_there_are() -> None:
    found = share(np.tile([0.4, 0.6], 25), np.ones(50), np.arange(50), 0.95)
    assert found.effective_n == 50


@pytest.mark.parametrize(
    ("groups", "p", "icc"),
    [(Groups(15, 4, True), 0.8, 0.4), (Groups(15, 14, False), 0.8, 0.4), (Groups(40, 10, False), 0.9, 0.1)],
    ids=str,
)
def test_items_in_groups_are_covered_about_as_often_as_it_says(groups: Groups, p: float, icc: float) -> None:
    draws = 300  # docs/evals.md has 1,000 of each setting
    assert 0.93 - 0.035 <= group_coverage(groups, p, icc, draws, seed=2)["ours"] <= 0.97 + 0.025


@pytest.mark.parametrize("rate", [0.02, 0.05, 0.15])
def test_a_batch_of_which_a_few_heavy_items_are_audited_is_covered_about_as_often_as_it_says(rate: float) -> None:
    # As pac_misinfo is: of 970 accepted 86 % are right, of the 953 that people label 77 %.
    chance = np.random.default_rng(3)
    sure = np.arange(1_923) < 970
    right = chance.random(1_923) < np.where(sure, 0.86, 0.77)
    found = audited_coverage(right, sure, rate, draws=300, seed=4)
    assert 0.93 - 0.035 <= found["coverage"] <= 0.97 + 0.025
    assert found["mean"] == pytest.approx(found["true"], abs=0.012)


def test_a_label_every_item_was_drawn_for_with_certainty_leaves_no_width() -> None:
    found = share(np.array([1.0, 0, 1, 1]), np.ones(4), np.arange(4), 0.95, np.zeros(4))
    assert (found.value, found.low, found.high, found.method) == (0.75, 0.75, 0.75, CENSUS)


def test_inclusion_probabilities_of_a_file_correct_for_what_was_surely_taken() -> None:
    people, machine = "x" * 60 + "y" * 20, "x" * 80
    drawn = agreement_panel(judged({"a": people}, {"m": machine}, inclusion=[1.0] * 79 + [0.999]), "m")
    plain = agreement_panel(judged({"a": people}, {"m": machine}), "m")
    narrow, wide = drawn.coefficients["raw"], plain.coefficients["raw"]
    assert narrow.high - narrow.low < 0.2 * (wide.high - wide.low)  # type: ignore[operator]


def grouped(number: int, size: int, wrong: int) -> list[Reason]:
    """Notes on items in groups of one size, of which the first few hold a disagreement."""
    machine = "".join("y" + "x" * (size - 1) if group < wrong else "x" * size for group in range(number))
    groups = [str(at // size) for at in range(number * size)]
    return list(agreement_panel(judged({"a": "x" * len(machine)}, {"m": machine}, groups=groups), "m").notes)


@pytest.mark.parametrize(
    ("number", "wrong", "warned"),
    [
        (12, 6, Reason.of("few_groups", groups=12, alike=12)),
        (60, 4, Reason.of("few_groups_with_rarer_outcome", holding=4, groups=60)),
    ],
)
def test_the_report_warns_of_too_few_groups_in_both_its_languages(number: int, wrong: int, warned: Reason) -> None:
    assert warned in grouped(number, 4, wrong)
    assert "intervals may be too short" in Words().reason(warned)
    assert "区间可能偏短" in Words("zh").reason(warned)


def test_unequal_groups_warn_though_there_are_many() -> None:
    sizes = np.array([200, *[2] * 40])
    codes = np.repeat(np.arange(41), sizes)
    warning = group_warning(np.arange(280) % 2 * 1.0, np.ones(280), codes)
    assert warning == Reason.of("few_groups", groups=41, alike=2)


def test_many_even_groups_and_items_that_stand_alone_warn_of_nothing() -> None:
    assert not [note for note in grouped(60, 4, 30) if note.code.startswith("few_groups")]
    assert group_warning(np.ones(5), np.ones(5), np.arange(5)) is None
