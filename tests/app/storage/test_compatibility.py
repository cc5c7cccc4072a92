"""Which schemas code can live with; and that each migration keeps the promise that its revision makes."""

from itertools import pairwise

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.storage.compatibility import can_live_with, number_of, oldest_for
from app.storage.schema import is_known, newest


def _config():
    config = Config()
    config.set_main_option("script_location", "migrations")
    return config


REVISIONS = [one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]
# The third breaks what came before it; code from before this was asked refuses whatever is newer.
STEPS = [(before, after) for before, after in pairwise(REVISIONS) if number_of(after) > 3]


@pytest.mark.parametrize(
    ("known", "present", "can"),
    [
        ("0005", "0006", True),
        ("0005", "0009", True),
        ("0005", "0006_since_0005", True),
        ("0005", "0007_since_0006", False),
        ("0006_since_0006", "0007_since_0006", True),
        ("0006", "0005", False),
        ("0006", "0006", False),
        ("0005", "6", False),
        ("0005", "f00dcafe1234", False),
        ("0005", "0006_since_", False),
        ("0005", "", False),
    ],
)
def test_code_can_live_with_a_later_schema_that_does_not_say_otherwise(known, present, can):
    assert can_live_with(known, present) is can


def test_revisions_are_numbered_one_by_one():
    assert [number_of(one) for one in REVISIONS] == list(range(1, len(REVISIONS) + 1))


def test_they_are_known_without_alembic_as_it_knows_them():
    assert newest() == REVISIONS[-1]
    assert all(is_known(one) for one in REVISIONS)
    assert not is_known("0000")


def test_what_was_taken_away_is_not_forgotten_by_later_revisions():
    floors = [oldest_for(one) for one in REVISIONS]
    assert floors == sorted(floors)


@pytest.mark.parametrize(("before", "after"), STEPS, ids=[after for _, after in STEPS])
def test_a_migration_only_adds_unless_its_revision_says_otherwise(empty_engine, before, after):
    if oldest_for(after) == number_of(after):
        pytest.skip("it says that code from before cannot live with it")
    with empty_engine.begin() as connection:
        _upgrade_to(connection, before)
        old = _shape(connection)
    with empty_engine.begin() as connection:
        _upgrade_to(connection, after)
        new = _shape(connection)
    assert _broken(old, new) == []


def test_what_breaks_earlier_code_is_seen(empty_engine):
    with empty_engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE kept (id integer PRIMARY KEY, a text, b text, c text, d text)")
        connection.exec_driver_sql("CREATE TABLE lost (id integer PRIMARY KEY)")
        old = _shape(connection)
        connection.exec_driver_sql("DROP TABLE lost")
        connection.exec_driver_sql("DROP TABLE kept")
        connection.exec_driver_sql(
            "CREATE TABLE kept (id integer PRIMARY KEY, a integer, b text, c text NOT NULL, e text NOT NULL, f text, "
            "UNIQUE (b))"
        )
        new = _shape(connection)
    assert _broken(old, new) == [
        "kept.a has another type",
        "kept.c may no longer be left out",
        "kept.d is gone",
        "kept.e must be given",
        "kept has a new constraint on b",
        "lost is gone",
    ]


def _upgrade_to(connection, revision):
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _shape(connection):
    """Of each table its columns by name, and the sets of columns that must be unique."""
    inspector = sa.inspect(connection)
    return {
        table: (
            {column["name"]: column for column in inspector.get_columns(table)},
            {
                tuple(one["column_names"])
                for one in (
                    *inspector.get_unique_constraints(table),
                    *(index for index in inspector.get_indexes(table) if index["unique"]),
                )
            },
        )
        for table in sorted(inspector.get_table_names())
        if table != "alembic_version"
    }


def _broken(old, new):
    """What code that knows only `old` relies on and does not have in `new`."""
    found = []
    for table, (columns, unique) in old.items():
        if table not in new:
            found.append(f"{table} is gone")
            continue
        now, now_unique = new[table]
        for name, column in columns.items():
            if name not in now:
                found.append(f"{table}.{name} is gone")
            elif str(now[name]["type"]) != str(column["type"]):
                found.append(f"{table}.{name} has another type")
            elif column["nullable"] and not now[name]["nullable"]:
                found.append(f"{table}.{name} may no longer be left out")
        found += [
            f"{table}.{name} must be given"
            for name, column in now.items()
            if name not in columns and not column["nullable"] and column["default"] is None
        ]
        found += [f"{table} has a new constraint on {', '.join(some)}" for some in sorted(now_unique - unique)]
    return found
