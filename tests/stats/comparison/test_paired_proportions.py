"""Intervals for paired shares: published values, limits, symmetry and coverage."""

from __future__ import annotations

from functools import cache
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.stats.comparison.paired_proportions import PairedTable, tango
from tests.stats.plain import mcnemar_chi_squared_p

AIRWAY = PairedTable(both=1, only_a=1, only_b=7, neither=12)
Z = NormalDist().inv_cdf(0.975)
COUNT = st.integers(0, 150)
TABLES = st.tuples(COUNT, COUNT, COUNT, COUNT).filter(any).map(lambda counts: PairedTable(*counts))


def turned(table: PairedTable) -> PairedTable:
    return PairedTable(table.both, table.only_b, table.only_a, table.neither)


def test_gives_the_interval_of_the_airway_data() -> None:
    # Tango (1998), printed by Fagerland et al. (2014) as (-0.517, -0.026)
    assert AIRWAY.difference == pytest.approx(-0.2857142857142857)
    assert tango(AIRWAY) == pytest.approx((-0.5172322764212659, -0.026003032480949276), abs=1e-9)


@pytest.mark.parametrize("n", [1, 20, 5_000, 1_000_000])
def test_tango_without_discordant_items_still_has_a_width(n: int) -> None:
    # The score equation without discordant items: n d = z² (1 - d)
    bound = Z * Z / (n + Z * Z)
    assert tango(PairedTable(n // 2, 0, 0, n - n // 2)) == pytest.approx((-bound, bound), abs=1e-9)


def test_tango_when_one_variant_alone_is_always_right() -> None:
    low, high = tango(PairedTable(0, 20, 0, 0))
    # The lower bound solves n (1 - d) = z √(n d (1 - d)) with all others in A's favour: Wilson's for 20 of 20 turned
    assert (low, high) == (pytest.approx(0.67774968), 1.0)
    assert tango(PairedTable(0, 0, 20, 0)) == pytest.approx((-high, -low))


@given(TABLES, st.floats(0.5, 0.999))
def test_tango_holds_the_estimate_and_swapping_the_variants_turns_it(table: PairedTable, confidence: float) -> None:
    low, high = tango(table, confidence)
    assert -1 <= low <= table.difference <= high <= 1
    assert tango(turned(table), confidence) == pytest.approx((-high, -low), abs=1e-12)


@given(TABLES)
def test_the_score_at_tangos_bounds_is_the_normal_quantile(table: PairedTable) -> None:
    for sign, bound in zip((1, -1), tango(table), strict=True):
        assume(abs(bound) < 1 - 1e-9 and abs(bound - table.difference) > 1e-9)
        # variance at the bound by its restricted maximum likelihood, found by search over the nuisance share
        shares = np.linspace(max(0, -bound), (1 - bound) / 2, 20_001)[1:-1]
        likelihood = (
            table.only_a * np.log(shares + bound)
            + table.only_b * np.log(shares)
            + (table.both + table.neither) * np.log(1 - 2 * shares - bound)
        )
        share = shares[np.argmax(likelihood)]
        score = (table.difference - bound) * np.sqrt(table.n / (2 * share + bound - bound**2))
        assert score == pytest.approx(sign * Z, rel=0.02, abs=0.02)


def test_tango_leaves_zero_out_exactly_when_the_chi_squared_test_rejects() -> None:
    for only_a in range(41):
        for only_b in range(41):
            low, high = tango(PairedTable(30, only_a, only_b, 30))
            p = mcnemar_chi_squared_p(only_a, only_b)
            assert (not low <= 0 <= high) == (p is not None and p < 0.05)


def share_of_samples_covered(only_a: float, only_b: float, n: int) -> float:
    chance, interval = np.random.default_rng(7), cache(lambda b, c: tango(PairedTable(n - b - c, b, c, 0)))
    samples = chance.multinomial(n, [only_a, only_b, 1 - only_a - only_b], size=4_000)
    bounds = np.array([interval(int(b), int(c)) for b, c, _ in samples])
    return float(np.mean((bounds[:, 0] <= only_a - only_b) & (only_a - only_b <= bounds[:, 1])))


@pytest.mark.parametrize(
    ("only_a", "only_b", "n"), [(0.05, 0.05, 80), (0.1, 0.05, 100), (0.25, 0.05, 40), (0.02, 0.01, 1_000)]
)
def test_tango_covers_the_truth_in_95_of_100_samples(only_a: float, only_b: float, n: int) -> None:
    assert 0.93 <= share_of_samples_covered(only_a, only_b, n) <= 0.97


def test_tango_is_careful_where_discordant_items_are_few() -> None:
    assert share_of_samples_covered(0.02, 0.02, 60) >= 0.97  # 2.4 of 60 expected


def test_counts_and_levels_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        PairedTable(1, -1, 0, 0)
    with pytest.raises(ValueError, match="at least one item"):
        PairedTable(0, 0, 0, 0)
    with pytest.raises(ValueError, match="confidence"):
        tango(AIRWAY, 1.0)
