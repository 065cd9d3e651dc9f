"""`hashing`: character n-grams hashed into a vector. No model, no download: for tests and for the smallest machines.

The hashing trick (Weinberger et al., ICML 2009) on character n-grams within words (Cavnar and Trenkle, 1994). It sees
shared spelling, not meaning: near-duplicates and recurring phrases are near, translations are not.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from zlib import crc32

import numpy as np

from assistant.models.embedders.interface import shortened, unit_rows

DIMENSIONS = 256
_LENGTHS = (1, 2, 3, 4)  # single characters carry Chinese, the longer ones the alphabets
_CHARACTERS = 4000


class HashingEmbedder:
    """Character n-gram hashing, deterministic on every machine; about 3,000 short texts a second."""

    name = "hashing-256-v1"

    @property
    def dims(self) -> int:
        """256."""
        return DIMENSIONS

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of the texts, float32 (n, 256)."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for gram, count in Counter(_grams(shortened(text, _CHARACTERS))).items():
                hashed = crc32(gram.encode("utf-8", "surrogatepass"))
                # The highest bit is the sign, so that colliding n-grams cancel instead of adding up.
                row[hashed % DIMENSIONS] += (1.0 if hashed >> 31 else -1.0) * (1.0 + np.log(count))
        return unit_rows(vectors)


def _grams(text: str) -> list[str]:
    words = [f" {word} " for word in unicodedata.normalize("NFKC", text).casefold().split()]
    return [
        word[i : i + n] for word in words for n in _LENGTHS for i in range(len(word) - n + 1) if word[i : i + n] != " "
    ]
