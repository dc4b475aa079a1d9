"""One run of the model (part 4 of the model's text), compiled; draws nothing.

The rules are numbered as in the text: 1 work done, 2 capacity and freezes, 3 shares,
4 starts, 5 rates settled. Tasks of one component are numbered in dispatch order, so a list
sorted by number is a list in dispatch order.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from svcimpact.engine.plan import Floats, Integers
from svcimpact.engine.program import CAPACITY, HELD, LET_GO, Program
from svcimpact.engine.state import N_LOG, N_READY, N_RUNNING, N_WORKED, Disruption, Work

EPS = 1e-9
WAITING, RUNNING, WORKED, FINISHED = 0, 1, 2, 3
FS, SS, FF, SF = 0, 1, 2, 3


@njit(cache=True, nogil=True)
def insert(items: Integers, count: int, value: int) -> int:
    """Insert into a sorted list; return the place."""
    place = count
    while place > 0 and items[place - 1] > value:
        items[place] = items[place - 1]
        place -= 1
    items[place] = value
    return place


@njit(cache=True, nogil=True)
def sort_disruption(p: Program, d: Disruption, w: Work) -> None:
    """Lay the disruption's events out by component and time."""
    takes, holds = len(d.take_resource), len(d.hold_task)
    w.take_head[:] = -1
    parts = len(p.component_ptr) - 1
    w.event_ptr[:] = 0
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
            time[m], kind[m], index[m], part[m] = t, CAPACITY, k, c
            m += 1
    for e in range(holds):
        if d.hold_until[e] - d.hold_from[e] <= EPS:
            continue
        i = d.hold_task[e]
        time[m], kind[m], index[m], part[m] = d.hold_from[e], HELD, i, p.task_component[i]
        m += 1
        time[m], kind[m], index[m], part[m] = d.hold_until[e], LET_GO, i, p.task_component[i]
        m += 1
    order = np.argsort(time[:m], kind="mergesort")
    for e in range(m):
        w.event_ptr[part[e] + 1] += 1
    for c in range(parts):
        w.event_ptr[c + 1] += w.event_ptr[c]
    place = w.event_ptr.copy()
    for e in order:
        a = place[part[e]]
        w.event_time[a], w.event_kind[a], w.event_index[a] = time[e], kind[e], index[e]
        place[part[e]] += 1


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def apply_event(p: Program, d: Disruption, w: Work, kind: int, index: int, t: float) -> None:
    """Rule 2: one capacity step or freeze boundary takes effect."""
    if kind == CAPACITY:
        w.capacity[index] = project_capacity(p, d, w, index, t)
    elif kind == HELD:
        w.frozen[index] += 1
    else:
        w.frozen[index] -= 1


@njit(cache=True, nogil=True)
def open_start(w: Work, j: int, time: float) -> bool:
    """One start gate of `j` is known; return whether that made it ready."""
    w.gates_left[j] -= 1
    w.gate[j] = max(w.gate[j], time)
    if w.gates_left[j] > 0 or w.status[j] != WAITING:
        return False
    insert(w.ready, w.counts[N_READY], j)
    w.counts[N_READY] += 1
    return True


@njit(cache=True, nogil=True)
def open_finish(w: Work, j: int, time: float) -> None:
    """One finish gate of `j` is known."""
    w.end_gates_left[j] -= 1
    w.end_gate[j] = max(w.end_gate[j], time)


@njit(cache=True, nogil=True)
def slack(rate: float, t: float) -> float:
    """Return the work left that is none: what rounding of the time leaves over, EPS at least."""
    return max(EPS, 1e-15 * abs(t) * rate)


@njit(cache=True, nogil=True)
def open_leads(p: Program, w: Work, i: int, left: float, t: float) -> int:
    """Open the FS and FF leads that the work left of `i` has come down to.

    Return how many tasks earlier in dispatch order than `i` became ready.
    """
    earlier = 0
    for e in range(p.out_ptr[i], p.out_ptr[i + 1]):
        if p.out_lag[e] >= 0 or w.passed[e] or left > slack(w.rate[i], t) - p.out_lag[e]:
            continue
        j = p.out_task[e]
        if p.out_type[e] == FS:
            w.passed[e] = True
            earlier += open_start(w, j, t) and j < i
        elif p.out_type[e] == FF:
            w.passed[e] = True
            open_finish(w, j, t)
    return earlier


@njit(cache=True, nogil=True)
def begin(p: Program, w: Work, i: int, t: float) -> int:
    """Tell the successors of `i` that it has started.

    Return how many tasks earlier in dispatch order than `i` became ready.
    """
    earlier = 0
    for e in range(p.out_ptr[i], p.out_ptr[i + 1]):
        j = p.out_task[e]
        if p.out_type[e] == SS:
            earlier += open_start(w, j, t + p.out_lag[e]) and j < i
        elif p.out_type[e] == SF:
            open_finish(w, j, t + p.out_lag[e])
    return earlier + open_leads(p, w, i, w.left[i], t)


