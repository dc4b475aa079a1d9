"""The small steps of a run: lists kept in order, and gates that open others."""

from __future__ import annotations

import numpy as np

from svcimpact.engine.compiled import inlined, signed
from svcimpact.engine.heap import insert
from svcimpact.engine.state import Indices, Work

EPS = 1e-9
# WAITING for its gates, OPEN to start, RUNNING, WORKED off but held by a finish gate, FINISHED;
# the SHADOW of a task that a replay does not simulate tells others that it finished.
WAITING, OPEN, RUNNING, WORKED, FINISHED, SHADOW = 0, 1, 2, 3, 4, 5
FS, SS, FF, SF = 0, 1, 2, 3
# A resource is DIRTY, or dirty only in that somebody started on it: if all others on it are still
# served, then it has nothing more for who waits.
DIRTY, TAKEN_FROM = 1, 2


@inlined
def put(row: Indices, first: int, count: int, value: int) -> None:
    """Insert into a sorted list of `count` values that begins at `first`."""
    place = signed(first) + signed(count)
    while place > first and row[place - 1] > value:
        row[place] = row[place - 1]
        place -= 1
    row[place] = value


@inlined
def drop(row: Indices, first: int, count: int, value: int) -> None:
    """Take a value out of a sorted list of `count` values that begins at `first`."""
    place = signed(first)
    last = place + signed(count) - 1
    while row[place] != value:
        place += 1
    for x in range(place, last):
        row[x] = row[x + 1]


@inlined
def soil(w: Work, k: int) -> None:
    """Mark a resource as dirty."""
    if w.people[k].dirty == 0:
        w.people[k].dirty = DIRTY
        w.dirties[w.count[0].dirty] = k
        w.count[0].dirty += 1


@inlined
def soil_needs(w: Work, i: int) -> None:
    """Mark the resources of task `i` as dirty."""
    for e in range(signed(w.tasks[i].needs), signed(w.tasks[i].needs_end)):
        soil(w, w.needs[e].resource)


@inlined
def freshen(w: Work, i: int) -> None:
    """Put task `i` among those to try."""
    if w.tasks[i].queued == 0:
        w.tasks[i].queued = 1
        put(w.fresh, 0, w.count[0].fresh, i)
        w.count[0].fresh += 1


@inlined
def touch(w: Work, i: int) -> None:
    """Note that the state of task `i` may have changed at this time."""
    count = w.count[0]
    if w.tasks[i].touched != count.stamp:
        w.tasks[i].touched = count.stamp
        w.touches[count.touched] = i
        count.touched += 1


@inlined
def let_in(w: Work, i: int) -> None:
    """Let `i` wait for its people: its start gates have passed."""
    w.tasks[i].status = OPEN
    touch(w, i)
    for e in range(signed(w.tasks[i].needs), signed(w.tasks[i].needs_end)):
        person = w.people[w.needs[e].resource]
        put(w.waiter, person.room, person.waits, e)
        person.waits += 1
    freshen(w, i)


@inlined
def to_close(w: Work, i: int) -> None:
    """Put task `i` among those that may close."""
    w.closing[w.count[0].closing] = i
    w.count[0].closing += 1


@inlined
def open_start(w: Work, j: int, time: float) -> None:
    """One start gate of `j` is known, and so when it opens if it is the last."""
    task = w.tasks[j]
    if task.awake == 0:
        return
    task.gates -= 1
    task.gate = max(task.gate, time)
    if task.gates == 0 and task.status == WAITING:
        w.opening[w.count[0].opening] = j
        w.count[0].opening += 1


@inlined
def let_all_in(w: Work, t: float) -> None:
    """Let the tasks in whose start gates are all known, or wait for the last gate's time."""
    count = w.count[0]
    for x in range(signed(count.opening)):
        j = w.opening[x]
        if w.tasks[j].gate <= t + EPS:
            let_in(w, j)
        else:
            insert(w, j, w.tasks[j].gate)
    count.opening = 0


