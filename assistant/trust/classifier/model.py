"""The classifier: a light model that learns from human labels which label a person would give.

Logistic regression, one curve a label, on the content (n-grams, vector, style), the machines' answers, the signals and
the categories. It is measured only on labels it has not seen, and where these say that the machine alone is better, the
machine's own answer stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from scipy.special import softmax

from assistant.trust.classifier.features import Features, Recipe, Weights, linear, mixed
from assistant.trust.classifier.folds import fit_folds
from assistant.trust.classifier.kernel import fit_kernel
from assistant.trust.classifier.space import Block, FeatureSpace
from assistant.trust.pool import NONE, Pool

_SIMILARITY_UP_TO = 4_000  # labels; beyond, the similarity of all pairs costs more than the folds
_CHOSEN_ON = 500  # labels a recipe is chosen on
_CHOOSE_AGAIN = 1.4  # times the labels it was chosen with
_PENALTIES = (0.1, 0.4, 1.6)
_FLOOR = 1e-4  # no probability of 0 or 1: their log-odds are calibrated later


class Author(StrEnum):
    """Whose answer the machine label is."""

    CLASSIFIER = "classifier"
    MACHINE = "model"


@dataclass(frozen=True, slots=True)
class RawPredictions:
    """A machine label for each of n items.

    Args:
        codes: (n,) class, -1 where there is no answer.
        probability: (n,) how sure, uncalibrated, in [0.0001, 0.9999].
    """

    codes: np.ndarray
    probability: np.ndarray

    @property
    def logits(self) -> np.ndarray:
        """(n,) log-odds of the probability."""
        return np.asarray(np.log(self.probability / (1 - self.probability)))


class Chosen(NamedTuple):
    """What a classifier looks at, and how it was settled.

    Attributes:
        recipe: name of the recipe.
        penalty: on the size of the weights.
        labels: how many it was chosen with; it is chosen again when there are 1.4 times as many.
    """

    recipe: str
    penalty: float
    labels: int


@dataclass(frozen=True, slots=True, eq=False)
class FittedWeights:
    """What a fit makes of an item's numbers; the labelled items themselves are not needed for it any more.

    Args:
        weights: by block, of the k curves.
        constants: (k,) what every item starts with.
        present: the labels there is a curve for; where there are two, one curve distinguishes them.
        classes: how many labels there are.
        author: whose answer the machine label is.
    """

    weights: Weights
    constants: np.ndarray
    present: np.ndarray
    classes: int
    author: Author

    def probabilities(self, blocks: Mapping[str, Block], n: int) -> np.ndarray:
        """(n, classes) how probable each label is, uncalibrated."""
        scores = linear(blocks, self.weights, n) + self.constants
        return _probabilities(scores, self.present, self.classes)

    def predict(self, probabilities: np.ndarray, machine: np.ndarray) -> RawPredictions:
        """The machine label of each item, from its probabilities (n, classes) and the machine's own answer (n,)."""
        return _raw_predictions(
            probabilities, probabilities.argmax(axis=1) if self.author is Author.CLASSIFIER else machine
        )


@dataclass(frozen=True, slots=True)
class Learned:
    """What a fit gives.

    Args:
        head: what it makes of any item.
        chosen: what the classifier looked at.
        everywhere: predictions of every item of the pool.
        unseen: on the labelled items, each without its own label; in the order of the labels given.
    """

    head: FittedWeights
    chosen: Chosen
    everywhere: RawPredictions
    unseen: RawPredictions

    @property
    def author(self) -> Author:
        """The classifier, or the machine where labels it has not seen say the classifier is worse."""
        return self.head.author


