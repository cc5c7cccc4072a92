"""What settings allow, as the guards take it."""

from app.domain.mitigation.guards import Mode, Policy
from app.domain.mitigation.model import ActKind
from app.mitigating.carrying import Limits
from app.settings import Settings


def policy_of(settings: Settings) -> Policy:
    """As the settings say."""
    return Policy(
        mode=Mode(settings.mitigation),
        namespaces=settings.mitigation_namespaces,
        workloads=settings.mitigation_workloads,
        acts=frozenset(ActKind(one) for one in settings.mitigation_acts) or frozenset(ActKind),
        a_day=settings.mitigation_a_day,
        automatic=settings.mitigation_automatic,
        automatic_above=settings.mitigation_automatic_percent / 100,
        argocd=settings.mitigation_argocd_act,
        stopped=settings.mitigation_stop,
    )


def fresh_seconds(settings: Settings) -> float:
    """How old a judgement may be to act on it without asking, seconds: the next may be late, or have failed once."""
    return 2 * settings.scan_interval + settings.scan_time_limit


def limits_of(settings: Settings) -> Limits:
    """How long things may take."""
    return Limits(settings.mitigation_rollout_within, settings.mitigation_judge_within)
