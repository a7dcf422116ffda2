"""Indexes without rows that nobody looks up, and one that finds what a unit reported of a day."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_GIVEN = sa.text("dedup_key IS NOT NULL")


def upgrade() -> None:
    """To this version."""
    op.drop_index("ix_inbox_identity_id_id", table_name="inbox")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_constraint("uq_outbox_dedup_key", type_="unique")
    op.create_index(
        "ix_outbox_dedup_key", "outbox", ["dedup_key"], unique=True, sqlite_where=_GIVEN, postgresql_where=_GIVEN
    )
    op.drop_index("ix_report_event_on", table_name="report")
    op.create_index("ix_report_event_on_unit_id", "report", ["event_on", "unit_id"])


def downgrade() -> None:
    """Back to the version before."""
    op.drop_index("ix_report_event_on_unit_id", table_name="report")
    op.create_index("ix_report_event_on", "report", ["event_on"])
    op.drop_index("ix_outbox_dedup_key", table_name="outbox")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_unique_constraint("uq_outbox_dedup_key", ["dedup_key"])
    op.create_index("ix_inbox_identity_id_id", "inbox", ["identity_id", "id"])
