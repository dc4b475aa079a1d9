"""The tables of a levelling, from the runs behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from svcimpact.engine.critical import alike, latest
from svcimpact.engine.dispatch import Stakes
from svcimpact.engine.plan import Floats, Plan, planned_times
from svcimpact.engine.runs import Run
from svcimpact.incident.tables import LATE, dates
from svcimpact.planning.level_words import RULE_NAMES
from svcimpact.portfolio import Portfolio


def stacked(runs: Mapping[str, Run], table: Callable[[Run], pd.DataFrame]) -> pd.DataFrame:
    """Set the tables of several rules one below the other.

    Parameters
    ----------
    runs : mapping of str to Run
        A run per rule.
    table : callable
        Makes the table of a run.

    Returns
    -------
    pandas.DataFrame
        With the column `rule` first.
    """
    parts = []
    for rule, run in runs.items():
        part = table(run)
        part.insert(0, "rule", pd.Series(rule, index=part.index, dtype="str"))
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def rule_table(
    portfolio: Portfolio,
    stakes: Stakes,
    unlevelled: Run,
    runs: Mapping[str, tuple[Run, Run]],
) -> pd.DataFrame:
    """Return one row per rule: when the portfolio ends, and how late projects are on average.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    stakes : Stakes
        The same, compiled.
    unlevelled : Run
        The run in which there are always enough people.
    runs : mapping of str to (Run, Run)
        Per rule the single pass, and what was kept.

    Returns
    -------
    pandas.DataFrame
        Columns as in `Levelling.rules`.
    """
    plan, day = stakes.plan, portfolio.settings.hours_per_day
    free = _ends(plan, unlevelled, len(stakes.due))
    rows = []
    for rule, (first, kept) in runs.items():
        ends = _ends(plan, kept, len(stakes.due))
        delay = (ends - free) / day
        single = _ends(plan, first, len(stakes.due))
        rows.append(
            {
                "rule": rule,
                "name": RULE_NAMES[rule],
                "finish": _last(ends),
                "finish_days": _last(ends) / day,
                "levelling_days": (_last(ends) - _last(free)) / day,
                "mean_delay_days": _mean(delay),
                "levelling_cost": float(np.nansum(delay * stakes.cost_of_delay)),
                "projects_late": int((ends > stakes.due + LATE).sum()),
                "improved": kept is not first,
                "single_pass_finish_days": _last(single) / day,
                "single_pass_mean_delay_days": _mean((single - free) / day),
            }
        )
    table = pd.DataFrame(rows)
    table["finish"] = dates(portfolio.calendar, table["finish"].to_numpy(np.float64), "finish")
    table["undominated"] = undominated(table["finish_days"], table["mean_delay_days"])
    return table


def undominated(finish: pd.Series, delay: pd.Series) -> npt.NDArray[np.bool_]:
    """Tell which rules no other beats in one figure without losing in the other.

    Parameters
    ----------
    finish, delay : pandas.Series of float
        The portfolio's finish and the mean project delay of every rule.

    Returns
    -------
    ndarray of bool
        The Pareto front.

    Examples
    --------
    >>> undominated(pd.Series([10.0, 12.0, 12.0]), pd.Series([5.0, 3.0, 4.0])).tolist()
    [True, True, False]
    """
    pairs = alike(np.column_stack([finish, delay]).astype(np.float64))
    found = np.ones(len(pairs), np.bool_)
    for row, pair in enumerate(pairs):
        beaten = (pairs <= pair).all(axis=1) & (pairs < pair).any(axis=1)
        found[row] = not beaten.any()
    return found


def project_table(portfolio: Portfolio, stakes: Stakes, unlevelled: Run, run: Run) -> pd.DataFrame:
    """Return dates and what levelling costs, per project.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    stakes : Stakes
        The same, compiled.
    unlevelled, run : Run
        The run in which there are always enough people, and the levelled one.

    Returns
    -------
    pandas.DataFrame
        Columns as in `Levelling.projects`, less `rule`.
    """
    plan, clock, day = stakes.plan, portfolio.calendar, portfolio.settings.hours_per_day
    count = len(stakes.due)
    planned = latest(planned_times(plan)[1], plan.project, count)
    free, ends = _ends(plan, unlevelled, count), _ends(plan, run, count)
    table = portfolio.projects[["project", "name", "priority", "due", "cost_of_delay_per_day"]]
    table = table.copy()
    table["planned_finish"] = dates(clock, planned, "finish")
    table["unlevelled_finish"] = dates(clock, free, "finish")
    table["levelled_finish"] = dates(clock, ends, "finish")
    table["levelled_delay_days"] = (ends - planned) / day
    table["levelling_days"] = (ends - free) / day
    table["levelling_cost"] = (ends - free) / day * stakes.cost_of_delay
    past = (ends - stakes.due) / day
    table["late_days"] = np.where(past > LATE, past, np.where(np.isnan(past), np.nan, 0.0))
    return table


def task_table(portfolio: Portfolio, plan: Plan, unlevelled: Run, run: Run) -> pd.DataFrame:
    """Return dates and what levelling costs, per task.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    plan : Plan
        The same, compiled.
    unlevelled, run : Run
        The run in which there are always enough people, and the levelled one.

    Returns
    -------
    pandas.DataFrame
        Columns as in `Levelling.tasks`, less `rule`.
    """
    clock, day = portfolio.calendar, portfolio.settings.hours_per_day
    start, finish = planned_times(plan)
    table = portfolio.tasks[["task", "project", "name", "stage"]].copy()
    for name, hours in (
        ("planned_start", start),
        ("planned_finish", finish),
        ("levelled_start", run.start),
        ("levelled_finish", run.finish),
    ):
        table[name] = dates(clock, hours, name.split("_")[1])
    table["levelling_days"] = (run.finish - unlevelled.finish) / day
    table["start_hours"], table["finish_hours"] = run.start, run.finish
    return table


def _ends(plan: Plan, run: Run, count: int) -> Floats:
    return latest(run.finish, plan.project, count)


def _last(ends: Floats) -> float:
    return float(np.fmax.reduce(ends, initial=np.nan))


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan
