"""The certificate for a stream: a threshold on confidence above which new items' machine labels are rarely wrong.

Learn-then-Test (Angelopoulos, Bates, Candès, Jordan & Lei 2021, arXiv 2110.01052), as used for language models that
judge (Jung, Brahman & Choi 2024, arXiv 2407.18370), with the exact binomial test.

Why it holds. The thresholds and their order are functions of the unlabelled scores, the number of calibration items
and the error bound; no calibration item, not even its score, takes part. Given that n calibration items reach a
threshold, their errors are binomial with the error share of everything the source sends above it: the p-value of "that
share exceeds the bound" is exact. Thresholds are tested from the highest down until the first that is not rejected. So
one that breaks the bound is certified only if the first such in the order is rejected: a chance of at most `level`,
however many are tested and whatever their dependence (fixed-sequence testing, Maurer, Hothorn & Lehmacher 1995).
Nothing is assumed about the confidence: it may be ill calibrated, and the error share need not rise as the threshold
falls. What is assumed: calibration items are a simple random sample of the source; their labels were used neither by
the classifier nor by its calibration (sample splitting); the unlabelled scores are of other items; and what is to
come is like what came.

The statement bounds two things, the error share and how much of what comes is accepted, and holds for both at once: the
threshold is tested at 4/5 of the level, the interval has the other fifth (Bonferroni).

One sample, one try: to add a few labels and test all of them again is a second test, and the levels add up. Better give
the labels that did not do to the calibration, and test on a fresh sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, log, sqrt

import numpy as np
import numpy.typing as npt

from assistant.stats.certificates.control import binomial_p_value, fixed_sequence
from assistant.stats.vectors import Floats, check_range, vectors
from assistant.trust.certificates.power import MOST_LABELS, PROBABLE, chance_to_reject, trials_for_power

LEAST_LABELS = 30
_TESTED_AT = 0.8  # share of the level that the threshold is tested at; the interval for the coverage has the rest
STEPS = 100  # thresholds: each lets about a hundredth of the unlabelled scores more through

Integers = npt.NDArray[np.int64]


class Stop(StrEnum):
    """Why no lower threshold is certified."""

    ALL_CERTIFIED = "all certified"  # there is none
    NOT_REJECTED = "not rejected"  # the next may break the bound
    TOO_FEW = "too few labels"  # no result on so few could certify anything


@dataclass(frozen=True, slots=True)
class ThresholdTest:
    """One tested threshold.

    Attributes:
        threshold: items with at least this confidence are accepted.
        coverage: share of the unlabelled scores accepted, in (0, 1].
        accepted: calibration items accepted.
        errors: wrong ones among them.
        p_value: of "more than the permitted share of what is accepted is wrong".
    """

    threshold: float
    coverage: float
    accepted: int
    errors: int
    p_value: float


@dataclass(frozen=True, slots=True)
class StreamCertificate:
    """With confidence 1 - level, at most `max_error` of the new items at or above `threshold` are wrong.

    And, with the same confidence for both together, between `coverage_low` and `coverage_high` of them are that sure.

    Attributes:
        max_error, level: of the statement.
        labels: calibration items.
        certified: the lowest threshold certified, with its counts; None: nothing can be accepted.
        coverage_low, coverage_high: interval for the share of the source that is accepted, whichever threshold came
            out; None where none did.
        stop: why no lower threshold is certified.
        tested: in order, to the first not rejected; empty where no test could have succeeded.
        labels_needed: size of a fresh sample that would probably certify some threshold, were the error shares seen
            (half an error added) the true ones; None where something is certified, or where no size would do.
    """

    max_error: float
    level: float
    labels: int
    certified: ThresholdTest | None
    coverage_low: float | None
    coverage_high: float | None
    stop: Stop
    tested: tuple[ThresholdTest, ...]
    labels_needed: int | None

    @property
    def threshold(self) -> float | None:
        """Accept items with at least this confidence; None: accept nothing."""
        return self.certified.threshold if self.certified else None

    @property
    def reason(self) -> str:
        """Why it ended where it did, and what would help, in a sentence."""
        if self.stop is Stop.ALL_CERTIFIED:
            return "every threshold is certified, down to the lowest unlabeled score"
        if self.stop is Stop.TOO_FEW:
            return f"{self.labels} labels, all right, would not certify {self.max_error:.3g}; {self._advice()}"
        last = self.tested[-1]
        found = (
            f"{last.errors} of {last.accepted} labels at or above {last.threshold:.4g} are wrong: "
            f"too many to rule out an error share above {self.max_error:.3g}"
        )
        return found if self.certified else f"{found}; {self._advice()}"

    def _advice(self) -> str:
        if self.labels_needed is None:
            return "by the error shares seen no number of labels would do: the confidence has to separate better"
        return f"a fresh random sample of about {self.labels_needed} labels would probably do"


@dataclass(frozen=True, slots=True)
class _Thresholds:
    """Thresholds from the highest down, and what is known of each; arrays of shape (k,)."""

    values: Floats
    coverage: Floats
    stated_error: Floats
    accepted: Integers
    errors: Integers

    def step(self, at: int, max_error: float) -> ThresholdTest:
        n, x = int(self.accepted[at]), int(self.errors[at])
        p_value = binomial_p_value(x, n, max_error) if n else 1.0
        return ThresholdTest(float(self.values[at]), float(self.coverage[at]), n, x, p_value)


def certify_stream(
    confidence: npt.ArrayLike, wrong: npt.ArrayLike, upcoming: npt.ArrayLike, *, max_error: float, level: float
) -> StreamCertificate:
    """The lowest threshold on confidence that can be certified.

    Args:
        confidence: of the calibration items' machine labels, in [0, 1], shape (m,), m >= 30.
        wrong: whether people disagreed, 0 or 1, shape (m,).
        upcoming: confidence of unlabelled items from the same source, in [0, 1], shape (n,), n >= 1.
        max_error: permitted share of wrong ones among accepted items, between 0 and 1.
        level: chance that the statement is false, between 0 and 1.

    Raises:
        ValueError: fewer than 30 labels, other lengths, nan, or values out of range.
    """
    known, bad, scores = _checked(confidence, wrong, upcoming, level)
    thresholds = _thresholds(known, bad, scores)
    tested_at = _TESTED_AT * level
    start = _start(thresholds, len(known), max_error, tested_at)
    steps = [thresholds.step(at, max_error) for at in range(start, len(thresholds.values))]
    passed = fixed_sequence([step.p_value for step in steps], tested_at)
    certified = steps[passed - 1] if passed else None
    margin = coverage_margin(len(scores), level - tested_at)
    return StreamCertificate(
        max_error=max_error,
        level=level,
        labels=len(known),
        certified=certified,
        coverage_low=max(0.0, certified.coverage - margin) if certified else None,
        coverage_high=min(1.0, certified.coverage + margin) if certified else None,
        stop=Stop.TOO_FEW if not steps else Stop.ALL_CERTIFIED if passed == len(steps) else Stop.NOT_REJECTED,
        tested=tuple(steps[: passed + 1]),
        labels_needed=None if certified else _labels_needed(thresholds, len(known), max_error, tested_at),
    )


def coverage_margin(scores: int, level: float) -> float:
    """How far the share of `scores` random items above any threshold may lie from that of their source.

    sqrt(ln(2 / level) / (2 scores)), for all thresholds together, with confidence 1 - level.

    Source: Massart (1990), Annals of Probability 18:1269-1283 (the Dvoretzky-Kiefer-Wolfowitz inequality).
    """
    return sqrt(log(2 / level) / (2 * scores))


def _checked(
    confidence: npt.ArrayLike, wrong: npt.ArrayLike, upcoming: npt.ArrayLike, level: float
) -> tuple[Floats, Floats, Floats]:
    known, bad = vectors(confidence=confidence, wrong=wrong)
    (scores,) = vectors(upcoming=upcoming)
    check_range("confidence", known, 0, 1)
    check_range("upcoming", scores, 0, 1)
    if not np.isin(bad, (0, 1)).all():
        raise ValueError("wrong must be 0 or 1 for each calibration item")
    if len(known) < LEAST_LABELS:
        raise ValueError(f"a certificate needs at least {LEAST_LABELS} calibration labels, got {len(known)}")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    return known, bad, scores


def _thresholds(known: Floats, wrong: Floats, scores: Floats) -> _Thresholds:
    """Scores a hundredth of all apart, ties never parted."""
    falling, order = np.sort(scores)[::-1], np.argsort(-known, kind="stable")
    ranks = np.ceil(np.arange(1, STEPS + 1) * len(scores) / STEPS).astype(np.int64) - 1
    values = np.unique(falling[ranks])[::-1]
    through = np.searchsorted(-falling, -values, side="right")
    accepted = np.searchsorted(-known[order], -values, side="right")
    errors = np.concatenate([[0.0], np.cumsum(wrong[order])])[accepted].astype(np.int64)
    stated = np.cumsum(1 - falling)[through - 1] / through
    return _Thresholds(values, through / len(scores), stated, accepted, errors)


def _start(thresholds: _Thresholds, labels: int, max_error: float, level: float) -> int:
    """The highest threshold whose test probably succeeds, by the confidence's own word; past the last if none can.

    Probably even with one error more than the confidence states, where that can be had: confidence errs to the high
    side, and a first test that fails ends it all. A bad guess costs coverage, never the guarantee.
    """
    expected = labels * thresholds.coverage
    for more in (1, 0):
        share = (expected * thresholds.stated_error + more) / (expected + more)
        chance = chance_to_reject(thresholds.coverage, share, labels, max_error, level)
        probable = np.flatnonzero(chance >= PROBABLE)
        if len(probable):
            return int(probable[0])
    return int(np.argmax(chance)) if chance.any() else len(chance)


def _labels_needed(thresholds: _Thresholds, labels: int, max_error: float, level: float) -> int | None:
    """The smallest sample that would probably do at some threshold, by the errors seen and half an error more.

    Never fewer than the `labels` that did not do: the least of many estimates is a hopeful one.
    """
    shares = (thresholds.errors + 0.5) / (thresholds.accepted + 1)
    least: int | None = None
    for at in np.argsort(shares, kind="stable").tolist():
        coverage = float(thresholds.coverage[at])
        most = int((least or MOST_LABELS) * coverage)
        accepted = trials_for_power(float(shares[at]), max_error, level, most=most)
        least = least if accepted is None else ceil(accepted / coverage)
    return None if least is None else max(labels, least)
