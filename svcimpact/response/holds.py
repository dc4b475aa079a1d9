"""What holds tasks at a moment: incidents, planned freezes, and people who are away."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from svcimpact.incident.chains import SAME
from svcimpact.incident.strikes import strike
from svcimpact.incident.typical import at_medians
from svcimpact.incident.windows import Windows, away
from svcimpact.response.judge import Judge

Floats = NDArray[np.float64]


class Holds:
    """Until when tasks that stand still at a moment are held, and since when.

    One thing after another holds a task, as long as each begins before the last has ended.
    Freezes end with the thaw or the restoration; people come back with the restoration, or after
    an aftermath that takes all of their time.

    Parameters
    ----------
    judge : Judge
        Futures at the moment.
    """

    def __init__(self, judge: Judge) -> None:
        f = judge.futures
        self.plan, self.when, self.runs = f.plan, judge.when, judge.runs
        self._windows = Windows(f.struck.strikes, f.plan, f.program, whole=True)
        single = at_medians(f.arrivals, len(f.scenario.incidents))
        typical = strike(judge.portfolio, f.program, single, f.scenario.without)
        self._typical = Windows(typical.strikes, f.plan, f.program, whole=True)
        self._away = [
            [(a, b, f"{name} is back") for a, b, wholly in away(f.plan, k) if wholly]
            for k, name in enumerate(judge.portfolio.resources["name"])
        ]

    def is_away(self, resource: int) -> bool:
        """Tell whether somebody is absent at the moment, with nothing left for projects.

        Parameters
        ----------
        resource : int
            Row of the resource.

        Returns
        -------
        bool
            Whether they are.
        """
        return any(a <= self.when + SAME < b for a, b, _ in self._away[resource])

    def planned(self, task: int) -> list[tuple[float, float, str]]:
        """Return when a task is held as planned, with or without an incident.

        Parameters
        ----------
        task : int
            Row of the task.

        Returns
        -------
        list of (float, float, str)
            From, until, in working hours, and what then happens, in words.
        """
        plan = self.plan
        needs = plan.need_resource[plan.need_ptr[task] : plan.need_ptr[task + 1]]
        freezes = [
            (float(plan.hold_from[h]), float(plan.hold_until[h]), "the planned change freeze ends")
            for h in np.flatnonzero(plan.hold_task == task)
        ]
        return freezes + [stretch for k in needs.tolist() for stretch in self._away[k]]

    def until(self, task: int) -> Floats:
        """Return when a task goes on.

        Parameters
        ----------
        task : int
            Row of the task.

        Returns
        -------
        ndarray of float, shape (runs,)
            Working hours; the moment itself where nothing known holds the task.
        """
        return self._end(task, self._windows, self.runs)

    def is_known(self, task: int) -> bool:
        """Tell whether something known holds a task in the typical run: it waits in no queue.

        Parameters
        ----------
        task : int
            Row of the task.

        Returns
        -------
        bool
            Whether an incident, a planned freeze or an absence does.
        """
        return bool(self._end(task, self._typical, 1)[0] > self.when + SAME)

    def since(self, task: int, start: float) -> float:
        """Return when a task was stopped that stands still.

        Parameters
        ----------
        task : int
            Row of the task.
        start : float
            Since when it stands still in the typical run, in working hours. Time begins at the
            status date: what stands still then was stopped before.

        Returns
        -------
        float
            Working hours, never before its actual start.
        """
        began = float(self.plan.began[task])
        if start > self.plan.now + SAME or np.isnan(began):
            return start
        begin, end = (x[::-1, 0] for x in self._stretches(task, self._typical, 1))
        first = start
        for since, until in zip(begin, end, strict=True):
            first = min(first, float(since)) if until >= first - SAME else first
        return max(first, began)

    def _end(self, task: int, windows: Windows, runs: int) -> Floats:
        last = np.full(runs, self.when)
        for begin, end in zip(*self._stretches(task, windows, runs), strict=True):
            last = np.where(begin <= last + SAME, np.maximum(last, end), last)
        return last

    def _stretches(self, task: int, windows: Windows, runs: int) -> tuple[Floats, Floats]:
        """Return when a task is held, in the order of the begin; shapes (stretches, runs)."""
        begin, end = windows.of(task, 0, runs)
        told = np.array([stretch[:2] for stretch in self.planned(task)], float).reshape(-1, 2)
        since, until = (np.repeat(told[:, k, None], runs, axis=1) for k in (0, 1))
        begin, end = np.concatenate([begin, since]), np.concatenate([end, until])
        order = begin.argsort(axis=0, kind="stable")
        return np.take_along_axis(begin, order, 0), np.take_along_axis(end, order, 0)
