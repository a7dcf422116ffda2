"""Migrations equal the models, on both engines."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from storage import schema
from storage.store import Store


def test_a_migrated_database_is_what_the_models_say(store: Store) -> None:
    """Nothing is left to migrate, and migrating again changes nothing."""
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, schema.metadata) == []
    schema.upgrade(store)
    assert schema.current(store) == schema.newest()
