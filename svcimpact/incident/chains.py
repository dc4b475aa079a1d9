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

    def gates(
        self, i: int, waits: str, start: Floats, finish: Floats
    ) -> list[tuple[float, int, str]]:
        """Return when a task's links let it start or finish.

        Parameters
        ----------
        i : int
            Row of the task.
        waits : {"start", "finish"}
            What is let.
        start, finish : ndarray of float, shape (tasks,)
            Of one run, in working hours.

        Returns
        -------
        list of (float, int, str)
            For each link the time, the row of the predecessor, and which point of that one it
            goes by: with a lead longer than its work that is its start, whatever the link says.
        """
        found = []
        for a, kind, lag in self.before[i]:
            if (kind < 2) == (waits == "start"):
                by, at = ("finish", finish[a]) if kind % 2 == 0 else ("start", start[a])
                gate = float(at) + lag
                found.append((float(start[a]), a, "start") if gate < start[a] else (gate, a, by))
        return found

    def step(
        self, i: int, point: str, start: Floats, finish: Floats, freed: Floats | None = None
    ) -> tuple[int, str, str] | None:
        """Return what set a point of a task: its start, the end of its work, or its finish.

        Parameters
        ----------
        i : int
            Row of the task.
        point : {"start", "work", "finish"}
            Which of its points; only a finish waits for finish-to-finish and start-to-finish links.
        start, finish : ndarray of float, shape (tasks,)
            Of one run, in working hours.
        freed : ndarray of float, shape (tasks,), optional
            When each task lets its people go, where the chain is to go on to the last predecessor
            of a task that then waited for something else too; if not given, people go when it
            finishes and such a task ends the chain.

        Returns
        -------
        (int, str, str) or None
            The task that it waited for, which point of that one it was, and which point of the
            waiting task was set (start or finish); None where it waited for nobody.
        """
        for waits, at in (("finish", finish[i]), ("start", start[i])):
            if waits == "finish" and point != "finish":
                continue
            gates = self.gates(i, waits, start, finish)
            last = max((g for g in gates if abs(g[0] - at) <= SAME), key=_time, default=None)
            if last is not None:
                return last[1], last[2], waits
        let_go = finish if freed is None else freed
        for k in self.needs[i]:
            for other in self.users[k]:
                if other != i and abs(let_go[other] - start[i]) <= SAME:
                    return other, "work", "start"
        if freed is not None:
            least = max(float(self.plan.release[i]), self.plan.now)
            gates = self.gates(i, "start", start, finish)
            last = max((g for g in gates if start[i] > g[0] > least), key=_time, default=None)
            if last is not None:
                return last[1], last[2], "start"
        return None

    def path(
        self, i: int, start: Floats, finish: Floats, freed: Floats | None = None
    ) -> list[tuple[int, str, str]]:
        """Return the chain that ends in a task, with what each task on it waited by.

        Parameters
        ----------
        i : int
            Row of the task.
        start, finish : ndarray of float, shape (tasks,)
            Of one run, in working hours.
        freed : ndarray of float, shape (tasks,), optional
            When each task lets its people go, where the chain is to go on to the last predecessor
            of a task that then waited for something else too; if not given, people go when it
            finishes and such a task ends the chain.

        Returns
        -------
        list of (int, str, str)
            From the end back: the row, the point of it that the chain goes through (start, work
            or finish), and which point was set by the task that comes next (start or finish);
            that of the last is its start.
        """
        found: list[tuple[int, str, str]] = []
        seen, point = {i}, "finish"
        while True:
            step = self.step(i, point, start, finish, freed)
            if step is None or step[0] in seen:
                return [*found, (i, point, "start")]
            before, by, waits = step
            found.append((i, point, waits))
            seen.add(before)
            i, point = before, by

    def chain(self, i: int, start: Floats, finish: Floats) -> list[int]:
        """Return the rows of the chain that ends in a task.

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
        return [row for row, _, _ in self.path(i, start, finish)]


def _time(gate: tuple[float, int, str]) -> float:
    return gate[0]
