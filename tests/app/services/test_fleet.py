"""The fleet as a whole, on both databases: its shares, its tiles, why growth was rejected, and its order by limit."""

import pytest

from app.domain.fleet import Share
from app.domain.listing import WorkloadSort
from app.domain.workload import WorkloadFilter
from app.services.workloads import WorkloadService
from detectors.judgement import Quantiles
from tests.support.findings import MIB, NOW, finding
from tests.support.workload_rows import judged, untold, well

EVERY = WorkloadFilter()


@pytest.fixture
def service(engine):
    judged(
        engine,
        finding("cart", growth_bytes_per_hour=3 * MIB, time_to_limit=Quantiles(1.0, 500.0, 900.0)),
        finding("search", growth_bytes_per_hour=2 * MIB, time_to_limit=Quantiles(1.0, 100.0, 900.0)),
        finding("endless", growth_bytes_per_hour=1 * MIB, time_to_limit=None, limit_bytes=None),
        well("gateway", probability=0.3),
        well("idle", namespace="data", reason=("flat_floor", "flat"), fully_read=False),
        untold("job", namespace="data"),
        at=NOW,
    )
    return WorkloadService(engine)


def test_each_namespace_has_its_shares(service):
    data, shop = service.fleet(EVERY).namespaces
    assert {share: number for share, number in data.counts.items() if number} == {
        Share.HEALTHY: 1,
        Share.INSUFFICIENT_DATA: 1,
        Share.PARTLY_READ: 1,
    }
    assert {share: number for share, number in shop.counts.items() if number} == {
        Share.LEAK: 3,
        Share.SUSPECTED: 1,
        Share.NO_LIMIT: 1,
        Share.REJECTED: 1,
    }
    assert (data.total, shop.total) == (2, 4)


def test_of_leaks_alone_the_worst_is_told(service):
    data, shop = service.fleet(EVERY).namespaces
    assert (shop.fastest, shop.soonest, shop.surest) == (3 * MIB, NOW + 100, 0.97)
    assert (data.fastest, data.soonest, data.surest) == (None, None, None)


def test_rejections_are_counted_by_reason(service):
    assert service.fleet(EVERY).rejections == {"plateau": 1}


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (WorkloadSort.FASTEST, ["cart", "search", "endless", "gateway"]),
        (WorkloadSort.LIMIT_SOONEST, ["search", "cart", "endless", "gateway"]),
    ],
)
def test_tiles_come_worst_first_up_to_a_number(service, order, names):
    for most in (2, 9):
        found = service.tiles(EVERY, order, [("", "shop")], most)
        assert [one.identity.workload for one in found] == names[:most]


@pytest.mark.parametrize("share", Share)
def test_a_share_is_listed_as_it_is_counted(service, share):
    counted = sum(one.counts[share] for one in service.fleet(EVERY).namespaces)
    assert len(service.page(WorkloadFilter(share=share), None, 50).workloads) == counted


@pytest.mark.parametrize("order", [WorkloadSort.LIMIT_SOONEST, WorkloadSort.LIMIT_LATEST])
def test_pages_by_limit_join_across_those_without_one(service, order):
    whole = [one.identity.workload for one in service.page(EVERY, None, 50, order).workloads]
    seen, cursor = [], None
    for _ in whole:
        page = service.page(EVERY, cursor, 1, order)
        seen += [one.identity.workload for one in page.workloads]
        cursor = page.next_cursor
    assert seen == whole
    assert cursor is None


def test_what_was_judged_anew_is_counted_anew(service, engine):
    judged(engine, well("cart"), at=NOW + 60)
    shop = service.fleet(EVERY).namespaces[1]
    assert (shop.counts[Share.LEAK], shop.counts[Share.HEALTHY], shop.soonest) == (2, 1, NOW + 100)
