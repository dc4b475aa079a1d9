"""Before anything happens: where projects lean on service delivery, and on each other."""

from svcimpact.planning.conflicts import Conflicts, over_allocation
from svcimpact.planning.load import weekly_load

__all__ = ["Conflicts", "over_allocation", "weekly_load"]
