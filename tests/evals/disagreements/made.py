"""Made-up items on which machines and people differ in ways that are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from evals.data.collect import Collector, VariantAnswer
from evals.data.eval_data import EvalData, Sight, VariantIdentity

WORDS = tuple(
    f"{a}{b}" for a in ("ba", "ce", "di", "fo", "gu", "ha", "ji") for b in ("lan", "mer", "nip", "rot", "sud")
)

Answer = str | None


def collect(
    n: int,
    *,
    machines: Mapping[str, Callable[[int], Answer]],
    people: Callable[[int], Mapping[str, str]],
    text: Callable[[int], str] | None = None,
    properties: Callable[[int], Mapping[str, str]] = lambda _: {},
    group: Callable[[int], str | None] = lambda _: None,
    weight: Callable[[int], float] = lambda _: 1.0,
    clauses: Callable[[int], tuple[str, ...] | None] = lambda _: None,
    confidence: Callable[[int], float | None] = lambda _: None,
    identities: Mapping[str, VariantIdentity] | None = None,
    classes: Sequence[str] | None = None,
) -> EvalData:
    """Items 0 to n - 1; each argument tells of an item by its number what its name says.

    Args:
        people: the label by reviewer.
        machines: by variant the label of an item, None for no usable answer.
    """
    collector = Collector(classes=classes)
    for name in machines:
        collector.variant(name, (identities or {}).get(name, VariantIdentity(model=name)))
    for at in range(n):
        item = f"i{at:05}"
        collector.item(item, text=text(at) if text else None, group=group(at), properties=properties(at))
        collector.inclusion(item, 1 / weight(at))
        for rater, label in people(at).items():
            collector.human(item, rater, (label,), Sight.BLIND)
        for name, answer in machines.items():
            label = answer(at)
            labels = None if label is None else (label,)
            collector.machine(name, item, VariantAnswer(labels, confidence(at), clauses=clauses(at)))
    return collector.data()


def other(label: str) -> str:
    """The other of two labels."""
    return "yes" if label == "no" else "no"


def searched_data(
    seed: int,
    n: int,
    wrong: float,
    *,
    planted: float | None = None,
    per_group: int = 1,
    weights: Sequence[float] = (1.0,),
) -> EvalData:
    """Items of 3 languages, 6 sources, 6 topics and 8 of 35 words each; wrong at random, or more so in zh of source a.

    Args:
        seed: of all chance.
        n: items.
        wrong: chance of a disagreement.
        planted: chance of one where the language is zh and the source is a (5 % of items); None for the same.
        per_group: items that belong together: they share how likely they are wrong, every other group its language too.
        weights: drawn from at random.
    """
    rng = np.random.default_rng(seed)
    groups = -(-n // per_group)
    language, source, topic = (rng.choice(list(names), n, p=p) for names, p in _PROPERTIES)
    of_group = rng.choice(["en", "zh", "de"], groups, p=[0.6, 0.3, 0.1])
    level = rng.normal(0, 1.2, groups) if per_group > 1 else np.zeros(groups)
    weight, truth = rng.choice(weights, n), rng.choice(["yes", "no"], n)
    words = rng.choice(WORDS, (n, 8))
    language = [str(of_group[at % groups] if per_group > 1 and at % 2 else language[at]) for at in range(n)]
    chance = 1 / (1 + np.exp(np.log(1 / wrong - 1) - level[np.arange(n) % groups]))
    if planted is not None:
        chance = np.where((np.array(language) == "zh") & (source == "a"), planted, chance)
    off = rng.random(n) < chance
    return collect(
        n,
        machines={"m": lambda at: other(str(truth[at])) if off[at] else str(truth[at])},
        people=lambda at: {"r": str(truth[at])},
        text=lambda at: " ".join(words[at]),
        properties=lambda at: {"language": language[at], "source": str(source[at]), "topic": str(topic[at])},
        group=lambda at: str(at % groups) if per_group > 1 else None,
        weight=lambda at: float(weight[at]),
    )


_PROPERTIES = (
    (("en", "zh", "de"), (0.6, 0.3, 0.1)),
    (tuple("abcdef"), (1 / 6,) * 6),
    (tuple("uvwxyz"), (1 / 6,) * 6),
)
