"""What a guard has done, as plain numbers for reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GuardCounts:
    """What the guard has done so far.

    Args:
        sent: attempts that went to the server.
        answered: of those, how many came back with a reply.
        retries: repeated attempts by the reason of the failure before.
        rate_limited: HTTP 429s.
        paced_s: seconds questions have waited for their turn, summed.
        backed_off_s: seconds they have waited after failures, summed.
        unseen: attempts that were sent and may be billed though no answer came: timeouts, replies cut on the way.
        unseen_tokens: of these, as estimated: the prompts, and replies as long as they may be.
        unseen_usd: their cost by that estimate; part of `spent_usd`.
        spent_usd: cost so far; 0 when prices are not known.
    """

    sent: int
    answered: int
    retries: Mapping[str, int]
    rate_limited: int
    paced_s: float
    backed_off_s: float
    unseen: int
    unseen_tokens: int
    unseen_usd: float
    spent_usd: float
