"""What each scan cost Prometheus."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make its column; of scans that have ended nothing is known."""
    op.add_column("scans", sa.Column("cost", sa.JSON()))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("scans") as batch:
        batch.drop_column("cost")
