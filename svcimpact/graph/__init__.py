"""What needs what: the portfolio graph, the reach of a failure, and on whom all hangs."""

from svcimpact.graph.blast import blast_radius, blast_radius_table, is_down
from svcimpact.graph.network import build_graph, reach
from svcimpact.graph.weak_points import shared_resources, single_points_of_failure

__all__ = [
    "blast_radius",
    "blast_radius_table",
    "build_graph",
    "is_down",
    "reach",
    "shared_resources",
    "single_points_of_failure",
]
