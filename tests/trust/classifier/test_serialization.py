"""A classifier that was kept: it says of any item what it would have said, had it been there from the start."""

from __future__ import annotations

import sys
from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from assistant.trust.certificates.stream import certify_stream
from assistant.trust.classifier import model as student
from assistant.trust.classifier import serialization as module
from assistant.trust.classifier.calibrated import CalibratedClassifier, Predictions
from assistant.trust.classifier.serialization import Frozen, FrozenError
from assistant.trust.pool import NONE, Pool, PoolAnswers
from tests.trust.pools import made_up


def at(pool: Pool, index: np.ndarray) -> Pool:
    """Some of a pool's items, as if they had come alone."""

    def answers(of: PoolAnswers) -> PoolAnswers:
        return PoolAnswers(of.codes[index], None if of.scores is None else of.scores[index])

    return replace(
        pool,
        ids=[pool.ids[i] for i in index],
        texts=[pool.texts[i] for i in index],
        vectors=pool.vectors[index],
        machine=answers(pool.machine),
        others={name: answers(one) for name, one in pool.others.items()},
        signals={name: column[index] for name, column in pool.signals.items()},
        categories={name: column[index] for name, column in pool.categories.items()},
    )


def rich(n: int, classes: int) -> tuple[Pool, np.ndarray]:
    """A pool with everything a classifier can look at, gaps and all."""
    pool, truth = made_up(n, classes=classes, machine=0.8)
    generator = np.random.default_rng(5)
    truth = np.where(generator.random(n) < 0.8, truth, (truth + 1) % classes)  # people are not always of one mind
    other = np.where(generator.random(n) < 0.8, truth, (truth + 1) % classes)
    other[generator.random(n) < 0.1] = NONE
    sure = generator.random(n)
    sure[generator.random(n) < 0.2] = np.nan
    machine = pool.machine.codes.copy()
    machine[generator.random(n) < 0.03] = NONE
    return (
        replace(
            pool,
            machine=PoolAnswers(machine, pool.machine.scores),
            others={"r2": PoolAnswers(other), "r3": PoolAnswers(np.roll(truth, 1), generator.random(n))},
            signals={"sure": sure, "length": np.array([float(len(text)) for text in pool.texts])},
            categories={
                "language": np.array([("en", "de", "fr")[i % 3] for i in range(n)], dtype=object),
                "source": np.array([f"s{i % 40}" for i in range(n)], dtype=object),
            },
        ),
        truth,
    )


def learned(pool: Pool, truth: np.ndarray, taught: np.ndarray) -> Predictions:
    return CalibratedClassifier(pool, seed=3, fitted_on=taught).fit(taught, truth[taught])


def kept(judged: Predictions) -> Frozen:
    assert judged.classifier is not None
    return Frozen.of(judged.classifier, {"a": [1, "b"]})


