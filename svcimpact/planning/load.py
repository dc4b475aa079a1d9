"""Load against capacity, by resource and week."""

from __future__ import annotations

import numpy as np
import pandas as pd

from svcimpact.planning.steps import load_steps, planned_segments
from svcimpact.portfolio import Portfolio


def weekly_load(
    portfolio: Portfolio,
    *,
    segments: pd.DataFrame | None = None,
    takes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return what every resource is asked for and has, week by week.

    Integrated over every change within the week, not sampled:
    ``over_hours = ∫ max(0, load - project capacity) dt`` over the week's working time. Two tasks
    at once on Monday are too much even if the rest of the week is free.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    segments : pandas.DataFrame, optional
        Stretches of work, with the columns `task`, `start_hours`, `finish_hours` (working hours
        since the portfolio's start) and `share` (of full staffing; 0 is held): one run of a
        simulation, say. The planned dates at full staffing where not given.
    takes : pandas.DataFrame, optional
        What incidents take from project capacity, with the columns `resource`, `start_hours`,
        `finish_hours` and `fte`; what is given for one resource at one time adds up. Nothing
        where not given.

    Returns
    -------
    pandas.DataFrame
        One row per resource (in row order) and week (from the first to the last with work):

        - `resource`, `name`, `team`
        - `week`: its Monday
        - `load_hours`: asked for by project tasks
        - `capacity_hours`: project capacity, what the next three leave of the resource
        - `everyday_hours`: everyday support, as far as the resource is there
        - `absent_hours`: absences
        - `incident_hours`: taken by incidents (0 without `takes`)
        - `over_hours`: asked for beyond the project capacity

        All are working hours times FTE; `capacity_hours`, `everyday_hours`, `absent_hours` and
        `incident_hours` add up to the resource's capacity over the working time of the week.

    Raises
    ------
    ValueError
        If `segments` or `takes` name something that the portfolio does not have.
    """
    given = planned_segments(portfolio) if segments is None else segments
    steps = load_steps(portfolio, given, takes)
    resources = portfolio.resources
    who = np.repeat(np.arange(len(resources)), steps.mondays.size)
    weekly = resources[["resource", "name", "team"]].take(who).reset_index(drop=True)
    weekly["week"] = np.tile(steps.mondays, len(resources))
    for column, fte in {
        "load_hours": steps.load,
        "capacity_hours": steps.capacity,
        "everyday_hours": steps.everyday,
        "absent_hours": steps.absent,
        "incident_hours": steps.incident,
        "over_hours": steps.over,
    }.items():
        weekly[column] = steps.weekly(fte).ravel()
    return weekly
