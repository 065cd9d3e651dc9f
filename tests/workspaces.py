"""A workspace as it looks after some days of work: the example posts, a machine's answers, people's answers to them."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant.bundled import bundled
from assistant.domain.certificates import Score
from assistant.domain.items import Content, Item
from assistant.domain.labels import LabelAnswer, severity
from assistant.domain.prelabels import FailureReason, Prelabel, PrelabelStatus, RunIdentity, Usage
from assistant.domain.review_work import NewTask, Principal, Role, Submission, TaskKind
from assistant.domain.runs import Run
from assistant.review.priority import priority
from assistant.review.queue import Queue
from assistant.routing.route import Decision, Route
from assistant.settings import ReviewSettings
from assistant.store.certification.fits import FitStore
from assistant.store.content.items import NewItem
from assistant.store.people.users import UserStore
from assistant.store.review.queue.tasks import add_tasks
from assistant.store.runs.prelabels import AnsweredItem
from assistant.wiring.workspace import Workspace

CLAUSES = {
    "harassment": "H1",
    "hate": "H4",
    "threat": "T1",
    "self_harm": "S1",
    "sexual": "X1",
    "spam": "P1",
    "dangerous": "D1",
}
PEOPLE = (
    ("ana", "Ana Ortiz", Role.REVIEWER, ["en", "zh"]),
    ("bo", "Bo Lindqvist", Role.REVIEWER, ["en", "zh"]),
    ("chen", "陈晓", Role.REVIEWER, ["zh", "en"]),
    ("lea", "Lea Haddad", Role.LEAD, ["en"]),
    ("max", "Max Okafor", Role.MANAGER, ["en"]),
    ("ida", "Ida Novak", Role.ANALYST, []),
)
SPEED = {"ana": 11.0, "bo": 3.2, "chen": 14.5}


@dataclass(frozen=True)
class Post:
    """An example post with what two people say of it."""

    key: int
    id: str
    text: str
    language: str
    first: LabelAnswer
    second: LabelAnswer


class MadeUp:
    """A workspace with content, users, a run and a queue.

    Args:
        workspace: where they are.
        posts: how many of the example posts.
        there: whether all of it is in the database; else it is put there.
    """

    def __init__(self, workspace: Workspace, posts: int = 40, *, there: bool = False) -> None:
        self.workspace = workspace
        self.users = UserStore(workspace.database)
        rules = ReviewSettings(gold_rate=0)
        self.queue = Queue(workspace.database, rules, label_set=workspace.policy.label_set)
        if not there:
            _add_posts(workspace, posts)
        self.posts = [_read_post(workspace, row) for row in _rows(posts)]
        if not there:
            self._add_people()
        self.run = workspace.runs.find(None) if there else self.prelabel()

    def _add_people(self) -> None:
        for name, display, role, languages in PEOPLE:
            self.users.find(name) or self.users.add(
                name, role=role, actor="setup", display_name=display, languages=languages, team="days"
            )

    def principal(self, name: str) -> Principal:
        return self.users.get(name).principal()

    def prelabel(self, prompt: str = "moderation@2", errs: float = 0.22) -> Run:
        """A run that is right about most posts, fails at a few, and costs a little."""
        workspace, policy = self.workspace, self.workspace.policy
        asked = workspace.prompts.get(prompt)
        workspace.registry.register_prompt(asked.name, asked.version, asked.digest, asked.source)
        workspace.registry.register_policy(policy)
        identity = RunIdentity(asked.digest, policy.digest, "openai:gpt-4o-mini", "{}")
        run = workspace.runs.open(identity, prompt=(asked.name, asked.version), policy=(policy.id, policy.version))
        workspace.runs.event(run, "started", {"to_ask": len(self.posts)})
        answers = [self._answered(post, prompt, errs) for post in self.posts]
        workspace.prelabels.commit(run, answers, [])
        usable = [(post, one.prelabel) for post, one in zip(self.posts, answers, strict=True) if one.prelabel.labels]
        FitStore(workspace.database).add(
            run.id,
            seed=1,
            labels_used=len(self.posts),
            report={},
            scores=[Score(post.id, one.labels, one.signals["label_probability"], "model") for post, one in usable],
        )
        detail = {"labelled": len(usable), "failed": len(answers) - len(usable), "cost_usd": 0.0123, "seconds": 8.4}
        workspace.runs.event(run, "ended", detail)
        return run

    def work(self, posts: int | None = None) -> None:
        """Two people answer each post, blind; a third some of them, with the machine's answer in sight."""
        for number, post in enumerate(self.posts[:posts]):
            self.task(post, TaskKind.DOUBLE, overlap=2)
            self.answer("ana", post.first)
            self.answer("bo", post.second if chance(post.id, "bo") > 0.12 else ("safe",))
            if number % 3 == 0:
                self.task(post, TaskKind.REVIEW)
                self.answer("chen", post.second, accepted_suggestion=False)

    def task(self, post: Post, kind: TaskKind = TaskKind.REVIEW, **more: Any) -> int:
        """One task about a post."""
        policy = self.workspace.policy
        worst = severity(post.first, policy.label_set)
        due = datetime.now(UTC) + timedelta(hours=20 - 3 * worst)
        values: dict[str, Any] = {"harm": post.first[0] if worst else "", "severity": worst, "due_at": stamp(due)}
        values |= {"priority": priority(due, severity=worst, value=0.5), "blind": kind is not TaskKind.REVIEW}
        task = NewTask(
            item_key=post.key,
            kind=kind,
            policy_id=policy.id,
            policy_version=policy.version,
            language=post.language,
            run_id=self.run.id,
            **values | more,
        )
        with self.workspace.database.write() as connection:
            return add_tasks(connection, [task])[0]

    def answer(self, name: str, labels: LabelAnswer, **more: Any) -> int:
        """The next item somebody gets, answered; the review's number."""
        who = self.principal(name)
        [claimed] = self.queue.claim(who)
        clause = CLAUSES.get(labels[0], "")
        given: dict[str, Any] = {"clauses": (clause,) if clause else (), "key": f"{name}-{claimed.assignment_id}"}
        given |= {"seconds": SPEED.get(name, 9.0) * (0.6 + chance(claimed.item_id, name))}
        outcome = self.queue.submit(
            who,
            Submission(assignment_id=claimed.assignment_id, token=claimed.token, labels=labels, **given | more),
        )
        assert outcome.review_id is not None, outcome
        return outcome.review_id

    def close(self) -> None:
        self.queue.close()

    def _answered(self, post: Post, prompt: str, errs: float) -> AnsweredItem:
        luck = chance(post.id, prompt)
        names = self.workspace.policy.label_set.names
        right = luck > errs
        labels = post.first if right else (names[int(luck * 1000) % len(names)],)
        sure = round(0.62 + 0.37 * chance(post.id, "sure") if right else 0.35 + 0.5 * chance(post.id, "sure"), 4)
        usage = Usage(400 + len(post.text), 24, 0)
        said: dict[str, Any] = {"usage": usage, "cost_usd": 0.0003, "latency_ms": 640.0, "attempts": 1, "model": "m"}
        if luck > 0.96:
            failed = Prelabel(PrelabelStatus.FAILED, reason=FailureReason.MALFORMED, detail="no JSON in it", **said)
            return AnsweredItem(post.key, 0, failed, Decision(Route.REVIEW, "failed", ("failed",), 1.0, 1))
        clause = CLAUSES.get(labels[0], "")
        told = Prelabel(
            PrelabelStatus.LABELLED,
            labels,
            signals={"label_probability": sure},
            rationale="Nothing here names a person or a group." if labels == ("safe",) else f"Falls under {clause}.",
            clauses=(clause,) if clause else (),
            **said,
        )
        route = Route.ACCEPT if sure > 0.9 else Route.REVIEW
        reason = "high_probability" if sure > 0.9 else "low_probability"
        return AnsweredItem(post.key, 0, told, Decision(route, reason, (), 0.05 if sure > 0.9 else 1.0, 1))


