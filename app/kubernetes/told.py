"""What annotations and labels tell of where a revision came from: conventions, not guarantees."""

import re
from collections.abc import Mapping
from typing import Any

from app.kubernetes.fields import annotation, label
from app.text import printable

_CHANGE_CAUSE = "kubernetes.io/change-cause"
# Tools that write the commit that a manifest was made of, each under its own name.
_COMMITS = (
    "app.kubernetes.io/commit",
    "app.kubernetes.io/git-commit",
    "org.opencontainers.image.revision",
    "git-commit",
    "git.commit",
    "git-sha",
    "commit",
    "commit-sha",
    "vcs-ref",
    "app.gitlab.com/commit",
    "actions.github.com/commit",
    "cloud.google.com/commit",
    "deploy.cloud.google.com/commit",
    "tags.datadoghq.com/git.commit.sha",
)
_COMMIT = re.compile(r"[\w.:/@+-]{4,200}")
_CHART = "helm.sh/chart"


def change_cause_of(kept: Mapping[str, Any]) -> str:
    """What `kubectl annotate ... kubernetes.io/change-cause` or a pipeline says of it, or ""."""
    return printable(annotation(kept, _CHANGE_CAUSE), 200)


def commit_of(kept: Mapping[str, Any], template: Mapping[str, Any]) -> str:
    """The commit, where the revision or its template names one, or ""."""
    for document in (template, kept):
        for name in _COMMITS:
            said = annotation(document, name) or label(document, name)
            if said and _COMMIT.fullmatch(said):
                return said
    return ""


def source_of(kept: Mapping[str, Any], template: Mapping[str, Any]) -> str:
    """The chart that it was rendered from, where labels say it, or ""."""
    chart = label(template, _CHART) or label(kept, _CHART)
    return f"Helm chart {printable(chart, 100)}" if chart else ""
