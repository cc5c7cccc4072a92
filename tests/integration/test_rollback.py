"""A version of leakwatch beside, and after, the next one: on one PostgreSQL, whose schema the next one has upgraded."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.settings import load_settings
from app.storage.engine import make_engine
from app.storage.schema import newest
from tests.integration.conftest import environment
from tests.support.service import running_service

_ROOT = Path(__file__).resolve().parents[2]
_NEXT = f"{int(newest()[:4]) + 1:04}"
_MIGRATION = '''"""What the next version adds."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("plans", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("incidents", sa.Column("plan", sa.Text()))
    op.add_column("scans", sa.Column("weight", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("ix_scans_weight", "scans", ["weight"])
'''
_WRITTEN_BY_NEXT = (
    "INSERT INTO incident_events (incident_id, at, actor, kind, text) "
    "VALUES (1, now(), 'ann', 'planned', 'to be replaced on Monday')"
)


@pytest.fixture
def next_version(tmp_path):
    """The next version's source tree: this one's, with a further migration. Its revision may be chosen."""

    def make(revision):
        tree = tmp_path / "next"
        for package in ("app", "detectors", "alert_rules", "dashboards"):
            (tree / package).parent.mkdir(exist_ok=True)
            (tree / package).symlink_to(_ROOT / package)
        shutil.copytree(_ROOT / "migrations", tree / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
        migration = _MIGRATION.format(revision=revision, before=newest())
        (tree / "migrations" / "versions" / f"{_NEXT}_next.py").write_text(migration)
        return tree

    return make


def _upgrade(tree, url):
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "db", "upgrade"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tree,
        timeout=120,
        env=environment(database_url=url),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_version_works_beside_and_after_the_next_one(next_version, postgresql_url, leakwatch, tmp_path):
    settings = {"database_url": postgresql_url}
    (tmp_path / "before").mkdir()
    (tmp_path / "after").mkdir()
    with running_service(tmp_path / "before", **settings) as service:
        assert f"schema {_NEXT}, which is current" in _upgrade(next_version(_NEXT), postgresql_url)
        token = leakwatch("token", "create", "--role", "admin", "--name", "ann", **settings).out.strip()
        with service.client(token) as client:  # while replicas are replaced
            assert client.get("/readyz").status_code == 200
    scanned = leakwatch("scan", **settings, recording=_ROOT / "demo" / "cluster.parquet")
    assert scanned.status == 0, scanned.err
    engine = make_engine(load_settings(database_url=postgresql_url))
    with engine.begin() as connection:
        connection.execute(sa.text(_WRITTEN_BY_NEXT))
    engine.dispose()
    with running_service(tmp_path / "after", **settings) as service, service.client(token) as client:
        assert client.get("/readyz").json()["ready"] is True
        incident = client.get("/api/v1/incidents/1").json()
        assert ("other", "to be replaced on Monday") in {(one["kind"], one["text"]) for one in incident["events"]}
        assert client.post("/api/v1/incidents/1/acknowledge", json={"comment": "on it"}).status_code == 200
        assert client.get("/about").status_code in {200, 303}
    upgraded = leakwatch("db", "upgrade", **settings)
    assert upgraded.out.startswith(f"the database has schema {_NEXT}, newer than this leakwatch's own, {newest()}")


def test_a_version_refuses_a_next_one_that_takes_something_away(next_version, postgresql_url, leakwatch):
    breaking = f"{_NEXT}_since_{_NEXT}"
    leakwatch("db", "upgrade", database_url=postgresql_url)
    _upgrade(next_version(breaking), postgresql_url)
    outcome = leakwatch("serve", database_url=postgresql_url, recording=_ROOT / "demo" / "cluster.parquet")
    assert outcome.status == 1
    assert f"cannot live with the database's schema {breaking}" in outcome.err
