"""One run of the model (part 4 of the model's text), compiled; draws nothing.

The rules are numbered as in the text: 1 work done, 2 capacity and freezes, 3 shares,
4 starts, 5 rates settled. Tasks of one component are numbered in dispatch order, so sorted
by number is in dispatch order. Work is done only where something changed: a resource is
*dirty* when its capacity, or what runs on it, is no longer what its shares were dealt from;
a task is *fresh* when it may start for the first time or again.
"""

from __future__ import annotations

import numpy as np

from svcimpact.engine.compiled import compiled, inlined
from svcimpact.engine.events import project_capacity
from svcimpact.engine.gates import (
    EPS,
    FINISHED,
    OPEN,
    RUNNING,
    WAITING,
    WORKED,
    begin,
    drop,
    end,
    freshen,
    leave,
    let_in,
    log,
    next_of,
    open_leads,
    put,
    put_in_list,
    slack,
    soil,
    soil_needs,
    touch,
    work_off,
)
from svcimpact.engine.heap import schedule
from svcimpact.engine.plan import Floats, Integers
from svcimpact.engine.program import CAPACITY_STEP, HELD, Program
from svcimpact.engine.state import (
    AT_RUNS,
    CAPACITY,
    CLOSING,
    DIRTIES,
    DIRTY,
    DUE,
    END_GATE,
    END_GATES,
    FINISH_GATES,
    FREE,
    FRESH,
    FROZEN,
    GATE,
    GATES,
    HOURS,
    KEY,
    LEAST,
    LEFT,
    LEFT_TO_DO,
    LINKS,
    LINKS_END,
    N_CLOSING,
    N_DIRTY,
    N_DUE,
    N_FRESH,
    N_LOG,
    N_TOUCHED,
    NEEDS,
    NEEDS_END,
    PASSED,
    PLACE,
    QUEUED,
    RATE,
    RESOURCE,
    ROOM,
    RUNNER,
    RUNS,
    SHARE,
    SINCE,
    STAMP,
    START_GATES,
    STATUS,
    STOPPED,
    TASK,
    TOUCHES,
    TRIES,
    WAITER,
    WAITS,
    Disruption,
    Work,
)


@inlined
def finish_work(w: Work, t: float, finish: Floats) -> None:
    """Rule 1: what is due now happens; then tasks close until no other follows."""
    while w.tally[N_DUE] > 0 and w.real[w.lists[DUE, 0], KEY] <= t + EPS:
        i = w.lists[DUE, 0]
        schedule(w, i, np.inf)
        if w.whole[i, STATUS] == WAITING:
            let_in(w, i)
        elif w.whole[i, STATUS] == WORKED:
            w.lists[CLOSING, w.tally[N_CLOSING]] = i
            w.tally[N_CLOSING] += 1
        else:
            left = w.real[i, LEFT] - w.real[i, RATE] * (t - w.real[i, SINCE])
            if left <= slack(w.real[i, RATE], t):
                log(w, i, t, -1.0)
                leave(w, i)
                work_off(w, i, t)
            else:
                open_leads(w, i, left, t)
                schedule(w, i, next_of(w, i))
    close(w, t, finish)


@inlined
def close(w: Work, t: float, finish: Floats) -> None:
    """Finish the tasks whose finish gates have passed, and those that this lets finish."""
    while w.tally[N_CLOSING] > 0:
        w.tally[N_CLOSING] -= 1
        i = w.lists[CLOSING, w.tally[N_CLOSING]]
        if w.whole[i, STATUS] != WORKED:
            continue
        if w.real[i, END_GATE] > t + EPS:
            schedule(w, i, w.real[i, END_GATE])
            continue
        w.whole[i, STATUS] = FINISHED
        w.tally[LEFT_TO_DO] -= 1
        finish[i] = t
        end(w, i, t, t)


@inlined
def free_before(w: Work, k: int, e: int) -> float:
    """Return what is free of resource `k` for entry `e`, after all that come before it."""
    free: float = w.supply[k, CAPACITY]
    for x in range(w.staff[k, ROOM], w.staff[k, ROOM] + w.staff[k, RUNS]):
        other = w.need[x, RUNNER]
        if other >= e:
            break
        free -= w.real[w.need[other, TASK], SHARE] * w.units[other]
    return free


