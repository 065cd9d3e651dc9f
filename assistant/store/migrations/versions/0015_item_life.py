"""Releases with their items, erasures, and indexes by which an item's history is found."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.add_column("items", sa.Column("erased_at", sa.String(length=32), nullable=True))
    op.create_index("ix_audit_log_subject", "audit_log", ["subject"])
    op.create_index("ix_precedents_item_id", "precedents", ["item_id"])
    _make_releases()
    _make_erasures()


def _make_releases() -> None:
    op.create_table(
        "releases",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("project_id", _KEY, nullable=False),
        sa.Column("run_id", _KEY, nullable=False),
        sa.Column("certificate_id", _KEY, nullable=True),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_releases_project_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_releases_run_id")),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificates.id"], name=op.f("fk_releases_certificate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
    )
    op.create_index("ix_releases_project_id", "releases", ["project_id"])
    op.create_table(
        "release_items",
        sa.Column("release_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("first_item", _KEY, autoincrement=False, nullable=False),
        sa.Column("last_item", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_release_items_release_id")),
        sa.PrimaryKeyConstraint("release_id", "first_item", name=op.f("pk_release_items")),
    )


def _make_erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("project_id", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_erasures_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index("ix_erasures_project_id", "erasures", ["project_id"])
    op.create_table(
        "erasure_events",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("erasure_id", _KEY, nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasures.id"], name=op.f("fk_erasure_events_erasure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_events")),
    )
    op.create_index("ix_erasure_events_erasure_id", "erasure_events", ["erasure_id"])
    op.create_table(
        "erased_items",
        sa.Column("item_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("erasure_id", _KEY, nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_erased_items_item_id")),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasures.id"], name=op.f("fk_erased_items_erasure_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_erased_items")),
    )
    op.create_index("ix_erased_items_erasure_id", "erased_items", ["erasure_id"])


def downgrade() -> None:
    """What was erased doesn't come back: a copy from before the upgrade is the older form."""
    raise NotImplementedError
