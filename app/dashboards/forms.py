"""The forms in which dashboards are written."""

from enum import StrEnum


class DashboardFormat(StrEnum):
    """What dashboards are written as."""

    JSON = "json"
    PROVISIONING = "provisioning"
    CONFIGMAP = "configmap"
    GRAFANADASHBOARD = "grafanadashboard"
