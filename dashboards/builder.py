"""Grafana's classic dashboard, as a document, of a dashboard of ours.

The Foundation SDK makes the parts; what it leaves out or says too much of is put right in `dashboards.finish`.
"""

import json
from typing import Any

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as sdk

from dashboards.drawn import annotation
from dashboards.finish import finished
from dashboards.model import Dashboard, DashboardKind, Link, Options, Variable
from dashboards.panels import panel

# The last version of the classic form.
SCHEMA_VERSION = 42
DATASOURCE_TYPE = "prometheus"
DATASOURCE_UID = "${datasource}"
_QUERY_REF = "PrometheusVariableQueryEditor-VariableQuery"
# How Grafana's editor of Prometheus' variables names its kinds of queries: label values, and the result of a query.
_QUERY_TYPES = {"label_values(": 1, "query_result(": 3}


def document(kind: DashboardKind, options: Options) -> dict[str, Any]:
    """The whole document of a dashboard: the same options give the same document."""
    wanted = kind.build(options)
    model = sdk.Dashboard(
        uid=wanted.uid,
        title=f"{options.title_prefix}{wanted.title}",
        description=wanted.description,
        tags=list(options.tags),
        editable=True,
        graph_tooltip=sdk.DashboardCursorSync.CROSSHAIR,
        time=sdk.DashboardDashboardTime(from_val=wanted.since, to="now"),
        timepicker=sdk.TimePickerConfig(),
        refresh=wanted.refresh,
        schema_version=SCHEMA_VERSION,
        panels=_panels(wanted),
        templating=sdk.DashboardDashboardTemplating([_variable(one) for one in wanted.variables]),
        annotations=sdk.AnnotationContainer([annotation(one, options) for one in wanted.annotations]),
        links=[_link(one) for one in wanted.links],
    )
    plain: dict[str, Any] = json.loads(JSONEncoder().encode(model))
    return finished(plain, wanted)


def _panels(wanted: Dashboard) -> list[sdk.Panel | sdk.RowPanel]:
    found: list[sdk.Panel | sdk.RowPanel] = []
    for row in wanted.rows:
        inside = [panel(one) for one in row.panels]
        found.append(sdk.RowPanel(collapsed=row.collapsed, title=row.title, panels=inside if row.collapsed else []))
        if not row.collapsed:
            found.extend(inside)
    return found


def _variable(wanted: Variable) -> sdk.VariableModel:
    if wanted.query is None:
        return sdk.VariableModel(
            type_val=sdk.VariableType.DATASOURCE, name=wanted.name, label=wanted.label, query=DATASOURCE_TYPE
        )
    return sdk.VariableModel(
        type_val=sdk.VariableType.QUERY,
        name=wanted.name,
        label=wanted.label,
        datasource=common.DataSourceRef(DATASOURCE_TYPE, DATASOURCE_UID),
        query={"query": wanted.query, "refId": _QUERY_REF, "qryType": _query_type(wanted.query)},
        definition=wanted.query,
        regex=wanted.regex,
        refresh=sdk.VariableRefresh.ON_TIME_RANGE_CHANGED,
        sort=sdk.VariableSort.ALPHABETICAL_ASC,
        multi=wanted.multi,
        include_all=wanted.whole,
        all_value=wanted.every,
        current=_everything(multi=wanted.multi) if wanted.whole else None,
    )


def _query_type(query: str) -> int:
    return next(number for start, number in _QUERY_TYPES.items() if query.startswith(start))


def _everything(*, multi: bool) -> sdk.VariableOption:
    if multi:
        return sdk.VariableOption(selected=True, text=["All"], value=["$__all"])
    return sdk.VariableOption(selected=True, text="All", value="$__all")


def _link(wanted: Link) -> sdk.DashboardLink:
    return sdk.DashboardLink(
        title=wanted.title,
        icon="dashboard",
        url=wanted.url,
        target_blank=wanted.new_tab,
        type_val=sdk.DashboardLinkType.LINK,
    )
