"""The tables of batches and populations: which items came together, and which items a run is about."""

from __future__ import annotations

import sqlalchemy as sa

from assistant.store.tables.content import DIGEST, KEY, MOMENT, ExactText, Json, metadata, of_project

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(),
    sa.Column("name", ExactText, nullable=False),  # unique within the project
    sa.Column("received_at", MOMENT),  # null where it is not known: items from before there were batches
    sa.Column("due_at", MOMENT),  # the present one; each change is an event
    sa.UniqueConstraint("project_id", "name", name="uq_batches_project_id_name"),
)

batch_items = sa.Table(
    "batch_items",
    metadata,
    sa.Column("batch_id", KEY, sa.ForeignKey("batches.id"), primary_key=True, autoincrement=False),
    sa.Column("item_id", KEY, sa.ForeignKey("items.id"), primary_key=True, autoincrement=False, index=True),
    sqlite_with_rowid=False,  # the key is all there is
)

batch_events = sa.Table(  # the newest that changes the state gives it
    "batch_events",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("batch_id", KEY, sa.ForeignKey("batches.id"), nullable=False, index=True),
    sa.Column("event", sa.String(20), nullable=False),  # a `BatchEventKind`
    sa.Column("detail", Json, nullable=False),
    sa.Column("actor", ExactText, nullable=False),
    sa.Column("at", MOMENT, nullable=False),
)

populations = sa.Table(  # of runs that are not about their whole project
    "populations",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(),
    sa.Column("digest", DIGEST, nullable=False),  # of the definition; unique within the project
    sa.Column("definition", Json, nullable=False),
    sa.Column("batch_id", KEY, sa.ForeignKey("batches.id")),  # null where it names none
    sa.Column("seen_item", KEY, nullable=False),  # items up to this row number were held against the definition
    sa.Column("created_at", MOMENT, nullable=False),
    sa.UniqueConstraint("project_id", "digest", name="uq_populations_project_id_digest"),
)

population_items = sa.Table(  # of all populations but those that are a batch
    "population_items",
    metadata,
    sa.Column("population_id", KEY, sa.ForeignKey("populations.id"), primary_key=True, autoincrement=False),
    sa.Column("item_id", KEY, sa.ForeignKey("items.id"), primary_key=True, autoincrement=False, index=True),
    sqlite_with_rowid=False,
)
