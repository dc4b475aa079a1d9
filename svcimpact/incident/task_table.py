"""The table of tasks, summed up from runs: work only for what differs between them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.engine.many import sort_by_task, spread
from svcimpact.engine.plan import Floats, Integers, Plan, planned_times
from svcimpact.incident.batches import Found
from svcimpact.incident.blocks import estimators
from svcimpact.incident.estimates import Asked
from svcimpact.incident.tables import LATE, Flags, dates
from svcimpact.portfolio import Portfolio

Figures = dict[str, tuple[Floats, Floats]]

# Tasks that a thread sums up at a time.
_AT_A_TIME = 64
_DATES = ("levelled_start", "levelled_finish", "start_p50", "finish_p50", "finish_p80")


def task_table(
    portfolio: Portfolio,
    plan: Plan,
    found: Found,
    *,
    certain: Flags,
    certain_levelled: Flags,
    sampling: str = "random",
    threads: int = 1,
) -> pd.DataFrame:
    """Return dates and delays per task.

    Parameters
    ----------
    portfolio : Portfolio
        What was simulated.
    plan : Plan
        The same, compiled.
    found : Found
        What the runs came to.
    certain, certain_levelled : ndarray of bool, shape (tasks,)
        Whether nothing random reaches a task, so that its errors are zero; in the runs without
        the incident.
    sampling : {"random", "latin-hypercube"}
        How the runs were drawn.
    threads : int
        How many threads to sum up on; the figures do not depend on it.

    Returns
    -------
    pandas.DataFrame
        One row per task, in the order of the table `tasks`.
    """
    day = portfolio.settings.hours_per_day
    start, finish = planned_times(plan)
    tasks = portfolio.tasks
    table: dict[str, Any] = {name: tasks[name] for name in ("task", "project", "name", "stage")}
    table["planned_start"] = dates(portfolio.calendar, start, "start")
    table["planned_finish"] = dates(portfolio.calendar, finish, "finish")
    for name, (estimate, error) in figures(found, day, sampling, threads).items():
        sure = certain_levelled if name.startswith("levelled") else certain
        if name in _DATES:
            side = "start" if "start" in name else "finish"
            table[name] = dates(portfolio.calendar, estimate, side)
            table[name + "_se_days"] = np.where(sure, 0.0, error / day)
        else:
            table[name] = estimate
            table[name + "_se"] = np.where(sure, 0.0, error)
    return pd.DataFrame(table, index=tasks.index)


def figures(found: Found, day: float, sampling: str, threads: int) -> Figures:
    """Return the figures of every task.

    Parameters
    ----------
    found : Found
        What the runs came to.
    day : float
        Working hours in a working day.
    sampling : {"random", "latin-hypercube"}
        How the runs were drawn.
    threads : int
        How many threads to sum up on.

    Returns
    -------
    dict of str to (estimate, error)
        Each of shape (tasks,); dates in working hours.
    """
    changes = found.changes
    runs, (rows, tasks) = len(changes.ptr) - 1, found.base[0].shape
    of_task, place, run = sort_by_task(changes.task, changes.ptr, tasks)
    # What is the same in every run is that of one; its error does not hang on the value.
    start, finish, stops = found.base
    whole = _figures(
        (start[:1], finish[:1], stops[:1]), (start[:1], finish[:1]), day, sampling, runs
    )
    touched = np.diff(of_task) > 0
    some = np.flatnonzero(touched | (rows > 1))

    def sum_up(first: int) -> tuple[Integers, Figures]:
        mine = some[first : first + _AT_A_TIME]
        begins, ends, held = (_by_task(v, mine) for v in (start, finish, stops))
        late = (_every_run(begins, runs), _every_run(ends, runs), _every_run(held, runs))
        spread(mine, of_task, place, run, changes, late)
        with_incident = (late[0].T, late[1].T, late[2].T)
        return mine, _figures(with_incident, (begins.T, ends.T), day, sampling, runs)

    with ThreadPoolExecutor(threads) as pool:
        for mine, part in pool.map(sum_up, range(0, len(some), _AT_A_TIME)):
            for name, (estimate, error) in part.items():
                whole[name][0][mine], whole[name][1][mine] = estimate, error
    return whole


def _by_task(values: NDArray[Any], tasks: Integers) -> NDArray[Any]:
    """Return a row for each task."""
    return np.ascontiguousarray(values[:, tasks].T)


def _every_run(values: NDArray[Any], runs: int) -> NDArray[Any]:
    """Return a copy with a column for each run."""
    return np.array(np.broadcast_to(values, (len(values), runs)))


def _figures(
    late: tuple[Floats, Floats, NDArray[np.int32]],
    calm: tuple[Floats, Floats],
    day: float,
    sampling: str,
    runs: int,
) -> Figures:
    """Return the figures of some tasks, from arrays of shape (runs or 1, tasks)."""
    mean, quantiles, chance = estimators(sampling)
    shape = (runs, late[0].shape[1])
    start, finish = (np.broadcast_to(values, shape) for values in late[:2])
    calm_start, calm_finish = (np.broadcast_to(values, shape) for values in calm)
    if late[1].strides[0] == 0 or len(late[1]) < runs:
        delay, happened = np.broadcast_to(0.0, shape), np.zeros((runs, 1), bool)
        stops = np.broadcast_to(late[2].astype(np.float64), shape)
    else:
        delay = (late[1] - calm[1]) / day
        happened, stops = delay * day > LATE, late[2].astype(np.float64)
    p50, p80 = Asked(0.5), Asked(0.8)
    if len(calm[1]) == 1:
        # Finishes and delays have one order where there is one run without incidents.
        of_finish = quantiles(finish, [p50, p80, Asked(0.8, calm[1][0], day)])
    else:
        of_finish = quantiles(finish, [p50, p80]) + quantiles(delay, [p80])
    found = {
        "levelled_start": quantiles(calm_start, [p50])[0],
        "levelled_finish": quantiles(calm_finish, [p50])[0],
        "start_p50": quantiles(start, [p50])[0],
        "finish_p50": of_finish[0],
        "finish_p80": of_finish[1],
        "delay_mean_days": mean(delay),
        "delay_p80_days": of_finish[2],
        "chance_delayed": chance(happened),
        "interruptions_mean": mean(stops),
    }
    # A copy each, of full length: others are written into them.
    return {
        name: (np.broadcast_to(a, shape[1:]).copy(), np.broadcast_to(b, shape[1:]).copy())
        for name, (a, b) in found.items()
    }
