"""Free time of every resource: what everyday support, absences and planned work leave over."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from svcimpact.engine.plan import compile_plan
from svcimpact.planning.steps import Floats, Integers, work_pieces
from svcimpact.portfolio import Portfolio

_NEGLIGIBLE = 1e-9  # FTE; what floating-point sums leave over


class FreeTime:
    """Project capacity that no task takes, exact between any two times.

    A resource's free FTE at a moment is ``max(0, project capacity - load)``, project capacity
    being what absences and everyday support leave (never below zero), and load what tasks ask for.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    segments : pandas.DataFrame
        Stretches of work: `task`, `start_hours`, `finish_hours`, `share`.
    """

    def __init__(self, portfolio: Portfolio, segments: pd.DataFrame) -> None:
        plan = compile_plan(portfolio)
        task, (who, begin, until, fte) = work_pieces(portfolio, segments)
        order = np.argsort(who, kind="stable")
        self._task, self._begin, self._until = task[order], begin[order], until[order]
        self._fte = fte[order]
        self._bounds = np.searchsorted(who[order], np.arange(len(portfolio.resources) + 1))
        self._capacity = (plan.capacity_ptr, plan.capacity_time, plan.capacity_value)
        self._day = portfolio.settings.hours_per_day
        self._known: dict[int, tuple[Floats, Floats, Floats]] = {}

    def hours(
        self,
        resource: int,
        times: npt.ArrayLike,
        without: Mapping[int, float] | None = None,
    ) -> Floats:
        """Return the free hours of a resource between each two times.

        Parameters
        ----------
        resource : int
            Row of the resource.
        times : array of float, shape (n + 1,)
            Working hours, ascending.
        without : mapping of int to float, optional
            The share, 0 to 1, of the load of some tasks (by row) that is left aside.

        Returns
        -------
        numpy.ndarray of float, shape (n,)
            Working hours times FTE.
        """
        if without:
            edges, total, free = self._profile(resource, without)
        else:
            if resource not in self._known:
                self._known[resource] = self._profile(resource, {})
            edges, total, free = self._known[resource]
        at = np.asarray(times, np.float64)
        step = edges.searchsorted(at, side="right")
        known = np.maximum(step - 1, 0)
        # The free FTE before the first change and after the last one goes on for ever.
        reached = total[known] + free[step] * (at - edges[known])
        return reached[1:] - reached[:-1]

    def daily(
        self, resource: int, first: int, end: int, without: Mapping[int, float] | None = None
    ) -> Floats:
        """Return the free hours of a resource on each working day.

        Parameters
        ----------
        resource : int
            Row of the resource.
        first, end : int
            The first day and, not included, the last, in working days since the start.
        without : mapping of int to float, optional
            As in `hours`.

        Returns
        -------
        numpy.ndarray of float, shape (end - first,)
            Working hours times FTE.
        """
        return self.hours(resource, np.arange(first, end + 1) * self._day, without)

    def _profile(self, k: int, without: Mapping[int, float]) -> tuple[Floats, Floats, Floats]:
        """Return when a resource's free FTE changes, free hours until then, and FTE around it."""
        pointer, time, value = self._capacity
        steps = slice(pointer[k] + 1, pointer[k + 1])  # the first begins at minus infinity
        mine = slice(self._bounds[k], self._bounds[k + 1])
        begin, until, fte = self._begin[mine], self._until[mine], self._fte[mine]
        if without:
            fte = fte * (1.0 - _shares(self._task[mine], without))
        edges = np.unique(np.concatenate([time[steps], begin, until, [0.0]]))
        change = np.zeros(edges.size)
        np.add.at(change, np.searchsorted(edges, begin), fte)
        np.add.at(change, np.searchsorted(edges, until), -fte)
        load = np.concatenate([[0.0], np.cumsum(change)])
        row = np.searchsorted(time[steps], edges, side="right")
        capacity = value[pointer[k] : pointer[k + 1]][np.concatenate([[0], row])]
        free = np.maximum(0.0, capacity) - np.where(load > _NEGLIGIBLE, load, 0.0)
        free = np.where(free > _NEGLIGIBLE, free, 0.0)
        total = np.concatenate([[0.0], np.cumsum(free[1:-1] * np.diff(edges))])
        return edges, total, free


def _shares(tasks: Integers, without: Mapping[int, float]) -> Floats:
    """Return the share of each task's load that is left aside."""
    return np.array([without.get(int(task), 0.0) for task in tasks], np.float64)
