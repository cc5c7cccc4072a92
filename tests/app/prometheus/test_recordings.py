"""Files in place of a server: each form, and what is said of one that is damaged."""

import contextlib
import gzip

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import LeakwatchError, RecordingError, ScanAbandoned
from app.prometheus.recording import open_recording
from app.prometheus.recording.demo import demo_recording
from app.prometheus.source import Control, ScanRequest
from app.settings import MetricNames

NAMES = MetricNames()
HEADER = "namespace,pod,container,metric,timestamp,value\n"
CSV = HEADER + "shop,cart-0,app,rss,1700000100,100\nshop,cart-0,app,rss,1700000400,200\n"
DUMP = (
    '{__name__="container_memory_rss", namespace="shop", pod="cart-0", container="app"} 100 1700000100000\n'
    '{__name__="container_memory_rss", namespace="shop", pod="cart-0", container="app"} 200 1700000400000\n'
)
PACKED = gzip.compress(CSV.encode(), mtime=0)
OPENMETRICS = (
    "# TYPE container_memory_rss gauge\n"
    'container_memory_rss{namespace="shop",pod="cart-0",container="app"} 100 1700000100\n'
    'container_memory_rss{namespace="shop",pod="cart-0",container="app"} 200 1700000400\n# EOF\n'
)


def _read(path, **request):
    control = Control()
    source = open_recording(path, NAMES, control)
    start, end = source.window()
    plan = source.plan(ScanRequest(start, end, 300.0, **request), control)
    return plan, source.read(plan, plan.batches[0], control)


