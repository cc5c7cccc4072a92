"""Which finding to look at first, and how that looks on a terminal."""

from collections.abc import Iterable

from app.domain.finding import Finding, Severity
from detectors.judgement import Verdict

# The most severe first.
RANK = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}
STYLES = {Severity.CRITICAL: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_VERDICTS = {Verdict.LEAK: 0, Verdict.INSUFFICIENT_DATA: 1, Verdict.HEALTHY: 2}


def by_urgency(findings: Iterable[Finding]) -> list[Finding]:
    """Leaks first: by severity, then by how soon the limit is reached, then by probability, then by name."""
    return sorted(findings, key=_key)


def _key(finding: Finding) -> tuple[int, int, float, float, object]:
    until = finding.time_to_limit.p50 if finding.time_to_limit else float("inf")
    return _VERDICTS[finding.verdict], RANK[finding.severity], until, -finding.probability, finding.identity
