"""Two small packs, for tests of what is done with packs."""

from alert_rules.conventions import POD_OWNER
from alert_rules.pack import Fired, Options, Pack, PackKind, Situation, Threshold, Unit
from alert_rules.rule import Alert, Group, Recording

FULL = Threshold("disks", "full", 0.9, Unit.RATIO, "How full a disk may be.", per_workload=True)
GROWTH = Threshold("disks", "growth", 5 * 2**20 / 3600, Unit.BYTES_PER_SECOND, "How fast it may fill.")
SPARE = Threshold("disks", "spare", 2.0**30, Unit.BYTES, "What must stay free.")
LEFT = Threshold("disks", "left", 86_400.0, Unit.SECONDS, "How soon it may be full.")
READERS = Threshold("queues", "readers", 3.0, Unit.COUNT, "How many must read.")
DROPS = Threshold("queues", "drops", 2.0, Unit.PER_SECOND, "How many may be dropped.")


def _disks(options: Options) -> Pack:
    full = Alert(
        "DiskFull",
        f"max by (cluster, namespace, workload) (disk:used:ratio) > {options.value(FULL):g}",
        "5m",
        "warning",
        "A disk is nearly full.",
        "The disk of {{ $labels.namespace }}/{{ $labels.workload }} is {{ $value | humanizePercentage }} full.",
    )
    gone = Alert(
        "DiskGone",
        'disk_up{state="gone"} == 0',
        "0m",
        "critical",
        "A disk is gone.",
        "The disk {{ $labels.disk }} is gone.",
    )
    used = Recording("disk:used:ratio", "disk_used_bytes / disk_size_bytes")
    return Pack(
        (Group("leakwatch-disks.recorded", (used,)), Group("leakwatch-disks", (full, gone))),
        (
            _situation("a disk is full", "DiskFull", "95", Fired({"namespace": "shop"}, _FULL)),
            _situation("a disk is half full", "DiskFull", "50"),
            Situation("it is not there", "DiskGone", {'disk_up{state="gone",disk="a"}': "0x3"}, "1m", (_GONE,)),
            Situation("it is there", "DiskGone", {'disk_up{state="gone",disk="a"}': "1x3"}, "1m"),
        ),
    )


_FULL = "The disk of shop/ is 95% full."
_GONE = Fired({"disk": "a", "state": "gone"}, "The disk a is gone.")


def _situation(name: str, alert: str, used: str, *fires: Fired) -> Situation:
    series = {'disk_used_bytes{namespace="shop"}': f"{used}x10", 'disk_size_bytes{namespace="shop"}': "100x10"}
    return Situation(name, alert, series, "8m", fires)


def _queues(options: Options) -> Pack:
    unread = Alert(
        "QueueUnread",
        f"count by (cluster, namespace, workload) (queue_reader * on (cluster, namespace, pod) "
        f"group_left (workload) {POD_OWNER}) < {options.value(READERS):g}",
        "10m",
        "info",
        "A queue has too few readers.",
        "{{ $value }} read the queue of {{ $labels.namespace }}/{{ $labels.workload }}.",
    )
    pod = 'namespace="shop",pod="cart-1"'
    series = {f"queue_reader{{{pod}}}": "1x20", f'{POD_OWNER}{{{pod},workload="cart"}}': "1x20"}
    fired = Fired({"namespace": "shop", "workload": "cart"}, "1 read the queue of shop/cart.")
    return Pack(
        (Group("leakwatch-queues", (unread,)),),
        (
            Situation("one reads", "QueueUnread", series, "15m", (fired,)),
            Situation("nobody is said to read", "QueueUnread", {"up": "1x20"}, "15m"),
        ),
    )


DISKS = PackKind("disks", "Disks that fill", "the disks' exporter", _disks, (FULL, GROWTH, SPARE, LEFT))
QUEUES = PackKind("queues", "Queues that nobody reads", "the queues' exporter", _queues, (READERS, DROPS))
KNOWN = (DISKS, QUEUES)
