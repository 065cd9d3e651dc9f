"""Three projects of one database, and what may happen in each of them by chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from assistant.application.items.erase import ErasureKind, ErasureTarget, erase
from assistant.application.projects.project_folder import EXAMPLE, ProjectChoice
from assistant.application.projects.projects import init_project
from assistant.application.review.adjudication import adjudicate
from assistant.application.review.fill_queue import Filling, fill_queue, list_conflicts
from assistant.application.review.gold import make_gold, retire_gold
from assistant.application.review.practice import begin_round, give_training
from assistant.application.review.precedents import make_precedent, withdraw_precedent
from assistant.application.review.steering import (
    assign,
    assignable,
    assignment_name,
    list_labelers,
    list_leases,
    list_waiting,
    return_leases,
)
from assistant.application.review.tasks.changes import change_tasks, undo_change
from assistant.application.review.tasks.changes import list_changes as list_task_changes
from assistant.application.routing.release import RunRelease
from assistant.application.routing.settlement import settle_run
from assistant.application.workspace.create import make_workspace
from assistant.application.workspace.enqueue_stale import enqueue_stale
from assistant.application.workspace.policy_changes import (
    Proposal,
    activate_change,
    approve_change,
    list_changes,
    propose_change,
)
from assistant.domain.assignments import PartitionFilter
from assistant.domain.batches import BatchEventKind
from assistant.domain.certificates import CertificateEventKind, Purpose, SampledItem, Score, Settlement
from assistant.domain.certificates import Origin as FinalOrigin
from assistant.domain.items import Content, Item, StoredItem
from assistant.domain.policy_changes import CarryOver, ChangeState
from assistant.domain.populations import Condition, ItemPopulation
from assistant.domain.prelabels import FailureReason, Prelabel, PrelabelStatus, RunIdentity
from assistant.domain.review_work import PRACTICE, Cause, Claimed, NewTask, Role, SkipReason, Submission, TaskKind
from assistant.domain.reviews import Review
from assistant.domain.runs import JobOrigin, Run
from assistant.domain.task_changes import ChangeKind, TaskEdit, TaskFilter
from assistant.errors import AssistantError
from assistant.ingest.embedding import ItemEmbedder
from assistant.review.gold import age
from assistant.review.queue import Queue
from assistant.routing.route import Decision, Route
from assistant.settings import ReviewSettings
from assistant.store.content.batches import BatchToJoin
from assistant.store.content.items import NewItem
from assistant.store.review.disagreements import found
from assistant.store.review.labels import gold, gold_list
from assistant.store.review.queue import tasks as queue_tasks
from assistant.store.runs.journal_lines import StoredReply
from assistant.store.runs.prelabels import AnsweredItem
from assistant.wiring.workspace import Workspace
from tests.statements import STATED, Statement

KEYS = ("main", "second", "third")
PEOPLE_NAMES = ("ana", "bo", "lea")
LANGUAGES = ("en", "zh")
EARLY = "2020"


class CountedLetters:
    """Makes vectors of texts at once: how often each letter is in them."""

    name = "letters"

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of the texts, in order."""
        found = np.array(
            [[1, *(text.lower().count(chr(97 + n)) for n in range(26))] for text in texts], dtype=np.float32
        )
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


Act = Callable[[Workspace, Random], object]


@contextmanager
def three_projects() -> Iterator[list[Workspace]]:
    """A workspace with three projects: two of them under one policy, the third under another; people work in all."""
    with TemporaryDirectory() as made:
        folder = Path(made) / "w"
        make_workspace(folder)
        other = folder / "policies" / "other.md"
        other.write_text((folder / EXAMPLE).read_text(encoding="utf-8").replace("policy: community", "policy: other"))
        with Workspace.open(folder, project=KEYS[0]) as first:
            for key, policy in zip(KEYS[1:], (EXAMPLE, Path("policies/other.md")), strict=True):
                init_project(first, key, ProjectChoice(policy=policy), actor="setup")
            opened = [first, *(first.of_project(key) for key in KEYS[1:])]
            for name in PEOPLE_NAMES:
                role = Role.LEAD if name == "lea" else Role.REVIEWER
                first.users.add(name, role=role, actor="setup", skills=["expert"] if name == "lea" else [])
                for key in KEYS[1:]:
                    first.members.set_role(first.projects.get(key), name, role, actor="setup")
            practice = ReviewSettings(qualification_items=2, qualification_share=0.4)
            for workspace in opened:
                workspace.item_embedder = ItemEmbedder(workspace.embeddings, CountedLetters())
                workspace.settings = workspace.settings.model_copy(update={"review": practice})
                workspace._queue = Queue(
                    workspace.database, ReviewSettings(gold_rate=0.3), label_set=workspace.policy.label_set, key=1
                )
            yield opened
            for workspace in opened:
                workspace.queue.close()


