"""Charts: data in, Axes out; they never save, show or compute."""

from svcimpact.charts.conflicts import conflict_network, conflict_pairs, conflict_weeks
from svcimpact.charts.delay import delays
from svcimpact.charts.finish import finish_curves
from svcimpact.charts.gantt import gantt
from svcimpact.charts.graph import graph
from svcimpact.charts.load import load
from svcimpact.charts.service_map import service_map

__all__ = [
    "conflict_network",
    "conflict_pairs",
    "conflict_weeks",
    "delays",
    "finish_curves",
    "gantt",
    "graph",
    "load",
    "service_map",
]
