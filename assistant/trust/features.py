"""A pool as the student sees it: blocks of numbers, one row an item, computed once and used for every fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
import scipy.sparse as sp

from assistant.trust.pool import NONE, Answers, Pool
from assistant.trust.text import character_ngrams, style, weigh_by_rarity

_LEVELS = 6  # levels of a machine's own score
_PAGE = 50_000  # items whose dense part is multiplied at a time

Block: TypeAlias = np.ndarray | sp.csr_array
"""(n, d) float32, dense or in compressed rows; rows have length 1 on average."""

Recipe = Mapping[str, float]
"""How much each block weighs in the likeness of two items; blocks not named don't count."""


@dataclass(frozen=True, slots=True)
class Features:
    """Blocks over the same n items.

    Args:
        blocks: `answers` (what the machines said, how sure, raw signals), `vectors`, `ngrams`, `style`, and
            `categories` where the pool has some.
    """

    blocks: Mapping[str, Block]

    @classmethod
    def of(cls, pool: Pool) -> Self:
        """Everything known about the items of a pool, but what people said."""
        counts = character_ngrams(pool.texts)
        frequency = np.bincount(counts.indices, minlength=counts.shape[1])
        blocks: dict[str, Block] = {
            "answers": _answers(pool),
            "vectors": np.asarray(pool.vectors, dtype=np.float32),
            "ngrams": weigh_by_rarity(counts, frequency, len(pool)),
            "style": _standardised(style(pool.texts)),
        }
        if pool.categories:
            blocks["categories"] = _beside([_one_hot(column) for column in pool.categories.values()])
        return cls({name: _of_unit_length(block) for name, block in blocks.items() if block.shape[1]})

    def likeness(self, index: np.ndarray, recipe: Recipe) -> np.ndarray:
        """(m, m) float64: weighted inner products of some items, plus one: the constant every item shares."""
        return mixed(self.products(index, recipe), recipe)

    def products(self, index: np.ndarray, names: Iterable[str]) -> dict[str, np.ndarray]:
        """Inner products of some items by block, (m, m) each: what several recipes can be mixed from."""
        found = {}
        for name in names:
            rows = self.blocks.get(name)
            if rows is not None:
                product = rows[index] @ rows[index].T
                found[name] = product.toarray() if sp.issparse(product) else product
        return found

    def scores(self, index: np.ndarray, shares: np.ndarray, recipe: Recipe) -> np.ndarray:
        """(n, k) float64: likeness of all items to some, times how much each of these counts, shares (m, k)."""
        total = np.repeat(shares.sum(axis=0)[None, :], len(self), axis=0)
        for name, weight in self._weighted(recipe):
            block = self.blocks[name]
            total += weight * _times(block, np.asarray(block[index].T @ shares.astype(np.float32)))
        return total

    def rows(self, index: np.ndarray, recipe: Recipe) -> sp.csr_array:
        """(m, d) compressed rows whose inner products are the likeness without its constant."""
        parts = [sp.csr_array(self.blocks[name][index]) * np.float32(np.sqrt(w)) for name, w in self._weighted(recipe)]
        return _beside(parts)

    def times(self, weights: np.ndarray, recipe: Recipe) -> np.ndarray:
        """(n, k) float64: the rows of all items times weights (d, k)."""
        total, start = np.zeros((len(self), weights.shape[1])), 0
        for name, weight in self._weighted(recipe):
            width = self.blocks[name].shape[1]
            part = weights[start : start + width] * np.sqrt(weight)
            total += _times(self.blocks[name], part.astype(np.float32))
            start += width
        return total

    def __len__(self) -> int:
        return int(next(iter(self.blocks.values())).shape[0])

    def _weighted(self, recipe: Recipe) -> list[tuple[str, float]]:
        return [(name, recipe[name]) for name in self.blocks if recipe.get(name)]


def mixed(products: Mapping[str, np.ndarray], recipe: Recipe) -> np.ndarray:
    """(m, m) float64: `Features.products` weighted by a recipe, plus one."""
    size = len(next(iter(products.values())))
    total = np.ones((size, size))
    for name, product in products.items():
        if weight := recipe.get(name):
            total += weight * product
    return total


def _times(block: Block, weights: np.ndarray) -> np.ndarray:
    pages = [block[start : start + _PAGE] @ weights for start in range(0, block.shape[0], _PAGE)]
    return np.concatenate(pages) if pages else np.zeros((0, weights.shape[1]))


def _of_unit_length(block: Block) -> Block:
    numbers = block if isinstance(block, np.ndarray) else block.data
    mean = float((numbers.astype(np.float64) ** 2).sum()) / max(block.shape[0], 1)
    scaled: Block = (block * np.float32(1 / np.sqrt(mean))) if mean > 0 else block
    return scaled


def _answers(pool: Pool) -> sp.csr_array:
    """What the machines said, how sure they were, and the raw signals."""
    blocks = [
        block for each in (pool.machine, *pool.others.values()) for block in _answer_blocks(each, len(pool.classes))
    ]
    numbers = _standardised(_numbers(list(pool.signals.values()), len(pool)))
    return _beside([*blocks, sp.csr_array(numbers * np.float32(0.5))])


def _answer_blocks(answers: Answers, classes: int) -> list[sp.csr_array]:
    """The answer, and the answer at each level of the score."""
    answered = answers.codes != NONE
    blocks = [_indicator(np.where(answered, answers.codes, 0), classes, answered)]
    if answers.scores is None or not np.isfinite(answers.scores).any():
        return blocks
    known = answered & np.isfinite(answers.scores)
    edges = np.unique(np.quantile(answers.scores[known], np.linspace(0, 1, _LEVELS + 1)[1:-1]))
    level = np.searchsorted(edges, np.where(known, answers.scores, 0.0))
    crossed = np.where(known, answers.codes * (len(edges) + 1) + level, 0)
    return [*blocks, _indicator(crossed, classes * (len(edges) + 1), known)]


def _indicator(codes: np.ndarray, width: int, where: np.ndarray) -> sp.csr_array:
    rows = np.flatnonzero(where)
    ones = np.ones(len(rows), dtype=np.float32)
    return sp.csr_array(sp.coo_array((ones, (rows, codes[rows])), shape=(len(codes), width)))


def _one_hot(column: np.ndarray) -> sp.csr_array:
    """A column for each name that occurs twice or more."""
    _, codes, counts = np.unique(column.astype(str), return_inverse=True, return_counts=True)
    return _indicator(codes, len(counts), counts[codes] > 1)


def _numbers(columns: Sequence[np.ndarray], n: int) -> np.ndarray:
    """The columns, and for each that has gaps one that says where."""
    parts = [np.zeros((n, 0), dtype=np.float32)]
    for column in columns:
        missing = ~np.isfinite(column)
        fill = column[~missing].mean() if not missing.all() else 0.0
        parts.append(np.where(missing, fill, column)[:, None])
        if missing.any() and not missing.all():
            parts.append(missing[:, None].astype(np.float32))
    return np.hstack(parts)


def _standardised(columns: np.ndarray) -> np.ndarray:
    """Mean 0 and spread 1, held within 3; a constant column becomes 0."""
    spread = columns.std(axis=0)
    scaled = np.clip((columns - columns.mean(axis=0)) / np.where(spread > 1e-9, spread, np.inf), -3, 3)
    return np.asarray(scaled, dtype=np.float32)


def _beside(blocks: Sequence[sp.csr_array]) -> sp.csr_array:
    return sp.csr_array(sp.hstack(list(blocks), format="csr", dtype=np.float32))
