"""A closed project is read only, table by table; what belongs to the workspace is written all the same."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from assistant.domain.projects import ProjectState
from assistant.errors import ConflictError
from assistant.store.connection.project_guard import OF_ALL_PROJECTS, RECORDS_OF_READING, refuse_asking_people
from assistant.store.content.projects import ProjectStore
from assistant.store.database import Database
from assistant.store.tables.content import metadata


def written(database: Database) -> set[str]:
    """The tables that a statement may write; none of these has a row that it would change."""
    found = set()
    for table in metadata.sorted_tables:
        try:
            with database.write() as connection:
                connection.execute(sa.delete(table).where(sa.false()))
        except ConflictError:
            continue
        found.add(table.name)
    return found


def test_of_a_closed_project_no_table_is_written_but_those_of_the_workspace(database: Database) -> None:
    everything = {table.name for table in metadata.sorted_tables}
    projects = ProjectStore(database)
    other = database.within(projects.add("other", {}, state=ProjectState.ACTIVE, actor="tests").id)
    assert written(other) == everything
    projects.set_state("other", ProjectState.CLOSED, actor="tests")
    assert written(other) == (OF_ALL_PROJECTS | RECORDS_OF_READING) & everything
    assert everything - OF_ALL_PROJECTS >= {"items", "reviews", "assignments", "settlements", "runs", "lanes"}
    assert written(database) == everything  # the other project's state is its own
    projects.set_state("other", ProjectState.ACTIVE, actor="tests")
    assert written(other) == everything


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (ProjectState.DRAFT, "project_draft"),
        (ProjectState.PAUSED, "project_paused"),
        (ProjectState.CLOSED, "project_closed"),
    ],
)
def test_only_an_active_project_asks_people(database: Database, state: ProjectState, code: str) -> None:
    first = ProjectState.DRAFT if state is ProjectState.DRAFT else ProjectState.ACTIVE
    projects = ProjectStore(database)
    other = database.within(projects.add("other", {}, state=first, actor="tests").id)
    projects.set_state("other", state, actor="tests")
    with other.write() as connection, pytest.raises(ConflictError, match=code):
        refuse_asking_people(connection)
    with database.write() as connection:
        refuse_asking_people(connection)
