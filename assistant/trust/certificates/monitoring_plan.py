"""How many accepted labels people check to keep testing a certificate: as many as the power asked for takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Self

from assistant.domain.statements import Statement
from assistant.trust.certificates.power import chance_to_notice, labels_to_notice

_BELOW_ONE = 1 - 1e-9
_ABOUT = 2.0  # times: a share that would change by less stays, so that nothing is drawn once more for it
_BESIDE = 1.5  # times the permitted errors: the chance for these is stated beside the one asked for


@dataclass(frozen=True, slots=True)
class MonitoringPlan:
    """What checking some of the accepted labels will notice.

    Args:
        accepted: labels accepted, 1 or more.
        permitted: certified share of wrong ones among them, between 0 and 1.
        level: chance of a false alarm, ever.
        finite: whether the certificate speaks of just these labels, and not of all that come.
        factor: so many times the permitted errors are to be noticed, above 1.
        power: ... with this chance, between 0 and 1.
        share: of the accepted labels that is drawn, in (0, 1].
        chosen: whether the share was set, and does not follow from the power.
    """

    accepted: int
    permitted: float
    level: float
    finite: bool
    factor: float
    power: float
    share: float
    chosen: bool

    @classmethod
    def of(
        cls,
        accepted: int,
        permitted: float,
        level: float,
        *,
        finite: bool,
        factor: float,
        power: float,
        share: float | None = None,
    ) -> Self:
        """The share that has the power asked for; all of the accepted labels where even they have less.

        Args:
            accepted, permitted, level, finite, factor, power: as above.
            share: set by the user, None for the one that follows.

        Raises:
            ValueError: a number out of range.
        """
        if not (accepted >= 1 and factor > 1 and 0 < power < 1):
            raise ValueError(f"accepted >= 1, factor > 1, 0 < power < 1: got {accepted}, {factor}, {power}")
        bare = cls(accepted, permitted, level, finite, factor, power, share or 1.0, share is not None)
        if share is not None:
            return bare
        return replace(bare, share=bare.needed / accepted)

    @property
    def population(self) -> int | None:
        """Labels that are drawn from without end (None), or so many."""
        return self.accepted if self.finite else None

    @property
    def needed(self) -> int:
        """The fewest of the accepted labels that have the power asked for; all of them where even they have less."""
        wrong = self.wrong(self.factor)
        needed = labels_to_notice(wrong, self.permitted, self.level, self.power, population=self.population)
        return self.accepted if needed is None else min(needed, self.accepted)

    @property
    def expected(self) -> int:
        """How many are drawn on average."""
        return max(1, round(self.share * self.accepted))

    def wrong(self, factor: float) -> float:
        """The share of wrong labels that so many times the permitted errors are; never more than all."""
        return min(1.0, factor * self.permitted)

    def chance(self, factor: float, labels: int) -> float:
        """Chance that so many labels notice so many times the permitted errors."""
        known = min(labels, self.accepted) if self.finite else labels
        return chance_to_notice(self.wrong(factor), self.permitted, self.level, known, population=self.population)

    def in_words(self, labels: int) -> str:
        """What so many labels notice, in words."""
        beside = _BESIDE if self.factor != _BESIDE else 2.0
        return (
            f"{_times(self.factor)} the permitted errors with a chance of {self.chance(self.factor, labels):.0%},"
            f" {_times(beside)} with {self.chance(beside, labels):.0%}"
        )

    def drawn(self, labels: int) -> str:
        """How many are drawn and what that notices, and whether it is what was asked for."""
        share = f"{labels:,} of {self.accepted:,} accepted items ({labels / self.accepted:.1%})"
        said = f"draws {share}: notices {self.in_words(labels)}"
        if not self.chosen and self.chance(self.factor, self.accepted) < self.power:
            return f"{said}; too few are accepted for the {self.power:.0%} asked for, so all of them are drawn"
        return said

    def as_json(self, labels: int) -> dict[str, object]:
        """In numbers, for so many labels."""
        chances = {f"{factor:g}": self.chance(factor, labels) for factor in sorted({_BESIDE, 2.0, self.factor})}
        return asdict(self) | {"labels": labels, "chances": chances}


def _times(factor: float) -> str:
    return "twice" if factor == 2 else f"{factor:g} times"


@dataclass(frozen=True, slots=True)
class MonitoringDesign:
    """How much monitoring is asked for.

    Args:
        share: of the accepted labels that is drawn; None for the one that follows from the power.
        power: chance to notice, between 0 and 1.
        factor: so many times the permitted errors are to be noticed, above 1.
    """

    share: float | None
    power: float
    factor: float

    def as_json(self) -> Mapping[str, object]:
        """What the share drawn follows from: a round of routing remembers it."""
        if self.share is not None:
            return {"share": self.share}
        return {"power": self.power, "factor": self.factor}


def permitted_share(statement: Statement, accepted: int) -> float:
    """The certified share of wrong ones among the accepted items: all wrong labels allowed may be among them."""
    share = statement.max_error if statement.allowed is None else statement.allowed / accepted
    return min(max(share, 1 - _BELOW_ONE), _BELOW_ONE)


def plan_monitoring(
    statement: Statement, accepted: int, design: MonitoringDesign, earlier: float | None = None
) -> MonitoringPlan | None:
    """How many of the accepted labels are drawn; None where there are none.

    Args:
        statement: of the certificate under which they are accepted.
        accepted: how many.
        design: the share, or the power it follows from.
        earlier: share that was drawn so far under the same certificate and design; it stays while it is about right.
    """
    if not accepted:
        return None
    made = MonitoringPlan.of(
        accepted,
        permitted_share(statement, accepted),
        1 - statement.confidence,
        finite=statement.allowed is not None,
        factor=design.factor,
        power=design.power,
        share=design.share,
    )
    if earlier is None or made.chosen or not 1 / _ABOUT < made.share / earlier < _ABOUT:
        return made
    return replace(made, share=earlier)
