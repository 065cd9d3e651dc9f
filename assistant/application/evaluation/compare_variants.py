"""Which of two variants agrees more with people, and how many items it takes to say so."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.application.evaluation.sources import Assembled, EvalSource, LabelFiles, assemble
from assistant.errors import InvalidValueError
from evals.comparison.compare import compare
from evals.comparison.comparison import Comparison
from evals.comparison.plan import SampleSizePlan, plan_items, seen_discordance
from evals.comparison.scores import ComparisonTerms
from evals.data.eval_data import EvalData
from evals.data.selection import Selection

Pair = tuple[str | None, str | None]
"""Two variants, the one in use first; both None takes the only two there are."""


@dataclass(frozen=True, slots=True)
class ComparedVariants:
    """Two variants compared, and the data they were compared on."""

    data: EvalData
    comparison: Comparison


def compare_variants(source: EvalSource, pair: Pair, selection: Selection, terms: ComparisonTerms) -> ComparedVariants:
    """Which of two variants agrees more with people, on the same items.

    Args:
        source: where the data comes from.
        pair: the variants.
        selection: which items, and by what they are sliced.
        terms: margin (None takes the suite's), level, examples, seed.

    Raises:
        InputError: as `assemble`; there is no such variant, none is named and there are not two, or the margin is no
            share.
    """
    found = assemble(source, selection)
    baseline, candidate = _pair(found, pair)
    data = found.sliced_by_clauses_of(baseline, selection)
    return ComparedVariants(data, compare(data, baseline, candidate, found.terms(terms)))


def plan_comparison(
    detect: float,
    discordant: float | None,
    pilot: LabelFiles | None,
    pair: Pair,
    *,
    power: float,
    confidence: float,
) -> SampleSizePlan:
    """How many labelled items a comparison needs.

    Args:
        detect: the smallest difference that must show, a share.
        discordant: share of items on which just one variant agrees; None takes the pilot's, else an assumption.
        pilot: a few labels and answers that are there already.
        pair: two variants of the pilot.
        power: chance to see the difference.
        confidence: of the comparison.

    Raises:
        InputError: as `assemble`, for the pilot; or a figure is out of range.
    """
    seen = None
    if pilot is not None:
        found = assemble(pilot, Selection())
        seen = seen_discordance(found.data, *_pair(found, pair))
    return plan_items(detect, discordant, seen, power=power, confidence=confidence)


def _pair(found: Assembled, pair: Pair) -> tuple[str, str]:
    known, (baseline, candidate) = list(found.data.variants), pair
    if baseline is None and candidate is None and len(known) == 2:
        return known[0], known[1]
    if not known:
        raise InvalidValueError("machine_answers_needed", where=found.where)
    if baseline is None or candidate is None:
        raise InvalidValueError("two_variants_needed", variants=known)
    for name in pair:
        found.variant(name)
    return baseline, candidate
