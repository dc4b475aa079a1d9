"""Rule 4 of a run: who waits starts where enough is left, in dispatch order."""

from __future__ import annotations

from svcimpact.engine.compiled import inlined, inner, signed
from svcimpact.engine.gates import (
    EPS,
    RUNNING,
    TAKEN_FROM,
    begin,
    drop,
    let_all_in,
    put,
    soil,
    touch,
    work_off,
)
from svcimpact.engine.plan import Floats
from svcimpact.engine.shares import rounded
from svcimpact.engine.state import Work


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


@inner
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
