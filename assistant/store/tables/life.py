"""The tables of what becomes of items: the releases they are in, and what was erased on request."""

from __future__ import annotations

import sqlalchemy as sa

from assistant.store.tables.content import KEY, MOMENT, ExactText, Json, metadata, of_project

releases = sa.Table(
    "releases",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(index=True),
    sa.Column("run_id", KEY, sa.ForeignKey("runs.id"), nullable=False),
    sa.Column("certificate_id", KEY, sa.ForeignKey("certificates.id")),
    sa.Column("file", ExactText, nullable=False),  # its name, without the folder
    sa.Column("format", sa.String(20), nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("manifest_sha256", sa.String(64), nullable=False),
    sa.Column("actor", ExactText, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

release_items = sa.Table(  # row numbers of items, as stretches without a gap: a million items are a few rows
    "release_items",
    metadata,
    sa.Column("release_id", KEY, sa.ForeignKey("releases.id"), primary_key=True, autoincrement=False),
    sa.Column("first_item", KEY, primary_key=True, autoincrement=False),
    sa.Column("last_item", KEY, nullable=False),
)

erasures = sa.Table(  # what a request to erase asked for; never the text or the name it was found by
    "erasures",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(index=True),
    sa.Column("kind", sa.String(10), nullable=False),  # item, author or query
    sa.Column("reason", ExactText, nullable=False),
    sa.Column("items", sa.Integer, nullable=False),
    sa.Column("actor", ExactText, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

erasure_events = sa.Table(  # begun, erased, cleaned: without `cleaned` it has to be resumed
    "erasure_events",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("erasure_id", KEY, sa.ForeignKey("erasures.id"), nullable=False, index=True),
    sa.Column("event", sa.String(20), nullable=False),
    sa.Column("detail", Json, nullable=False),
    sa.Column("actor", ExactText, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

erased_items = sa.Table(
    "erased_items",
    metadata,
    sa.Column("item_id", KEY, sa.ForeignKey("items.id"), primary_key=True, autoincrement=False),
    sa.Column("erasure_id", KEY, sa.ForeignKey("erasures.id"), nullable=False, index=True),
    sa.Column("counts", Json, nullable=False),  # of what was there: characters, prelabels, replies, labels
)
