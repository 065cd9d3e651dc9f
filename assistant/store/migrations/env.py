"""Alembic's entry: runs the numbered migrations on the connection it is handed."""

from alembic import context

from assistant.store.tables import batches  # noqa: F401 - with both, every table is known
from assistant.store.tables.review import tasks

context.configure(
    connection=context.config.attributes["connection"], target_metadata=tasks.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
