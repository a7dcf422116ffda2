"""Posting lists in buckets: a segment knows with which term each begins, and which version of the index wrote it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    nothing = sa.text("x''" if sqlite else "''")  # bytes, not text
    op.add_column("posting_segment", sa.Column("codes", sa.LargeBinary(), server_default=nothing, nullable=False))
    op.add_column("posting_segment", sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    if not sqlite:
        # what is packed already is not worth another try at every row
        op.execute("ALTER TABLE posting ALTER COLUMN body SET STORAGE EXTERNAL")


def downgrade() -> None:
    """Back to the version before."""
    with op.batch_alter_table("posting_segment", schema=None) as batch_op:
        batch_op.drop_column("version")
        batch_op.drop_column("codes")
