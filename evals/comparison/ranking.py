"""Many variants on the same items: ranked, with intervals, and every pair compared with its correction."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.stats.agreement.coefficient import Coefficient


@dataclass(frozen=True, slots=True)
class Ranked:
    """One variant among several.

    Attributes:
        variant: its name.
        agreement: share of items on which it agrees with people.
        second: kappa (quadratic where the scale is ordinal) beside it.
        first_rank, last_rank: the ranks it may truly have: variants that are surely better, plus 1; all but those that
            are surely worse (Holm-corrected pairs).
    """

    variant: str
    agreement: Coefficient
    second: Coefficient
    first_rank: int
    last_rank: int


@dataclass(frozen=True, slots=True)
class RankedPair:
    """Two of them compared on the items of the ranking.

    Attributes:
        better, worse: names, the one with the higher agreement first.
        difference: better - worse.
        p_value: of the paired test.
        adjusted_p: Holm-corrected over all pairs.
    """

    better: str
    worse: str
    difference: Coefficient
    p_value: float | None
    adjusted_p: float | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Variants ranked by agreement with people, on items that all of them answered.

    Attributes:
        ranked: best first.
        pairs: every pair, by rank.
        n: items.
        left_out: variants that answered too few of the items to be ranked.
    """

    ranked: tuple[Ranked, ...]
    pairs: tuple[RankedPair, ...]
    n: int
    left_out: tuple[str, ...]
