"""Chunks of points.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chunks",
        sa.Column("series_id", sa.BigInteger, nullable=False),
        sa.Column("first_seq", sa.BigInteger, nullable=False),
        sa.Column("length", sa.BigInteger, nullable=False),
        sa.Column("least_step", sa.BigInteger),
        sa.Column("greatest_step", sa.BigInteger),
        sa.Column("least_at", sa.BigInteger, nullable=False),
        sa.Column("greatest_at", sa.BigInteger, nullable=False),
        sa.Column("outline", sa.LargeBinary, nullable=False),
        sa.Column("points", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("series_id", "first_seq"),
    )
