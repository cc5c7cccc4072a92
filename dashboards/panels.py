"""Panels of ours as panels of the Foundation SDK: one function a shape for its options, the rest alike for all."""

from collections.abc import Callable, Mapping

from grafana_foundation_sdk.models import bargauge, common, heatmap, prometheus, stat, table, timeseries, xychart
from grafana_foundation_sdk.models import dashboard as sdk

from dashboards.model import Line, Link, Panel, Query, Shape, Step
from dashboards.tables import fields, transformations

# Grafana's grid is 24 wide; a graph with a table under it has room for as many series as it is worth reading.
_MAX_DATA_POINTS = 1000
_FILL_OPACITY = 8.0
_STACKED_OPACITY = 30.0


def panel(wanted: Panel) -> sdk.Panel:
    """The SDK's panel; what the SDK leaves out of it, `dashboards.finish` adds."""
    custom, options = _SHAPES[wanted.shape]
    return sdk.Panel(
        type_val=wanted.shape.value,
        title=wanted.title,
        description=wanted.description,
        targets=[_target(query, wanted.shape) for query in wanted.queries],
        repeat=wanted.repeat,
        max_data_points=_MAX_DATA_POINTS if wanted.shape is Shape.TIMESERIES else None,
        transformations=transformations(wanted),
        options=options(wanted),
        field_config=sdk.FieldConfigSource(
            defaults=sdk.FieldConfig(
                unit=wanted.unit,
                decimals=wanted.decimals,
                min_val=wanted.minimum,
                max_val=wanted.maximum,
                mappings=[_words(wanted.values)] if wanted.values else None,
                thresholds=steps(wanted.thresholds),
                color=_color(wanted),
                no_value=wanted.no_value,
                links=[_link(wanted.series_link)] if wanted.series_link else None,
                custom=custom(wanted),
            ),
            overrides=[*(_line(number, line) for number, line in enumerate(wanted.lines)), *fields(wanted)],
        ),
    )


def steps(thresholds: tuple[Step, ...]) -> sdk.ThresholdsConfig:
    """Thresholds; where there are none, one colour."""
    found = thresholds or (Step(None, "green"),)
    return sdk.ThresholdsConfig(steps=[sdk.Threshold(value=step.value, color=step.color) for step in found])


def ref_id(number: int) -> str:
    """Grafana's name of a panel's query: A, B, C."""
    return chr(ord("A") + number)


def _target(query: Query, shape: Shape) -> prometheus.Dataquery:
    # A chart of one figure by another joins both by their labels, as a table does.
    form = (
        prometheus.PromQueryFormat.TABLE if shape in {Shape.TABLE, Shape.XY} else prometheus.PromQueryFormat.TIME_SERIES
    )
    return prometheus.Dataquery(
        expr=query.expr,
        legend_format=query.legend or "__auto",
        instant=query.instant,
        range_val=not query.instant,
        format_val=form,
        editor_mode=prometheus.QueryEditorMode.CODE,
    )


def _link(wanted: Link) -> sdk.DashboardLink:
    return sdk.DashboardLink(title=wanted.title, url=wanted.url, target_blank=wanted.new_tab)


def _words(values: Mapping[float, tuple[str, str]]) -> sdk.ValueMap:
    results = {
        f"{value:g}": sdk.ValueMappingResult(text=text, color=color, index=index)
        for index, (value, (text, color)) in enumerate(values.items())
    }
    return sdk.ValueMap(options=results)


def _color(wanted: Panel) -> sdk.FieldColor:
    by_value = wanted.shape in {Shape.STAT, Shape.BARS, Shape.TABLE}
    mode = sdk.FieldColorModeId.THRESHOLDS if by_value else sdk.FieldColorModeId.PALETTE_CLASSIC
    return sdk.FieldColor(mode=mode)


def _line(number: int, line: Line) -> sdk.DashboardFieldConfigSourceOverrides:
    properties: list[sdk.DynamicConfigValue] = []
    if line.color is not None:
        properties.append(sdk.DynamicConfigValue("color", {"mode": "fixed", "fixedColor": line.color}))
    if line.dashed:
        properties.append(sdk.DynamicConfigValue("custom.lineStyle", {"fill": "dash", "dash": [10, 6]}))
    if not line.filled:
        properties.append(sdk.DynamicConfigValue("custom.fillOpacity", 0))
        properties.append(sdk.DynamicConfigValue("custom.stacking", {"group": f"apart{number}", "mode": "none"}))
    matcher = sdk.MatcherConfig("byFrameRefID", ref_id(line.query))
    return sdk.DashboardFieldConfigSourceOverrides(matcher=matcher, properties=properties)


