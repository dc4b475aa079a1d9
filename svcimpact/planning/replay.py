"""The same futures once more, on a plan with something changed: common random numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from svcimpact.engine.plan import Floats, Integers, Plan, compile_plan, impossible_tasks
from svcimpact.engine.program import lay_out
from svcimpact.engine.runs import StuckError
from svcimpact.engine.undisturbed import run_undisturbed
from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.incident.draws import draw_hours
from svcimpact.portfolio import Portfolio


@dataclass(frozen=True, eq=False)
class Drawn:
    """Durations of many futures, drawn once.

    Attributes
    ----------
    portfolio : Portfolio
        Whose.
    plan : Plan
        The same, compiled.
    runs : int
        How many futures; one where no duration is uncertain, as all would be the same.
    task : ndarray of int, shape (v,)
        The tasks that vary.
    hours : ndarray of float, shape (runs, v)
        Their work.
    min_share : float
        Least share of its needs with which a task starts.
    """

    portfolio: Portfolio
    plan: Plan
    runs: int
    task: Integers
    hours: Floats
    min_share: float


def draw(portfolio: Portfolio, *, runs: int, seed: int, min_share: float) -> Drawn:
    """Draw the durations of every future.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    runs : int
        How many futures, at least 1.
    seed : int
        Of all randomness.
    min_share : float
        Least share of its needs with which a task starts.

    Returns
    -------
    Drawn
        The futures.

    Raises
    ------
    InputError
        If `runs` is no whole number above 0, or a task can never start.
    """
    if not isinstance(runs, int | np.integer) or runs < 1:
        row = fault("runs", found=repr(runs), expected="a whole number, at least 1")
        raise InputError("There is nothing to simulate.", fault_frame([row]))
    plan = compile_plan(portfolio)
    stuck = impossible_tasks(plan, min_share)
    if len(stuck):
        raise _never(portfolio, min_share, stuck)
    task, hours = draw_hours(portfolio, plan, runs, seed)
    if not len(task):
        runs, hours = 1, hours[:1]
    return Drawn(portfolio, plan, runs, task, hours, min_share)


def replay(drawn: Drawn, plan: Plan) -> Floats:
    """Run every future on a plan, levelled and without incidents.

    Parameters
    ----------
    drawn : Drawn
        The futures.
    plan : Plan
        That of `drawn`, or one with other needs or capacities.

    Returns
    -------
    ndarray of float, shape (runs, n)
        When each task finishes, working hours.

    Raises
    ------
    InputError
        If a task can never go on.
    """
    program = lay_out(plan)
    place = np.empty(len(program.task), np.int64)
    place[program.task] = np.arange(len(program.task))
    rules = (float(drawn.min_share), 0.0)
    try:
        return run_undisturbed(program, place[drawn.task], drawn.hours, rules)
    except StuckError as error:
        raise _never(drawn.portfolio, drawn.min_share, np.array([error.task])) from error


def project_finish(plan: Plan, finish: Floats, projects: int) -> Floats:
    """Return when each project finishes.

    Parameters
    ----------
    plan : Plan
        Says which task belongs to which project.
    finish : ndarray of float, shape (runs, n)
        When each task finishes.
    projects : int
        How many projects there are.

    Returns
    -------
    ndarray of float, shape (runs, projects)
        When the last task of each finishes; NaN for a project without tasks.
    """
    out = np.full((len(finish), projects), np.nan)
    order = np.argsort(plan.project, kind="stable")
    known, first = np.unique(plan.project[order], return_index=True)
    if len(known):
        out[:, known] = np.maximum.reduceat(finish[:, order], first, axis=1)
    return out


def without_needs(plan: Plan, gone: npt.NDArray[np.bool_]) -> Plan:
    """Return a plan in which some needs are no more; the tasks stay.

    Parameters
    ----------
    plan : Plan
        The plan.
    gone : ndarray of bool
        One for each entry of ``plan.need_resource``.

    Returns
    -------
    Plan
        With fewer needs.
    """
    kept = np.concatenate([[0], np.cumsum(~gone)])
    return replace(
        plan,
        need_ptr=kept[plan.need_ptr].astype(np.int64),
        need_resource=plan.need_resource[~gone],
        need_units=plan.need_units[~gone],
    )


def with_taken(plan: Plan, takes: list[tuple[int, float, float, float]]) -> Plan:
    """Return a plan in which resources have less time for projects.

    Parameters
    ----------
    plan : Plan
        The plan.
    takes : list of (resource, from, until, FTE)
        What is taken from project capacity, over working hours ``[from, until)``.

    Returns
    -------
    Plan
        With other capacities.
    """
    if not takes:
        return plan
    mine: dict[int, list[tuple[float, float, float]]] = {}
    for k, begin, end, fte in takes:
        mine.setdefault(k, []).append((begin, end, fte))
    sizes = np.diff(plan.capacity_ptr)
    times = np.split(plan.capacity_time, plan.capacity_ptr[1:-1])
    values = np.split(plan.capacity_value, plan.capacity_ptr[1:-1])
    for k, taken in mine.items():
        cuts = np.unique([*times[k], *(t for begin, end, _ in taken for t in (begin, end))])
        level = values[k][np.searchsorted(times[k], cuts, side="right") - 1].copy()
        for begin, end, fte in taken:
            level[(cuts >= begin) & (cuts < end)] -= fte
        times[k], values[k], sizes[k] = cuts, level, len(cuts)
    return replace(
        plan,
        capacity_ptr=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        capacity_time=np.concatenate(times),
        capacity_value=np.concatenate(values),
    )


def _never(portfolio: Portfolio, min_share: float, tasks: Integers) -> InputError:
    """Return the error that tells which tasks can never start or go on."""
    ids = portfolio.tasks["task"]
    rows = [
        fault(
            "tasks",
            column="task",
            found=f"{ids[int(i)]!r}, which can never start",
            expected=f"{min_share:g} of its units within its resources' project capacity",
            cure="Lower units_fte, or raise capacity_fte.",
        )
        for i in tasks
    ]
    return InputError("Some tasks can never start.", fault_frame(rows))
