"""What programs tell of their own runtime, by the client library that each language's teams use.

Node.js: https://github.com/siimon/prom-client (lib/metrics); JVM: https://docs.micrometer.io (binders of the JVM);
Go: https://github.com/prometheus/client_golang (collectors); Python: https://github.com/prometheus/client_python;
.NET: https://github.com/prometheus-net/prometheus-net (DotNetStats).
"""

from tests.support.demo_exporters import Shape, counts, flat, grows, histogram, moment, waves
from tests.support.demo_workloads import MIB

_DAY = 86400.0


def _process(resident: Shape) -> dict[str, Shape]:
    return {
        "process_cpu_seconds_total": counts(0.2),
        "process_resident_memory_bytes": resident,
        "process_virtual_memory_bytes": flat(900 * MIB),
        "process_open_fds": flat(40),
        "process_max_fds": flat(65536),
        "process_start_time_seconds": moment(-_DAY),
    }


def nodejs() -> dict[str, Shape]:
    """prom-client's default metrics."""
    spaces = ("new", "old", "code", "map", "large_object", "new_large_object", "read_only", "shared")
    found = _process(grows(120 * MIB, 60 * MIB)) | {
        "process_cpu_user_seconds_total": counts(0.15),
        "process_cpu_system_seconds_total": counts(0.05),
        "process_heap_bytes": grows(300 * MIB, 60 * MIB),
        "nodejs_heap_size_total_bytes": grows(90 * MIB, 55 * MIB),
        "nodejs_heap_size_used_bytes": grows(70 * MIB, 50 * MIB),
        "nodejs_external_memory_bytes": waves(6 * MIB, MIB),
        "nodejs_active_handles_total": grows(20, 4),
        "nodejs_active_requests_total": flat(1),
        "nodejs_active_resources_total": grows(22, 4),
        'nodejs_version_info{version="v20.11.1",major="20",minor="11",patch="1"}': flat(1),
        'nodejs_active_handles{type="Socket"}': grows(18, 4),
        "nodejs_eventloop_lag_seconds": waves(0.004, 0.002),
    }
    for name in ("min", "max", "mean", "stddev", "p50", "p90", "p99"):
        found[f"nodejs_eventloop_lag_{name}_seconds"] = waves(0.012, 0.002)
    for space in spaces:
        for name in ("total", "used", "available"):
            found[f'nodejs_heap_space_size_{name}_bytes{{space="{space}"}}'] = grows(8 * MIB, 6 * MIB)
    for kind in ("minor", "major", "incremental", "weakcb"):
        bounds = (0.001, 0.01, 0.1, 1.0, 2.0, 5.0)
        found |= histogram("nodejs_gc_duration_seconds", f'kind="{kind}"', 0.5, bounds, 0.008)
    return found


def jvm() -> dict[str, Shape]:
    """Micrometer's binders of the JVM."""
    found = _process(grows(400 * MIB, 2 * MIB))
    pools = (
        ("heap", "G1 Eden Space", waves(60 * MIB, 30 * MIB)),
        ("heap", "G1 Old Gen", grows(80 * MIB, 3 * MIB)),
        ("nonheap", "Metaspace", flat(70 * MIB)),
    )
    for area, pool, used in pools:
        labels = f'area="{area}",id="{pool}"'
        found[f"jvm_memory_used_bytes{{{labels}}}"] = used
        found[f"jvm_memory_committed_bytes{{{labels}}}"] = flat(200 * MIB)
        found[f"jvm_memory_max_bytes{{{labels}}}"] = flat(384 * MIB if area == "heap" else -1)
    for buffers in ("direct", "mapped"):
        found[f'jvm_buffer_memory_used_bytes{{id="{buffers}"}}'] = flat(12 * MIB)
        found[f'jvm_buffer_count_buffers{{id="{buffers}"}}'] = flat(30)
    pause = 'action="end of minor GC",cause="G1 Evacuation Pause"'
    return found | {
        f"jvm_gc_pause_seconds_count{{{pause}}}": counts(0.1),
        f"jvm_gc_pause_seconds_sum{{{pause}}}": grows(10, 12),
        f"jvm_gc_pause_seconds_max{{{pause}}}": flat(0.04),
        "jvm_gc_live_data_size_bytes": grows(70 * MIB, 3 * MIB),
        "jvm_gc_max_data_size_bytes": flat(384 * MIB),
        "jvm_gc_memory_allocated_bytes_total": counts(2e6),
        "jvm_gc_memory_promoted_bytes_total": counts(2e4),
        "jvm_threads_live_threads": flat(48),
        "jvm_threads_peak_threads": flat(60),
        'jvm_threads_states_threads{state="runnable"}': flat(12),
        "jvm_classes_loaded_classes": flat(11_000),
    }


def go() -> dict[str, Shape]:
    """client_golang's collectors of Go and of the process."""
    return _process(grows(60 * MIB, MIB)) | {
        'go_info{version="go1.22.1"}': flat(1),
        "go_goroutines": grows(40, 12),
        "go_threads": flat(14),
        "go_memstats_heap_alloc_bytes": waves(20 * MIB, 6 * MIB),
        "go_memstats_heap_inuse_bytes": waves(26 * MIB, 6 * MIB),
        "go_memstats_heap_idle_bytes": flat(12 * MIB),
        "go_memstats_heap_released_bytes": flat(6 * MIB),
        "go_memstats_heap_sys_bytes": flat(44 * MIB),
        "go_memstats_heap_objects": flat(2e5),
        "go_memstats_stack_inuse_bytes": grows(2 * MIB, MIB),
        "go_memstats_next_gc_bytes": flat(34 * MIB),
        "go_memstats_sys_bytes": flat(64 * MIB),
        'go_gc_duration_seconds{quantile="0.5"}': flat(0.0001),
        'go_gc_duration_seconds{quantile="1"}': flat(0.0006),
        "go_gc_duration_seconds_count": counts(0.02),
        "go_gc_duration_seconds_sum": grows(1, 0.1),
    }


def python() -> dict[str, Shape]:
    """client_python's collectors of the platform, the garbage collector and the process."""
    info = 'implementation="CPython",major="3",minor="11",patchlevel="7",version="3.11.7"'
    found = _process(grows(90 * MIB, 80 * MIB)) | {f"python_info{{{info}}}": flat(1)}
    for generation in range(3):
        labels = f'{{generation="{generation}"}}'
        found[f"python_gc_collections_total{labels}"] = counts(0.3 / (generation + 1))
        found[f"python_gc_objects_collected_total{labels}"] = counts(10)
        found[f"python_gc_objects_uncollectable_total{labels}"] = flat(0)
    return found


def dotnet() -> dict[str, Shape]:
    """prometheus-net's collector of .NET and of the process."""
    found = _process(flat(180 * MIB)) | {
        "dotnet_total_memory_bytes": waves(60 * MIB, 20 * MIB),
        "process_private_memory_bytes": flat(220 * MIB),
        "process_working_set_bytes": flat(180 * MIB),
        "process_num_threads": flat(30),
        "process_open_handles": flat(160),
    }
    for generation in range(3):
        found[f'dotnet_collection_count_total{{generation="{generation}"}}'] = counts(0.2 / (generation + 1))
    return found
