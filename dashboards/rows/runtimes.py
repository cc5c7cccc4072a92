"""What programs tell of their own runtime: Node.js, JVM, Go, Python, .NET. A row each, shut until somebody opens it.

Names: prom-client, Micrometer (and client_java for pauses), client_golang, client_python, prometheus-net.
"""

from collections.abc import Callable, Mapping

from dashboards import queries
from dashboards.graphs import graph
from dashboards.model import Panel, Query, Row, Unit

_KEYS = queries.POD_KEYS
_RATE = "$__rate_interval"

# A series that each program of the runtime has, by the runtime's name.
SIGNS: Mapping[str, str] = {
    "Node.js": "nodejs_heap_size_used_bytes",
    "JVM": "jvm_memory_used_bytes",
    "Go": "go_goroutines",
    "Python": "python_info",
    ".NET": "dotnet_total_memory_bytes",
}


def runtimes(where: str) -> tuple[Row, ...]:
    """A row for each runtime. where: matchers of the pods' series, such as queries.POD."""
    made: Mapping[str, Callable[[str], tuple[Panel, ...]]] = {
        "Node.js": nodejs,
        "JVM": _jvm,
        "Go": _go,
        "Python": _python,
        ".NET": _dotnet,
    }
    return tuple(Row(name, panels(where), collapsed=True) for name, panels in made.items())


def seen(where: str) -> tuple[Query, ...]:
    """How many pods tell of each runtime; nothing for a runtime of which none does."""
    return tuple(
        Query(f"count(count by ({_KEYS}) ({queries.selector(sign, where)}))", name, instant=True)
        for name, sign in SIGNS.items()
    )


def nodejs(where: str, keys: str = _KEYS, legend: str = "{{pod}}") -> tuple[Panel, ...]:
    """The panels of Node.js. keys: what a line stands for; legend: how it is called."""
    used, total = _top("nodejs_heap_size_used_bytes", where, keys), _top("nodejs_heap_size_total_bytes", where, keys)
    old = _top("nodejs_heap_space_size_used_bytes", f'{where},space=~"old|large_object"', f"{keys}, space")
    return (
        graph(
            "Heap of Node.js",
            "JavaScript objects, and what V8 has reserved for them. Where the lows rise, JavaScript leaks.",
            Unit.BYTES,
            Query(used, f"{legend} used"),
            Query(total, f"{legend} reserved"),
        ),
        graph(
            "Old space of Node.js",
            "Objects that outlived two collections, and large ones: where a leak in JavaScript gathers.",
            Unit.BYTES,
            Query(f"sum by ({keys}) ({old})", legend),
        ),
        graph(
            "External memory of Node.js",
            "Buffers and other memory that objects hold outside the heap. Growth here alone is a leak of buffers.",
            Unit.BYTES,
            Query(_top("nodejs_external_memory_bytes", where, keys), legend),
        ),
        graph(
            "Event loop lag, p99",
            "How late the event loop is. It grows when the process is busy collecting garbage or computing.",
            Unit.SECONDS,
            Query(_top("nodejs_eventloop_lag_p99_seconds", where, keys), legend),
        ),
        graph(
            "Time in garbage collection of Node.js",
            "Share of time spent in each kind of collection. Major ones take ever more of it as a heap fills.",
            Unit.RATIO,
            Query(_rate("nodejs_gc_duration_seconds_sum", where, f"{keys}, kind"), f"{legend} {{{{kind}}}}"),
        ),
        graph(
            "Active handles of Node.js",
            "Sockets, timers and files that keep the process alive. A rise with no rise in load is a leak of handles.",
            Unit.COUNT,
            Query(_top("nodejs_active_handles_total", where, keys), legend),
        ),
    )


def _jvm(where: str) -> tuple[Panel, ...]:
    heap = queries.selector("jvm_memory_used_bytes", where, 'area="heap"')
    most = queries.selector("jvm_memory_max_bytes", where, 'area="heap"')
    pauses = _rate("jvm_gc_pause_seconds_sum", where, _KEYS)
    collections = _rate("jvm_gc_collection_seconds_sum", where, _KEYS)
    return (
        graph(
            "Heap of the JVM",
            "Used heap, and the most it may grow to. Only lows after full collections tell of a leak.",
            Unit.BYTES,
            Query(f"sum by ({_KEYS}) ({heap})", "{{pod}} used"),
            Query(f"max by ({_KEYS}) ({most} > 0)", "{{pod}} at most"),
            limit=True,
        ),
        graph(
            "Live data after collection",
            "Size of the old generation after the last full collection: the JVM's own floor.",
            Unit.BYTES,
            Query(_top("jvm_gc_live_data_size_bytes", where), "{{pod}}"),
        ),
        graph(
            "Memory pools of the JVM",
            "Used bytes of each pool, heap and not. Metaspace that grows for ever is a leak of classes.",
            Unit.BYTES,
            Query(_top("jvm_memory_used_bytes", where, f"{_KEYS}, id"), "{{pod}} {{id}}"),
        ),
        graph(
            "Buffers of the JVM",
            "Direct and mapped buffers: outside the heap, and in no dump of it.",
            Unit.BYTES,
            Query(_top("jvm_buffer_memory_used_bytes", where, f"{_KEYS}, id"), "{{pod}} {{id}}"),
        ),
        graph(
            "Time in garbage collection of the JVM",
            "Share of time in pauses, by Micrometer's metric or client_java's.",
            Unit.RATIO,
            Query(f"{pauses} or {collections}", "{{pod}}"),
        ),
        graph(
            "Threads and classes of the JVM",
            "Live threads and loaded classes. Neither grows for ever in a healthy program.",
            Unit.COUNT,
            Query(_top("jvm_threads_live_threads", where), "{{pod}} threads"),
            Query(_top("jvm_classes_loaded_classes", where), "{{pod}} classes"),
        ),
    )


