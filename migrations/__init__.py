"""Alembic's migrations. Each stays compatible with the version of the code before it."""
