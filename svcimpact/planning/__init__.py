"""Before anything happens: where projects lean on service delivery, and on each other."""

from svcimpact.planning.conflicts import Conflicts, over_allocation
from svcimpact.planning.level import level
from svcimpact.planning.levelling import Levelling
from svcimpact.planning.load import weekly_load

__all__ = ["Conflicts", "Levelling", "level", "over_allocation", "weekly_load"]