# What may happen. An act that can't be done now, such as an answer where nothing waits, does nothing.


def items_of(workspace: Workspace) -> list[StoredItem]:
    return [one for page in workspace.items.pages() for one in page]


def _some(workspace: Workspace, random: Random, most: int = 4) -> list[StoredItem]:
    there = items_of(workspace)
    return random.sample(there, min(len(there), random.randint(1, most)))


def _one(workspace: Workspace, random: Random) -> StoredItem:
    there = items_of(workspace)
    if not there:
        raise AssistantError("nothing_there")
    return random.choice(there)


def _label(workspace: Workspace, random: Random) -> tuple[str, ...]:
    return (random.choice(workspace.policy.label_set.names[:3]),)


def take_in(workspace: Workspace, random: Random) -> None:
    """Items whose ids and contents other projects have, too."""
    rows = [
        NewItem(
            Item(f"e{number}", Content(f"text {random.randint(0, 4)}"), random.choice(LANGUAGES), "forum"),
            b"12",
            number,
        )
        for number in random.sample(range(10), random.randint(1, 5))
    ]
    batch = BatchToJoin("october", EARLY if random.random() < 0.5 else None) if random.random() < 0.5 else None
    counts, clashes = workspace.items.add(rows, batch)
    workspace.items.record_ingest("f.csv", "", counts)
    workspace.items.record_refusals("f.csv", [(one.line, "id_taken", "m", "x") for one in clashes])


def group(workspace: Workspace, random: Random) -> None:
    """Near-duplicates."""
    keys = sorted(one.key for one in _some(workspace, random))
    workspace.items.put_groups(dict.fromkeys(keys, keys[0]) if keys else {})


def _answered(workspace: Workspace, random: Random, run: Run) -> list[AnsweredItem]:
    chosen = _some(workspace, random, 6)
    before = workspace.prelabels.newest_of(run, [one.key for one in chosen])
    given = []
    for one in chosen:
        failed = random.random() < 0.2
        prelabel = Prelabel(
            PrelabelStatus.FAILED if failed else PrelabelStatus.LABELLED,
            () if failed else _label(workspace, random),
            signals={} if failed else {"label_probability": round(random.random(), 3)},
            clauses=("H1",),
            reason=FailureReason.MALFORMED if failed else None,
            model="m",
            cost_usd=0.01,
        )
        revision = before[one.key][1] + 1 if one.key in before else 0
        given.append(AnsweredItem(one.key, revision, prelabel, _decision(random)))
    return given


def _decision(random: Random) -> Decision:
    route = random.choice((Route.REVIEW, Route.DOUBLE, Route.ACCEPT, Route.EXPERT))
    return Decision(route, "low_probability", (), 1.0, 1)


def import_answers(workspace: Workspace, random: Random) -> None:
    """Machine answers made elsewhere."""
    run = workspace.runs.open_import(random.choice(("judge", "other judge")))
    workspace.prelabels.commit(run, [replace(one, decision=None) for one in _answered(workspace, random, run)], [])
    workspace.runs.imported(run, "m.csv", {"rows": 1})


def ask(workspace: Workspace, random: Random) -> None:
    """A run of the very same identity in every project."""
    policy, prompt = workspace.policy, workspace.prompts.get("moderation@2")
    workspace.registry.register_prompt(prompt.name, prompt.version, prompt.digest, prompt.source)
    workspace.registry.register_policy(policy)
    identity = RunIdentity(prompt.digest, policy.digest, "openai:m", "{}", random.randint(0, 1))
    names: Any = {"prompt": (prompt.name, prompt.version), "policy": (policy.id, policy.version)}
    about = _population(workspace, random)
    if random.random() < 0.2:
        run = workspace.runs.open_evaluation(identity, "data", **names)
    else:
        run = workspace.runs.open(identity, about, **names)
    workspace.runs.event(run, "started", {"to_ask": 1})
    given = _answered(workspace, random, run)
    digests = {one.key: one.content_digest for one in items_of(workspace)}
    replies = [StoredReply(run.key, digests[one.item_key], 1, f"reply of {run.name}", 1.0, EARLY) for one in given]
    workspace.prelabels.commit(run, given, replies)
    workspace.runs.event(run, "ended", {"labelled": len(given)})


