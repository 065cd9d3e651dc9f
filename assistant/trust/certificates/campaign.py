"""A campaign: which items people label next, until the rest can keep the machine's label under a certificate.

    start    a random sample, so that the classifier has something to learn from
    learn    the items it is least sure of: they would go to people anyway, and teach most
    audit    rounds of candidates, the surest items first; Bernoulli draws decide which of them are labelled blind (see
             `certify`), and between rounds there is more to learn as long as some items are unlikely to pass
    review   what did not pass

Every item starts with the same chance to be labelled, and none is ever out of reach: `start` is uniform, `audit` has
one rate for all that is offered, and what is never offered goes to people. Every human label, of whatever step, is
counted as cost and teaches the classifier; only the audit's certify.

Two items of one text hold one coin each: a campaign runs over items, not over texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.domain.certificates import Purpose
from assistant.routing.sampling import Key, draws, simple_random
from assistant.stats.certificates.finite import errors_allowed
from assistant.trust.certificates.certify import CertifiedPrefix, pass_items, tolerated_errors
from assistant.trust.certificates.plan import chance_to_pass, plan_audit
from assistant.trust.classifier.calibrated import CalibratedClassifier, Predictions
from assistant.trust.pool import NONE

START = 60  # labels before anything is learned
_LEAST_STEP, _STEP = 40, 0.25  # labels between two fits: at least so many, and this share of those there are
_LIKELY = 0.35  # chance to pass; below, a label now also teaches
_READY = 0.9  # share of what is left that must be likely to pass before the first round
_CAUTION = 2.0  # times the errors expected, when the audit rate is fixed: a rate too low ends early, and costs more
_LEAST_LESSON = 20  # items between two rounds; fewer make no step of their own
_LEAST_ROUND, _ROUND = 100, 0.25  # items offered at once: at least so many, and this share of those likely to pass
AUDIT = "audit"  # what the coins are thrown for, see `routing.sampling.draw`


@dataclass(frozen=True, slots=True)
class CertificateTarget:
    """What is to be certified.

    Args:
        max_error: largest share of wrong labels in the batch, in (0, 1).
        confidence: that it is kept, in (0, 1).

    Raises:
        ValueError: a share out of range.
    """

    max_error: float
    confidence: float

    def __post_init__(self) -> None:
        if not (0 < self.max_error < 1 and 0 < self.confidence < 1):
            raise ValueError(f"shares lie between 0 and 1, got {self.max_error} and {self.confidence}")

    @property
    def level(self) -> float:
        """Chance of a certificate that is not true."""
        return 1 - self.confidence


@dataclass(frozen=True, slots=True, eq=False)
class AuditRound:
    """Items that were offered together.

    Args:
        order: (k,) items, in the order offered.
        codes: (k,) their machine labels, fixed before any coin was thrown.
        confidence: (k,) calibrated, as it was then.
        audited: (k,) whose coin came up.
    """

    order: np.ndarray
    codes: np.ndarray
    confidence: np.ndarray
    audited: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class NextRound:
    """What people label next.

    Args:
        purpose: why; `review` for the items no audit round will be offered for.
        index: (k,) the items.
        inclusion: (k,) chance of each to be drawn in this step.
        population: items the step drew from.
        predictions: what the classifier made of all items, None before it has learned.
        audit_round: the audit round this audits, None for other purposes.
    """

    purpose: Purpose
    index: np.ndarray
    inclusion: np.ndarray
    population: int
    predictions: Predictions | None = None
    audit_round: AuditRound | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Accepted:
    """What is auto-accepted.

    Args:
        index: (k,) items.
        codes: (k,) their labels.
        confidence: (k,) calibrated probability that a person agrees.
    """

    index: np.ndarray
    codes: np.ndarray
    confidence: np.ndarray


class Campaign:
    """One batch on its way to a certificate. People's answers are handed in again at each step.

    Args:
        ids: the batch's external ids: they and the key decide every draw.
        classifier: learns from people's answers how sure to be of each machine label.
        target: what is to be certified.
        key: of every draw. A certificate needs a nonce of this campaign alone, drawn after the machine's labels were
            in: draws that were used for other labels of the same items, or that can be foretold, prove nothing.

    Attributes:
        rate: chance of an offered item to be audited; None before the first audit round.
        rounds: what was offered so far; handed back in by `resume`.
        passed: how far each audit round came.
    """

    def __init__(
        self, ids: Sequence[str], classifier: CalibratedClassifier, target: CertificateTarget, *, key: Key
    ) -> None:
        self._ids = ids
        self._classifier = classifier
        self._key = key
        self._coins = draws(key, ids, AUDIT)
        self._offered = np.zeros(len(ids), dtype=bool)
        self._taught = False
        self.target = target
        self.allowed = errors_allowed(target.max_error, len(ids))
        self.rate: float | None = None
        self.rounds: list[AuditRound] = []
        self.passed: list[CertifiedPrefix] = []

    def resume(self, rate: float | None, rounds: Sequence[AuditRound], *, taught: bool) -> None:
        """Go on where another process stopped.

        Args:
            rate: as it was.
            rounds: all that were offered, in order.
            taught: whether the last step was to learn.
        """
        self.rate, self._taught = rate, taught
        for audit_round in rounds:
            self._add(audit_round)

    @property
    def tolerated(self) -> int:
        """Errors the audit may meet; -1 before there is an audit, or where it is too small for any."""
        found = None if self.rate is None else tolerated_errors(self.allowed, self.rate, self.target.level)
        return -1 if found is None else found

    @property
    def errors(self) -> int:
        """Audited errors among what passed."""
        return self.passed[-1].errors if self.passed else 0

    @property
    def ended(self) -> bool:
        """Whether the audit met one error more than it tolerates."""
        return bool(self.passed) and self.passed[-1].ended

    def next(self, answers: np.ndarray, certifying: np.ndarray | None = None) -> NextRound | None:
        """What people label next, or None when every item is labelled or passed.

        Args:
            answers: (n,) class each item got from people, -1 where it got none: what is learned from.
            certifying: (n,) the class by which an audited item is counted, where that may differ: -1 where it has
                none, any other number that is no class where it counts as an error whatever the machine said.

        Raises:
            ValueError: an audited item has no answer to be counted by.
        """
        self._tally(answers if certifying is None else certifying)
        known = np.flatnonzero(answers != NONE)
        left = np.flatnonzero(~self._offered & (answers == NONE))
        if self.ended or not len(left):
            return self._review(answers)
        if len(known) < min(START, len(self._ids)) or len(np.unique(answers[known])) < 2:
            return self._start(known, left)
        predictions = self._classifier.fit(known, answers[known])
        order = left[np.argsort(-predictions.confidence[left], kind="stable")]
        likely = self._likely_to_pass(1 - predictions.confidence[order])
        teach = len(order) - likely
        if teach and (self.rate is None or likely < _LEAST_ROUND or (teach >= _LEAST_LESSON and not self._taught)):
            self._taught = True
            size = min(max(_LEAST_STEP, int(_STEP * len(known))), teach)
            return NextRound(Purpose.LEARN, order[-size:], np.ones(size), len(order), predictions)
        self._taught = False
        if self.rate is None:  # no audit of this batch could certify anything: it is too small for the target
            return self._review(answers)
        return self._offer(
            order[: max(_LEAST_ROUND, int(np.ceil(_ROUND * likely)))], len(order), predictions, self.rate
        )

    def accepted(self) -> Accepted:
        """What is auto-accepted by now."""
        kept = [
            np.flatnonzero(~audit_round.audited[: passed.count] & (audit_round.codes[: passed.count] != NONE))
            for audit_round, passed in zip(self.rounds, self.passed, strict=False)
        ]
        columns = [
            [part[at] for part, at in zip(parts, kept, strict=False)]
            for parts in zip(*((w.order, w.codes, w.confidence) for w in self.rounds), strict=True)
        ]
        if not columns:
            return Accepted(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
        return Accepted(*(np.concatenate(column) if column else np.zeros(0) for column in columns))

    def _start(self, known: np.ndarray, left: np.ndarray) -> NextRound:
        size = min(max(START - len(known), _LEAST_STEP), len(left))
        drawn = simple_random([self._ids[at] for at in left], size, key=self._key, purpose=f"start {len(known)}")
        return NextRound(Purpose.START, left[drawn.index], np.full(size, size / len(left)), len(left))

    def _likely_to_pass(self, errors: np.ndarray) -> int:
        """How many of the items left, surest first, are likely enough to pass; fixes the rate once most are."""
        if self.rate is None:
            plan = plan_audit(errors, self.allowed, self.target.level)
            likely = int((plan.passing > _LIKELY).sum())
            if likely >= _READY * len(errors):
                self.rate = plan_audit(errors * _CAUTION, self.allowed, self.target.level).rate or plan.rate
            return likely
        passing = chance_to_pass(np.cumsum(errors), self.rate, self.tolerated - self.errors)
        return int((passing > _LIKELY).sum())

    def _offer(self, order: np.ndarray, population: int, predictions: Predictions, rate: float) -> NextRound:
        audit_round = AuditRound(
            order, predictions.codes[order], predictions.confidence[order], self._coins[order] < rate
        )
        self._add(audit_round)
        drawn = order[audit_round.audited]
        return NextRound(Purpose.AUDIT, drawn, np.full(len(drawn), rate), population, predictions, audit_round)

    def _add(self, audit_round: AuditRound) -> None:
        self.rounds.append(audit_round)
        self._offered[audit_round.order] = True

    def _tally(self, answers: np.ndarray) -> None:
        for audit_round in self.rounds[len(self.passed) :]:
            if (answers[audit_round.order[audit_round.audited]] == NONE).any():
                raise ValueError("an audited item has no label yet")
            wrong = audit_round.audited & (answers[audit_round.order] != audit_round.codes)
            self.passed.append(pass_items(wrong, self.errors, self.tolerated))

    def _review(self, answers: np.ndarray) -> NextRound | None:
        """Everything that neither passed nor was labelled."""
        out = answers == NONE
        out[self.accepted().index] = False
        rest = np.flatnonzero(out)
        return NextRound(Purpose.REVIEW, rest, np.ones(len(rest)), len(rest)) if len(rest) else None