@njit(cache=True, nogil=True)
def end(p: Program, w: Work, i: int, t: float) -> None:
    """Tell the successors of `i` that it has finished."""
    for e in range(p.out_ptr[i], p.out_ptr[i + 1]):
        if w.passed[e]:
            continue
        if p.out_type[e] == FS:
            w.passed[e] = True
            open_start(w, p.out_task[e], t + p.out_lag[e])
        elif p.out_type[e] == FF:
            w.passed[e] = True
            open_finish(w, p.out_task[e], t + p.out_lag[e])


@njit(cache=True, nogil=True)
def set_up(
    p: Program,
    d: Disruption,
    w: Work,
    c: int,
    start: Floats,
    finish: Floats,
    interruptions: Integers,
) -> None:
    """Put component `c` in its state at the moment time begins."""
    now = p.now
    w.counts[N_RUNNING] = w.counts[N_READY] = w.counts[N_WORKED] = 0
    a, b = p.component_ptr[c], p.component_ptr[c + 1]
    for i in range(a, b):
        w.left[i] = w.hours[i]
        w.since[i] = now
        w.rate[i] = w.share[i] = 0.0
        w.gate[i] = p.release[i]
        w.end_gate[i] = -np.inf
        w.gates_left[i] = p.start_gates[i]
        w.end_gates_left[i] = p.finish_gates[i]
        w.frozen[i] = 0
        w.stopped[i] = False
        interruptions[i] = 0
        start[i] = finish[i] = np.nan
        w.status[i] = WAITING
        for e in range(p.out_ptr[i], p.out_ptr[i + 1]):
            w.passed[e] = False
        if not np.isnan(p.ended[i]):
            w.status[i] = FINISHED
            finish[i] = p.ended[i]
            start[i] = p.ended[i] if np.isnan(p.began[i]) else p.began[i]
            w.left[i] = 0.0
        elif not np.isnan(p.began[i]):
            w.status[i] = RUNNING
            start[i] = p.began[i]
            w.left[i] = w.hours[i] * (1.0 - p.done[i])
            w.running[w.counts[N_RUNNING]] = i
            w.counts[N_RUNNING] += 1
    for i in range(a, b):
        if w.status[i] == WAITING and p.start_gates[i] == 0:
            w.ready[w.counts[N_READY]] = i
            w.counts[N_READY] += 1
    for i in range(a, b):
        if w.status[i] == FINISHED:
            end(p, w, i, finish[i])
        if w.status[i] != WAITING:
            begin(p, w, i, start[i])
    for m in range(p.member_ptr[c], p.member_ptr[c + 1]):
        w.capacity[p.member[m]] = project_capacity(p, d, w, p.member[m], now)


@njit(cache=True, nogil=True)
def finish_work(p: Program, w: Work, t: float, finish: Floats) -> bool:
    """Rule 1, to its own fixed point; return whether any task stopped or finished."""
    changed = False
    kept = 0
    for x in range(w.counts[N_RUNNING]):
        i = w.running[x]
        left = w.left[i] - w.rate[i] * (t - w.since[i])
        if left <= slack(w.rate[i], t):
            w.left[i] = 0.0
            w.status[i] = WORKED
            w.worked[w.counts[N_WORKED]] = i
            w.counts[N_WORKED] += 1
            changed = True
            log(w, i, t, -1.0)
            open_leads(p, w, i, 0.0, t)
        else:
            w.running[kept] = i
            kept += 1
            open_leads(p, w, i, left, t)
    w.counts[N_RUNNING] = kept
    again = True
    while again:
        again = False
        kept = 0
        total = w.counts[N_WORKED]
        for x in range(total):
            i = w.worked[x]
            if w.end_gates_left[i] == 0 and w.end_gate[i] <= t + EPS:
                w.status[i] = FINISHED
                finish[i] = t
                end(p, w, i, t)
                again = changed = True
            else:
                w.worked[kept] = i
                kept += 1
        w.counts[N_WORKED] = kept
    return changed


@njit(cache=True, nogil=True)
def share_of(p: Program, w: Work, i: int) -> float:
    """Rule 3: the share of its needs that task `i` can have of what is free."""
    if w.frozen[i] > 0:
        return 0.0
    share = 1.0
    for e in range(p.need_ptr[i], p.need_ptr[i + 1]):
        share = min(share, max(w.free[p.need_resource[e]], 0.0) / p.need_units[e])
    if share >= 1.0 - EPS:
        return 1.0
    return share if share > EPS else 0.0


@njit(cache=True, nogil=True)
def take(p: Program, w: Work, i: int, share: float) -> None:
    """Take `share` of the needs of task `i` from what is free."""
    for e in range(p.need_ptr[i], p.need_ptr[i + 1]):
        w.free[p.need_resource[e]] -= share * p.need_units[e]


