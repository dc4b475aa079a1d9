"""During and after an incident: seven practices, one file each, behind one protocol."""

from svcimpact.response.contingency import ContingencyPlan, contingency_plan
from svcimpact.response.escalate import Escalation, escalation
from svcimpact.response.inform import StakeholderNotes, stakeholder_notes
from svcimpact.response.live import live_picture
from svcimpact.response.morale import StuckPeople, stuck_people
from svcimpact.response.practice import Practice
from svcimpact.response.recover import HandBack, hand_back
from svcimpact.response.redeploy import Redeployment, redeployment
from svcimpact.response.watch import WatchList, watch_list

__all__ = [
    "ContingencyPlan",
    "Escalation",
    "HandBack",
    "Practice",
    "Redeployment",
    "StakeholderNotes",
    "StuckPeople",
    "WatchList",
    "contingency_plan",
    "escalation",
    "hand_back",
    "live_picture",
    "redeployment",
    "stakeholder_notes",
    "stuck_people",
    "watch_list",
]
