"""Whether the draws of an audit are those its nonce gives: an audit proves something only if nothing was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from assistant.routing.sampling import draws
from assistant.trust.certificates.campaign import AUDIT, AuditRound


class DrawFault(StrEnum):
    """Why an audit's draws prove nothing."""

    USED_BEFORE = "used_before"  # the same seed drew an earlier run's audit of the same items
    CHANGED = "changed"  # not what the nonce draws


@dataclass(frozen=True, slots=True)
class AuditDraw:
    """One audit as it was drawn.

    Args:
        sample: number of its sample.
        rate: chance of a candidate to be audited, in (0, 1].
        seal: of the nonce it was drawn with; None for draws from before there were nonces.
        used_before: whether an earlier run's audit used the same seed for the same items.
        audit_round: its candidates, and which of them were audited.
    """

    sample: int
    rate: float
    seal: str | None
    used_before: bool
    audit_round: AuditRound


def find_draw_fault(
    audits: Sequence[AuditDraw], ids: Sequence[str], nonce: str | None, seal: str | None
) -> tuple[int, DrawFault] | None:
    """Draw every audit of a campaign again, and compare.

    Args:
        audits: in order.
        ids: (n,) external ids of the batch.
        nonce: of the campaign; None where there is none.
        seal: of that nonce.

    Returns:
        The sample of the first audit that proves nothing, and why; None where all of them are as they were drawn.
    """
    numbers = None if nonce is None else draws(nonce, ids, AUDIT)
    for audit in audits:
        if audit.seal is None:
            if audit.used_before:
                return audit.sample, DrawFault.USED_BEFORE
        elif numbers is None or audit.seal != seal or not _drawn_by(numbers, audit):
            return audit.sample, DrawFault.CHANGED
    return None


def _drawn_by(numbers: np.ndarray, audit: AuditDraw) -> bool:
    """Whether these numbers (n,) audit just the candidates that were audited."""
    return np.array_equal(numbers[audit.audit_round.order] < audit.rate, audit.audit_round.audited)
