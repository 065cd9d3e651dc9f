"""Does a certificate still hold? Fresh audit labels of accepted items keep testing it, looked at as often as one likes.

Why looking again and again is allowed. Each label bets against "at most `max_error` of the accepted labels are wrong",
with a stake laid before the label is known; while that is true the stake is a nonnegative supermartingale, and the
chance that it ever reaches 1 / level is at most `level` (Ville 1939; Waudby-Smith & Ramdas 2024, JRSS B 86:1-27). The
stake is split over bets on 1.5, 2, 3 and 5 times the permitted share, half of it on twice: see
`stats.monitoring.first_breach`, and `trust.power.chance_to_notice` for how probably that notices what.

What that needs. Labels come in an order that tells nothing about them (the queue shuffles), each of an item drawn from
the accepted ones with its own inclusion probability: its loss times mean / own inclusion probability then averages the
accepted items' error share, whatever came before. In a stream the accepted items are exchangeable, and that is exact.
In a finite batch items are drawn without replacement; with equal probabilities, and the batch's size said, each bet is
against what may be wrong among those left, which is exact too. With unequal ones, and for the interval, this holds up
to a term of the audited share of the batch. The target is the certified share among *accepted* items: for a certificate
that lets B wrong labels into a batch of which n are accepted, B / n.

The test looks one way and is sharpest at its bound; the interval looks both ways. So a certificate can be broken before
the interval's lower end passes the bound. Whether it stands is the test's say alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, log

import numpy as np
import numpy.typing as npt
from scipy.special import rel_entr

from assistant.domain.certificates import CertificateStatus
from assistant.stats.certificates.monitoring import confidence_sequence, first_breach
from assistant.stats.vectors import Floats, check_range, vectors

_ROUNDS = 20  # of a fixed point that gains a digit or more a round
_FOREVER = 1e8  # labels


@dataclass(frozen=True, slots=True)
class Monitoring:
    """What the labels so far say about a certified error share.

    Attributes:
        standing: STANDING or BROKEN; what is broken stays so, whatever comes after.
        max_error, level: the share under test, and the chance of ever calling it broken while it holds.
        labels: fresh labels so far.
        broken_at: position of the label that broke it, from 0; None while it stands.
        error_share: mean loss of the labels so far, each weighted by 1 / inclusion probability; None before the first.
        bounds: (lower, upper) for the error share after each label; all hold together with confidence 1 - level.
        more_labels: how many more would probably show on which side of `max_error` the share lies, if it stays what it
            is; 0 where that is known; None where it can't be said.
    """

    standing: CertificateStatus
    max_error: float
    level: float
    labels: int
    broken_at: int | None
    error_share: float | None
    bounds: tuple[tuple[float, float], ...]
    more_labels: int | None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The present bounds; None before the first label, or where they exclude each other as the share changed."""
        if not self.bounds or self.bounds[-1][0] > self.bounds[-1][1]:
            return None
        return self.bounds[-1]

    @property
    def reason(self) -> str:
        """Where it stands, in a sentence."""
        if self.error_share is None:
            return "no fresh label yet: nothing has been tested"
        if self.interval is None:
            return self._verdict() + "; the error share has changed on the way, one interval can't hold it"
        low, high = self.interval
        return self._verdict() + f"; the error share lies between {low:.1%} and {high:.1%}"

    def _verdict(self) -> str:
        if self.broken_at is not None:
            return f"broken at fresh label {self.broken_at + 1}: more than {self.max_error:.1%} of accepted are wrong"
        if self.more_labels == 0:
            return f"confirmed by {self.labels} fresh labels"
        verdict = f"not contradicted by {self.labels} fresh labels"
        if self.more_labels is None:
            return f"{verdict}; the share seen lies too near {self.max_error:.1%} for any number to decide"
        return f"{verdict}; about {self.more_labels} more would decide"


