"""The disruption of one run as events in time, and the capacity it leaves."""

from __future__ import annotations

from svcimpact.engine.compiled import inlined, inner, signed
from svcimpact.engine.program import CAPACITY_STEP, HELD, LET_GO, Program
from svcimpact.engine.state import Disruption, Records, Work

EPS = 1e-9


@inlined
def clear_disruption(w: Work) -> None:
    """Let nothing happen that is not known beforehand."""
    count = w.count[0]
    for e in range(signed(count.taken)):
        w.take_head[w.taken[e]] = -1
    count.taken = count.hit = 0
    w.hit_ptr[0] = 0


@inner
def sort_disruption(p: Program, d: Disruption, w: Work) -> None:
    """Lay the disruption's events out by component and time."""
    clear_disruption(w)
    count = w.count[0]
    takes, holds = d.filled[0], d.filled[1]
    for e in range(takes):
        w.taken[e] = d.take_resource[e]
    count.taken = takes
    m = 0
    for e in range(takes - 1, -1, -1):
        k = d.take_resource[e]
        c = p.resource_component[k]
        if c < 0 or d.take_until[e] - d.take_from[e] <= EPS:
            continue
        chain(d, w, k, e)
        put_event(w, m, c, d.take_from[e], CAPACITY_STEP, k)
        put_event(w, m + 1, c, d.take_until[e], CAPACITY_STEP, k)
        m += 2
    for e in range(holds):
        if d.hold_until[e] - d.hold_from[e] <= EPS:
            continue
        i = d.hold_task[e]
        put_event(w, m, p.task_component[i], d.hold_from[e], HELD, i)
        put_event(w, m + 1, p.task_component[i], d.hold_until[e], LET_GO, i)
        m += 2
    sort_events(w, m)
    for a in range(m):
        if a == 0 or w.events[a].part != w.events[a - 1].part:
            w.hit[count.hit] = w.events[a].part
            w.hit_ptr[count.hit] = a
            count.hit += 1
    w.hit_ptr[count.hit] = m


@inlined
def chain(d: Disruption, w: Work, k: int, e: int) -> None:
    """Put a take among those of its resource, by FTE: sums hang on no order of incidents."""
    before, after = -1, w.take_head[k]
    while after >= 0 and d.take_fte[after] < d.take_fte[e]:
        before, after = after, w.take_next[after]
    w.take_next[e] = after
    if before < 0:
        w.take_head[k] = e
    else:
        w.take_next[before] = e


@inlined
def put_event(w: Work, at: int, part: int, time: float, kind: int, index: int) -> None:
    """Write an event down."""
    event = w.events[at]
    event.part, event.time, event.kind, event.index = part, time, kind, index


@inner
def sort_events(w: Work, m: int) -> None:
    """Sort the first `m` events by component and time; equal ones stay as they are (merge sort).

    NumPy's own sort takes the compiler longer than all the rest of this file.
    """
    width = 1
    while width < m:
        for a in range(0, m, 2 * width):
            left, right = a, min(a + width, m)
            middle, end = right, min(a + 2 * width, m)
            for at in range(a, end):
                first = left < middle
                if first and right < end:
                    one, other = w.events[left], w.events[right]
                    first = one.part < other.part or (
                        one.part == other.part and one.time <= other.time
                    )
                place = left if first else right
                left, right = (left + 1, right) if first else (left, right + 1)
                copy_event(w.events, place, w.merged, at)
        for at in range(m):
            copy_event(w.merged, at, w.events, at)
        width *= 2


@inlined
def copy_event(source: Records, place: int, target: Records, at: int) -> None:
    """Copy an event from one list to another."""
    one, other = source[place], target[at]
    other.part, other.time, other.kind, other.index = one.part, one.time, one.kind, one.index


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
