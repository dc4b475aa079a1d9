"""A disturbed run that follows the disturbance alone, from a recorded run without it.

It begins at the first blow, simulates only the region that may differ (see `wake`), and ends
when nothing differs any more. The result is that of the full run, to the bit; where rounding
could make it another, the replay says so and the full run has to be made.
"""

from __future__ import annotations

import numpy as np

from svcimpact.engine.alarms import set_alarm, take_alarm
from svcimpact.engine.baseline import Baseline
from svcimpact.engine.compiled import inlined, inner, signed
from svcimpact.engine.gates import EPS, FF, FINISHED, FS, RUNNING, WAITING
from svcimpact.engine.kernel import happen
from svcimpact.engine.plan import Floats, Integers
from svcimpact.engine.program import CAPACITY_STEP, HELD, Program
from svcimpact.engine.state import Disruption, Work
from svcimpact.engine.wake import AHEAD, enter, entry_at, suspect, wake_wanted, want

# What a replay comes to: the result is there, also by simulating the whole component from some
# moment on; or it has to be had by the full run.
DONE, DONE_WHOLE, GIVEN_UP = 0, 1, 2
# The part of a component from which on it is simulated whole.
WHOLE = 0.25


@inner
def moment_before(b: Baseline, c: int, time: float) -> int:
    """Return how many moments of component `c` lie before `time`, counted from the first of all."""
    low, high = int(b.moment_ptr[c]), int(b.moment_ptr[c + 1])
    while low < high:
        middle = (low + high) // 2
        if b.moments[middle] < time:
            low = middle + 1
        else:
            high = middle
    return low


@inner
def apart(b: Baseline, c: int, time: float) -> bool:
    """Tell whether no moment of component `c` is almost, but not quite, `time`."""
    x = moment_before(b, c, time - AHEAD / 2)
    while x < b.moment_ptr[c + 1] and b.moments[x] <= time + AHEAD / 2:
        if b.moments[x] != time:
            return False
        x += 1
    return True


@inlined
def works_alike(w: Work, b: Baseline, i: int, e: int) -> bool:
    """Tell whether running task `i` is at its work as entry `e` has it."""
    task, entry = w.tasks[i], b.entries[e]
    alike: bool = (
        entry.left == task.left
        and entry.since == task.since
        and entry.rate == task.rate
        and entry.stopped == task.stopped
    )
    return alike


@inlined
def goes_on_alike(w: Work, b: Baseline, i: int, now: float) -> bool:
    """Tell whether task `i` is at its work as in the recorded run."""
    task = w.tasks[i]
    e = entry_at(b, i, now)
    if e < 0 or b.entries[e].status != task.status or task.finish_gates > 0:
        return False
    return task.status != RUNNING or works_alike(w, b, i, e)


@inner
def is_alike(w: Work, p: Program, b: Baseline, i: int, now: float) -> bool:
    """Tell whether task `i` is in the state of the recorded run."""
    task = w.tasks[i]
    status, frozen = WAITING, 0
    e = entry_at(b, i, now)
    if e >= 0:
        status, frozen = signed(b.entries[e].status), signed(b.entries[e].frozen)
    if task.status != status or task.frozen != frozen:
        return False
    if status == FINISHED:
        return True
    if status == RUNNING and not works_alike(w, b, i, e):
        return False
    gates, gate = signed(task.start_gates), p.release[i]
    end_gates, end_gate = signed(task.finish_gates), -np.inf
    for x in range(p.in_ptr[i], p.in_ptr[i + 1]):
        link = w.links[p.in_link[x]]
        before = p.link_task[p.in_link[x]]
        at = b.finish[before] if link.kind == FS or link.kind == FF else b.start[before]
        if at > now:
            continue
        if link.kind < FF:
            gates -= 1
            gate = max(gate, at + link.lag)
        else:
            end_gates -= 1
            end_gate = max(end_gate, at + link.lag)
    # Gates that have passed are all alike.
    if status == WAITING and gates != task.gates:
        return False
    if status == WAITING and gate != task.gate and max(gate, task.gate) > now:
        return False
    if end_gates != task.end_gates:
        return False
    alike: bool = end_gate == task.end_gate or max(end_gate, task.end_gate) <= now
    return alike


@inner
def find_witness(w: Work, p: Program, b: Baseline, now: float) -> int:
    """Return a task awake that differs from the recorded run, or -1."""
    for x in range(signed(w.count[0].woken)):
        i = signed(w.woken[x])
        if not is_alike(w, p, b, i, now):
            return i
    return -1


