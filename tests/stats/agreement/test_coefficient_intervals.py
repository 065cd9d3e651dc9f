"""Intervals of agreement hold as often as they say, never collapse, and know weights and clusters.

Coverage of 95 % intervals in many settings is in docs/evals.md; the plain normal interval covers down to 31 % at n =
50, and a bootstrap (BCa) of kappa 72 % where 5 % have the label.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assistant.stats.agreement.coefficient_intervals import (
    NOMINAL,
    ONE_CLUSTER,
    ORDINAL,
    coefficients_of_ratings,
)
from assistant.stats.agreement.two_raters import EMPTY, ONE_CLASS, ONE_LABEL
from assistant.stats.agreement.weight_matrices import linear_weights, quadratic_weights
from assistant.stats.intervals import binomial_interval, wilson
from tests.stats.plain import (
    alpha_of_tables,
    coefficients_of_table,
    cohen_kappa,
    gwet_ac,
    pabak,
    raw_agreement,
    scott_pi,
)

NAMES = (*NOMINAL, *ORDINAL)
COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
TABLES = st.integers(2, 4).flatmap(lambda k: arrays(np.float64, (k, k), elements=st.integers(0, 12)))
TRIALS = 150


def shares(k: int, rare: float, kappa: float) -> np.ndarray:
    """Two raters with the same margins and this kappa."""
    margin = np.array([1 - rare, *[rare / (k - 1)] * (k - 1)])
    return np.outer(margin, margin) * (1 - kappa) + np.diag(margin) * kappa


def true_values(cells: np.ndarray) -> dict[str, float]:
    """As good as infinitely many items."""
    found = coefficients_of_table(np.round(cells * 1e12), names=NAMES)
    return {name: c.value for name, c in found.items() if c.value is not None}


def coverage(k: int, rare: float, kappa: float, n: int, names: tuple[str, ...] = NAMES) -> dict[str, float]:
    cells, chance = shares(k, rare, kappa), np.random.default_rng(round(1000 * rare + 10 * kappa + n + k))
    true, held, defined = true_values(cells), dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for table in chance.multinomial(n, cells.ravel(), size=TRIALS).reshape(-1, k, k):
        for name, found in coefficients_of_table(table, names=names).items():
            if found.low is not None and found.high is not None:
                defined[name] += 1
                held[name] += found.low <= true[name] <= found.high
    return {name: held[name] / defined[name] for name in names}


@pytest.mark.parametrize(
    ("k", "rare", "kappa", "n"),
    [(2, 0.05, 0.6, 50), (2, 0.5, 0.9, 50), (4, 0.2, 0.4, 50), (2, 0.05, 0.2, 200), (4, 0.05, 0.8, 200)],
)
def test_intervals_hold_about_as_often_as_they_say(k: int, rare: float, kappa: float, n: int) -> None:
    covered = coverage(k, rare, kappa, n)
    # 150 tables tell coverage to 0.02; docs/evals.md has figures of 1,000
    assert min(covered.values()) >= 0.93 - 3 * np.sqrt(0.93 * 0.07 / TRIALS), covered


@pytest.mark.parametrize("name", NAMES)
def test_values_are_those_of_the_coefficients(name: str) -> None:
    linear, quadratic = linear_weights(3), quadratic_weights(3)
    expected = {
        "raw": raw_agreement(COHEN),
        "kappa": cohen_kappa(COHEN),
        "scott_pi": scott_pi(COHEN),
        "pabak": pabak(COHEN),
        "ac1": gwet_ac(COHEN),
        "alpha_nominal": alpha_of_tables(COHEN),
        "kappa_linear": cohen_kappa(COHEN, linear),
        "kappa_quadratic": cohen_kappa(COHEN, quadratic),
        "ac2_linear": gwet_ac(COHEN, linear),
        "ac2_quadratic": gwet_ac(COHEN, quadratic),
        "alpha_ordinal": alpha_of_tables(COHEN, "ordinal"),
        "alpha_interval": alpha_of_tables(COHEN, "interval"),
    }
    found = coefficients_of_table(COHEN, names=[name])[name]
    assert found.value == pytest.approx(float(expected[name]), abs=1e-12)
    assert (found.n, found.effective_n) == (200, pytest.approx(200))


def test_raw_agreement_has_the_interval_of_its_share() -> None:
    raw = coefficients_of_table(COHEN)["raw"]
    assert (raw.low, raw.high) == pytest.approx(binomial_interval(140, 200))


def test_of_many_items_the_interval_is_the_normal_one_of_fleiss_cohen_and_everitt() -> None:
    found = coefficients_of_table(np.array(COHEN) * 100)["kappa"]
    half = 1.959964 * 0.05100181557607786 / 10
    assert (found.low, found.high) == pytest.approx((0.4915254 - half, 0.4915254 + half), abs=3e-4)


@pytest.mark.parametrize("name", NOMINAL)
def test_twenty_items_without_a_disagreement_prove_little(name: str) -> None:
    found = coefficients_of_table([[10, 0], [0, 10]])[name]
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low is not None
    share = binomial_interval(20, 20)[0]
    # 1 - upper bound of the disagreements / chance disagreement of a half; goodness of fit is as Wilson's there
    if name in {"raw", "pabak", "ac1"}:
        assert found.low == pytest.approx(share if name == "raw" else 1 - 2 * (1 - share), abs=1e-6)
    else:
        assert found.low == pytest.approx(1 - 2 * (1 - wilson(20, 20)[0]), abs=0.01)


@given(TABLES)
def test_the_interval_holds_the_value_and_stays_in_range(table: np.ndarray) -> None:
    for name, found in coefficients_of_table(table, names=NAMES).items():
        if found.value is None:
            assert found.reason
            assert (found.low, found.high) == (None, None)
        else:
            assert found.low is not None
            assert found.high is not None
            assert min(-1.0, found.value) <= found.low <= found.value <= found.high <= 1 + 1e-12
            assert found.high - found.low > 1e-6
            assert name != "raw" or found.low >= 0


def items(table: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    cells = np.repeat(np.arange(len(table) ** 2), np.ravel(table))
    return cells // len(table), cells % len(table)


def test_items_one_by_one_give_the_intervals_of_their_table() -> None:
    by_table, by_item = (
        coefficients_of_table(COHEN, names=NAMES),
        coefficients_of_ratings(*items(COHEN), 3, names=NAMES),
    )
    for name, found in by_item.items():
        assert (found.value, found.low, found.high) == pytest.approx(
            (by_table[name].value, by_table[name].low, by_table[name].high), abs=1e-9
        )


def test_every_item_copied_four_times_in_clusters_tells_as_much_as_once() -> None:
    a, b = items(COHEN)
    once = coefficients_of_ratings(a, b, 3)
    copied = coefficients_of_ratings(np.repeat(a, 4), np.repeat(b, 4), 3, clusters=np.repeat(np.arange(200), 4))
    naive = coefficients_of_ratings(np.repeat(a, 4), np.repeat(b, 4), 3)
    assert copied["alpha_nominal"].value == naive["alpha_nominal"].value  # clusters move intervals, never values
    for name in ("raw", "kappa", "ac1"):
        assert copied[name].effective_n == pytest.approx(199, abs=2)
        assert copied[name].high - copied[name].low == pytest.approx(once[name].high - once[name].low, rel=0.02)
        assert naive[name].high - naive[name].low < 0.6 * (once[name].high - once[name].low)


def test_weighted_and_clustered_intervals_hold() -> None:
    chance, names = np.random.default_rng(5), ("raw", "kappa", "kappa_quadratic", "ac1", "alpha_ordinal")

    def drawn(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Threes of likes; hard ones, drawn nine times as often, weigh a ninth."""
        group = np.arange(n) // 3
        hard = (chance.random(n // 3 + 1) < 0.5)[group]
        truth = chance.choice(3, n // 3 + 1, p=[0.7, 0.2, 0.1])[group]
        right = chance.random((2, n // 3 + 1))[:, group] < np.where(hard, 0.6, 0.95)
        a, b = (np.where(r, truth, chance.choice(3, n, p=[0.7, 0.2, 0.1])) for r in right)
        return a, b, np.where(hard, 1.0, 9.0), group

    a, b, w, _ = drawn(900_000)
    true = {name: c.value for name, c in coefficients_of_ratings(a, b, 3, weights=w, names=names).items()}
    held = dict.fromkeys(names, 0)
    for _ in range(200):
        a, b, w, group = drawn(450)
        for name, c in coefficients_of_ratings(a, b, 3, weights=w, clusters=group, names=names).items():
            held[name] += c.low <= true[name] <= c.high
    assert all(times / 200 >= 0.90 for times in held.values()), held


def test_undefined_is_none_with_a_reason_and_n() -> None:
    found = coefficients_of_ratings([0, 0, -1], [0, 0, 1], 2)
    assert found["kappa"].value is None
    assert found["kappa"].n == 2
    assert found["kappa"].reason == ONE_CLASS
    assert found["ac1"].value == 1.0
    empty = coefficients_of_ratings([-1], [0], 2)["raw"]
    assert (empty.value, empty.n, empty.reason) == (None, 0, EMPTY)
    alone = coefficients_of_table([[7]])
    assert alone["raw"].value == 1.0
    assert alone["kappa"].reason == ONE_LABEL


def test_one_cluster_has_a_value_and_no_interval() -> None:
    found = coefficients_of_ratings([0, 1, 1], [0, 1, 0], 2, clusters=["a", "a", "a"])["kappa"]
    assert found.value == pytest.approx(0.4)
    assert (found.low, found.high) == (None, None)
    assert found.reason == ONE_CLUSTER


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: coefficients_of_table([[1, -1], [0, 1]]), "0 or more"),
        (lambda: coefficients_of_table([COHEN, COHEN]), "one table"),
        (lambda: coefficients_of_table(COHEN, names=["gamma"]), "no coefficient is called 'gamma'"),
        (lambda: coefficients_of_table(COHEN, confidence=0.0), "confidence must lie between 0 and 1"),
        (lambda: coefficients_of_table(COHEN, names=ORDINAL, values=[1, 2]), "values must be one for each"),
        (lambda: coefficients_of_ratings([0, 1], [0, 1], 2, clusters=[1]), "clusters must be one for each"),
        (lambda: coefficients_of_ratings([0, 1], [0, 1], 2, weights=[1, -1]), "weights must lie between"),
    ],
)
def test_bad_input_is_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
