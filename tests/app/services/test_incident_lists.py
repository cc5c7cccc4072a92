"""Lists of incidents: each filter and order, few and many, in a real database of each kind."""

import itertools
import random

import pytest
import sqlalchemy as sa

from app.domain.incident import IncidentFilter
from app.domain.listing import IncidentSort
from app.errors import UsageError
from app.services.incidents import IncidentService
from app.storage import incident_lists
from app.storage.tables import IncidentRow
from tests.support.findings import NOW
from tests.support.rows import incident_row

STATES, SEVERITIES = ("open", "acknowledged", "resolved"), ("critical", "warning", "info")


def _rows():
    """Incidents whose keys are often the same, some without a limit, in all states and severities."""
    rng = random.Random(3)
    return [
        incident_row(
            number,
            state=rng.choice(STATES),
            severity=rng.choice(SEVERITIES),
            namespace=rng.choice(("shop", "data")),
            suspect=rng.choice((None, "v2")),
            limit_at=rng.choice((None, NOW + 10.25, NOW + 20)),
            growth_bytes_per_hour=rng.choice((1.5, 2.5e9, -3.0)),
            probability=rng.choice((0.1, 0.9)),
            opened_at=NOW + rng.choice((0.123456, 1, 2)),
            updated_at=NOW + rng.choice((5, 6, 7)),
        )
        for number in range(1, 61)
    ]


ROWS = _rows()


@pytest.fixture(params=["few", "many"])
def service(engine, request, monkeypatch):
    """Both ways that a list is made, on the same incidents."""
    monkeypatch.setattr(incident_lists, "_FEW", 1000 if request.param == "few" else 0)
    with engine.begin() as connection:
        connection.execute(sa.insert(IncidentRow), ROWS)
    return IncidentService(engine)


def _key(row, order):
    limit = (row["limit_at"] is None, row["limit_at"] or 0)
    keys = {
        "urgency": (row["state"] == "resolved", SEVERITIES.index(row["severity"]), *limit),
        "limit_at": limit,
        "growth": row["growth_bytes_per_hour"],
        "id": 0,
    }
    return keys.get(order.key, row.get(order.key)), row["id"]


def _expected(rows, order):
    return [row["id"] for row in sorted(rows, key=lambda row: _key(row, order), reverse=order.descending)]


def _walk(service, wanted, order, limit=7):
    cursor, pages = None, []
    for _ in range(100):
        page = service.page(wanted, cursor, limit, order)
        pages.append([one.id for one in page.incidents])
        cursor = page.next_cursor
        if cursor is None:
            return pages
    pytest.fail("the pages have no end")


# A filter that is neither states nor severities, so that both ways are gone.
SHOP = IncidentFilter(namespace="shop")


@pytest.mark.parametrize("order", IncidentSort)
def test_pages_join_to_the_whole_in_order(service, order):
    for wanted, inside in ((IncidentFilter(), ROWS), (SHOP, [row for row in ROWS if row["namespace"] == "shop"])):
        pages = _walk(service, wanted, order)
        assert list(itertools.chain(*pages)) == _expected(inside, order)
        assert {len(page) for page in pages[:-1]} == {7}


@pytest.mark.parametrize("order", [IncidentSort.URGENCY, IncidentSort.FASTEST, IncidentSort.LIMIT_LATEST])
def test_states_and_severities_narrow_each_order(service, order):
    wanted = IncidentFilter(states=("open", "resolved"), severities=("critical",), namespace="shop")
    inside = [
        row
        for row in ROWS
        if row["state"] != "acknowledged" and row["severity"] == "critical" and row["namespace"] == "shop"
    ]
    assert list(itertools.chain(*_walk(service, wanted, order, 3))) == _expected(inside, order)


def test_counts_heed_all_filters_but_the_state(service):
    page = service.page(IncidentFilter(states=("open",), severities=("info",), namespace="shop"), None, 1)
    inside = [row for row in ROWS if row["severity"] == "info" and row["namespace"] == "shop"]
    assert page.counts == {state: sum(row["state"] == state for row in inside) for state in STATES}


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        (IncidentFilter(revision="v2"), lambda row: row["suspect"] == "v2"),
        (IncidentFilter(since=NOW + 6), lambda row: row["updated_at"] >= NOW + 6),
        (IncidentFilter(until=NOW + 6), lambda row: row["updated_at"] < NOW + 6),
        (IncidentFilter(since=NOW + 6, until=NOW + 7), lambda row: row["updated_at"] == NOW + 6),
        (IncidentFilter(ids=frozenset({3, 5})), lambda row: row["id"] in {3, 5}),
        (IncidentFilter(other_ids=frozenset({3, 5})), lambda row: row["id"] not in {3, 5}),
        (IncidentFilter(ids=frozenset()), lambda row: False),
        (IncidentFilter(cluster="nowhere"), lambda row: False),
    ],
)
def test_filters(service, wanted, matches):
    for order in (IncidentSort.OLDEST, IncidentSort.CHANGED_LAST, IncidentSort.FASTEST):
        found = [one.id for one in service.page(wanted, None, 100, order).incidents]
        assert found == _expected([row for row in ROWS if matches(row)], order)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cart", [1]),
        ("CART", [1]),
        ("art-x", [1]),
        ("shop", [1, 2, 3]),
        ("v2", [2]),
        ("100%", [3]),
        ("%", [3]),
        ("_", [4]),
        ("/", []),
        ("'", []),
        ("shopcart", []),
    ],
)
def test_text(engine, text, found):
    rows = [
        incident_row(1, namespace="shop", workload="cart-x"),
        incident_row(2, namespace="shop", suspect="v2"),
        incident_row(3, namespace="shop", workload="100%"),
        incident_row(4, namespace="data", container="a_b"),
    ]
    with engine.begin() as connection:
        connection.execute(sa.insert(IncidentRow), rows)
    page = IncidentService(engine).page(IncidentFilter(text=text), None, 100, IncidentSort.OLDEST)
    assert [one.id for one in page.incidents] == found


def test_a_page_does_not_lose_its_place_when_another_incident_comes(service, engine):
    first = service.page(IncidentFilter(), None, 30, IncidentSort.FASTEST)
    with engine.begin() as connection:
        connection.execute(sa.insert(IncidentRow), [incident_row(99, growth_bytes_per_hour=9e9)])
    second = service.page(IncidentFilter(), first.next_cursor, 30, IncidentSort.FASTEST)
    assert [one.id for one in (*first.incidents, *second.incidents)] == _expected(ROWS, IncidentSort.FASTEST)


def test_a_cursor_of_another_order_is_refused(service):
    cursor = service.page(IncidentFilter(), None, 5, IncidentSort.FASTEST).next_cursor
    with pytest.raises(UsageError, match="not of a list sorted by growth"):
        service.page(IncidentFilter(), cursor, 5, IncidentSort.SLOWEST)
