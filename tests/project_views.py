"""All that one project shows, and what it finds under the numbers of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from assistant.application.items.erase import find_erasure, list_erasures
from assistant.application.people.figures import reviewer_figures
from assistant.application.projects.staffing import members_here
from assistant.application.review.fill_queue import for_people
from assistant.application.review.tasks.changes import find_change as find_task_change
from assistant.application.review.tasks.changes import list_changes as list_task_changes
from assistant.application.workspace.policy_changes import find_change, list_changes, show_change
from assistant.domain.assignments import PartitionFilter
from assistant.domain.disagreements import MACHINE, PEOPLE, AdjudicationFilter, DisagreementFilter
from assistant.domain.items import ItemFilter
from assistant.domain.reviews import ReviewFilter
from assistant.domain.runs import Run, RunItemFilter
from assistant.errors import AssistantError
from assistant.routing.route import Route
from assistant.store.content import item_list, precedent_list
from assistant.store.life.item_records import external_id, item_records
from assistant.store.people import qualifications
from assistant.store.people.reviewer_figures import queue_answers
from assistant.store.review.disagreements import adjudications, disagreement_cases, disagreement_list
from assistant.store.review.disagreements.ties import tied_items
from assistant.store.review.labels import gold, gold_list, review_list, stale_labels, weekly
from assistant.store.review.labels.all_labels import labels_said
from assistant.store.review.labels.left_out import items_left_out
from assistant.store.review.queue import claims, routed_items, workload
from assistant.store.review.queue import tasks as queue_tasks
from assistant.store.review.queue.answers import last_given
from assistant.store.review.queue.partitions import languages_waiting
from assistant.store.review.queue.slots import find_slot, involved, notes_on
from assistant.wiring.workspace import Workspace
from tests.project_worlds import LANGUAGES, items_of

MOST = 500  # rows of a list: more than any history makes
EARLY, LATE = "2020", "2099"

Reader = Callable[[Workspace], object]


def _plain(value: object) -> object:
    """A value that compares by what it holds."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if hasattr(value, "__dataclass_fields__"):
        return [type(value).__name__, *(_plain(getattr(value, name)) for name in value.__dataclass_fields__)]
    if isinstance(value, Mapping):
        return sorted((repr(_plain(key)), _plain(one)) for key, one in value.items())
    if isinstance(value, set | frozenset):
        return sorted(repr(_plain(one)) for one in value)
    if isinstance(value, Sequence | Iterator) and not isinstance(value, str | bytes):
        return [_plain(one) for one in value]
    return repr(value)


def _connected(read: Callable[[Any, Workspace], object]) -> Reader:
    def reader(workspace: Workspace) -> object:
        with workspace.database.read() as connection:
            return _plain(read(connection, workspace))

    return reader


def _each_run(read: Callable[[Workspace, Run], object]) -> Reader:
    return lambda workspace: [_plain(read(workspace, run)) for run in workspace.runs.all()]


def _each_user(read: Callable[[Any, Workspace, Any], object]) -> Reader:
    def reader(workspace: Workspace) -> object:
        users = workspace.users.all()
        with workspace.database.read() as connection:
            return [_plain(read(connection, workspace, one)) for one in users]

    return reader


def _exported(workspace: Workspace) -> object:
    with suppress(AssistantError):
        return list(workspace.results.pages(workspace.runs.find(None)))
    return None


def _disputed(workspace: Workspace) -> object:
    lists = [DisagreementFilter(kind=kind, settled=settled) for kind in (MACHINE, PEOPLE) for settled in (True, False)]
    found = [disagreement_list.page(workspace.database, wanted, limit=MOST) for wanted in lists]
    return [*found, disagreement_list.page(workspace.database, DisagreementFilter(), limit=MOST, per_item=True)]


def _selected(workspace: Workspace, run: Run) -> object:
    chosen = workspace.prelabels_among([one.key for one in items_of(workspace)])
    policy_id = workspace.policy.id
    return [
        *(chosen.pending(run, policy_id), chosen.count_pending(run, policy_id), chosen.count_known(run, policy_id)),
        chosen.unshared(run),
    ]


