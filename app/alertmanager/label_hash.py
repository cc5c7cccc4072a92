"""The hash of a label set, for alerts that come without their fingerprint."""

from collections.abc import Mapping

_OFFSET, _PRIME, _MASK = 14_695_981_039_346_656_037, 1_099_511_628_211, 2**64 - 1
_SEPARATOR = b"\xff"


def label_hash(labels: Mapping[str, str]) -> str:
    """Sixteen hexadecimal digits: what Alertmanager itself would give as the fingerprint.

    FNV-1a of 64 bits over names and values in the order of their names, each followed by a byte that no UTF-8 text has
    (github.com/prometheus/common, model/signature.go).
    """
    value = _OFFSET
    for name in sorted(labels):
        for byte in name.encode() + _SEPARATOR + labels[name].encode() + _SEPARATOR:
            value = ((value ^ byte) * _PRIME) & _MASK
    return f"{value:016x}"
