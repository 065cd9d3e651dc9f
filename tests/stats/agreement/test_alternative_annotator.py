"""The alternative annotator test: the authors' figures, a plain retelling of their procedure, and what is undefined."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from assistant.domain.reasons import Reason
from assistant.stats.agreement.alternative_annotator import AlternativeAnnotatorTest, alternative_annotator_test

# Made-up labels of 60 items; the figures are from the authors' notebook (nitaytech/AltTest 18428b1) run on them
HUMANS = [
    "212212201002201102002010200111111222212210202012100221122111",
    "212212200002201202002011202110121220211212102100110121222211",
    "212212000002201202122011202112111222211210202100100121220111",
]
MACHINE = "212212200002201202010010102211111222211210202100100121222111"
TABLES = st.integers(0, 10_000)


def of_strings(humans: list[str], machine: str, **options: object) -> AlternativeAnnotatorTest:
    """One string of labels per rater; a blank is a missing label."""
    rows = [(i, r, int(c)) for r, line in enumerate(humans) for i, c in enumerate(line) if c != " "]
    items, raters, labels = np.array(rows).T
    return alternative_annotator_test(items, raters, labels, [-1 if c == " " else int(c) for c in machine], **options)


def test_gives_the_authors_winning_rates_and_advantage() -> None:
    result = of_strings(HUMANS, MACHINE, epsilons=[0.0, 0.1], q=0.05)
    assert result.advantage_probability == pytest.approx(0.9388888888888888, abs=1e-9)
    assert [(at.epsilon, at.winning_rate, at.passed) for at in result.at] == [(0.0, 0.0, False), (0.1, 1.0, True)]
    assert ([rater.n for rater in result.raters], result.items, result.left_out) == ([60, 60, 60], 60, ())


def told_plainly(table: np.ndarray, machine: np.ndarray, epsilon: float, least: int) -> tuple[list[float], list[float]]:
    """Advantages and p-values item by item, from a table [rater, item] with -1 for missing."""
    advantages, p_values = [], []
    for one in range(len(table)):
        scores, wins = [], []
        for item in np.flatnonzero(table[one] >= 0):
            others = [table[r, item] for r in range(len(table)) if r != one and table[r, item] >= 0]
            if not others or machine[item] < 0:
                continue
            human, automatic = (sum(v == o for o in others) / len(others) for v in (table[one, item], machine[item]))
            wins.append(automatic >= human)
            scores.append(float(human >= automatic) - float(automatic >= human))
        if len(scores) < least:
            continue
        advantages.append(float(np.mean(wins)))
        same = len(set(scores)) == 1
        settled = 0.0 if scores[0] < epsilon else 1.0
        p_values.append(settled if same else float(ttest_1samp(scores, epsilon, alternative="less").pvalue))
    return advantages, p_values


@given(TABLES)
def test_does_what_the_procedure_says_with_missing_labels(seed: int) -> None:
    chance = np.random.default_rng(seed)
    table, machine = chance.integers(-1, 3, size=(5, 30)), chance.integers(-1, 3, size=30)
    rater, item = np.nonzero(table >= 0)
    result = alternative_annotator_test(
        item, rater, table[rater, item], machine, epsilons=[0.1], least_items=8, least_raters=1
    )
    advantages, p_values = told_plainly(table, machine, 0.1, 8)
    assert [one.machine_advantage for one in result.raters] == pytest.approx(advantages)
    if p_values:
        assert result.at[0].p_values == pytest.approx(p_values, abs=1e-12)
        assert result.advantage_probability == pytest.approx(np.mean(advantages))


@given(TABLES)
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    chance = np.random.default_rng(seed)
    table, machine = chance.integers(0, 4, size=(4, 31)), chance.integers(0, 4, size=31)
    rater, item = np.nonzero(table >= 0)
    order = chance.permutation(len(item))
    result = alternative_annotator_test(item, rater, table[rater, item], machine)
    mixed = alternative_annotator_test(item[order], rater[order], table[rater, item][order], machine)
    assert mixed == result


def test_a_machine_that_says_what_all_others_say_wins_and_one_that_never_does_loses() -> None:
    agreeing = of_strings(["0" * 20 + "1" * 20] * 4, "0" * 20 + "1" * 20)
    assert agreeing.advantage_probability == 1.0
    assert [at.passed for at in agreeing.at] == [at.epsilon > 0 for at in agreeing.at]  # all tied: no test is made
    opposed = of_strings(["0" * 20 + "1" * 20] * 4, "2" * 40, epsilons=[0.3])
    assert (opposed.advantage_probability, opposed.at[0].winning_rate, opposed.at[0].passed) == (0.0, 0.0, False)


def test_grades_may_be_judged_by_their_distance() -> None:
    # A 4 is nearer to 2 and 3 than a 5 is, nearer to 5 and 3 than a 2, and as near to 5 and 2 as a 3; it equals none.
    humans = ["5" * 40, "2" * 40, "3" * 40]
    near = of_strings(humans, "4" * 40, closeness="squared_distance", epsilons=[0.1])
    equal = of_strings(humans, "4" * 40, closeness="equal", epsilons=[0.1])
    assert [rater.machine_advantage for rater in near.raters] == [1.0, 1.0, 1.0]
    assert [rater.rater_advantage for rater in near.raters] == [0.0, 0.0, 1.0]
    assert [rater.rater_advantage for rater in equal.raters] == [1.0, 1.0, 1.0]


def test_fewer_than_three_raters_with_thirty_items_leave_it_undefined_with_a_reason() -> None:
    two = of_strings(HUMANS[:2], MACHINE)
    assert (two.advantage_probability, two.at) == (None, ())
    assert two.reason == Reason.of("too_few_raters", raters=2, items=30, others=1, needed=3)
    short = of_strings([*HUMANS[:2], HUMANS[2][:29]], MACHINE)
    assert (short.left_out, len(short.raters), short.advantage_probability) == ((2,), 2, None)
    nothing = alternative_annotator_test([], [], [], [])
    assert (nothing.items, nothing.reason is None) == (0, False)


def test_items_without_a_machine_label_or_a_second_rater_do_not_count() -> None:
    alone = of_strings([line + "0" for line in HUMANS[:1]] + HUMANS[1:], MACHINE + "0")
    assert alone == of_strings(HUMANS, MACHINE)
    unlabelled = of_strings([line + "2" for line in HUMANS], MACHINE + " ")
    assert unlabelled == of_strings(HUMANS, MACHINE)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: alternative_annotator_test([0], [0], [0, 1], [0]), "as long"),
        (lambda: alternative_annotator_test([1], [0], [0], [0]), "items must hold codes from 0 to 0, got 1"),
        (lambda: alternative_annotator_test([0, 0], [0, -1], [0, 1], [0]), "raters .* got -1 at position 1"),
        (lambda: alternative_annotator_test([0, 0], [4, 4], [0, 1], [0]), "rater 4 labeled item 0 twice, .* 1"),
        (lambda: alternative_annotator_test([0], [0], [0], [-2]), "machine .* got -2"),
        (lambda: alternative_annotator_test([0], [0], [0], [0], q=0), "q must"),
        (lambda: alternative_annotator_test([0], [0], [0], [0], epsilons=[2]), "epsilons"),
        (lambda: alternative_annotator_test([0], [0], [0], [0], epsilons=[]), "epsilons"),
        (lambda: alternative_annotator_test([0], [0], [0], [0], least_raters_per_item=1), "at least 2"),
        (lambda: alternative_annotator_test([0], [0], [0], []), "machine must|items must"),
    ],
)
def test_what_is_no_table_of_labels_is_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
