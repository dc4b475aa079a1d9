"""What hit a task itself, and what reached it by other ways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from svcimpact.incident.acting import Acting
from svcimpact.incident.chains import SAME, Walk
from svcimpact.incident.sums import Futures
from svcimpact.incident.windows import Windows

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Direct:
    """Delay by tasks hit themselves, and the rest; working days.

    Attributes
    ----------
    projects : tuple of ndarray, shape (runs, projects)
        Direct: what the project's own tasks lose by being hit, along the chain that sets its
        finish in the run with the incident; at most its delay. Knock-on: the rest, which came
        from other projects' tasks, through queues for people, and by shifts into planned absences
        and change freezes.
    tasks : tuple of ndarray, shape (tasks,)
        Direct and knock-on, means over runs.
    """

    projects: tuple[Floats, Floats]
    tasks: tuple[Floats, Floats]


def direct_delay(told: Futures) -> Direct:
    """Split every task's delay into what hit it itself and the rest.

    Parameters
    ----------
    told : Futures
        What was drawn and found, with nothing decided.

    Returns
    -------
    Direct
        Direct is for how long incidents held a task or took any of its people: as it waited to
        start, from its start without the incident, or the end of its predecessors if that is
        later; and as it ran, at most as much as it takes longer from start to finish, with
        getting back into it. In all at most its delay. The rest is knock-on: it came through
        links, through queues for people who were busy elsewhere, and by a shift into a planned
        absence or change freeze.
    """
    plan, runs = told.plan, told.scenario.runs
    n, day = len(plan.hours), told.portfolio.settings.hours_per_day
    count = len(told.portfolio.projects)
    acting = Acting(told.batches, told.found, plan.now)
    windows, walk = Windows(told.struck.strikes, plan, told.program), Walk(plan)
    of_project = [np.flatnonzero(plan.project == p) for p in range(count)]
    projects = (np.zeros((runs, count)), np.zeros((runs, count)))
    tasks = (np.zeros(n), np.zeros(n))
    for first in range(0, runs, 256):
        last = min(first + 256, runs)
        start, finish, stops = acting.dense(first, last)
        base = told.found.base
        rows = slice(0, 1) if len(base[0]) == 1 else slice(first, last)
        began, ended = base[0][rows], base[1][rows]
        delay = finish - ended
        longer = (finish - start) - (ended - began)
        again = (stops - base[2][rows]) * told.scenario.resume_hours
        hit = np.zeros_like(start)
        for i in np.flatnonzero(((start > began + SAME) | (longer > SAME)).any(axis=0)).tolist():
            ready = np.broadcast_to(began, start.shape)[:, i].copy()
            for a, kind, lag in walk.before[i]:
                if kind < 2:
                    let = (finish if kind == 0 else start)[:, a] + lag
                    # A lead lets nobody start before the predecessor does.
                    ready = np.maximum(ready, np.maximum(let, start[:, a]))
            hit[:, i] = windows.hours(i, first, ready, start[:, i])
            inside = windows.hours(i, first, start[:, i], finish[:, i])
            inside += np.where(inside > 0, again[:, i], 0.0)
            hit[:, i] += np.clip(inside, 0.0, np.maximum(longer[:, i], 0.0))
        direct = np.clip(hit, np.minimum(delay, 0.0), np.maximum(delay, 0.0)) / day
        rest = delay / day - direct
        tasks[0][:] += direct.sum(axis=0) / runs
        tasks[1][:] += rest.sum(axis=0) / runs
        for p, mine in enumerate(of_project):
            if not len(mine):
                continue
            whole = (finish[:, mine].max(axis=1) - ended[:, mine].max(axis=1)) / day
            for x in np.flatnonzero(np.abs(whole) > SAME):
                ends = int(mine[finish[x, mine].argmax()])
                chain = [i for i in walk.chain(ends, start[x], finish[x]) if plan.project[i] == p]
                own = float(direct[x, chain].clip(min=0.0).sum())
                projects[0][first + x, p] = min(own, max(whole[x], 0.0))
            projects[1][first:last, p] = whole - projects[0][first:last, p]
    return Direct(projects, tasks)