@njit(cache=True, nogil=True)
def hand_out(p: Program, w: Work, c: int, t: float, min_share: float, start: Floats) -> None:
    """Rules 3 and 4, repeated until a pass starts nothing."""
    again = True
    while again:
        again = False
        for m in range(p.member_ptr[c], p.member_ptr[c + 1]):
            w.free[p.member[m]] = w.capacity[p.member[m]]
        for x in range(w.counts[N_RUNNING]):
            i = w.running[x]
            w.share[i] = share_of(p, w, i)
            take(p, w, i, w.share[i])
        x = 0
        while x < w.counts[N_READY]:
            i = w.ready[x]
            share = share_of(p, w, i) if w.gate[i] <= t + EPS else 0.0
            if share == 0.0 or share < min_share - EPS:
                x += 1
                continue
            for y in range(x, w.counts[N_READY] - 1):
                w.ready[y] = w.ready[y + 1]
            w.counts[N_READY] -= 1
            start[i] = t
            if w.left[i] <= EPS:
                # No work left holds nobody: it only waits to finish.
                w.status[i] = WORKED
                w.worked[w.counts[N_WORKED]] = i
                w.counts[N_WORKED] += 1
            else:
                take(p, w, i, share)
                w.status[i] = RUNNING
                w.share[i] = share
                w.since[i] = t
                insert(w.running, w.counts[N_RUNNING], i)
                w.counts[N_RUNNING] += 1
            again = True
            x += begin(p, w, i, t)


@njit(cache=True, nogil=True)
def log(w: Work, i: int, t: float, share: float) -> None:
    """Keep a change of share, where a trace is wanted; -1 says the work is done."""
    if len(w.log_task) == 0:
        return
    m = w.counts[N_LOG]
    if m < len(w.log_task):
        w.log_task[m], w.log_time[m], w.log_share[m] = i, t, share
    w.counts[N_LOG] = m + 1


@njit(cache=True, nogil=True)
def settle(w: Work, t: float, resume_hours: float, interruptions: Integers) -> None:
    """Rule 5: rates change, interruptions are counted, work is taken up again."""
    for x in range(w.counts[N_RUNNING]):
        i = w.running[x]
        share = w.share[i]
        stops = share == 0.0 and not w.stopped[i]
        if share != w.rate[i] or stops:
            log(w, i, t, share)
        if share != w.rate[i]:
            w.left[i] -= w.rate[i] * (t - w.since[i])
            w.since[i] = t
            w.rate[i] = share
        if stops:
            w.stopped[i] = True
            interruptions[i] += 1
        elif share > 0.0 and w.stopped[i]:
            w.stopped[i] = False
            w.left[i] += resume_hours


@njit(cache=True, nogil=True)
def next_time(p: Program, w: Work, t: float) -> float:
    """Return when the next thing happens inside the component."""
    soon = np.inf
    for x in range(w.counts[N_RUNNING]):
        i = w.running[x]
        if w.rate[i] == 0.0:
            continue
        soon = min(soon, w.since[i] + w.left[i] / w.rate[i])
        for e in range(p.out_ptr[i], p.out_ptr[i + 1]):
            if p.out_lag[e] < 0 and not w.passed[e] and (p.out_type[e] in (FS, FF)):
                soon = min(soon, w.since[i] + (w.left[i] + p.out_lag[e]) / w.rate[i])
    for x in range(w.counts[N_READY]):
        gate = w.gate[w.ready[x]]
        if gate > t + EPS:
            soon = min(soon, gate)
    for x in range(w.counts[N_WORKED]):
        i = w.worked[x]
        if w.end_gates_left[i] == 0:
            soon = min(soon, w.end_gate[i])
    return soon


@njit(cache=True, nogil=True)
def run_component(
    p: Program,
    d: Disruption,
    w: Work,
    c: int,
    rules: tuple[float, float],
    start: Floats,
    finish: Floats,
    interruptions: Integers,
) -> int:
    """Run component `c`; return -1, or a task that can never go on."""
    min_share, resume_hours = rules
    set_up(p, d, w, c, start, finish, interruptions)
    t = p.now
    known, last_known = p.event_ptr[c], p.event_ptr[c + 1]
    struck, last_struck = w.event_ptr[c], w.event_ptr[c + 1]
    while True:
        finish_work(p, w, t, finish)
        while known < last_known and p.event_time[known] <= t + EPS:
            apply_event(p, d, w, p.event_kind[known], p.event_index[known], t)
            known += 1
        while struck < last_struck and w.event_time[struck] <= t + EPS:
            apply_event(p, d, w, w.event_kind[struck], w.event_index[struck], t)
            struck += 1
        hand_out(p, w, c, t, min_share, start)
        while finish_work(p, w, t, finish):
            hand_out(p, w, c, t, min_share, start)
        settle(w, t, resume_hours, interruptions)
        if w.counts[N_RUNNING] + w.counts[N_READY] + w.counts[N_WORKED] == 0:
            break
        soon = next_time(p, w, t)
        if known < last_known:
            soon = min(soon, p.event_time[known])
        if struck < last_struck:
            soon = min(soon, w.event_time[struck])
        if soon == np.inf:
            break
        t = max(soon, t)
    # Name one that could go on but for its people, rather than one that waits for it.
    if w.counts[N_RUNNING] > 0:
        return int(w.running[0])
    if w.counts[N_READY] > 0:
        return int(w.ready[0])
    for i in range(p.component_ptr[c], p.component_ptr[c + 1]):
        if w.status[i] != FINISHED:
            return i
    return -1
