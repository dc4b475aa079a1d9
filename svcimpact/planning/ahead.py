"""What is left of the plan: from the status date on, nothing earlier can be done any more."""

from __future__ import annotations

import numpy as np
import pandas as pd

from svcimpact.engine.plan import Floats, Plan, compile_plan, planned_times
from svcimpact.portfolio import Portfolio

FROM_STATUS_DATE = (
    "Of running tasks what is left is counted, from the status date on; what should have begun "
    "already is counted as if it began at that date."
)


def times_ahead(plan: Plan) -> tuple[Floats, Floats]:
    """Return when the plan has each task, moved to where there still is time for it.

    What runs goes on now, and what should have begun earlier begins now. Everything else keeps
    its planned start, and what is finished its planned dates.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.

    Returns
    -------
    start, finish : numpy.ndarray of float, shape (n,)
        Working hours; between the two is the work left, of finished tasks all of it.
    """
    planned, _ = planned_times(plan)
    over = ~np.isnan(plan.ended)
    runs = ~np.isnan(plan.began) & ~over
    start = np.where(runs, plan.now, np.where(over, planned, np.maximum(planned, plan.now)))
    # A share done of what has not begun is left aside, as the simulation does.
    return start, start + plan.hours * np.where(runs, 1.0 - plan.done, 1.0)


def work_ahead(portfolio: Portfolio) -> pd.DataFrame:
    """Return the stretches in which what is left of each task is planned.

    Nothing can be done before the status date any more, or before the portfolio's start where
    there is none; see `times_ahead`.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.

    Returns
    -------
    pandas.DataFrame
        One row per task with work left: `row` and `task`, `start_hours` and `finish_hours`
        (working hours since the portfolio's start), `share` (1: full staffing) and `left`
        (working hours of it).
    """
    plan = compile_plan(portfolio)
    start, finish = times_ahead(plan)
    left = np.where(np.isnan(plan.ended), finish - start, 0.0)
    row = np.flatnonzero(left > 0)
    return pd.DataFrame(
        {
            "row": row,
            "task": portfolio.tasks["task"].take(row).to_numpy(),
            "start_hours": start[row],
            "finish_hours": finish[row],
            "share": 1.0,
            "left": left[row],
        }
    ).astype({"task": "str"})
