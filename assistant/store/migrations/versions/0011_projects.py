"""Projects: a workspace holds many. What was there before belongs to the first of them, `main`."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FIRST = 1
_LABELS = ("reviews", "adjudications")
_OF_A_PROJECT = (
    *("ingests", "refusals", "runs", "gold_items", "precedents", "disagreements", "qualifications"),
    *_LABELS,
)
_LANE = ("policy_id", "policy_version", "language", "queue", "skill", "harm", "for_user")
_LISTS = {  # indexes of disagreements: a list is a walk along one of them, within a project
    "ix_disagreements_kind_settled_id_confidence": ("kind", "settled", "id", "confidence"),
    "ix_disagreements_kind_settled_pair_id": ("kind", "settled", "pair", "id"),
    "ix_disagreements_kind_settled_clause_id": ("kind", "settled", "clause", "id", "language"),
    "ix_disagreements_kind_settled_language_id": ("kind", "settled", "language", "id"),
    "ix_disagreements_kind_settled_prompt_id": ("kind", "settled", "prompt", "id", "language"),
    "ix_disagreements_kind_settled_rater_id": ("kind", "settled", "rater", "id", "language"),
    "ix_disagreements_kind_settled_other_rater_id": ("kind", "settled", "other_rater", "id", "language"),
    "ix_disagreements_kind_settled_confidence_id": ("kind", "settled", "confidence", "id"),
}


def upgrade() -> None:
    """Apply."""
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
    _make_tables(stamp)
    _own_items()
    _own_lanes()
    for name in _LISTS:
        op.drop_index(name, table_name="disagreements")
    for table in _OF_A_PROJECT:
        op.add_column(table, _project_column())
        with op.batch_alter_table(table) as batch_op:  # SQLite copies the table, once
            batch_op.alter_column("project_id", server_default=None)
            batch_op.create_foreign_key(f"fk_{table}_project_id", "projects", ["project_id"], ["id"])
    for columns in _LISTS.values():
        order = columns[2]
        op.create_index(f"ix_disagreements_of_{order}", "disagreements", ["project_id", *columns])
    op.create_index("ix_runs_project_id", "runs", ["project_id"])
    for table in _LABELS:
        op.create_index(f"ix_{table}_of_project", table, ["project_id", "id"])
    _own_texts()


def _make_tables(stamp: str) -> None:
    projects = op.create_table(
        "projects",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("key", name=op.f("uq_projects_key")),
    )
    events = op.create_table(
        "project_events",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("project_id", _KEY, nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_project_events_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_events")),
    )
    op.create_index("ix_project_events_project_id", "project_events", ["project_id"])
    members = op.create_table(
        "project_members",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("project_id", _KEY, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_project_members_project_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_project_members_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_members")),
    )
    op.create_index("ix_project_members_user_id_project_id", "project_members", ["user_id", "project_id"])
    first = {"id": _FIRST, "key": "main", "title": "{}", "created_by": "system", "created_at": stamp}
    op.bulk_insert(projects, [first])
    begun = {"project_id": _FIRST, "event": "active", "detail": "{}", "actor": "system", "created_at": stamp}
    op.bulk_insert(events, [begun])
    query = sa.text("SELECT id, role FROM users ORDER BY id")
    joined = [
        {
            "project_id": _FIRST,
            "user_id": user,
            "event": "joined",
            "role": role,
            "actor": "system",
            "created_at": stamp,
        }
        for user, role in op.get_bind().execute(query)
    ]
    if joined:
        op.bulk_insert(members, joined)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('projects', 'id'), (SELECT MAX(id) FROM projects))")


def _project_column() -> sa.Column[int]:
    return sa.Column("project_id", _KEY, nullable=False, server_default=str(_FIRST))


def _own_items() -> None:
    """An external id is unique within its project."""
    op.add_column("items", _project_column())
    with op.batch_alter_table("items") as batch_op:
        batch_op.alter_column("project_id", server_default=None)
        batch_op.drop_constraint("uq_items_external_id", type_="unique")
        batch_op.create_unique_constraint("uq_items_project_id_external_id", ["project_id", "external_id"])
        batch_op.create_foreign_key("fk_items_project_id", "projects", ["project_id"], ["id"])
    op.create_index("ix_items_of_project", "items", ["project_id", "id"])


def _own_texts() -> None:
    """Which wordings of policies and prompts the project has used."""
    op.create_table(
        "used_texts",
        sa.Column("project_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_used_texts_project_id")),
        sa.PrimaryKeyConstraint("project_id", "digest", name=op.f("pk_used_texts")),
    )
    for table in ("policies", "prompts"):
        op.execute(
            f"INSERT INTO used_texts (project_id, digest, created_at)"  # noqa: S608 - two names of ours
            f" SELECT {_FIRST}, digest, created_at FROM {table} WHERE digest NOT IN (SELECT digest FROM used_texts)"
        )


def _own_lanes() -> None:
    op.add_column("lanes", _project_column())
    with op.batch_alter_table("lanes") as batch_op:
        batch_op.alter_column("project_id", server_default=None)
        batch_op.drop_constraint("uq_lanes_alike", type_="unique")
        batch_op.create_unique_constraint("uq_lanes_alike", ["project_id", *_LANE])
        batch_op.create_foreign_key("fk_lanes_project_id", "projects", ["project_id"], ["id"])


def downgrade() -> None:
    """A database with several projects has no older form: a copy from before the upgrade does."""
    raise NotImplementedError
