"""What the alerts on volumes must make of things."""

from alert_rules.pack import Fired, Situation

_CLAIM = 'cluster="c",namespace="shop",persistentvolumeclaim="data"'
_LABELS = {"cluster": "c", "namespace": "shop", "persistentvolumeclaim": "data"}
_FREE = f"kubelet_volume_stats_available_bytes{{{_CLAIM}}}"
_SIZE = {f"kubelet_volume_stats_capacity_bytes{{{_CLAIM}}}": "100000x900"}
_READ_ONLY = {f'kube_persistentvolumeclaim_access_mode{{{_CLAIM},access_mode="ReadOnlyMany"}}': "1x900"}

_NEARLY_FULL = (
    Situation(
        "little space is left",
        "VolumeNearlyFull",
        _SIZE | {_FREE: "3000x60"},
        "10m",
        (Fired(_LABELS, "The volume of shop/data has 3% of its space left."),),
    ),
    Situation(
        "two nodes tell of one volume",
        "VolumeNearlyFull",
        {
            f'kubelet_volume_stats_{name}{{{_CLAIM},instance="{node}"}}': values
            for node in ("a", "b")
            for name, values in (("available_bytes", "3000x60"), ("capacity_bytes", "100000x60"))
        },
        "10m",
        (Fired(_LABELS, "The volume of shop/data has 3% of its space left."),),
    ),
    Situation("it is read only, and full", "VolumeNearlyFull", _SIZE | _READ_ONLY | {_FREE: "0x60"}, "30m"),
    Situation(
        "it was full, and is made greater at once",
        "VolumeNearlyFull",
        _SIZE | {_FREE: "3000x3 50000x60"},
        "6m",
    ),
    Situation("it has no size", "VolumeNearlyFull", {_FREE: "0x60", next(iter(_SIZE)): "0x60"}, "30m"),
)
_FILLING_UP = (
    Situation(
        "a fifth is left, and it goes on",
        "VolumeFillingUp",
        _SIZE | {_FREE: "18000-20x900"},
        "3h",
        (
            Fired(
                _LABELS,
                "The volume of shop/data has 17.28% of its space left, and will be full within days at this pace.",
            ),
        ),
        "5m",
    ),
    Situation("it goes on, and most is left", "VolumeFillingUp", _SIZE | {_FREE: "90000-200x900"}, "3h", (), "5m"),
    Situation(
        "the night's export is written, as each night, and will be gone by the morning",
        "VolumeFillingUp",
        _SIZE | {_FREE: "18000x300 18000-50x100"},
        "33h",
        (),
        "5m",
    ),
    Situation(
        "much was written in the night, and nothing since",
        "VolumeFillingUp",
        _SIZE | {_FREE: "60000-350x119 18350x100"},
        "17h",
        (),
        "5m",
    ),
    Situation("it is used as a cache, and stays", "VolumeFillingUp", _SIZE | {_FREE: "10000x900"}, "3h", (), "5m"),
)
_INODES = (
    Situation(
        "few inodes are left, and much space",
        "VolumeInodesNearlyUsedUp",
        _SIZE
        | {
            _FREE: "90000x60",
            f"kubelet_volume_stats_inodes_free{{{_CLAIM}}}": "20x60",
            f"kubelet_volume_stats_inodes{{{_CLAIM}}}": "1000x60",
        },
        "20m",
        (Fired(_LABELS, "The volume of shop/data has 2% of its inodes left."),),
    ),
    Situation(
        "it is read only, and was made with no inode to spare",
        "VolumeInodesNearlyUsedUp",
        _READ_ONLY
        | {f"kubelet_volume_stats_inodes_free{{{_CLAIM}}}": "0x60", f"kubelet_volume_stats_inodes{{{_CLAIM}}}": "9x60"},
        "30m",
    ),
    Situation(
        "its file system counts no inodes",
        "VolumeInodesNearlyUsedUp",
        {f"kubelet_volume_stats_inodes_free{{{_CLAIM}}}": "0x60", f"kubelet_volume_stats_inodes{{{_CLAIM}}}": "0x60"},
        "30m",
    ),
)

VOLUME_SITUATIONS = (*_NEARLY_FULL, *_FILLING_UP, *_INODES)
