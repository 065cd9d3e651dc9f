"""No statement of the store reads or changes rows of a project without saying of which: a forgotten filter is found.

Every statement that a long history issues is looked at: one that touches rows of a project names the project, or the
row of the project that they hang on (a run, an item, ...), whose number was looked up within the project before. What
does neither is listed here with the reason why.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from assistant.store.tables.review import tasks
from tests.project_views import found_by, numbers_of, shown
from tests.project_worlds import ACTS, FIRST, act, three_projects

STORE = Path("assistant") / "store"
PARENTS = (
    *("run_id", "item_id", "fit_id", "sample_id", "task_id", "certificate_id", "review_id", "release_id", "lane_id"),
    *("batch_id", "population_id", "change_id"),
)
"""Columns that name a row of a project on which others hang: their values come from a look-up within the project."""
BY_PARENT = re.compile(rf"\b({'|'.join(PARENTS)}) (= \?|IN \(\?)")
METADATA = tasks.metadata

ELSEWHERE = (
    *("audit/", "people/memberships", "people/api_tokens", "people/last_uses", "people/login_attempts"),
    *("people/sessions", "people/users"),
    *(
        "content/projects",
        "content/embeddings",
        "migrations/",
        "connection/",
        "database",
        "dump",
        "probe",
        "workspaces",
    ),
)
"""Modules of what is the workspace's: the log, users and how they sign in, the database itself, vectors by content."""
NAMES_IT = re.compile(
    r"project_id|project_of|_own\b|_within\(|_there\b|runs_of|run_id|fit_id|item_key|task_id|_review\b"
)
"""What the text of a function has that says which project: checked where the history doesn't come along."""
_NUMBER = "its row number was looked up within the project"
_SLOTS = "row numbers of slots of tasks of the project"
_RANGE = "between two items of a page of the project; what belongs to others is not looked at"
REASONS = {
    "content/items.py:add": "the highest row number of all, to count on from",
    "content/items.py:texts": "row numbers of the project's items",
    "people/qualifications.py:decide": _NUMBER,
    "people/qualifications.py:tally": _NUMBER,
    "review/disagreements/adjudications.py:newest_decision": _NUMBER,
    "review/labels/all_labels.py:_collect": _RANGE,
    "review/labels/reviews.py:add": "the highest row number of all, to find again what is written next",
    "review/labels/reviews.py:_log_import": "rows that this transaction has written",
    "review/queue/answers.py:_fill": _NUMBER,
    "review/queue/answers.py:found_before": "asked after `find_place` has found the assignment within the project",
    "review/queue/answers.py:late_kept": "a limit on what is kept of one person, wherever they work",
    "review/queue/claims.py:claimed": _SLOTS,
    "review/queue/claims.py:unclaim": _SLOTS,
    "review/queue/exposure.py:shift": "what a person has seen today counts, wherever they saw it",
    "review/queue/exposure.py:worked": "a person's break is due, wherever they worked",
    "review/queue/queue_rows.py:_rows": _SLOTS,
    "review/queue/routed_items.py:answered": _RANGE,
    "review/queue/tasks.py:_set": _SLOTS,
    "review/queue/tasks.py:change_task": _NUMBER,
    "review/queue/tasks.py:close_open": _NUMBER,
    "review/queue/tasks.py:task_of": _NUMBER,
    "review/queue/tasks.py:waiting": _SLOTS,
    "review/queue/workload.py:count_backlog": "how the deployment is, not a project",
    "life/item_records.py:holds": _NUMBER,
    "life/releases.py:find": "by `_select`, which names the project",
    "review/queue/answers.py:key_of": _NUMBER,
    "review/queue/answers.py:keep_late": "of an assignment that `find_place` has found within the project",
    "review/queue/claims.py:lock_person": "a lock, no row",
    "runs/prelabels.py:count_pending": "by `_unsettled`, which names the project",
    "life/erasable.py:_sharing": "by content, in whatever project: shared vectors stay while anyone has the content",
    "life/erasable.py:contents": _NUMBER,
    "life/erasable.py:keys_of_erasure": _NUMBER,
    "life/erasable.py:same_contents": "by content, in whatever project: an erasure says that others keep it",
    "life/erasable.py:files_since": _NUMBER,
    "life/erasing.py:_owners": _NUMBER,
    "life/erasing.py:_remove_answers": _NUMBER,
    "life/erasing.py:_remove_content": _NUMBER,
    "life/erasing.py:_settle_first": _NUMBER,
    "life/erasing.py:remove_refusals": _NUMBER,
    "life/rebinding.py:_digests": "rows that the log of changes binds together, in whatever project",
    "life/rebinding.py:_members": "rows that the log of changes binds together, in whatever project",
    "life/scrub.py:scrub": "the file of the database, not its rows",
    "life/scrub.py:_checkpoint": "the file of the database, not its rows",
    "content/policy_changes.py:add_event": "of a change that was looked up within the project",
    "content/policy_changes.py:source": "of a change that was looked up within the project",
    "content/policy_changes.py:readers": "of a change that was looked up within the project",
    "content/policy_changes.py:read_by": "of a person, to compare with the project's changes",
    "content/policy_changes.py:acknowledge": "of a change that was looked up within the project",
    "review/changes/change_list.py:_left": _NUMBER,
    "review/changes/task_changes.py:_keep": _SLOTS,
    "review/changes/task_changes.py:_set_slots": _SLOTS,
    "review/changes/task_changes.py:_invalidate": _SLOTS,
    "review/changes/task_changes.py:take_part": _NUMBER,
    "review/changes/task_standing.py:_read": _NUMBER,
    "review/changes/task_standing.py:_slots": _NUMBER,
    "review/changes/task_standing.py:adjudicated_slots": _NUMBER,
    "review/changes/task_standing.py:names_of_items": _NUMBER,
    "review/disagreements/found.py:forget_all": _NUMBER,
    "review/labels/stale_items.py:labeled_keys": "by `_labeled`, which names the project",
    "review/labels/stale_items.py:labeled_contents": _NUMBER,
    "review/labels/stale_items.py:stale_of_people": _NUMBER,
    "review/labels/stale_items.py:last_rows": "the highest row numbers of all: what was there before",
    "review/labels/stale_items.py:keep_stale": "of a change that was looked up within the project",
    "review/labels/stale_items.py:forget_stale": "of a change that was looked up within the project",
    "review/labels/stale_items.py:stale_page": "of a change that was looked up within the project",
    "review/queue/claims.py:count_open_to": "by `_open_to`, which names the project",
    "review/queue/events.py:record_as_it_is": _SLOTS,
    "review/queue/queue_rows.py:in_state": "by `_partitions`, which names the project",
    "people/members.py:of_user": "the projects of a person",
    "people/members.py:standing_of": "the projects of a person",
    "review/disagreements/ties.py:_tied": "row numbers of items of disagreements of the project",
    "content/batches.py:_set_due": _NUMBER,
    "review/changes/task_changes.py:_set_tasks": _NUMBER,
    "runs/populations.py:_look": _NUMBER,
    "runs/populations.py:keys": "by `_members`, of a population that was looked up within the project",
    "runs/populations.py:_list": "by `_candidates`, which names the project",
    "review/queue/slots.py:involved": _SLOTS,
    "review/queue/handovers.py:given_to": _SLOTS,
    "review/queue/handovers.py:give_to": _SLOTS,
    "review/queue/events.py:events_of": "of a task that was looked up within the project",
    "review/queue/tasks.py:reopen": _NUMBER,
    "review/disagreements/disagreement_cases.py:texts": "row numbers of items of disagreements of the project",
    "life/item_records.py:_item": _NUMBER,
    "life/item_records.py:_changes": _NUMBER,
    "runs/selected.py:_first_of_content": "row numbers of the project's items",
    "columns.py:floats": "whatever it is given",
    "runs/jobs.py:stop_wanted": "the job itself asks, by the number it was given",
    "runs/jobs.py:_set": "the job itself reports, by the number it was given",
    "staging.py:take_over": "staged rows, whose items were looked up within the project",
}
"""Functions whose statements name neither, with the reason."""


