"""Chains of tasks that waited for each other, in one run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from svcimpact.engine.plan import Plan

Floats = NDArray[np.float64]

# Times closer than this are one time, in working hours.
SAME = 1e-6


class Walk:
    """Steps back from a task to what it waited for.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        n = len(plan.hours)
        self.before: list[list[tuple[int, int, float]]] = [[] for _ in range(n)]
        for a, b, kind, lag in zip(
            plan.link_predecessor, plan.link_successor, plan.link_type, plan.link_lag, strict=True
        ):
            self.before[int(b)].append((int(a), int(kind), float(lag)))
        task = np.repeat(np.arange(n), np.diff(plan.need_ptr))
        self.needs = [
            set(plan.need_resource[plan.need_ptr[i] : plan.need_ptr[i + 1]].tolist())
            for i in range(n)
        ]
        self.users: dict[int, list[int]] = {}
        for i, k in zip(task.tolist(), plan.need_resource.tolist(), strict=True):
            self.users.setdefault(k, []).append(i)

    def step(self, i: int, start: Floats, finish: Floats) -> int | None:
        """Return the task that another waited for last, by a link or for its people.

        Parameters
        ----------
        i : int
            Row of the task.
        start, finish : ndarray of float, shape (tasks,)
            Of one run, in working hours.

        Returns
        -------
        int or None
            None where it waited for nobody.
        """
        best, latest = None, -np.inf
        for a, kind, lag in self.before[i]:
            if kind == 2 or kind == 3:
                at = (finish[a] if kind == 2 else start[a]) + lag
                if abs(at - finish[i]) <= SAME and at > latest:
                    best, latest = a, at
        if best is not None:
            return best
        for a, kind, lag in self.before[i]:
            if kind < 2:
                at = (finish[a] if kind == 0 else start[a]) + lag
                if abs(at - start[i]) <= SAME and at > latest:
                    best, latest = a, at
        if best is not None:
            return best
        for k in self.needs[i]:
            for other in self.users[k]:
                if other != i and abs(finish[other] - start[i]) <= SAME:
                    return other
        return None

    def chain(self, i: int, start: Floats, finish: Floats) -> list[int]:
        """Return the chain that ends in a task.

        Parameters
        ----------
        i : int
            Row of the task.
        start, finish : ndarray of float, shape (tasks,)
            Of one run, in working hours.

        Returns
        -------
        list of int
            Rows, from the end back.
        """
        found, seen = [i], {i}
        while True:
            before = self.step(found[-1], start, finish)
            if before is None or before in seen:
                return found
            found.append(before)
            seen.add(before)
