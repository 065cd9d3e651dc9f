"""Made-up batches: texts whose words give the label away, and a machine that is right on most of them."""

from __future__ import annotations

import numpy as np

from assistant.trust.pool import Pool, PoolAnswers

_WORDS = (
    ("river", "garden", "window", "paper"),
    ("attack", "stupid", "hate", "idiot"),
    ("casino", "bonus", "win", "free"),
)
CLASSES = ("safe", "hate", "spam")


def made_up(n: int, *, classes: int = 2, machine: float = 0.85, seed: int = 0) -> tuple[Pool, np.ndarray]:
    """A pool of n items, and what people would say of them.

    Args:
        classes: 2 or 3 labels.
        machine: how often the machine is right; its score is higher where it is.
    """
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, classes, n)
    texts = [" ".join(generator.choice([*_WORDS[code], "the", "a", "of", "so"], 6)) for code in truth]
    right = generator.random(n) < machine
    codes = np.where(right, truth, (truth + 1) % classes)
    scores = np.clip(0.6 + 0.3 * right + generator.normal(0, 0.15, n), 0, 1)
    vectors = generator.normal(size=(n, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [f"item-{number:05d}" for number in range(n)]
    return Pool(ids, texts, vectors, CLASSES[:classes], PoolAnswers(codes, scores)), truth