@inlined
def rounded(share: float) -> float:
    """Return a share without rounding dust at 0 and 1."""
    if share >= 1.0 - EPS:
        return 1.0
    return share if share > EPS else 0.0


@inlined
def share_out(w: Work) -> None:
    """Rule 3 on the dirty resources, and on those that a changed share makes dirty."""
    for x in range(w.tally[N_DIRTY]):
        k = w.lists[DIRTIES, x]
        w.supply[k, FREE] = w.supply[k, CAPACITY]
        w.staff[k, AT_RUNS] = 0
    while True:
        first = -1
        for x in range(w.tally[N_DIRTY]):
            k = w.lists[DIRTIES, x]
            if w.staff[k, AT_RUNS] < w.staff[k, RUNS]:
                e = w.need[w.staff[k, ROOM] + w.staff[k, AT_RUNS], RUNNER]
                if first < 0 or e < first:
                    first = e
        if first < 0:
            return
        i = w.need[first, TASK]
        share = 0.0
        if w.whole[i, FROZEN] == 0:
            share = 1.0
            for e in range(w.whole[i, NEEDS], w.whole[i, NEEDS_END]):
                k = w.need[e, RESOURCE]
                free = w.supply[k, FREE] if w.staff[k, DIRTY] == 1 else free_before(w, k, e)
                share = min(share, max(free, 0.0) / w.units[e])
            share = rounded(share)
        if share != w.real[i, SHARE]:
            for e in range(w.whole[i, NEEDS], w.whole[i, NEEDS_END]):
                k = w.need[e, RESOURCE]
                if w.staff[k, DIRTY] == 0:
                    w.supply[k, FREE] = free_before(w, k, e)
                    at = 0
                    while w.need[w.staff[k, ROOM] + at, RUNNER] != e:
                        at += 1
                    w.staff[k, AT_RUNS] = at
                    soil(w, k)
            w.real[i, SHARE] = share
            touch(w, i)
        for e in range(w.whole[i, NEEDS], w.whole[i, NEEDS_END]):
            k = w.need[e, RESOURCE]
            if w.staff[k, DIRTY] == 1:
                w.supply[k, FREE] -= share * w.units[e]
                w.staff[k, AT_RUNS] += 1


@inlined
def collect_tries(w: Work, min_share: float) -> int:
    """List the tasks worth trying, in dispatch order; return how many."""
    count: int = w.tally[N_FRESH]
    for x in range(count):
        w.lists[TRIES, x] = w.lists[FRESH, x]
        w.whole[w.lists[FRESH, x], QUEUED] = 2
    w.tally[N_FRESH] = 0
    for x in range(w.tally[N_DIRTY]):
        k = w.lists[DIRTIES, x]
        # Too little is left for any task of this resource.
        if max(w.supply[k, FREE], 0.0) / w.supply[k, LEAST] < min_share - EPS:
            continue
        for y in range(w.staff[k, ROOM], w.staff[k, ROOM] + w.staff[k, WAITS]):
            i = w.need[w.need[y, WAITER], TASK]
            if w.whole[i, QUEUED] == 0:
                w.whole[i, QUEUED] = 2
                put_in_list(w.lists, TRIES, 0, count, i)
                count += 1
    for x in range(w.tally[N_DIRTY]):
        w.staff[w.lists[DIRTIES, x], DIRTY] = 0
    w.tally[N_DIRTY] = 0
    return count


