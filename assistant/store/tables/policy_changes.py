"""The tables of policy changes: what is proposed, what became of it, what it makes stale, and who has read it."""

from __future__ import annotations

import sqlalchemy as sa

from assistant.store.tables.content import DIGEST, KEY, MOMENT, ExactText, Json, metadata, of_project
from assistant.store.tables.people import users

policy_changes = sa.Table(
    "policy_changes",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(index=True),
    sa.Column("policy_id", sa.String(120), nullable=False),
    sa.Column("old_version", sa.String(120), nullable=False),
    sa.Column("new_version", sa.String(120), nullable=False),
    sa.Column("digest", DIGEST, nullable=False),  # of the new document
    sa.Column("source", sa.Text, nullable=False),  # the new document as it was proposed
    sa.Column("note", ExactText, nullable=False),
    sa.Column("proposed_by", ExactText, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

policy_change_events = sa.Table(  # rows are added, never changed: the state is what the newest ones say
    "policy_change_events",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("change_id", KEY, sa.ForeignKey("policy_changes.id"), nullable=False, index=True),
    sa.Column("event", sa.String(20), nullable=False),  # assessed, approved, activated, carried or withdrawn
    sa.Column("detail", Json, nullable=False),
    sa.Column("actor", ExactText, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

stale_items = sa.Table(  # items whose labels a change may have made wrong
    "stale_items",
    metadata,
    sa.Column("change_id", KEY, sa.ForeignKey("policy_changes.id"), primary_key=True, autoincrement=False),
    sa.Column("item_id", KEY, sa.ForeignKey("items.id"), primary_key=True, autoincrement=False),
    sa.Column("reasons", sa.String(60), nullable=False),  # of `StaleReason`, in order, with blanks between
    sa.Column("margin", sa.Float),  # of near ones: by how much another clause is nearer, below 0 for none
)

policy_acknowledgements = sa.Table(
    "policy_acknowledgements",
    metadata,
    sa.Column("change_id", KEY, sa.ForeignKey("policy_changes.id"), primary_key=True, autoincrement=False),
    sa.Column("user_id", KEY, sa.ForeignKey(users.c.id), primary_key=True, autoincrement=False),
    sa.Column("created_at", MOMENT, nullable=False),
)
