"""What every embedder looks like to the rest: texts in, unit vectors out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

EMPTY = "(empty)"
"""What is embedded in place of a text of white space only: services refuse those, models give noise."""


class Embedder(Protocol):
    """A model that turns texts into vectors whose cosine says how alike they are.

    Attributes:
        name: identity of its vectors: vectors of another name are not comparable.
    """

    name: str

    @property
    def dims(self) -> int:
        """Length of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of the texts: float32 (len(texts), dims), each row of length 1; any text has one.

        Raises:
            FatalModelError: the model is missing or unreachable, or refused.
        """
        ...


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """The rows as float32 of length 1; a row without direction (zero, or not finite) becomes the first axis."""
    rows = np.array(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    lost = ~(np.isfinite(lengths) & (lengths > 0)).ravel()
    rows[lost] = 0.0
    rows[lost, :1] = lengths[lost] = 1.0
    return np.asarray(rows / lengths, dtype=np.float32)


def shortened(text: str, characters: int) -> str:
    """The text, or of a longer one its beginning (three quarters of `characters`) and end; never white space only."""
    if len(text) > characters:
        tail = characters // 4
        text = f"{text[: characters - tail]} {text[-tail:]}"
    return text if text.strip() else EMPTY
