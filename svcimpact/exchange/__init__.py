"""What other programs hold: plans (Microsoft Project, Primavera) and incident logs."""

from svcimpact.exchange.assemble import read_plans
from svcimpact.exchange.incident_log import ImportedLog, merge_log, read_incident_log
from svcimpact.exchange.plan_file import PLAN_SUFFIXES

__all__ = ["PLAN_SUFFIXES", "ImportedLog", "merge_log", "read_incident_log", "read_plans"]
