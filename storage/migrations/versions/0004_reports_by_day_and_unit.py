"""One index less, and one that finds what a unit reported of a day."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.drop_index("ix_inbox_identity_id_id", table_name="inbox")
    op.drop_index("ix_report_event_on", table_name="report")
    op.create_index("ix_report_event_on_unit_id", "report", ["event_on", "unit_id"])


def downgrade() -> None:
    """Back to the version before."""
    op.drop_index("ix_report_event_on_unit_id", table_name="report")
    op.create_index("ix_report_event_on", "report", ["event_on"])
    op.create_index("ix_inbox_identity_id_id", "inbox", ["identity_id", "id"])
