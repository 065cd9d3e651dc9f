"""Connected components of a growing graph, as arrays: nodes are numbers, a component is called by its smallest node."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Nodes = NDArray[np.int32]


class Components:
    """Nodes 0 to n-1, each its own component until joined.

    Every join hooks the larger root under the smaller and flattens the trees, so that looking up is one indexing
    (Shiloach and Vishkin, J. Algorithms 1982, made sequential). Memory: 4 bytes a node, twice that while joining.
    """

    def __init__(self, nodes: int) -> None:
        self._root: Nodes = np.arange(nodes, dtype=np.int32)

    def root_of(self, nodes: Nodes) -> Nodes:
        """The smallest node of the component of each of `nodes`."""
        return self._root[nodes]

    def join(self, left: Nodes, right: Nodes) -> None:
        """Joins the components of `left[i]` and `right[i]` for every i; both have shape (edges,)."""
        while True:
            first, second = self._root[left], self._root[right]
            apart = first != second
            if not apart.any():
                return
            first, second = first[apart], second[apart]
            np.minimum.at(self._root, np.maximum(first, second), np.minimum(first, second))
            self._flatten()

    def _flatten(self) -> None:
        while True:
            higher = self._root[self._root]
            if np.array_equal(higher, self._root):
                return
            self._root = higher
