"""The forms in which configurations of Alertmanager are written."""

from enum import StrEnum


class RouteForm(StrEnum):
    """What a configuration is written as."""

    FILE = "file"
    FRAGMENTS = "fragments"
    ALERTMANAGERCONFIG = "alertmanagerconfig"
