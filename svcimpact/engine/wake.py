"""Waking tasks in the middle of a recorded run, in the state that they have there.

The region that a replay simulates is closed: of a resource inside, all tasks that run on it or
wait for it are awake; of a task awake, all resources are inside; every predecessor of a task
awake that is not awake itself has told, or will tell by its shadow, when it finishes. What is
outside goes on as recorded.
"""

from __future__ import annotations

import numpy as np

from svcimpact.engine.alarms import set_alarm
from svcimpact.engine.baseline import Baseline
from svcimpact.engine.compiled import inlined, inner, signed
from svcimpact.engine.events import project_capacity
from svcimpact.engine.gates import (
    EPS,
    FF,
    FINISHED,
    FS,
    OPEN,
    RUNNING,
    SF,
    SHADOW,
    SS,
    WAITING,
    WORKED,
    next_of,
)
from svcimpact.engine.heap import schedule
from svcimpact.engine.plan import Floats, Integers
from svcimpact.engine.program import Program
from svcimpact.engine.state import Disruption, Work

# Further apart than what counts as one time, on either side.
AHEAD = 8 * EPS


@inlined
def want(w: Work, i: int) -> None:
    """Put task `i` among those to wake, or whose successors to wake."""
    task = w.tasks[i]
    if task.wanted == 0 and (task.awake == 0 or task.suspect > task.spread):
        task.wanted = 1
        w.todo[w.count[0].todo] = i
        w.count[0].todo += 1


@inlined
def suspect(w: Work, i: int) -> None:
    """Reckon with task `i` finishing at another time than recorded."""
    w.tasks[i].suspect = 1
    want(w, i)


@inlined
def entry_at(b: Baseline, i: int, now: float) -> int:
    """Return the last entry of task `i` up to `now`, or -1."""
    found = -1
    for e in range(b.ptr[i], b.ptr[i + 1]):
        if b.entries[e].time > now:
            break
        found = e
    return found


@inner
def enter(w: Work, p: Program, d: Disruption, b: Baseline, k: int, now: float) -> None:
    """Take resource `k` in; wake who runs on it or waits for it, and mind who will."""
    person = w.people[k]
    if person.inside == 1:
        return
    person.inside = 1
    person.capacity = project_capacity(p, d, w, k, now)
    person.runs = person.waits = person.dirty = 0
    w.joined[w.count[0].joined] = k
    w.count[0].joined += 1
    for x in range(p.staff_ptr[k], p.staff_ptr[k + 1]):
        i = p.need_task[p.staff_need[x]]
        if w.tasks[i].awake == 1 or b.finish[i] <= now:
            continue
        if b.opens[i] > now:
            set_alarm(w, i, b.opens[i] - AHEAD)
        elif b.entries[entry_at(b, i, now)].status != WORKED:
            want(w, i)


@inner
def man(w: Work, p: Program, k: int) -> None:
    """List who runs on resource `k` and who waits for it."""
    person = w.people[k]
    free = person.capacity
    for x in range(p.staff_ptr[k], p.staff_ptr[k + 1]):
        e = p.staff_need[x]
        task = w.tasks[p.need_task[e]]
        if task.awake == 0:
            continue
        if task.status == RUNNING:
            w.runner[person.room + person.runs] = e
            person.runs += 1
            free -= task.share * w.needs[e].units
        elif task.status == OPEN:
            w.waiter[person.room + person.waits] = e
            person.waits += 1
    person.free = free


@inner
def cast_shadow(w: Work, b: Baseline, i: int) -> None:
    """Let task `i` tell at its recorded finish."""
    task = w.tasks[i]
    if task.place > 0:
        return
    task.status = SHADOW
    for e in range(signed(task.links), signed(task.links_end)):
        w.links[e].passed = 0
    schedule(w, i, b.finish[i])


@inner
def gates_of(
    w: Work, p: Program, b: Baseline, i: int, now: float, start: Floats, finish: Floats
) -> None:
    """Set the gates of task `i` by what its predecessors have told; make the others tell."""
    task = w.tasks[i]
    task.gates, task.gate = task.start_gates, p.release[i]
    task.end_gates, task.end_gate = task.finish_gates, -np.inf
    if task.status == FINISHED:
        return
    for x in range(p.in_ptr[i], p.in_ptr[i + 1]):
        link = w.links[p.in_link[x]]
        before = p.link_task[p.in_link[x]]
        other = w.tasks[before]
        holds_start = link.kind == FS or link.kind == SS
        if holds_start and task.status != WAITING:
            continue
        by_finish = link.kind == FS or link.kind == FF
        if other.awake == 1:
            told = other.status == FINISHED or (not by_finish and other.status >= RUNNING)
            at = finish[before] if by_finish else start[before]
        else:
            at = b.finish[before] if by_finish else b.start[before]
            told = at <= now
        if told and holds_start:
            task.gates -= 1
            task.gate = max(task.gate, at + link.lag)
        elif told:
            task.end_gates -= 1
            task.end_gate = max(task.end_gate, at + link.lag)
        elif other.awake == 0:
            if by_finish and other.hours > EPS and other.finish_gates == 0:
                cast_shadow(w, b, before)
            else:
                want(w, before)


