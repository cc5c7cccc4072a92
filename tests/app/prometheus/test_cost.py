"""What an answer says that it took."""

import pytest

from app.domain.cost import Cost
from app.prometheus.cost import CostMeter, Spent, spent_in

MATRIX = {"resultType": "matrix", "result": [{"values": [[1, "1"], [2, "2"]]}, {"values": [[1, "1"]]}]}
STATS = {"samples": {"totalQueryableSamples": 40}, "timings": {"execTotalTime": 0.25}}


@pytest.mark.parametrize(
    ("data", "spent"),
    [
        ({**MATRIX, "stats": STATS}, Spent(40, 0.25)),
        ({**MATRIX, "stats": {"timings": STATS["timings"]}}, Spent(3, 0.25)),
        ({**MATRIX, "stats": {"samples": STATS["samples"]}}, Spent(40)),
        (MATRIX, Spent(3)),
        ({"resultType": "vector", "result": [{"value": [1, "1"]}]}, Spent(1)),
        ([{"namespace": "shop"}], Spent()),
        ({**MATRIX, "stats": "none"}, Spent(3)),
        ({**MATRIX, "stats": {"samples": [], "timings": {"execTotalTime": "1"}}}, Spent(3)),
        ({**MATRIX, "stats": {"samples": {"totalQueryableSamples": -1}}}, Spent(3)),
        ({**MATRIX, "stats": {"samples": {"totalQueryableSamples": 1e300}}}, Spent(3)),
        ({"resultType": "matrix", "result": {"values": 1}}, Spent()),
        ({"resultType": "matrix", "result": [1, {"values": 1}]}, Spent()),
    ],
    ids=[
        *("both", "no samples", "no time", "no stats", "instant", "label sets"),
        *("stats of another form", "of other types", "below zero", "beyond counting", "no list", "no rows"),
    ],
)
def test_what_an_answer_took(data, spent):
    assert spent_in({"status": "success", "data": data}) == spent


def test_a_meter_adds_up():
    meter = CostMeter()
    meter.add(Cost(1, 10, 100, 0.5))
    meter.add(Cost(2, 1, 1, 0.25))
    assert meter.total() == Cost(3, 11, 101, 0.75)
