"""The small steps of a run: lists kept in order, and gates that open others."""

from __future__ import annotations

import numpy as np

from svcimpact.engine.compiled import inlined
from svcimpact.engine.heap import schedule
from svcimpact.engine.plan import Integers
from svcimpact.engine.state import (
    CLOSING,
    DIRTIES,
    DIRTY,
    END_GATE,
    END_GATES,
    FRESH,
    GATE,
    GATES,
    KIND,
    LEADS,
    LEFT,
    LINKS,
    LINKS_END,
    N_CLOSING,
    N_DIRTY,
    N_FRESH,
    N_LOG,
    N_TOUCHED,
    NEEDS,
    NEEDS_END,
    PASSED,
    QUEUED,
    RATE,
    RESOURCE,
    ROOM,
    RUNNER,
    RUNS,
    SINCE,
    STAMP,
    STATUS,
    SUCCESSOR,
    TOUCHED,
    TOUCHES,
    WAITER,
    WAITS,
    Work,
)

EPS = 1e-9
# WAITING for its gates, OPEN to start, RUNNING, WORKED off but held by a finish gate, FINISHED.
WAITING, OPEN, RUNNING, WORKED, FINISHED = 0, 1, 2, 3, 4
FS, SS, FF, SF = 0, 1, 2, 3


@inlined
def put(table: Integers, column: int, first: int, count: int, value: int) -> None:
    """Insert into a sorted list, down a column of a table from row `first` on."""
    place = first + count
    while place > first and table[place - 1, column] > value:
        table[place, column] = table[place - 1, column]
        place -= 1
    table[place, column] = value


@inlined
def put_in_list(lists: Integers, row: int, first: int, count: int, value: int) -> None:
    """Insert into a sorted list, along a row of a table from column `first` on."""
    place = first + count
    while place > first and lists[row, place - 1] > value:
        lists[row, place] = lists[row, place - 1]
        place -= 1
    lists[row, place] = value


@inlined
def drop(table: Integers, column: int, first: int, count: int, value: int) -> None:
    """Take a value out of a sorted list, down a column of a table from row `first` on."""
    place = first
    while table[place, column] != value:
        place += 1
    for x in range(place, first + count - 1):
        table[x, column] = table[x + 1, column]


@inlined
def soil(w: Work, k: int) -> None:
    """Mark a resource as dirty."""
    if w.staff[k, DIRTY] == 0:
        w.staff[k, DIRTY] = 1
        w.lists[DIRTIES, w.tally[N_DIRTY]] = k
        w.tally[N_DIRTY] += 1


@inlined
def soil_needs(w: Work, i: int) -> None:
    """Mark the resources of task `i` as dirty."""
    for e in range(w.whole[i, NEEDS], w.whole[i, NEEDS_END]):
        soil(w, w.need[e, RESOURCE])


@inlined
def freshen(w: Work, i: int) -> None:
    """Put task `i` among those to try."""
    if w.whole[i, QUEUED] == 0:
        w.whole[i, QUEUED] = 1
        put_in_list(w.lists, FRESH, 0, w.tally[N_FRESH], i)
        w.tally[N_FRESH] += 1


@inlined
def touch(w: Work, i: int) -> None:
    """Note that the share of task `i` may have changed at this time."""
    if w.whole[i, TOUCHED] != w.tally[STAMP]:
        w.whole[i, TOUCHED] = w.tally[STAMP]
        w.lists[TOUCHES, w.tally[N_TOUCHED]] = i
        w.tally[N_TOUCHED] += 1


@inlined
def let_in(w: Work, i: int) -> None:
    """Let `i` wait for its people: its start gates have passed."""
    w.whole[i, STATUS] = OPEN
    for e in range(w.whole[i, NEEDS], w.whole[i, NEEDS_END]):
        k = w.need[e, RESOURCE]
        put(w.need, WAITER, w.staff[k, ROOM], w.staff[k, WAITS], e)
        w.staff[k, WAITS] += 1
    freshen(w, i)


@inlined
def open_start(w: Work, j: int, time: float, t: float) -> None:
    """One start gate of `j` is known; let it in, or wait for the last gate's time."""
    w.whole[j, GATES] -= 1
    w.real[j, GATE] = max(w.real[j, GATE], time)
    if w.whole[j, GATES] > 0 or w.whole[j, STATUS] != WAITING:
        return
    if w.real[j, GATE] <= t + EPS:
        let_in(w, j)
    else:
        schedule(w, j, w.real[j, GATE])


