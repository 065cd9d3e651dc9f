"""Classifier and calibration together: from people's answers to a machine label and a confidence for every item."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from assistant.steps import step
from assistant.trust.classifier.calibrate import Calibration, calibrate
from assistant.trust.classifier.model import Author, Chosen, FittedWeights, LightClassifier, RawPredictions
from assistant.trust.classifier.space import FeatureSpace
from assistant.trust.pool import NONE, Pool

_LEAST_GROUP = 20  # labels before a group's own shift is looked for
_LABEL, _LANGUAGE = "label", "language"

Group: TypeAlias = tuple[str, int | str]
"""`label` and its number, or `language` and its name."""


@dataclass(frozen=True, slots=True, eq=False)
class FittedClassifier:
    """Classifier and calibration as one fit left them: fixed, and all that a later item needs for its confidence.

    Args:
        space: what turns an item into numbers.
        head: what the classifier makes of these.
        curve: from how sure it is to confidence.
        groups: those with a shift of their own, in the curve's order.
    """

    space: FeatureSpace
    head: FittedWeights
    curve: Calibration
    groups: tuple[Group, ...]

    def predict(self, pool: Pool) -> tuple[np.ndarray, np.ndarray]:
        """Machine label (n,), -1 for none, and confidence (n,) of the items of a pool, 0 where there is no label.

        An item's own columns alone decide about it. The pool numbers its classes as the one that was learned from did;
        classes beyond those are answers that were not met then.
        """
        probabilities = self.head.probabilities(self.space.blocks(pool), len(pool))
        return self.confident(pool, self.head.predict(probabilities, pool.machine.codes))

    def confident(self, pool: Pool, raw: RawPredictions) -> tuple[np.ndarray, np.ndarray]:
        """As `predict`, from uncalibrated predictions of the items."""
        confidence = self.curve.confidence(raw.logits, _members(self.groups, pool, raw.codes))
        return raw.codes, np.where(raw.codes == NONE, 0.0, confidence)


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What is made of all n items of a pool.

    Args:
        codes: (n,) machine label, -1 where there is none.
        confidence: (n,) calibrated probability that a person agrees, 0 where there is no label.
        author: whose labels these are.
        chosen: what the classifier looked at.
        labelled: (m,) items it learned from.
        unseen_confidence: (m,) what it would have said of those without their own labels.
        unseen_agreed: (m,) whether it would have agreed with the person.
        classifier: what made it, for items that come later.
    """

    codes: np.ndarray
    confidence: np.ndarray
    author: Author
    chosen: Chosen
    labelled: np.ndarray
    unseen_confidence: np.ndarray
    unseen_agreed: np.ndarray
    classifier: FittedClassifier | None = None


class CalibratedClassifier:
    """Learns from each set of answers, from the beginning.

    Args:
        pool: the items.
        seed: of folds, and of the labels a recipe is chosen on.
        fitted_on: (k,) the items on which features are measured, None for all. Where these are the items that teach, no
            other item takes part in what is predicted of it: all others are predicted as later ones will be.
    """

    def __init__(self, pool: Pool, *, seed: int = 0, fitted_on: np.ndarray | None = None) -> None:
        self._pool = pool
        self._light = LightClassifier(pool, seed=seed, fitted_on=fitted_on)
        self._seed = seed

    def restarted(self, seed: int) -> CalibratedClassifier:
        """Another classifier of the same pool that has learned nothing yet; what was computed of the pool is shared."""
        other = object.__new__(CalibratedClassifier)
        other._pool, other._light, other._seed = self._pool, self._light.restarted(seed), seed
        return other

    def resume(self, chosen: Chosen) -> None:
        """Go on from what was chosen in another process; the next choice comes when it would have come there."""
        self._light.resume(chosen)

    def fit(self, labelled: np.ndarray, answers: np.ndarray) -> Predictions:
        """Learn from people's answers and look at every item.

        Args:
            labelled: (m,) which items people labelled.
            answers: (m,) their classes.

        Raises:
            ValueError: fewer than two classes: nothing to learn from.
        """
        with step(f"learning from {len(labelled):,} labels"):
            learned = self._light.learn(labelled, answers)
        agreed = (learned.unseen.codes == answers).astype(np.float64)
        groups, held_out = self._groups(learned.unseen.codes, labelled)
        curve, unseen = calibrate(learned.unseen.logits, agreed, held_out, seed=self._seed)
        classifier = FittedClassifier(self._light.space, learned.head, curve, groups)
        codes, confidence = classifier.confident(self._pool, learned.everywhere)
        return Predictions(
            codes=codes,
            confidence=confidence,
            author=learned.author,
            chosen=learned.chosen,
            labelled=labelled,
            unseen_confidence=np.where(learned.unseen.codes == NONE, 0.0, unseen),
            unseen_agreed=agreed.astype(bool),
            classifier=classifier,
        )

    def _groups(self, held_out: np.ndarray, labelled: np.ndarray) -> tuple[tuple[Group, ...], np.ndarray]:
        """Labels given and languages that enough people's labels speak for, and who of the labelled belongs to them."""
        groups: list[Group] = [(_LABEL, int(code)) for code in np.unique(held_out)]
        languages = self._pool.categories.get("language")
        if languages is not None:
            languages = languages[labelled]
            groups += [(_LANGUAGE, str(one)) for one in np.unique(languages.astype(str))]
        columns = _columns(groups, held_out, languages)
        counts = columns.sum(axis=0)
        kept = np.flatnonzero((counts >= _LEAST_GROUP) & (counts <= len(labelled) - _LEAST_GROUP))
        return tuple(groups[at] for at in kept.tolist()), columns[:, kept]


def one_thread() -> AbstractContextManager[object]:
    """While it lasts, the libraries for linear algebra use one thread.

    Small matrices wait for each other on more, and sums differ in their last digits.
    """
    # it looks through all libraries that are loaded: too slow for commands that don't learn
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits


def _members(groups: Sequence[Group], pool: Pool, codes: np.ndarray) -> np.ndarray:
    return _columns(groups, codes, pool.categories.get("language"))


def _columns(groups: Sequence[Group], codes: np.ndarray, languages: np.ndarray | None) -> np.ndarray:
    """(n, g) 1 where an item belongs to a group, by the label it was given or its language, else 0."""
    members = np.zeros((len(codes), len(groups)))
    for place, (kind, which) in enumerate(groups):
        column = codes if kind == _LABEL else languages
        if column is not None:
            members[:, place] = column == which
    return members
