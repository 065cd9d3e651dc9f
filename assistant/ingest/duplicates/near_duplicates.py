"""Groups of near-duplicates among many items, from their MinHash signatures.

Banded locality-sensitive hashing (Indyk and Motwani, STOC 1998; Leskovec, Rajaraman and Ullman, Mining of Massive
Datasets, section 3.4), done by sorting: items that agree in all bytes of a band are compared, those alike enough are
joined, and groups are the connected components. With 16 bands of 8 bytes a pair of Jaccard similarity s is compared
with probability 1 - (1 - s^8)^16: 0.994 at s = 0.85, 0.9998 at 0.90, 0.06 at 0.50.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.ingest.duplicates.components import Components, Nodes
from assistant.ingest.duplicates.signatures import (
    SIGNATURE_BYTES,
    estimated_similarity,
    exact_similarity,
    signatures,
)

__all__ = ["group_near_duplicates", "signatures"]

_ALL_PAIRS_UP_TO = 50  # items in a bucket; in a larger one (a common template) each is compared with few
_FEW = 8
_CHUNK = 1 << 15  # pairs compared at once
_PAIRS_READ = 100  # pairs whose texts are in memory at once
_BORDER = 0.1  # three standard errors of the estimate: where it is nearer to the threshold, the texts decide
_SMALL_BANDS_BELOW = 0.8  # threshold under which bands have 4 bytes: 32 of them compare 0.9998 of pairs with s = 0.7

Signatures = NDArray[np.uint8]
ReadTexts = Callable[[Sequence[Any]], Sequence[str]]


def group_near_duplicates(
    ids: NDArray[Any],
    signatures: Signatures | Iterable[bytes],
    *,
    threshold: float = 0.85,
    read_texts: ReadTexts | None = None,
) -> NDArray[Any]:
    """For each item the smallest id of its group; an item without near-duplicates is its own group.

    The result depends on the ids and their signatures only, not on their order. 1 M items take seconds and less than
    500 MB, of which 128 MB are the signatures.

    Args:
        ids: shape (n,), distinct, sortable: integers, or text as an object array.
        signatures: shape (n, 128), or n times 128 bytes, in the order of `ids`; one of zeros is never grouped.
        threshold: Jaccard similarity of folded character n-grams from which two items are near-duplicates, [0.5, 1].
        read_texts: gives the texts of some ids, in their order. Where it is given, pairs whose estimate lies within
            0.1 of the threshold are decided by their texts, else by the estimate (standard error 0.03).

    Returns:
        Shape (n,), of the type of `ids`.

    Raises:
        ValueError: a threshold outside [0.5, 1], or a number of signatures that isn't that of the ids.
    """
    if not 0.5 <= threshold <= 1:
        raise ValueError(f"threshold must lie in [0.5, 1], not {threshold}")
    matrix = _as_matrix(signatures, len(ids))
    by_id = np.argsort(ids, kind="stable").astype(np.int32)  # node (the rank of an id) -> place in the input
    judge = _Judge(matrix, ids, by_id, threshold=threshold, read_texts=read_texts)
    components = Components(len(ids))
    nodes = _join_identical(matrix, by_id, components)
    for left, right in _candidates(matrix, by_id, nodes, 8 if threshold >= _SMALL_BANDS_BELOW else 4):
        apart = components.root_of(left) != components.root_of(right)
        first, second = left[apart], right[apart]
        alike = judge.alike(first, second)
        components.join(first[alike], second[alike])
    representative = np.empty_like(ids)
    representative[by_id] = ids[by_id[components.root_of(np.arange(len(ids), dtype=np.int32))]]
    return representative


def _as_matrix(signatures: Signatures | Iterable[bytes], rows: int) -> Signatures:
    if not isinstance(signatures, np.ndarray):
        signatures = np.frombuffer(b"".join(signatures), dtype=np.uint8)
        if signatures.size == rows * SIGNATURE_BYTES:
            signatures = signatures.reshape(rows, SIGNATURE_BYTES)
    if signatures.shape != (rows, SIGNATURE_BYTES):
        raise ValueError(f"{rows} ids but signatures of shape {signatures.shape}")
    return np.ascontiguousarray(signatures)


def _join_identical(matrix: Signatures, by_id: Nodes, components: Components) -> Nodes:
    """Joins items of one signature, so that a post sent a thousand times is compared once.

    Returns:
        The smallest node of each signature, in ascending order; none for one of zeros.
    """
    words = matrix.view(np.uint64)
    digest = np.zeros(len(matrix), dtype=np.uint64)
    for column in range(words.shape[1]):
        digest = (digest ^ words[:, column]) * np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio
        digest ^= digest >> np.uint64(32)
    _, first, same = np.unique(digest[by_id], return_index=True, return_inverse=True)
    smallest = first.astype(np.int32)[same]  # of each node: the smallest with its signature
    comparable = np.asarray(words.any(axis=1))
    nodes: Nodes = np.flatnonzero(comparable[by_id]).astype(np.int32)
    components.join(nodes, smallest[nodes])
    alone: Nodes = nodes[smallest[nodes] == nodes]
    return alone


def _candidates(matrix: Signatures, by_id: Nodes, nodes: Nodes, rows: int) -> Iterator[tuple[Nodes, Nodes]]:
    """Pairs of nodes that agree in all `rows` bytes of a band, in chunks; a pair may come once for every band."""
    bands = matrix.view(np.uint64 if rows == 8 else np.uint32)
    places = by_id[nodes]
    for band in range(bands.shape[1]):
        keys = bands[places, band]
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        shared = np.zeros(len(keys), dtype=bool)
        shared[1:] = keys[1:] == keys[:-1]
        shared[:-1] |= shared[1:]
        if shared.any():
            members = nodes[order[shared]]
            beside = bands[by_id[members], (band + 1) % bands.shape[1]]
            yield from _pairs_in_buckets(members, keys[shared], beside)


def _pairs_in_buckets(members: Nodes, keys: NDArray[Any], beside: NDArray[Any]) -> Iterator[tuple[Nodes, Nodes]]:
    """Pairs of members with equal keys: all of a small bucket; of a large one each with its 8 neighbours and the first.

    Args:
        members: nodes, those of a bucket together.
        keys: of each member, sorted.
        beside: key of each member in the next band: in a large bucket those alike there too come to stand together.
    """
    order = np.lexsort((members, beside, keys))
    members, keys = members[order], keys[order]
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    sizes = np.diff(np.append(starts, len(keys)))
    size, start = np.repeat(sizes, sizes), np.repeat(starts, sizes)
    for distance in range(1, min(_ALL_PAIRS_UP_TO, int(sizes.max()))):
        near = keys[distance:] == keys[:-distance]
        if distance > _FEW:
            near &= size[distance:] <= _ALL_PAIRS_UP_TO
        left = np.flatnonzero(near)
        yield from _chunks(members[left], members[left + distance])
    large = np.flatnonzero(size > _ALL_PAIRS_UP_TO)
    yield from _chunks(members[start[large]], members[large])


def _chunks(left: Nodes, right: Nodes) -> Iterator[tuple[Nodes, Nodes]]:
    for begin in range(0, len(left), _CHUNK):
        yield left[begin : begin + _CHUNK], right[begin : begin + _CHUNK]


class _Judge:
    """Says which pairs are near-duplicates; the texts of a pair are read once, however often it comes.

    Args:
        matrix: the signatures in the order of the input.
        ids: in the same order.
        by_id: node -> place in the input.
        threshold, read_texts: as for `group_near_duplicates`.
    """

    def __init__(
        self, matrix: Signatures, ids: NDArray[Any], by_id: Nodes, *, threshold: float, read_texts: ReadTexts | None
    ) -> None:
        self._matrix, self._ids, self._by_id = matrix, ids, by_id
        self._threshold = threshold
        self._read_texts = read_texts
        self._rejected: set[tuple[int, int]] = set()

    def alike(self, left: Nodes, right: Nodes) -> NDArray[np.bool_]:
        """Whether each pair of nodes is alike enough, shape (pairs,)."""
        similarity = estimated_similarity(self._matrix[self._by_id[left]], self._matrix[self._by_id[right]])
        if self._read_texts is not None:
            near = np.flatnonzero(abs(similarity - self._threshold) < _BORDER)
            for begin in range(0, len(near), _PAIRS_READ):
                places = near[begin : begin + _PAIRS_READ]
                similarity[places] = self._by_texts(left[places], right[places], self._read_texts)
        return np.asarray(similarity >= self._threshold)

    def _by_texts(self, left: Nodes, right: Nodes, read_texts: ReadTexts) -> list[float]:
        pairs = list(zip(left.tolist(), right.tolist(), strict=True))
        unread = [pair for pair in pairs if pair not in self._rejected]
        wanted = [self._ids[self._by_id[node]] for pair in unread for node in pair]
        texts = iter(read_texts(wanted) if wanted else ())
        similarity = {pair: exact_similarity(next(texts), next(texts)) for pair in unread}
        self._rejected.update(pair for pair in unread if similarity[pair] < self._threshold)
        return [similarity.get(pair, 0.0) for pair in pairs]
