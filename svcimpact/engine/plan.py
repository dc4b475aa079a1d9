"""A portfolio compiled to arrays: the one thing that the kernel understands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.checks.lookup import totals
from svcimpact.engine.compiled import allocating
from svcimpact.portfolio import Portfolio
from svcimpact.remembered import remembered

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LINK_TYPES = ("FS", "SS", "FF", "SF")


@dataclass(frozen=True, eq=False)
class Plan:
    """Arrays of one portfolio with `n` tasks and `r` resources, in the tables' row order.

    Times are working hours since the portfolio's start, needs and capacities are FTE.

    Attributes
    ----------
    hours : ndarray of float, shape (n,)
        Work at full staffing, before anything was done.
    release : ndarray of float, shape (n,)
        The earliest start.
    planned : ndarray of float, shape (n,)
        Planned start, NaN where the tables give none.
    dispatch : ndarray of int, shape (n,)
        Task indices in dispatch order: project priority, planned start, row.
    project : ndarray of int, shape (n,)
        Row of the project that each task belongs to.
    need_ptr, need_resource, need_units : ndarray
        What each task takes while it runs; task `i` owns entries
        ``need_ptr[i]:need_ptr[i + 1]``.
    link_predecessor, link_successor, link_type, link_lag : ndarray
        Links; types are positions in ``("FS", "SS", "FF", "SF")``, lags in working hours.
    capacity_ptr, capacity_time, capacity_value : ndarray
        Steps of every resource's project capacity (capacity less absence less everyday
        support, not floored); the first time of each resource is minus infinity.
    hold_task, hold_from, hold_until : ndarray
        Planned change freezes per task, over ``[from, until)``.
    now : float
        When time begins: 0, or the status date.
    began, ended, done : ndarray of float, shape (n,)
        Actual start and finish (NaN where there is none) and the fraction done.
    """

    hours: Floats
    release: Floats
    planned: Floats
    dispatch: Integers
    project: Integers
    need_ptr: Integers
    need_resource: Integers
    need_units: Floats
    link_predecessor: Integers
    link_successor: Integers
    link_type: Integers
    link_lag: Floats
    capacity_ptr: Integers
    capacity_time: Floats
    capacity_value: Floats
    hold_task: Integers
    hold_from: Floats
    hold_until: Floats
    now: float
    began: Floats
    ended: Floats
    done: Floats

    @cached_property
    def forward_pass(self) -> tuple[Floats, Floats]:
        """Planned start and finish of every task; see `planned_times`."""
        given = ~np.isnan(self.planned)
        start = np.where(given, self.planned, 0.0)
        finish = start + self.hours
        if not given.all():
            order = np.argsort(self.link_predecessor, kind="stable")
            links = (
                self.link_predecessor[order],
                self.link_successor[order],
                self.link_type[order],
                self.link_lag[order],
            )
            pass_forward(start, finish, self.hours, given, *links)
        return start, finish


@allocating
def pass_forward(
    start: Floats,
    finish: Floats,
    hours: Floats,
    given: NDArray[np.bool_],
    predecessor: Integers,
    successor: Integers,
    kind: Integers,
    lag: Floats,
) -> None:
    """Move tasks to the earliest that their links allow, in topological order (Kahn, 1962).

    Parameters
    ----------
    start, finish : ndarray of float, shape (n,)
        Earliest times, changed in place; starts and finishes are nodes of their own.
    hours : ndarray of float, shape (n,)
        Work of each task.
    given : ndarray of bool, shape (n,)
        Tasks whose times stay as they are.
    predecessor, successor, kind, lag : ndarray, shape (links,)
        Links, sorted by predecessor; they have no cycle.
    """
    n = len(start)
    out = np.zeros(n + 1, np.int64)
    open_ = np.zeros(2 * n, np.int64)
    open_[n:] = 1  # a finish waits for its start
    for e in range(len(predecessor)):
        out[predecessor[e] + 1] += 1
        open_[successor[e] + (n if kind[e] >= 2 else 0)] += 1
    for i in range(n):
        out[i + 1] += out[i]
    stack = np.empty(2 * n, np.int64)
    top = 0
    for i in range(n):
        if open_[i] == 0:
            stack[top] = i
            top += 1
    while top > 0:
        top -= 1
        node = stack[top]
        i = node % n
        if node < n:
            if not given[i]:
                finish[i] = max(finish[i], start[i] + hours[i])
            open_[n + i] -= 1
            if open_[n + i] == 0:
                stack[top] = n + i
                top += 1
        at = finish[i] if node >= n else start[i]
        for e in range(out[i], out[i + 1]):
            if (kind[e] in (0, 2)) != (node >= n):
                continue
            j = successor[e]
            if kind[e] >= 2:
                if not given[j]:
                    finish[j] = max(finish[j], at + lag[e])
                j += n
            elif not given[j]:
                start[j] = max(start[j], at + lag[e])
            open_[j] -= 1
            if open_[j] == 0:
                stack[top] = j
                top += 1


def positions(ids: pd.Series, of: pd.Series) -> Integers:
    """Return the row of each of `ids` in the id column `of`.

    Parameters
    ----------
    ids : pandas.Series
        Ids to look up; all are there.
    of : pandas.Series
        The id column of a table.

    Returns
    -------
    ndarray of int
        Row numbers, as many as `ids`.
    """
    return np.asarray(pd.Index(of).get_indexer(pd.Index(ids)), dtype=np.int64)


@remembered
def compile_plan(portfolio: Portfolio) -> Plan:
    """Compile a portfolio to arrays.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.

    Returns
    -------
    Plan
        The arrays, tasks and resources in row order.
    """
    tasks, clock = portfolio.tasks, portfolio.calendar
    n = len(tasks)
    day = portfolio.settings.hours_per_day
    planned = _clock_hours(portfolio, tasks["planned_start"])
    start = np.where(np.isnan(planned), 0.0, planned)
    early = tasks["can_start_early"].to_numpy(dtype=bool)
    project = positions(tasks["project"], portfolio.projects["project"])
    priority = portfolio.projects["priority"].to_numpy(dtype=np.float64, na_value=np.inf)
    status = portfolio.settings.status_date
    known = status is not None
    nothing = np.full(n, np.nan)
    began = _clock_hours(portfolio, tasks["actual_start"]) if known else nothing
    ended = _clock_hours(portfolio, tasks["actual_finish"]) if known else nothing

    assigned = portfolio.assignments[portfolio.assignments["units_fte"] > 0]
    task = positions(assigned["task"], tasks["task"])
    order = np.argsort(task, kind="stable")
    capacity_ptr, capacity_time, capacity_value = _capacity_steps(portfolio)
    hold_task, hold_from, hold_until = _planned_holds(portfolio)
    links = portfolio.links
    return Plan(
        hours=tasks["duration_days"].to_numpy(np.float64) * day,
        release=np.where(early, 0.0, start),
        planned=planned,
        dispatch=plan_order(start, priority[project]),
        project=project,
        need_ptr=np.searchsorted(task[order], np.arange(n + 1)).astype(np.int64),
        need_resource=positions(assigned["resource"], portfolio.resources["resource"])[order],
        need_units=assigned["units_fte"].to_numpy(np.float64)[order],
        link_predecessor=positions(links["predecessor"], tasks["task"]),
        link_successor=positions(links["successor"], tasks["task"]),
        link_type=np.asarray(
            pd.Index(LINK_TYPES).get_indexer(pd.Index(links["type"])), dtype=np.int64
        ),
        link_lag=links["lag_days"].to_numpy(np.float64) * day,
        capacity_ptr=capacity_ptr,
        capacity_time=capacity_time,
        capacity_value=capacity_value,
        hold_task=hold_task,
        hold_from=hold_from,
        hold_until=hold_until,
        now=float(clock.hours(status)) if status is not None else 0.0,
        began=began,
        ended=ended,
        done=tasks["done_fraction"].to_numpy(np.float64),
    )


def plan_order(start: Floats, priority: Floats) -> Integers:
    """Return the tasks in the order of the plan: project priority, planned start, row.

    Parameters
    ----------
    start, priority : ndarray of float, shape (n,)
        Of each task: working hours, and its project's rank with infinity for none.

    Returns
    -------
    ndarray of int, shape (n,)
        Task indices.
    """
    return np.lexsort((np.arange(len(start)), start, priority)).astype(np.int64)


def planned_times(plan: Plan) -> tuple[Floats, Floats]:
    """Return when the tables plan each task, resources and freezes left aside.

    A task without a planned start is planned as early as its links allow, by the forward
    pass of the critical path method over starts and finishes.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.

    Returns
    -------
    start, finish : ndarray of float, shape (n,)
        Working hours.
    """
    return plan.forward_pass


@remembered
def impossible_tasks(plan: Plan, min_share: float) -> Integers:
    """Return the tasks that could never start, or never go on.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.
    min_share : float
        Least share of its needs with which a task starts.

    Returns
    -------
    ndarray of int
        Task indices: `min_share` times the units above the most project capacity that the
        resource ever has; for a task that runs already and has work left, no project
        capacity at all.
    """
    most = np.array(
        [
            plan.capacity_value[a:b].max()
            for a, b in zip(plan.capacity_ptr[:-1], plan.capacity_ptr[1:], strict=True)
        ]
    )
    task = np.repeat(np.arange(len(plan.hours)), np.diff(plan.need_ptr))
    room = most[plan.need_resource] if len(most) else np.zeros(0)
    runs = ~np.isnan(plan.began[task])
    left = (plan.hours * (1.0 - plan.done))[task]
    held_up = (room <= 0) & (left > 1e-9)
    over = np.where(runs, held_up, min_share * plan.need_units > room + 1e-9)
    over &= np.isnan(plan.ended[task])
    return np.unique(task[over]).astype(np.int64)


def _clock_hours(portfolio: Portfolio, when: pd.Series) -> Floats:
    """Return working hours, NaN where there is no date."""
    out = np.full(len(when), np.nan)
    there = when.notna().to_numpy()
    out[there] = portfolio.calendar.hours(when[there].to_numpy())
    return out


def _capacity_steps(portfolio: Portfolio) -> tuple[Integers, Floats, Floats]:
    """Return the project capacity of every resource as steps, each summed from scratch."""
    resources, absences = portfolio.resources, portfolio.absences
    capacity = resources["capacity_fte"].to_numpy(np.float64)
    support = portfolio.support
    everyday = totals(support["bau_fte"], support["resource"], resources["resource"])
    who = positions(absences["resource"], resources["resource"])
    away = absences["fte"].to_numpy(np.float64)
    away = np.where(np.isnan(away), capacity[who] if len(who) else away, away)
    first = np.asarray(portfolio.calendar.hours(absences["start"].to_numpy()))
    day = np.timedelta64(1, "D")
    until = np.asarray(portfolio.calendar.hours(absences["end"].to_numpy() + day))
    rows: dict[int, list[int]] = {}
    for row, k in enumerate(who):
        if until[row] > first[row]:
            rows.setdefault(int(k), []).append(row)
    pointer, times, values = [0], [], []
    for k in range(len(resources)):
        mine = rows.get(k, [])
        steps = [-np.inf, *sorted({float(t) for j in mine for t in (first[j], until[j])})]
        for t in steps:
            absent = sum(away[j] for j in mine if first[j] <= t < until[j])
            times.append(t)
            values.append(capacity[k] - min(absent, capacity[k]) - everyday[k])
        pointer.append(len(times))
    return np.array(pointer, np.int64), np.array(times, float), np.array(values, float)


def _planned_holds(portfolio: Portfolio) -> tuple[Integers, Floats, Floats]:
    """Return the stretches over which planned change freezes hold tasks."""
    changes = portfolio.changes[portfolio.changes["effect"] == "changes"]
    holds: list[tuple[int, float, float]] = []
    task = positions(changes["task"], portfolio.tasks["task"])
    for row in portfolio.freezes.to_dict("records"):
        a, b = portfolio.calendar.hours(np.array([row["start"], row["end"]], "datetime64[us]"))
        whole = pd.isna(row["service"])
        held = task if whole else task[(changes["service"] == row["service"]).to_numpy()]
        holds += [(int(i), float(a), float(b)) for i in dict.fromkeys(held) if b > a]
    return (
        np.array([h[0] for h in holds], np.int64),
        np.array([h[1] for h in holds], float),
        np.array([h[2] for h in holds], float),
    )
