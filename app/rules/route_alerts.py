"""Which alerts are ours, so that routes which are put into somebody's own configuration take no others."""

from alert_rules import conventions as names
from alert_rules.alertmanager.inhibition import LEAKS


def own_alerts() -> tuple[str, ...]:
    """Names of the alerts of ours that say how our own routes work: of leaks, of the service, and of OOM loops."""
    service = (names.SCAN_FAILING, names.SCAN_STALE, names.SCAN_INCOMPLETE, names.COVERAGE_FELL, names.PUSH_FAILING)
    return (*LEAKS, *service, names.CONTAINER_OOM_LOOP, names.NODE_MEMORY_PRESSURE)
