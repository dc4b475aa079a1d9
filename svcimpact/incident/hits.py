"""What hit a task itself, and what reached it through links and queues."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from svcimpact.incident.acting import Acting
from svcimpact.incident.chains import SAME, Walk
from svcimpact.incident.outcome import Futures

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Direct:
    """Delay by tasks hit themselves, and the rest; working days.

    Attributes
    ----------
    projects : tuple of ndarray, shape (runs, projects)
        Direct: what the project's own tasks lose by being hit, along the chain that sets its
        finish in the run with the incident; at most its delay. Knock-on: the rest, which came
        from other projects' tasks and through queues for people.
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
        Direct is by how much longer a task takes from start to finish than without the incident,
        and for how long an incident held it or took any of its people between its start without
        the incident, or the end of its predecessors if that is later, and its start with it; at
        most its delay. The rest is knock-on: it came
        through links, and through queues for people who were busy elsewhere.
    """
    plan, runs = told.plan, told.scenario.runs
    n, day = len(plan.hours), told.portfolio.settings.hours_per_day
    count = len(told.portfolio.projects)
    acting = Acting(told.batches, told.found, plan.now)
    windows, walk = _windows(told), Walk(plan)
    of_project = [np.flatnonzero(plan.project == p) for p in range(count)]
    projects = (np.zeros((runs, count)), np.zeros((runs, count)))
    tasks = (np.zeros(n), np.zeros(n))
    for first in range(0, runs, 256):
        last = min(first + 256, runs)
        start, finish, _ = acting.dense(first, last)
        base = told.found.base
        rows = slice(0, 1) if len(base[0]) == 1 else slice(first, last)
        began, ended = base[0][rows], base[1][rows]
        delay = finish - ended
        longer = (finish - start) - (ended - began)
        waited = np.zeros_like(start)
        for i in np.flatnonzero((start > began + 1e-9).any(axis=0)):
            ready = np.broadcast_to(began, start.shape)[:, i].copy()
            for a, kind, lag in walk.before[int(i)]:
                if kind < 2:
                    ready = np.maximum(ready, (finish if kind == 0 else start)[:, a] + lag)
            for begin, end in windows(int(i), first, last):
                span = np.minimum(start[:, i], end) - np.maximum(ready, begin)
                waited[:, i] = np.maximum(waited[:, i], span)
        hit = np.maximum(longer, 0.0) + np.maximum(waited, 0.0)
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


def _windows(told: Futures) -> Callable[[int, int, int], list[tuple[Floats, Floats]]]:
    """Return a function that gives the stretches in which incidents hold or take from a task."""
    s, plan = told.struck.strikes, told.plan
    place = np.empty(len(plan.hours), np.int64)
    place[told.program.task] = np.arange(len(plan.hours))
    most = int(np.diff(s.ptr).max(initial=0))

    def windows(i: int, first: int, last: int) -> list[tuple[Floats, Floats]]:
        needs = set(plan.need_resource[plan.need_ptr[i] : plan.need_ptr[i + 1]].tolist())
        at = int(place[i])
        found = []
        for nth in range(most):
            which = s.ptr[first:last] + nth
            there = which < s.ptr[first + 1 : last + 1]
            safe = np.where(there, which, 0)
            kind = s.kind[safe]
            begin = np.where(there, s.begin[safe], np.inf)
            end = np.full(len(which), -np.inf)
            for k in range(len(s.take_ptr) - 1):
                mine = there & (kind == k)
                if needs & set(s.take_resource[s.take_ptr[k] : s.take_ptr[k + 1]].tolist()):
                    until = s.over if s.aftermath[k] > 0 else s.restored
                    end[mine] = np.maximum(end[mine], until[safe][mine])
                if at in s.use_task[s.use_ptr[k] : s.use_ptr[k + 1]]:
                    end[mine] = np.maximum(end[mine], s.restored[safe][mine])
                if at in s.change_task[s.change_ptr[k] : s.change_ptr[k + 1]]:
                    end[mine] = np.maximum(end[mine], s.thawed[safe][mine])
            found.append((begin, end))
        return found

    return windows
