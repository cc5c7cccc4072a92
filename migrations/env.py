"""What Alembic runs: migrations on the connection that app.storage.schema gives it."""

from alembic import context

from app.storage.tables import Table

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("run `leakwatch db upgrade`: migrations need leakwatch's own connection")

context.configure(
    connection=connection,
    target_metadata=Table.metadata,
    compare_type=True,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
