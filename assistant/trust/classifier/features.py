"""A pool as the classifier sees it: blocks of numbers, one row an item, computed once and used for every fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
import scipy.sparse as sp

from assistant.trust.classifier.space import Block, FeatureSpace, beside
from assistant.trust.pool import Pool

_PAGE = 10_000  # items whose dense part is multiplied at a time

Recipe = Mapping[str, float]
"""How much each block weighs in the similarity of two items; blocks not named don't count."""

Weights: TypeAlias = Mapping[str, np.ndarray]
"""By block (d, k) float32: what each of its d numbers adds to the log-odds of k curves."""


@dataclass(frozen=True, slots=True)
class Features:
    """Blocks over the same n items.

    Args:
        blocks: `answers` (what the machines said, how sure, raw signals), `vectors`, `ngrams`, `style`, and
            `categories` where the pool has some.
        space: what made them.
    """

    blocks: Mapping[str, Block]
    space: FeatureSpace

    @classmethod
    def of(cls, pool: Pool, fitted_on: np.ndarray | None = None) -> Self:
        """Everything known about the items of a pool, but what people said.

        Args:
            pool: the items.
            fitted_on: (k,) the items on which rarity, means and names are measured; None for all.
        """
        space, blocks = FeatureSpace.of(pool, fitted_on)
        return cls(blocks, space)

    def similarity(self, index: np.ndarray, recipe: Recipe) -> np.ndarray:
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

    def weights_of(self, index: np.ndarray, shares: np.ndarray, recipe: Recipe) -> dict[str, np.ndarray]:
        """Weights whose log-odds are the similarity to some items times how much each of these counts, shares (m, k).

        Without the constant of the similarity, which adds `shares.sum(axis=0)`.
        """
        counted = shares.astype(np.float32)
        return {
            name: np.asarray(self.blocks[name][index].T @ counted) * np.float32(weight)
            for name, weight in self._weighted(recipe)
        }

    def rows(self, index: np.ndarray, recipe: Recipe) -> sp.csr_array:
        """(m, d) compressed rows whose inner products are the similarity without its constant."""
        parts = [sp.csr_array(self.blocks[name][index]) * np.float32(np.sqrt(w)) for name, w in self._weighted(recipe)]
        return beside(parts)

    def parted(self, weights: np.ndarray, recipe: Recipe) -> dict[str, np.ndarray]:
        """Weights of `rows` (d, k) as weights by block."""
        parts, start = {}, 0
        for name, weight in self._weighted(recipe):
            width = self.blocks[name].shape[1]
            parts[name] = (weights[start : start + width] * np.sqrt(weight)).astype(np.float32)
            start += width
        return parts

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


def linear(blocks: Mapping[str, Block], weights: Weights, n: int) -> np.ndarray:
    """(n, k) float64: what the numbers of each item add up to; an item's own row alone decides its sum."""
    total: np.ndarray = np.zeros((n, next(iter(weights.values())).shape[1]))
    for name, part in weights.items():
        total += _times(blocks[name], part)
    return total


def _times(block: Block, weights: np.ndarray) -> np.ndarray:
    """Dense ones in double precision: in single it would show in which order sums are taken, and that hangs on n."""
    if not isinstance(block, np.ndarray):
        return np.asarray(block @ weights)
    exact = weights.astype(np.float64)
    pages = [block[start : start + _PAGE].astype(np.float64) @ exact for start in range(0, len(block), _PAGE)]
    return np.concatenate(pages) if pages else np.zeros((0, weights.shape[1]))