def _legend(wanted: Panel) -> common.VizLegendOptions:
    as_table = bool(wanted.legend_values)
    return common.VizLegendOptions(
        display_mode=common.LegendDisplayMode.TABLE if as_table else common.LegendDisplayMode.LIST,
        placement=common.LegendPlacement.BOTTOM,
        show_legend=True,
        calcs=list(wanted.legend_values),
    )


def _reduce() -> common.ReduceDataOptions:
    return common.ReduceDataOptions(values=False, calcs=["lastNotNull"], fields="")


def _graph(wanted: Panel) -> object:
    mode = common.StackingMode.NORMAL if wanted.stacked else common.StackingMode.NONE
    return common.GraphFieldConfig(
        draw_style=common.GraphDrawStyle.LINE,
        line_width=1,
        fill_opacity=_STACKED_OPACITY if wanted.stacked else _FILL_OPACITY,
        show_points=common.VisibilityMode.NEVER,
        span_nulls=False,
        stacking=common.StackingConfig(mode=mode, group="A"),
        thresholds_style=common.GraphThresholdsStyleConfig(
            mode=common.GraphThresholdsStyleMode.LINE if wanted.thresholds else common.GraphThresholdsStyleMode.OFF
        ),
    )


def _timeseries(wanted: Panel) -> object:
    tooltip = common.VizTooltipOptions(mode=common.TooltipDisplayMode.MULTI, sort=common.SortOrder.DESCENDING)
    return timeseries.Options(legend=_legend(wanted), tooltip=tooltip)


def _stat(wanted: Panel) -> object:
    instant = all(query.instant for query in wanted.queries)
    return stat.Options(
        graph_mode=common.BigValueGraphMode.NONE if instant else common.BigValueGraphMode.AREA,
        color_mode=common.BigValueColorMode.VALUE,
        reduce_options=_reduce(),
    )


def _bars(_: Panel) -> object:
    return bargauge.Options(
        display_mode=common.BarGaugeDisplayMode.BASIC,
        reduce_options=_reduce(),
        orientation=common.VizOrientation.HORIZONTAL,
        legend=common.VizLegendOptions(
            display_mode=common.LegendDisplayMode.LIST, placement=common.LegendPlacement.BOTTOM, show_legend=True
        ),
    )


def _table(wanted: Panel) -> object:
    by = wanted.sort_by
    order = [common.TableSortByFieldState(by.removeprefix("-"), by.startswith("-"))] if by else None
    return table.Options(show_header=True, cell_height=common.TableCellHeight.SM, sort_by=order)


def _heatmap(wanted: Panel) -> object:
    # Each series is a row; its value, the colour.
    return heatmap.Options(
        calculate=False,
        color=heatmap.HeatmapColorOptions(
            mode=heatmap.HeatmapColorMode.SCHEME, scheme="RdYlGn", reverse=True, steps=64, exponent=0.5, fill="red"
        ),
        # The SDK's default hides all that is not above zero.
        filter_values=heatmap.FilterValueRange(),
        rows_frame=heatmap.RowsHeatmapOptions(layout=common.HeatmapCellLayout.AUTO),
        cell_values=heatmap.CellValues(unit=wanted.unit, decimals=wanted.decimals),
        tooltip=heatmap.HeatmapTooltip(mode=common.TooltipDisplayMode.SINGLE),
    )


def _xy(wanted: Panel) -> object:
    tooltip = common.VizTooltipOptions(mode=common.TooltipDisplayMode.SINGLE)
    return xychart.Options(
        mapping=xychart.SeriesMapping.AUTO, legend=_legend(wanted), tooltip=tooltip, series=[xychart.XYSeriesConfig()]
    )


def _nothing(_: Panel) -> object:
    return {}


_SHAPES: Mapping[Shape, tuple[Callable[[Panel], object], Callable[[Panel], object]]] = {
    Shape.TIMESERIES: (_graph, _timeseries),
    Shape.STAT: (_nothing, _stat),
    Shape.BARS: (_nothing, _bars),
    Shape.TABLE: (lambda _: common.TableFieldOptions(align=common.FieldTextAlignment.AUTO), _table),
    Shape.HEATMAP: (_nothing, _heatmap),
    Shape.XY: (lambda _: xychart.FieldConfig(show=xychart.XYShowMode.LINES, line_width=1), _xy),
}
