"""Which snapshots are kept, and which may go."""

from datetime import UTC, datetime

import pytest

from app.domain.snapshot import Keeping, Snapshot, outdated


def _snapshots(*times):
    return [Snapshot(time, _at(time), "0005", "1.0", "SQLite", {}, 1, "") for time in times]


def _at(time):
    return datetime.fromisoformat(time).replace(tzinfo=UTC).timestamp()


DAILY = [f"2026-03-{day:02} 03:00" for day in range(1, 32)]  # the 1st is a Sunday
LAST_THREE = DAILY[-3:]

SITUATIONS = {
    "none": ([], (3, 0), []),
    "one, however old": (["2020-01-01 03:00"], (1, 0), ["2020-01-01 03:00"]),
    "nothing is asked to be kept, and the newest is": (DAILY, (0, 0), DAILY[-1:]),
    "as many as there are days": (DAILY[:5], (5, 0), DAILY[:5]),
    "the last of each of three days": (DAILY, (3, 0), LAST_THREE),
    "the last of each of three weeks": (DAILY, (0, 3), ["2026-03-22 03:00", "2026-03-29 03:00", "2026-03-31 03:00"]),
    "days and weeks": (DAILY, (2, 2), ["2026-03-29 03:00", "2026-03-30 03:00", "2026-03-31 03:00"]),
    "a pause of months lets nothing go": (
        ["2026-01-01 03:00", "2026-01-02 03:00", "2026-06-01 03:00"],
        (3, 0),
        ["2026-01-01 03:00", "2026-01-02 03:00", "2026-06-01 03:00"],
    ),
    "several of a day that is over: the last": (
        ["2026-03-01 03:00", "2026-03-01 21:00", "2026-03-05 03:00"],
        (5, 0),
        ["2026-03-01 21:00", "2026-03-05 03:00"],
    ),
    "one made by hand stays for a day": (
        ["2026-03-04 09:00", "2026-03-04 10:00", "2026-03-05 03:00"],
        (1, 0),
        ["2026-03-04 09:00", "2026-03-04 10:00", "2026-03-05 03:00"],
    ),
    "the last days of a year are of the next year's week": (
        ["2024-12-29 03:00", "2024-12-31 03:00", "2025-01-01 03:00", "2025-01-20 03:00"],
        (0, 2),
        ["2025-01-01 03:00", "2025-01-20 03:00"],
    ),
}


@pytest.mark.parametrize(("there", "keeping", "kept"), SITUATIONS.values(), ids=SITUATIONS)
def test_what_is_kept(there, keeping, kept):
    gone = [one.name for one in outdated(reversed(_snapshots(*there)), Keeping(*keeping))]
    assert sorted(set(there) - set(gone)) == kept
    assert gone == sorted(gone)
