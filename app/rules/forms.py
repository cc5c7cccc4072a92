"""The forms in which rules are written."""

from enum import StrEnum


class RuleFormat(StrEnum):
    """What rules are written as."""

    RULES = "rules"
    PROMETHEUSRULE = "prometheusrule"
