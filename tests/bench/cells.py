"""Settings in which the coverage of intervals is measured: two raters and labels, groups, a partly audited batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
from scipy.stats import beta, binom, t

from assistant.stats.intervals import binomial_interval, clopper_pearson, mid_p_of_share, wilson, wilson_of_share
from assistant.stats.vectors import Floats
from evals.agreement.shares import share
from tests.bench.research import answers_of
from tests.stats.plain import coefficients_of_table

LEVEL = 0.95
SIZES = (50, 200, 1_000)
RARE, KAPPA = (0.02, 0.05, 0.2, 0.5), (0.2, 0.5, 0.8, 0.95)
UNEQUAL = ((0.5, 0.4), (0.5, 0.3), (0.3, 0.2), (0.2, 0.1), (0.1, 0.05), (0.05, 0.02))
SHARES, ICC = (0.8, 0.9, 0.98), (0.1, 0.4)
RATES = (0.02, 0.05, 0.15)
Ends = tuple[float, float]


@dataclass(frozen=True)
class Groups:
    """A design of groups: how many, of how many items on average, of one size or (exponentially) unequal ones."""

    number: int
    size: int
    equal: bool

    def __str__(self) -> str:
        """In words."""
        return f"{self.number} {'even' if self.equal else 'unequal'} groups of {self.size}"

    def drawn(self, chance: np.random.Generator) -> np.ndarray:
        """The sizes of one draw, shape (number,)."""
        if self.equal:
            return np.full(self.number, self.size)
        return 1 + np.floor(chance.exponential(self.size - 1, self.number)).astype(np.int64)


DESIGNS = (Groups(15, 4, True), Groups(15, 14, False), Groups(25, 40, False), Groups(40, 10, False))


def agreeing(rare: float, kappa: float) -> float:
    """Share of agreement of two raters who give the rarer label equally often."""
    return 1 - 2 * rare * (1 - rare) * (1 - kappa)


def cells_of(first: float, second: float, kappa: float) -> Floats | None:
    """Probabilities of the four cells, shape (2, 2); None where these margins allow no such kappa."""
    by_chance = first * (1 - second) + second * (1 - first)
    one = (by_chance * (1 - kappa) + first - second) / 2
    other = one - first + second
    table = np.array([[1 - first - other, other], [one, first - one]])
    return table if table.min() >= -1e-12 else None


def share_coverage(p: float, n: int) -> dict[str, float]:
    """Exact coverage of the share p of n independent items: ours first, then intervals in use elsewhere."""
    weight = binom.pmf(np.arange(n + 1), n, p)
    return {name: float(weight[(low <= p) & (p <= high)].sum()) for name, (low, high) in _ends_of_counts(n).items()}


@cache
def _ends_of_counts(n: int) -> dict[str, Floats]:
    """Both ends for every count, shape (2, n + 1)."""
    return {name: np.array([made(x, n) for x in range(n + 1)]).T for name, made in _OF_COUNTS.items()}


def _jeffreys(successes: int, n: int) -> Ends:
    low, high = beta.ppf((0.025, 0.975), successes + 0.5, n - successes + 0.5)
    return (0.0 if successes == 0 else low), (1.0 if successes == n else high)


def _agresti_coull(successes: int, n: int) -> Ends:
    total = n + 1.96**2
    middle = (successes + 1.96**2 / 2) / total
    half = 1.96 * (middle * (1 - middle) / total) ** 0.5
    return middle - half, middle + half


def _mid_p(successes: int, n: int) -> Ends:
    return mid_p_of_share(successes / n, n)


_OF_COUNTS = {
    "ours": binomial_interval,
    "Wilson": wilson,
    "Clopper-Pearson": clopper_pearson,
    "mid-p": _mid_p,
    "Jeffreys": _jeffreys,
    "Agresti-Coull": _agresti_coull,
}


def kappa_coverage(cells: Floats, n: int, draws: int, seed: int) -> dict[str, float]:
    """Coverage of kappa's interval over tables where it is defined, its mean width, and that of AC1's."""
    cells = np.maximum(cells, 0) / np.maximum(cells, 0).sum()
    true = {name: found.value for name, found in coefficients_of_table(cells * 1e12, names=("kappa", "ac1")).items()}
    rows: dict[str, list[tuple[bool, float]]] = {"kappa": [], "ac1": []}
    known: dict[bytes, list[tuple[str, bool, float]]] = {}
    for table in np.random.default_rng(seed).multinomial(n, cells.ravel(), size=draws):
        key = table.tobytes()
        if key not in known:
            made = coefficients_of_table(table.reshape(2, 2), names=("kappa", "ac1"))
            known[key] = [
                (name, one.low <= true[name] + 1e-9 and true[name] - 1e-9 <= one.high, one.high - one.low)
                for name, one in made.items()
                if one.low is not None and one.high is not None
            ]
        for name, held, width in known[key]:
            rows[name].append((held, width))
    means = {name: np.mean(found, axis=0) for name, found in rows.items()}
    return {"kappa": float(means["kappa"][0]), "width": float(means["kappa"][1]), "ac1": float(means["ac1"][0])}


def group_coverage(groups: Groups, p: float, icc: float, draws: int, seed: int) -> dict[str, float]:
    """Coverage of a share of items in groups, ours first; their agreement is beta-binomial with this correlation."""
    chance, held = np.random.default_rng(seed), {"ours": 0, "Korn-Graubard": 0, "Wilson, effective n": 0, "t": 0}
    for _ in range(draws):
        sizes = groups.drawn(chance)
        hits = chance.binomial(sizes, chance.beta(p * (1 / icc - 1), (1 - p) * (1 / icc - 1), groups.number))
        codes = np.repeat(np.arange(groups.number), sizes)
        values = (np.arange(len(codes)) - np.repeat(np.cumsum(sizes) - sizes, sizes) < np.repeat(hits, sizes)) * 1.0
        ours = share(values, np.ones(len(values)), codes, LEVEL)
        intervals = {"ours": (ours.low or 0.0, ours.high or 0.0), **_in_use(sizes, hits)}
        for name, (low, high) in intervals.items():
            held[name] += low <= p <= high
    return {name: count / draws for name, count in held.items()}


def _in_use(sizes: np.ndarray, hits: np.ndarray) -> dict[str, Ends]:
    """Intervals in use elsewhere for a share of items in groups."""
    number, n = len(sizes), int(sizes.sum())
    p = float(hits.sum()) / n
    reach, usual = float(t.ppf(0.975, number - 1)), float(t.ppf(0.975, n - 1))
    if not 0 < p < 1:
        alike = n**2 / float(sizes @ sizes)
        return {
            "Korn-Graubard": _beta_ends(p, alike * (usual / reach) ** 2),
            "Wilson, effective n": wilson_of_share(p, alike * (1.96 / reach) ** 2),
            "t": (p, p),
        }
    sums = hits - sizes * p
    plain = number / (number - 1) * float(sums @ sums) / n**2
    jackknife = float(((sums / (n - sizes)) ** 2).sum())
    counted = min(n, p * (1 - p) / jackknife) * (usual / reach) ** 2
    return {
        "Korn-Graubard": _beta_ends(p, counted),
        "Wilson, effective n": wilson_of_share(p, min(n, p * (1 - p) / plain) * (1.96 / reach) ** 2),
        "t": (p - reach * plain**0.5, p + reach * plain**0.5),
    }


def _beta_ends(p: float, n: float) -> Ends:
    low = 0.0 if p == 0 else float(beta.ppf(0.025, p * n, n - p * n + 1))
    high = 1.0 if p == 1 else float(beta.ppf(0.975, p * n + 1, n - p * n))
    return low, high


def audited_coverage(right: np.ndarray, sure: np.ndarray, rate: float, draws: int, seed: int) -> dict[str, float]:
    """A batch of which people label what the machine is not sure of, and a random part of the rest.

    Args:
        right: whether people agree with the machine, shape (n,).
        sure: whether it is accepted, shape (n,).
        rate: of the audit.
        draws: how many audits.
        seed: of the draws.
    """
    chance, true, rows = np.random.default_rng(seed), float(right.mean()), []
    for _ in range(draws):
        kept = ~sure | (chance.random(len(right)) < rate)
        weights = np.where(sure, 1 / rate, 1.0)[kept]
        correction = np.where(sure, 1 - rate, 0.0)[kept]
        found = share(right[kept] * 1.0, weights, np.arange(len(weights)), LEVEL, correction)
        assert found.value is not None
        assert found.low is not None
        assert found.high is not None
        rows.append((found.value, found.low <= true <= found.high, found.high - found.low))
    value, held, width = np.mean(rows, axis=0)
    return {"coverage": float(held), "mean": float(value), "true": true, "width": float(width)}


def misinfo(folder: Path | None) -> tuple[np.ndarray, np.ndarray] | None:
    """Whether people agree with GPT-4o on each headline of pac_misinfo, and whether it was sure; None without data."""
    rows = None if folder is None else answers_of(folder / "pac_misinfo")
    if rows is None:
        return None
    right, scores = (np.array(column) for column in zip(*rows, strict=True))
    return right, scores >= 0.9


def equal_cells() -> Iterator[tuple[float, float]]:
    """The 16: share of the rarer label, kappa."""
    return product(RARE, KAPPA)


def inside(coverage: float, draws: int | None = None) -> bool:
    """Whether it lies within 93 to 97 %, but for twice the simulation's standard error."""
    noise = 0.0 if draws is None else 2 * (0.95 * 0.05 / draws) ** 0.5
    return 0.93 - noise <= coverage <= 0.97 + noise


def any_inside(found: dict[str, float], draws: int | None = None) -> Sequence[str]:
    """Names of the intervals in use elsewhere that do."""
    return [name for name, coverage in found.items() if name != "ours" and inside(coverage, draws)]
