"""MinHash signatures of texts, 128 bytes each: the similarity of two texts follows from their signatures.

A text becomes the set of its character n-grams after folding (NFKC, case, white space, zero-width characters; for
matching only). rensa's R-MinHash draws 128 minima of that set; the lowest byte of each is kept (b-bit minwise hashing
with b = 8, Li and König, WWW 2010): 128 bytes instead of 512 at nearly the same precision.

The Jaccard similarity J of two texts is estimated from the share m of equal bytes as (m - 1/256) / (1 - 1/256), with a
standard error of sqrt(J (1 - J) / 128): 0.032 at J = 0.85.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

SIGNATURE_BYTES = 128

_SEED = 20_240_229  # part of every stored signature: another seed makes them incomparable
_SHORT_GRAM, _LONG_GRAM = 3, 5
_LONG_TEXT = 256  # folded characters from which 5-grams are taken: there 3-grams are too common to distinguish texts
_LONGEST = 1 << 18  # folded characters that are looked at
_BATCH_TEXTS, _BATCH_CHARACTERS = 512, 1 << 20  # hashed at once: about 40 bytes of memory a character
_EDGE = "\x02"  # stands before and after each text, so that the shortest has an n-gram too
_ZERO_WIDTH = re.compile(r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio, odd
_MIXER = np.uint64(0xBF58476D1CE4E5B9)  # a constant of splitmix64


def fold(text: str) -> str:
    """The text as it is compared: NFKC, casefolded, white space runs as one space, zero-width characters gone."""
    if not text.isascii():
        text = _ZERO_WIDTH.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(text.casefold().split())


def signatures(texts: Iterable[str]) -> Iterator[bytes]:
    """The signature of each text, in order: 128 bytes, all 0 for a text that is empty after folding.

    10 to 20 microseconds CPU for a post of 80 characters.
    """
    for batch in _batches(fold(text)[:_LONGEST] for text in texts):
        for row in _signature_matrix(batch):
            yield row.tobytes()


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    characters = 0
    for text in texts:
        batch.append(text)
        characters += len(text)
        if len(batch) >= _BATCH_TEXTS or characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def estimated_similarity(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The Jaccard similarity of texts, from their signatures.

    Args:
        left, right: signatures, shape (n, 128).

    Returns:
        Shape (n,), a little below 0 for texts with nothing in common, 1 for equal sets of n-grams.
    """
    equal = np.count_nonzero(left == right, axis=1) / SIGNATURE_BYTES
    chance = 1 / 256
    return np.asarray((equal - chance) / (1 - chance), dtype=np.float64)


def exact_similarity(left: str, right: str) -> float:
    """The Jaccard similarity that `estimated_similarity` estimates: of the two sets of n-grams, 0 to 1."""
    grams = [_grams(fold(text)[:_LONGEST]) for text in (left, right)]
    return len(grams[0] & grams[1]) / (len(grams[0] | grams[1]) or 1)


def _grams(folded: str) -> set[str]:
    gram = _LONG_GRAM if len(folded) >= _LONG_TEXT else _SHORT_GRAM
    padded = f"{_EDGE}{folded}{_EDGE}" if folded else ""
    return {padded[place : place + gram] for place in range(len(padded) - gram + 1)}


def _signature_matrix(folded: Sequence[str]) -> NDArray[np.uint8]:
    """Shape (texts, 128)."""
    matrix = np.zeros((len(folded), SIGNATURE_BYTES), dtype=np.uint8)
    lengths = np.array([len(text) for text in folded])
    for gram, chosen in (
        (_SHORT_GRAM, (lengths > 0) & (lengths < _LONG_TEXT)),
        (_LONG_GRAM, lengths >= _LONG_TEXT),
    ):
        places = np.flatnonzero(chosen)
        if places.size:
            matrix[places] = _minima([folded[place] for place in places.tolist()], gram)
    return matrix


def _minima(texts: Sequence[str], gram: int) -> NDArray[np.uint8]:
    """The signatures of folded texts by n-grams of `gram` characters, shape (texts, 128)."""
    # rensa loads a compiled library: only commands that compare texts pay for it.
    from rensa import RMinHash  # noqa: PLC0415

    hashes, offsets = _gram_hashes(texts, gram)
    rows = RMinHash.digest_matrix_from_flat_token_hashes(hashes, offsets, SIGNATURE_BYTES, _SEED).to_rows()
    minima = np.fromiter(chain.from_iterable(rows), dtype=np.uint32, count=len(texts) * SIGNATURE_BYTES)
    return minima.astype(np.uint8).reshape(len(texts), SIGNATURE_BYTES)  # the lowest byte


def _gram_hashes(texts: Sequence[str], gram: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The hashed n-grams of all texts one after the other, and where each text begins and the last one ends."""
    joined = "".join(f"{_EDGE}{text}{_EDGE}" for text in texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    windows = len(codes) - gram + 1
    hashes = np.zeros(windows, dtype=np.uint64)
    for place in range(gram):
        hashes = hashes * _MULTIPLIER + codes[place : place + windows]
    hashes = (hashes ^ (hashes >> np.uint64(29))) * _MIXER
    hashes ^= hashes >> np.uint64(32)
    lengths = np.array([len(text) + 2 for text in texts])
    whole = np.ones(len(codes), dtype=bool)
    whole[np.cumsum(lengths)[:, None] - np.arange(1, gram)] = False  # windows that reach into the next text
    offsets = np.concatenate(([0], np.cumsum(lengths - gram + 1))).astype(np.uint64)
    return hashes[whole[:windows]], offsets
