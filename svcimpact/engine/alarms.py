"""A heap of moments at which a replay has to look at a task."""

from __future__ import annotations

from svcimpact.engine.compiled import inner, signed
from svcimpact.engine.state import Work


@inner
def set_alarm(w: Work, i: int, time: float) -> None:
    """Look at task `i` before `time`."""
    place = signed(w.count[0].alarms)
    w.count[0].alarms += 1
    while place > 0:
        above = (place - 1) >> 1
        if w.alarms[above].time <= time:
            break
        w.alarms[place].time, w.alarms[place].task = w.alarms[above].time, w.alarms[above].task
        place = above
    w.alarms[place].time, w.alarms[place].task = time, i


@inner
def take_alarm(w: Work) -> int:
    """Take the earliest alarm out; return its task."""
    i = signed(w.alarms[0].task)
    w.count[0].alarms -= 1
    count = signed(w.count[0].alarms)
    time, task = w.alarms[count].time, w.alarms[count].task
    place = 0
    while True:
        below = 2 * place + 1
        if below >= count:
            break
        if below + 1 < count and w.alarms[below + 1].time < w.alarms[below].time:
            below += 1
        if w.alarms[below].time >= time:
            break
        w.alarms[place].time, w.alarms[place].task = w.alarms[below].time, w.alarms[below].task
        place = below
    w.alarms[place].time, w.alarms[place].task = time, task
    return i