def _population(workspace: Workspace, random: Random) -> ItemPopulation | None:
    """A part of the project, the same in words as in others; or all of it."""
    with suppress(AssistantError):
        chance = random.random()
        if chance < 0.2:
            return workspace.populations.open("october", [], None)
        if chance < 0.4:
            return workspace.populations.open("", [Condition("language", "en")], None)
    return None


def deliver(workspace: Workspace, random: Random) -> None:
    """Something happens to a batch of the same name in each project."""
    batch = workspace.batches.get("october")
    workspace.batches.set_due(batch, f"2030-01-0{random.randint(1, 9)}", actor="lea")
    kind = random.choice((BatchEventKind.PLANNED, BatchEventKind.STARTED, BatchEventKind.PAUSED))
    workspace.batches.record(batch, kind, {}, actor="lea")


def share(workspace: Workspace, random: Random) -> None:
    """Items with a content that was answered get its answer."""
    run = _run(workspace, random)
    rows = workspace.prelabels.unshared(run)
    given = [AnsweredItem(stored.key, revision, answer, None, source) for stored, source, answer, revision in rows]
    workspace.prelabels.commit(run, given, [])


def _run(workspace: Workspace, random: Random) -> Run:
    there = workspace.runs.all()
    if not there:
        raise AssistantError("no_run_yet")
    return random.choice(there)


def run_job(workspace: Workspace, random: Random) -> None:
    """A job begins, and sometimes is stopped or ends."""
    run = _run(workspace, random)
    key = workspace.jobs.begin(run.id, random.choice(list(JobOrigin)), "lea")
    workspace.jobs.report(key)
    if random.random() < 0.5:
        workspace.jobs.ask_to_stop(key, "lea")
        workspace.jobs.end(key)


def route(workspace: Workspace, random: Random) -> None:
    """Other routes for some items."""
    run = _run(workspace, random)
    workspace.routes.append(run.id, [(one.item.id, _decision(random)) for one in _some(workspace, random)])


def import_labels(workspace: Workspace, random: Random) -> None:
    """Labels people gave elsewhere, some under the names of those who work here, too."""
    rater = random.choice((*PEOPLE_NAMES, "Rater 1"))
    rows = [
        (one.key, Review(one.item.id, rater, _label(workspace, random), source="l.csv"))
        for one in _some(workspace, random)
    ]
    workspace.reviews.add(rows)


def compare(workspace: Workspace, random: Random) -> None:
    """Look for disagreements of imported labels."""
    list_conflicts(workspace)
    with workspace.database.write() as connection:
        found.catch_up(connection, _run(workspace, random).id)


def fit_and_draw(workspace: Workspace, random: Random) -> None:
    """A classifier, a sample, a certificate of its items."""
    run, chosen = _run(workspace, random), _some(workspace, random)
    scores = [Score(one.item.id, _label(workspace, random), 0.7, "model") for one in chosen]
    fit = workspace.fits.add(run.id, seed=1, labels_used=2, report={}, scores=scores)
    drawn = [SampledItem(one.item.id, 0.5) for one in chosen]
    purpose = random.choice((Purpose.AUDIT, Purpose.REVIEW, Purpose.START))
    sample = workspace.samples.add(
        run.id, fit_id=fit.id, purpose=purpose, population=50, seed=7, detail={}, items=drawn
    )
    if random.random() < 0.5:
        issued = workspace.certificates.issue(run.id, fit.id, sample.id, Statement.model_validate(STATED))
        if random.random() < 0.3:
            workspace.certificates.record(issued.id, CertificateEventKind.WITHDRAWN, {})


def settle(workspace: Workspace, random: Random) -> None:
    """Final labels of a run."""
    run = _run(workspace, random)
    if workspace.certificates.in_force(run.id) is None:
        settle_run(workspace, run)
        return
    final = [Settlement(one.item.id, ("safe",), FinalOrigin.PERSON, None, None, 1) for one in _some(workspace, random)]
    workspace.settlements.add(run.id, None, "lea", final)


def enqueue(workspace: Workspace, random: Random) -> None:
    """Work for people, as a run wants it."""
    fill_queue(workspace, _run(workspace, random), Filling(due=timedelta(hours=1)), actor="lea")


