"""Fits, scores, samples, certificates and settled labels."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "fits",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("run_id", _KEY, nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("labels_used", sa.Integer(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_fits_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fits")),
    )
    op.create_index(op.f("ix_fits_run_id"), "fits", ["run_id"], unique=False)
    op.create_table(
        "scores",
        sa.Column("fit_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("item_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["fit_id"], ["fits.id"], name=op.f("fk_scores_fit_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_scores_item_id")),
        sa.PrimaryKeyConstraint("fit_id", "item_id", name=op.f("pk_scores")),
    )
    op.create_table(
        "samples",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("run_id", _KEY, nullable=False),
        sa.Column("fit_id", _KEY, nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["fit_id"], ["fits.id"], name=op.f("fk_samples_fit_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_samples_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_samples")),
    )
    op.create_index(op.f("ix_samples_run_id"), "samples", ["run_id"], unique=False)
    op.create_table(
        "sample_items",
        sa.Column("sample_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("item_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("inclusion_probability", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_sample_items_item_id")),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name=op.f("fk_sample_items_sample_id")),
        sa.PrimaryKeyConstraint("sample_id", "item_id", name=op.f("pk_sample_items")),
    )
    op.create_table(
        "certificates",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("run_id", _KEY, nullable=False),
        sa.Column("fit_id", _KEY, nullable=True),
        sa.Column("sample_id", _KEY, nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["fit_id"], ["fits.id"], name=op.f("fk_certificates_fit_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_certificates_run_id")),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name=op.f("fk_certificates_sample_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
    )
    op.create_index(op.f("ix_certificates_run_id"), "certificates", ["run_id"], unique=False)
    op.create_table(
        "certificate_events",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("certificate_id", _KEY, nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificates.id"], name=op.f("fk_certificate_events_certificate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_events")),
    )
    op.create_index(
        op.f("ix_certificate_events_certificate_id"), "certificate_events", ["certificate_id"], unique=False
    )
    op.create_table(
        "settlements",
        sa.Column("item_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run_id", _KEY, nullable=False),
        sa.Column("certificate_id", _KEY, nullable=True),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("raters", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificates.id"], name=op.f("fk_settlements_certificate_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_settlements_item_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_settlements_run_id")),
        sa.PrimaryKeyConstraint("item_id", "revision", name=op.f("pk_settlements")),
    )


def downgrade() -> None:
    """Undo."""
    for table in ("settlements", "certificate_events", "certificates", "sample_items", "samples", "scores", "fits"):
        op.drop_table(table)
