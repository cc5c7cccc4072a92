"""What people say of leaks: the feedback that scans honour, and what it was before."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_IN_FORCE = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    """Make its table."""
    op.create_table(
        "feedback",
        sa.Column("id", _ID, nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("growth_bytes_per_hour", sa.Double(), nullable=False),
        sa.Column("level_bytes", sa.Double(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("withdrawn_at", _TIME),
        sa.Column("withdrawn_by", sa.String(255)),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )
    op.create_index(
        "uq_feedback_fingerprint_in_force",
        "feedback",
        ["fingerprint"],
        unique=True,
        sqlite_where=_IN_FORCE,
        postgresql_where=_IN_FORCE,
    )


def downgrade() -> None:
    """Drop it, and all that was said."""
    op.drop_table("feedback")
