"""Before anything happens: where projects lean on service delivery, and on each other."""

from svcimpact.planning import scope
from svcimpact.planning.conflicts import Conflicts, over_allocation
from svcimpact.planning.level import level
from svcimpact.planning.levelling import Levelling
from svcimpact.planning.load import weekly_load
from svcimpact.planning.scope import ScopeImpact, scope_impact
from svcimpact.planning.stages import StageInvolvement, stage_involvement

__all__ = [
    "Conflicts",
    "Levelling",
    "ScopeImpact",
    "StageInvolvement",
    "level",
    "over_allocation",
    "scope",
    "scope_impact",
    "stage_involvement",
    "weekly_load",
]
