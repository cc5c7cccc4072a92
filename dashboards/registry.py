"""Every dashboard there is. Each has a name of its own, a uid that never changes, and a part of docs/dashboards.md."""

from dashboards.fleet import FLEET
from dashboards.model import DashboardKind
from dashboards.service import SERVICE
from dashboards.stack import STACK
from dashboards.workload import WORKLOAD

DASHBOARDS: tuple[DashboardKind, ...] = (FLEET, WORKLOAD, STACK, SERVICE)
