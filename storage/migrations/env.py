"""How Alembic reaches the database: through the engine that `storage.schema` hands over."""

from typing import Any

from alembic import context

from storage.schema import metadata

engine = context.config.attributes["engine"]


def render_item(kind: str, item: Any, autogen_context: Any) -> Any:
    """Write our own column types by their plain names."""
    if kind == "type" and type(item).__name__ == "UtcDateTime":
        autogen_context.imports.add("from storage.base import UtcDateTime")
        return "UtcDateTime()"
    return False


with engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite",
        compare_type=False, render_item=render_item, transaction_per_migration=True,
    )
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("SELECT 1")
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
