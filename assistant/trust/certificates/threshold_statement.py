"""The statement about items that come later: the least confidence that is accepted, and what it is valid for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from assistant.domain.statements import (
    LTT,
    StatedClassifier,
    StatedEstimate,
    StatedNonce,
    StatedRound,
    Statement,
    ValidFor,
)
from assistant.trust.certificates.batch_statement import CertifiedBatch, percent
from assistant.trust.certificates.campaign import AuditRound, CertificateTarget
from assistant.trust.certificates.stream import StreamCertificate
from assistant.trust.pool import NONE


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdProof:
    """What the guarantee about a threshold rests on.

    Args:
        batch: the labelled batch.
        target: what is guaranteed.
        audit_round: all items that did not teach, surest first, and which of them were audited.
        place: sample of the audit and its fit.
        found: the threshold.
        rate: chance of a candidate to be audited.
        seed: of folds and solvers.
        nonce: of the split; None for a split from before there were nonces.
        policies: id and version of those that the labels were given under, oldest first.
        classifier: what scores items that come later.
        valid_for: what these must have.
    """

    batch: CertifiedBatch
    target: CertificateTarget
    audit_round: AuditRound
    place: tuple[int, int]
    found: StreamCertificate
    rate: float
    seed: int
    nonce: StatedNonce | None
    policies: Sequence[str]
    classifier: StatedClassifier
    valid_for: ValidFor

    def statement(self) -> Statement:
        """What was proved."""
        audit_round, step = self.audit_round, self.found.certified
        through = audit_round.confidence >= (step.threshold if step else np.inf)
        passed, accepted = int(through.sum()), int((through & ~audit_round.audited & (audit_round.codes != NONE)).sum())
        left = len(self.batch) - int((self.batch.labels.final != NONE).sum()) - accepted
        sample, fit = self.place
        return Statement(
            sentence=self.sentence,
            method=LTT,
            design="declared",
            max_error=self.target.max_error,
            confidence=self.target.confidence,
            by=None,
            run=self.batch.run,
            population=len(self.batch),
            allowed=None,
            accepted=accepted,
            passed=passed,
            offered=len(audit_round.order),
            audited=int(audit_round.audited.sum()),
            errors=step.errors if step else None,
            tolerated=None,
            rate=self.rate,
            waves=(StatedRound(sample=sample, fit=fit, offered=len(audit_round.order), passed=passed),),
            threshold=self.found.threshold,
            coverage=(self.found.coverage_low, self.found.coverage_high),
            left=left,
            complete=left == 0,
            groups=(),
            estimate=self._estimate(),
            losses=None,
            losses_reason="a threshold's guarantee is about the source, not about these items",
            **self.batch.label_counts(),
            policies=tuple(self.policies),
            nonce=self.nonce,
            seed=self.seed,
            classifier=self.classifier,
            valid_for=self.valid_for,
        )

    @property
    def sentence(self) -> str:
        """What a manager can repeat."""
        found = self.found
        low, high = floor(100 * (found.coverage_low or 0)), ceil(100 * (found.coverage_high or 1))
        return (
            f"Of the labels this source's items get with a confidence of {found.threshold:.6g} or more, at most"
            f" {percent(found.max_error)} differ from what the reviewers would say, and {low} % to {high} % of what"
            f" comes is that sure: both together with {percent(1 - found.level)} confidence, while items come from the"
            " same source and are labelled by the same model, prompt and policy."
        )

    def _estimate(self) -> StatedEstimate | None:
        step = self.found.certified
        if step is None:
            return None
        return StatedEstimate(accepted=step.errors / step.accepted, accepted_upper=self.target.max_error)
