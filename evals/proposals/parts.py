"""The two parts of the items: one that drafts are made from, one that they are measured on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.errors import InputError, InvalidValueError
from evals.data.eval_data import EvalData
from evals.data.split import part_of, split_groups
from evals.disagreements.analysis import DisagreementAnalysis, DisagreementExample
from evals.proposals.copies import sharing


@dataclass(frozen=True, slots=True)
class Parts:
    """Items that people settled and the variant answered, in two parts; what belongs together is in one of them.

    Args:
        dev: may be shown to a model.
        test: no model that drafts ever sees anything of it.
    """

    dev: EvalData
    test: EvalData


def split_data(data: EvalData, variant: str, dev_share: float, seed: int) -> Parts:
    """Both parts.

    Args:
        data: the whole.
        variant: whose disagreements are looked at.
        dev_share: of the items wanted in the dev part, between 0 and 1, both left out.
        seed: of the lots; the same one gives the same parts.

    Raises:
        InvalidValueError: the share is out of range.
        InputError: the items all belong together.
    """
    if not 0 < dev_share < 1:
        raise InvalidValueError("dev_share_out_of_range", field="dev_share", value=dev_share)
    answered = np.zeros(len(data), dtype=np.bool_)
    answered[data.answered(variant)] = True
    usable = part_of(data, answered)
    dev = split_groups(usable.groups, dev_share, seed)
    parts = Parts(part_of(usable, dev), part_of(usable, ~dev))
    if not len(parts.dev) or not len(parts.test):
        raise InputError("items_inseparable", items=len(usable))
    return parts


def without_passages_of(found: DisagreementAnalysis, texts: Sequence[str]) -> tuple[DisagreementAnalysis, int]:
    """The analysis without examples that share a passage with one of these texts, and how many those are.

    Args:
        found: of the dev part.
        texts: of the test part.
    """
    every = [one.examples for one in found.pairs]
    every += [one.examples for one in found.findings]
    every += [one.examples for one in found.clusters]
    shown = list(dict.fromkeys(one.text for group in every for one in group if one.text))
    shared = {shown[at] for at in sharing(shown, texts)}

    def kept(examples: Sequence[DisagreementExample]) -> tuple[DisagreementExample, ...]:
        return tuple(one for one in examples if one.text not in shared)

    clean = replace(
        found,
        pairs=tuple(replace(one, examples=kept(one.examples)) for one in found.pairs),
        findings=tuple(replace(one, examples=kept(one.examples)) for one in found.findings),
        clusters=tuple(replace(one, examples=kept(one.examples)) for one in found.clusters),
    )
    return clean, len(shared)