def _columns(workspace: Workspace, run: Run) -> object:
    """A run's columns, with each item's decision in place of its code: these come in any order."""
    read = workspace.routing_rounds.read(run.id)
    routes = read.routes
    decided = [routes.decisions[code] if code >= 0 else None for code in routes.codes.tolist()]
    return [read.keys, read.ids, read.failed, read.flagged, read.media, decided, routes.revisions, routes.rows]


READERS: Mapping[str, Reader] = {
    "items": lambda w: [
        w.items.count(),
        w.items.languages(),
        list(w.items.pages()),
        list(w.items.pages(first_only=True)),
    ],
    "list of items": lambda w: item_list.page(w.database, ItemFilter(), before=None, limit=MOST),
    "signatures": lambda w: w.items.signatures(2),
    "ids": lambda w: [w.items.keys_of([f"e{n}" for n in range(10)]), w.items.resolve([f"e{n}" for n in range(10)])],
    "precedents": lambda w: [
        w.precedents.all(w.policy.id),
        w.precedents.count(w.policy.id),
        w.precedents.newest_event(w.policy.id),
        w.precedents.changed_since(w.policy.id, 0),
        precedent_list.page(w.database, w.policy.id, before=None, limit=MOST),
        w.labelled_items.precedents(w.policy.id),
        w.labelled_items.first_settled(w.policy.id, [one.content_digest for one in items_of(w)]),
    ],
    "versions": lambda w: [
        w.registry.policy_versions(w.policy.id),
        w.registry.policy_source(w.policy.id, w.policy.version),
        w.registry.prompt_source("moderation", "2"),
    ],
    "runs": lambda w: [w.runs.all(), w.runs.newest(), w.prelabels.run_numbers(), w.run_items.last_events()],
    "jobs": lambda w: [w.jobs.newest(), w.jobs.last_begun()],
    "progress": _each_run(lambda w, run: w.run_items.progress(run)),
    "items of runs": _each_run(lambda w, run: w.run_items.page(run.id, RunItemFilter(), None, MOST)),
    "totals": _each_run(lambda w, run: w.results.totals(run)),
    "what is to ask": _each_run(
        lambda w, run: [w.prelabels.pending(run, w.policy.id), w.prelabels.count_known(run, w.policy.id)]
    ),
    "what is to share": _each_run(lambda w, run: w.prelabels.unshared(run)),
    "replies": _each_run(lambda w, run: w.prelabels.stored_replies(run, [one.content_digest for one in items_of(w)])),
    "answers counted": _each_run(lambda w, run: w.answer_counts.of_run(run.id)),
    "columns of runs": _each_run(_columns),
    "pool": _each_run(lambda w, run: list(w.pool.pages(run.id))),
    "samples": _each_run(lambda w, run: [(one, w.samples.items(one.id)) for one in w.samples.of_run(run.id)]),
    "audits before": _each_run(lambda w, run: [w.samples.audited_before(one) for one in w.samples.of_run(run.id)]),
    "fits": _each_run(lambda w, run: w.fits.latest(run.id)),
    "certificates": _each_run(lambda w, run: [w.certificates.latest(run.id), w.certificates.in_force(run.id)]),
    "final labels": _each_run(lambda w, run: list(w.settlements.newest(run.id))),
    "blind days": _each_run(lambda w, run: weekly.blind_days(w.database, run.id)),
    "work of runs": _each_run(lambda w, run: [for_people(w, run), routed_items.reviews_by_sight(w.database, run.id)]),
    "release": _exported,
    "labels": lambda w: [w.reviews.count(), list(w.reviews.by_item()), stale_labels.given_labels(w.database)],
    "people": lambda w: w.reviews.people(),
    "list of labels": lambda w: review_list.page(w.database, ReviewFilter(), before=None, limit=MOST),
    "labels that certify": lambda w: [list(w.pool.human_answers()), w.pool.adjudicated()],
    "labels to evaluate on": lambda w: [
        list(w.labelled_items.items()),
        w.labelled_items.facts([f"e{n}" for n in range(10)]),
    ],
    "all labels": _connected(lambda c, w: labels_said(c, [one.key for one in items_of(w)])),
    "gold": _connected(
        lambda c, w: [
            *(gold.known(c, w.policy.id, name) for name in LANGUAGES),
            *(gold.by_language(c, w.policy.id), gold.answers(c), gold.any_aged(c, views=1, before=EARLY)),
        ]
    ),
    "list of gold": lambda w: [
        gold_list.page(w.database, w.policy.id, active=active, before=None, limit=MOST) for active in (True, False)
    ],
    "gold by language": lambda w: gold_list.active_by_language(w.database, w.policy.id),
    "gold for people": _each_user(
        lambda c, w, user: [gold.candidates(c, user.principal(), w.policy.id, name, limit=9) for name in LANGUAGES]
    ),
    "queue": lambda w: [
        *(queue_tasks.waiting(w.database), workload.count_assignments(w.database)),
        *(w.queue_rows.open(PartitionFilter(), None, MOST), w.queue_rows.leased(None, MOST)),
        w.queue_rows.overdue(LATE, LATE),
    ],
    "languages": _connected(lambda c, w: languages_waiting(c, w.policy.id, w.policy.version)),
    "held": _each_user(lambda c, _, user: claims.held(c, user.principal())),
    "expired": _connected(lambda c, _: claims.any_expired(c, claims.Lease(LATE, LATE))),
    "last answers": _each_user(lambda c, _, user: last_given(c, user.id, MOST)),
    "practice": _each_user(lambda c, _, user: [qualifications.of_user(c, user.id), qualifications.trained(c, user.id)]),
    "passed": _connected(lambda c, _: qualifications.passed_rounds(c)),
    "disagreements": _disputed,
    "ties": lambda w: tied_items(w.database, before=None, limit=MOST),
    "waiting disagreements": lambda w: disagreement_list.waiting_items(w.database),
    "disagreements of items": lambda w: [disagreement_cases.of_item(w.database, f"e{n}") for n in range(10)],
    "adjudications": lambda w: [
        w.adjudications.versions(),
        w.adjudications.newest(),
        adjudications.page(w.database, AdjudicationFilter(), before=None, limit=MOST),
    ],
    "items with all that is known": _connected(lambda c, w: [item_records(c, one.key) for one in items_of(w)]),
    "ids by number": _connected(lambda c, w: [external_id(c, one.key) for one in items_of(w)]),
    "releases": lambda w: w.releases.page(),
    "results of items": _each_run(lambda w, run: [w.results.get(run, f"e{n}") for n in range(10)]),
    "failures": _each_run(lambda w, run: w.results.failures(run, MOST)),
    "history of runs": _each_run(lambda w, run: [w.runs.events(run), w.routing_rounds.latest(run.id)]),
    "routes": _each_run(lambda w, run: [w.routes.of_item(run.id, f"e{n}") for n in range(10)]),
    "routed to reviewers": _each_run(lambda w, run: w.routes.ever(run.id, Route.REVIEW, "")),
    "labelled routes": _each_run(lambda w, run: list(w.labelled_items.routed(run.id))),
    "changes": _each_run(lambda w, run: [w.run_changes.count(run, one) for one in w.runs.all()]),
    "changed items": _each_run(lambda w, run: [w.run_changes.items(run, one, MOST) for one in w.runs.all()]),
    "answers to score": _each_run(lambda w, run: w.eval_answers.answers(run.id, [one.key for one in items_of(w)])),
    "what an evaluation asks": _each_run(_selected),
    "models": _each_run(lambda w, run: [w.pool.models(run.id, page) for page in w.pool.pages(run.id)]),
    "other answers": _each_run(
        lambda w, run: [w.pool.other_answers([one.id for one in w.runs.all()], page) for page in w.pool.pages(run.id)]
    ),
    "cases": lambda w: [
        (w.adjudications.answers(one.key), w.adjudications.notes(one.key), notes_on(w.database, one.key))
        for one in items_of(w)
    ],
    "guided": lambda w: [
        disagreement_cases.guiding(w.database, one.key, one.content_digest, w.policy.id) for one in items_of(w)
    ],
    "disagreements of rows": lambda w: disagreement_list.of_items(
        w.database, DisagreementFilter(), [one.key for one in items_of(w)]
    ),
    "beginnings": lambda w: disagreement_cases.texts(w.database, [one.key for one in items_of(w)], 9),
    "who is involved": _connected(
        lambda c, w: involved(c, [one.id for one in w.queue_rows.open(PartitionFilter(), None, MOST)])
    ),
    "batches": lambda w: [(one, w.batches.events(one)) for one in w.batches.all()],
    "batches of items": lambda w: [
        w.batches.of_items([one.key for one in items_of(w)]),
        list(w.batches.members(0, 2**31)),
    ],
    "populations": _each_run(lambda w, run: [w.populations.ids(run), w.runs.find(run.name)]),
    "policy changes": lambda w: [(one, show_change(w, one.name).readers) for one in list_changes(w)],
    "policy in use": lambda w: [w.policy.version, w.policy_in_use.get().labels],
    "task changes": lambda w: list_task_changes(w, None, MOST),
    "erasures": list_erasures,
    "members": members_here,
    "labels left out": lambda w: items_left_out(w.database),
    "answers in the queue": lambda w: queue_answers(w.database),
    "figures of people": lambda w: reviewer_figures(w, "all"),
}


