"""Student and calibration together: from people's answers to a machine label and a confidence for every item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.trust.calibrate import calibrate
from assistant.trust.pool import NONE, Pool
from assistant.trust.student import Author, Chosen, Student

_LEAST_GROUP = 20  # labels before a group's own shift is worth looking for


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """What is made of all n items of a pool.

    Args:
        codes: (n,) machine label, -1 where there is none.
        confidence: (n,) calibrated probability that a person agrees, 0 where there is no label.
        author: whose labels these are.
        chosen: what the student looked at.
        labelled: (m,) items it learned from.
        unseen_confidence: (m,) what it would have said of those without their own labels.
        unseen_agreed: (m,) whether it would have agreed with the person.
    """

    codes: np.ndarray
    confidence: np.ndarray
    author: Author
    chosen: Chosen
    labelled: np.ndarray
    unseen_confidence: np.ndarray
    unseen_agreed: np.ndarray


class Judge:
    """Learns anew from each set of answers.

    Args:
        pool: the items.
        seed: of folds, and of the labels a recipe is chosen on.
    """

    def __init__(self, pool: Pool, *, seed: int = 0) -> None:
        self._pool = pool
        self._student = Student(pool, seed=seed)
        self._seed = seed

    def restarted(self, seed: int) -> Judge:
        """Another judge of the same pool that has learned nothing yet; what was computed of the pool is shared."""
        other = object.__new__(Judge)
        other._pool, other._student, other._seed = self._pool, self._student.restarted(seed), seed
        return other

    def resume(self, chosen: Chosen) -> None:
        """Go on from what was chosen in another process; the next choice comes when it would have come there."""
        self._student.resume(chosen)

    def judge(self, labelled: np.ndarray, answers: np.ndarray) -> Judgement:
        """Learn from people's answers and look at every item.

        Args:
            labelled: (m,) which items people labelled.
            answers: (m,) their classes.

        Raises:
            ValueError: fewer than two classes: nothing to learn from.
        """
        learned = self._student.learn(labelled, answers)
        agreed = (learned.unseen.codes == answers).astype(np.float64)
        held_out, everywhere = self._groups(learned.unseen.codes, learned.opinion.codes, labelled)
        curve, unseen = calibrate(learned.unseen.logits, agreed, held_out, seed=self._seed)
        confidence = curve.confidence(learned.opinion.logits, everywhere)
        return Judgement(
            codes=learned.opinion.codes,
            confidence=np.where(learned.opinion.codes == NONE, 0.0, confidence),
            author=learned.author,
            chosen=learned.chosen,
            labelled=labelled,
            unseen_confidence=np.where(learned.unseen.codes == NONE, 0.0, unseen),
            unseen_agreed=agreed.astype(bool),
        )

    def _groups(
        self, held_out: np.ndarray, everywhere: np.ndarray, labelled: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Columns of 0 and 1: the label given and the language, where enough people's labels speak for them."""
        columns = [(held_out == code, everywhere == code) for code in np.unique(held_out)]
        if (languages := self._pool.categories.get("language")) is not None:
            columns += [
                (languages[labelled] == one, languages == one) for one in np.unique(languages[labelled].astype(str))
            ]
        kept = [(a, b) for a, b in columns if _LEAST_GROUP <= a.sum() <= len(a) - _LEAST_GROUP]
        return _columns([a for a, _ in kept], len(labelled)), _columns([b for _, b in kept], len(everywhere))


def _columns(masks: Sequence[np.ndarray], n: int) -> np.ndarray:
    return np.stack(masks, axis=1).astype(np.float64) if masks else np.zeros((n, 0))
