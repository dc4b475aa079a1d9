"""How the stated incidents stand at a moment: open, over by what was told, or still expected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from svcimpact.incident.scenario import Incident, Scenario
from svcimpact.portfolio import Portfolio

OPEN, OVER, EXPECTED = "open", "over", "expected"


@dataclass(frozen=True)
class Stands:
    """A stated incident and how it stands.

    Attributes
    ----------
    row : int
        Its place in the scenario.
    incident : Incident
        As stated.
    state : str
        open, over (its restoration time is fixed, and past) or expected (has not begun).
    restored : pandas.Timestamp or None
        When it is over by what was told; none where no fixed time was.
    """

    row: int
    incident: Incident
    state: str
    restored: pd.Timestamp | None


def situation(scenario: Scenario, portfolio: Portfolio, now: pd.Timestamp) -> list[Stands]:
    """Return how the stated incidents stand, the one that matters most first.

    Parameters
    ----------
    scenario : Scenario
        Its dates are on the portfolio's wall clock.
    portfolio : Portfolio
        With its calendar.
    now : pandas.Timestamp
        The moment.

    Returns
    -------
    list of Stands
        Open ones first, then those that are over, then those expected; within these the most
        severe, then the earliest.
    """
    found = []
    for row, item in enumerate(scenario.incidents):
        start, restored = pd.Timestamp(item.start), None
        if item.hours is not None:
            restored = pd.Timestamp(portfolio.calendar.later(np.datetime64(start), item.hours)[()])
        state = EXPECTED if start > now else OPEN
        if restored is not None and restored <= now and state == OPEN:
            state = OVER
        found.append(Stands(row, item, state, restored))
    order = (OPEN, OVER, EXPECTED)
    return sorted(
        found, key=lambda s: (order.index(s.state), s.incident.severity, s.incident.start, s.row)
    )
