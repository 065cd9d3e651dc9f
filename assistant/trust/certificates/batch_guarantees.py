"""What the audit of one campaign guarantees of each batch of it by itself, beside what it guarantees of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.stats.certificates.finite import errors_allowed
from assistant.trust.certificates.campaign import AuditRound, CertificateTarget
from assistant.trust.certificates.certify import tolerated_errors
from assistant.trust.certificates.group_certificates import wrong_labels


@dataclass(frozen=True, slots=True)
class BatchGuarantee:
    """One batch of a campaign.

    Args:
        batch: its name.
        population: its items in the campaign.
        allowed: wrong labels that may stay among them.
        tolerated: audited errors among what passed of it that its own guarantee allows; None where not even none would
            prove anything: it is too small for the audit.
        audited: audited items among what passed of it.
        errors: of these, those whose machine label was wrong.
        passed: its items that passed.
    """

    batch: str
    population: int
    allowed: int
    tolerated: int | None
    audited: int
    errors: int
    passed: int

    @property
    def guaranteed(self) -> bool:
        """Whether the target holds of this batch by itself, at the target's confidence for this batch alone."""
        return self.tolerated is not None and self.errors <= self.tolerated


@dataclass(frozen=True, slots=True, eq=False)
class AuditedCampaign:
    """How the audit of a campaign came out.

    Args:
        rounds: the audit rounds in order.
        passed: how many candidates of each passed, from the first on.
        codes: (n,) class each item got from reviewers, -1 for none.
        rate: chance of a candidate to be audited, the same in all rounds.
    """

    rounds: Sequence[AuditRound]
    passed: Sequence[int]
    codes: np.ndarray
    rate: float


def guarantee_batches(
    audit: AuditedCampaign, members: Mapping[str, np.ndarray], target: CertificateTarget
) -> list[BatchGuarantee]:
    """What is guaranteed of each batch by itself.

    The candidates of a batch had draws of their own, in an order that was fixed before each, and passing ended at a
    place that owes nothing to draws still to come. So more wrong labels than allowed pass in it, while its audit meets
    no more errors than it tolerates, with a chance of at most the level: the argument of `certify`, for this batch.

    Args:
        audit: of the campaign.
        members: (n,) the items of each batch, by its name; an item may be in several.
        target: of each batch.
    """
    return [_guarantee(audit, name, member, target) for name, member in members.items()]


def _guarantee(audit: AuditedCampaign, name: str, member: np.ndarray, target: CertificateTarget) -> BatchGuarantee:
    audited = errors = through = 0
    for audit_round, count in zip(audit.rounds, audit.passed, strict=True):
        inside = member[audit_round.order[:count]]
        through += int(inside.sum())
        audited += int((audit_round.audited[:count] & inside).sum())
        errors += int((wrong_labels(audit_round, audit.codes)[:count] & inside).sum())
    population = int(member.sum())
    allowed = errors_allowed(target.max_error, population)
    tolerated = tolerated_errors(allowed, audit.rate, target.level)
    return BatchGuarantee(name, population, allowed, tolerated, audited, errors, through)
