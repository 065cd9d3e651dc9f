"""The tables of people's work: tasks and their wanted answers, what came of them, gold, and disagreements."""

from __future__ import annotations

import sqlalchemy as sa

from assistant.store.tables.certification import Answer
from assistant.store.tables.content import DIGEST, KEY, MOMENT, ExactText, Json, given_under, metadata, of_project
from assistant.store.tables.people import qualifications, users

_OPEN, _LEASED = sa.text("state = 'open'"), sa.text("state = 'leased'")
_PAUSED = sa.text("state = 'paused'")

# Assignments that the same people may take: a claim looks at the first of each lane, never at those it can't have.
lanes = sa.Table(
    "lanes",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(),
    sa.Column("policy_id", sa.String(120), nullable=False),
    sa.Column("policy_version", sa.String(120), nullable=False),
    sa.Column("language", sa.String(35), nullable=False),
    sa.Column("queue", sa.String(120), nullable=False),  # team or external queue; empty for everyone
    sa.Column("skill", sa.String(40), nullable=False),  # empty or `expert`
    sa.Column("harm", sa.String(120), nullable=False),  # the worst label predicted; empty where unknown
    sa.Column("for_user", KEY, nullable=False),  # 0 for everyone
    sa.UniqueConstraint(
        *("project_id", "policy_id", "policy_version", "language", "queue", "skill", "harm", "for_user"),
        name="uq_lanes_alike",
    ),
)

