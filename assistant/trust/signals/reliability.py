"""How far confidence can be believed: what it stated against what people said, on labels it has not learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from assistant.stats.scores.calibration import (
    Bin,
    BrierDecomposition,
    brier,
    brier_decomposition,
    expected_calibration_error,
    log_loss,
    reliability,
)
from assistant.stats.scores.selective import aurc, auroc, excess_aurc
from assistant.stats.vectors import Floats, vectors
from assistant.trust.signals.discrimination import sampling_weights


@dataclass(frozen=True, slots=True)
class ReliabilityReport:
    """Figures of held-out confidence; of all but `n` and the two areas, weighted by 1 / inclusion probability.

    Attributes:
        n: labelled items.
        effective_n: equally weighted items that would tell as much, (sum of weights)² / sum of squares; n at most.
        mean_confidence: what was stated on average.
        agreement: share of machine labels that people gave too; near `mean_confidence` if calibrated in the large.
        brier, decomposition: mean squared error of confidence, 0 is perfect, and its parts over the bins.
        log_loss: mean of -ln(what was stated of what happened).
        ece: expected calibration error over the bins, each with about as many items; biased upward by chance, the
            more so the fewer items a bin has.
        bins: the reliability diagram; ties make them fewer than asked for.
        auroc: probability that an agreed label has more confidence than another; None where all were agreed or none.
        aurc, excess_aurc: area under the risk-coverage curve of the error share, and less the least possible on these
            items; None where items were drawn unequally, since they would speak of the sample alone.
        reasons: field -> why it is None, in words.
    """

    n: int
    effective_n: float
    mean_confidence: float
    agreement: float
    brier: float
    decomposition: BrierDecomposition
    log_loss: float
    ece: float
    bins: tuple[Bin, ...]
    auroc: float | None
    aurc: float | None
    excess_aurc: float | None
    reasons: Mapping[str, str]

    def as_json(self) -> dict[str, object]:
        """Plain dictionaries, lists, numbers and None."""
        plain = asdict(self)
        return {**plain, "bins": list(plain["bins"])}


def reliability_report(
    confidence: npt.ArrayLike,
    agreed: npt.ArrayLike,
    inclusion_probabilities: npt.ArrayLike | None = None,
    *,
    bins: int = 10,
    level: float = 0.95,
) -> ReliabilityReport:
    """All figures of one set of held-out confidences.

    Args:
        confidence: of the machine's labels, each by a fit that did not see the item's label, in [0, 1], shape (m,).
        agreed: whether the person gave the same label, 0 or 1, shape (m,), m >= 1.
        inclusion_probabilities: with which each item came to be labelled, in (0, 1], shape (m,); None: all alike.
        bins: at most this many.
        level: two-sided confidence level of the interval in each bin.

    Raises:
        ValueError: other lengths, no items, or numbers out of range.
    """
    stated, outcome = vectors(confidence=confidence, agreed=agreed)
    weights = sampling_weights(inclusion_probabilities, len(stated))
    areas, reasons = _areas(stated, outcome, weights)
    value = auroc(stated, outcome, weights)
    if value is None:
        reasons["auroc"] = f"people agreed with {'all' if outcome[0] else 'none'} of the {len(stated)} labels"
    return ReliabilityReport(
        n=len(stated),
        effective_n=float(weights.sum() ** 2 / (weights**2).sum()),
        mean_confidence=float(np.average(stated, weights=weights)),
        agreement=float(np.average(outcome, weights=weights)),
        brier=brier(stated, outcome, weights),
        decomposition=brier_decomposition(stated, outcome, bins, weights=weights),
        log_loss=log_loss(stated, outcome, weights),
        ece=expected_calibration_error(stated, outcome, bins, weights=weights),
        bins=tuple(reliability(stated, outcome, bins, weights=weights, confidence=level)),
        auroc=value,
        aurc=areas[0],
        excess_aurc=areas[1],
        reasons=reasons,
    )


def _areas(
    stated: Floats, outcome: Floats, weights: Floats
) -> tuple[tuple[float | None, float | None], dict[str, str]]:
    if weights.min() < weights.max():
        reason = "items were drawn with unequal probabilities: their curve would speak of the sample alone"
        return (None, None), {"aurc": reason, "excess_aurc": reason}
    return (aurc(stated, 1 - outcome), excess_aurc(stated, 1 - outcome)), {}