class LightClassifier:
    """Fits on a pool's labelled items, any number of times.

    Args:
        pool: the items. Their features are computed once, here.
        seed: decides folds and what a recipe is chosen on.
        fitted_on: (k,) the items on which the features are measured, see `Features.of`; None for all.
    """

    def __init__(self, pool: Pool, *, seed: int = 0, fitted_on: np.ndarray | None = None) -> None:
        self._machine = pool.machine.codes
        self._features = Features.of(pool, fitted_on)
        self._classes = len(pool.classes)
        self._seed = seed
        self._chosen: Chosen | None = None
        self._recipes = _recipes(categories="categories" in self._features.blocks)

    def restarted(self, seed: int) -> LightClassifier:
        """Another classifier on the same features, which has learned nothing yet."""
        other = object.__new__(LightClassifier)
        other.__dict__.update(self.__dict__, _seed=seed, _chosen=None)
        return other

    @property
    def space(self) -> FeatureSpace:
        """What turns items into the numbers it looks at."""
        return self._features.space

    def resume(self, chosen: Chosen) -> None:
        """Look at what was chosen in another process."""
        if chosen.recipe in self._recipes:
            self._chosen = chosen

    def learn(self, labelled: np.ndarray, answers: np.ndarray) -> Learned:
        """Fit on human labels.

        Args:
            labelled: (m,) which items people labelled.
            answers: (m,) their classes, at least two different ones.

        Raises:
            ValueError: fewer than two classes: nothing to learn from.
        """
        present = np.unique(answers)
        if len(present) < 2:
            raise ValueError("the labels are all the same: a classifier needs two different ones to learn from")
        if self._chosen is None or len(labelled) > _CHOOSE_AGAIN * self._chosen.labels:
            self._chosen = self._choose(labelled, answers, present)
        recipe, penalty = self._recipes[self._chosen.recipe], self._chosen.penalty
        weights, constants, held_out = self._fitted(labelled, answers, present, recipe, penalty)
        unseen = _probabilities(held_out, present, self._classes)
        head = FittedWeights(weights, constants, present, self._classes, self._author(unseen, labelled, answers))
        whole = head.probabilities(self._features.blocks, len(self._machine))
        predictions = head.predict(whole, self._machine), head.predict(unseen, self._machine[labelled])
        return Learned(head, self._chosen, *predictions)

    def _choose(self, labelled: np.ndarray, answers: np.ndarray, present: np.ndarray) -> Chosen:
        """The recipe and penalty with the least held-out log loss, on some of the labels where there are many."""
        some = np.random.default_rng([self._seed, len(labelled)]).permutation(len(labelled))[:_CHOSEN_ON]
        index, outcomes = labelled[some], list(_curves(answers[some], present))
        products = self._features.products(index, {block for recipe in self._recipes.values() for block in recipe})
        losses = {}
        for name, recipe in self._recipes.items():
            similarity = mixed(products, recipe)
            for penalty in _PENALTIES:
                losses[name, penalty] = sum(fit_kernel(similarity, o, penalty).log_loss(o) for o in outcomes)
        return Chosen(*min(losses, key=lambda key: losses[key]), len(labelled))

    def _fitted(
        self, labelled: np.ndarray, answers: np.ndarray, present: np.ndarray, recipe: Recipe, penalty: float
    ) -> tuple[Weights, np.ndarray, np.ndarray]:
        """Weights and constants (k,) of the curves, and their log-odds held out on the labelled items (m, k)."""
        if len(labelled) > _SIMILARITY_UP_TO:
            return self._by_folds(labelled, answers, present, recipe, penalty)
        similarity = self._features.similarity(labelled, recipe)
        fits = [fit_kernel(similarity, outcomes, penalty) for outcomes in _curves(answers, present)]
        shares = np.stack([fit.shares for fit in fits], axis=1)
        constants = shares.sum(axis=0) + [fit.offset for fit in fits]
        weights = self._features.weights_of(labelled, shares, recipe)
        return weights, constants, np.stack([fit.unseen for fit in fits], axis=1)

    def _by_folds(
        self, labelled: np.ndarray, answers: np.ndarray, present: np.ndarray, recipe: Recipe, penalty: float
    ) -> tuple[Weights, np.ndarray, np.ndarray]:
        rows = self._features.rows(labelled, recipe)
        deal = np.random.default_rng([self._seed, len(labelled)])
        fits = [fit_folds(rows, outcomes, penalty, deal) for outcomes in _curves(answers, present)]
        weights = self._features.parted(np.stack([fit.weights for fit in fits], axis=1), recipe)
        unseen = np.stack([fit.unseen for fit in fits], axis=1)
        return weights, np.array([fit.offset for fit in fits]), unseen

    def _author(self, unseen: np.ndarray, labelled: np.ndarray, answers: np.ndarray) -> Author:
        """The machine, where it is right on more of the labels, by more than chance among those they differ on."""
        classifier, machine = unseen.argmax(axis=1) == answers, self._machine[labelled] == answers
        ahead, apart = int(machine.sum()) - int(classifier.sum()), int((classifier != machine).sum())
        return Author.MACHINE if ahead > np.sqrt(apart) else Author.CLASSIFIER


def _recipes(*, categories: bool) -> dict[str, Recipe]:
    """What can be looked at, and how much it weighs; which of them, held-out labels decide."""
    answers = {"answers": 3.0}
    content = {**answers, "vectors": 2.0, "ngrams": 4.0, "style": 1.0}
    if not categories:
        return {
            "answers": answers,
            "content": content,
            "meaning": {**content, "vectors": 4.0, "ngrams": 1.0},
            "wording": {**content, "style": 0.1},
        }
    return {
        "answers": {**answers, "categories": 4.0},
        "content": {**content, "categories": 4.0},
        "categories": {**content, "categories": 16.0},
    }


def _curves(answers: np.ndarray, present: np.ndarray) -> Iterator[np.ndarray]:
    """0 or 1 for each label there is against the rest; one curve is enough for two labels."""
    for label in present[1:] if len(present) == 2 else present:
        yield (answers == label).astype(np.float64)


def _probabilities(scores: np.ndarray, present: np.ndarray, classes: int) -> np.ndarray:
    """(n, k) log-odds of the curves to (n, classes) probabilities of all labels."""
    if len(present) == 2:
        shares = softmax(np.hstack([-scores / 2, scores / 2]), axis=1)
    else:
        odds = 1 / (1 + np.exp(-np.clip(scores, -30, 30)))
        shares = odds / odds.sum(axis=1, keepdims=True)
    out = np.full((len(scores), classes), _FLOOR)
    out[:, present] = np.maximum(shares, _FLOOR)
    return out


def _raw_predictions(probabilities: np.ndarray, codes: np.ndarray) -> RawPredictions:
    known = (codes != NONE) & (codes < probabilities.shape[1])
    own = probabilities[np.arange(len(codes)), np.where(known, codes, 0)]
    return RawPredictions(codes, np.clip(np.where(known, own, _FLOOR), _FLOOR, 1 - _FLOOR))
