"""Plans of other programs to portfolios: Microsoft Project, Primavera and more, through MPXJ."""

from svcimpact.exchange.assemble import read_plans
from svcimpact.exchange.plan_file import PLAN_SUFFIXES

__all__ = ["PLAN_SUFFIXES", "read_plans"]
