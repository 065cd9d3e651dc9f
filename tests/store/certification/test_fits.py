"""Fits: all scores or none, in order of arrival, beside earlier fits."""

from collections.abc import Iterator

import numpy as np
import pytest

from assistant.domain.certificates import Score
from assistant.domain.items import Content, Item
from assistant.domain.runs import Run
from assistant.errors import InputError
from assistant.store import staging
from assistant.store.certification.fits import FitStore, KeptClassifier
from assistant.store.content.items import ItemStore, NewItem
from assistant.store.database import Database
from tests.cli.certified import score_of


def score(number: int, confidence: float = 0.5) -> Score:
    return Score(f"i{number}", ("safe",) if number % 2 else (), confidence, "classifier" if number % 3 else "model")


def test_a_fit_is_found_again_with_its_report_and_the_newest_is_the_latest(database: Database, run: Run) -> None:
    store = FitStore(database)
    assert store.latest(run.id) is None
    first = store.add(run.id, seed=7, labels_used=50, report={"auroc": 0.8, "by": {"en": [1, 2]}}, scores=[])
    second = store.add(run.id, seed=8, labels_used=90, report={}, scores=[])
    assert (first.run_id, first.seed, first.labels_used) == (run.id, 7, 50)
    assert first.report == {"auroc": 0.8, "by": {"en": [1, 2]}}
    assert store.get(first.id) == first
    assert store.latest(run.id) == second
    assert store.latest(run.id + 1) is None
    assert store.get(second.id + 1) is None


def test_scores_come_back_exactly_and_in_order_of_arrival_whatever_order_they_were_given_in(
    database: Database, run: Run
) -> None:
    store = FitStore(database)
    given = [score(number, 0.1 + 0.2 + number / 3) for number in (4, 0, 5, 2)]
    fit = store.add(run.id, seed=1, labels_used=4, report={}, scores=iter(given))
    pages = list(store.scores(fit.id, page=3))
    assert [len(page) for page in pages] == [3, 1]
    assert [one for page in pages for one in page] == [given[1], given[3], given[0], given[2]]


def test_a_later_fit_leaves_the_scores_of_an_earlier_one_alone(database: Database, run: Run) -> None:
    store = FitStore(database)
    first = store.add(run.id, seed=1, labels_used=4, report={}, scores=[score(3, 0.25)])
    second = store.add(run.id, seed=2, labels_used=5, report={}, scores=[score(3, 0.75)])
    assert score_of(database, first.id, "i3") == score(3, 0.25)
    assert score_of(database, second.id, "i3") == score(3, 0.75)
    assert score_of(database, second.id, "i4") is None


def test_a_score_for_an_unknown_item_is_refused_by_name_and_nothing_of_the_fit_stays(
    database: Database, run: Run
) -> None:
    store = FitStore(database)
    with pytest.raises(InputError, match=r"items=2, named=.(ghost, i9|i9, ghost)"):
        store.add(run.id, seed=1, labels_used=4, report={}, scores=[score(1), score(9), Score("ghost", (), 0.1, "m")])
    assert store.latest(run.id) is None
    assert store.add(run.id, seed=1, labels_used=4, report={}, scores=[score(1)]).run_id == run.id


def test_two_scores_for_one_item_are_refused_and_nothing_of_the_fit_stays(database: Database, run: Run) -> None:
    store = FitStore(database)
    with pytest.raises(ValueError, match="item i1 is given twice"):
        store.add(run.id, seed=1, labels_used=4, report={}, scores=[score(1), score(2), score(1, 0.9)])
    assert store.latest(run.id) is None


def test_scores_that_fail_half_way_leave_nothing(database: Database, run: Run) -> None:
    def failing() -> Iterator[Score]:
        yield score(1)
        raise RuntimeError

    store = FitStore(database)
    with pytest.raises(RuntimeError):
        store.add(run.id, seed=1, labels_used=4, report={}, scores=failing())
    assert store.latest(run.id) is None


def test_more_scores_than_one_page_holds_are_all_kept(
    database: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "_PAGE", 100)
    names = [f"n\0{number}" for number in range(1_050)]  # ids may hold anything
    items = ItemStore(database)
    items.add([NewItem(Item(name, Content(name)), b"", 1) for name in names])
    store = FitStore(database)
    fit = store.add(
        run.id,
        seed=1,
        labels_used=0,
        report={},
        scores=(Score(name, ("a",), number / 2_000, "model") for number, name in enumerate(names)),
    )
    found = [one for page in store.scores(fit.id, page=500) for one in page]
    assert [one.item_id for one in found] == names
    assert [one.confidence for one in found] == [number / 2_000 for number in range(1_050)]


def test_scores_as_columns_are_the_same_scores(database: Database, run: Run) -> None:
    given = [
        Score("i3", ("hate", "threat"), 0.1 + 0.2, "model"),
        Score("i1", ("safe",), 0.25, "classifier"),
        Score("i2", ("safe",), 0.5, "model"),
        Score("i0", (), 0.0, "model"),
    ]
    store = FitStore(database)
    fit = store.add(run.id, seed=1, labels_used=9, report={}, scores=given)
    columns = store.columns(fit.id)
    assert columns.keys.tolist() == [1, 2, 3, 4]
    found = [
        Score(f"i{key - 1}", columns.answers[code], confidence, columns.origins[code])
        for key, code, confidence in zip(columns.keys, columns.codes, columns.confidence, strict=True)
    ]
    assert found == sorted(given, key=lambda score: score.item_id)
    assert columns.at(np.array([3, 0])).keys.tolist() == [4, 1]
    assert len(store.columns(fit.id + 1).keys) == 0


def test_later_scores_are_kept_beside_those_the_fit_was_made_with_and_never_changed(
    database: Database, run: Run
) -> None:
    store = FitStore(database)
    fit = store.add(run.id, seed=1, labels_used=4, report={}, scores=[score(1), score(2)])
    assert store.add_later(fit.id, [score(4, 0.75), score(3)]) == 2
    assert store.add_later(fit.id, [score(4, 0.1), score(1, 0.1), score(5)]) == 1
    assert [one for page in store.scores(fit.id) for one in page] == [score(1), score(2)]
    columns = store.columns(fit.id)
    assert columns.keys.tolist() == [2, 3, 4, 5, 6]
    assert columns.later.tolist() == [False, False, True, True, True]
    assert score_of(database, fit.id, "i4") == score(4, 0.75)
    assert columns.at(np.array([2])).later.tolist() == [True]


def test_a_classifier_is_kept_with_its_fit_to_the_last_byte(database: Database, run: Run) -> None:
    store, body = FitStore(database), bytes(range(256)) * 5
    kept = KeptClassifier(1, "d" * 32, body)
    fit = store.add(run.id, seed=1, labels_used=4, report={}, scores=[], classifier=kept)
    bare = store.add(run.id, seed=1, labels_used=4, report={}, scores=[])
    assert store.classifier(fit.id) == kept
    assert store.classifier(bare.id) is None