@inlined
def open_finish(w: Work, j: int, time: float) -> None:
    """One finish gate of `j` is known."""
    task = w.tasks[j]
    if task.awake == 0:
        return
    task.end_gates -= 1
    task.end_gate = max(task.end_gate, time)
    if task.end_gates == 0 and task.status == WORKED:
        to_close(w, j)


@inlined
def slack(rate: float, t: float) -> float:
    """Return the work left that is none: what rounding of the time leaves over, EPS at least."""
    return max(EPS, 1e-15 * abs(t) * rate)


@inlined
def open_leads(w: Work, i: int, left: float, t: float) -> None:
    """Open the FS and FF leads that the work left of `i` has come down to."""
    for e in range(signed(w.tasks[i].links), signed(w.tasks[i].links_end)):
        link = w.links[e]
        if link.lag >= 0 or link.passed == 1 or left > slack(w.tasks[i].rate, t) - link.lag:
            continue
        if link.kind == FS:
            link.passed = 1
            open_start(w, link.successor, t)
        elif link.kind == FF:
            link.passed = 1
            open_finish(w, link.successor, t)


@inlined
def begin(w: Work, i: int, at: float, t: float) -> None:
    """Tell the successors of `i` that it started."""
    if w.tasks[i].tells == 0 and w.tasks[i].leads == 0:
        return
    for e in range(signed(w.tasks[i].links), signed(w.tasks[i].links_end)):
        link = w.links[e]
        if link.kind == SS:
            open_start(w, link.successor, at + link.lag)
        elif link.kind == SF:
            open_finish(w, link.successor, at + link.lag)
    if w.tasks[i].leads == 1:
        open_leads(w, i, w.tasks[i].left, t)


@inlined
def end(w: Work, i: int, at: float) -> None:
    """Tell the successors of `i` that it finished."""
    for e in range(signed(w.tasks[i].links), signed(w.tasks[i].links_end)):
        link = w.links[e]
        if link.passed == 1:
            continue
        if link.kind == FS:
            link.passed = 1
            open_start(w, link.successor, at + link.lag)
        elif link.kind == FF:
            link.passed = 1
            open_finish(w, link.successor, at + link.lag)


@inlined
def next_of(w: Work, i: int) -> float:
    """Return when running task `i` comes to its next lead, or to the end of its work."""
    task = w.tasks[i]
    if task.rate == 0.0:
        return np.inf
    soon: float = task.since + task.left / task.rate
    if task.leads == 1:
        for e in range(signed(task.links), signed(task.links_end)):
            link = w.links[e]
            if link.lag < 0 and link.passed == 0 and (link.kind == FS or link.kind == FF):
                soon = min(soon, task.since + (task.left + link.lag) / task.rate)
    return soon


@inlined
def work_off(w: Work, i: int) -> None:
    """Task `i` has no work left: it uses nobody and closes once its finish gates have passed."""
    w.tasks[i].left = 0.0
    w.tasks[i].status = WORKED
    touch(w, i)
    if w.tasks[i].end_gates == 0:
        to_close(w, i)


@inlined
def leave(w: Work, i: int) -> None:
    """Task `i` no longer runs on its resources."""
    for e in range(signed(w.tasks[i].needs), signed(w.tasks[i].needs_end)):
        k = w.needs[e].resource
        person = w.people[k]
        drop(w.runner, person.room, person.runs, e)
        person.runs -= 1
        soil(w, k)


@inlined
def join(w: Work, i: int) -> None:
    """Task `i` runs on its resources from now on."""
    for e in range(signed(w.tasks[i].needs), signed(w.tasks[i].needs_end)):
        k = w.needs[e].resource
        person = w.people[k]
        put(w.runner, person.room, person.runs, e)
        person.runs += 1
        soil(w, k)


@inlined
def log(w: Work, i: int, t: float, share: float) -> None:
    """Keep a change of share, where a trace is wanted; -1 says the work is done."""
    m = w.count[0].log
    if m < len(w.trace):
        w.trace[m, 0], w.trace[m, 1], w.trace[m, 2] = i, t, share
    w.count[0].log = m + 1
