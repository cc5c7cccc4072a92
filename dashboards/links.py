"""Links between dashboards, and to incidents. Variables and the time range are kept. Pure."""

from collections.abc import Mapping

from dashboards.model import Link, Options

FLEET_UID = "leakwatch-fleet"
WORKLOAD_UID = "leakwatch-workload"
SERVICE_UID = "leakwatch-service"
STACK_UID = "leakwatch-stack"

# Of a table's row, and of a series, as Grafana's data links name them.
ROW_FIELD = "${{__data.fields.{name}}}"
SERIES_LABEL = "${{__field.labels.{name}}}"


def dashboard(title: str, uid: str, kept: tuple[str, ...] = ("datasource", "cluster")) -> Link:
    """To another dashboard, for the head of one. kept: variables that both have."""
    return Link(title, _address(uid, kept, {}))


def to_workload(place: str) -> Link:
    """From a row (place: ROW_FIELD) or a series (SERIES_LABEL) of a workload to the dashboard Workload."""
    given = {name: place.format(name=name) for name in ("namespace", "workload")}
    return Link("Show the workload", _address(WORKLOAD_UID, ("datasource", "cluster"), given))


def to_namespace(place: str) -> Link:
    """From a row or a series that has a namespace, to the fleet's dashboard narrowed to it."""
    given = {"namespace": place.format(name="namespace")}
    return Link("Show the namespace", _address(FLEET_UID, ("datasource", "cluster"), given))


def incident(options: Options, place: str) -> Link | None:
    """From a row or a series that has an incident_id, to the incident's page; None where no page is known."""
    if options.public_url is None:
        return None
    url = f"{options.public_url.rstrip('/')}/incidents/{place.format(name='incident_id')}"
    return Link("Open the incident", url, new_tab=True)


def _address(uid: str, kept: tuple[str, ...], given: Mapping[str, str]) -> str:
    parts = [f"${{{name}:queryparam}}" for name in kept]
    parts += [f"var-{name}={value}" for name, value in given.items()]
    return f"/d/{uid}?{'&'.join([*parts, '${__url_time_range}'])}"
