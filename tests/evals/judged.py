"""Made-up eval data: who answered what, written down in a line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evals.data.collect import Collector
from evals.data.columns import VariantAnswer
from evals.data.eval_data import EvalData, Scale, Sight, VariantIdentity


def judged(
    people: Mapping[str, Sequence[str]],
    variants: Mapping[str, Sequence[str | None]],
    *,
    inclusion: Sequence[float] = (),
    groups: Sequence[str] = (),
    sights: Mapping[str, Sequence[Sight]] | None = None,
    properties: Mapping[str, Sequence[str]] | None = None,
    classes: Sequence[str] | None = None,
    scale: Scale | None = None,
    policies: Mapping[str, str] | None = None,
) -> EvalData:
    """Items i0, i1, ...; each rater and variant has one answer an item, `-` for none, None for an unusable one.

    Sets of labels are joined by `+`.
    """
    collector = Collector(classes, scale)
    n = max(len(answers) for answers in (*people.values(), *variants.values()))
    for at in range(n):
        group = groups[at] if groups else None
        given = {name: values[at] for name, values in (properties or {}).items()}
        collector.item(f"i{at}", group=group, properties=given)
        if inclusion:
            collector.inclusion(f"i{at}", inclusion[at])
    for rater, answers in people.items():
        for at, answer in enumerate(answers):
            if answer != "-":
                sight = sights[rater][at] if sights else Sight.UNKNOWN
                collector.human(f"i{at}", rater, _labels(answer), sight)
    for name, answers in variants.items():
        collector.variant(name, VariantIdentity(model=name, policy=(policies or {}).get(name, "")))
        for at, answer in enumerate(answers):
            if answer != "-":
                collector.machine(name, f"i{at}", VariantAnswer(None if answer is None else _labels(answer)))
    return collector.data()


def _labels(answer: str) -> tuple[str, ...]:
    return tuple(part for part in answer.split("+") if part)
