"""May the machine replace a reviewer? The alternative annotator test over a range of allowances."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class EpsilonTest:
    """The test at one epsilon.

    Attributes:
        epsilon: how much worse than a reviewer the machine may be, since it is cheaper.
        winning_rate: share of reviewers it may stand in for; None when undefined.
        passed: whether that is half of them or more; None when undefined.
    """

    epsilon: float
    winning_rate: float | None
    passed: bool | None


@dataclass(frozen=True, slots=True)
class Replacement:
    """Whether a variant may stand in for a reviewer.

    Attributes:
        variant: its name.
        advantage_probability: mean probability that it agrees with the others at least as well as a reviewer does.
        allowances: the test for each epsilon, rising.
        raters: reviewers tested.
        reason: why the test is undefined, None when it isn't.
    """

    variant: str
    advantage_probability: float | None
    allowances: tuple[EpsilonTest, ...]
    raters: int
    reason: Reason | None
