"""The forms in which a report or an explanation can be written."""

from enum import StrEnum


class Format(StrEnum):
    """How a report is written."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    CSV = "csv"


class ExplanationFormat(StrEnum):
    """How an explanation is written; series are no rows of a sheet."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
