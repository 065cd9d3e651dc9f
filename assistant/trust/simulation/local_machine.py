"""A machine for the methods ours is measured against, where no machine has answered yet.

The light classifier itself is the machine: some labels, drawn at random, teach it once, and its probability orders the
batch, as a language model's stated confidence would.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assistant.trust.classifier.model import LightClassifier, RawPredictions
from assistant.trust.pool import NONE, Pool
from assistant.trust.simulation.outcome import BatchOutcome

LESSON = 100
"""Labels that teach the machine; of a small batch a third."""


@dataclass(frozen=True)
class LocalMachineTrial:
    """`naive` or `pac_labels` on one batch with a machine of its own; the number of a trial is its seed.

    The labels it is taught by are human labels like others: their items keep them, and each counts as cost.

    Args:
        method: `naive`, or `pac_labels` with its level, e.g. `partial(pac_labels, level=0.05)`.
        pool: the batch, without answers of a machine.
        truth: (n,) what people answer.
        max_error: as the method takes it.
    """

    method: Callable[..., BatchOutcome]
    pool: Pool
    truth: np.ndarray
    max_error: float

    def __call__(self, trial: int) -> BatchOutcome:
        """What becomes of the batch in one trial."""
        generator = np.random.default_rng(trial)
        lesson = draw_lesson(self.truth, generator)
        predictions = self._teach(lesson, trial)
        codes = predictions.codes.copy()
        codes[lesson] = NONE  # people have answered
        return self.method(codes, predictions.probability, self.truth, max_error=self.max_error, generator=generator)

    def _teach(self, lesson: np.ndarray, seed: int) -> RawPredictions:
        return self._classifier.restarted(seed).learn(lesson, self.truth[lesson]).everywhere

    @cached_property
    def _classifier(self) -> LightClassifier:
        """Made by the process that plays, once."""
        return LightClassifier(self.pool)


def draw_lesson(truth: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Items to teach a machine on, drawn at random: `LESSON`, or more until two classes are among them.

    Args:
        truth: (n,) classes, two or more different ones.
        generator: source of the order.
    """
    order = generator.permutation(len(truth))
    second = int(np.argmax(truth[order] != truth[order[0]]))
    return np.asarray(order[: max(min(LESSON, len(truth) // 3), second + 1)])
