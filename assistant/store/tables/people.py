"""The tables of people: users and the ways they sign in, what they have shown they can do, and the log of changes."""

from __future__ import annotations

import sqlalchemy as sa

from assistant.store.tables.content import KEY, MOMENT, ExactText, Json, metadata, of_project

SECRET_DIGEST = sa.String(64)  # SHA-256 in hex: secrets themselves are never stored

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("name", ExactText, nullable=False, unique=True),  # lower case; the rater of their answers
    sa.Column("display_name", ExactText, nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("password_hash", sa.Text),
    sa.Column("languages", Json, nullable=False),
    sa.Column("skills", Json, nullable=False),
    sa.Column("opt_outs", Json, nullable=False),
    sa.Column("queues", Json, nullable=False),  # external queues assigned to them
    sa.Column("team", sa.String(120), nullable=False),
    sa.Column("preferences", Json, nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
)

project_members = sa.Table(  # the newest of a person and project counts
    "project_members",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(),
    sa.Column("user_id", KEY, sa.ForeignKey("users.id"), nullable=False),
    sa.Column("event", sa.String(20), nullable=False),  # joined, changed or left
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("actor", ExactText, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Index(None, "user_id", "project_id"),
)

# Where a person works from when to when. Of a person and a `valid_from` the newest row counts: a row is never changed.
memberships = sa.Table(
    "memberships",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("person", ExactText, nullable=False),  # a user's name, or that of an imported rater without an account
    sa.Column("event", sa.String(10), nullable=False),  # set or removed
    sa.Column("team", sa.String(120), nullable=False),
    sa.Column("vendor", sa.String(120), nullable=False),
    sa.Column("site", sa.String(120), nullable=False),
    sa.Column("contract", sa.String(120), nullable=False),
    sa.Column("weekly_hours", sa.Float),
    sa.Column("valid_from", sa.String(10)),  # a day in UTC; NULL: since before it was kept
    sa.Column("valid_to", sa.String(10)),  # the last day; NULL: until further notice
    sa.Column("actor", ExactText, nullable=False),
    sa.Column("at", MOMENT, nullable=False),
    sa.Index(None, "person", "id"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id_digest", SECRET_DIGEST, primary_key=True),
    sa.Column("user_id", KEY, sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("last_seen_at", MOMENT, nullable=False),
    sa.Column("expires_at", MOMENT, nullable=False),
    sa.Column("revoked", sa.Boolean, nullable=False),
    sa.Column("device", sa.Text, nullable=False, server_default=""),  # as the browser names itself
    sa.Column("address", sa.String(64), nullable=False, server_default=""),  # where it began
    sa.Column("confirmed_at", MOMENT),  # when they last showed that it is them
)

api_tokens = sa.Table(
    "api_tokens",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("user_id", KEY, sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("name", ExactText, nullable=False),
    sa.Column("digest", SECRET_DIGEST, nullable=False, unique=True),
    sa.Column("scopes", Json, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("last_used_at", MOMENT),
    sa.Column("revoked_at", MOMENT),
    sa.Column("expires_at", MOMENT),
)

login_links = sa.Table(
    "login_links",
    metadata,
    sa.Column("digest", SECRET_DIGEST, primary_key=True),
    sa.Column("user_id", KEY, sa.ForeignKey("users.id"), nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("expires_at", MOMENT, nullable=False),
    sa.Column("used_at", MOMENT),
)

# Tries to sign in, counted over all processes; a key is a digest, since people type passwords into the wrong field.
login_attempts = sa.Table(
    "login_attempts",
    metadata,
    sa.Column("key", sa.String(32), primary_key=True),
    sa.Column("spent", sa.Float, nullable=False),  # tries, as of `as_of`
    sa.Column("as_of", sa.Float, nullable=False, index=True),  # seconds since 1970
)

# Events that would fill the log of changes: counted by period and key, and logged as a sum when the period is over.
tallies = sa.Table(
    "tallies",
    metadata,
    sa.Column("period", MOMENT, primary_key=True),  # when it began
    sa.Column("action", sa.String(60), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("logged", sa.Boolean, nullable=False),  # has an entry of its own
)

qualifications = sa.Table(
    "qualifications",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    of_project(),
    sa.Column("user_id", KEY, sa.ForeignKey("users.id"), nullable=False),
    sa.Column("policy_id", sa.String(120), nullable=False),
    sa.Column("policy_version", sa.String(120), nullable=False),
    sa.Column("language", sa.String(35), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),  # running, passed or failed
    sa.Column("asked", sa.Integer, nullable=False),
    sa.Column("right", sa.Integer, nullable=False),
    sa.Column("created_at", MOMENT, nullable=False),
    sa.Column("decided_at", MOMENT),
    sa.Index(None, "user_id", "policy_id", "policy_version", "language"),
)

audit_log = sa.Table(
    "audit_log",
    metadata,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("at", MOMENT, nullable=False),
    sa.Column("actor", ExactText, nullable=False),
    sa.Column("action", sa.String(60), nullable=False, index=True),
    sa.Column("subject", ExactText, nullable=False, index=True),
    sa.Column("detail", Json, nullable=False),
    sa.Column("previous_hash", SECRET_DIGEST, nullable=False),
    sa.Column("hash", SECRET_DIGEST, nullable=False),  # of the previous hash and this row
)
