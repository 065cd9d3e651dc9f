"""Rounds of routing: what is read as columns is what is there, and what is written at once can be read one by one."""

from dataclasses import replace

import numpy as np
import pytest

from assistant.domain.items import Content, Item
from assistant.domain.prelabels import FailureReason, Prelabel, PrelabelStatus
from assistant.domain.runs import Run
from assistant.errors import StorageError
from assistant.routing.route import Decision, Route
from assistant.store.content.items import ItemStore, NewItem
from assistant.store.database import Database
from assistant.store.runs.prelabels import AnsweredItem, PrelabelStore
from assistant.store.runs.rounds import RoundStore, RoutingRound
from assistant.store.runs.routes import RouteStore
from assistant.store.runs.runs import RunStore
from tests.stored import newest_routes

FIRST = Decision(Route.REVIEW, "low_probability", (), 1.0, 7)
ACCEPT = Decision(Route.ACCEPT, "accepted_by_certificate", (), 0.1 + 0.2, 7)
DOUBTED = Decision(Route.REVIEW, "content_truncated", ("content_truncated", "no_clause_near"), 1.0, 7)
ROUND = RoutingRound(1, {"fit": 3, "certificate": None, "share": 0.1})


def answer(database: Database, run: Run, keys: range, decision: Decision | None = FIRST, label: str = "safe") -> None:
    """The run answers items, and routes them by the rule of the first day or not at all."""
    given = Prelabel(PrelabelStatus.LABELLED, (label,))
    PrelabelStore(database).commit(run, [AnsweredItem(key, 0, given, decision) for key in keys], [])


def test_a_run_is_read_in_order_of_arrival_with_its_newest_routes(database: Database, run: Run) -> None:
    answer(database, run, range(2, 6))
    failed = Prelabel(PrelabelStatus.FAILED, (), reason=FailureReason.MALFORMED)
    PrelabelStore(database).commit(run, [AnsweredItem(6, 0, failed, None)], [])
    RouteStore(database).append(run.id, [("i1", ACCEPT), ("i4", DOUBTED), ("i0", ACCEPT)])  # i0 has no answer
    RouteStore(database).append(run.id, [("i4", ACCEPT)])
    read = RoundStore(database).read(run.id)
    assert read.ids == ["i1", "i2", "i3", "i4", "i5"]
    assert read.keys.tolist() == [2, 3, 4, 5, 6]
    assert read.failed.tolist() == [False, False, False, False, True]
    known = [*read.routes.decisions, None]
    assert [known[code] for code in read.routes.codes] == [ACCEPT, FIRST, FIRST, ACCEPT, None]
    assert read.routes.revisions.tolist() == [1, 0, 0, 2, -1]


def test_an_answer_that_came_later_counts_and_the_one_before_it_does_not(database: Database, run: Run) -> None:
    failed = Prelabel(PrelabelStatus.FAILED, (), reason=FailureReason.MALFORMED)
    PrelabelStore(database).commit(run, [AnsweredItem(1, 0, failed, None), AnsweredItem(2, 0, failed, None)], [])
    PrelabelStore(database).commit(run, [AnsweredItem(2, 1, Prelabel(PrelabelStatus.LABELLED, ("hate",)), None)], [])
    store = RoundStore(database)
    assert store.read(run.id).failed.tolist() == [True, False]
    assert store.read(run.id).flagged.tolist() == [False, False]
    assert store.read(run.id, ["threat", "hate"]).flagged.tolist() == [False, True]
    assert store.read(run.id, ["hat", "%"]).flagged.tolist() == [False, False]


def test_ids_of_any_characters_come_back_as_they_are(database: Database, run: Run) -> None:
    names = ['quoted "id"', "null\0inside", "\uf000escaped", "汉字", "back\\slash"]
    ItemStore(database).add([NewItem(Item(name, Content(name)), b"", at) for at, name in enumerate(names)])
    answer(database, run, range(7, 12), None)
    keys, ids = RoundStore(database).names(run.id)
    assert (keys.tolist(), ids) == ([7, 8, 9, 10, 11], names)


@pytest.mark.parametrize("first", [FIRST, None], ids=["routed before", "never routed"])
def test_what_is_written_at_once_is_what_is_read_one_by_one(
    database: Database, run: Run, other_run: Run, first: Decision | None
) -> None:
    answer(database, run, range(1, 7), first)
    answer(database, other_run, range(1, 7))
    store = RoundStore(database)
    codes = np.array([0, 1, 0, 2, 1, 0])
    assert store.write(run.id, store.read(run.id), ROUND, (ACCEPT, DOUBTED, FIRST), codes) == 6
    given = [(ACCEPT, DOUBTED, FIRST)[code] for code in codes]
    assert list(newest_routes(database, run.id).values()) == given
    assert list(newest_routes(database, other_run.id).values()) == [FIRST] * 6
    assert store.latest(run.id) == ROUND
    assert store.latest(other_run.id) is None
    history = RouteStore(database).of_item(run.id, "i1")
    assert [one.revision for one in history] == list(range(len(history)))
    [(_, event, detail)] = RunStore(database).events(run)
    assert (event, detail) == ("routed", {"round": 1, "basis": ROUND.basis, "written": 6})


def test_a_round_told_again_writes_what_differs_and_a_new_one_writes_all_since_its_time_tells_under_what(
    database: Database, run: Run
) -> None:
    answer(database, run, range(1, 7), None)
    store, codes = RoundStore(database), np.zeros(6, dtype=np.int64)
    assert [store.write(run.id, store.read(run.id), ROUND, (ACCEPT,), codes) for _ in range(2)] == [6, 0]
    assert len(RunStore(database).events(run)) == 1
    codes[3] = 1
    assert store.write(run.id, store.read(run.id), ROUND, (ACCEPT, DOUBTED), codes) == 1
    assert store.write(run.id, store.read(run.id), RoutingRound(2, {}), (ACCEPT, DOUBTED), codes) == 6
    assert store.latest(run.id) == RoutingRound(2, {})
    almost = replace(ACCEPT, inclusion_probability=0.3)  # not 0.1 + 0.2
    assert store.write(run.id, store.read(run.id), RoutingRound(2, {}), (almost, DOUBTED), codes) == 5


def test_routes_that_came_in_between_are_not_overwritten(database: Database, run: Run) -> None:
    answer(database, run, range(1, 7), None)
    store = RoundStore(database)
    read = store.read(run.id)
    RouteStore(database).append(run.id, [("i3", DOUBTED)])
    with pytest.raises(StorageError, match="run_routed_meanwhile"):
        store.write(run.id, read, ROUND, (ACCEPT,), np.zeros(6, dtype=np.int64))
    assert list(newest_routes(database, run.id).values()) == [DOUBTED]
    assert store.latest(run.id) is None


def test_references_are_looked_up_again_after_a_writer_that_did_without(database: Database, run: Run) -> None:
    answer(database, run, range(1, 7), None)
    store = RoundStore(database)
    store.write(run.id, store.read(run.id), ROUND, (ACCEPT,), np.zeros(6, dtype=np.int64))
    if database.is_sqlite:
        with database.write() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