def want(workspace: Workspace, random: Random) -> None:
    """One task about one item."""
    one, policy = _one(workspace, random), workspace.policy
    kind = random.choice((TaskKind.REVIEW, TaskKind.DOUBLE))
    task = NewTask(
        item_key=one.key,
        kind=kind,
        blind=kind is TaskKind.DOUBLE,
        policy_id=policy.id,
        policy_version=policy.version,
        language=one.item.language,
        run_id=None,
        overlap=2,
        priority=random.random(),
    )
    with workspace.database.write() as connection:
        queue_tasks.add_tasks(connection, [task])


def work(workspace: Workspace, random: Random) -> None:
    """Somebody takes an item and answers it, passes it on, or keeps it for now."""
    who = workspace.users.get(random.choice(PEOPLE_NAMES)).principal()
    taken = [*workspace.queue.held(who), *workspace.queue.claim(who, random.randint(1, 2))]
    for one in taken:
        _finish(workspace, random, who, one)


def _finish(workspace: Workspace, random: Random, who: Any, one: Claimed) -> None:
    queue, at = workspace.queue, (one.assignment_id, one.token)
    chance = random.random()
    if chance < 0.6:
        key = f"{workspace.project.key}-{one.assignment_id}-{one.token}"
        queue.submit(who, _submission(one, _known(workspace, one) or _label(workspace, random), key))
    elif chance < 0.7:
        queue.skip(who, *at, SkipReason.TOO_HARD, "a note")
    elif chance < 0.8:
        queue.escalate(who, *at, "a note")
    elif chance < 0.85:
        queue.hand_over(who, *at, "a note")
    elif chance < 0.9:
        queue.release(who, *at)
    else:
        queue.heartbeat(who, *at)


def _known(workspace: Workspace, one: Claimed) -> tuple[str, ...]:
    """The known answer to practice; empty for other work, which nobody knows the answer to."""
    if one.kind not in PRACTICE:
        return ()
    with workspace.database.read() as connection:
        known = gold_list.known_as(connection, one.item_key, workspace.policy.id)
    return known.labels if known else ()


def _submission(one: Claimed, labels: tuple[str, ...], key: str) -> Submission:
    return Submission(assignment_id=one.assignment_id, token=one.token, labels=labels, key=key, seconds=1.0)


def undo(workspace: Workspace, random: Random) -> None:
    """Somebody takes their last answer back."""
    who = workspace.users.get(random.choice(PEOPLE_NAMES)).principal()
    for given in list(workspace.queue.last(who, 1)):
        workspace.queue.undo(who, given.review_id)


def let_expire(workspace: Workspace, _: Random) -> None:
    """An hour passes: what is leased is open again."""
    later = Queue(workspace.database, ReviewSettings(), clock=lambda: datetime.now(UTC) + timedelta(hours=1), key=1)
    later.return_expired()
    later.close()


def steer(workspace: Workspace, random: Random) -> None:
    """A lead takes leases back, or gives an item to one person."""
    leased = list_leases(workspace, None, 2)
    return_leases(workspace, [assignment_name(workspace, one.id) for one in leased], actor="lea")
    waiting = list_waiting(workspace, PartitionFilter(), None, 1)
    assignable(workspace, waiting, list_labelers(workspace))
    for one in waiting:
        assign(workspace, assignment_name(workspace, one.id), random.choice(PEOPLE_NAMES), actor="lea")


def settle_item(workspace: Workspace, random: Random) -> None:
    """An adjudicator decides."""
    one = _one(workspace, random)
    known = workspace.adjudications.of_item(one.key)
    replaces = known[-1].id if known else None
    adjudicate(workspace, one.item.id, _label(workspace, random), Cause.EDGE_CASE, "so", actor="lea", replaces=replaces)


def guide(workspace: Workspace, random: Random) -> None:
    """A settled item becomes a precedent, or is none any more."""
    settled = sorted(workspace.adjudications.newest())
    if settled:
        name = random.choice(settled)
        if random.random() < 0.7:
            make_precedent(workspace, name, actor="lea")
        else:
            withdraw_precedent(workspace, name, actor="lea")


def know(workspace: Workspace, random: Random) -> None:
    """An item becomes gold."""
    one = _one(workspace, random)
    make_gold(workspace, one.item.id, _label(workspace, random), "because", actor="lea")


def forget(workspace: Workspace, random: Random) -> None:
    """Gold is retired: one item, or all that is too old."""
    with workspace.database.read() as connection:
        there = [one for name in LANGUAGES for one in gold.known(connection, workspace.policy.id, name)]
    if there and random.random() < 0.7:
        retire_gold(workspace, random.choice(there).id, actor="lea")
        return
    rules, later = ReviewSettings(gold_views=1), datetime.now(UTC)
    with workspace.database.write() as connection:
        age(connection, rules, later)


