"""Tokens that end, sessions that can be told apart, tries to sign in and rare events counted; labels bound to the log.

A token from before gets 90 days from now on. What was labelled before is sealed in the log of changes by one digest for
each table, computed here as `assistant.store.binding` computes it from now on.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MOMENT = sa.String(32)
_DAYS = 90

_REVIEW = ("item_id", "rater", "labels", "shown_suggestion", "source", "meta", "created_at")
_DETAILS = (
    *("user_id", "task_id", "assignment_id", "submit_key", "kind", "seconds", "changed", "note", "clauses"),
    *("policy_id", "policy_version", "accepted_suggestion", "ui", "run_id", "suggestion", "uncovered_ms"),
)
_BOUND = {
    "reviews": _REVIEW,
    "adjudications": ("item_id", "labels", "cause", "note", "actor", "created_at"),
    "certificates": ("run_id", "fit_id", "sample_id", "statement", "created_at"),
    "certificate_events": ("certificate_id", "event", "detail", "created_at"),
    "settlements": (
        *("item_id", "revision", "run_id", "certificate_id", "labels", "origin", "confidence", "raters", "fit_id"),
        *("actor", "created_at"),
    ),
}
_TRUTH = frozenset({"shown_suggestion", "changed", "accepted_suggestion"})


def upgrade() -> None:
    """Apply."""
    op.add_column("api_tokens", sa.Column("expires_at", _MOMENT, nullable=True))
    op.add_column("sessions", sa.Column("device", sa.Text(), nullable=False, server_default=""))
    op.add_column("sessions", sa.Column("address", sa.String(64), nullable=False, server_default=""))
    op.add_column("sessions", sa.Column("confirmed_at", _MOMENT, nullable=True))
    op.create_table(
        "login_attempts",
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("spent", sa.Float(), nullable=False),
        sa.Column("as_of", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_attempts")),
    )
    op.create_index(op.f("ix_login_attempts_as_of"), "login_attempts", ["as_of"])
    op.create_table(
        "tallies",
        sa.Column("period", _MOMENT, nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("logged", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("period", "action", "key", name=op.f("pk_tallies")),
    )
    connection = op.get_bind()
    ends = (datetime.now(UTC) + timedelta(days=_DAYS)).isoformat(timespec="milliseconds")
    tokens = connection.execute(sa.text("UPDATE api_tokens SET expires_at = :ends"), {"ends": ends}).rowcount
    if tokens:
        _log(connection, "token.expiry", "token:all", {"tokens": tokens, "expires_at": ends})
    sealed = {name: told for name in _BOUND if (told := _sealed(connection, name))["rows"]}
    if sealed:
        _log(connection, "audit.bind", "table:all", sealed)


def _sealed(connection: sa.Connection, name: str) -> dict[str, Any]:
    """Number of the last row, how many there are, and the digest over all of them in order of their keys."""
    made, rows, upto = sha256(), 0, 0
    for number, row in _rows(connection, name):
        made.update(orjson.dumps(list(row), default=repr, option=orjson.OPT_APPEND_NEWLINE))
        rows, upto = rows + 1, number
    return {"upto": upto if name != "settlements" else 0, "rows": rows, "digest": made.hexdigest()[:32]}


def _rows(connection: sa.Connection, name: str) -> Iterator[tuple[int, Any]]:
    columns = [sa.column(one, sa.Boolean if one in _TRUTH else None) for one in _BOUND[name]]
    table = sa.table(name, sa.column("id"), *columns)
    if name == "settlements":
        query = sa.select(table.c.item_id.label("number"), *columns).select_from(table)
        query = query.order_by(table.c.item_id, table.c.revision)
    elif name == "reviews":
        more = sa.table(
            "review_details",
            *(sa.column(one, sa.Boolean if one in _TRUTH else None) for one in ("review_id", *_DETAILS)),
        )
        chosen = [*(table.c[one] for one in _REVIEW), *(more.c[one].label(f"detail_{one}") for one in _DETAILS)]
        query = sa.select(table.c.id.label("number"), *chosen)
        query = query.select_from(table.outerjoin(more, more.c.review_id == table.c.id)).order_by(table.c.id)
    else:
        query = sa.select(table.c.id.label("number"), *columns).select_from(table).order_by(table.c.id)
    for row in connection.execute(query, execution_options={"yield_per": 2000}):
        yield row[0], row[1:]


def _log(connection: sa.Connection, action: str, subject: str, detail: dict[str, Any]) -> None:
    """Append to the log of changes, in its chain."""
    newest = sa.text("SELECT hash FROM audit_log ORDER BY id DESC LIMIT 1")
    previous = connection.execute(newest).scalar() or "0" * 64
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    row = {"at": at, "actor": "system", "action": action, "subject": subject, "detail": detail}
    digest = sha256(previous.encode() + orjson.dumps(row, option=orjson.OPT_SORT_KEYS)).hexdigest()
    insert = sa.text(
        "INSERT INTO audit_log (at, actor, action, subject, detail, previous_hash, hash)"
        " VALUES (:at, :actor, :action, :subject, :detail, :previous_hash, :hash)"
    )
    stored = json.dumps(detail, sort_keys=True, separators=(",", ":"))
    connection.execute(insert, row | {"detail": stored, "previous_hash": previous, "hash": digest})


def downgrade() -> None:
    """Undo; what was logged stays."""
    op.drop_table("tallies")
    op.drop_index(op.f("ix_login_attempts_as_of"), table_name="login_attempts")
    op.drop_table("login_attempts")
    for column in ("confirmed_at", "address", "device"):
        op.drop_column("sessions", column)
    op.drop_column("api_tokens", "expires_at")
