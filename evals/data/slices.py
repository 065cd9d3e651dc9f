"""Columns by which items are sliced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assistant.domain.reasons import Reason
from assistant.errors import InputError
from evals.data.eval_data import NONE, EvalData, SliceColumn, Variant
from evals.data.selection import CLAUSE

MOST_VALUES = 60
"""A property with more values than this names items rather than kinds of them; it makes no slices."""

_LENGTHS = (50, 200, 1000)
"""Bounds in characters: a remark, a post, a long post, an article."""


def values_column(values: Sequence[str | None]) -> SliceColumn:
    """A column of names, most frequent first, then by name; with more than `MOST_VALUES` all others share a name."""
    known, codes = np.unique([value for value in values if value is not None], return_inverse=True)
    counts = np.bincount(codes, minlength=len(known))
    order = np.lexsort((known, -counts))
    rank = np.empty(len(known), dtype=np.int64)
    rank[order] = np.arange(len(known))
    column = np.full(len(values), NONE, dtype=np.int64)
    column[[value is not None for value in values]] = np.minimum(rank[codes], MOST_VALUES)
    names = [str(name) for name in known[order]]
    return SliceColumn(tuple(names[:MOST_VALUES]) + (("(others)",) if len(names) > MOST_VALUES else ()), column)


def length_column(texts: Sequence[str | None]) -> SliceColumn:
    """Texts by length in characters."""
    lengths = np.array([-1 if text is None else len(text) for text in texts], dtype=np.int64)
    codes = np.where(lengths < 0, NONE, np.searchsorted(np.array(_LENGTHS), lengths, side="right"))
    first, *others = _LENGTHS
    names = [f"under {first:,}"]
    names += [f"{low:,} to {high - 1:,}" for low, high in zip(_LENGTHS, others, strict=False)]
    return SliceColumn((*names, f"{_LENGTHS[-1]:,} and more"), codes)


def cited_clauses(variant: Variant) -> SliceColumn | None:
    """Items by the clauses that a variant cited (`H1`, `H1 + H2`); None where it cited none at all."""
    if variant.clauses is None or not any(variant.clauses):
        return None
    return values_column([" + ".join(cited) or None for cited in variant.clauses])


def with_clauses(data: EvalData, variant: str | None) -> EvalData:
    """The data, also sliced by the clauses that a variant cited.

    Raises:
        InputError: there is no variant, or it cited none.
    """
    column = None if variant is None else cited_clauses(data.variants[variant])
    if column is None:
        if variant is None:
            raise InputError("people_cite_no_clauses")
        raise InputError("variant_cites_no_clause", variant=variant)
    notes = (*data.notes, Reason.of("clauses_as_cited", variant=variant or ""))
    return replace(data, slices={**data.slices, CLAUSE: column}, notes=notes)
