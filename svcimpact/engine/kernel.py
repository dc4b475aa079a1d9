"""One run of the model (part 4 of the model's text), compiled; draws nothing.

The rules are numbered as in the text: 1 work done, 2 capacity and freezes, 3 shares,
4 starts, 5 rates settled. Tasks of one component are numbered in dispatch order, so sorted
by number is in dispatch order. Work is done only where something changed: a resource is
*dirty* when its capacity, or what runs on it, is no longer what its shares were dealt from;
a task is *fresh* when it may start for the first time or again.
"""

from __future__ import annotations

import numpy as np

from svcimpact.engine.compiled import inlined, inner, signed
from svcimpact.engine.events import project_capacity
from svcimpact.engine.gates import (
    EPS,
    FINISHED,
    OPEN,
    RUNNING,
    SHADOW,
    WAITING,
    WORKED,
    end,
    freshen,
    leave,
    let_all_in,
    let_in,
    log,
    next_of,
    open_leads,
    slack,
    soil,
    soil_needs,
    to_close,
    touch,
    work_off,
)
from svcimpact.engine.heap import insert, put_off, schedule
from svcimpact.engine.plan import Floats, Integers
from svcimpact.engine.program import CAPACITY_STEP, HELD, Program
from svcimpact.engine.scheme import go_on_plainly, may_end_plain, may_go_on_plainly
from svcimpact.engine.set_up import set_up
from svcimpact.engine.shares import share_out
from svcimpact.engine.starts import start_tasks
from svcimpact.engine.state import Disruption, Work


@inlined
def finish_work(w: Work, t: float) -> None:
    """Rule 1: what is due now happens."""
    count = w.count[0]
    while count.due > 0 and w.tasks[w.due[0]].key <= t + EPS:
        i = w.due[0]
        task = w.tasks[i]
        if task.key != t:
            count.ragged = 1
        if task.status != RUNNING:
            put_off(w, np.inf)
            if task.status == WAITING:
                let_in(w, i)
            elif task.status == SHADOW:
                end(w, i, t)
            else:
                to_close(w, i)
            continue
        left = task.left - task.rate * (t - task.since)
        works = left > slack(task.rate, t)
        if not works:
            log(w, i, t, -1.0)
            leave(w, i)
            work_off(w, i)
            left = 0.0
        if task.leads == 1:
            open_leads(w, i, left, t)
        put_off(w, next_of(w, i) if works else np.inf)


@inlined
def close(w: Work, t: float, finish: Floats) -> None:
    """Finish the tasks whose finish gates have passed, and those that this lets finish."""
    while w.count[0].closing > 0:
        w.count[0].closing -= 1
        i = w.closing[w.count[0].closing]
        task = w.tasks[i]
        if task.status != WORKED:
            continue
        if task.end_gate > t + EPS:
            insert(w, i, task.end_gate)
            continue
        task.status = FINISHED
        touch(w, i)
        w.count[0].left_to_do -= 1
        finish[i] = t
        end(w, i, t)
    let_all_in(w, t)


@inlined
def settle(w: Work, t: float, resume_hours: float, interruptions: Integers) -> None:
    """Rule 5: rates change, interruptions are counted, work is taken up again."""
    count = w.count[0]
    for x in range(signed(count.touched)):
        i = w.touches[x]
        task = w.tasks[i]
        if task.status != RUNNING:
            continue
        share, rate = task.share, task.rate
        stops = share == 0.0 and task.stopped == 0
        if share != rate or stops:
            log(w, i, t, share)
        if share != rate:
            task.left -= rate * (t - task.since)
            task.since = t
            task.rate = share
        if stops:
            task.stopped = 1
            interruptions[i] += 1
        elif share > 0.0 and task.stopped == 1:
            task.stopped = 0
            task.left += resume_hours
        schedule(w, i, next_of(w, i))
    if count.recording == 1:
        record(w, t, interruptions)
    count.ragged = 0
    count.touched = 0
    count.stamp += 1


