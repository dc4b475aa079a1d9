"""One run of the model (part 4 of the model's text), compiled; draws nothing.

The rules are numbered as in the text: 1 work done, 2 capacity and freezes, 3 shares,
4 starts, 5 rates settled. Tasks of one component are numbered in dispatch order, so sorted
by number is in dispatch order. Work is done only where something changed: a resource is
*dirty* when its capacity, or what runs on it, is no longer what its shares were dealt from;
a task is *fresh* when it may start for the first time or again.
"""

from __future__ import annotations

import numpy as np

from svcimpact.engine.compiled import compiled, inlined, signed
from svcimpact.engine.events import project_capacity
from svcimpact.engine.gates import (
    EPS,
    FINISHED,
    OPEN,
    RUNNING,
    SHADOW,
    WAITING,
    WORKED,
    begin,
    drop,
    end,
    freshen,
    join,
    leave,
    let_all_in,
    let_in,
    log,
    next_of,
    open_leads,
    put,
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
from svcimpact.engine.state import Disruption, Work

# A resource is DIRTY, or dirty only in that somebody started on it: if all others on it are still
# served, then it has nothing more for who waits.
DIRTY, TAKEN_FROM = 1, 2


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
def free_before(w: Work, k: int, e: int) -> float:
    """Return what is free of resource `k` for entry `e`, after all that come before it."""
    person = w.people[k]
    free: float = person.capacity
    for x in range(signed(person.room), signed(person.room) + signed(person.runs)):
        other = w.runner[x]
        if other >= e:
            break
        free -= w.tasks[w.needs[other].task].share * w.needs[other].units
    return free


@inlined
def rounded(share: float) -> float:
    """Return a share without rounding dust at 0 and 1."""
    if share >= 1.0 - EPS:
        return 1.0
    return share if share > EPS else 0.0


@inlined
def all_served(w: Work, k: int) -> bool:
    """Tell whether all that run on `k` have all that they need, and tally what is left of it."""
    person = w.people[k]
    free = person.capacity
    for x in range(signed(person.room), signed(person.room) + signed(person.runs)):
        need = w.needs[w.runner[x]]
        task = w.tasks[need.task]
        if task.share != 1.0 or task.frozen > 0 or free < need.units:
            return False
        free -= need.units
    person.free = free
    return True


@inlined
def share_out(w: Work) -> None:
    """Rule 3 on the dirty resources, and on those that a changed share makes dirty."""
    count = w.count[0]
    served = True
    for x in range(signed(count.dirty)):
        if not all_served(w, w.dirties[x]):
            served = False
            break
    if not served:
        deal(w)


@inlined
def deal(w: Work) -> None:
    """Deal the dirty resources out, task by task in dispatch order."""
    count = w.count[0]
    for x in range(signed(count.dirty)):
        person = w.people[w.dirties[x]]
        person.free = person.capacity
        person.at_runs = 0
        person.dirty = DIRTY
    while True:
        found = False
        first = w.due[0]
        for x in range(signed(count.dirty)):
            person = w.people[w.dirties[x]]
            if person.at_runs < person.runs:
                e = w.runner[person.room + person.at_runs]
                if not found or e < first:
                    found = True
                    first = e
        if not found:
            return
        i = w.needs[first].task
        task = w.tasks[i]
        share = 0.0
        if task.frozen == 0:
            share = 1.0
            for e in range(signed(task.needs), signed(task.needs_end)):
                need = w.needs[e]
                person = w.people[need.resource]
                free = person.free if person.dirty > 0 else free_before(w, need.resource, e)
                share = min(share, max(free, 0.0) / need.units)
            share = rounded(share)
        if share != task.share:
            for e in range(signed(task.needs), signed(task.needs_end)):
                k = w.needs[e].resource
                person = w.people[k]
                if person.dirty == 0:
                    person.free = free_before(w, k, e)
                    person.at_runs = 0
                    while w.runner[person.room + person.at_runs] != e:
                        person.at_runs += 1
                    soil(w, k)
            task.share = share
            touch(w, i)
        for e in range(signed(task.needs), signed(task.needs_end)):
            need = w.needs[e]
            person = w.people[need.resource]
            if person.dirty > 0:
                person.free -= share * need.units
                person.at_runs += 1


@inlined
def offer(w: Work, min_share: float) -> int:
    """List the dirty resources that have something for who waits; return how many."""
    offers = 0
    count = w.count[0]
    for x in range(signed(count.dirty)):
        k = w.dirties[x]
        person = w.people[k]
        full = person.dirty == TAKEN_FROM
        person.dirty = 0
        # Enough is no less than what any task starts with, to the last bit.
        person.enough = person.least * (min_share - 2 * EPS)
        if person.waits > 0 and person.free >= person.enough and not full:
            person.at_waits = 0
            w.offers[offers] = k
            offers += 1
    count.dirty = 0
    for x in range(signed(count.fresh)):
        w.tries[x] = w.fresh[x]
        w.tasks[w.fresh[x]].queued = 2
    count.tries = count.fresh
    count.fresh = 0
    return offers


@inlined
def share_left(w: Work, i: int, least: float) -> float:
    """Return the share that what is left of its resources gives task `i`; 0 below `least`."""
    share = 1.0
    for e in range(signed(w.tasks[i].needs), signed(w.tasks[i].needs_end)):
        need = w.needs[e]
        free = w.people[need.resource].free
        if free < need.units:
            if free < least * need.units:
                return 0.0
            share = min(share, max(free, 0.0) / need.units)
    return rounded(share)


@inlined
def start_tasks(w: Work, t: float, min_share: float, start: Floats) -> None:
    """Rule 4: one pass over the tasks that may start, in dispatch order."""
    offers = offer(w, min_share)
    count = w.count[0]
    at_tries = 0
    turn = 0  # the first task whose turn is still to come
    while True:
        i = len(w.tasks)
        if at_tries < count.tries:
            i = signed(w.tries[at_tries])
        x = 0
        while x < offers:
            person = w.people[w.offers[x]]
            while (
                person.at_waits < person.waits
                and w.needs[w.waiter[person.room + person.at_waits]].task < turn
            ):
                person.at_waits += 1
            if person.at_waits == person.waits or person.free < person.enough:
                offers -= 1
                w.offers[x] = w.offers[offers]
                continue
            i = min(i, signed(w.needs[w.waiter[person.room + person.at_waits]].task))
            x += 1
        if i == len(w.tasks):
            return
        turn = i + 1
        task = w.tasks[i]
        if at_tries < count.tries and w.tries[at_tries] == i:
            at_tries += 1
            task.queued = 0
        if task.frozen > 0:
            continue
        share = share_left(w, i, min_share - 2 * EPS)
        if share == 0.0 or share < min_share - EPS:
            continue
        start[i] = t
        # No work left holds nobody: it only waits to finish.
        works = task.left > EPS
        for e in range(signed(task.needs), signed(task.needs_end)):
            need = w.needs[e]
            person = w.people[need.resource]
            drop(w.waiter, person.room, person.waits, e)
            person.waits -= 1
            if works:
                person.free -= share * need.units
                put(w.runner, person.room, person.runs, e)
                person.runs += 1
                if person.dirty == 0:
                    soil(w, need.resource)
                    person.dirty = TAKEN_FROM
        if works:
            task.status = RUNNING
            task.share = share
            task.since = t
            touch(w, i)
        else:
            work_off(w, i)
        begin(w, i, t, t)
        let_all_in(w, t)
        if count.fresh > 0:
            take_turns(w, at_tries, i)


@inlined
def take_turns(w: Work, at_tries: int, i: int) -> None:
    """Let tasks that the start of `i` let in be tried in this pass if their turn is to come."""
    count = w.count[0]
    kept = 0
    for y in range(signed(count.fresh)):
        j = w.fresh[y]
        if j > i:
            put(w.tries, at_tries, signed(count.tries) - at_tries, j)
            count.tries += 1
            w.tasks[j].queued = 2
        else:
            w.fresh[kept] = j
            kept += 1
    count.fresh = kept


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


@inlined
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


@inlined
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


@inlined
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


@inlined
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


@inlined
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
    while at_struck < struck[1] and w.event_time[at_struck] <= t + EPS:
        apply_event(p, d, w, w.event_kind[at_struck], w.event_index[at_struck], t)
        at_struck += 1
    while count.dirty + count.fresh > 0:
        while count.dirty + count.fresh > 0:
            share_out(w)
            start_tasks(w, t, rules[0], start)
        close(w, t, finish)
    settle(w, t, rules[1], interruptions)
    return at_known, at_struck


@compiled
def run_component(
    p: Program,
    d: Disruption,
    w: Work,
    c: int,
    struck: tuple[int, int],
    rules: tuple[float, float],
    start: Floats,
    finish: Floats,
    interruptions: Integers,
) -> int:
    """Run component `c` under the events `struck`; return -1, or a task that can never go on."""
    set_up(p, d, w, c, start, finish, interruptions)
    t = p.now
    count = w.count[0]
    at_known, last_known = p.event_ptr[c], p.event_ptr[c + 1]
    at_struck, last_struck = struck
    while True:
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
        soon = w.tasks[w.due[0]].key if count.due > 0 else np.inf
        if at_known < last_known:
            soon = min(soon, p.event_time[at_known])
        if at_struck < last_struck:
            soon = min(soon, w.event_time[at_struck])
        if soon == np.inf:
            break
        t = max(soon, t)
    # Name one that could go on but for its people, rather than one that waits for it.
    for status in (RUNNING, OPEN, WORKED, WAITING):
        for i in range(p.component_ptr[c], p.component_ptr[c + 1]):
            if w.tasks[i].status == status:
                return i
    return -1
