"""Whether rules of ours could fire in a running Prometheus: every rule looked at, several at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from app.domain.verification import RuleVerdict, Verification
from app.prometheus.client import PrometheusClient
from app.prometheus.source import Control
from app.rules.documents import Rule, rules_of
from app.rules.verify.ask import Asker
from app.rules.verify.judge import Judge
from app.rules.verify.loaded import read_loaded
from app.settings import Settings


def verify(
    documents: Iterable[Mapping[str, Any]],
    settings: Settings,
    control: Control,
    *,
    rules_url: str | None = None,
    sources: frozenset[str] = frozenset(),
) -> Verification:
    """How the rules of these documents stand at the Prometheus of the settings, now by its clock.

    rules_url: where the loaded rules are listed, if elsewhere (a ruler); sources: label matchers as they are written
    that say where series come from. Never more questions under way at once than the settings allow. Raises UsageError,
    SourceError where the server or the list of its rules cannot be had at all, ScanAbandoned.
    """
    rules = rules_of(documents)
    client = PrometheusClient(settings)
    ruler = client if rules_url is None else PrometheusClient(settings.model_copy(update={"prometheus_url": rules_url}))
    try:
        asker = Asker(client, control)
        loaded = read_loaded(ruler, control)
        judge = Judge(asker, loaded, rules, sources)
        verdicts = _all(judge.judge, rules, settings.prometheus_concurrency, control)
    finally:
        client.close()
        ruler.close()
    return Verification(settings.prometheus_url or "", asker.at, verdicts, loaded.problems)


def _all(
    judge: Callable[[Rule], RuleVerdict], rules: Sequence[Rule], threads: int, control: Control
) -> tuple[RuleVerdict, ...]:
    pool = ThreadPoolExecutor(threads, thread_name_prefix="leakwatch-verify")
    try:
        asked = [pool.submit(judge, rule) for rule in rules]
        for done, _ in enumerate(as_completed(asked), 1):
            control.progress(done, len(rules))
        return tuple(one.result() for one in asked)
    except BaseException:
        control.cancelled.set()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
