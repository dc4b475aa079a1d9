"""A binary heap of tasks by the time of their next event; a task knows its place in it."""

from __future__ import annotations

import numpy as np

from svcimpact.engine.compiled import inlined
from svcimpact.engine.state import DUE, KEY, N_DUE, PLACE, Work


@inlined
def rise(w: Work, place: int) -> None:
    """Move a task up to where its time belongs."""
    i = w.lists[DUE, place]
    key = w.real[i, KEY]
    while place > 0:
        above = (place - 1) >> 1
        j = w.lists[DUE, above]
        if w.real[j, KEY] <= key:
            break
        w.lists[DUE, place] = j
        w.whole[j, PLACE] = place
        place = above
    w.lists[DUE, place] = i
    w.whole[i, PLACE] = place


@inlined
def sink(w: Work, place: int) -> None:
    """Move a task down to where its time belongs."""
    i = w.lists[DUE, place]
    key = w.real[i, KEY]
    count = w.tally[N_DUE]
    while True:
        below = 2 * place + 1
        if below >= count:
            break
        if (
            below + 1 < count
            and w.real[w.lists[DUE, below + 1], KEY] < w.real[w.lists[DUE, below], KEY]
        ):
            below += 1
        j = w.lists[DUE, below]
        if w.real[j, KEY] >= key:
            break
        w.lists[DUE, place] = j
        w.whole[j, PLACE] = place
        place = below
    w.lists[DUE, place] = i
    w.whole[i, PLACE] = place


@inlined
def schedule(w: Work, i: int, time: float) -> None:
    """Give task `i` its next event; infinity takes it out."""
    place = w.whole[i, PLACE]
    before = w.real[i, KEY]
    w.real[i, KEY] = time
    if place < 0:
        if time == np.inf:
            return
        place = w.tally[N_DUE]
        w.tally[N_DUE] = place + 1
        w.lists[DUE, place] = i
        rise(w, place)
    elif time == np.inf:
        w.whole[i, PLACE] = -1
        last = w.tally[N_DUE] - 1
        w.tally[N_DUE] = last
        if place < last:
            j = w.lists[DUE, last]
            w.lists[DUE, place] = j
            w.whole[j, PLACE] = place
            rise(w, place)
            sink(w, w.whole[j, PLACE])
    elif time < before:
        rise(w, place)
    else:
        sink(w, place)