def shown(workspace: Workspace) -> dict[str, object]:
    """Everything that a project shows, by name."""
    return {name: _plain(read(workspace)) for name, read in READERS.items()}


def numbers_of(workspace: Workspace) -> dict[str, list[int]]:
    """The row numbers by which a project's things are called, by what they are of."""
    database, runs = workspace.database, workspace.runs.all()
    with database.read() as connection:
        known = [one.id for name in LANGUAGES for one in gold.known(connection, workspace.policy.id, name)]
    wanted = workspace.queue_rows.open(PartitionFilter(), None, MOST) + workspace.queue_rows.leased(None, MOST)
    certificates = [workspace.certificates.latest(run.id) for run in runs]
    fits = [workspace.fits.latest(run.id) for run in runs]
    disputed = [
        one.id
        for kind in (MACHINE, PEOPLE)
        for settled in (True, False)
        for one in disagreement_list.page(database, DisagreementFilter(kind=kind, settled=settled), limit=MOST)
    ]
    return {
        "release": [one.id for one in workspace.releases.page()],
        "erasure": [one.id for one in list_erasures(workspace)],
        "policy change": [one.id for one in list_changes(workspace)],
        "task change": [one.id for one in list_task_changes(workspace, None, MOST)],
        "run": [run.id for run in runs],
        "item": [one.key for one in items_of(workspace)],
        "gold": known,
        "assignment": [one.id for one in wanted],
        "certificate": [one.id for one in certificates if one],
        "fit": [one.id for one in fits if one],
        "disagreement": disputed,
        "review": [one.id for one in review_list.page(database, ReviewFilter(), before=None, limit=MOST)],
        "adjudication": [one.id for one in adjudications.page(database, AdjudicationFilter(), before=None, limit=MOST)],
    }


def found_by(workspace: Workspace, what: str, number: int) -> object:
    """What a project finds under a number; None for nothing."""
    database = workspace.database
    named: dict[str, Callable[[], object]] = {
        "run": lambda: workspace.runs.find(f"r{number}"),
        "erasure": lambda: find_erasure(workspace, number),
        "policy change": lambda: find_change(workspace, f"c{number}"),
        "task change": lambda: find_task_change(workspace, number),
    }
    if what in named:
        with suppress(AssistantError):
            return named[what]()
        return None
    if what == "gold":
        with database.read() as connection:
            return gold.find(connection, number)
    if what == "assignment":
        return find_slot(database, number) or workspace.queue_rows.find(number)
    look: dict[str, Callable[[], object]] = {
        "release": lambda: workspace.releases.find(number),
        "item": lambda: item_list.find(database, number),
        "certificate": lambda: workspace.certificates.get(number),
        "fit": lambda: workspace.fits.get(number),
        "disagreement": lambda: disagreement_cases.find(database, number),
        "review": lambda: review_list.find(database, number),
        "adjudication": lambda: adjudications.find(database, number),
    }
    return look[what]()