def _go(where: str) -> tuple[Panel, ...]:
    idle, released = _top("go_memstats_heap_idle_bytes", where), _top("go_memstats_heap_released_bytes", where)
    return (
        graph(
            "Heap of Go",
            "Spans in use, and the size at which the next collection begins.",
            Unit.BYTES,
            Query(_top("go_memstats_heap_inuse_bytes", where), "{{pod}} in use"),
            Query(_top("go_memstats_next_gc_bytes", where), "{{pod}} next collection"),
        ),
        graph(
            "Kept by Go and not used",
            "Idle heap that is not given back to the kernel: it counts as RSS, and is no leak.",
            Unit.BYTES,
            Query(f"{idle} - {released}", "{{pod}}"),
        ),
        graph(
            "Goroutines",
            "Goroutines that never end are the usual leak in Go: each holds its stack and all it refers to.",
            Unit.COUNT,
            Query(_top("go_goroutines", where), "{{pod}}"),
        ),
        graph(
            "Stacks of Go",
            "Memory of goroutines' stacks.",
            Unit.BYTES,
            Query(_top("go_memstats_stack_inuse_bytes", where), "{{pod}}"),
        ),
        graph(
            "Time in pauses of Go",
            "Share of time in which collection stops the program.",
            Unit.RATIO,
            Query(_rate("go_gc_duration_seconds_sum", where, _KEYS), "{{pod}}"),
        ),
        graph(
            "Open files of Go",
            "File descriptors: response bodies that nobody closes show here.",
            Unit.COUNT,
            Query(_signed("process_open_fds", "Go", where), "{{pod}}"),
        ),
    )


def _python(where: str) -> tuple[Panel, ...]:
    generation = f"{_KEYS}, generation"
    return (
        graph(
            "Resident memory of Python",
            "RSS as the process sees it. CPython returns little of it: look at its lows.",
            Unit.BYTES,
            Query(_signed("process_resident_memory_bytes", "Python", where), "{{pod}}"),
        ),
        graph(
            "Collections of Python",
            "Collections a second of each generation. The oldest is rare; where it becomes frequent, cycles pile up.",
            Unit.PER_SECOND,
            Query(_rate("python_gc_collections_total", where, generation), "{{pod}} generation {{generation}}"),
        ),
        graph(
            "Objects collected and not collectable",
            "Objects in cycles that were freed, a second, and those that could not be: the latter are leaked.",
            Unit.PER_SECOND,
            Query(_rate("python_gc_objects_collected_total", where, _KEYS), "{{pod}} freed"),
            Query(_rate("python_gc_objects_uncollectable_total", where, _KEYS), "{{pod}} not collectable"),
        ),
    )


def _dotnet(where: str) -> tuple[Panel, ...]:
    return (
        graph(
            "Managed memory of .NET",
            "Bytes that the runtime believes are allocated, beside what the process holds privately.",
            Unit.BYTES,
            Query(_top("dotnet_total_memory_bytes", where), "{{pod}} managed"),
            Query(_signed("process_private_memory_bytes", ".NET", where), "{{pod}} private"),
        ),
        graph(
            "Collections of .NET",
            "Collections a second of each generation. Frequent ones of generation 2 mean that little can be freed.",
            Unit.PER_SECOND,
            Query(
                _rate("dotnet_collection_count_total", where, f"{_KEYS}, generation"),
                "{{pod}} generation {{generation}}",
            ),
        ),
        graph(
            "Threads and handles of .NET",
            "Threads, and handles of the operating system: a rise with no rise in load is a leak of them.",
            Unit.COUNT,
            Query(_signed("process_num_threads", ".NET", where), "{{pod}} threads"),
            Query(_signed("process_open_handles", ".NET", where), "{{pod}} handles"),
        ),
    )


def _top(metric: str, where: str, keys: str = _KEYS) -> str:
    return f"max by ({keys}) ({queries.selector(metric, where)})"


def _rate(metric: str, where: str, keys: str) -> str:
    return f"sum by ({keys}) (rate({queries.selector(metric, where)}[{_RATE}]))"


def _signed(metric: str, runtime: str, where: str) -> str:
    """A metric that every runtime has, of the pods of one."""
    return f"{_top(metric, where)} and on ({_KEYS}) {_top(SIGNS[runtime], where)}"
