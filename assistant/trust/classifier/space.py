"""What turns an item into numbers, fixed once: an item gets the same numbers whatever items stand beside it.

Everything here that is measured (how rare an n-gram is, the mean and spread of a signal, which names occur) is measured
on some items and then kept. Where these are the items that taught, any other item of the same source is as new to it
as one that comes next month.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeAlias

import numpy as np
import scipy.sparse as sp

from assistant.trust.classifier.text_features import character_ngrams, rarity, style, weighted
from assistant.trust.pool import NONE, Pool, PoolAnswers

_LEVELS = 6  # levels of a machine's own score

Block: TypeAlias = np.ndarray | sp.csr_array
"""(n, d) float32, dense or in compressed rows; rows have length 1 on average."""


@dataclass(frozen=True, slots=True, eq=False)
class ColumnScale:
    """Mean and spread of d columns, (d,) each; a column with the spread 0 becomes 0."""

    mean: np.ndarray
    spread: np.ndarray

    @classmethod
    def of(cls, columns: np.ndarray) -> Self:
        """Of (n, d) numbers."""
        return cls(columns.mean(axis=0), columns.std(axis=0))

    def standardised(self, columns: np.ndarray) -> np.ndarray:
        """(n, d) float32 with mean 0 and spread 1, held within 3."""
        spread = np.where(self.spread > 1e-9, self.spread, np.inf)
        return np.asarray(np.clip((columns - self.mean) / spread, -3, 3), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Raw numbers, by name, and what stands in for one that is missing.

    Args:
        names: of s signals.
        fills: (s,) their means.
        gaps: (s,) whether a column of its own says where the signal is missing.
        scale: of these s columns and those for gaps, each after its signal.
    """

    names: tuple[str, ...]
    fills: np.ndarray
    gaps: np.ndarray
    scale: ColumnScale

    @classmethod
    def of(cls, pool: Pool, index: np.ndarray) -> Self:
        """As they are on some items of a pool."""
        names = tuple(pool.signals)
        known = [np.isfinite(pool.signals[name][index]) for name in names]
        fills = [
            pool.signals[name][index][at].mean() if at.any() else 0.0 for name, at in zip(names, known, strict=True)
        ]
        gaps = np.array([bool(at.any() and not at.all()) for at in known], dtype=bool)
        bare = cls(names, np.array(fills), gaps, ColumnScale(np.zeros(0), np.zeros(0)))
        return cls(names, bare.fills, gaps, ColumnScale.of(bare._filled(pool)[index]))

    def block(self, pool: Pool) -> sp.csr_array:
        """(n, d) compressed rows."""
        return sp.csr_array(self.scale.standardised(self._filled(pool)) * np.float32(0.5))

    def _filled(self, pool: Pool) -> np.ndarray:
        parts = [np.zeros((len(pool), 0), dtype=np.float32)]
        for name, fill, gaps in zip(self.names, self.fills.tolist(), self.gaps.tolist(), strict=True):
            column = pool.signals.get(name, np.full(len(pool), np.nan))
            missing = ~np.isfinite(column)
            parts.append(np.where(missing, fill, column)[:, None])
            if gaps:
                parts.append(missing[:, None].astype(np.float32))
        return np.hstack(parts)


