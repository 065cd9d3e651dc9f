"""Which misjudged items are shown, always the same ones."""

from __future__ import annotations

import numpy as np

from assistant.domain.reasons import Reason
from evals.data.eval_data import Codes
from evals.disagreements.analysis import DisagreementExample
from evals.disagreements.compared import Compared


def examples(compared: Compared, items: Codes, count: int) -> tuple[DisagreementExample, ...]:
    """The most telling of some misjudged items: those the variant was surest of, else in the order of their ids.

    Of items with the same text one is shown.

    Args:
        compared: the comparison.
        items: which of its items to choose from.
        count: how many to show at most.
    """
    return shown(compared, _most_telling(compared, items), count)


def shown(compared: Compared, ranked: Codes, count: int) -> tuple[DisagreementExample, ...]:
    """The first of the items, leaving out texts that were shown already."""
    chosen: list[DisagreementExample] = []
    seen: set[str] = set()
    for item in ranked:
        if len(chosen) == count:
            break
        one = _example(compared, int(item))
        if (one.text or one.id) not in seen:
            seen.add(one.text or one.id)
            chosen.append(one)
    return tuple(chosen)


def how_chosen(compared: Compared) -> Reason:
    """By what the examples were chosen."""
    if compared.variant.confidence is None:
        return Reason("examples_by_id")
    return Reason("examples_surest_first")


def _most_telling(compared: Compared, items: Codes) -> Codes:
    confidence = compared.variant.confidence
    known = np.zeros(len(compared.data)) if confidence is None else np.nan_to_num(confidence, nan=-np.inf)
    places = compared.at[items]
    order = sorted(range(len(items)), key=lambda one: (-known[places[one]], compared.data.ids[places[one]]))
    return items[np.array(order, dtype=np.int64)]


def _example(compared: Compared, item: int) -> DisagreementExample:
    data, at = compared.data, compared.at[item]
    return DisagreementExample(
        id=data.ids[at],
        text=data.texts[at] if data.texts else "",
        people=data.classes[compared.reference[item]],
        machine=data.classes[compared.answer[item]],
    )
