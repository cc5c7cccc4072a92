"""Several shards side by side, without a server."""

import threading

from app.domain.scan import ShardResult
from app.prometheus.source import Control
from app.scanning.clusters import side_by_side
from app.scanning.shard import Shard
from app.settings import load_settings


def test_no_more_are_looked_at_at_once_than_is_wanted(monkeypatch):
    pair, lock, under_way, most = threading.Barrier(2), threading.Lock(), [], []

    def look(shard, control, known=None):
        with lock:
            under_way.append(shard)
            most.append(len(under_way))
        pair.wait(timeout=30)
        with lock:
            under_way.remove(shard)
        return ShardResult(shard.settings.cluster, None)

    monkeypatch.setattr("app.scanning.clusters.look", look)
    shards = [Shard(load_settings(cluster=f"c{number}"), (), float(number)) for number in range(6)]
    results = side_by_side(shards, 2, Control())
    assert [one.cluster for one in results] == [f"c{number}" for number in range(6)]
    assert max(most) == 2