def _file(tmp_path, content):
    path = tmp_path / "recording"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("content", [CSV, DUMP, OPENMETRICS], ids=["csv", "dump", "openmetrics"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzipped"])
def test_text_forms(tmp_path, content, packed):
    data = gzip.compress(content.encode()) if packed else content.encode()
    plan, reading = _read(_file(tmp_path, data))
    ref = plan.batches[0].containers[0]
    assert (ref.namespace, ref.pod, ref.container, ref.workload.name) == ("shop", "cart-0", "app", "cart")
    np.testing.assert_equal(reading.panel.rss[0][[0, -1]], [100, 200])


@pytest.mark.parametrize(
    "content",
    [
        "value,timestamp,metric,container,pod,namespace\n100,1700000100,rss,app,cart-0,shop\n",
        HEADER + "shop,cart-0,app,container_memory_rss,1700000100000,100\n",
        HEADER + "shop,cart-0,app,rss,2023-11-14T22:15:00Z,100\n",
        "\ufeff" + HEADER + 'shop,"cart-0",app,rss,1700000100,1e2\r\n\n',
        HEADER + "shop,cart-0,app,other,whatever,x\nshop,cart-0,app,rss,1700000100,100\n",
    ],
    ids=["any order of columns", "milliseconds", "RFC 3339", "byte order mark and CRLF", "metrics not asked for"],
)
def test_csv_as_people_write_it(tmp_path, content):
    _, reading = _read(_file(tmp_path, content))
    np.testing.assert_equal(reading.panel.rss, [[100]])


def test_lines_may_be_in_any_order(tmp_path):
    lines = CSV.splitlines(keepends=True)
    _, reading = _read(_file(tmp_path, lines[0] + lines[2] + lines[1]))
    np.testing.assert_equal(reading.panel.rss[0][[0, -1]], [100, 200])


def test_labels_are_unquoted_as_go_quotes_them(tmp_path):
    line = (
        r'{__name__="container_memory_rss", namespace="a\"b\\c\u00e9", pod="p, }=", container="app"}'
        " 1 1700000100000\n"
    )
    plan, _ = _read(_file(tmp_path, line))
    assert plan.batches[0].containers[0].namespace == 'a"b\\cé'
    assert plan.batches[0].containers[0].pod == "p, }="


def test_sandboxes_and_slices_are_left_out(tmp_path):
    content = CSV + "shop,cart-0,POD,rss,1700000100,1\nshop,cart-0,,rss,1700000100,1\n"
    plan, _ = _read(_file(tmp_path, content))
    assert plan.containers == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\x00\x01\x02\x03", "not a recording"),
        (b"PAR1 nonsense", "not a readable Parquet file"),
        (PACKED[:-9], "cannot be read"),
        ("namespace,pod\n", "line 1: columns missing: container, metric, timestamp, value"),
        (CSV + "shop,cart-0\n", "line 4: 2 cells, the header has 6"),
        (CSV + "shop,cart-0,app,rss,soon,1\n", "line 4: timestamp: 'soon'"),
        (CSV + "shop,cart-0,app,rss,1700000100,much\n", "line 4: value: 'much'"),
        (CSV + "shop,cart-0,app,rss,2023-11-14T22:15:00,1\n", "line 4: timestamp"),
        (CSV + 'shop,"cart-0,app,rss,1700000100,1\n', "line 4"),
        (CSV.encode() + b"shop,\xff,app,rss,1,1\n", "not UTF-8"),
        ("na\rmespace,pod\n", "line 1: new-line character"),
        (HEADER, "no container memory in it"),
        (DUMP + "nonsense\n", "line 3: not `labels value time`"),
        (DUMP + '{__name__="container_memory_rss", pod=x} 1 1700000100000\n', "line 3"),
        (DUMP + '{__name__="container_memory_rss", pod="x"} one 1700000100000\n', "line 3: 'one'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, content, says):
    with pytest.raises(RecordingError) as caught:
        _read(_file(tmp_path, content))
    assert says in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(RecordingError, match="No such file"):
        open_recording(tmp_path / "nothing", NAMES, Control())


def test_a_folder_is_no_recording(tmp_path):
    with pytest.raises(RecordingError, match="directory"):
        open_recording(tmp_path, NAMES, Control())


def test_reading_stops_when_told_to():
    control = Control()
    control.cancelled.set()
    with pytest.raises(ScanAbandoned):
        open_recording(demo_recording(), NAMES, control)


def test_namespaces_and_selectors_are_honoured(tmp_path):
    content = CSV + "data,db-0,app,rss,1700000100,1\nshop,web-0,app,rss,1700000100,1\n"
    plan, _ = _read(_file(tmp_path, content), namespaces=("shop",), selector='pod!~"web.*"')
    assert [ref.pod for ref in plan.batches[0].containers] == ["cart-0"]


ROW = {
    "namespace": "shop",
    "workload": "cart",
    "pod": "cart-0",
    "container": "app",
    "version": "v1",
    "limit_bytes": 512.0,
    "t0": 1700000100.0,
    "step_s": 300.0,
    **{name: [1.0, 2.0] for name in ("working_set", "rss", "cache", "cpu", "start_time", "restarts")},
}


def _parquet(tmp_path, row):
    path = tmp_path / "recording.parquet"
    pq.write_table(pa.Table.from_pylist([row]), path)
    return path


def test_parquet(tmp_path):
    plan, reading = _read(_parquet(tmp_path, ROW))
    assert plan.batches[0].containers[0].revision == "v1"
    np.testing.assert_equal(reading.panel.rss, [[1, 2]])
    np.testing.assert_equal(reading.panel.limit, [512])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rss": [1.0]}, "row 1: rss has 1 values, working_set 2"),
        ({"rss": ["a", "b"]}, "row 1: rss is a list of string"),
        ({"rss": 1.0}, "row 1: rss holds double"),
        ({"pod": ""}, "row 1: pod is ''"),
        ({"pod": None}, "row 1: pod is None"),
        ({"step_s": 0.0}, "row 1: t0 1.7e+09 and step_s 0"),
        ({"t0": float("nan")}, "row 1: t0 is nan"),
    ],
)
def test_wrong_parquet_is_named(tmp_path, change, says):
    with pytest.raises(RecordingError) as caught:
        _read(_parquet(tmp_path, ROW | change))
    assert says in str(caught.value)


def test_missing_columns_are_named(tmp_path):
    with pytest.raises(RecordingError, match="columns missing: cpu, restarts"):
        _read(_parquet(tmp_path, {k: v for k, v in ROW.items() if k not in {"cpu", "restarts"}}))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("whole", [CSV.encode(), DUMP.encode(), OPENMETRICS.encode(), PACKED])
def test_damaged_text_is_an_error_of_ours_or_none(tmp_path, whole, data):
    _damage(tmp_path, whole, data)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_parquet_is_an_error_of_ours_or_none(tmp_path, data):
    _damage(tmp_path, _parquet(tmp_path, ROW).read_bytes(), data)


def _damage(tmp_path, whole, data):
    damaged = bytearray(whole[: data.draw(st.integers(1, len(whole)), "kept")])
    for _ in range(data.draw(st.integers(0, 4), "flips")):
        at = data.draw(st.integers(0, len(damaged) - 1), "at")
        damaged[at] = data.draw(st.integers(0, 255), "byte")
    # Whatever else is raised fails the test.
    with contextlib.suppress(LeakwatchError):
        _read(_file(tmp_path, bytes(damaged)))
