"""Charts: data in, Axes out; they never save, show or compute."""

from svcimpact.charts.delay import delays
from svcimpact.charts.finish import finish_curves
from svcimpact.charts.gantt import gantt
from svcimpact.charts.graph import graph
from svcimpact.charts.load import load
from svcimpact.charts.restoration import (
    restoration,
    restoration_fit,
    restoration_forecast,
    restoration_quantiles,
)
from svcimpact.charts.service_map import service_map

__all__ = [
    "delays",
    "finish_curves",
    "gantt",
    "graph",
    "load",
    "restoration",
    "restoration_fit",
    "restoration_forecast",
    "restoration_quantiles",
    "service_map",
]
