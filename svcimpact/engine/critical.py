"""The critical path method over a plan's links: early and late dates, total float."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from svcimpact.engine.plan import LINK_TYPES, Floats, Integers, Plan, pass_forward
from svcimpact.engine.program import lay_out

Flags = NDArray[np.bool_]

# Seen from the end of time, FS stays FS, SS becomes FF, FF becomes SS and SF stays SF.
_MIRRORED = np.array([LINK_TYPES.index(kind) for kind in ("FS", "FF", "SS", "SF")], np.int64)


@dataclass(frozen=True, eq=False)
class CriticalPath:
    """Early and late dates of every task as if there were always enough people.

    Attributes
    ----------
    early_start, early_finish : ndarray of float, shape (n,)
        The earliest that links, releases and the status date allow, in working hours.
    late_start, late_finish : ndarray of float, shape (n,)
        The latest with which every project still ends by its end, in working hours.
    total_float : ndarray of float, shape (n,)
        Working hours that a task can slip; the lesser of start and finish float, and the
        finish float alone of a task that has begun. Negative where a due date is out of reach,
        NaN for a finished task.
    left : ndarray of float, shape (n,)
        Working hours at full staffing that are not done yet.
    """

    early_start: Floats
    early_finish: Floats
    late_start: Floats
    late_finish: Floats
    total_float: Floats
    left: Floats


def critical_path(plan: Plan, due: Floats | None = None) -> CriticalPath:
    """Pass forward and backward over the links of a plan (Kelley and Walker, 1959).

    Resources and planned freezes are left aside. A project has to end by its due date; one
    without by the last date of those it shares people or links with, directly or through
    others: the latest early finish, or due date if that is later. So a project that shares
    nothing changes nothing.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.
    due : ndarray of float, shape (projects,), optional
        When each project is due, in working hours; NaN for no due date. None has one where
        not given.

    Returns
    -------
    CriticalPath
        Early and late dates, float, and the work left. A finished task has its actual dates
        as early dates.

    Notes
    -----
    The backward pass is the forward pass in mirrored time, over mirrored links.

    Examples
    --------
    >>> from svcimpact.engine.plan import compile_plan
    >>> from svcimpact.io import read
    >>> path = critical_path(compile_plan(read("data/tiny")))
    >>> path.early_finish.tolist()
    [24.0, 40.0, 24.0, 32.0, 56.0]
    >>> path.total_float.tolist()
    [32.0, 0.0, 16.0, 8.0, 0.0]
    """
    begun, ended = ~np.isnan(plan.began) | ~np.isnan(plan.ended), ~np.isnan(plan.ended)
    left = hours_left(plan)
    start = np.where(begun, plan.began, np.maximum(plan.release, plan.now))
    start = np.where(np.isnan(start), plan.ended, start)
    finish = np.where(ended, plan.ended, np.where(begun, plan.now, start) + left)
    before, after = plan.link_predecessor, plan.link_successor
    # What has happened waits for nothing any more.
    ahead = ~ended[after] & ~(begun[after] & (plan.link_type <= 1))
    _pass(plan, ahead, start, finish, np.where(begun, finish - start, left))
    if due is None:
        due = np.full(int(plan.project.max(initial=-1)) + 1, np.nan)
    end = _ends(plan, finish, due)
    # Mirrored time. A link from a start that is past holds nothing back.
    free = ended[before] | (begun[before] & (plan.link_type % 2 == 1))
    mirrored_finish, mirrored_start = left - end, -end
    _pass(mirrored(plan), ahead & ~free, mirrored_start, mirrored_finish, left)
    late_start, late_finish = -mirrored_finish, -mirrored_start
    slack = late_finish - finish
    slack = np.where(begun, slack, np.minimum(late_start - start, slack))
    return CriticalPath(
        early_start=start,
        early_finish=finish,
        late_start=late_start,
        late_finish=late_finish,
        total_float=np.where(ended, np.nan, slack),
        left=left,
    )


def hours_left(plan: Plan) -> Floats:
    """Return the work of every task that is not done yet.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.

    Returns
    -------
    ndarray of float, shape (n,)
        Working hours at full staffing, 0 for a finished task.
    """
    begun = ~np.isnan(plan.began)
    left = np.where(begun, plan.hours * (1.0 - plan.done), plan.hours)
    return np.where(np.isnan(plan.ended), left, 0.0)


def alike(hours: Floats) -> Floats:
    """Round off what sums of floats leave over, so that equal times are equal numbers.

    Parameters
    ----------
    hours : ndarray of float
        Working hours.

    Returns
    -------
    ndarray of float
        The same to a millionth, for putting them in order.
    """
    return np.round(hours, 6)


def mirrored(plan: Plan) -> Plan:
    """Return the plan with its links as they are when time runs backwards.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.

    Returns
    -------
    Plan
        The same but for the links.
    """
    return replace(
        plan,
        link_predecessor=plan.link_successor,
        link_successor=plan.link_predecessor,
        link_type=_MIRRORED[plan.link_type],
    )


def latest(values: Floats, group: Integers, count: int) -> Floats:
    """Return the largest value of each group.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Finish of every task, say.
    group : ndarray of int, shape (n,)
        What each belongs to: `Plan.project`, say.
    count : int
        How many groups there are.

    Returns
    -------
    ndarray of float, shape (count,)
        NaN for a group without values.
    """
    found = np.full(count, np.nan)
    np.fmax.at(found, group, values)
    return found


def groups(plan: Plan, count: int) -> Integers:
    """Return which projects hang together, by shared people or links, directly or through others.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.
    count : int
        How many projects there are.

    Returns
    -------
    ndarray of int, shape (projects,)
        The number of each project's group.
    """
    program = lay_out(plan)
    component = np.empty_like(program.task_component)
    component[program.task] = program.task_component
    size = count + int(component.max(initial=-1)) + 1
    pairs = (np.ones(len(component)), (plan.project, count + component))
    ties = coo_array(pairs, shape=(size, size))
    label: Integers = connected_components(ties, directed=False)[1].astype(np.int64)
    return label[:count]


def _ends(plan: Plan, finish: Floats, due: Floats) -> Floats:
    """Return, per task, when its project has to end."""
    count = len(due)
    group = groups(plan, count)
    last = np.fmax(latest(finish, plan.project, count), due)
    horizon = latest(last, group, int(group.max(initial=-1)) + 1)[group]
    return np.where(np.isnan(due), horizon, due)[plan.project]


def _pass(plan: Plan, kept: Flags, start: Floats, finish: Floats, hours: Floats) -> None:
    """Pass forward over the links kept; dates change in place."""
    rows = np.flatnonzero(kept)
    rows = rows[np.argsort(plan.link_predecessor[rows], kind="stable")]
    pass_forward(
        start,
        finish,
        hours,
        np.zeros(len(start), np.bool_),
        plan.link_predecessor[rows],
        plan.link_successor[rows],
        plan.link_type[rows],
        plan.link_lag[rows],
    )
