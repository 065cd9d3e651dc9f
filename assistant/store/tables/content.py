"""The tables, once. Labels, routes and replies are events: rows are added, never changed."""

from __future__ import annotations

from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ESCAPED = "\uf000"  # private use: marks a text that had to be written as JSON


class Json(TypeDecorator[Any]):
    """A JSON document as text, the same on every database."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - as above
        return None if value is None else orjson.loads(value)


class ExactText(TypeDecorator[str]):
    """Text kept to the last code point, NUL included, which PostgreSQL's own text type refuses."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - as above
        if value is not None and ("\0" in value or value.startswith(ESCAPED)):
            return ESCAPED + orjson.dumps(value).decode()
        return value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - as above
        if value is not None and value.startswith(ESCAPED):
            return str(orjson.loads(value[1:]))
        return value


KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # only INTEGER counts up by itself on SQLite
DIGEST = sa.String(32)
MOMENT = sa.String(32)  # ISO 8601 in UTC: sorts as text and reads the same everywhere

workspaces = sa.Table(  # one row: a database is one workspace
    "workspaces",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("created_at", MOMENT, nullable=False),
)

workspace_folders = sa.Table(
    "workspace_folders",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("folder", sa.Text, nullable=False),  # host:path
    sa.Column("policy_id", sa.Text, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

projects = sa.Table(
    "projects",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("key", sa.String(60), nullable=False, unique=True),
    sa.Column("title", Json, nullable=False),  # by language
    sa.Column("created_by", ExactText, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

project_events = sa.Table(  # the newest gives the state
    "project_events",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("project_id", KEY, sa.ForeignKey("projects.id"), nullable=False, index=True),
    sa.Column("event", sa.String(20), nullable=False),  # a `ProjectState`
    sa.Column("detail", Json, nullable=False),
    sa.Column("actor", ExactText, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)


def given_under() -> tuple[sa.Column[str | None], sa.Column[str | None]]:
    """The columns of a label that say which policy version it was given under; null where that was not kept."""
    return sa.Column("policy_id", sa.String(120)), sa.Column("policy_version", sa.String(120))


def of_project(*, index: bool = False) -> sa.Column[int]:
    """The column of what belongs to one project."""
    return sa.Column("project_id", KEY, sa.ForeignKey("projects.id"), nullable=False, index=index)


ingests = sa.Table(
    "ingests",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("mapping", ExactText, nullable=False),
    sa.Column("counts", Json, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

refusals = sa.Table(
    "refusals",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("reason", sa.String(40), nullable=False),
    sa.Column("message", ExactText, nullable=False),
    sa.Column("excerpt", ExactText, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

items = sa.Table(
    "items",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(),
    sa.Column("external_id", ExactText, nullable=False),  # unique within the project
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("text", ExactText, nullable=False),
    sa.Column("query", ExactText),
    sa.Column("media", Json),
    sa.Column("content_digest", DIGEST, nullable=False, index=True),
    sa.Column("same_as", KEY),  # the first item with this very content; null for the first itself
    sa.Column("language", sa.String(35), nullable=False),
    sa.Column("source", ExactText),
    sa.Column("meta", Json, nullable=False),
    sa.Column("signature", sa.LargeBinary),  # MinHash, for near-duplicates
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("erased_at", MOMENT),  # when its content was removed on request
    sa.UniqueConstraint("project_id", "external_id", name="uq_items_project_id_external_id"),
    sa.Index("ix_items_of_project", "project_id", "id"),  # its items in order of arrival
)

near_duplicates = sa.Table(
    "near_duplicates",
    metadata,
    sa.Column("item_id", KEY, primary_key=True, autoincrement=False),
    sa.Column("group_id", KEY, nullable=False, index=True),  # the group's first item
)

embeddings = sa.Table(
    "embeddings",
    metadata,
    sa.Column("content_digest", DIGEST, primary_key=True),
    sa.Column("embedder", sa.String(120), primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),  # float32, little endian
)

policies = sa.Table(
    "policies",
    metadata,
    sa.Column("digest", DIGEST, primary_key=True),
    sa.Column("policy_id", sa.String(120), nullable=False),
    sa.Column("version", sa.String(120), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

prompts = sa.Table(
    "prompts",
    metadata,
    sa.Column("digest", DIGEST, primary_key=True),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("version", sa.String(120), nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

used_texts = sa.Table(  # which wordings of policies and prompts a project has used, and when first
    "used_texts",
    metadata,
    sa.Column("project_id", KEY, sa.ForeignKey("projects.id"), primary_key=True, autoincrement=False),
    sa.Column("digest", DIGEST, primary_key=True),
    sa.Column("created_at", MOMENT, nullable=False),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(index=True),
    sa.Column("key", DIGEST, nullable=False, unique=True),
    sa.Column("origin", sa.String(20), nullable=False),  # prelabel or import
    sa.Column("prompt_name", sa.String(120)),
    sa.Column("prompt_version", sa.String(120)),
    sa.Column("prompt_digest", DIGEST),
    sa.Column("policy_id", sa.String(120)),
    sa.Column("policy_version", sa.String(120)),
    sa.Column("policy_digest", DIGEST),
    sa.Column("model", ExactText, nullable=False),
    sa.Column("parameters", Json, nullable=False),
    sa.Column("replicate", sa.Integer, nullable=False),
    sa.Column("population_id", KEY, sa.ForeignKey("populations.id")),  # null for the whole project
    sa.Column("created_at", MOMENT, nullable=False),
)

run_events = sa.Table(
    "run_events",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("run_id", KEY, sa.ForeignKey("runs.id"), nullable=False, index=True),
    sa.Column("event", sa.String(20), nullable=False),
    sa.Column("detail", Json, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("run_id", KEY, sa.ForeignKey("runs.id"), nullable=False, index=True),
    sa.Column("origin", sa.String(20), nullable=False),  # pages or command
    sa.Column("actor", ExactText, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("seen_at", MOMENT),  # when the job itself last said that it is at work; null before the first time
    sa.Column("stop_at", MOMENT),  # when it was asked to stop, and by whom
    sa.Column("stop_by", ExactText),
    sa.Column("ended_at", MOMENT),
)

replies = sa.Table(
    "replies",
    metadata,
    sa.Column("run_id", KEY, sa.ForeignKey("runs.id"), primary_key=True, autoincrement=False),
    sa.Column("content_digest", DIGEST, primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("body", ExactText, nullable=False),  # as received, before anyone read it
    sa.Column("latency_ms", sa.Float, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

prelabels = sa.Table(
    "prelabels",
    metadata,
    sa.Column("run_id", KEY, sa.ForeignKey("runs.id"), primary_key=True, autoincrement=False),
    sa.Column("item_id", KEY, sa.ForeignKey("items.id"), primary_key=True, autoincrement=False),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("shared_from", KEY),  # the item with the same content that was really asked about
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("labels", Json, nullable=False),
    sa.Column("signals", Json, nullable=False),
    sa.Column("clauses", Json, nullable=False),
    sa.Column("rationale", ExactText),
    sa.Column("reason", sa.String(40)),
    sa.Column("detail", ExactText),
    sa.Column("model", ExactText, nullable=False),
    sa.Column("prompt_tokens", sa.Integer, nullable=False),
    sa.Column("completion_tokens", sa.Integer, nullable=False),
    sa.Column("cached_tokens", sa.Integer, nullable=False),
    sa.Column("cost_usd", sa.Float),
    sa.Column("latency_ms", sa.Float, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

routes = sa.Table(
    "routes",
    metadata,
    sa.Column("run_id", KEY, sa.ForeignKey("runs.id"), primary_key=True, autoincrement=False),
    sa.Column("item_id", KEY, sa.ForeignKey("items.id"), primary_key=True, autoincrement=False),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("route", sa.String(20), nullable=False),
    sa.Column("reason", sa.String(60), nullable=False),
    sa.Column("doubts", Json, nullable=False),
    sa.Column("inclusion_probability", sa.Float, nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(),
    sa.Column("item_id", KEY, sa.ForeignKey("items.id"), nullable=False),
    sa.Column("rater", ExactText, nullable=False),
    sa.Column("labels", Json, nullable=False),
    sa.Column("shown_suggestion", sa.Boolean),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("meta", Json, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    *given_under(),
    sa.Index(None, "item_id", "rater"),
    sa.Index("ix_reviews_of_project", "project_id", "id"),  # its labels in the order they were given
)

precedents = sa.Table(
    "precedents",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(),
    sa.Column("policy_id", sa.String(120), nullable=False),
    sa.Column("item_id", KEY, sa.ForeignKey("items.id"), nullable=False),
    sa.Column("content_digest", DIGEST, nullable=False),
    sa.Column("labels", Json, nullable=False),
    sa.Column("event", sa.String(20), nullable=False),  # added or withdrawn; the latest event counts
    sa.Column("actor", sa.String(200), nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("policy_version", sa.String(120)),  # null where it was not kept
    sa.Index(None, "policy_id", "content_digest"),
    sa.Index("ix_precedents_item_id", "item_id"),
)
