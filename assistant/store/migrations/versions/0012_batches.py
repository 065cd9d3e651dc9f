"""Batches of items with what happened to them, and populations of runs. Older items are one batch of each project."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BEFORE = "before-batches"


def upgrade() -> None:
    """Apply."""
    _make_batches()
    _make_populations()
    op.add_column("runs", sa.Column("population_id", _KEY))
    with op.batch_alter_table("runs") as batch_op:
        batch_op.create_foreign_key("fk_runs_population_id", "populations", ["population_id"], ["id"])
    _fill()


def _make_batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("project_id", _KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("received_at", sa.String(length=32)),
        sa.Column("due_at", sa.String(length=32)),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_batches_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("project_id", "name", name="uq_batches_project_id_name"),
    )
    op.create_table(
        "batch_items",
        sa.Column("batch_id", _KEY, nullable=False, autoincrement=False),
        sa.Column("item_id", _KEY, nullable=False, autoincrement=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_batch_items_batch_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_batch_items_item_id")),
        sa.PrimaryKeyConstraint("batch_id", "item_id", name=op.f("pk_batch_items")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "batch_events",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("batch_id", _KEY, nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_batch_events_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_events")),
    )
    op.create_index("ix_batch_events_batch_id", "batch_events", ["batch_id"])


def _make_populations() -> None:
    op.create_table(
        "populations",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("project_id", _KEY, nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("batch_id", _KEY),
        sa.Column("seen_item", _KEY, nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_populations_project_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_populations_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_populations")),
        sa.UniqueConstraint("project_id", "digest", name="uq_populations_project_id_digest"),
    )
    op.create_table(
        "population_items",
        sa.Column("population_id", _KEY, nullable=False, autoincrement=False),
        sa.Column("item_id", _KEY, nullable=False, autoincrement=False),
        sa.ForeignKeyConstraint(["population_id"], ["populations.id"], name=op.f("fk_population_items_population_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_population_items_item_id")),
        sa.PrimaryKeyConstraint("population_id", "item_id", name=op.f("pk_population_items")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_population_items_item_id", "population_items", ["item_id"])


def _fill() -> None:
    """What is there came before there were batches: when, is not known. Set by set, a million rows in seconds."""
    connection = op.get_bind()
    batches = sa.text("INSERT INTO batches (project_id, name) SELECT DISTINCT project_id, :name FROM items")
    connection.execute(batches, {"name": _BEFORE})
    connection.execute(
        sa.text(
            "INSERT INTO batch_items (batch_id, item_id) SELECT b.id, i.id FROM items i"
            " JOIN batches b ON b.project_id = i.project_id ORDER BY b.id, i.id"
        )
    )
    op.create_index("ix_batch_items_item_id", "batch_items", ["item_id"])


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("runs") as batch_op:
        batch_op.drop_constraint("fk_runs_population_id", type_="foreignkey")
        batch_op.drop_column("population_id")
    for table in ("population_items", "populations", "batch_events", "batch_items", "batches"):
        op.drop_table(table)
