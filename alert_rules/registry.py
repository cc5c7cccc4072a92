"""Every pack that can be chosen, in the order in which they are listed."""

from alert_rules.pack import PackKind

PACKS: tuple[PackKind, ...] = ()
