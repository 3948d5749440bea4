"""What lists show of runs that have ended, kept in one piece.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from chachaml_store_sql.column_types import Words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcomes",
        sa.Column("run_id", Words, sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
