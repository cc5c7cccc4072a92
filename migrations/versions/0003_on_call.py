"""Incidents with versions and people, silences, other alerts, tokens, Grafana's annotations, verdicts over time."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_INDEXES = {
    "of_namespace": ("namespace", "state", "severity", "updated_at", "id"),
    "of_workload": ("workload", "state", "severity", "updated_at", "id"),
    "of_suspect": ("suspect", "state", "severity", "updated_at", "id"),
    "of_assignee": ("assignee", "state", "severity", "updated_at", "id"),
    "of_updated_at": ("updated_at", "state", "severity", "id"),
    "order_id": ("state", "severity", "id", "updated_at"),
    "order_limit_at": ("state", "severity", "limit_at", "id", "updated_at"),
    "order_growth_bytes_per_hour": ("state", "severity", "growth_bytes_per_hour", "id", "updated_at"),
    "order_probability": ("state", "severity", "probability", "id", "updated_at"),
    "order_opened_at": ("state", "severity", "opened_at", "id", "updated_at"),
    "order_updated_at": ("state", "severity", "updated_at", "id"),
}
# Those that only PostgreSQL, and only SQLite, has any rows in.
_OF_POSTGRESQL = {
    "names": ("names", "state", "severity", "updated_at", "id"),
    "of_cluster": ("cluster", "state", "severity", "updated_at", "id"),
    "of_container": ("container", "state", "severity", "updated_at", "id"),
}
_FILTERS = ("names", "cluster", "container", "namespace", "state", "severity", "updated_at", "id")
_TABLES = (
    *("verdicts", "workloads", "grafana_annotations", "idempotency_keys", "secrets", "tokens"),
    *("webhook_events", "incident_nodes", "alerts", "silences"),
)


def upgrade() -> None:
    """Make the tables, and the columns that incidents lacked."""
    _incidents()
    _silences()
    _alerts()
    _access()
    _annotations()
    _verdicts()


def downgrade() -> None:
    """Drop them, and what they held."""
    for table in _TABLES:
        op.drop_table(table)
    for name in (*_INDEXES, *_OF_POSTGRESQL):
        op.drop_index(f"ix_incidents_{name}", "incidents")
    op.drop_index("ix_incidents_filters", "incidents")
    op.create_index("ix_incidents_state", "incidents", ["state"])
    op.create_index("ix_incidents_updated_at_id", "incidents", ["updated_at", "id"])
    with op.batch_alter_table("incidents") as batch:
        for name in ("names", "limit_at", "growth_bytes_per_hour", "probability", "acknowledged_by", "acknowledged_at"):
            batch.drop_column(name)
        batch.drop_column("assignee")
        batch.drop_column("version")


def _incidents() -> None:
    # What stands there already gets the figures of a leak of which nothing is known, until the next scan tells.
    for column in (
        sa.Column("version", sa.BigInteger(), nullable=False, server_default="1"),
        sa.Column("assignee", sa.String(255)),
        sa.Column("acknowledged_at", _TIME),
        sa.Column("acknowledged_by", sa.String(255)),
        sa.Column("probability", sa.Double(), nullable=False, server_default="0"),
        sa.Column("growth_bytes_per_hour", sa.Double(), nullable=False, server_default="0"),
        sa.Column("limit_at", _TIME),
        sa.Column("names", sa.Text(), nullable=False, server_default=""),
    ):
        op.add_column("incidents", column)
    op.execute(
        "UPDATE incidents SET names = substr(lower(namespace || chr || workload || chr || container || chr "
        "|| coalesce(suspect, '')), 1, 600) FROM (SELECT '\n' AS chr) AS breaks"
    )
    with op.batch_alter_table("incidents") as batch:
        for name in ("version", "probability", "growth_bytes_per_hour", "names"):
            batch.alter_column(name, server_default=None)
    op.drop_index("ix_incidents_state", "incidents")
    op.drop_index("ix_incidents_updated_at_id", "incidents")
    for name, columns in _INDEXES.items():
        op.create_index(f"ix_incidents_{name}", "incidents", list(columns))
    op.create_index("ix_incidents_filters", "incidents", list(_FILTERS), postgresql_where=sa.text("false"))
    for name, columns in _OF_POSTGRESQL.items():
        op.create_index(f"ix_incidents_{name}", "incidents", list(columns), sqlite_where=sa.text("0"))


def _silences() -> None:
    op.create_table(
        "silences",
        sa.Column("id", _ID, nullable=False),
        sa.Column("matchers", sa.JSON(), nullable=False),
        sa.Column("incident_id", _ID),
        sa.Column("author", sa.String(255), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("starts_at", _TIME, nullable=False),
        sa.Column("ends_at", _TIME, nullable=False),
        sa.Column("ended_by", sa.String(255)),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_silences"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_silences_incident_id", ondelete="CASCADE"),
    )
    op.create_index("ix_silences_ends_at", "silences", ["ends_at"])
    op.create_index("ix_silences_incident_id", "silences", ["incident_id"])


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("starts_at", _TIME, nullable=False),
        sa.Column("ends_at", _TIME),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("cluster", sa.String(255), nullable=False),
        sa.Column("namespace", sa.String(255), nullable=False),
        sa.Column("workload", sa.String(255), nullable=False),
        sa.Column("container", sa.String(255), nullable=False),
        sa.Column("node", sa.String(255)),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("annotations", sa.JSON(), nullable=False),
        sa.Column("generator_url", sa.Text(), nullable=False),
        sa.Column("notification", sa.JSON(), nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("incident_id", _ID),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_alerts_incident_id", ondelete="SET NULL"),
        sa.UniqueConstraint("fingerprint", "starts_at", name="uq_alerts_fingerprint_starts_at"),
    )
    for columns in (["incident_id", "starts_at"], ["node"]):
        given = sa.text(f"{columns[0]} IS NOT NULL")
        name = f"ix_alerts_{'_'.join(columns)}"
        op.create_index(name, "alerts", columns, postgresql_where=given, sqlite_where=given)
    op.create_index("ix_alerts_namespace_workload", "alerts", ["namespace", "workload"])
    op.create_index("ix_alerts_updated_at", "alerts", ["updated_at"])
    op.create_table(
        "incident_nodes",
        sa.Column("incident_id", _ID, nullable=False),
        sa.Column("node", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "node", name="pk_incident_nodes"),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_incident_nodes_incident_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_incident_nodes_node", "incident_nodes", ["node"])
    op.create_table(
        "webhook_events",
        sa.Column("id", _ID, nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_events"),
    )
    op.create_index("ix_webhook_events_received_at", "webhook_events", ["received_at"])


def _access() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("secret_hash", sa.String(128), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("created_by", sa.String(255), nullable=False),
        sa.Column("expires_at", _TIME),
        sa.Column("revoked_at", _TIME),
        sa.Column("revoked_by", sa.String(255)),
        sa.Column("last_used_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("key_id", name="uq_tokens_key_id"),
    )
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secrets"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("id", _ID, nullable=False),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("headers", sa.JSON()),
        sa.Column("body", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_idempotency_keys"),
        sa.UniqueConstraint("actor", "key", name="uq_idempotency_keys_actor_key"),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])


def _annotations() -> None:
    op.create_table(
        "grafana_annotations",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("incident_id", _ID, nullable=False),
        sa.Column("grafana_id", sa.BigInteger()),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("pushed_hash", sa.String(64)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", _TIME),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_grafana_annotations"),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_grafana_annotations_incident_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("key", name="uq_grafana_annotations_key"),
    )
    op.create_index("ix_grafana_annotations_incident_id", "grafana_annotations", ["incident_id"])
    op.create_index("ix_grafana_annotations_next_try_at", "grafana_annotations", ["next_try_at"])


def _verdicts() -> None:
    op.create_table(
        "workloads",
        sa.Column("id", _ID, nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("cluster", sa.String(255), nullable=False),
        sa.Column("namespace", sa.String(255), nullable=False),
        sa.Column("workload", sa.String(255), nullable=False),
        sa.Column("container", sa.String(255), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("growth_bytes_per_hour", sa.Double(), nullable=False),
        sa.Column("judged_at", _TIME, nullable=False),
        sa.Column("scan_id", sa.BigInteger(), nullable=False),
        sa.Column("finding", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workloads"),
        sa.UniqueConstraint("fingerprint", name="uq_workloads_fingerprint"),
    )
    op.create_index("ix_workloads_judged_at_id", "workloads", ["judged_at", "id"])
    op.create_index("ix_workloads_namespace_id", "workloads", ["namespace", "id"])
    op.create_index("ix_workloads_verdict_probability_id", "workloads", ["verdict", "probability", "id"])
    op.create_table(
        "verdicts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("scan_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("growth_bytes_per_hour", sa.Double(), nullable=False),
        sa.Column("current_bytes", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_verdicts"),
    )
    op.create_index("ix_verdicts_at", "verdicts", ["at"])
    op.create_index("ix_verdicts_fingerprint_at", "verdicts", ["fingerprint", "at"])
