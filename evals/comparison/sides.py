"""One side of a comparison, what changed between the two, and what is missing from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assistant.domain.labels import NO_ANSWER
from assistant.domain.reasons import Reason
from evals.agreement.shares import share_of
from evals.comparison.comparison import ChangedItem, Side
from evals.data.eval_data import NONE, Codes, EvalData, Floats


def side(data: EvalData, name: str, kept: Codes, confidence: float) -> Side:
    """The variant on the items of a comparison: agreement, and what its calls took.

    Args:
        data: the data.
        name: the variant's.
        kept: positions of the items compared.
        confidence: two-sided level.
    """
    variant, agreed = data.variants[name], data.agreed(name)[kept]
    settled = data.reference != NONE
    cost = latency = tokens = per_agreed = None
    if variant.spent is not None:
        asked = variant.spent.cost_usd[kept]
        if not np.isnan(asked).any():
            cost = float(asked.sum()) * variant.repeats
            per_agreed = float(asked.sum()) / float(agreed.sum()) if agreed.any() else None
        latency = _of_known(variant.spent.latency_ms[kept], np.median)
        tokens = _of_known(variant.spent.tokens[kept], np.mean)
    failed = 0 if not data.can_fail else int((variant.codes[kept] == data.classes.index(NO_ANSWER)).any(axis=1).sum())
    return Side(
        name=name,
        identity=variant.identity,
        agreement=share_of(data, agreed, kept, confidence),
        cost_usd=cost,
        cost_per_agreed_usd=per_agreed,
        latency_ms=latency,
        tokens=tokens,
        failed=failed,
        missing=int((settled & (variant.codes == NONE).any(axis=1)).sum()),
    )


def _of_known(values: Floats, statistic: Callable[[Floats], float]) -> float | None:
    known = values[~np.isnan(values)]
    return float(statistic(known)) if len(known) else None


def changed_items(data: EvalData, baseline: str, candidate: str, items: Codes) -> tuple[ChangedItem, ...]:
    """Items with what people and both variants answered.

    Args:
        data: the data.
        baseline, candidate: names of the variants.
        items: positions.
    """
    return tuple(
        ChangedItem(
            id=data.ids[at],
            text=data.texts[at] if data.texts else "",
            people=data.classes[data.reference[at]],
            baseline=_answers(data, baseline, int(at)),
            candidate=_answers(data, candidate, int(at)),
        )
        for at in items
    )


def _answers(data: EvalData, name: str, at: int) -> str:
    """The answer, or the answers of the repeats where they differ."""
    return " / ".join(dict.fromkeys(data.classes[code] for code in data.variants[name].codes[at]))


def missing_items(data: EvalData, baseline: str, candidate: str) -> dict[Reason, int]:
    """How many items are left out of a comparison, by reason.

    Args:
        data: the data.
        baseline, candidate: names of the variants.
    """
    settled = data.reference != NONE
    old, new = ((data.variants[name].codes == NONE).any(axis=1) & settled for name in (baseline, candidate))
    missing = {
        Reason("only_baseline_answered"): int((new & ~old).sum()),
        Reason("only_candidate_answered"): int((old & ~new).sum()),
        Reason("neither_answered"): int((old & new).sum()),
        **data.left_out,
    }
    return {reason: count for reason, count in missing.items() if count}
