"""How many labelled items a comparison needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.errors import InputError, InvalidValueError
from assistant.stats.comparison.sample_size import pairs_for_mcnemar, smallest_mcnemar_difference
from assistant.stats.intervals import wilson
from evals.data.eval_data import EvalData

ASSUMED_DISCORDANT = 0.1
"""Share of items on which two versions of a prompt differ in being right, where nothing is known: often 5 to 15 %."""


@dataclass(frozen=True, slots=True)
class Discordance:
    """Items of a pilot on which just one of two variants agrees with people.

    Attributes:
        items: compared.
        discordant: of these.
        low, high: 95 % interval of the share.
    """

    items: int
    discordant: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Of the items."""
        return self.discordant / self.items


@dataclass(frozen=True, slots=True)
class SampleSizePlan:
    """How many items tell a difference.

    Attributes:
        detect: the difference.
        power: probability of detecting it if it is there.
        confidence: two-sided level of the test.
        discordant: share of items on which just one variant agrees, as assumed.
        origin: `stated`, `pilot` or `assumed`.
        items: how many are needed.
        items_if_more: the same at the upper end of the pilot's interval; None without a pilot.
        pilot: what was seen, None without.
        pilot_detects: smallest difference the pilot's own items would tell, None without.
    """

    detect: float
    power: float
    confidence: float
    discordant: float
    origin: str
    items: int
    items_if_more: int | None
    pilot: Discordance | None
    pilot_detects: float | None


def plan_items(
    detect: float, discordant: float | None, pilot: Discordance | None, *, power: float = 0.8, confidence: float = 0.95
) -> SampleSizePlan:
    """Items for McNemar's test to detect a difference in agreement.

    Args:
        detect: the difference, above 0 and below 1.
        discordant: share of items on which just one variant agrees; None takes the pilot's, else 10 %.
        pilot: what was seen.
        power, confidence: of the test.

    Raises:
        InputError: a share out of range, or a difference larger than the share of items that could make it.

    Source: Connor (1987), Biometrics 43:207-211.
    """
    if not 0 < detect < 1:
        raise InvalidValueError("detect_out_of_range", field="detect", value=detect)
    if discordant is not None and not 0 < discordant < 1:
        raise InvalidValueError("discordant_out_of_range", field="discordant", value=discordant)
    origin = "stated" if discordant is not None else "assumed" if pilot is None else "pilot"
    # A pilot that saw no discordant item at all knows only that there are few: its upper bound is planned with.
    seen = None if pilot is None else pilot.share or pilot.high
    share = discordant or seen or max(ASSUMED_DISCORDANT, detect)
    if detect > share:
        if origin == "stated":
            raise InvalidValueError("detect_above_discordant", field="discordant", detect=detect, discordant=share)
        share = detect
    alpha = 1 - confidence
    return SampleSizePlan(
        detect=detect,
        power=power,
        confidence=confidence,
        discordant=share,
        origin=origin,
        items=pairs_for_mcnemar(detect, share, alpha=alpha, power=power),
        items_if_more=None
        if pilot is None
        else pairs_for_mcnemar(detect, max(pilot.high, share), alpha=alpha, power=power),
        pilot=pilot,
        pilot_detects=None
        if pilot is None
        else smallest_mcnemar_difference(pilot.items, pilot.share or pilot.high, alpha=alpha, power=power),
    )


def seen_discordance(data: EvalData, first: str, second: str) -> Discordance:
    """What a pilot saw.

    Raises:
        InputError: no labeled item was answered by both.
    """
    kept = data.answered(first, second)
    if not len(kept):
        raise InputError("no_item_in_common", baseline=first, candidate=second)
    discordant = int(np.sum(data.agreed(first)[kept] != data.agreed(second)[kept]))
    return Discordance(len(kept), discordant, *wilson(discordant, len(kept)))