@inlined
def start_tasks(w: Work, t: float, min_share: float, start: Floats) -> None:
    """Rule 4: one pass over the tasks that may start."""
    count = collect_tries(w, min_share)
    x = 0
    while x < count:
        i = w.lists[TRIES, x]
        x += 1
        w.whole[i, QUEUED] = 0
        if w.whole[i, FROZEN] > 0:
            continue
        share = 1.0
        for e in range(w.whole[i, NEEDS], w.whole[i, NEEDS_END]):
            share = min(share, max(w.supply[w.need[e, RESOURCE], FREE], 0.0) / w.units[e])
        share = rounded(share)
        if share == 0.0 or share < min_share - EPS:
            continue
        for e in range(w.whole[i, NEEDS], w.whole[i, NEEDS_END]):
            k = w.need[e, RESOURCE]
            drop(w.need, WAITER, w.staff[k, ROOM], w.staff[k, WAITS], e)
            w.staff[k, WAITS] -= 1
        start[i] = t
        if w.real[i, LEFT] <= EPS:
            # No work left holds nobody: it only waits to finish.
            work_off(w, i, t)
        else:
            w.whole[i, STATUS] = RUNNING
            w.real[i, SHARE] = share
            w.real[i, SINCE] = t
            touch(w, i)
            for e in range(w.whole[i, NEEDS], w.whole[i, NEEDS_END]):
                k = w.need[e, RESOURCE]
                w.supply[k, FREE] -= share * w.units[e]
                put(w.need, RUNNER, w.staff[k, ROOM], w.staff[k, RUNS], e)
                w.staff[k, RUNS] += 1
                soil(w, k)
        begin(w, i, t, t)
        # A task that this let in is tried in this pass if its turn is still to come.
        kept = 0
        for y in range(w.tally[N_FRESH]):
            j = w.lists[FRESH, y]
            if j > i:
                put_in_list(w.lists, TRIES, x, count - x, j)
                count += 1
                w.whole[j, QUEUED] = 2
            else:
                w.lists[FRESH, kept] = j
                kept += 1
        w.tally[N_FRESH] = kept


@inlined
def settle(w: Work, t: float, resume_hours: float, interruptions: Integers) -> None:
    """Rule 5: rates change, interruptions are counted, work is taken up again."""
    for x in range(w.tally[N_TOUCHED]):
        i = w.lists[TOUCHES, x]
        if w.whole[i, STATUS] != RUNNING:
            continue
        share, rate = w.real[i, SHARE], w.real[i, RATE]
        stops = share == 0.0 and w.whole[i, STOPPED] == 0
        if share != rate or stops:
            log(w, i, t, share)
        if share != rate:
            w.real[i, LEFT] -= rate * (t - w.real[i, SINCE])
            w.real[i, SINCE] = t
            w.real[i, RATE] = share
        if stops:
            w.whole[i, STOPPED] = 1
            interruptions[i] += 1
        elif share > 0.0 and w.whole[i, STOPPED] == 1:
            w.whole[i, STOPPED] = 0
            w.real[i, LEFT] += resume_hours
        schedule(w, i, next_of(w, i))
    w.tally[N_TOUCHED] = 0
    w.tally[STAMP] += 1


@inlined
def apply_event(p: Program, d: Disruption, w: Work, kind: int, index: int, t: float) -> None:
    """Rule 2: one capacity step or freeze boundary takes effect."""
    if kind == CAPACITY_STEP:
        capacity = project_capacity(p, d, w, index, t)
        if capacity != w.supply[index, CAPACITY]:
            w.supply[index, CAPACITY] = capacity
            soil(w, index)
        return
    w.whole[index, FROZEN] += 1 if kind == HELD else -1
    if w.whole[index, STATUS] == OPEN and w.whole[index, FROZEN] == 0:
        freshen(w, index)
    elif w.whole[index, STATUS] == RUNNING:
        soil_needs(w, index)
        if w.whole[index, NEEDS] == w.whole[index, NEEDS_END]:
            w.real[index, SHARE] = 1.0 if w.whole[index, FROZEN] == 0 else 0.0
            touch(w, index)


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
    stamp = w.tally[STAMP] + 1
    w.tally[:N_LOG] = 0
    w.tally[STAMP] = stamp
    a, b = p.component_ptr[c], p.component_ptr[c + 1]
    w.tally[LEFT_TO_DO] = b - a
    for m in range(p.member_ptr[c], p.member_ptr[c + 1]):
        k = p.member[m]
        w.supply[k, CAPACITY] = w.supply[k, FREE] = project_capacity(p, d, w, k, now)
        w.staff[k, RUNS:] = 0
    for e in range(w.whole[a, LINKS], w.whole[b - 1, LINKS_END]):
        w.link[e, PASSED] = 0
    for i in range(a, b):
        w.real[i, LEFT] = w.real[i, HOURS]
        w.real[i, SINCE] = now
        w.real[i, RATE] = w.real[i, SHARE] = 0.0
        w.real[i, GATE] = p.release[i]
        w.real[i, END_GATE] = -np.inf
        w.whole[i, STATUS] = WAITING
        w.whole[i, GATES] = w.whole[i, START_GATES]
        w.whole[i, END_GATES] = w.whole[i, FINISH_GATES]
        w.whole[i, FROZEN] = w.whole[i, STOPPED] = w.whole[i, QUEUED] = 0
        w.whole[i, PLACE] = -1
        interruptions[i] = 0
        start[i] = finish[i] = np.nan
    if p.underway == 1:
        take_over(p, w, a, b, start, finish)
    for i in range(a, b):
        if w.whole[i, STATUS] == WAITING and w.whole[i, START_GATES] == 0:
            if w.real[i, GATE] <= now + EPS:
                let_in(w, i)
            else:
                schedule(w, i, w.real[i, GATE])


