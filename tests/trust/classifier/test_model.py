"""The student: learns what people would say, and steps back where the machine knows better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant.trust.classifier import model as module
from assistant.trust.classifier.features import Features, linear
from assistant.trust.classifier.model import Author, LightClassifier
from assistant.trust.pool import NONE, PoolAnswers
from tests.trust.pools import made_up


def _agreement(codes: np.ndarray, truth: np.ndarray, seen: np.ndarray) -> float:
    rest = np.setdiff1d(np.arange(len(truth)), seen)
    return float((codes[rest] == truth[rest]).mean())


@pytest.mark.parametrize("classes", [2, 3])
def test_sixty_labels_make_it_better_than_the_machine(classes: int) -> None:
    pool, truth = made_up(600, classes=classes)
    seen = np.arange(60)
    learned = LightClassifier(pool).learn(seen, truth[seen])
    assert learned.author is Author.CLASSIFIER
    assert _agreement(learned.everywhere.codes, truth, seen) > (pool.machine.codes == truth).mean() + 0.05


def test_what_it_says_of_a_labelled_item_is_not_what_it_was_told() -> None:
    """Labels that are pure chance: an honest held-out score is right as often as a coin."""
    pool, _ = made_up(300)
    seen = np.arange(200)
    chance = np.random.default_rng(8).integers(0, 2, 200)
    learned = LightClassifier(replace(pool, machine=PoolAnswers(np.full(300, NONE)))).learn(seen, chance)
    assert 0.35 < (learned.unseen.codes == chance).mean() < 0.65


def test_a_machine_that_is_always_right_keeps_its_answers() -> None:
    pool, truth = made_up(300, machine=1.0)
    generator = np.random.default_rng(1)
    mumbled = replace(pool, texts=["".join(generator.choice(list("abcdefgh"), 30)) for _ in pool.texts])
    seen = np.arange(50)
    learned = LightClassifier(mumbled).learn(seen, truth[seen])
    assert _agreement(learned.everywhere.codes, truth, seen) == 1.0


def test_without_machine_answers_it_answers_alone() -> None:
    pool, truth = made_up(300)
    alone = replace(pool, machine=PoolAnswers(np.full(300, NONE)))
    seen = np.arange(80)
    learned = LightClassifier(alone).learn(seen, truth[seen])
    assert learned.author is Author.CLASSIFIER
    assert _agreement(learned.everywhere.codes, truth, seen) > 0.8


def test_one_label_alone_teaches_nothing() -> None:
    pool, _ = made_up(100)
    with pytest.raises(ValueError, match="two different ones"):
        LightClassifier(pool).learn(np.arange(30), np.zeros(30, dtype=int))


def test_a_category_that_decides_is_found() -> None:
    pool, truth = made_up(500, machine=0.6)
    source = np.array([f"outlet-{code}-{number % 4}" for number, code in enumerate(truth)], dtype=object)
    blind = replace(pool, texts=["same words"] * 500)
    seen = np.arange(60)
    with_source = LightClassifier(replace(blind, categories={"source": source})).learn(seen, truth[seen])
    assert _agreement(with_source.everywhere.codes, truth, seen) > 0.97
    assert _agreement(LightClassifier(blind).learn(seen, truth[seen]).everywhere.codes, truth, seen) < 0.9


def test_same_labels_and_seed_give_the_same_opinion() -> None:
    pool, truth = made_up(300)
    seen = np.arange(70)
    one, other = (LightClassifier(pool, seed=4).learn(seen, truth[seen]) for _ in range(2))
    assert (one.everywhere.probability == other.everywhere.probability).all()
    assert (one.unseen.probability == other.unseen.probability).all()


def test_many_labels_are_learned_by_folds_to_the_same_end(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, truth = made_up(900)
    seen = np.arange(400)
    by_similarity = LightClassifier(pool).learn(seen, truth[seen])
    monkeypatch.setattr(module, "_SIMILARITY_UP_TO", 100)
    by_folds = LightClassifier(pool).learn(seen, truth[seen])
    assert (by_folds.everywhere.codes == by_similarity.everywhere.codes).mean() > 0.98
    gap = abs((by_folds.unseen.codes == truth[seen]).mean() - (by_similarity.unseen.codes == truth[seen]).mean())
    assert gap < 0.03


def test_both_forms_of_the_features_mean_the_same_likeness() -> None:
    pool, _ = made_up(60)
    features = Features.of(pool)
    index, recipe = np.arange(0, 60, 3), {"answers": 3.0, "vectors": 2.0, "ngrams": 4.0, "style": 1.0}
    similarity = features.similarity(index, recipe)
    rows = features.rows(index, recipe)
    assert (rows @ rows.T).toarray() + 1 == pytest.approx(similarity, rel=1e-4)
    shares = np.random.default_rng(0).normal(size=(len(index), 1))
    of_items = linear(features.blocks, features.weights_of(index, shares, recipe), 60) + shares.sum(axis=0)
    assert of_items[index] == pytest.approx(similarity @ shares, rel=1e-3, abs=1e-3)
    weights = np.asarray(rows.T @ shares)
    of_rows = linear(features.blocks, features.parted(weights, recipe), 60)
    assert of_rows[index] + shares.sum() == pytest.approx(similarity @ shares, rel=1e-3, abs=1e-3)
