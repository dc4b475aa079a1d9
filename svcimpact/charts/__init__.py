"""Charts: data in, Axes out; they never save, show or compute."""

from svcimpact.charts.attribution import causes, drivers, waterfall
from svcimpact.charts.conflicts import conflict_network, conflict_pairs, conflict_weeks
from svcimpact.charts.decisions import contingency, escalate, recover
from svcimpact.charts.delay import delays
from svcimpact.charts.early_life import early_life
from svcimpact.charts.exposure import exposure, key_people, reserves
from svcimpact.charts.finish import finish_curves
from svcimpact.charts.gantt import gantt
from svcimpact.charts.graph import graph
from svcimpact.charts.levelling import dispatch_rules
from svcimpact.charts.load import load
from svcimpact.charts.restoration import (
    restoration,
    restoration_fit,
    restoration_forecast,
    restoration_quantiles,
)
from svcimpact.charts.scope import scope_map, support_taken
from svcimpact.charts.service_map import service_map
from svcimpact.charts.stages import stage_gaps, stage_matrix
from svcimpact.charts.standing import morale, redeploy, watch
from svcimpact.charts.transition import acceptance, go_live, go_no_go

__all__ = [
    "acceptance",
    "causes",
    "conflict_network",
    "conflict_pairs",
    "conflict_weeks",
    "contingency",
    "delays",
    "dispatch_rules",
    "drivers",
    "early_life",
    "escalate",
    "exposure",
    "finish_curves",
    "gantt",
    "go_live",
    "go_no_go",
    "graph",
    "key_people",
    "load",
    "morale",
    "recover",
    "redeploy",
    "reserves",
    "restoration",
    "restoration_fit",
    "restoration_forecast",
    "restoration_quantiles",
    "scope_map",
    "service_map",
    "stage_gaps",
    "stage_matrix",
    "support_taken",
    "watch",
    "waterfall",
]
