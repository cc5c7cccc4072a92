"""Which alerts are ours, so that routes which are put into somebody's own configuration take no others."""

from alert_rules.conventions import PUSHED_LEAK
from app.rules.chosen import build_pack, chosen_packs, options_of
from app.rules.settings_model import RuleSettings


def own_alerts(settings: RuleSettings) -> tuple[str, ...]:
    """Names of the alerts of the chosen packs, and of what the service pushes by itself."""
    options = options_of(settings)
    packs = [build_pack(kind, options, settings.disable) for kind in chosen_packs(settings)]
    return (PUSHED_LEAK, *(alert.name for pack in packs for alert in pack.alerts))
