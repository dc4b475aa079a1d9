"""Before anything happens: where projects lean on service delivery, and on each other."""

from svcimpact.planning import scope
from svcimpact.planning.communication import LEVELS, Communication
from svcimpact.planning.conflicts import conflict_register
from svcimpact.planning.level import level
from svcimpact.planning.levelling import Levelling
from svcimpact.planning.load import weekly_load
from svcimpact.planning.network import conflict_groups, conflict_network
from svcimpact.planning.overload import OverAllocation, over_allocation
from svcimpact.planning.register import ConflictRegister
from svcimpact.planning.scope import ScopeImpact, scope_impact
from svcimpact.planning.stages import StageInvolvement, stage_involvement
from svcimpact.planning.transition import Transition, transition
from svcimpact.planning.transition_rules import TransitionRules
from svcimpact.planning.weighing import weigh_conflicts

__all__ = [
    "LEVELS",
    "Communication",
    "ConflictRegister",
    "Levelling",
    "OverAllocation",
    "ScopeImpact",
    "StageInvolvement",
    "Transition",
    "TransitionRules",
    "conflict_groups",
    "conflict_network",
    "conflict_register",
    "level",
    "over_allocation",
    "scope",
    "scope_impact",
    "stage_involvement",
    "transition",
    "weekly_load",
    "weigh_conflicts",
]
