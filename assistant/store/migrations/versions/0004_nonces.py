"""Nonces of draws; whose machine label a final label is; certificates whose draws were used before.

Until now every draw of an audit came from the seed in the settings and the item's id alone, so a second run over the
same items audited with draws that the first had used up. Its certificates are marked: they are not proved.
"""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_REASON = (
    "its audit was drawn from the same seed as an earlier run's audit of the same items, so that it looked at fewer"
    " items than it states"
)
_REUSED = """
SELECT c.id FROM certificates c JOIN samples s ON s.id = c.sample_id
WHERE s.purpose = 'audit' AND EXISTS (
    SELECT 1 FROM samples earlier
    WHERE earlier.purpose = 'audit' AND earlier.run_id <> s.run_id AND earlier.seed = s.seed
    AND earlier.id < (SELECT MIN(f.id) FROM samples f WHERE f.run_id = s.run_id AND f.purpose = 'audit')
    AND EXISTS (
        SELECT 1 FROM prelabels a JOIN prelabels b ON b.item_id = a.item_id
        WHERE a.run_id = s.run_id AND b.run_id = earlier.run_id
    )
)
"""
_FIT = """
SELECT MAX(x.fit_id) FROM scores x JOIN certificates c ON c.id = settlements.certificate_id
WHERE x.item_id = settlements.item_id AND x.fit_id <= c.fit_id
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "nonces",
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_nonces")),
    )
    op.add_column("settlements", sa.Column("fit_id", _KEY, nullable=True))
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE scores SET origin = 'classifier' WHERE origin = 'student'"))
    connection.execute(sa.text(f"UPDATE settlements SET fit_id = ({_FIT}) WHERE origin = 'machine'"))  # noqa: S608 - a constant
    connection.execute(
        sa.text(
            "UPDATE settlements SET origin = COALESCE((SELECT x.origin FROM scores x WHERE"
            " x.fit_id = settlements.fit_id AND x.item_id = settlements.item_id), 'model') WHERE origin = 'machine'"
        )
    )
    _mark(connection)


def _mark(connection: sa.Connection) -> None:
    """Append the event that a certificate is not proved, with its reason."""
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
    insert = sa.text(
        "INSERT INTO certificate_events (certificate_id, event, detail, created_at)"
        " VALUES (:certificate, 'not_proved', :detail, :at)"
    )
    for (certificate,) in connection.execute(sa.text(_REUSED)).all():
        connection.execute(insert, {"certificate": certificate, "detail": json.dumps({"reason": _REASON}), "at": stamp})


def downgrade() -> None:
    """Undo; what a certificate was marked with stays."""
    connection = op.get_bind()
    machine = "UPDATE settlements SET origin = 'machine' WHERE origin IN ('model', 'classifier')"
    connection.execute(sa.text(machine))
    connection.execute(sa.text("UPDATE scores SET origin = 'student' WHERE origin = 'classifier'"))
    op.drop_column("settlements", "fit_id")
    op.drop_table("nonces")
