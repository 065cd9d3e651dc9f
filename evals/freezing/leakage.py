"""Which items belong together, and which have been seen by a model that is to be evaluated on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.domain.reasons import Reason
from assistant.ingest.duplicates.near_duplicates import group_near_duplicates
from assistant.ingest.duplicates.signatures import fold, signatures
from assistant.store.certification.labelled import PrecedentPlace
from evals.data.eval_data import Codes
from evals.data.item_groups import leakage_groups, ties
from evals.freezing.candidates import Candidate

__all__ = ["Guides", "leakage_groups", "leaks", "near_examples", "precedent_ties", "ties"]

PRECEDENT = Reason("precedent")
NEAR_PRECEDENT = Reason("near_precedent")
EXAMPLE = Reason("policy_example")
IN_PROMPT = Reason("quoted_in_prompt")
_LEAST_QUOTE = 20  # characters: a shorter text stands in a prompt by chance


@dataclass(frozen=True, slots=True)
class Guides:
    """What models are guided by: never evaluated on.

    Args:
        precedents: settled items that may be shown beside others.
        examples: texts of the policies' own examples.
        prompts: texts of the prompts.
        threshold: Jaccard similarity from which two texts are near-duplicates.
    """

    precedents: Sequence[PrecedentPlace] = ()
    examples: Sequence[str] = ()
    prompts: Sequence[str] = ()
    threshold: float = 0.85


def leaks(candidates: Sequence[Candidate], guides: Guides, group_by: str) -> tuple[dict[int, Reason], Codes]:
    """Why items can't be evaluated on, by position, and the leakage group of each, shape (n,).

    A leakage group is left out as a whole when one of its items, or an item it is tied to, guides models.
    """
    tied = [ties(one.digest, one.near, one.meta, group_by) for one in candidates]
    groups = leakage_groups(tied)
    settled = {one.digest for one in guides.precedents}
    from_precedents = {tie for one in guides.precedents for tie in precedent_ties(one, group_by)}
    near = near_examples([one.text for one in candidates], guides.examples, guides.threshold)
    quoted = _quoted([one.text for one in candidates], guides.prompts)
    own = {
        at: PRECEDENT if one.digest in settled else EXAMPLE if at in near else IN_PROMPT
        for at, one in enumerate(candidates)
        if one.digest in settled or at in near or at in quoted
    }
    reason_of_group: dict[int, Reason] = {}
    for at, ties_of in enumerate(tied):
        if not from_precedents.isdisjoint(ties_of):
            reason_of_group[int(groups[at])] = NEAR_PRECEDENT
    for at, reason in own.items():
        reason_of_group.setdefault(int(groups[at]), NEAR_PRECEDENT if reason == PRECEDENT else reason)
    found = {at: reason_of_group[int(group)] for at, group in enumerate(groups) if int(group) in reason_of_group}
    return found | own, groups


def precedent_ties(place: PrecedentPlace, group_by: str) -> list[str]:
    """What ties a precedent to items."""
    return ties(place.digest, None if place.group is None else str(place.group), place.meta, group_by)


def near_examples(texts: Sequence[str], examples: Iterable[str], threshold: float) -> set[int]:
    """Positions of the texts that are an example, or a near-duplicate of one."""
    known = list(dict.fromkeys(examples))
    if not known or not texts:
        return set()
    folded = {fold(text) for text in known}
    found = {at for at, text in enumerate(texts) if text and fold(text) in folded}
    together = [*known, *texts]
    first = group_near_duplicates(np.arange(len(together)), signatures(together), threshold=threshold)
    return found | {int(at) - len(known) for at in np.flatnonzero(first < len(known)) if at >= len(known)}


def _quoted(texts: Sequence[str], prompts: Sequence[str]) -> set[int]:
    return {
        at for at, text in enumerate(texts) if len(text) >= _LEAST_QUOTE and any(text in prompt for prompt in prompts)
    }