@inlined
def take_over(p: Program, w: Work, a: int, b: int, start: Floats, finish: Floats) -> None:
    """Take over what is done and what runs at the status date."""
    now = p.now
    for i in range(a, b):
        if not np.isnan(p.ended[i]):
            w.whole[i, STATUS] = FINISHED
            w.tally[LEFT_TO_DO] -= 1
            finish[i] = p.ended[i]
            start[i] = p.ended[i] if np.isnan(p.began[i]) else p.began[i]
            w.real[i, LEFT] = 0.0
        elif not np.isnan(p.began[i]):
            w.whole[i, STATUS] = RUNNING
            start[i] = p.began[i]
            w.real[i, LEFT] = w.real[i, HOURS] * (1.0 - p.done[i])
            for e in range(w.whole[i, NEEDS], w.whole[i, NEEDS_END]):
                k = w.need[e, RESOURCE]
                put(w.need, RUNNER, w.staff[k, ROOM], w.staff[k, RUNS], e)
                w.staff[k, RUNS] += 1
                soil(w, k)
            if w.whole[i, NEEDS] == w.whole[i, NEEDS_END]:
                w.real[i, SHARE] = 1.0
            touch(w, i)
            if w.real[i, LEFT] <= EPS:
                schedule(w, i, now)
    for i in range(a, b):
        if w.whole[i, STATUS] == FINISHED:
            end(w, i, finish[i], now)
        if w.whole[i, STATUS] in (RUNNING, FINISHED):
            begin(w, i, start[i], now)


@compiled
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
        finish_work(w, t, finish)
        while known < last_known and p.event_time[known] <= t + EPS:
            apply_event(p, d, w, p.event_kind[known], p.event_index[known], t)
            known += 1
        while struck < last_struck and w.event_time[struck] <= t + EPS:
            apply_event(p, d, w, w.event_kind[struck], w.event_index[struck], t)
            struck += 1
        while w.tally[N_DIRTY] + w.tally[N_FRESH] > 0:
            while w.tally[N_DIRTY] + w.tally[N_FRESH] > 0:
                share_out(w)
                start_tasks(w, t, min_share, start)
            close(w, t, finish)
        settle(w, t, resume_hours, interruptions)
        if w.tally[LEFT_TO_DO] == 0:
            return -1
        soon = w.real[w.lists[DUE, 0], KEY] if w.tally[N_DUE] > 0 else np.inf
        if known < last_known:
            soon = min(soon, p.event_time[known])
        if struck < last_struck:
            soon = min(soon, w.event_time[struck])
        if soon == np.inf:
            break
        t = max(soon, t)
    # Name one that could go on but for its people, rather than one that waits for it.
    for status in (RUNNING, OPEN, WORKED, WAITING):
        for i in range(p.component_ptr[c], p.component_ptr[c + 1]):
            if w.whole[i, STATUS] == status:
                return i
    return -1