def of_projects() -> frozenset[str]:
    """Tables whose rows belong to a project: by a column of their own, or by a row they hang on."""
    found = {table.name for table in METADATA.tables.values() if "project_id" in table.c} - {"projects"}
    users = {"users", "projects", "project_members", "project_events", "used_texts"}
    while more := {
        table.name
        for table in METADATA.tables.values()
        if table.name not in found | users and any(key.column.table.name in found for key in table.foreign_keys)
    }:
        found |= more
    return frozenset(found - users | {"near_duplicates"})


OF_PROJECTS = of_projects()
TOUCHED = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+\"?(\w+)\"?|, (\w+)(?: AS \w+)?(?= (?:WHERE|,|JOIN|LEFT))")


def asked_by() -> str:
    """The function of the store that is asking, as `folder/module.py:function`; empty for others."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if f"/{STORE.as_posix()}/" in name and "/connection/" not in name:
            place = name.partition(f"/{STORE.as_posix()}/")[2]
            return f"{place}:{frame.f_code.co_qualname.partition('.<locals>')[0].rpartition('.')[2]}"
        frame = frame.f_back
    return ""


def unrestricted(statement: str) -> bool:
    """Whether a statement touches rows of a project, and names neither it nor a row they hang on."""
    plain = " ".join(statement.split())
    touched = {one for pair in TOUCHED.findall(plain) for one in pair if one} & OF_PROJECTS
    if not touched or re.match(r"INSERT INTO \w+ \([^)]*\) VALUES", plain):
        return False
    return "project_id" not in plain.partition(" FROM ")[2] + plain.partition(" WHERE ")[2] and not BY_PARENT.search(
        plain
    )


def issued() -> Iterator[tuple[str, str]]:
    """All different statements of a history of everything that may happen, by the function that asks."""
    found: dict[tuple[str, str], None] = {}

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        found.setdefault((asked_by(), statement))

    with three_projects() as projects:
        engine = projects[0].database._engine
        sa.event.listen(engine, "before_cursor_execute", note)
        for seed, name in enumerate((*FIRST, *sorted(ACTS), *("work", "undo", "steer") * 8, *sorted(ACTS))):
            act(projects[0], name, seed)
            if name in FIRST:
                act(projects[1], name, seed)
        for workspace in projects[:2]:
            shown(workspace)
            for what, numbers in numbers_of(workspace).items():
                found_by(workspace, what, max(numbers, default=1))
    yield from found


def asking_functions() -> Iterator[tuple[str, str]]:
    """Every function of the store that asks the database itself, as `asked_by` names it, with its text."""
    for path in sorted(STORE.rglob("*.py")):
        place = path.relative_to(STORE).as_posix()
        if place.startswith(ELSEWHERE):
            continue
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and ".execute(" in (body := ast.get_source_segment(text, node) or ""):
                yield f"{place}:{node.name}", body


def test_every_statement_names_the_project_or_what_its_rows_hang_on() -> None:
    every = list(issued())
    loose = {place: statement for place, statement in every if unrestricted(statement)}
    assert {place: " ".join(loose[place].split()) for place in loose if place not in REASONS} == {}
    seen = {place for place, _ in every}
    unseen = {place: body for place, body in asking_functions() if place not in seen}
    assert len(unseen) < len(seen) / 4  # the history is long enough to say something
    assert [place for place in unseen if place not in REASONS and not NAMES_IT.search(unseen[place])] == []


def test_every_reason_is_one_of_a_function_that_is_there() -> None:
    there = {place for place, _ in asking_functions()} | {"staging.py:take_over"}
    assert sorted(set(REASONS) - there) == []


def test_a_forgotten_filter_is_found() -> None:
    assert unrestricted("SELECT count(*) FROM items")
    assert unrestricted("SELECT items.project_id FROM items WHERE items.id > ?")
    assert unrestricted("UPDATE assignments SET state=? WHERE assignments.id = ?")
    assert unrestricted("SELECT r.id FROM reviews AS r JOIN items ON items.id = r.item_id WHERE r.item_id > ?")
    assert not unrestricted("SELECT count(*) FROM items WHERE items.project_id = ?")
    assert not unrestricted("SELECT prelabels.labels FROM prelabels WHERE prelabels.run_id = ?")
    assert not unrestricted("SELECT users.name FROM users")