def monitor(
    losses: npt.ArrayLike,
    inclusion_probabilities: npt.ArrayLike,
    *,
    max_error: float,
    level: float,
    mean_probability: float | None = None,
    least_probability: float | None = None,
    population: int | None = None,
) -> Monitoring:
    """Test a certified error share on all fresh labels so far.

    Call it with all labels since the certificate was issued, in the same order, as often as wanted: a longer list only
    adds to what a shorter one said.

    Args:
        losses: of accepted items audited since, in order of time: 1 wrong, 0 right, or between, shape (n,); may be
            empty.
        inclusion_probabilities: with which each came into the audit, in (0, 1], shape (n,).
        max_error: the certified error share among accepted items, between 0 and 1.
        level: chance of a false alarm, ever; between 0 and 1.
        mean_probability: mean inclusion probability of all accepted items, audited or not (for a sample its expected
            size over its population). May be left out where all probabilities are equal.
        least_probability: the least any accepted item could have. May be left out where all are equal.
        population: accepted items, where the certificate speaks of just these and all probabilities are equal; None for
            a stream.

    Raises:
        ValueError: other lengths, anything out of range, unequal probabilities without the design's mean and least, or
            with a population.
    """
    if not (0 < max_error < 1 and 0 < level < 1):
        raise ValueError(f"max_error and level must lie between 0 and 1, got {max_error} and {level}")
    if not np.size(losses):
        return Monitoring(CertificateStatus.STANDING, max_error, level, 0, None, None, (), None)
    loss, weights, largest = _weighted(losses, inclusion_probabilities, mean_probability, least_probability)
    if population is not None and largest > 1:
        raise ValueError("a population is for items drawn with one probability")
    broken_at = first_breach(loss * weights / largest, max_error / largest, level, population=population)
    bounds = tuple(confidence_sequence(loss, 1 - level, weights, largest_weight=largest))
    share = float(np.average(loss, weights=weights))
    decided = broken_at is not None or bounds[-1][1] <= max_error
    return Monitoring(
        standing=CertificateStatus.STANDING if broken_at is None else CertificateStatus.BROKEN,
        max_error=max_error,
        level=level,
        labels=len(loss),
        broken_at=broken_at,
        error_share=share,
        bounds=bounds,
        more_labels=0 if decided else _more(share / largest, max_error / largest, len(loss), level),
    )


def _weighted(
    losses: npt.ArrayLike, inclusion_probabilities: npt.ArrayLike, mean: float | None, least: float | None
) -> tuple[Floats, Floats, float]:
    """Losses, the weights mean / own probability, and the largest weight the design allows."""
    loss, pi = vectors(losses=losses, inclusion_probabilities=inclusion_probabilities)
    check_range("losses", loss, 0, 1)
    if mean is None or least is None:
        if pi.min() < pi.max() or mean != least:
            raise ValueError("with unequal inclusion probabilities say both mean_probability and least_probability")
        mean, least = float(pi[0]), float(pi[0])
    if not 0 < least <= mean <= 1:
        raise ValueError(f"0 < least_probability <= mean_probability <= 1 does not hold for {least:g} and {mean:g}")
    check_range("inclusion_probabilities", pi, least, 1)
    return loss, mean / pi, mean / least


def _more(share: float, permitted: float, labels: int, level: float) -> int | None:
    """Labels until the stake against `permitted` reaches 1 / level, if losses of that share keep coming.

    After n labels it is about exp(n divergence) / (2 sqrt(n)): betting on the share seen so far costs no more than
    that against having known it (Krichevsky & Trofimov 1981, IEEE Transactions on Information Theory 27:199-207).
    """
    divergence = float(rel_entr(share, permitted) + rel_entr(1 - share, 1 - permitted))
    total = -log(level) / divergence if divergence > 0 else inf
    for _ in range(_ROUNDS):
        total = (-log(level) + log(2) + log(max(total, 1.0)) / 2) / divergence if total < _FOREVER else inf
    return max(1, ceil(total) - labels) if total < _FOREVER else None
