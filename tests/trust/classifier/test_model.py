"""The student: learns what people would say, and steps back where the machine knows better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant.trust.classifier import model as module
from assistant.trust.classifier.features import Features, linear
from assistant.trust.classifier.model import Author, Student
from assistant.trust.pool import NONE, Answers
from tests.trust.pools import made_up


def _agreement(codes: np.ndarray, truth: np.ndarray, seen: np.ndarray) -> float:
    rest = np.setdiff1d(np.arange(len(truth)), seen)
    return float((codes[rest] == truth[rest]).mean())


@pytest.mark.parametrize("classes", [2, 3])
def test_sixty_labels_make_it_better_than_the_machine(classes: int) -> None:
    pool, truth = made_up(600, classes=classes)
    seen = np.arange(60)
    learned = Student(pool).learn(seen, truth[seen])
    assert learned.author is Author.STUDENT
    assert _agreement(learned.opinion.codes, truth, seen) > (pool.machine.codes == truth).mean() + 0.05


def test_what_it_says_of_a_labelled_item_is_not_what_it_was_told() -> None:
    """Labels that are pure chance: an honest held-out score is right as often as a coin."""
    pool, _ = made_up(300)
    seen = np.arange(200)
    chance = np.random.default_rng(8).integers(0, 2, 200)
    learned = Student(replace(pool, machine=Answers(np.full(300, NONE)))).learn(seen, chance)
    assert 0.35 < (learned.unseen.codes == chance).mean() < 0.65


def test_a_machine_that_is_always_right_keeps_its_answers() -> None:
    pool, truth = made_up(300, machine=1.0)
    generator = np.random.default_rng(1)
    mumbled = replace(pool, texts=["".join(generator.choice(list("abcdefgh"), 30)) for _ in pool.texts])
    seen = np.arange(50)
    learned = Student(mumbled).learn(seen, truth[seen])
    assert _agreement(learned.opinion.codes, truth, seen) == 1.0


def test_without_machine_answers_it_answers_alone() -> None:
    pool, truth = made_up(300)
    alone = replace(pool, machine=Answers(np.full(300, NONE)))
    seen = np.arange(80)
    learned = Student(alone).learn(seen, truth[seen])
    assert learned.author is Author.STUDENT
    assert _agreement(learned.opinion.codes, truth, seen) > 0.8


def test_one_label_alone_teaches_nothing() -> None:
    pool, _ = made_up(100)
    with pytest.raises(ValueError, match="two different ones"):
        Student(pool).learn(np.arange(30), np.zeros(30, dtype=int))


def test_a_category_that_decides_is_found() -> None:
    pool, truth = made_up(500, machine=0.6)
    source = np.array([f"outlet-{code}-{number % 4}" for number, code in enumerate(truth)], dtype=object)
    blind = replace(pool, texts=["same words"] * 500)
    seen = np.arange(60)
    with_source = Student(replace(blind, categories={"source": source})).learn(seen, truth[seen])
    assert _agreement(with_source.opinion.codes, truth, seen) > 0.97
    assert _agreement(Student(blind).learn(seen, truth[seen]).opinion.codes, truth, seen) < 0.9


def test_same_labels_and_seed_give_the_same_opinion() -> None:
    pool, truth = made_up(300)
    seen = np.arange(70)
    one, other = (Student(pool, seed=4).learn(seen, truth[seen]) for _ in range(2))
    assert (one.opinion.probability == other.opinion.probability).all()
    assert (one.unseen.probability == other.unseen.probability).all()


def test_many_labels_are_learned_by_folds_to_the_same_end(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, truth = made_up(900)
    seen = np.arange(400)
    by_likeness = Student(pool).learn(seen, truth[seen])
    monkeypatch.setattr(module, "_LIKENESS_UP_TO", 100)
    by_folds = Student(pool).learn(seen, truth[seen])
    assert (by_folds.opinion.codes == by_likeness.opinion.codes).mean() > 0.98
    gap = abs((by_folds.unseen.codes == truth[seen]).mean() - (by_likeness.unseen.codes == truth[seen]).mean())
    assert gap < 0.03


def test_both_forms_of_the_features_mean_the_same_likeness() -> None:
    pool, _ = made_up(60)
    features = Features.of(pool)
    index, recipe = np.arange(0, 60, 3), {"answers": 3.0, "vectors": 2.0, "ngrams": 4.0, "style": 1.0}
    likeness = features.likeness(index, recipe)
    rows = features.rows(index, recipe)
    assert (rows @ rows.T).toarray() + 1 == pytest.approx(likeness, rel=1e-4)
    shares = np.random.default_rng(0).normal(size=(len(index), 1))
    of_items = linear(features.blocks, features.weights_of(index, shares, recipe), 60) + shares.sum(axis=0)
    assert of_items[index] == pytest.approx(likeness @ shares, rel=1e-3, abs=1e-3)
    weights = np.asarray(rows.T @ shares)
    of_rows = linear(features.blocks, features.parted(weights, recipe), 60)
    assert of_rows[index] + shares.sum() == pytest.approx(likeness @ shares, rel=1e-3, abs=1e-3)
