"""Acts against leaks, and their emergency stop."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_INDEXES = (("state",), ("incident_id", "id"), ("applying_at",), ("namespace", "workload", "applying_at"))


def upgrade() -> None:
    """Make the tables. The one row of the stop is there from the beginning, to be held."""
    op.create_table(
        "mitigations",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("incident_id", _ID, nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        *(
            sa.Column(name, sa.String(255), nullable=False)
            for name in ("cluster", "namespace", "kind", "workload", "container")
        ),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("wish", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        sa.Column("course", sa.LargeBinary(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("proposed_at", _TIME, nullable=False),
        sa.Column("proposed_by", sa.String(255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("approved_at", _TIME),
        sa.Column("approved_by", sa.String(255)),
        sa.Column("approval", sa.Text(), nullable=False),
        *(sa.Column(name, _TIME) for name in ("applying_at", "applied_at", "rolled_out_at", "ended_at")),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_mitigations_incident_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mitigations"),
        sa.UniqueConstraint("key", name="uq_mitigations_key"),
    )
    for columns in _INDEXES:
        op.create_index(f"ix_mitigations_{'_'.join(columns)}", "mitigations", list(columns))
    control = op.create_table(
        "mitigation_control",
        sa.Column("id", _ID, nullable=False),
        sa.Column("stopped_at", _TIME),
        sa.Column("stopped_by", sa.String(255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mitigation_control"),
    )
    op.bulk_insert(control, [{"id": 1, "stopped_at": None, "stopped_by": "", "reason": "", "version": 1}])


def downgrade() -> None:
    """Drop them, and what they held."""
    op.drop_table("mitigation_control")
    op.drop_table("mitigations")