@pytest.mark.parametrize(("classes", "by_folds"), [(2, False), (3, False), (3, True)])
def test_an_item_gets_one_score_whether_it_was_there_or_comes_later(
    classes: int, by_folds: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if by_folds:
        monkeypatch.setattr(student, "_SIMILARITY_UP_TO", 100)
    pool, truth = rich(900, classes)
    taught, held = np.arange(0, 900, 3), np.setdiff1d(np.arange(900), np.arange(0, 900, 3))
    judged = learned(pool, truth, taught)
    classifier, context = kept(judged).read()
    assert context == {"a": [1, "b"]}
    for some in (held, held[:1], held[-7:]):  # all of them, one, the last few: what stands beside an item is no matter
        codes, confidence = classifier.predict(at(pool, some))
        assert (codes == judged.codes[some]).all()
        assert np.abs(confidence - judged.confidence[some]).max() < 1e-9
    assert judged.confidence[held].std() > 0.02  # it does tell items apart


def test_what_was_not_taught_takes_no_part_in_how_others_are_judged() -> None:
    pool, truth = rich(600, 2)
    taught, kept_back = np.arange(200), np.arange(500, 600)
    whole = learned(pool, truth, taught)
    without = learned(at(pool, np.arange(500)), truth[:500], taught)
    assert whole.classifier is not None
    assert np.abs(without.confidence - whole.confidence[:500]).max() < 1e-9
    assert whole.classifier.predict(at(pool, kept_back))[1] == pytest.approx(whole.confidence[kept_back], abs=1e-9)


def test_what_is_certified_for_later_items_holds_for_them_as_often_as_it_says() -> None:
    # A third of the texts tell little: people are of two minds about those, and their confidence is lower.
    pool, truth = made_up(6_000, machine=0.8, seed=2)
    generator = np.random.default_rng(3)
    vague = np.array(["the the" in text or "window" in text for text in pool.texts])
    truth = np.where(generator.random(6_000) < np.where(vague, 0.35, 0.02), 1 - truth, truth)
    judged = learned(pool, truth, np.arange(200))
    classifier, _ = kept(judged).read()
    codes, confidence = classifier.predict(
        at(pool, np.arange(200, 6_000))
    )  # all the source sends: judged as later items
    wrong, draws, failed, certified = (codes != truth[200:]).astype(float), 400, 0, 0
    for _ in range(draws):
        audit, unlabelled = generator.integers(5_800, size=(2, 400))
        made = certify_stream(confidence[audit], wrong[audit], confidence[unlabelled], max_error=0.1, level=0.1)
        if made.threshold is None or made.coverage_low is None or made.coverage_high is None:
            continue
        certified, accepted = certified + 1, confidence >= made.threshold
        held = wrong[accepted].mean() <= 0.1 and made.coverage_low <= accepted.mean() <= made.coverage_high
        failed += not held
    assert failed / draws <= 0.1 + 3 * sqrt(0.1 * 0.9 / draws)
    assert certified > draws / 2
    assert wrong.mean() > 0.1  # accepting everything would break it


def test_the_same_classifier_gives_the_same_bytes_and_another_others() -> None:
    pool, truth = rich(300, 2)
    one, again = (kept(learned(pool, truth, np.arange(120))) for _ in range(2))
    assert (one.body, one.digest) == (again.body, again.digest)
    assert kept(learned(pool, truth, np.arange(121))).digest != one.digest


def test_an_answer_nobody_gave_before_and_a_missing_column_are_read_as_nothing_known() -> None:
    pool, truth = rich(600, 2)
    judged = learned(pool, truth, np.arange(200))
    assert judged.classifier is not None
    later = at(pool, np.arange(200, 260))
    bare = replace(later, machine=PoolAnswers(np.full(60, NONE)), others={}, signals={})
    unheard = replace(
        later, machine=PoolAnswers(np.full(60, 7)), others={"r9": PoolAnswers(np.zeros(60, int))}, signals={}
    )
    assert judged.classifier.predict(unheard)[1] == pytest.approx(judged.classifier.predict(bare)[1])


def test_four_thousand_labels_take_less_than_a_megabyte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(student, "_SIMILARITY_UP_TO", 1_000)  # by folds: the same weights, sooner
    pool, truth = made_up(4_200)
    texts = [f"{text} {number * 7919 % 100_003:x}" for number, text in enumerate(pool.texts)]
    judged = learned(replace(pool, texts=texts), truth, np.arange(4_000))
    assert sys.getsizeof(kept(judged).body) < 1_000_000


def test_one_too_large_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1 << 10)
    pool, truth = made_up(100)
    with pytest.raises(FrozenError, match="are the most kept"):
        kept(learned(pool, truth, np.arange(60)))


def test_a_damaged_or_foreign_one_is_refused_and_nothing_in_it_is_run() -> None:
    pool, truth = made_up(100)
    frozen = kept(learned(pool, truth, np.arange(60)))
    with pytest.raises(FrozenError, match="its digest differs"):
        replace(frozen, body=frozen.body[:-1] + b"\1").read()
    with pytest.raises(FrozenError, match="format 2, and this version reads 1"):
        replace(frozen, version=2).read()