gold_items = sa.Table(
    "gold_items",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(),
    sa.Column("item_id", KEY, sa.ForeignKey("items.id"), nullable=False, index=True),
    sa.Column("policy_id", sa.String(120), nullable=False, index=True),
    sa.Column("labels", Answer, nullable=False),
    sa.Column("explanation", ExactText, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("added_by", ExactText, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("retired_at", MOMENT),
    sa.Column("policy_version", sa.String(120)),  # null where it was not kept
)

tasks = sa.Table(
    "tasks",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("item_id", KEY, sa.ForeignKey("items.id"), nullable=False, index=True),
    sa.Column("run_id", KEY, sa.ForeignKey("runs.id"), index=True),
    sa.Column("lane_id", KEY, sa.ForeignKey("lanes.id"), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("blind", sa.Boolean, nullable=False),
    sa.Column("policy_id", sa.String(120), nullable=False),
    sa.Column("policy_version", sa.String(120), nullable=False),
    sa.Column("queue", sa.String(120), nullable=False),
    sa.Column("language", sa.String(35), nullable=False),
    sa.Column("skill", sa.String(40), nullable=False),
    sa.Column("harm", sa.String(120), nullable=False),
    sa.Column("severity", sa.Integer, nullable=False),
    sa.Column("priority", sa.Float, nullable=False),  # higher first
    sa.Column("due_at", MOMENT),
    sa.Column("overlap", sa.Integer, nullable=False),
    sa.Column("sample_id", KEY, sa.ForeignKey("samples.id"), index=True),
    sa.Column("gold_id", KEY, sa.ForeignKey("gold_items.id"), index=True),
    sa.Column("for_user", KEY, sa.ForeignKey(users.c.id)),
    sa.Column("closed_at", MOMENT),
    sa.Column("created_at", MOMENT, nullable=False),
)

assignments = sa.Table(
    "assignments",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("task_id", KEY, sa.ForeignKey("tasks.id"), nullable=False),
    sa.Column("item_id", KEY, sa.ForeignKey("items.id"), nullable=False),
    sa.Column("lane_id", KEY, sa.ForeignKey("lanes.id"), nullable=False),  # as of the task, for the claim
    sa.Column("priority", sa.Float, nullable=False),  # as of the task, for the claim
    sa.Column("seat", sa.Integer, nullable=False),  # 0 to overlap - 1
    sa.Column("state", sa.String(10), nullable=False),  # open, paused, leased, answered or closed
    sa.Column("user_id", KEY, sa.ForeignKey(users.c.id)),
    sa.Column("token", sa.Integer, nullable=False),  # +1 with each claim
    sa.Column("lease_until", MOMENT),
    sa.Column("claimed_at", MOMENT),
    sa.Column("answered_at", MOMENT),
    sa.Column("review_id", KEY, sa.ForeignKey("reviews.id")),
    sa.Column("uncovered_ms", sa.Integer),  # as of the answer; see `review_details`
    sa.UniqueConstraint("task_id", "seat"),
    sa.Index(None, "item_id", "user_id"),
    sa.Index(None, "user_id", "state", "answered_at"),
)
sa.Index(
    "ix_assignments_open",
    assignments.c.lane_id,
    assignments.c.priority.desc(),
    assignments.c.id,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
sa.Index(
    "ix_assignments_paused",
    assignments.c.lane_id,
    assignments.c.priority.desc(),
    assignments.c.id,
    sqlite_where=_PAUSED,
    postgresql_where=_PAUSED,
)
sa.Index("ix_assignments_leased", assignments.c.lease_until, sqlite_where=_LEASED, postgresql_where=_LEASED)

# What happened to each assignment, in the transaction that changed it: replayed, the rows of one give `assignments`.
# A column that an event doesn't change is NULL in it. See `assistant.domain.assignment_events`.
assignment_events = sa.Table(
    "assignment_events",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("assignment_id", KEY, sa.ForeignKey("assignments.id"), nullable=False),
    sa.Column("task_id", KEY, sa.ForeignKey("tasks.id"), nullable=False),
    sa.Column("user_id", KEY, sa.ForeignKey(users.c.id)),
    sa.Column("event", sa.String(12), nullable=False),
    sa.Column("token", sa.Integer, nullable=False),
    sa.Column("at", MOMENT, nullable=False),
    sa.Column("seat", sa.Integer),
    sa.Column("lane_id", KEY),  # copied from the row that changes, which is looked up: no second look-up a claim
    sa.Column("priority", sa.Float),
    sa.Column("lease_until", MOMENT),
    sa.Column("review_id", KEY),
    sa.Column("uncovered_ms", sa.Integer),
    sa.Column("reason", sa.String(40)),
    sa.Column("detail", Json),  # of `unknown` and `restored`
    sa.Index(None, "task_id", "id"),
    sa.Index(None, "user_id", "at"),
    sa.Index(None, "at"),
)

passes = sa.Table(
    "passes",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("task_id", KEY, sa.ForeignKey("tasks.id"), nullable=False),
    sa.Column("user_id", KEY, sa.ForeignKey(users.c.id), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),  # skip, escalate or handover
    sa.Column("reason", sa.String(40), nullable=False),
    sa.Column("note", ExactText, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("uncovered_ms", sa.Integer),  # as in `review_details`
    sa.Index(None, "task_id", "user_id"),
    sa.Index("ix_passes_user_id_created_at", "user_id", "created_at"),
)

review_details = sa.Table(
    "review_details",
    metadata,
    sa.Column("review_id", KEY, sa.ForeignKey("reviews.id"), primary_key=True, autoincrement=False),
    sa.Column("user_id", KEY, sa.ForeignKey(users.c.id), nullable=False),
    sa.Column("task_id", KEY, sa.ForeignKey("tasks.id"), index=True),
    sa.Column("assignment_id", KEY, sa.ForeignKey("assignments.id")),
    sa.Column("submit_key", sa.String(120), nullable=False),  # the same key twice is one submit
    sa.Column("kind", sa.String(20), nullable=False),  # of the task
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("changed", sa.Boolean, nullable=False),
    sa.Column("note", ExactText, nullable=False),
    sa.Column("clauses", Json, nullable=False),
    sa.Column("policy_id", sa.String(120), nullable=False),
    sa.Column("policy_version", sa.String(120), nullable=False),
    sa.Column("accepted_suggestion", sa.Boolean),
    sa.Column("ui", sa.String(10), nullable=False),
    sa.Column("run_id", KEY, sa.ForeignKey("runs.id")),
    sa.Column("suggestion", Answer),  # the machine's answer, whether it was shown or not
    # How long covered content was looked at; 0: never; NULL: nothing covered it, or it isn't known
    sa.Column("uncovered_ms", sa.Integer),
    sa.Column("active_ms", sa.Integer),  # of `seconds`: page in front and no pause of a minute; NULL where unknown
    sa.UniqueConstraint("assignment_id", "submit_key"),
    sa.Index(None, "user_id", "review_id"),
)

# Qualification and training: answers about a person, never labels of the item.
practice_answers = sa.Table(
    "practice_answers",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("user_id", KEY, sa.ForeignKey(users.c.id), nullable=False, index=True),
    sa.Column("task_id", KEY, sa.ForeignKey("tasks.id"), nullable=False),
    sa.Column("assignment_id", KEY, sa.ForeignKey("assignments.id"), nullable=False, unique=True),
    sa.Column("submit_key", sa.String(120), nullable=False),
    sa.Column("gold_id", KEY, sa.ForeignKey("gold_items.id"), nullable=False),
    sa.Column("qualification_id", KEY, sa.ForeignKey(qualifications.c.id), index=True),
    sa.Column("labels", Answer, nullable=False),
    sa.Column("right", sa.Boolean, nullable=False),
    sa.Column("note", ExactText, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

late_answers = sa.Table(
    "late_answers",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("assignment_id", KEY, sa.ForeignKey("assignments.id"), nullable=False),
    sa.Column("user_id", KEY, sa.ForeignKey(users.c.id), nullable=False),
    sa.Column("token", sa.Integer, nullable=False),
    sa.Column("submit_key", sa.String(120), nullable=False),
    sa.Column("labels", Answer, nullable=False),
    sa.Column("note", ExactText, nullable=False),
    sa.Column("clauses", Json, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.UniqueConstraint("assignment_id", "user_id", "submit_key"),
)

withdrawals = sa.Table(
    "withdrawals",
    metadata,
    sa.Column("review_id", KEY, sa.ForeignKey("reviews.id"), primary_key=True, autoincrement=False),
    sa.Column("actor", ExactText, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

adjudications = sa.Table(
    "adjudications",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(),
    sa.Column("item_id", KEY, sa.ForeignKey("items.id"), nullable=False, index=True),  # the newest of an item counts
    sa.Column("labels", Answer, nullable=False),
    sa.Column("cause", sa.String(40), nullable=False),
    sa.Column("note", ExactText, nullable=False),
    sa.Column("actor", ExactText, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    *given_under(),
    sa.Index("ix_adjudications_of_project", "project_id", "id"),
)

# What a list of disagreements is walked by, within a project, a kind and what is settled or not.
DISAGREEMENT_ORDERS = (
    ("id", "confidence"),
    ("pair", "id"),
    ("clause", "id", "language"),
    ("language", "id"),
    ("prompt", "id", "language"),
    ("rater", "id", "language"),
    ("other_rater", "id", "language"),
    ("confidence", "id"),
)

# Derived from reviews and prelabels when an answer is stored, so that a list of them is one walk along an index.
disagreements = sa.Table(
    "disagreements",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(),
    sa.Column("kind", sa.String(10), nullable=False),  # machine or people
    sa.Column("item_id", KEY, sa.ForeignKey("items.id"), nullable=False, index=True),
    sa.Column("review_id", KEY, sa.ForeignKey("reviews.id"), nullable=False, index=True),
    sa.Column("other_review_id", KEY, sa.ForeignKey("reviews.id"), index=True),  # people only
    sa.Column("run_id", KEY, sa.ForeignKey("runs.id")),  # machine only
    sa.Column("rater", ExactText, nullable=False),
    sa.Column("other_rater", ExactText),  # people only
    sa.Column("labels", Answer, nullable=False),  # of the review
    sa.Column("other_labels", Answer, nullable=False),  # of the machine or the other person
    sa.Column("pair", DIGEST, nullable=False),  # of both answers
    sa.Column("language", sa.String(35), nullable=False),
    sa.Column("clause", sa.String(120), nullable=False),  # cited by the person, else by the machine; else empty
    sa.Column("prompt", sa.String(250), nullable=False),  # name@version, empty for people
    sa.Column("confidence", sa.Float),  # of the machine's answer
    sa.Column("settled", sa.Boolean, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    *(
        sa.Index(f"ix_disagreements_of_{columns[0]}", "project_id", "kind", "settled", *columns)
        for columns in DISAGREEMENT_ORDERS
    ),
)