@inner
def is_quiet(d: Disruption, now: float) -> bool:
    """Tell whether nothing is taken or held at `now`."""
    for x in range(d.filled[0]):
        long = d.take_until[x] - d.take_from[x] > EPS
        if long and d.take_from[x] <= now + EPS and d.take_until[x] > now + EPS:
            return False
    for x in range(d.filled[1]):
        long = d.hold_until[x] - d.hold_from[x] > EPS
        if long and d.hold_from[x] <= now + EPS and d.hold_until[x] > now + EPS:
            return False
    return True


@inlined
def mark_held(w: Work, d: Disruption, value: int) -> None:
    """Mark the tasks that the disruption holds at some time."""
    for x in range(d.filled[1]):
        w.tasks[d.hold_task[x]].held = value


@inner
def sleep(w: Work, d: Disruption, b: Baseline, now: float, stops: Integers) -> None:
    """Let all tasks sleep: they go on as recorded."""
    count = w.count[0]
    for x in range(signed(count.due)):
        w.tasks[w.due[x]].place = 0
    count.due = count.alarms = count.todo = 0
    for x in range(signed(count.woken)):
        i = signed(w.woken[x])
        task = w.tasks[i]
        task.awake = task.suspect = task.spread = task.queued = task.wanted = 0
        e = entry_at(b, i, now)
        w.extra[i] = stops[i] - (signed(b.entries[e].stops) if e >= 0 else 0)
    for x in range(signed(count.joined)):
        w.people[w.joined[x]].inside = 0
    count.woken = count.joined = count.manned = 0
    count.left_to_do = 0
    mark_held(w, d, 1)


@inner
def foresee(w: Work, b: Baseline, soon: float, now: float) -> None:
    """Suspect the tasks that are due at `soon` otherwise than recorded."""
    count = w.count[0]
    if count.due == 0 or w.tasks[w.due[0]].key > soon + EPS:
        return
    # The heap's first ones, above all that are later.
    size = 1
    w.closing[0] = 0
    while size > 0:
        size -= 1
        place = signed(w.closing[size])
        i = signed(w.due[place])
        task = w.tasks[i]
        due = task.awake == 1 and task.status != WAITING
        if due and task.suspect == 0 and not goes_on_alike(w, b, i, now):
            suspect(w, i)
        for below in (2 * place + 1, 2 * place + 2):
            if below < count.due and w.tasks[w.due[below]].key <= soon + EPS:
                w.closing[size] = below
                size += 1


@inner
def strike_first(
    w: Work,
    p: Program,
    d: Disruption,
    b: Baseline,
    struck: tuple[int, int],
    soon: float,
    now: float,
) -> None:
    """Wake those whom the events of the disruption up to `soon` concern."""
    for x in range(struck[0], struck[1]):
        if w.events[x].time > soon + EPS:
            return
        index = w.events[x].index
        if w.events[x].kind == CAPACITY_STEP:
            enter(w, p, d, b, index, now)
        elif w.events[x].kind == HELD and w.tasks[index].awake == 0 and b.finish[index] > now:
            until = -np.inf
            for y in range(d.filled[1]):
                if d.hold_task[y] == index:
                    until = max(until, d.hold_until[y])
            if b.opens[index] <= now:
                want(w, index)
            elif b.opens[index] <= until + AHEAD and w.tasks[index].held == 1:
                w.tasks[index].held = 2
                set_alarm(w, index, b.opens[index] - AHEAD)


@inner
def hear_alarms(w: Work, b: Baseline, soon: float, now: float) -> None:
    """Wake who will be of the region by `soon`; suspect who is to finish by it, and will not."""
    while w.count[0].alarms > 0 and w.alarms[0].time <= soon and w.count[0].todo == 0:
        time = w.alarms[0].time
        i = take_alarm(w)
        task = w.tasks[i]
        if task.awake == 0:
            want(w, i)
            continue
        due = task.status != FINISHED and time >= b.finish[i] - AHEAD
        if due and task.suspect == 0 and not goes_on_alike(w, b, i, now):
            suspect(w, i)