@dataclass(frozen=True, slots=True, eq=False)
class FeatureSpace:
    """How items become blocks of numbers.

    Args:
        classes: how many different answers have columns; an answer beyond these has none.
        edges: between the levels of each machine's score, the run's own (named "") first; None where it has no scores.
        signals: raw numbers.
        rarity: (65,536,) weight of each n-gram.
        style: of the 14 numbers about writing.
        categories: the names of each category that have a column.
        factors: of each block, so that its rows have length 1 on average; blocks without columns are not among them.
    """

    classes: int
    edges: Mapping[str, np.ndarray | None]
    signals: Signals
    rarity: np.ndarray
    style: ColumnScale
    categories: Mapping[str, np.ndarray]
    factors: Mapping[str, float]

    @classmethod
    def of(cls, pool: Pool, fitted_on: np.ndarray | None = None) -> tuple[Self, dict[str, Block]]:
        """The space measured on some items of a pool, all where none are named, and the blocks of all its items."""
        index = np.arange(len(pool)) if fitted_on is None else fitted_on
        least = 2 if fitted_on is None else 1  # what one item alone has tells nothing, unless there are others to come
        counts, written = character_ngrams(pool.texts), style(pool.texts)
        measured = counts if fitted_on is None else counts[fitted_on]
        frequency = np.bincount(measured.indices, minlength=counts.shape[1])
        bare = cls(
            classes=len(pool.classes),
            edges={name: _edges(answers, index) for name, answers in _machines(pool)},
            signals=Signals.of(pool, index),
            rarity=rarity(frequency, len(index), least),
            style=ColumnScale.of(_some(written, fitted_on)),
            categories={name: _names(column[index], least) for name, column in pool.categories.items()},
            factors={},
        )
        blocks = {name: block for name, block in bare._raw(pool, counts, written) if block.shape[1]}
        factors = {name: _factor(_some(block, fitted_on)) for name, block in blocks.items()}
        return replace(bare, factors=factors), {name: _times(block, factors[name]) for name, block in blocks.items()}

    def blocks(self, pool: Pool) -> dict[str, Block]:
        """Any items as numbers: a pool numbered as the space's own was, other machines and signals as it named them."""
        raw = self._raw(pool, character_ngrams(pool.texts), style(pool.texts))
        return {name: _times(block, self.factors[name]) for name, block in raw if name in self.factors}

    def _raw(self, pool: Pool, counts: sp.csr_array, written: np.ndarray) -> Iterator[tuple[str, Block]]:
        yield "answers", self._answers(pool)
        yield "vectors", np.asarray(pool.vectors, dtype=np.float32)
        yield "ngrams", weighted(counts, self.rarity)
        yield "style", self.style.standardised(written)
        if self.categories:
            yield (
                "categories",
                beside([_one_hot(pool.categories[name], known) for name, known in self.categories.items()]),
            )

    def _answers(self, pool: Pool) -> sp.csr_array:
        """What the machines said, how sure they were, and the raw signals."""
        given, nothing = dict(_machines(pool)), PoolAnswers(np.full(len(pool), NONE))
        parts = [
            block
            for name, edges in self.edges.items()
            for block in _answer_blocks(given.get(name, nothing), edges, self.classes)
        ]
        return beside([*parts, self.signals.block(pool)])


def beside(blocks: Sequence[sp.csr_array]) -> sp.csr_array:
    """Blocks over the same items as one."""
    return sp.csr_array(sp.hstack(list(blocks), format="csr", dtype=np.float32))


def _machines(pool: Pool) -> Iterator[tuple[str, PoolAnswers]]:
    yield "", pool.machine
    yield from pool.others.items()


def _edges(answers: PoolAnswers, index: np.ndarray) -> np.ndarray | None:
    """Between the levels of the scores of some items."""
    if answers.scores is None:
        return None
    scores = answers.scores[index]
    known = (answers.codes[index] != NONE) & np.isfinite(scores)
    if not known.any():
        return None
    return np.unique(np.quantile(scores[known], np.linspace(0, 1, _LEVELS + 1)[1:-1]))


def _answer_blocks(answers: PoolAnswers, edges: np.ndarray | None, classes: int) -> list[sp.csr_array]:
    """The answer, and the answer at each level of the score."""
    answered = (answers.codes != NONE) & (answers.codes < classes)
    blocks = [_indicator(np.where(answered, answers.codes, 0), classes, answered)]
    if edges is None:
        return blocks
    scores = np.full(len(answered), np.nan) if answers.scores is None else answers.scores
    known = answered & np.isfinite(scores)
    level = np.searchsorted(edges, np.where(known, scores, 0.0))
    crossed = np.where(known, answers.codes * (len(edges) + 1) + level, 0)
    return [*blocks, _indicator(crossed, classes * (len(edges) + 1), known)]


def _indicator(codes: np.ndarray, width: int, where: np.ndarray) -> sp.csr_array:
    rows = np.flatnonzero(where)
    ones = np.ones(len(rows), dtype=np.float32)
    return sp.csr_array(sp.coo_array((ones, (rows, codes[rows])), shape=(len(codes), width)))


def _names(column: np.ndarray, least: int) -> np.ndarray:
    """The names that occur so often or more, in order."""
    names, counts = np.unique(column.astype(str), return_counts=True)
    return np.asarray(names[counts >= least])


def _one_hot(column: np.ndarray, known: np.ndarray) -> sp.csr_array:
    """A column for each known name; an item with another has none of them."""
    names = column.astype(str)
    if not len(known):
        return sp.csr_array((len(names), 0), dtype=np.float32)
    codes = np.minimum(np.searchsorted(known, names), len(known) - 1)
    return _indicator(codes, len(known), known[codes] == names)


def _some(block: Block, index: np.ndarray | None) -> Block:
    """Some rows; all of them, without a copy, where none are named."""
    return block if index is None else block[index]


def _factor(block: Block) -> float:
    numbers = block if isinstance(block, np.ndarray) else block.data
    mean = float((numbers.astype(np.float64) ** 2).sum()) / max(block.shape[0], 1)
    return float(1 / np.sqrt(mean)) if mean > 0 else 1.0


def _times(block: Block, factor: float) -> Block:
    scaled: Block = block * np.float32(factor)
    return scaled
