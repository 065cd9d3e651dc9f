"""Learning and certifying at scale: one fit on 2,000 labels, every item scored and offered, what passes counted."""

from __future__ import annotations

import json
import resource
import sys
import time

import numpy as np

from assistant.stats.certificates.finite import errors_allowed
from assistant.trust.certificates.campaign import CertificateTarget
from assistant.trust.certificates.certify import pass_items, tolerated_errors
from assistant.trust.certificates.plan import plan_audit
from assistant.trust.classifier.calibrated import CalibratedClassifier, Predictions
from assistant.trust.pool import Pool, PoolAnswers
from tests.bench.content import posts

TARGET = CertificateTarget(0.05, 0.95)
_DIMENSIONS = 512  # as the embedded embedder's vectors
_RIGHT = 0.85  # of the machine's answers


def made_up(items: int, seed: int) -> tuple[Pool, np.ndarray]:
    """Posts with labels that their vectors tell in part, and a machine that is right on most of them."""
    generator = np.random.default_rng(seed)
    truth = generator.integers(3, size=items)
    centres = generator.normal(size=(3, _DIMENSIONS)).astype(np.float32)
    vectors = generator.normal(size=(items, _DIMENSIONS), scale=16.0).astype(np.float32) + centres[truth]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    right = generator.random(items) < _RIGHT
    codes = np.where(right, truth, (truth + 1) % 3)
    scores = np.clip(0.6 + 0.3 * right + generator.normal(0, 0.1, items), 0, 1)
    ids, texts, _ = zip(*posts(items, seed), strict=True)
    return Pool(ids, texts, vectors, ("safe", "spam", "harassment"), PoolAnswers(codes, scores)), truth


def certify(predictions: Predictions, truth: np.ndarray, left: np.ndarray) -> int:
    """Offer every item left, surest first, with an audit that published labels answer; how many pass unseen."""
    order = left[np.argsort(-predictions.confidence[left], kind="stable")]
    allowed = errors_allowed(TARGET.max_error, len(truth))
    rate = plan_audit(1 - predictions.confidence[order], allowed, TARGET.level).rate or 1.0
    audited = np.random.default_rng(3).random(len(order)) < rate
    wrong = audited & (predictions.codes[order] != truth[order])
    passed = pass_items(wrong, 0, tolerated_errors(allowed, rate, TARGET.level) or 0)
    return int((~audited[: passed.count]).sum())


def main(items: str, labels: str) -> None:
    """Print what it took from columns to a certificate, as JSON."""
    pool, truth = made_up(int(items), seed=1)
    known = np.random.default_rng(2).permutation(len(pool))[: int(labels)]
    began = time.perf_counter()
    classifier = CalibratedClassifier(pool)
    ready = time.perf_counter()
    predictions = classifier.fit(known, truth[known])
    accepted = certify(predictions, truth, np.setdiff1d(np.arange(len(pool)), known))
    told = {
        "seconds": time.perf_counter() - began,
        "features": ready - began,
        "accepted": accepted,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
