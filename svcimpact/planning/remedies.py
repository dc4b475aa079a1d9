"""Fixes for a conflict: move tasks within their float, let another do them, change the order."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from svcimpact.engine.plan import Plan, compile_plan, pass_forward, positions
from svcimpact.planning.ahead import times_ahead
from svcimpact.planning.steps import NEGLIGIBLE, Floats, Integers, Steps
from svcimpact.portfolio import Portfolio

_LEAST_HOURS = 0.5  # a shift below this is no fix
_MOST_DAYS = 20.0  # a task that would have to move further is another plan, not a fix
_MOST_TASKS = 10  # likewise where more would have to move


@dataclass(frozen=True)
class Remedy:
    """One change of the plan that may settle a conflict.

    Attributes
    ----------
    kind : str
        ``later``, ``earlier``, ``swap`` or ``reorder``.
    text : str
        What to do, for people.
    tasks : tuple of str
        The tasks moved or given to somebody else.
    hours : tuple of float
        Working hours by which each task is moved; negative is earlier.
    resource, others : str, tuple of str
        Who is relieved, and who does each task instead.
    project, ahead_of : str
        The project that is to come ahead of another.
    """

    kind: str
    text: str
    tasks: tuple[str, ...] = ()
    hours: tuple[float, ...] = ()
    resource: str = ""
    others: tuple[str, ...] = ()
    project: str = ""
    ahead_of: str = ""

    def apply(self, portfolio: Portfolio) -> Portfolio:
        """Return the portfolio with this fix.

        Parameters
        ----------
        portfolio : Portfolio
            The portfolio that the fix was found for.

        Returns
        -------
        Portfolio
            A new one. Tasks that links push along are planned later too; priorities are numbered
            anew where the order changes.
        """
        if self.kind == "swap":
            return replace(portfolio, assignments=self._swapped(portfolio.assignments))
        if self.kind == "reorder":
            return replace(portfolio, projects=self._reordered(portfolio.projects))
        return replace(portfolio, tasks=self._moved(portfolio))

    def _swapped(self, assignments: pd.DataFrame) -> pd.DataFrame:
        instead = dict(zip(self.tasks, self.others, strict=True))
        found = assignments.copy()
        mine = (found["resource"] == self.resource) & found["task"].isin(self.tasks)
        found.loc[mine, "resource"] = found.loc[mine, "task"].map(instead)
        return found

    def _reordered(self, projects: pd.DataFrame) -> pd.DataFrame:
        rank = projects["priority"].to_numpy(np.float64, na_value=np.inf)
        ids = list(projects["project"])
        known = rank[np.isfinite(rank)]
        rank[np.isinf(rank)] = known.max(initial=0.0) + 1.0
        target = rank[ids.index(self.ahead_of)]
        rank[np.arange(len(rank)) != ids.index(self.project)] += 0.5
        rank[ids.index(self.project)] = target
        _, dense = np.unique(rank, return_inverse=True)
        order = pd.Series(dense + 1, index=projects.index)
        return projects.assign(priority=order.astype(projects["priority"].dtype))

    def _moved(self, portfolio: Portfolio) -> pd.DataFrame:
        plan = compile_plan(portfolio)
        base, _ = times_ahead(plan)
        before, _ = linked_times(plan, base)
        start = base.copy()
        at = positions(pd.Series(self.tasks), portfolio.tasks["task"])
        start[at] += np.array(self.hours)
        after, _ = linked_times(plan, start)
        pushed = np.maximum(after - before, 0.0)
        pushed[at] = np.maximum(after - start, 0.0)[at] + np.array(self.hours)
        moved = np.abs(pushed) > _LEAST_HOURS / 1000
        tasks = portfolio.tasks.copy()
        when = portfolio.calendar.when((base + pushed)[moved])
        tasks.loc[moved, "planned_start"] = pd.Series(when, index=tasks.index[moved])
        tasks.loc[moved, "can_start_early"] = False
        return tasks


def linked_times(plan: Plan, start: Floats) -> tuple[Floats, Floats]:
    """Return the earliest times that links allow, given no task starts before `start`.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.
    start : numpy.ndarray of float, shape (n,)
        Working hours.

    Returns
    -------
    start, finish : numpy.ndarray of float, shape (n,)
        Working hours.
    """
    order = np.argsort(plan.link_predecessor, kind="stable")
    early, late = start.copy(), start + plan.hours
    pass_forward(
        early, late, plan.hours, np.zeros(len(start), bool), plan.link_predecessor[order],
        plan.link_successor[order], plan.link_type[order], plan.link_lag[order],
    )  # fmt: skip
    return early, late


def total_float(plan: Plan) -> Floats:
    """Return by how much each task can move later before its project's planned finish moves.

    The backward pass of the critical path method (Kelley and Walker, 1959): the forward pass on
    reversed time, every project ending at its planned finish.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.

    Returns
    -------
    numpy.ndarray of float, shape (n,)
        Working hours, none negative; float of a task at its planned dates.
    """
    start, finish = times_ahead(plan)
    count = int(plan.project.max(initial=-1)) + 1
    ends = np.full(count, -np.inf)
    np.maximum.at(ends, plan.project, finish)
    order = np.argsort(plan.link_successor, kind="stable")
    mirrored = np.array([0, 2, 1, 3])[plan.link_type]  # SS and FF change places
    late_start = -ends[plan.project]
    late_finish = late_start + plan.hours
    pass_forward(
        late_start, late_finish, plan.hours, np.zeros(len(start), bool),
        plan.link_successor[order], plan.link_predecessor[order], mirrored[order],
        plan.link_lag[order],
    )  # fmt: skip
    room: Floats = np.maximum(np.minimum(-late_finish - start, -late_start - finish), 0.0)
    return room


def room_ahead(plan: Plan) -> Floats:
    """Return by how much each task could start earlier, everything else as planned.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.

    Returns
    -------
    numpy.ndarray of float, shape (n,)
        Working hours until its links, or the beginning of time, hold it.
    """
    start, finish = times_ahead(plan)
    gate = np.full(len(start), plan.now)
    from_finish = np.isin(plan.link_type, (0, 2))
    at = np.where(from_finish, finish[plan.link_predecessor], start[plan.link_predecessor])
    at = at + plan.link_lag
    at = at - np.where(plan.link_type >= 2, plan.hours[plan.link_successor], 0.0)
    np.maximum.at(gate, plan.link_successor, at)
    room: Floats = np.maximum(start - gate, 0.0)
    return room


@dataclass(frozen=True, eq=False)
class Bench:
    """What is known about a portfolio before fixes are looked for."""

    portfolio: Portfolio
    plan: Plan
    steps: Steps
    later: Floats
    earlier: Floats
    movable: np.ndarray

    @classmethod
    def of(cls, portfolio: Portfolio, steps: Steps) -> Bench:
        """Look a portfolio up once."""
        plan = compile_plan(portfolio)
        movable = np.isnan(plan.began) & np.isnan(plan.ended)
        return cls(portfolio, plan, steps, total_float(plan), room_ahead(plan), movable)


def shift(
    bench: Bench, tasks: Integers, others: list[tuple[float, float]], *, late: bool
) -> Remedy | None:
    """Move tasks out of others' way, as far as their float goes; ten tasks and 20 days at most.

    Parameters
    ----------
    bench : Bench
        The portfolio.
    tasks : numpy.ndarray of int
        Rows of the tasks in conflict.
    others : list of (float, float)
        When the other side wants the same, in working hours.
    late : bool
        Whether to move them behind it; ahead of it if not.

    Returns
    -------
    Remedy or None
        None where no task can move.
    """
    start, finish = times_ahead(bench.plan)
    day = bench.portfolio.settings.hours_per_day
    moved: list[tuple[int, float]] = []
    for i in tasks[bench.movable[tasks]].tolist():
        meets = [(a, b) for a, b in others if a < finish[i] and start[i] < b]
        if not meets:
            continue
        if late:
            hours = min(max(b for _, b in meets) - start[i], bench.later[i])
        else:
            hours = -min(finish[i] - min(a for a, _ in meets), bench.earlier[i])
        if _LEAST_HOURS <= abs(hours) <= _MOST_DAYS * day:
            moved.append((i, float(hours)))
    if not 0 < len(moved) <= _MOST_TASKS:
        return None
    most = max(abs(hours) for _, hours in moved) / day
    way = "later, within float" if late else "earlier, as links allow"
    table = bench.portfolio.tasks
    names = [str(table["name"][i]) for i, _ in moved]
    what = f"“{names[0]}”" if len(names) == 1 else f"{len(names)} tasks (“{names[0]}” first)"
    up_to = "" if len(names) == 1 else "up to "
    return Remedy(
        "later" if late else "earlier",
        f"start {what} {up_to}{most:.1f} working days {way}",
        tuple(str(table["task"][i]) for i, _ in moved),
        tuple(hours for _, hours in moved),
    )


def swap(bench: Bench, tasks: Integers, resource: int) -> Remedy | None:
    """Let people who are as skilled and free do tasks in place of somebody.

    Somebody is as skilled who has the skill that the assignment asks for at no lower speed, and
    free where the task fits into what their own tasks leave of their project capacity throughout
    its planned dates. Of several, the one who costs least is taken.

    Parameters
    ----------
    bench : Bench
        The portfolio.
    tasks : numpy.ndarray of int
        Rows of the tasks in conflict.
    resource : int
        Row of the resource who is asked for too much.

    Returns
    -------
    Remedy or None
        None where nobody can take any of them over.
    """
    portfolio = bench.portfolio
    resources = portfolio.resources
    ids = list(resources["resource"])
    start, finish = times_ahead(bench.plan)
    assigned = portfolio.assignments
    skills = portfolio.skills
    speed = {
        (s, r): v for r, s, v in skills[["resource", "skill", "speed"]].itertuples(index=False)
    }
    cost = resources["cost_per_day"].fillna(0.0).to_numpy(np.float64)
    asked: dict[int, list[tuple[float, float, float]]] = {}
    found: list[tuple[str, str]] = []
    for i in tasks[bench.movable[tasks]].tolist():
        task = str(portfolio.tasks["task"][i])
        held = assigned[assigned["task"] == task]
        mine = held[held["resource"] == ids[resource]]
        if mine.empty or pd.isna(mine["skill"].iloc[0]):
            continue
        skill, units = mine["skill"].iloc[0], float(mine["units_fte"].sum())
        least = speed.get((skill, ids[resource]), 1.0)
        able = [
            j
            for j, name in enumerate(ids)
            if name not in set(held["resource"]) and speed.get((skill, name), 0.0) >= least
        ]
        for j in sorted(able, key=lambda j: cost[j]):
            span = (float(start[i]), float(finish[i]))
            taken = [fte for a, b, fte in asked.get(j, []) if a < span[1] and span[0] < b]
            if _free(bench.steps, j, span) - sum(taken) >= units - NEGLIGIBLE:
                asked.setdefault(j, []).append((*span, units))
                found.append((task, ids[j]))
                break
    if not 0 < len(found) <= _MOST_TASKS:
        return None
    names = dict(zip(ids, resources["name"], strict=True))
    titles = dict(zip(portfolio.tasks["task"], portfolio.tasks["name"], strict=True))
    who = list(dict.fromkeys(names[j] for _, j in found))
    what = f"“{titles[found[0][0]]}”" if len(found) == 1 else f"{len(found)} tasks"
    return Remedy(
        "swap",
        f"let {' and '.join(who)} do {what} in place of {names[ids[resource]]}",
        tuple(task for task, _ in found),
        (),
        ids[resource],
        tuple(j for _, j in found),
    )


def _free(steps: Steps, resource: int, span: tuple[float, float]) -> float:
    """Return the least FTE that somebody has left over a stretch."""
    low, high = np.searchsorted(steps.resource, [resource, resource + 1])
    time, length = steps.time[low:high], steps.length[low:high]
    there = (length > 0) & (time < span[1] - NEGLIGIBLE) & (time + length > span[0] + NEGLIGIBLE)
    left = (steps.capacity - steps.load)[low:high][there]
    return float(left.min()) if left.size else 0.0


def reorder(portfolio: Portfolio, project: int, ahead_of: int) -> Remedy | None:
    """Give one project priority over another.

    Parameters
    ----------
    portfolio : Portfolio
        The portfolio.
    project, ahead_of : int
        Rows of the projects.

    Returns
    -------
    Remedy or None
        None where it comes first already.
    """
    rank = portfolio.projects["priority"].to_numpy(np.float64, na_value=np.inf)
    if rank[project] < rank[ahead_of]:
        return None
    ids, names = portfolio.projects["project"], portfolio.projects["name"]
    return Remedy(
        "reorder",
        f"give {names[project]} priority over {names[ahead_of]}",
        project=str(ids[project]),
        ahead_of=str(ids[ahead_of]),
    )