@inlined
def open_finish(w: Work, j: int, time: float) -> None:
    """One finish gate of `j` is known."""
    w.whole[j, END_GATES] -= 1
    w.real[j, END_GATE] = max(w.real[j, END_GATE], time)
    if w.whole[j, END_GATES] == 0 and w.whole[j, STATUS] == WORKED:
        w.lists[CLOSING, w.tally[N_CLOSING]] = j
        w.tally[N_CLOSING] += 1


@inlined
def slack(rate: float, t: float) -> float:
    """Return the work left that is none: what rounding of the time leaves over, EPS at least."""
    return max(EPS, 1e-15 * abs(t) * rate)


@inlined
def open_leads(w: Work, i: int, left: float, t: float) -> None:
    """Open the FS and FF leads that the work left of `i` has come down to."""
    for e in range(w.whole[i, LINKS], w.whole[i, LINKS_END]):
        if w.lag[e] >= 0 or w.link[e, PASSED] == 1 or left > slack(w.real[i, RATE], t) - w.lag[e]:
            continue
        if w.link[e, KIND] == FS:
            w.link[e, PASSED] = 1
            open_start(w, w.link[e, SUCCESSOR], t, t)
        elif w.link[e, KIND] == FF:
            w.link[e, PASSED] = 1
            open_finish(w, w.link[e, SUCCESSOR], t)


@inlined
def begin(w: Work, i: int, at: float, t: float) -> None:
    """Tell the successors of `i` that it started."""
    for e in range(w.whole[i, LINKS], w.whole[i, LINKS_END]):
        if w.link[e, KIND] == SS:
            open_start(w, w.link[e, SUCCESSOR], at + w.lag[e], t)
        elif w.link[e, KIND] == SF:
            open_finish(w, w.link[e, SUCCESSOR], at + w.lag[e])
    if w.whole[i, LEADS] == 1:
        open_leads(w, i, w.real[i, LEFT], t)


@inlined
def end(w: Work, i: int, at: float, t: float) -> None:
    """Tell the successors of `i` that it finished."""
    for e in range(w.whole[i, LINKS], w.whole[i, LINKS_END]):
        if w.link[e, PASSED] == 1:
            continue
        if w.link[e, KIND] == FS:
            w.link[e, PASSED] = 1
            open_start(w, w.link[e, SUCCESSOR], at + w.lag[e], t)
        elif w.link[e, KIND] == FF:
            w.link[e, PASSED] = 1
            open_finish(w, w.link[e, SUCCESSOR], at + w.lag[e])


@inlined
def next_of(w: Work, i: int) -> float:
    """Return when running task `i` comes to its next lead, or to the end of its work."""
    rate = w.real[i, RATE]
    if rate == 0.0:
        return np.inf
    soon: float = w.real[i, SINCE] + w.real[i, LEFT] / rate
    if w.whole[i, LEADS] == 1:
        for e in range(w.whole[i, LINKS], w.whole[i, LINKS_END]):
            if w.lag[e] < 0 and w.link[e, PASSED] == 0 and w.link[e, KIND] in (FS, FF):
                soon = min(soon, w.real[i, SINCE] + (w.real[i, LEFT] + w.lag[e]) / rate)
    return soon


@inlined
def work_off(w: Work, i: int, t: float) -> None:
    """Task `i` has no work left: it uses nobody and closes once its finish gates have passed."""
    w.real[i, LEFT] = 0.0
    w.whole[i, STATUS] = WORKED
    if w.whole[i, END_GATES] == 0:
        w.lists[CLOSING, w.tally[N_CLOSING]] = i
        w.tally[N_CLOSING] += 1
    if w.whole[i, LEADS] == 1:
        open_leads(w, i, 0.0, t)


@inlined
def leave(w: Work, i: int) -> None:
    """Task `i` no longer runs on its resources."""
    for e in range(w.whole[i, NEEDS], w.whole[i, NEEDS_END]):
        k = w.need[e, RESOURCE]
        drop(w.need, RUNNER, w.staff[k, ROOM], w.staff[k, RUNS], e)
        w.staff[k, RUNS] -= 1
        soil(w, k)


@inlined
def log(w: Work, i: int, t: float, share: float) -> None:
    """Keep a change of share, where a trace is wanted; -1 says the work is done."""
    m = w.tally[N_LOG]
    if m < len(w.trace):
        w.trace[m, 0], w.trace[m, 1], w.trace[m, 2] = i, t, share
    w.tally[N_LOG] = m + 1
