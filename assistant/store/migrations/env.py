"""Alembic's entry: runs the numbered migrations on the connection it is handed."""

from alembic import context

from assistant.store.tables.review import tasks  # with it, every table is known

context.configure(
    connection=context.config.attributes["connection"], target_metadata=tasks.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
