"""Bounds on what errors cost: worked by hand, and true as often as they say, wherever the cut is made."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.stats.certificates.betting import weighted_upper_bound
from assistant.trust.certificates.losses import LossKind, loss_bounds, loss_table

DRAWS = 400
BROKEN_ALLOWED = 0.05 + 3 * sqrt(0.05 * 0.95 / DRAWS)
SEVERITIES = [0, 1, 3]
ITEMS = 250
MISSED, REMOVED, SEVERITY = LossKind

Cut = Callable[[np.ndarray, np.ndarray, np.ndarray], int]


def fourth_loss_found(losses: np.ndarray, audited: np.ndarray, _: np.ndarray) -> int:
    """Accept until the audit would have met its fourth loss."""
    found = np.flatnonzero(audited & (losses > 0))
    return int(found[3]) if len(found) > 3 else len(losses)


def luckiest(losses: np.ndarray, audited: np.ndarray, pi: np.ndarray) -> int:
    """In hindsight, knowing the truth: where the audit's estimate is furthest below it."""
    estimated = np.cumsum(losses * audited * (1 - pi) / pi)
    return int(np.argmax(np.cumsum(losses * ~audited) - estimated)) + 1


def made_up(chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Person's and machine's classes, errors growing down the order, coins rarest where most is wrong."""
    machine = chance.choice(3, ITEMS, p=[0.6, 0.25, 0.15])
    doubt = np.linspace(0.02, 0.3, ITEMS) * chance.uniform(0.2, 1.8, ITEMS)
    wrong = chance.random(ITEMS) < doubt
    person = np.where(wrong, (machine + chance.integers(1, 3, ITEMS)) % 3, machine)
    return person, machine, np.clip(0.85 - 2 * doubt, 0.25, 0.75)


@pytest.mark.parametrize(
    ("cut_at", "kind"),
    [
        (luckiest, MISSED),
        (luckiest, REMOVED),
        (luckiest, SEVERITY),
        (fourth_loss_found, SEVERITY),
    ],
)
def test_the_bound_holds_at_a_cut_chosen_by_the_data(cut_at: Cut, kind: LossKind) -> None:
    chance = np.random.default_rng(1)
    broken = 0
    for _ in range(DRAWS):
        person, machine, pi = made_up(chance)
        audited = chance.random(ITEMS) < pi
        losses = loss_table(kind, SEVERITIES)[person, machine]
        cut = cut_at(losses, audited, pi)
        told = np.where(audited, person, -1)
        bound = loss_bounds(told, machine, SEVERITIES, pi, cut=cut, batch=ITEMS, confidence=0.95, kinds=[kind])[kind]
        broken += losses[:cut][~audited[:cut]].sum() > bound.upper + 1e-9
    assert broken / DRAWS <= BROKEN_ALLOWED


def test_an_estimate_taken_for_a_bound_is_broken_most_of_the_time_at_the_luckiest_cut() -> None:
    chance = np.random.default_rng(2)
    broken = 0
    for _ in range(DRAWS):
        person, machine, pi = made_up(chance)
        audited = chance.random(ITEMS) < pi
        losses = loss_table(SEVERITY, SEVERITIES)[person, machine]
        cut = luckiest(losses, audited, pi)
        broken += (losses * ~audited)[:cut].sum() > (losses * audited * (1 - pi) / pi)[:cut].sum()
    assert broken / DRAWS > 0.8


def test_the_bound_holds_where_the_next_item_depends_on_the_labels_before_it() -> None:
    """Two piles, one good and one bad: after a loss the other pile is next, and the good pile's coins turn rarer."""
    chance = np.random.default_rng(3)
    broken = 0
    for _ in range(DRAWS):
        wrong = [chance.random(120) < 0.03, chance.random(120) < 0.2]
        pile, at, visited = 0, [0, 0], []
        while at[pile] < 120:
            probability = 0.3 if pile == 0 and at[1] else 0.5
            coin, loss = chance.random() < probability, bool(wrong[pile][at[pile]])
            visited.append((probability, coin, loss))
            at[pile] += 1
            pile = 1 - pile if coin and loss else pile
        pi, coins, losses = (np.array(column) for column in zip(*visited, strict=True))
        told = np.where(coins, losses.astype(int), -1)
        bound = loss_bounds(
            told,
            np.zeros(len(told)),
            [0, 1],
            pi,
            cut=len(told),
            batch=240,
            confidence=0.95,
            least_probability=0.3,
            kinds=[MISSED],
        )
        broken += losses[~coins].sum() > bound[MISSED].upper + 1e-9
    assert broken / DRAWS <= BROKEN_ALLOWED


def test_what_each_kind_loses() -> None:
    # rows the person's class, columns the machine's; severities 0, 1, 3
    assert loss_table(MISSED, SEVERITIES).tolist() == [[0, 0, 0], [1, 0, 0], [1, 0, 0]]
    assert loss_table(REMOVED, SEVERITIES).tolist() == [[0, 1, 1], [0, 0, 0], [0, 0, 0]]
    assert loss_table(SEVERITY, SEVERITIES) == pytest.approx(np.array([[0, 1, 3], [1, 0, 2], [3, 2, 0]]) / 3)


def test_six_items_by_hand() -> None:
    #         seen, right | missed | removed | not seen | not seen | behind the cut
    person = [0, 2, 0, -1, -1, 1]
    machine = [0, 0, 1, 0, 2, 0]
    pi = [0.5, 0.5, 0.25, 0.5, 0.5, 0.25]
    found = loss_bounds(person, machine, SEVERITIES, pi, cut=5, batch=10, confidence=0.95)
    missed, removed, severity = found[MISSED], found[REMOVED], found[SEVERITY]
    assert [bound.accepted for bound in found.values()] == [2, 2, 2]
    assert (missed.at_risk, missed.audited, missed.found) == (1, 2, 1.0)
    assert missed.estimate == pytest.approx(1 / 0.5 - 1)  # the one found stands for 1 / 0.5, itself among them
    assert missed.estimate_share == pytest.approx(0.5)
    assert (missed.upper, missed.upper_share, missed.upper_share_of_batch) == (1.0, 0.5, 0.1)
    assert (removed.at_risk, removed.audited, removed.found) == (1, 1, 1.0)
    assert removed.estimate == pytest.approx(1 / 0.25 - 1)
    assert (severity.at_risk, severity.audited) == (2, 3)
    assert severity.found == pytest.approx(3 / 3 + 1 / 3)
    assert severity.estimate == pytest.approx(1.0 + (1 / 3) * (1 / 0.25 - 1))
    # the machine's 0 can lose 3 / 3, its 2 as much; two items can't lose more than 2
    assert severity.upper == pytest.approx(2.0)


def test_without_losses_found_the_bound_is_that_of_the_largest_bets() -> None:
    # no loss among audited items: the stake against a total of W is the mean over bets s of exp(s W), whatever n
    person, machine = np.where(np.arange(1_000) % 4 == 0, 0, -1), np.zeros(1_000)
    bound = loss_bounds(person, machine, [0, 1], np.full(1_000, 0.25), cut=1_000, batch=2_000, confidence=0.95)[MISSED]
    sizes = -np.log1p(-0.25 / (1 + np.exp(-np.linspace(-3.0, 4.5, 9))))
    assert np.mean([exp(s * bound.upper) for s in sizes]) == pytest.approx(20)
    assert bound.upper_share == pytest.approx(bound.upper / 750)
    assert bound.upper_share_of_batch == pytest.approx(bound.upper / 2_000)
    assert log(20) / -log(0.75) < bound.upper < 16  # the best single bet, had one known: (3 / 4)^W = 1 / 20


def test_the_estimate_averages_the_truth_over_all_audits() -> None:
    # Horvitz & Thompson 1952, by enumeration of all 2^5 audits of five items, three of them missed
    person, pi = np.array([1, 0, 1, 1, 0]), np.array([0.9, 0.5, 0.2, 0.6, 0.4])
    estimated = truth = 0.0
    for audit in range(32):
        seen = np.array([audit >> i & 1 for i in range(5)], dtype=bool)
        chance = np.prod(np.where(seen, pi, 1 - pi))
        told = np.where(seen, person, -1)
        bound = loss_bounds(told, np.zeros(5), [0, 1], pi, cut=5, batch=5, confidence=0.95, kinds=[MISSED])[MISSED]
        if seen.all():
            assert bound.estimate == 0.0  # nothing is left to be wrong; blind to that the formula says
            estimated += chance * (0.1 / 0.9 + 0.8 / 0.2 + 0.4 / 0.6)
        elif not seen.any():
            assert bound.estimate is None  # where the formula says 0
        else:
            estimated += chance * bound.estimate
        truth += chance * person[~seen].sum()
    assert estimated == pytest.approx(truth)
    assert truth == pytest.approx(0.1 + 0.8 + 0.4)


@given(st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_bounds_stay_within_what_is_possible(cut: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    machine, person, pi = chance.integers(0, 3, 40), chance.integers(0, 3, 40), chance.uniform(0.1, 1, 40)
    told = np.where(chance.random(40) < pi, person, -1)
    for bound in loss_bounds(told, machine, SEVERITIES, pi, cut=cut, batch=50, confidence=0.9).values():
        assert 0 <= bound.upper <= bound.at_risk <= bound.accepted <= cut
        assert bound.accepted == 0 or bound.upper_share == bound.upper / bound.accepted


def test_the_least_probability_is_that_of_the_whole_order() -> None:
    person, machine, pi = np.array([0] * 50 + [-1] * 50), np.zeros(100), np.repeat([0.5, 0.05], 50)
    bound = loss_bounds(person, machine, [0, 1], pi, cut=60, batch=100, confidence=0.95)[MISSED]
    by_hand = weighted_upper_bound(np.zeros(50), np.full(50, 0.5), 60, 0.95, least_probability=0.05)
    assert bound.upper == min(10.0, 60 * by_hand)


def test_nothing_accepted_and_nothing_audited_have_no_figure() -> None:
    nothing = loss_bounds([-1, -1], [0, 1], [0, 1], [0.5, 0.5], cut=0, batch=2, confidence=0.95)[MISSED]
    assert (nothing.upper_share, nothing.estimate_share, nothing.upper) == (None, None, 0.0)
    unseen = loss_bounds([-1, 1], [0, 1], [0, 1], [0.5, 0.5], cut=2, batch=2, confidence=0.95)
    assert (unseen[MISSED].estimate, unseen[MISSED].upper) == (None, 1.0)
    assert (unseen[REMOVED].at_risk, unseen[REMOVED].estimate, unseen[REMOVED].upper) == (0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"severities": [0, 0]}, "no class has a severity above 0"),
        ({"severities": [0, -1]}, "severities must lie"),
        ({"person": [0, 2]}, "person must lie between -1 and 1"),
        ({"person": [0, 0.5]}, "person must hold class codes"),
        ({"machine": [0, -1]}, "item 1 lies before the cut and has no model label"),
        ({"inclusion_probabilities": [0.5, 0.0]}, "go down to 0"),
        ({"inclusion_probabilities": [0.5, 1.5]}, "must lie between 0 and 1"),
        ({"inclusion_probabilities": [0.5, np.nan]}, "nan"),
        ({"least_probability": 0.6}, "least_probability is 0.6"),
        ({"cut": 3}, "cut"),
        ({"batch": 1}, "batch"),
        ({"confidence": 1.0}, "confidence must lie"),
    ],
)
def test_arguments_out_of_range_are_refused(change: dict[str, object], message: str) -> None:
    arguments = {
        "person": [0, -1],
        "machine": [0, 1],
        "severities": [0, 1],
        "inclusion_probabilities": [0.5, 0.5],
        "cut": 2,
        "batch": 2,
        "confidence": 0.95,
    }
    with pytest.raises(ValueError, match=message):
        loss_bounds(**(arguments | change))