@inner
def record(w: Work, t: float, interruptions: Integers) -> None:
    """Keep the state of every task in which anything changed."""
    count = w.count[0]
    if count.entries + count.touched > len(w.entries) or count.moments == len(w.moments):
        count.spoilt = 1
        return
    w.moments[count.moments] = t
    count.moments += 1
    for x in range(signed(count.touched)):
        i = w.touches[x]
        task = w.tasks[i]
        entry = w.entries[count.entries]
        count.entries += 1
        entry.time, entry.left, entry.since, entry.rate = t, task.left, task.since, task.rate
        entry.task, entry.status, entry.stopped = i, task.status, task.stopped
        entry.frozen, entry.stops = task.frozen, interruptions[i]
        if count.ragged == 1:
            w.ragged[i] = 1


@inner
def apply_event(p: Program, d: Disruption, w: Work, kind: int, index: int, t: float) -> None:
    """Rule 2: one capacity step or freeze boundary takes effect."""
    if kind == CAPACITY_STEP:
        if w.people[index].inside == 0:
            return
        capacity = project_capacity(p, d, w, index, t)
        if capacity != w.people[index].capacity:
            w.people[index].capacity = capacity
            soil(w, index)
        return
    task = w.tasks[index]
    if task.awake == 0:
        return
    touch(w, index)
    if kind == HELD:
        task.frozen += 1
    else:
        task.frozen -= 1
    if task.status == OPEN and task.frozen == 0:
        freshen(w, index)
    elif task.status == RUNNING:
        soil_needs(w, index)
        if task.needs == task.needs_end:
            task.share = 1.0 if task.frozen == 0 else 0.0


@inner
def happen(
    p: Program,
    d: Disruption,
    w: Work,
    t: float,
    known: tuple[int, int],
    struck: tuple[int, int],
    rules: tuple[float, float],
    start: Floats,
    finish: Floats,
    interruptions: Integers,
) -> tuple[int, int]:
    """Let all happen that is due at time `t`; return the next event known, and of the run.

    `known` and `struck` are the next and the end of the events known beforehand, and of those
    of the run's disruption.
    """
    count = w.count[0]
    at_known, at_struck = known[0], struck[0]
    finish_work(w, t)
    close(w, t, finish)
    while at_known < known[1] and p.event_time[at_known] <= t + EPS:
        if p.event_time[at_known] != t and t > p.now:
            count.spoilt = 1
        apply_event(p, d, w, p.event_kind[at_known], p.event_index[at_known], t)
        at_known += 1
    while at_struck < struck[1] and w.events[at_struck].time <= t + EPS:
        apply_event(p, d, w, w.events[at_struck].kind, w.events[at_struck].index, t)
        at_struck += 1
    while count.dirty + count.fresh > 0:
        while count.dirty + count.fresh > 0:
            share_out(w)
            start_tasks(w, t, rules[0], start)
        close(w, t, finish)
    settle(w, t, rules[1], interruptions)
    return at_known, at_struck


@inner
def run_component(
    p: Program,
    d: Disruption,
    w: Work,
    c: int,
    struck: tuple[int, int],
    rules: tuple[float, float],
    until: float,
    start: Floats,
    finish: Floats,
    interruptions: Integers,
) -> int:
    """Run component `c` under the events `struck`; return -1, or a task that can never go on.

    What is due at `until` or later does not happen any more; infinity lets all happen.
    """
    set_up(p, d, w, c, start, finish, interruptions)
    t = p.now
    count = w.count[0]
    at_known, last_known = p.event_ptr[c], p.event_ptr[c + 1]
    at_struck, last_struck = struck
    plain = may_end_plain(p, w, c, until)
    while t < until - EPS:
        at_known, at_struck = happen(
            p,
            d,
            w,
            t,
            (at_known, last_known),
            (at_struck, last_struck),
            rules,
            start,
            finish,
            interruptions,
        )
        if count.left_to_do == 0:
            return -1
        if plain and at_struck == last_struck and may_go_on_plainly(p, w, c):
            if go_on_plainly(p, w, c, t, rules[0], start, finish):
                return -1
            plain = False
        soon = w.tasks[w.due[0]].key if count.due > 0 else np.inf
        if at_known < last_known:
            soon = min(soon, p.event_time[at_known])
        if at_struck < last_struck:
            soon = min(soon, w.events[at_struck].time)
        if soon == np.inf:
            break
        t = max(soon, t)
    if until < np.inf:
        return -1
    # Name one that could go on but for its people, rather than one that waits for it.
    for status in (RUNNING, OPEN, WORKED, WAITING):
        for i in range(p.component_ptr[c], p.component_ptr[c + 1]):
            if w.tasks[i].status == status:
                return i
    return -1
