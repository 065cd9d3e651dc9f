"""The gate: may a candidate replace the baseline? Each rule passes, fails, or can't be determined from the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.reports.reasons.worded import english
from assistant.stats.agreement.coefficient import Coefficient
from evals.agreement.shares import share_of
from evals.comparison.comparison import Comparison
from evals.data.eval_data import EvalData
from evals.gates.suite import GateRules


class RuleOutcome(StrEnum):
    """What a rule comes to."""

    PASSED = "passed"
    FAILED = "failed"
    CANNOT_TELL = "can't tell"


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule.

    Args:
        name: stable word for programs, such as `no_worse` or `slice language=zh`.
        outcome: what it comes to.
        sentence: why, with the numbers.
    """

    name: str
    outcome: RuleOutcome
    sentence: str


@dataclass(frozen=True, slots=True)
class GateResult:
    """All rules for one candidate.

    Args:
        comparison: what was compared.
        rules: each with its outcome.
        undecided_passes: whether what can't be determined passes.
    """

    comparison: Comparison
    rules: tuple[RuleResult, ...]
    undecided_passes: bool

    @property
    def passed(self) -> bool:
        """Whether the candidate may take the baseline's place."""
        return all(self.lets_pass(rule) for rule in self.rules)

    def lets_pass(self, rule: RuleResult) -> bool:
        """Whether this rule alone does not stand in the way."""
        return rule.outcome is RuleOutcome.PASSED or (rule.outcome is RuleOutcome.CANNOT_TELL and self.undecided_passes)


def judge_gate(data: EvalData, comparison: Comparison, rules: GateRules, margin: float) -> GateResult:
    """Hold a comparison against the rules.

    Args:
        data: what was compared on.
        comparison: baseline against candidate.
        rules: of the suite.
        margin: largest loss of agreement that is acceptable.
    """
    return GateResult(comparison, tuple(_judged(data, comparison, rules, margin)), rules.undecided == "pass")


def _judged(data: EvalData, comparison: Comparison, rules: GateRules, margin: float) -> Iterator[RuleResult]:
    if rules.require == "better":
        yield _above("better", "the difference in agreement", comparison.difference, 0.0)
    else:
        yield _above("no_worse", "the difference in agreement", comparison.difference, -margin)
    yield _enough(comparison, rules.minimum_items)
    if rules.minimum_agreement is not None:
        agreement = comparison.candidate.agreement
        yield _above("agreement", "agreement with people", agreement, rules.minimum_agreement)
    for column, floor in rules.slice_floors.items():
        yield from _slices(data, comparison, column, floor)
    if rules.max_cost_per_item_usd is not None:
        yield _cost(comparison, rules.max_cost_per_item_usd)


def _above(name: str, what: str, figure: Coefficient, floor: float) -> RuleResult:
    """Passed where the whole interval lies above the floor, failed where all of it lies at or below."""
    if figure.value is None or figure.low is None or figure.high is None:
        why = "no interval" if figure.reason is None else english(figure.reason)
        return RuleResult(name, RuleOutcome.CANNOT_TELL, f"{what} can't be told: {why}")
    told = f"{what} is {_percent(figure.value)} ({_percent(figure.low)} to {_percent(figure.high)}, n = {figure.n:,})"
    if figure.low > floor:
        return RuleResult(name, RuleOutcome.PASSED, f"{told}: above {_percent(floor)}")
    if figure.high <= floor:
        return RuleResult(name, RuleOutcome.FAILED, f"{told}: not above {_percent(floor)}")
    return RuleResult(
        name, RuleOutcome.CANNOT_TELL, f"{told}: its interval holds {_percent(floor)}; more items would tell"
    )


def _enough(comparison: Comparison, wanted: int) -> RuleResult:
    outcome = RuleOutcome.PASSED if comparison.n_pairs >= wanted else RuleOutcome.FAILED
    sentence = f"{comparison.n_pairs:,} items were answered by both and settled by people; {wanted:,} are needed"
    return RuleResult("items", outcome, sentence)


def _slices(data: EvalData, comparison: Comparison, column: str, floor: float) -> Iterator[RuleResult]:
    if column not in data.slices:
        yield RuleResult(f"slice {column}", RuleOutcome.CANNOT_TELL, f"no item says its {column}")
        return
    found = data.slices[column]
    kept = data.answered(comparison.baseline.name, comparison.candidate.name)
    agreed = data.agreed(comparison.candidate.name)
    for code, value in enumerate(found.names):
        inside = kept[found.codes[kept] == code]
        if len(inside):
            figure = share_of(data, agreed[inside], inside, comparison.confidence)
            yield _above(f"slice {column}={value}", f"agreement where {column} is {value}", figure, floor)


def _cost(comparison: Comparison, most: float) -> RuleResult:
    total, items = comparison.candidate.cost_usd, comparison.n_pairs
    if total is None or not items:
        return RuleResult("cost", RuleOutcome.CANNOT_TELL, "the candidate's cost is not known: its model has no price")
    outcome = RuleOutcome.PASSED if total / items <= most else RuleOutcome.FAILED
    return RuleResult("cost", outcome, f"US$ {total / items:.6f} an item; US$ {most:.6f} is the most")


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def all_passed(results: Sequence[GateResult]) -> bool:
    """Whether every candidate may take the baseline's place."""
    return all(result.passed for result in results)
