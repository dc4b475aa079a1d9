"""Tight loops that do one thing: bounds on how fast the engine could be without its rules.

A parallel schedule-generation scheme (Kolisch 1996, European Journal of Operational Research
90, 320-333) and a forward pass of the critical path method, both over FS links.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from svcimpact.engine.plan import Plan

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]
FOUR = 4  # resources, as in PSPLIB: a number known to the compiler unrolls the loops


@njit(cache=True, nogil=True, error_model="numpy", fastmath=False, boundscheck=False)
def parallel_scheme(
    hours: Floats,
    successor_ptr: Integers,
    successor: Integers,
    predecessors: Integers,
    need: Floats,
    capacity: Floats,
    start: Floats,
    finish: Floats,
) -> None:
    """Schedule every row of `hours`; tasks are numbered by priority, with 4 resources.

    Nothing is ever interrupted, slowed down, frozen or taken away.
    """
    runs, n = hours.shape
    gates = np.empty(n, np.int32)
    eligible = np.empty(n, np.int32)
    active = np.empty(n, np.int32)  # the latest to finish first
    for run in range(runs):
        work, begins, ends = hours[run], start[run], finish[run]
        eligibles = actives = 0
        for i in range(n):
            gates[i] = predecessors[i]
            if gates[i] == 0:
                eligible[eligibles] = i
                eligibles += 1
        free0, free1, free2, free3 = capacity[0], capacity[1], capacity[2], capacity[3]
        time, left = 0.0, n
        while True:
            kept = 0
            for x in range(eligibles):
                i = eligible[x]
                if (
                    need[i, 0] <= free0
                    and need[i, 1] <= free1
                    and need[i, 2] <= free2
                    and need[i, 3] <= free3
                ):
                    free0 -= need[i, 0]
                    free1 -= need[i, 1]
                    free2 -= need[i, 2]
                    free3 -= need[i, 3]
                    begins[i] = time
                    end = time + work[i]
                    ends[i] = end
                    at = actives
                    while at > 0 and ends[active[at - 1]] < end:
                        active[at] = active[at - 1]
                        at -= 1
                    active[at] = i
                    actives += 1
                    left -= 1
                else:
                    eligible[kept] = i
                    kept += 1
            eligibles = kept
            if left == 0:
                break
            time = ends[active[actives - 1]]
            while actives > 0 and ends[active[actives - 1]] == time:
                actives -= 1
                i = active[actives]
                free0 += need[i, 0]
                free1 += need[i, 1]
                free2 += need[i, 2]
                free3 += need[i, 3]
                for e in range(successor_ptr[i], successor_ptr[i + 1]):
                    j = successor[e]
                    gates[j] -= 1
                    if gates[j] == 0:
                        at = eligibles
                        while at > 0 and eligible[at - 1] > j:
                            eligible[at] = eligible[at - 1]
                            at -= 1
                        eligible[at] = j
                        eligibles += 1


@njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)
def forward_pass(
    hours: Floats, successor_ptr: Integers, successor: Integers, start: Floats, finish: Floats
) -> None:
    """Plan every row of `hours` as early as links allow; tasks are numbered topologically."""
    runs, n = hours.shape
    for run in range(runs):
        work, begins, ends = hours[run], start[run], finish[run]
        begins[:] = 0.0
        for i in range(n):
            end = begins[i] + work[i]
            ends[i] = end
            for e in range(successor_ptr[i], successor_ptr[i + 1]):
                j = successor[e]
                begins[j] = max(begins[j], end)


class Scheme:
    """The parallel scheme on a plan, runs by runs."""

    def __init__(self, plan: Plan, hours: Floats) -> None:
        n = len(plan.hours)
        self.dispatch = plan.dispatch
        place = np.empty(n, np.int64)
        place[plan.dispatch] = np.arange(n)
        self.hours = np.ascontiguousarray(hours[:, plan.dispatch])
        self.successor_ptr, self.successor, self.predecessors = by_predecessor(plan, place)
        need = np.zeros((n, FOUR))
        task = np.repeat(np.arange(n), np.diff(plan.need_ptr))
        need[place[task], plan.need_resource] = plan.need_units
        self.need, self.capacity = need, plan.capacity_value
        self.start, self.finish = np.empty(hours.shape), np.empty(hours.shape)

    def run(self) -> None:
        """Fill `start` and `finish`, by run and place in dispatch order."""
        parallel_scheme(
            self.hours,
            self.successor_ptr,
            self.successor,
            self.predecessors,
            self.need,
            self.capacity,
            self.start,
            self.finish,
        )


class ForwardPass:
    """The forward pass on a plan whose rows are in topological order."""

    def __init__(self, plan: Plan, hours: Floats) -> None:
        self.hours = hours
        self.successor_ptr, self.successor, _ = by_predecessor(plan, np.arange(len(plan.hours)))
        self.start, self.finish = np.empty(hours.shape), np.empty(hours.shape)

    def run(self) -> None:
        """Fill `start` and `finish`, by run and row."""
        forward_pass(self.hours, self.successor_ptr, self.successor, self.start, self.finish)


def by_predecessor(plan: Plan, place: NDArray[np.int64]) -> tuple[Integers, Integers, Integers]:
    """Successors of every task, and how many predecessors each has, renumbered."""
    n = len(place)
    before, after = place[plan.link_predecessor], place[plan.link_successor]
    order = np.argsort(before, kind="stable")
    return (
        np.searchsorted(before[order], np.arange(n + 1)).astype(np.int32),
        after[order].astype(np.int32),
        np.bincount(after, minlength=n).astype(np.int32),
    )
