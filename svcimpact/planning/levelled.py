"""The levelled plan as stretches of work: one run with no incident, at the planned durations."""

from __future__ import annotations

import numpy as np
import pandas as pd

from svcimpact.engine.plan import compile_plan, impossible_tasks
from svcimpact.engine.runs import StuckError, run_once
from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.portfolio import Portfolio

MIN_SHARE = 0.5  # the simulation's own default


def levelled_segments(portfolio: Portfolio) -> pd.DataFrame:
    """Return the stretches in which each task is worked on once nobody is wanted twice.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.

    Returns
    -------
    pandas.DataFrame
        One row per task and stretch of constant staffing: `task`, `start_hours` and
        `finish_hours` (working hours since the portfolio's start) and `share` (of full
        staffing, above 0). Stretches in which a task is held are left out.

    Raises
    ------
    InputError
        If a task can never start or go on, so that there is no levelled plan.
    """
    plan = compile_plan(portfolio)
    stuck = impossible_tasks(plan, MIN_SHARE)
    if len(stuck):
        raise _stuck(portfolio, [int(row) for row in stuck])
    try:
        run = run_once(plan, min_share=MIN_SHARE, trace=True)
    except StuckError as error:
        raise _stuck(portfolio, [error.task]) from None
    rows = np.array(run.segments, np.float64).reshape(-1, 4)
    rows = rows[rows[:, 3] > 0]
    return pd.DataFrame(
        {
            "task": portfolio.tasks["task"].take(rows[:, 0].astype(np.int64)),
            "start_hours": rows[:, 1],
            "finish_hours": rows[:, 2],
            "share": rows[:, 3],
        }
    ).reset_index(drop=True)


def _stuck(portfolio: Portfolio, tasks: list[int]) -> InputError:
    rows = [
        fault(
            "tasks",
            column="task",
            found=f"{portfolio.tasks['task'].iloc[row]!r}, which can never start or go on",
            expected=f"{MIN_SHARE:g} of its units within its resources' project capacity",
            cure="Lower units_fte, or raise capacity_fte.",
        )
        for row in tasks
    ]
    return InputError("The plan cannot be levelled.", fault_frame(rows))
