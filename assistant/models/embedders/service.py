"""What embedders behind a service have in common: retries, how many texts and how long it takes, checked vectors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import numpy as np

from assistant.errors import FatalModelError, ModelError, RejectedRequestError, RetryableModelError
from assistant.models.chat_api import without_surrogates
from assistant.models.embedders.interface import EMPTY, shortened, unit_rows
from assistant.models.guard.patience import persist

_BATCH = 128  # texts a request, until the service takes fewer
_CHARACTERS = 6000  # below 8,192 tokens in every language such models serve
_LEAST_CHARACTERS = 200
_OUTAGE_PATIENCE_S = 60.0


class ServiceEmbedder(ABC):
    """An `Embedder` that asks a service; a subclass says how one batch is asked.

    Args:
        name: identity of its vectors.
        sleep: waits so many seconds before a retry; None for real time.
    """

    def __init__(self, name: str, *, sleep: Callable[[float], None] | None = None) -> None:
        self.name = name
        self._dims: int | None = None
        self._batch = _BATCH
        self._refused = 0
        self._sleep = sleep

    @property
    def dims(self) -> int:
        """Length of a vector; asks the service where nothing was embedded yet."""
        if self._dims is None:
            self.embed([EMPTY])
        return self._dims or 0

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of the texts, float32 (n, dims); each text's beginning and end where it is too long.

        Rate limits, server errors and broken connections are retried as those of language models are. A service that
        takes fewer texts a request, or shorter ones, is given what it takes.

        Raises:
            FatalModelError: the service can't be reached, refuses, or gives something that is no vector.
        """
        wanted, parts = [without_surrogates(shortened(text, _CHARACTERS)) for text in texts], []
        done = 0
        while done < len(wanted):
            batch = wanted[done : done + self._batch]
            parts.append(self._embedded(batch))
            done += len(batch)
        return np.concatenate(parts) if parts else np.zeros((0, self._dims or 0), dtype=np.float32)

    @abstractmethod
    def _request(self, texts: list[str]) -> Sequence[Sequence[float]]:
        """Vectors of one batch, in order. Raises a ModelError."""

    def _embedded(self, texts: list[str]) -> np.ndarray:
        try:
            rows = persist(
                lambda: self._request(texts), spec=self.name, outage_patience_s=_OUTAGE_PATIENCE_S, sleep=self._sleep
            )
        except RejectedRequestError as error:
            self._refused += 1
            return self._in_parts(texts, error)
        except RetryableModelError as error:
            raise FatalModelError("embedder_interrupted", embedder=self.name, said=error) from None
        except FatalModelError as error:
            raise FatalModelError(
                "embedder_failed", where=error.where, hint=error.hint, embedder=self.name, said=error
            ) from None
        return self._checked(rows, texts)

    def _in_parts(self, texts: list[str], error: RejectedRequestError) -> np.ndarray:
        """The texts of a refused request in smaller ones, down to a single text, and of that a part."""
        if len(texts) > 1:
            half, before = (len(texts) + 1) // 2, self._refused
            both = self._embedded(texts[:half]), self._embedded(texts[half:])
            if self._refused == before:  # nothing was wrong with the texts: there were too many of them
                self._batch = min(self._batch, half)
            return np.concatenate(both)
        (text,) = texts
        if error.reason == "too_long" and len(text) > _LEAST_CHARACTERS:
            return self._embedded([shortened(text, len(text) // 2)])
        raise FatalModelError(
            "embedder_refuses_text",
            embedder=self.name,
            characters=len(text),
            said=error,
            hint="Take that content out, or choose another embedder in [embedder] name.",
        )

    def _checked(self, rows: Sequence[Sequence[float]], texts: list[str]) -> np.ndarray:
        """The vectors, each of length 1. Raises FatalModelError where one is none, or of another length."""
        if len(rows) != len(texts):
            raise FatalModelError("embedder_count_wrong", embedder=self.name, vectors=len(rows), texts=len(texts))
        vectors = []
        for number, (row, text) in enumerate(zip(rows, texts, strict=True), start=1):
            vector, fault = _vector(row)
            self._dims = self._dims or len(vector)
            if fault is None and len(vector) != self._dims:
                fault = ModelError("vector_of_other_length", numbers=len(vector), others=self._dims)
            if fault is not None:
                raise FatalModelError(
                    "embedder_gave_no_vector",
                    embedder=self.name,
                    fault=fault,
                    number=number,
                    texts=len(texts),
                    characters=len(text),
                )
            vectors.append(vector)
        return unit_rows(np.array(vectors))


def _vector(row: object) -> tuple[np.ndarray, ModelError | None]:
    """(the vector, what is wrong with it, None for nothing)."""
    try:
        vector = np.asarray(row, dtype=np.float64)
    except (TypeError, ValueError):
        return np.zeros(0), ModelError("vector_no_numbers")
    if vector.ndim != 1 or not len(vector):
        return np.zeros(0), ModelError("vector_empty")
    if not np.isfinite(vector).all():
        return vector, ModelError("vector_with_gaps")
    return vector, None if vector.any() else ModelError("vector_all_zero")
