"""The state of a component at the moment time begins."""

from __future__ import annotations

import numpy as np

from svcimpact.engine.compiled import inner, signed
from svcimpact.engine.events import project_capacity
from svcimpact.engine.gates import (
    EPS,
    FINISHED,
    RUNNING,
    WAITING,
    begin,
    end,
    join,
    let_all_in,
    open_leads,
    touch,
)
from svcimpact.engine.heap import schedule
from svcimpact.engine.plan import Floats, Integers
from svcimpact.engine.program import Program
from svcimpact.engine.state import Disruption, Work


@inner
def take_over(p: Program, w: Work, a: int, b: int, start: Floats, finish: Floats) -> None:
    """Take over what is done and what runs at the status date."""
    now = p.now
    for i in range(a, b):
        task = w.tasks[i]
        if not np.isnan(p.ended[i]):
            task.status = FINISHED
            touch(w, i)
            w.count[0].left_to_do -= 1
            finish[i] = p.ended[i]
            start[i] = p.ended[i] if np.isnan(p.began[i]) else p.began[i]
            task.left = 0.0
        elif not np.isnan(p.began[i]):
            task.status = RUNNING
            start[i] = p.began[i]
            task.left = task.hours * (1.0 - p.done[i])
            task.stopped = p.stopped[i]
            join(w, i)
            if task.needs == task.needs_end:
                task.share = 1.0
            touch(w, i)
            if task.left <= EPS:
                schedule(w, i, now)
    for i in range(a, b):
        if w.tasks[i].status == FINISHED:
            end(w, i, finish[i])
        if w.tasks[i].status == RUNNING or w.tasks[i].status == FINISHED:
            begin(w, i, start[i], now)
        if w.tasks[i].status == RUNNING and w.tasks[i].leads == 1:
            open_leads(w, i, p.reached[i], now)


@inner
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
    count = w.count[0]
    count.due = count.dirty = count.fresh = count.tries = count.touched = count.closing = 0
    count.opening = count.ragged = 0
    count.stamp += 1
    a, b = p.component_ptr[c], p.component_ptr[c + 1]
    count.left_to_do = b - a
    for m in range(p.member_ptr[c], p.member_ptr[c + 1]):
        k = p.member[m]
        person = w.people[k]
        person.capacity = project_capacity(p, d, w, k, now)
        person.free = person.capacity
        person.runs = person.waits = person.dirty = 0
        person.inside = 1
    for e in range(signed(w.tasks[a].links), signed(w.tasks[b - 1].links_end)):
        w.links[e].passed = 0
    for i in range(a, b):
        task = w.tasks[i]
        task.left = task.hours
        task.since = now
        task.rate = task.share = 0.0
        task.gate = p.release[i]
        task.end_gate = -np.inf
        task.status = WAITING
        task.gates = task.start_gates
        task.end_gates = task.finish_gates
        task.frozen = task.stopped = task.queued = task.place = 0
        task.awake = 1
        interruptions[i] = 0
        start[i] = finish[i] = np.nan
    if p.underway == 1:
        take_over(p, w, a, b, start, finish)
    for i in range(a, b):
        task = w.tasks[i]
        if task.status == WAITING and task.start_gates == 0:
            w.opening[count.opening] = i
            count.opening += 1
    let_all_in(w, now)