@inlined
def next_known(w: Work, p: Program, at_known: int, last_known: int, soon: float) -> float:
    """Return when the next event known beforehand concerns the region, at most `soon`."""
    for x in range(at_known, last_known):
        if p.event_time[x] >= soon:
            break
        index = p.event_index[x]
        if p.event_kind[x] == CAPACITY_STEP:
            concerns = w.people[index].inside == 1
        else:
            concerns = w.tasks[index].awake == 1
        if concerns:
            return float(p.event_time[x])
    return soon


@inlined
def is_large(w: Work, p: Program, c: int, whole: int) -> bool:
    """Tell whether to simulate the whole component from now on."""
    size = p.component_ptr[c + 1] - p.component_ptr[c]
    return whole == 1 or w.count[0].woken > WHOLE * size


@inner
def want_all(w: Work, p: Program, d: Disruption, b: Baseline, c: int, now: float) -> None:
    """Want all tasks of the component, and take all its resources in."""
    for i in range(p.component_ptr[c], p.component_ptr[c + 1]):
        want(w, i)
    for m in range(p.member_ptr[c], p.member_ptr[c + 1]):
        enter(w, p, d, b, p.member[m], now)
    w.count[0].alarms = 0


@inner
def replay_component(
    p: Program,
    d: Disruption,
    w: Work,
    b: Baseline,
    c: int,
    struck: tuple[int, int],
    rules: tuple[float, float],
    whole: int,
    start: Floats,
    finish: Floats,
    stops: Integers,
) -> int:
    """Replay component `c` under the events `struck`, all tasks asleep before and after.

    The rows `start`, `finish` and `stops` are those of the tasks that ever were awake, listed
    in `Work.ever`; all others are as recorded. With `whole`, all tasks are woken at once.
    """
    count = w.count[0]
    count.due = count.dirty = count.fresh = count.tries = count.touched = count.closing = 0
    count.opening = 0
    count.alarms = count.todo = count.woken = count.joined = count.manned = count.ever = 0
    count.left_to_do = 0
    count.stamp += 1
    first = moment_before(b, c, w.events[struck[0]].time)
    if first == b.moment_ptr[c]:
        return GIVEN_UP  # the blow comes before time begins
    mark_held(w, d, 1)
    now = b.moments[first - 1]
    at_struck, last_struck = struck
    at_known, last_known = p.event_ptr[c], p.event_ptr[c + 1]
    while at_known < last_known and p.event_time[at_known] <= now + EPS:
        at_known += 1
    result = DONE
    end = np.inf
    witness = -1
    quiet = all_awake = False
    while True:
        soon = np.inf
        while True:
            if not all_awake and is_large(w, p, c, whole):
                all_awake = True
                result = DONE_WHOLE
                want_all(w, p, d, b, c, now)
            clean = wake_wanted(w, p, d, b, now, start, finish, stops)
            if not clean and not all_awake:
                result = GIVEN_UP
                break
            soon = np.inf
            if count.due > 0:
                soon = w.tasks[w.due[0]].key
            if at_struck < last_struck:
                soon = min(soon, w.events[at_struck].time)
            soon = min(soon, next_known(w, p, at_known, last_known, soon))
            if all_awake:
                break
            hear_alarms(w, b, soon, now)
            if count.todo == 0:
                strike_first(w, p, d, b, (at_struck, last_struck), soon, now)
                foresee(w, b, soon, now)
            heard = count.alarms == 0 or w.alarms[0].time > soon
            if heard and count.todo == 0 and count.manned == count.joined:
                break
        if result != GIVEN_UP and soon == np.inf and count.left_to_do > 0:
            result = GIVEN_UP  # the full run tells which task can never go on
        if result == GIVEN_UP or soon == np.inf:
            break
        t = max(soon, now)
        if not all_awake and not apart(b, c, t):
            result = GIVEN_UP
            break
        before = at_struck
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
            stops,
        )
        now = t
        if at_struck > before:
            quiet = is_quiet(d, now)
        if quiet and (witness < 0 or is_alike(w, p, b, witness, now)):
            witness = find_witness(w, p, b, now)
            if witness < 0:
                if at_struck == last_struck:
                    end = now
                    break
                sleep(w, d, b, now, stops)
                all_awake = quiet = False
                before = moment_before(b, c, w.events[at_struck].time)
                now = max(now, b.moments[before - 1])
                while at_known < last_known and p.event_time[at_known] <= now + EPS:
                    at_known += 1
    sleep(w, d, b, end, stops)
    mark_held(w, d, 0)
    return result
