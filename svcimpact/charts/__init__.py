"""Charts: data in, Axes out; they never save, show or compute."""

from svcimpact.charts.delay import delays
from svcimpact.charts.finish import finish_curves
from svcimpact.charts.gantt import gantt
from svcimpact.charts.load import load

__all__ = ["delays", "finish_curves", "gantt", "load"]
