"""The disruption of one run as events in time, and the capacity it leaves."""

from __future__ import annotations

import numpy as np

from svcimpact.engine.compiled import allocating, inlined, inner, signed
from svcimpact.engine.program import CAPACITY_STEP, HELD, LET_GO, Program
from svcimpact.engine.state import Disruption, Work

EPS = 1e-9


@inlined
def clear_disruption(w: Work) -> None:
    """Let nothing happen that is not known beforehand."""
    count = w.count[0]
    for e in range(signed(count.taken)):
        w.take_head[w.taken[e]] = -1
    count.taken = count.hit = 0
    w.hit_ptr[0] = 0


@allocating
def sort_disruption(p: Program, d: Disruption, w: Work) -> None:
    """Lay the disruption's events out by component and time."""
    clear_disruption(w)
    count = w.count[0]
    takes, holds = len(d.take_resource), len(d.hold_task)
    for e in range(takes):
        w.taken[e] = d.take_resource[e]
    count.taken = takes
    time = np.empty(2 * (takes + holds))
    kind = np.empty(2 * (takes + holds), np.int64)
    index = np.empty(2 * (takes + holds), np.int64)
    part = np.empty(2 * (takes + holds), np.int64)
    m = 0
    for e in range(takes - 1, -1, -1):
        k = d.take_resource[e]
        c = p.resource_component[k]
        if c < 0 or d.take_until[e] - d.take_from[e] <= EPS:
            continue
        w.take_next[e] = w.take_head[k]
        w.take_head[k] = e
        for t in (d.take_from[e], d.take_until[e]):
            time[m], kind[m], index[m], part[m] = t, CAPACITY_STEP, k, c
            m += 1
    for e in range(holds):
        if d.hold_until[e] - d.hold_from[e] <= EPS:
            continue
        i = d.hold_task[e]
        time[m], kind[m], index[m], part[m] = d.hold_from[e], HELD, i, p.task_component[i]
        m += 1
        time[m], kind[m], index[m], part[m] = d.hold_until[e], LET_GO, i, p.task_component[i]
        m += 1
    by_time = np.argsort(time[:m], kind="mergesort")
    order = by_time[np.argsort(part[by_time], kind="mergesort")]
    for a in range(m):
        e = order[a]
        w.event_time[a], w.event_kind[a], w.event_index[a] = time[e], kind[e], index[e]
        if a == 0 or part[e] != w.hit[count.hit - 1]:
            w.hit[count.hit] = part[e]
            w.hit_ptr[count.hit] = a
            count.hit += 1
    w.hit_ptr[count.hit] = m


@inner
def project_capacity(p: Program, d: Disruption, w: Work, k: int, t: float) -> float:
    """Return what resource `k` has for projects at time `t`, summed from scratch."""
    low, high = p.capacity_ptr[k], p.capacity_ptr[k + 1]
    while high - low > 1:
        middle = (low + high) // 2
        if p.capacity_time[middle] <= t + EPS:
            low = middle
        else:
            high = middle
    value: float = p.capacity_value[low]
    e = w.take_head[k]
    while e >= 0:
        if d.take_from[e] <= t + EPS and d.take_until[e] > t + EPS:
            value -= d.take_fte[e]
        e = w.take_next[e]
    return max(value, 0.0)
