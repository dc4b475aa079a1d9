"""Free time of every resource: what everyday support, absences and planned work leave over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from svcimpact.engine.plan import compile_plan
from svcimpact.planning.steps import Floats, work_pieces
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
        self._known: dict[int, _Profile] = {}

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
        if resource not in self._known:
            self._known[resource] = self._profile(resource)
        profile = self._known[resource]
        at = np.asarray(times, np.float64)
        step = profile.edges.searchsorted(at, side="right")
        known = np.maximum(step - 1, 0)
        # The free FTE before the first change and after the last one goes on for ever.
        reached = profile.total[known] + profile.free[step] * (at - profile.edges[known])
        if without:
            reached = reached + profile.regained(at, without)
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

    def _profile(self, k: int) -> _Profile:
        """Return what a resource has free, and the pieces of work behind the rest."""
        pointer, time, value = self._capacity
        steps = slice(pointer[k] + 1, pointer[k + 1])  # the first begins at minus infinity
        mine = slice(self._bounds[k], self._bounds[k + 1])
        begin, until, fte = self._begin[mine], self._until[mine], self._fte[mine]
        edges = np.unique(np.concatenate([time[steps], begin, until, [0.0]]))
        first, end = np.searchsorted(edges, begin), np.searchsorted(edges, until)
        change = np.zeros(edges.size)
        np.add.at(change, first, fte)
        np.add.at(change, end, -fte)
        load = np.concatenate([[0.0], np.cumsum(change)])
        row = np.searchsorted(time[steps], edges, side="right")
        capacity = np.maximum(0.0, value[pointer[k] : pointer[k + 1]])[np.concatenate([[0], row])]
        free = _left(capacity, load)
        total = np.concatenate([[0.0], np.cumsum(free[1:-1] * np.diff(edges))])
        pieces: dict[int, list[tuple[int, int, float]]] = {}
        for task, a, b, units in zip(
            self._task[mine].tolist(), first.tolist(), end.tolist(), fte.tolist(), strict=True
        ):
            pieces.setdefault(task, []).append((a, b, units))
        return _Profile(edges, total, free, load, capacity, pieces)


class _Profile(NamedTuple):
    """One resource: when its free FTE changes, free hours until then, FTE around each change.

    Step *i* lasts from edge *i* to the next; `free`, `load` and `capacity` have it at *i* + 1.
    Pieces are the first and, not included, the last step of each stretch of work, and its FTE.
    """

    edges: Floats
    total: Floats
    free: Floats
    load: Floats
    capacity: Floats
    pieces: dict[int, list[tuple[int, int, float]]]

    def regained(self, times: Floats, without: Mapping[int, float]) -> Floats:
        """Return the hours, until each time, that are free too with some load left aside."""
        aside = [
            (first, end, fte * share)
            for task, share in without.items()
            for first, end, fte in self.pieces.get(task, ())
        ]
        if not aside:
            return np.zeros(times.size)
        # Only the steps of these pieces change: all else of the resource is known already.
        low, high = min(piece[0] for piece in aside), max(piece[1] for piece in aside)
        own = np.zeros(high - low)
        for first, end, fte in aside:
            own[first - low : end - low] += fte
        steps = slice(low + 1, high + 1)
        more = _left(self.capacity[steps], self.load[steps] - own) - self.free[steps]
        edges = self.edges[low : high + 1]
        found: Floats = np.interp(
            times, edges, np.concatenate([[0.0], np.cumsum(more * np.diff(edges))])
        )
        return found


def _left(capacity: Floats, load: Floats) -> Floats:
    """Return the FTE that load leaves of capacity; what rounding leaves over is nothing."""
    free = capacity - np.where(load > _NEGLIGIBLE, load, 0.0)
    return np.where(free > _NEGLIGIBLE, free, 0.0)
