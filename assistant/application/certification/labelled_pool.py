"""A labelled set as the trust layer sees it: a pool, and what people answered in its classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from assistant.errors import FatalModelError, InvalidValueError
from assistant.ingest.labels.labelled_set import ImportedAnswers, LabelledSet
from assistant.messages.wording import what
from assistant.models.embedders.build import build_embedder
from assistant.trust.pool import NONE, Pool, PoolAnswers
from assistant.trust.signals.raw_signals import compared_signals

NO_EMBEDDER = "none"
_BATCH = 256  # texts at once: enough to keep the embedder busy, little enough to show progress
_SHOWN_NAMES = 12
_LEAST_SPOKEN = 2  # languages; one alone tells nothing


def embed(
    texts: Sequence[str], embedder: str, *, note: Callable[[str], None], report: Callable[[int], None]
) -> tuple[str, np.ndarray]:
    """Vectors of texts, and the name of what made them.

    Args:
        texts: n of them.
        embedder: as `build_embedder` knows it, or `none` for no vectors: wording alone then tells items apart.
        note: told when the embedder is not installed and `none` takes its place.
        report: told how many are done.

    Returns:
        The embedder's identity or `none`, and (n, d) unit vectors, float32.

    Raises:
        SettingsError: no such embedder.
        FatalModelError: a service can't be reached.
    """
    nothing = np.zeros((len(texts), 0), dtype=np.float32)
    if embedder == NO_EMBEDDER:
        return NO_EMBEDDER, nothing
    try:
        made = build_embedder(embedder)
    except FatalModelError as error:
        note(f"no vectors: {what(error)}; items are distinguished by their wording alone ({error.hint})")
        return NO_EMBEDDER, nothing
    parts = []
    for start in range(0, len(texts), _BATCH):
        parts.append(made.embed(texts[start : start + _BATCH]))
        report(min(start + _BATCH, len(texts)))
    return made.name, np.concatenate(parts)


def labelled_pool(labelled: LabelledSet, vectors: np.ndarray, meta: Sequence[str] = ()) -> tuple[Pool, np.ndarray]:
    """The pool of a labelled set, and (n,) what people answered, in its classes.

    Args:
        labelled: a set of n items.
        vectors: (n, d) of their texts.
        meta: fields of metadata that may be learned from; `metadata` has checked them.
    """
    given = {label for answers in labelled.answers.values() for label in answers.labels if label is not None}
    classes = tuple(sorted({*labelled.labels, *given}))
    code = {label: number for number, label in enumerate(classes)}
    answers = {name: _coded(said, code) for name, said in labelled.answers.items()}
    machine = PoolAnswers(np.full(len(labelled), NONE)) if labelled.machine is None else answers.pop(labelled.machine)
    pool = Pool(
        ids=labelled.ids,
        texts=labelled.texts,
        vectors=vectors,
        classes=classes,
        machine=machine,
        others=answers,
        signals=_signals(labelled, machine, answers),
        categories=_languages(labelled) | {name: _column(labelled, name) for name in meta},
    )
    return pool, np.array([code[label] for label in labelled.labels])


def check_fields(labelled: LabelledSet, names: Sequence[str], items: Path) -> None:
    """Makes sure that the items have all fields of metadata the user names.

    Raises:
        InputError: says which are not there, and what is.
    """
    known = tuple(dict.fromkeys(name for meta in labelled.metas for name in meta))
    if any(source is not None for source in labelled.sources):
        known = tuple(dict.fromkeys([*known, "source"]))
    wrong = [name for name in names if name not in known]
    if not wrong:
        return
    shown = ", ".join(known[:_SHOWN_NAMES]) + (" ..." if len(known) > _SHOWN_NAMES else "")
    missing = [_missing(name, known) for name in wrong]
    raise InvalidValueError("fields_not_found", where=f"{items}:1", missing=missing, known=shown or "(none)")


def _missing(name: str, known: Sequence[str]) -> InvalidValueError:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return InvalidValueError("field_not_found_near", name=name, near=near[0])
    return InvalidValueError("field_not_found", name=name)


def _coded(said: ImportedAnswers, code: Mapping[str, int]) -> PoolAnswers:
    return PoolAnswers(np.array([NONE if label is None else code[label] for label in said.labels]), said.scores)


def _signals(labelled: LabelledSet, machine: PoolAnswers, others: Mapping[str, PoolAnswers]) -> dict[str, np.ndarray]:
    """The signals that a run of the same answers has in a workspace: what is played is what the commands do."""
    stored = {} if machine.scores is None else {"score": machine.scores}
    beside = {name: answers.codes for name, answers in others.items()}
    return stored | compared_signals(labelled.texts, machine.codes, beside, [])


def _languages(labelled: LabelledSet) -> dict[str, np.ndarray]:
    several = len(set(labelled.languages)) >= _LEAST_SPOKEN
    return {"language": np.array(labelled.languages, dtype=object)} if several else {}


def _column(labelled: LabelledSet, name: str) -> np.ndarray:
    """A field of all items as names; the metadata's own field goes before the item's `source`."""
    if any(name in meta for meta in labelled.metas):
        values = [meta.get(name) for meta in labelled.metas]
    else:
        values = list(labelled.sources)
    return np.array(["" if value is None else str(value) for value in values], dtype=object)
