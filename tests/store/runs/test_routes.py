"""Routes: decided anew without forgetting what was decided before."""

from dataclasses import replace

import pytest

from assistant.domain.prelabels import Prelabel, PrelabelStatus
from assistant.domain.runs import Run
from assistant.errors import InputError
from assistant.routing.route import Decision, Route
from assistant.store.certification.results import ResultStore
from assistant.store.database import Database
from assistant.store.runs.prelabels import AnsweredItem, PrelabelStore
from assistant.store.runs.routes import RouteStore
from tests.stored import newest_routes

FIRST = Decision(Route.REVIEW, "low_probability", (), 1.0, 7)
ACCEPT = Decision(Route.ACCEPT, "certified", (), 0.1 + 0.2, 7)
DOUBTED = Decision(Route.REVIEW, "injection", ("injection", "long"), 1.0, 7)


def answered(database: Database, run: Run) -> None:
    """The run has answered every item, and routed each by the rule of the first day."""
    answer = Prelabel(PrelabelStatus.LABELLED, ("safe",))
    PrelabelStore(database).commit(run, [AnsweredItem(key, 0, answer, FIRST) for key in range(1, 7)], [])


def test_new_routes_supersede_those_of_the_run_and_the_history_stays(database: Database, run: Run) -> None:
    answered(database, run)
    store = RouteStore(database)
    assert store.append(run.id, iter([("i4", ACCEPT), ("i1", DOUBTED)])) == 2
    assert list(newest_routes(database, run.id).items()) == [
        ("i0", FIRST),
        ("i1", DOUBTED),
        ("i2", FIRST),
        ("i3", FIRST),
        ("i4", ACCEPT),
        ("i5", FIRST),
    ]
    assert [(one.revision, one.decision) for one in store.of_item(run.id, "i1")] == [(0, FIRST), (1, DOUBTED)]
    assert [one.decision for one in store.of_item(run.id, "i0")] == [FIRST]


def test_a_decision_that_stays_the_same_adds_nothing(database: Database, run: Run) -> None:
    answered(database, run)
    store = RouteStore(database)
    decisions = [(f"i{number}", DOUBTED if number % 2 else ACCEPT) for number in range(6)]
    assert store.append(run.id, decisions) == 6
    assert store.append(run.id, decisions) == 0
    assert store.append(run.id, [*decisions[:5], ("i5", ACCEPT)]) == 1
    assert [len(store.of_item(run.id, f"i{number}")) for number in range(6)] == [2, 2, 2, 2, 2, 3]


@pytest.mark.parametrize(
    "change",
    [{"route": Route.ACCEPT}, {"reason": "r"}, {"doubts": ("d",)}, {"inclusion_probability": 0.5}, {"seed": 1 << 60}],
    ids=lambda change: next(iter(change)),
)
def test_any_difference_is_a_new_revision(database: Database, run: Run, change: dict[str, object]) -> None:
    store = RouteStore(database)
    other = replace(FIRST, **change)
    for decision in (FIRST, other, FIRST):
        assert store.append(run.id, [("i2", decision)]) == 1
    assert [one.decision for one in store.of_item(run.id, "i2")] == [FIRST, other, FIRST]


def test_a_new_answer_after_a_new_route_brings_its_own_route_and_what_is_read_is_the_newest(
    database: Database, run: Run
) -> None:
    answered(database, run)
    store, prelabels, results = RouteStore(database), PrelabelStore(database), ResultStore(database)
    store.append(run.id, [("i1", ACCEPT), ("i4", ACCEPT)])
    assert [row["route"] for row in next(results.pages(run))] == [
        "review",
        "accept",
        "review",
        "review",
        "accept",
        "review",
    ]
    again = AnsweredItem(2, 1, Prelabel(PrelabelStatus.LABELLED, ("hate",)), DOUBTED)
    for _ in range(2):  # the second time it is there already
        prelabels.commit(run, [again], [])
    assert [(one.revision, one.decision) for one in store.of_item(run.id, "i1")] == [
        (0, FIRST),
        (1, ACCEPT),
        (2, DOUBTED),
    ]
    result = results.get(run, "i1")
    assert result is not None
    assert (result["labels"], result["route"], result["route_reason"]) == (["hate"], "review", "injection")
    assert results.totals(run).routes == {
        ("review", "low_probability"): 4,
        ("accept", "certified"): 1,
        ("review", "injection"): 1,
    }


def test_two_routes_for_one_item_at_once_are_refused(database: Database, run: Run) -> None:
    store = RouteStore(database)
    with pytest.raises(ValueError, match="item i1 is given twice"):
        store.append(run.id, [("i0", ACCEPT), ("i1", ACCEPT), ("i1", DOUBTED)])
    assert list(newest_routes(database, run.id).items()) == []


def test_runs_are_routed_apart(database: Database, run: Run, other_run: Run) -> None:
    store = RouteStore(database)
    store.append(run.id, [("i0", ACCEPT)])
    assert store.append(other_run.id, [("i0", ACCEPT)]) == 1
    assert list(newest_routes(database, other_run.id).items()) == [("i0", ACCEPT)]
    assert [one.revision for one in store.of_item(other_run.id, "i0")] == [0]
    assert store.of_item(other_run.id, "i1") == []


def test_a_route_for_an_unknown_item_is_refused_and_nothing_is_written(database: Database, run: Run) -> None:
    store = RouteStore(database)
    with pytest.raises(InputError, match=r"items_not_imported \(items=1, named=.ghost"):
        store.append(run.id, [("i0", ACCEPT), ("ghost", ACCEPT)])
    assert list(newest_routes(database, run.id).items()) == []
