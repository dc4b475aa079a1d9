"""Charts: data in, Axes out; they never save, show or compute."""

from svcimpact.charts.delay import delays
from svcimpact.charts.finish import finish_curves
from svcimpact.charts.gantt import gantt
from svcimpact.charts.graph import graph
from svcimpact.charts.levelling import dispatch_rules
from svcimpact.charts.load import load
from svcimpact.charts.service_map import service_map

__all__ = ["delays", "dispatch_rules", "finish_curves", "gantt", "graph", "load", "service_map"]
