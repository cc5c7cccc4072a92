"""How soon someone must look at a leak."""

from dataclasses import dataclass

from app.domain.finding import Severity
from detectors.judgement import Judgement, Verdict


@dataclass(frozen=True, slots=True)
class SeverityPolicy:
    """page_within, warn_within: seconds to the limit from which a leak is critical, and a warning."""

    page_within: float
    warn_within: float

    def of(self, judgement: Judgement) -> Severity:
        """Critical when the limit is near or pods are OOM-killed again and again; info for all that is no leak.

        Without a limit nobody knows what breaks first: a leak is then a warning.
        """
        if judgement.verdict is not Verdict.LEAK:
            return Severity.INFO
        if judgement.oom_kills >= 2 and any(reason.code == "oom_loop" for reason in judgement.reasons):
            return Severity.CRITICAL
        if judgement.time_to_limit is None:
            return Severity.WARNING
        if judgement.time_to_limit.p50 <= self.page_within:
            return Severity.CRITICAL
        return Severity.WARNING if judgement.time_to_limit.p50 <= self.warn_within else Severity.INFO
