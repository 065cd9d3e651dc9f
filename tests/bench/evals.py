"""Statistics of evaluations at scale: a comparison of two variants, Krippendorff's alpha, Dawid-Skene."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from assistant.stats.agreement.aggregation import dawid_skene
from assistant.stats.agreement.raters import rating_counts
from assistant.stats.agreement.raters_intervals import ratings_of_counts
from evals.agreement.panel_of_variant import agreement_panel
from evals.comparison.compare import compare
from evals.comparison.scores import ComparisonTerms
from evals.data.eval_data import EvalData, HumanAnswers, Scale, SliceColumn, Variant
from tests.bench.commands import run

CLASSES = ("safe", "spam", "harassment", "hate")


def evals(_: Path) -> Iterator[tuple[str, str, str]]:
    """Each part in a process of its own, which tells its time and peak memory."""
    for name, words, target in (
        ("comparison", "full comparison, 1 M items, 8 slices", "<= 5 s, <= 1 GB"),
        ("weighted", "the same, items weighted and in 200,000 groups", ""),
        ("panels", "agreement panels of both variants, 1 M items", ""),
        ("alpha", "Krippendorff's alpha, 1 M items x 3 ratings", "<= 0.5 s"),
        ("dawid_skene", "Dawid-Skene, 100,000 items x 3 ratings, 20 iterations", "<= 1 s"),
    ):
        told = run("-m", "tests.bench.evals", name).json
        yield (
            words,
            f"{told['seconds']:.2f} s, peak {told['peak_mb']:.0f} MB (data alone {told['data_mb']:.0f})",
            target,
        )


def judged(n: int, *, weighted: bool) -> EvalData:
    """Two variants that are right on 86 and 87 % of the items, which two people labelled."""
    chance = np.random.default_rng(4)
    truth = chance.choice(len(CLASSES), n, p=[0.7, 0.15, 0.1, 0.05])

    def answers(right: float) -> np.ndarray:
        return np.where(chance.random(n) < right, truth, chance.integers(len(CLASSES), size=n))

    items = np.repeat(np.arange(n), 2)
    people = np.where(chance.random(2 * n) < 0.97, truth[items], chance.integers(len(CLASSES), size=2 * n))
    humans = HumanAnswers(items, np.tile([0, 1], n), people, np.zeros(2 * n, dtype=np.int64), ("a", "b"))
    languages, sources = chance.integers(2, size=n), chance.integers(4, size=n)
    return EvalData(
        ids=tuple(map(str, range(n))),
        texts=None,
        classes=CLASSES,
        scale=Scale.NOMINAL,
        humans=humans,
        reference=truth,
        weights=chance.choice([1.0, 20.0], n) if weighted else np.ones(n),
        groups=np.arange(n) // 5 if weighted else np.arange(n),
        slices={
            "label": SliceColumn(CLASSES, truth),
            "language": SliceColumn(("en", "zh"), languages),
            "source": SliceColumn(("p", "q", "r", "s"), sources),
        },
        variants={name: Variant(name, answers(right)[:, None]) for name, right in (("old", 0.81), ("new", 0.82))},
        left_out={},
    )


def comparison() -> Callable[[], object]:
    """Difference, test, interval, slices with their correction, and the items that changed."""
    data = judged(1_000_000, weighted=False)
    return lambda: compare(data, "old", "new", ComparisonTerms(margin=0.02))


def weighted() -> Callable[[], object]:
    """The same where items come in groups."""
    data = judged(1_000_000, weighted=True)
    return lambda: compare(data, "old", "new", ComparisonTerms(margin=0.02))


def panels() -> Callable[[], object]:
    """All coefficients, per-label figures and the ceiling, with intervals."""
    data = judged(1_000_000, weighted=False)
    return lambda: [agreement_panel(data, name) for name in data.variants]


def alpha() -> Callable[[], object]:
    """Nominal alpha with its interval, from ratings one a row."""
    items, raters, codes = _ratings(1_000_000)
    counts = (items, raters, codes, len(CLASSES))
    return lambda: ratings_of_counts(rating_counts(*counts)).coefficient("alpha_nominal", 0.95)


def dawid_skene_em() -> Callable[[], object]:
    """Twenty rounds, converged or not."""
    items, raters, codes = _ratings(100_000)
    return lambda: dawid_skene(items, raters, codes, len(CLASSES), most_iterations=20, tolerance=0)


def _ratings(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three of 50 raters for each item, right on 85 %."""
    chance = np.random.default_rng(6)
    items, truth = np.repeat(np.arange(n), 3), chance.integers(len(CLASSES), size=n)
    raters = (chance.integers(50, size=n)[:, None] + np.arange(3) * 7).ravel() % 50
    codes = np.where(chance.random(3 * n) < 0.85, truth[items], chance.integers(len(CLASSES), size=3 * n))
    return items, raters, codes


def main(name: str) -> None:
    """Print the seconds of one part, the least of three, and the peak memory, as JSON."""
    parts = {
        "comparison": comparison,
        "weighted": weighted,
        "panels": panels,
        "alpha": alpha,
        "dawid_skene": dawid_skene_em,
    }
    work = parts[name]()
    data_mb = _peak_mb()
    told = {"seconds": min(_seconds(work) for _ in range(3)), "peak_mb": _peak_mb(), "data_mb": data_mb}
    sys.stdout.write(json.dumps(told) + "\n")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