def practise(workspace: Workspace, random: Random) -> None:
    """A round of practice, the answers to it, or training."""
    name, language = random.choice(PEOPLE_NAMES[:2]), random.choice(LANGUAGES)
    for one in [one for one in items_of(workspace) if one.item.language == language][:3]:
        with suppress(AssistantError):
            make_gold(workspace, one.item.id, ("safe",), actor="lea")
    if random.random() < 0.3:
        give_training(workspace, name, language, 1, actor="lea")
        return
    begin_round(workspace, name, language, actor="lea")
    who = workspace.users.get(name).principal()
    for one in workspace.queue.claim(who, 2):
        key = f"{workspace.project.key}-{one.assignment_id}-{one.token}"
        workspace.queue.submit(who, _submission(one, _known(workspace, one) or ("safe",), key))


def change_policy(workspace: Workspace, random: Random) -> None:
    """A change of the policy is proposed, approved, and put into effect."""
    open_ones = [one for one in list_changes(workspace) if one.state in {ChangeState.PROPOSED, ChangeState.APPROVED}]
    if not open_ones:
        number = len(list_changes(workspace)) + 2
        source = workspace.policy_path.read_text(encoding="utf-8").replace('version: "1"', f'version: "{number}"')
        changed = source.replace("Breaks no clause", f"Breaks no clause at all ({number})")
        propose_change(workspace, Proposal(changed, "new.md"), actor="ana")
        return
    [change] = open_ones
    if change.state is ChangeState.PROPOSED:
        approve_change(workspace, change.name, by="lea", actor="lea")
    activate_change(workspace, change.name, start="now", mode=random.choice(list(CarryOver)), actor="lea")


def look_again(workspace: Workspace, _: Random) -> None:
    """What became stale is queued."""
    enqueue_stale(workspace, actor="lea")


def erase_one(workspace: Workspace, random: Random) -> None:
    """The content of an item is removed."""
    erase(workspace, ErasureTarget(ErasureKind.ITEM, _one(workspace, random).item.id), "asked for", actor="lea")


def change_many(workspace: Workspace, random: Random) -> None:
    """Many tasks are changed at once, or the last such change is undone."""
    made = list_task_changes(workspace, None, 1)
    if made and random.random() < 0.4:
        undo_change(workspace, made[0].id, actor="lea")
        return
    edits = (
        TaskEdit(kind=ChangeKind.DUE, due="2030-01-01T00:00:00.000+00:00"),
        TaskEdit(kind=ChangeKind.PRIORITY, priority=5.0),
        TaskEdit(kind=ChangeKind.REASSIGN, person="bo"),
        TaskEdit(kind=ChangeKind.PAUSE),
        TaskEdit(kind=ChangeKind.RESUME),
        TaskEdit(kind=ChangeKind.RETURN),
    )
    change_tasks(workspace, TaskFilter(), random.choice(edits), actor="lea", everything=True)


def staff(workspace: Workspace, random: Random) -> None:
    """Somebody has another role here, or leaves."""
    name = random.choice(PEOPLE_NAMES[:2])
    if random.random() < 0.3:
        workspace.members.remove(workspace.project, name, actor="lea")
    else:
        role = random.choice((Role.REVIEWER, Role.LEAD))
        workspace.members.set_role(workspace.project, name, role, actor="lea")


def export(workspace: Workspace, _: Random) -> None:
    """A file of labels is written."""
    with TemporaryDirectory() as folder:
        RunRelease(workspace, None).write(Path(folder) / "out.jsonl", lambda _: None)


ACTS: Mapping[str, Act] = {
    one.__name__: one
    for one in (
        *(
            take_in,
            group,
            import_answers,
            ask,
            deliver,
            share,
            run_job,
            route,
            import_labels,
            compare,
            fit_and_draw,
            settle,
        ),
        *(enqueue, want, work, undo, let_expire, steer, settle_item, guide, know, forget, practise, export),
        *(change_policy, look_again, erase_one, change_many, staff),
    )
}
FIRST = ("take_in", "take_in", "ask", "import_labels", "enqueue", "work", "know", "settle_item")
"""What every history begins with, in each project."""
FREQUENT = ("take_in", "want", "work", "work", "work", "work", "ask", "settle_item", "know", "enqueue", "fit_and_draw")


def act(workspace: Workspace, name: str, seed: int) -> bool:
    """Let something happen; whether it could."""
    with suppress(AssistantError):
        ACTS[name](workspace, Random(seed))
        return True
    return False
