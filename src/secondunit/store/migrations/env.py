"""Alembic's entry: runs the steps on the connection that `store.database` passes in."""

from alembic import context

from secondunit.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
