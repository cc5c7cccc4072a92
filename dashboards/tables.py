"""Tables: one row a label set over all queries, the columns that are wanted and no other."""

from grafana_foundation_sdk.models import dashboard as sdk

from dashboards.model import Column, Panel, Shape

# Grafana keeps what a filter names and drops all else; the order is the columns'.
_KEEP = "filterFieldsByName"


def transformations(panel: Panel) -> list[sdk.DataTransformerConfig] | None:
    """What makes one table of a panel's queries; None for a panel that is no table."""
    if panel.shape is not Shape.TABLE:
        return None
    names = [column.source for column in panel.columns]
    return [
        sdk.DataTransformerConfig("merge", options={}),
        sdk.DataTransformerConfig(_KEEP, options={"include": {"names": names}}),
        sdk.DataTransformerConfig(
            "organize",
            options={
                "excludeByName": {},
                "indexByName": {name: place for place, name in enumerate(names)},
                "renameByName": {column.source: column.title for column in panel.columns},
            },
        ),
    ]


def fields(panel: Panel) -> list[sdk.DashboardFieldConfigSourceOverrides]:
    """How each column is shown."""
    return [
        sdk.DashboardFieldConfigSourceOverrides(
            matcher=sdk.MatcherConfig("byName", column.title), properties=_properties(column)
        )
        for column in panel.columns
    ]


def _properties(column: Column) -> list[sdk.DynamicConfigValue]:
    properties = [sdk.DynamicConfigValue("unit", column.unit or "string")]
    if column.decimals is not None:
        properties.append(sdk.DynamicConfigValue("decimals", column.decimals))
    if column.thresholds:
        steps = [{"color": step.color, "value": step.value} for step in column.thresholds]
        properties.append(sdk.DynamicConfigValue("thresholds", {"mode": "absolute", "steps": steps}))
        properties.append(sdk.DynamicConfigValue("custom.cellOptions", {"type": "color-text"}))
    if column.link is not None:
        link = {"title": column.link.title, "url": column.link.url, "targetBlank": column.link.new_tab}
        properties.append(sdk.DynamicConfigValue("links", [link]))
    return properties
