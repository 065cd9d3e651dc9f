"""Each store reads and writes the rows of its own project, whatever is alike in another one."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from assistant.domain.disagreements import AdjudicationFilter
from assistant.domain.items import Content, Item
from assistant.domain.prelabels import RunIdentity
from assistant.domain.projects import ProjectState
from assistant.domain.review_work import Cause, NewTask, Principal, QualificationState, Role, TaskKind
from assistant.domain.reviews import Review, ReviewFilter
from assistant.errors import InputError
from assistant.routing.route import Decision, Route
from assistant.store.certification.nonces import review_scope, seed_scope
from assistant.store.content.items import ItemStore, NewItem
from assistant.store.content.projects import ProjectStore
from assistant.store.database import Database
from assistant.store.people import qualifications
from assistant.store.people.qualifications import QualificationRound
from assistant.store.people.users import UserStore
from assistant.store.review.disagreements import adjudications
from assistant.store.review.labels import review_list
from assistant.store.review.labels.reviews import ReviewStore
from assistant.store.review.queue import claims
from assistant.store.review.queue.claims import Lease
from assistant.store.review.queue.tasks import add_tasks
from assistant.store.runs.prelabels import PrelabelStore
from assistant.store.runs.routes import RouteStore
from assistant.store.runs.runs import RunStore

IDENTITY = RunIdentity("p", "q", "openai:x", "{}")
NAMES = {"prompt": ("demo", "1"), "policy": ("rules", "1")}
LEASE = Lease("2030-01-01T00:00:00.000+00:00", "2030-01-01T00:05:00.000+00:00")
LATER = Lease("2030-01-01T01:00:00.000+00:00", "2030-01-01T01:05:00.000+00:00")


@pytest.fixture
def both(database: Database) -> tuple[Database, Database]:
    """The same database for two projects, each with the items a and b, both of them `one`."""
    second = ProjectStore(database).add("second", {}, state=ProjectState.ACTIVE, actor="tests")
    found = database, database.within(second.id)
    for one in found:
        ItemStore(one).add([NewItem(Item(name, Content("one")), b"", 1) for name in "ab"])
    return found


def wanted(database: Database) -> int:
    """A task about the first item of a project; the number of its slot."""
    [item] = [one.key for page in ItemStore(database).pages() for one in page if one.item.id == "a"]
    task = NewTask(
        item_key=item, kind=TaskKind.REVIEW, blind=False, policy_id="rules", policy_version="1", language="und"
    )
    with database.write() as connection:
        add_tasks(connection, [task])
        return int(connection.execute(sa.text("SELECT MAX(id) FROM assignments")).scalar_one())


def test_the_same_id_and_the_same_content_are_each_projects_own(both: tuple[Database, Database]) -> None:
    pages = [[one for page in ItemStore(database).pages() for one in page] for database in both]
    assert [[(one.key, one.item.id) for one in there] for there in pages] == [
        [(1, "a"), (2, "b")],
        [(3, "a"), (4, "b")],
    ]
    assert [ItemStore(one).count() for one in both] == [
        {"items": 2, "contents": 1, "same_content": 1, "with_media": 0}
    ] * 2
    firsts = [[one.key for page in ItemStore(database).pages(first_only=True) for one in page] for database in both]
    assert firsts == [[1], [3]]
    counts, _ = ItemStore(both[1]).add([NewItem(Item("a", Content("another")), b"", 1)])
    assert counts["clash"] == 1  # with its own a


def test_the_same_question_in_two_projects_is_two_runs_that_share_no_reply(both: tuple[Database, Database]) -> None:
    first, second = (RunStore(one).open(IDENTITY, **NAMES) for one in both)  # type: ignore[arg-type]
    assert first.key == IDENTITY.key
    assert second.key != first.key
    assert [RunStore(one).open(IDENTITY, **NAMES).id for one in both] == [first.id, second.id]  # type: ignore[arg-type]
    assert [PrelabelStore(one).run_numbers() for one in both] == [{first.key: first.id}, {second.key: second.id}]
    with pytest.raises(InputError, match=r"run_not_found .*known=\['r2'\]"):
        RunStore(both[1]).find(first.name)


def test_rows_about_an_item_that_only_another_project_has_are_refused(both: tuple[Database, Database]) -> None:
    ItemStore(both[0]).add([NewItem(Item("only here", Content("x")), b"", 1)])
    run = RunStore(both[1]).open(IDENTITY, **NAMES)  # type: ignore[arg-type]
    review = Decision(Route.REVIEW, "low_probability", (), 1.0, 1)
    with pytest.raises(InputError, match=r"items_not_imported .*only here"):
        RouteStore(both[1]).append(run.id, [("a", review), ("only here", review)])
    assert RouteStore(both[1]).append(run.id, [("a", review)]) == 1
    assert RouteStore(both[1]).of_item(run.id, "a")[0].decision == review
    assert RouteStore(both[0]).of_item(run.id, "a") == []


def labeled(both: tuple[Database, Database]) -> None:
    """A label and an adjudication of each of the first project's items, and of the second's first one."""
    for database, keys in zip(both, ((1, 2), (3,)), strict=True):
        ReviewStore(database).add([(key, Review(str(key), "ana", ("safe",), source="f.csv")) for key in keys])
        with database.write() as connection:
            for key in keys:
                adjudications.add(connection, key, ("safe",), cause=Cause.EDGE_CASE, note="", actor="lea")


def test_labels_and_adjudications_name_the_project_of_their_item(both: tuple[Database, Database]) -> None:
    labeled(both)
    for table in ("reviews", "adjudications"):
        query = f"SELECT t.item_id, t.project_id, i.project_id FROM {table} t JOIN items i ON i.id = t.item_id"  # noqa: S608
        with both[0].read() as connection:
            rows = sorted(tuple(row) for row in connection.execute(sa.text(query)))
        assert rows == [(1, 1, 1), (2, 1, 1), (3, 2, 2)]
    assert [ReviewStore(one).count()["labels"] for one in both] == [2, 1]


def test_a_list_of_labels_walks_along_the_projects_own(both: tuple[Database, Database]) -> None:
    labeled(both)
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    with both[1].read() as connection:
        engine = connection.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    labels = review_list.page(both[1], ReviewFilter(), before=None, limit=10)
    decided = adjudications.page(both[1], AdjudicationFilter(), before=None, limit=10)
    sa.event.remove(engine, "before_cursor_execute", note)
    assert ([one.item_key for one in labels], [one.item_id for one in decided]) == ([3], ["a"])
    if both[0].is_sqlite:  # PostgreSQL reads so few rows as they lie
        for table, (statement, parameters) in zip(("reviews", "adjudications"), asked, strict=True):
            with both[1].read() as connection:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()  # type: ignore[arg-type]
            assert plan[0][-1] == f"SEARCH {table} USING INDEX ix_{table}_of_project (project_id=?)"


def test_work_and_leases_are_each_projects_own(both: tuple[Database, Database]) -> None:
    user = UserStore(both[0]).add("ana", role=Role.REVIEWER, actor="tests")
    who = Principal(user.id, "ana")
    slots = [wanted(one) for one in both]
    for database, slot in zip(both, slots, strict=True):
        with database.write() as connection:
            assert claims.claim(connection, who, LEASE) == slot
            assert claims.claim(connection, who, LEASE) is None
    for database, other in zip(both, reversed(slots), strict=True):
        with database.write() as connection:
            assert not claims.heartbeat(connection, who, other, 1, LATER, least=LATER.until)
            assert not claims.take(connection, who, other, LATER)
    with both[0].write() as connection:
        assert claims.return_expired(connection, LATER) == 1
    for database, expired in zip(both, (False, True), strict=True):
        with database.read() as connection:
            assert claims.any_expired(connection, LATER) is expired


def test_a_round_passed_in_one_project_opens_no_work_in_another(both: tuple[Database, Database]) -> None:
    user = UserStore(both[0]).add("ana", role=Role.REVIEWER, actor="tests")
    slots = [wanted(one) for one in both]
    about = QualificationRound(user.id, "rules", "1", "und")
    with both[0].write() as connection:
        begun = qualifications.add(connection, about, 1)
        qualifications.decide(connection, begun.id, QualificationState.PASSED, 1)
    taken = []
    for database in both:
        with database.write() as connection:
            taken.append(claims.claim(connection, Principal(user.id, "ana"), LEASE, qualified_only=True))
    assert taken == [slots[0], None]


def test_the_first_project_draws_from_what_workspaces_always_drew_from() -> None:
    assert [seed_scope(1), review_scope(1)] == ["workspace", "review"]
    assert len({scope(number) for scope in (seed_scope, review_scope) for number in (1, 2, 3)}) == 6