@inner
def wake(
    w: Work,
    p: Program,
    d: Disruption,
    b: Baseline,
    i: int,
    now: float,
    start: Floats,
    finish: Floats,
    stops: Integers,
) -> None:
    """Put task `i` in the state that it has in the recorded run."""
    task, count = w.tasks[i], w.count[0]
    schedule(w, i, np.inf)
    task.awake = 1
    task.queued = task.suspect = task.spread = 0
    task.left, task.since, task.rate = task.hours, p.now, 0.0
    task.status, task.stopped, task.frozen = WAITING, 0, 0
    if task.ever == 0:
        task.ever = 1
        w.ever[count.ever] = i
        count.ever += 1
        w.extra[i] = 0
        start[i] = finish[i] = np.nan
    stops[i] = w.extra[i]
    e = entry_at(b, i, now)
    if e >= 0:
        entry = b.entries[e]
        task.left, task.since, task.rate = entry.left, entry.since, entry.rate
        task.status, task.stopped, task.frozen = entry.status, entry.stopped, entry.frozen
        stops[i] += entry.stops
    task.share = task.rate
    if task.held > 0:
        for x in range(d.filled[1]):
            long = d.hold_until[x] - d.hold_from[x] > EPS
            on = d.hold_from[x] <= now + EPS and d.hold_until[x] > now + EPS
            if d.hold_task[x] == i and long and on:
                task.frozen += 1
    if task.status >= RUNNING and np.isnan(start[i]):
        start[i] = b.start[i]
    if task.status == FINISHED and np.isnan(finish[i]):
        finish[i] = b.finish[i]
    w.woken[count.woken] = i
    count.woken += 1
    for x in range(signed(task.links), signed(task.links_end)):
        w.links[x].passed = 0
    gates_of(w, p, b, i, now, start, finish)
    if task.status == FINISHED:
        return
    count.left_to_do += 1
    if task.status == WAITING:
        if task.gates == 0:
            schedule(w, i, task.gate)
    elif task.status == RUNNING:
        schedule(w, i, next_of(w, i))
    elif task.status == WORKED and task.end_gates == 0:
        schedule(w, i, task.end_gate)
    if task.links < task.links_end:
        set_alarm(w, i, b.finish[i] - AHEAD)


@inner
def spread_out(w: Work, i: int) -> None:
    """Wake the successors of task `i` that could change at the moment it does, or must change."""
    task = w.tasks[i]
    for e in range(signed(task.links), signed(task.links_end)):
        link = w.links[e]
        by_start = link.kind == SS or link.kind == SF
        at_once = (by_start and task.status < RUNNING) or task.hours <= EPS
        if not at_once and task.suspect == 0:
            continue
        if (link.kind == FF or link.kind == SF) and w.tasks[link.successor].spread == 0:
            suspect(w, link.successor)
        else:
            want(w, link.successor)
    task.spread = task.suspect


@inner
def wake_wanted(
    w: Work,
    p: Program,
    d: Disruption,
    b: Baseline,
    now: float,
    start: Floats,
    finish: Floats,
    stops: Integers,
) -> bool:
    """Wake all that is wanted and what comes with it; tell whether rounding allows it."""
    count = w.count[0]
    clean = True
    while count.todo > 0 or count.manned < count.joined:
        if count.todo == 0:
            man(w, p, signed(w.joined[count.manned]))
            count.manned += 1
            continue
        count.todo -= 1
        i = signed(w.todo[count.todo])
        task = w.tasks[i]
        task.wanted = 0
        if task.awake == 0:
            suspected = task.suspect
            wake(w, p, d, b, i, now, start, finish, stops)
            task.suspect = suspected
            if b.ragged[i] == 1:
                clean = False
            if task.status < WORKED:
                for e in range(signed(task.needs), signed(task.needs_end)):
                    enter(w, p, d, b, signed(w.needs[e].resource), now)
        if task.status < FINISHED:
            spread_out(w, i)
    return clean
