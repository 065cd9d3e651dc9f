"""A detector of prompt injection: penalised least squares on character n-grams and vectors, learned from the examples.

It is fitted when it is first needed and gives the same numbers on the same examples and vectors. Where it starts to
doubt is chosen on scores of families that the fit has not seen, by a bound on false alarms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import scipy.sparse as sp

from assistant.routing.instructions.views import views
from assistant.trust.classifier.kernel import fit_squares
from assistant.trust.classifier.text_features import character_ngrams, rarity, weighted
from assistant.trust.injection.examples import InjectionExample
from assistant.trust.injection.windows import windows

Embed = Callable[[Sequence[str]], np.ndarray]
"""Unit vectors of texts, float32 (n, d)."""

VERSION = 2
"""Of the way it learns: another one gives other scores on the same examples."""

FALSE_ALARMS = 0.005  # share of harmless examples of unseen families above the cut
_PENALTY = 1.0
_SLOPE = 6.0  # log-odds per unit of the fit, whose labels are -1 and 1
_CONSTANT = 0.1  # what all examples share
_AXES = 128  # of the examples' vectors, along which products of two are looked at
_SPELLING = 2.0  # how much n-grams weigh where there are vectors
_PRODUCTS = 4.0  # how much these weigh
_GREY = 0.05  # share of harmless examples above which n-grams alone make a window worth a vector
_WINDOWS_EMBEDDED = 2  # of one text, the most suspicious ones
_PARTS = ("ngrams", "vector", "axes", "products", "offset", "cut")


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A fitted curve: log-odds = offset + n-grams @ ngrams + v @ vector + p @ products @ p, where p = v @ axes.

    Args:
        ngrams: (65,536,) float32.
        vector: (d,) float32; empty where it looks at n-grams alone, as the next two.
        axes: (d, a) float32: principal axes of the examples' vectors.
        products: (a, a) float32.
        offset: log-odds of an empty text.
        cut: log-odds above which it doubts.
    """

    ngrams: np.ndarray
    vector: np.ndarray
    axes: np.ndarray
    products: np.ndarray
    offset: float
    cut: float

    def over(self, rows: sp.csr_array, vectors: np.ndarray | None = None) -> np.ndarray:
        """(n,) log-odds above the cut."""
        found = rows @ self.ngrams + np.float32(self.offset - self.cut)
        if vectors is None:
            return np.asarray(found)
        along = vectors @ self.axes
        return np.asarray(found + vectors @ self.vector + ((along @ self.products) * along).sum(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class InjectionDetector:
    """How much a text reads like one written to steer the machine that labels it.

    Args:
        rarity: (65,536,) float32 weight of each n-gram.
        grey: finds the windows of long texts that are worth a vector; looks at n-grams alone.
        curve: decides; None where there is no embedder that knows meaning: then n-grams alone do.
        alone: decides by n-grams alone.
    """

    rarity: np.ndarray
    grey: Curve
    alone: Curve
    curve: Curve | None

    @classmethod
    def learn(cls, examples: Sequence[InjectionExample], vectors: np.ndarray | None) -> Self:
        """Fit on examples.

        Args:
            examples: of both kinds, in several families each.
            vectors: theirs, float32 (n, d); None for n-grams alone.
        """
        rows, weights = _counted(examples)
        alone, by_ngrams = _fitted(examples, rows, None)
        harmless = by_ngrams[[not one.attack for one in examples]]
        grey = replace(alone, cut=_cut(harmless, _GREY))
        curve = None if vectors is None else _fitted(examples, rows, vectors)[0]
        return cls(weights, grey, alone, curve)

    def scores(self, texts: Sequence[Sequence[str]], vectors: np.ndarray, embed: Embed) -> list[float]:
        """How suspicious each content is, (0, 1): 0.5 is where doubt begins. The most suspicious part counts.

        Args:
            texts: of each content all texts that a prompt shows.
            vectors: of the contents as wholes, (n, d).
            embed: for the suspicious windows of long texts.
        """
        read = [readings("\n".join(filter(None, parts))) for parts in texts]
        inside = [[*others, *(piece for one in (whole, *others) for piece in windows(one))] for whole, *others in read]
        wholes, pieces = [whole for whole, *_ in read], [piece for one in inside for piece in one]
        owners = np.repeat(np.arange(len(wholes)), [len(one) for one in inside])
        rows = weighted(character_ngrams([*wholes, *pieces]), self.rarity)
        first, others = rows[: len(wholes)], rows[len(wholes) :]
        if self.curve is None:
            over = self.alone.over(first)
            np.maximum.at(over, owners, self.alone.over(others))
            return _probabilities(over)
        over = self.curve.over(first, vectors)
        chosen = _most_suspicious(self.grey.over(others), owners)
        if len(chosen):
            embedded = embed([pieces[at] for at in chosen.tolist()])
            np.maximum.at(over, owners[chosen], self.curve.over(others[chosen], embedded))
        return _probabilities(over)

    def arrays(self) -> Mapping[str, np.ndarray]:
        """All of it by name, as `restored` takes it."""
        curves = {"grey": self.grey, "alone": self.alone} | ({} if self.curve is None else {"curve": self.curve})
        kept = {"rarity": self.rarity}
        for name, one in curves.items():
            kept |= {f"{name} {part}": np.asarray(getattr(one, part)) for part in _PARTS}
        return kept

    @classmethod
    def restored(cls, arrays: Mapping[str, np.ndarray]) -> Self:
        """What `arrays` gave. Raises KeyError where something is missing."""

        def curve(name: str) -> Curve:
            ngrams, vector, axes, products, offset, cut = (arrays[f"{name} {part}"] for part in _PARTS)
            return Curve(ngrams, vector, axes, products, float(offset), float(cut))

        return cls(arrays["rarity"], curve("grey"), curve("alone"), curve("curve") if "curve cut" in arrays else None)


def readings(text: str) -> list[str]:
    """The text in lower case without disguises of its characters, then what it says where disguises are taken off."""
    return [view.text for view in views(text)]


def _counted(examples: Sequence[InjectionExample]) -> tuple[sp.csr_array, np.ndarray]:
    """The examples' n-grams, and how much each n-gram weighs."""
    counts = character_ngrams([readings(one.text)[0] for one in examples])
    weights = rarity(np.bincount(counts.indices, minlength=counts.shape[1]), len(examples))
    rows = weighted(counts, weights)
    rows.eliminate_zeros()
    return rows, weights


def _fitted(
    examples: Sequence[InjectionExample], rows: sp.csr_array, vectors: np.ndarray | None
) -> tuple[Curve, np.ndarray]:
    """The curve, and the log-odds of each example by one that has not seen its family, of either kind."""
    attacks = np.array([one.attack for one in examples])
    spelling = 1.0
    similarity = (rows @ rows.T).toarray()
    if vectors is None:
        vectors = np.zeros((len(examples), 0), np.float32)
    else:
        spelling = _SPELLING
        similarity *= np.float32(spelling)
    axes = np.linalg.eigh(vectors.T @ vectors)[1][:, -_AXES:]
    along = vectors @ axes
    similarity += vectors @ vectors.T + np.float32(_PRODUCTS) * (along @ along.T) ** 2 + np.float32(_CONSTANT)
    families = np.unique([one.family for one in examples], return_inverse=True)[1]
    offset, fitted, unseen = fit_squares(similarity, attacks, _PENALTY, families)
    unseen *= _SLOPE
    shares = (_SLOPE * fitted).astype(np.float32)
    curve = Curve(
        ngrams=np.asarray(rows.T @ (np.float32(spelling) * shares), dtype=np.float32),
        vector=vectors.T @ shares,
        axes=axes,
        products=np.float32(_PRODUCTS) * (along.T * shares) @ along,
        offset=_SLOPE * offset + _CONSTANT * float(shares.sum()),
        cut=_cut(unseen[~attacks], FALSE_ALARMS),
    )
    return curve, unseen


def _cut(harmless: np.ndarray, share: float) -> float:
    """What at most this share of the scores lies above."""
    return float(np.sort(harmless)[::-1][int(share * len(harmless))])


def _most_suspicious(over: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """Indices of windows above the grey line, at most `_WINDOWS_EMBEDDED` of each owner, in order."""
    above = np.flatnonzero(over > 0)
    ranked = above[np.lexsort((-over[above], owners[above]))]
    starts = np.searchsorted(owners[ranked], owners[ranked])  # where each owner's begin
    return np.sort(ranked[np.arange(len(ranked)) - starts < _WINDOWS_EMBEDDED])


def _probabilities(over: np.ndarray) -> list[float]:
    return [round(float(one), 4) for one in 1 / (1 + np.exp(-np.clip(over.astype(np.float64), -30, 30)))]
