"""What the fleet's page counts and orders workloads by."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_INDEX = "ix_workloads_fleet"
_INDEXED = (
    *("cluster", "namespace", "verdict", "probability", "growth_bytes_per_hour", "limit_at", "limit_bytes"),
    *("fully_read", "reason", "id"),
)
# From the finding's document, so that nothing looks unlimited or unread until the next scan.
_FROM_FINDING = {
    "sqlite": (
        "UPDATE workloads SET limit_bytes = json_extract(finding, '$.limit_bytes'), "
        "fully_read = coalesce(json_extract(finding, '$.fully_read'), 1), "
        "reason = substr(coalesce(json_extract(finding, '$.reasons[0].code'), ''), 1, 40), "
        "limit_at = strftime('%Y-%m-%d %H:%M:%f', judged_at, "
        "json_extract(finding, '$.time_to_limit_seconds.p50') || ' seconds') || '000'"
    ),
    "postgresql": (
        "UPDATE workloads SET limit_bytes = (finding->>'limit_bytes')::double precision, "
        "fully_read = coalesce((finding->>'fully_read')::boolean, true), "
        "reason = left(coalesce(finding#>>'{reasons,0,code}', ''), 40), "
        "limit_at = judged_at + make_interval(secs => (finding#>>'{time_to_limit_seconds,p50}')::double precision)"
    ),
}


def upgrade() -> None:
    """Make the columns, fill them from what is known of each workload, and index them."""
    for column in (
        sa.Column("limit_at", sa.DateTime(timezone=True)),
        sa.Column("limit_bytes", sa.Double()),
        sa.Column("fully_read", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("reason", sa.String(40), nullable=False, server_default=""),
    ):
        op.add_column("workloads", column)
    op.execute(_FROM_FINDING[op.get_bind().dialect.name])
    op.create_index(_INDEX, "workloads", list(_INDEXED))


def downgrade() -> None:
    """Drop them."""
    op.drop_index(_INDEX, "workloads")
    with op.batch_alter_table("workloads") as batch:
        for name in ("reason", "fully_read", "limit_bytes", "limit_at"):
            batch.drop_column(name)
