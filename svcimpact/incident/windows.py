"""When incidents hold a task or take its people, run by run; and when people are away."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from svcimpact.engine.many import Strikes
from svcimpact.engine.plan import Plan
from svcimpact.engine.program import Program

Floats = NDArray[np.float64]

_DUST = 1e-9  # FTE


class Windows:
    """The stretches of time in which incidents hit a task itself.

    Parameters
    ----------
    strikes : Strikes
        The incidents of every run.
    plan : Plan
        The compiled portfolio.
    program : Program
        The same, laid out.
    whole : bool
        Whether the aftermath counts only where it takes all that somebody has for projects.
    """

    def __init__(
        self, strikes: Strikes, plan: Plan, program: Program, *, whole: bool = False
    ) -> None:
        s = self.strikes = strikes
        shape = (len(plan.hours), len(s.take_ptr) - 1)
        self.takes, self.after, self.uses, self.changes = (np.zeros(shape, bool) for _ in range(4))
        task = np.repeat(np.arange(shape[0]), np.diff(plan.need_ptr))
        room = plan.capacity_value[plan.capacity_ptr[:-1]]
        for k in range(shape[1]):
            mine = slice(s.take_ptr[k], s.take_ptr[k + 1])
            who, fte = s.take_resource[mine], s.take_fte[mine]
            later = fte * s.aftermath[k]
            stays = later > (room[who] - _DUST if whole else _DUST)
            self.takes[task[np.isin(plan.need_resource, who[fte > _DUST])], k] = True
            self.after[task[np.isin(plan.need_resource, who[stays])], k] = True
            self.uses[program.task[s.use_task[s.use_ptr[k] : s.use_ptr[k + 1]]], k] = True
            changed = s.change_task[s.change_ptr[k] : s.change_ptr[k + 1]]
            self.changes[program.task[changed], k] = True
        run = np.repeat(np.arange(len(s.ptr) - 1), np.diff(s.ptr))
        self.order = np.lexsort((s.begin, run))
        self.most = int(np.diff(s.ptr).max(initial=0))

    def of(self, i: int, first: int, last: int) -> tuple[Floats, Floats]:
        """Return the stretches in which incidents hold a task or take any of its people.

        Parameters
        ----------
        i : int
            Row of the task.
        first, last : int
            The runs, the last not among them.

        Returns
        -------
        begin, end : ndarray of float, shape (incidents, last - first)
            Working hours, in the order of their begin; those that do not touch the task end at
            minus infinity. They may overlap.
        """
        s = self.strikes
        which = s.ptr[first:last] + np.arange(self.most)[:, None]
        there = which < s.ptr[first + 1 : last + 1]
        which = self.order[np.where(there, which, 0)]
        kind = s.kind[which]
        end = np.full(which.shape, -np.inf)
        for touched, until in (
            (self.takes | self.uses, s.restored),
            (self.after, s.over),
            (self.changes, s.thawed),
        ):
            mine = there & touched[i][kind]
            end[mine] = np.maximum(end[mine], until[which[mine]])
        return np.where(there, s.begin[which], np.inf), end

    def hours(self, i: int, first: int, since: Floats, until: Floats) -> Floats:
        """Return for how long incidents hit a task in a stretch; what overlaps counts once.

        Parameters
        ----------
        i : int
            Row of the task.
        first : int
            The first run.
        since, until : ndarray of float, shape (runs,)
            The stretch in that run and those after it, in working hours.

        Returns
        -------
        ndarray of float, shape (runs,)
            Working hours.
        """
        told, total = since.copy(), np.zeros(len(since))
        for begin, end in zip(*self.of(i, first, first + len(since)), strict=True):
            last = np.minimum(end, until)
            total += np.maximum(last - np.maximum(begin, told), 0.0)
            told = np.maximum(told, last)
        return total


def away(plan: Plan, resource: int) -> list[tuple[float, float, bool]]:
    """Return when somebody is absent.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.
    resource : int
        Row of the resource.

    Returns
    -------
    list of (float, float, bool)
        From, until, in working hours, and whether nothing of them is left for projects.
    """
    mine = slice(plan.capacity_ptr[resource], plan.capacity_ptr[resource + 1])
    times, room = plan.capacity_time[mine].tolist(), plan.capacity_value[mine].tolist()
    steps = zip(times, [*times[1:], np.inf], room, strict=True)
    return [(a, b, left <= _DUST) for a, b, left in steps if left < room[0] - _DUST]
