"""Before anything happens: where projects lean on service delivery, and on each other."""

from svcimpact.planning.communication import LEVELS, Communication
from svcimpact.planning.conflicts import conflict_register
from svcimpact.planning.load import weekly_load
from svcimpact.planning.network import conflict_groups, conflict_network
from svcimpact.planning.overload import OverAllocation, over_allocation
from svcimpact.planning.register import ConflictRegister
from svcimpact.planning.weighing import weigh_conflicts

__all__ = [
    "LEVELS",
    "Communication",
    "ConflictRegister",
    "OverAllocation",
    "conflict_groups",
    "conflict_network",
    "conflict_register",
    "over_allocation",
    "weekly_load",
    "weigh_conflicts",
]
