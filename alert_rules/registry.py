"""Every pack that can be chosen, in the order in which they are listed."""

from alert_rules.pack import PackKind

PACKS: tuple[PackKind, ...] = ()

# Those that are built where the settings choose none: what every cluster with leakwatch has the series for.
USUAL = ("leaks-with-service", "leaks-without-service", "workloads")