def chance(*parts: str) -> float:
    """A number from 0 to 1 that stands for these words."""
    return int.from_bytes(blake2b("\0".join(parts).encode(), digest_size=6).digest()) / 2**48


def stamp(moment: datetime) -> str:
    """As the store writes moments."""
    return moment.isoformat(timespec="milliseconds")


def _rows(count: int) -> list[dict[str, str]]:
    with (bundled("examples") / "posts.csv").open(encoding="utf-8", newline="") as file:
        return list(islice(csv.DictReader(file), count))


def _add_posts(workspace: Workspace, count: int) -> None:
    workspace.items.add(
        [
            NewItem(Item(row["id"], Content(row["text"]), row["lang"], row["source"]), b"", number)
            for number, row in enumerate(_rows(count))
        ]
    )


def _read_post(workspace: Workspace, row: dict[str, str]) -> Post:
    stored = workspace.items.get(row["id"])
    assert stored is not None
    return Post(stored.key, row["id"], row["text"], row["lang"], (row["label_a"],), (row["label_b"],))


_BEFORE: dict[tuple[int, bool, str], Path] = {}
"""Databases that were made before in this process: by posts, whether people have worked, and the policy."""
_FOLDER = TemporaryDirectory(prefix="assistant-workspaces-")


def made_up_in(workspace: Workspace, posts: int, *, worked: bool = False) -> MadeUp:
    """`MadeUp`, with its `work` where wanted, in a fresh workspace: made once in a process, then copied."""
    assert not workspace.items.count()["items"], "only a fresh workspace can be filled by a copy"
    key = (posts, worked, workspace.policy.digest)
    if key in _BEFORE:
        _copy(_BEFORE[key], _file_of(workspace))
        return MadeUp(workspace, posts, there=True)
    made = MadeUp(workspace, posts)
    if worked:
        made.work()
    before = Path(_FOLDER.name) / f"{len(_BEFORE)}.db"
    _copy(_file_of(workspace), before)
    _BEFORE[key] = before
    return made


def _file_of(workspace: Workspace) -> Path:
    assert workspace.database.file is not None
    return workspace.database.file


def _copy(source: Path, target: Path) -> None:
    """One SQLite database into another, whoever has it open."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
