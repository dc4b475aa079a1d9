"""Double justification: a run shifted right, for an order in which to shift it left again."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from svcimpact.engine.critical import Flags, alike, hours_left, latest, mirrored
from svcimpact.engine.plan import Floats, Integers, Plan
from svcimpact.engine.runs import Run, run_once


def justified_order(plan: Plan, run: Run, *, min_share: float = 0.5) -> Integers:
    """Return the order of a run after it was shifted right: the way there of double justification.

    Time runs backwards: from the last finish to the first, every task is moved as late as
    people, links and the finish of its own project allow. Tasks are then dispatched by the
    starts so found. A forward run in this order shifts them left again, and is a schedule like
    any other: releases, freezes, absences and the status date hold in it, though the right
    shift may have passed over some of them.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.
    run : Run
        A run of it.
    min_share : float
        Least share of its needs with which a task starts.

    Returns
    -------
    ndarray of int, shape (n,)
        Task indices.

    Notes
    -----
    After Tormos and Lova (2001, Annals of Operations Research 102, 65-81) and Valls,
    Ballestin and Quintanilla (2005, European Journal of Operational Research 165, 375-386).
    That no task passes its own project's finish keeps a portfolio's short projects short.
    """
    rank = np.empty(len(plan.dispatch), np.int64)
    rank[plan.dispatch] = np.arange(len(rank))
    if not len(rank):
        return plan.dispatch
    begun = ~np.isnan(plan.began) | ~np.isnan(plan.ended)
    ends = latest(run.finish, plan.project, int(plan.project.max()) + 1)
    pointer, needed = _needs_of(plan, ~begun)
    capacity_ptr, capacity_time, capacity_value = _mirrored_capacity(plan)
    nothing = np.full(len(rank), np.nan)
    backward = replace(
        mirrored(plan),
        hours=hours_left(plan),
        release=-ends[plan.project],
        dispatch=np.lexsort((-rank, -alike(run.finish))).astype(np.int64),
        need_ptr=pointer,
        need_resource=plan.need_resource[needed],
        need_units=plan.need_units[needed],
        capacity_ptr=capacity_ptr,
        capacity_time=capacity_time,
        capacity_value=capacity_value,
        hold_from=-plan.hold_until,
        hold_until=-plan.hold_from,
        now=-float(np.nanmax(ends)),
        began=nothing,
        ended=nothing,
    )
    start = -run_once(backward, min_share=min_share).finish
    return np.lexsort((rank, alike(start))).astype(np.int64)


def _needs_of(plan: Plan, kept: Flags) -> tuple[Integers, Integers]:
    """Return the needs of some tasks: where each task's begin, and their positions."""
    task = np.repeat(np.arange(len(kept)), np.diff(plan.need_ptr))
    needed = np.flatnonzero(kept[task])
    pointer = np.searchsorted(task[needed], np.arange(len(kept) + 1)).astype(np.int64)
    return pointer, needed


def _mirrored_capacity(plan: Plan) -> tuple[Integers, Floats, Floats]:
    """Return the capacity steps of every resource as they are when time runs backwards."""
    pointer, times, values = [0], [], []
    for a, b in pairwise(plan.capacity_ptr):
        time, value = plan.capacity_time[a:b], plan.capacity_value[a:b]
        ahead = time > plan.now
        times += [-np.inf, *-time[ahead][::-1], -plan.now]
        # Before time begins there is as much as ever, so that nothing gets stuck.
        values += [*value[np.count_nonzero(~ahead) - 1 :][::-1], value.max()]
        pointer.append(len(times))
    return np.array(pointer, np.int64), np.array(times, float), np.array(values, float)
