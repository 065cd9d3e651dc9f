"""Freezing: which labelled items become a suite's data, which are left out, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from assistant.domain.canonical import label_key
from assistant.domain.labels import OffLabelSetError, read_labels
from assistant.domain.policies import LabelKind, LabelSet
from assistant.domain.reasons import Reason
from assistant.errors import InputError
from assistant.reports.reasons.in_files import written
from assistant.routing.sampling import draw
from evals.data.eval_data import Codes, Scale, Sight
from evals.data.frozen import FrozenAnswer, FrozenItem, LabelSnapshot
from evals.data.selection import MEDIA, META, NOT_SELECTED, ItemCondition
from evals.freezing.candidates import Candidate, meta_value
from evals.freezing.leakage import Guides, leaks
from evals.gates.suite import Suite

ONLY_ASSISTED = Reason("only_assisted")
OFF_LABEL_SET = Reason("off_label_set")
TOO_MANY = Reason("more_than_max_items")

SCALES: Mapping[LabelKind, Scale] = {
    LabelKind.SINGLE: Scale.NOMINAL,
    LabelKind.MULTI: Scale.MULTI,
    LabelKind.ORDINAL: Scale.ORDINAL,
}


def freeze(
    suite: Suite,
    candidates: Sequence[Candidate],
    guides: Guides,
    label_set: LabelSet | None,
    *,
    notes: Sequence[Reason] = (),
) -> LabelSnapshot:
    """The snapshot a suite's data makes now.

    Args:
        suite: says what is wanted.
        candidates: the labelled items it asks for.
        guides: what the variants are guided by: such items, and all of their leakage groups, are left out.
        label_set: answers outside it are left out; None keeps all answers.
        notes: what the reader must know about where the labels are from.

    Raises:
        InputError: nothing is left to evaluate on; says why.
    """
    excluded: Counter[Reason] = Counter()
    in_order = sorted(candidates, key=lambda one: one.id)
    conditions = [ItemCondition.read(text) for text in suite.data.where]
    chosen = [one for one in in_order if all(condition.fits(one.described) for condition in conditions)]
    excluded[NOT_SELECTED] += len(in_order) - len(chosen)
    counted = [_answered(one, suite, label_set, excluded) for one in chosen]
    usable = [one for one in counted if one is not None]
    leaking, groups = leaks(usable, guides, suite.data.group_by)
    excluded.update(leaking.values())
    kept = np.array([at for at in range(len(usable)) if at not in leaking], dtype=np.int64)
    taken = _drawn(usable, groups, kept, suite)
    excluded[TOO_MANY] += len(kept) - len(taken)
    left_out = {reason: count for reason, count in excluded.items() if count}
    if not len(taken):
        raise _nothing_left(len(candidates), left_out)
    classes = label_set.names if label_set else suite.data.classes or None
    items = tuple(_frozen_items(usable, groups, taken, suite))
    return LabelSnapshot(
        suite=suite.name,
        classes=classes,
        scale=SCALES[label_set.kind] if label_set else suite.data.scale,
        items=items,
        excluded=left_out,
        notes=(*notes, *_sight_notes(usable, taken)),
        known=() if classes else _used_elsewhere(in_order, items),
    )


def _used_elsewhere(candidates: Sequence[Candidate], items: Sequence[FrozenItem]) -> tuple[str, ...]:
    """Labels that people used on items that were left out, and on no other: labels they are all the same."""
    everywhere, here = (_used(one.answers for one in of) for of in (candidates, items))
    return tuple(sorted(everywhere - here))


def _used(answers: Iterable[Sequence[FrozenAnswer]]) -> set[str]:
    return {name for of_item in answers for one in of_item for name in (*one.labels, *one.unknown, *one.denied)}


def _answered(one: Candidate, suite: Suite, label_set: LabelSet | None, excluded: Counter[Reason]) -> Candidate | None:
    """The item with those answers that count; None where too few do."""
    blind = [answer for answer in one.answers if not (suite.data.blind and answer.sight is Sight.ASSISTED)]
    known = [read for answer in blind if (read := _counting(answer, label_set)) is not None]
    if len(known) >= suite.data.minimum_reviewers:
        return replace(one, answers=tuple(known))
    if len(blind) >= suite.data.minimum_reviewers:
        excluded[OFF_LABEL_SET] += 1
    elif len(one.answers) >= suite.data.minimum_reviewers:
        excluded[ONLY_ASSISTED] += 1
    else:
        excluded[Reason.of("too_few_reviewers", reviewers=suite.data.minimum_reviewers)] += 1
    return None


def _counting(answer: FrozenAnswer, label_set: LabelSet | None) -> FrozenAnswer | None:
    return answer if label_set is None else spelled(answer, label_set)


def spelled(answer: FrozenAnswer, label_set: LabelSet) -> FrozenAnswer | None:
    """An answer in the names of the label set; None where it holds others."""
    try:
        labels = read_labels(answer.labels, label_set)
    except OffLabelSetError:
        return None
    unknown, denied = (_categories(names, label_set) for names in (answer.unknown, answer.denied))
    return replace(answer, labels=labels, unknown=unknown, denied=denied)


def _categories(categories: Sequence[str], label_set: LabelSet) -> tuple[str, ...]:
    """Categories as the label set spells them; where one label is the whole answer there are none."""
    if label_set.kind is not LabelKind.MULTI:
        return ()
    keys = {label_key(name) for name in categories}
    return tuple(name for name in label_set.names if label_key(name) in keys)


def _drawn(usable: Sequence[Candidate], groups: Codes, kept: Codes, suite: Suite) -> Codes:
    """At most as many as the suite allows, whole groups in random order; a group too large is passed over."""
    most = suite.data.max_items
    if most is None or len(kept) <= most:
        return kept
    members: dict[int, list[int]] = {}
    for at in kept.tolist():
        members.setdefault(int(groups[at]), []).append(at)
    by_lot = sorted(members, key=lambda group: (draw(suite.data.seed, usable[group].id, "suite"), group))
    taken: list[int] = []
    for group in by_lot:
        if len(taken) + len(members[group]) <= most:
            taken += members[group]
    return np.array(sorted(taken), dtype=np.int64)


def _frozen_items(usable: Sequence[Candidate], groups: Codes, taken: Codes, suite: Suite) -> list[FrozenItem]:
    named = [name for name in suite.slices if name.startswith(META)]
    items = []
    first: dict[int, str] = {}
    for at in taken.tolist():
        one = usable[at]
        fields = {name: value for name in named if (value := meta_value(one, name)) is not None}
        if MEDIA in suite.slices and MEDIA in one.described:
            fields[MEDIA] = one.described[MEDIA]
        group = first.setdefault(int(groups[at]), one.id)
        items.append(FrozenItem(one.id, one.digest, group, one.inclusion, one.properties | fields, one.answers))
    return items


def _sight_notes(usable: Sequence[Candidate], taken: Codes) -> list[Reason]:
    unknown = sum(any(one.sight is Sight.UNKNOWN for one in usable[at].answers) for at in taken.tolist())
    if not unknown:
        return []
    return [Reason.of("sight_not_known", items=unknown)]


def _nothing_left(asked: int, left_out: Mapping[Reason, int]) -> InputError:
    if not asked:
        return InputError("suite_asks_for_none")
    why = ", ".join(f"{count:,} {written(reason)}" for reason, count in left_out.items())
    return InputError("suite_empty", items=asked, why=why)
