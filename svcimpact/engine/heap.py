"""A binary heap of tasks by the time of their next event; a task knows its place in it."""

from __future__ import annotations

import numpy as np

from svcimpact.engine.compiled import inlined, signed
from svcimpact.engine.state import Work


@inlined
def rise(w: Work, place: int) -> None:
    """Move a task up to where its time belongs."""
    i = w.due[place]
    key = w.tasks[i].key
    while place > 0:
        above = (place - 1) >> 1
        j = w.due[above]
        if w.tasks[j].key <= key:
            break
        w.due[place] = j
        w.tasks[j].place = place + 1
        place = above
    w.due[place] = i
    w.tasks[i].place = place + 1


@inlined
def sink(w: Work, place: int) -> None:
    """Move a task down to where its time belongs."""
    i = w.due[place]
    key = w.tasks[i].key
    count = w.count[0].due
    while True:
        below = 2 * place + 1
        if below >= count:
            break
        if below + 1 < count and w.tasks[w.due[below + 1]].key < w.tasks[w.due[below]].key:
            below += 1
        j = w.due[below]
        if w.tasks[j].key >= key:
            break
        w.due[place] = j
        w.tasks[j].place = place + 1
        place = below
    w.due[place] = i
    w.tasks[i].place = place + 1


@inlined
def schedule(w: Work, i: int, time: float) -> None:
    """Give task `i` its next event; infinity takes it out."""
    task, count = w.tasks[i], w.count[0]
    before = task.key
    task.key = time
    if task.place == 0:
        if time == np.inf:
            return
        place = signed(count.due)
        count.due += 1
        w.due[place] = i
        rise(w, place)
        return
    place = signed(task.place) - 1
    if time == np.inf:
        task.place = 0
        count.due -= 1
        last = signed(count.due)
        if place < last:
            j = w.due[last]
            w.due[place] = j
            w.tasks[j].place = place + 1
            rise(w, place)
            sink(w, signed(w.tasks[j].place) - 1)
    elif time < before:
        rise(w, place)
    else:
        sink(w, place)


@inlined
def insert(w: Work, i: int, time: float) -> None:
    """Give task `i`, which has no next event, one."""
    place = signed(w.count[0].due)
    w.count[0].due += 1
    w.tasks[i].key = time
    w.due[place] = i
    rise(w, place)


@inlined
def put_off(w: Work, time: float) -> None:
    """Give the first task in the heap a later event; infinity takes it out."""
    first, count = w.due[0], w.count[0]
    w.tasks[first].key = time
    if time == np.inf:
        w.tasks[first].place = 0
        count.due -= 1
        if count.due == 0:
            return
        w.due[0] = w.due[count.due]
    sink(w, 0)
