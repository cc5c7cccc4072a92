"""Annotation queries: of leakwatch's feed through Grafana's data source Infinity, or of Prometheus."""

from typing import Any

from grafana_foundation_sdk.cog.runtime import UnknownDataquery
from grafana_foundation_sdk.models import common, prometheus
from grafana_foundation_sdk.models import dashboard as sdk

from dashboards.model import FeedAnnotation, MetricAnnotation, Options

INFINITY_TYPE = "yesoreyeram-infinity-datasource"
_REF = "Anno"
# A point of Prometheus' answer this far from the last begins another region.
_STEP = "60s"
_COLUMNS = (
    ("time", "timestamp_epoch"),
    ("timeEnd", "timestamp_epoch"),
    ("title", "string"),
    ("text", "string"),
    ("tags", "string"),
)


def annotation(wanted: FeedAnnotation | MetricAnnotation, options: Options) -> sdk.AnnotationQuery:
    """The SDK's annotation query."""
    if isinstance(wanted, FeedAnnotation):
        return sdk.AnnotationQuery(
            name=wanted.name,
            icon_color=wanted.color,
            datasource=common.DataSourceRef(INFINITY_TYPE, options.infinity_uid),
            target=UnknownDataquery(_feed(wanted, options)),
        )
    return sdk.AnnotationQuery(
        name=wanted.name,
        icon_color=wanted.color,
        datasource=common.DataSourceRef("prometheus", "${datasource}"),
        target=prometheus.Dataquery(expr=wanted.expr, interval=_STEP, ref_id=_REF),
        title_format=wanted.title,
        text_format=wanted.text,
        tag_keys=",".join(wanted.tags),
        use_value_for_time=False,
    )


def _feed(wanted: FeedAnnotation, options: Options) -> dict[str, Any]:
    asked = {"from": "${__timeFrom}", "to": "${__timeTo}", "kind": ",".join(wanted.kinds), **wanted.filters}
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return {
        "refId": _REF,
        "type": "json",
        "source": "url",
        "format": "dataframe",
        "url": f"{(options.feed_url or '').rstrip('/')}/grafana/annotations?{query}",
        "url_options": {"method": "GET"},
        "root_selector": "",
        "columns": [{"selector": name, "text": name, "type": kind} for name, kind in _COLUMNS],
    }
