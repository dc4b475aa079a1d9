"""The plain scheme: a run in which nobody works short-handed, as fast as that can be had.

Where people are all there and nothing is frozen, a task that runs has all that it needs from its
start to its finish, and a run is no more than the parallel schedule-generation scheme (Kolisch
1996, European Journal of Operational Research 90, 320-333): at each finish, who waits is tried
in dispatch order. No share is dealt, and who waits for one person is not tried while only others
become free. The result is that of `kernel.run_component`, to the bit. Where a task could start
short-handed, or more of them wait than a short list is good for, the scheme gives up.
"""

from __future__ import annotations

import numpy as np

from svcimpact.engine.compiled import inlined, inner, signed
from svcimpact.engine.gates import EPS, FINISHED, OPEN, RUNNING, WAITING, slack
from svcimpact.engine.plan import Floats, Integers
from svcimpact.engine.program import Program
from svcimpact.engine.state import Work

# More that wait or are due than this are better kept in heaps and by resource.
SHORT = 256
# Where the scheme gave up, it is not tried again for so many runs.
PAUSE = 64
# What is due: a gate passes, or a task ends that the scheme started, or took over running.
GATE, STARTED, TAKEN_OVER = 0, 1, 2
# More gates than a task can have.
NEVER = 2**31
# A share so little below the least with which a task starts may be that, rounded.
NEARLY = 1e-6


@inlined
def may_be_plain(p: Program, w: Work, c: int) -> bool:
    """Tell whether to try the scheme on component `c`, which no incident strikes."""
    if p.plain[c] == 0 or p.underway == 1:
        return False
    if w.pauses[c] > 0:
        w.pauses[c] -= 1
        return False
    count, size = w.count[0], p.component_ptr[c + 1] - p.component_ptr[c]
    if count.recording == 0:
        return True
    room: bool = count.entries + 3 * size <= len(w.entries)
    return room and count.moments + 2 * size + 1 <= len(w.moments)


@inlined
def may_end_plain(p: Program, w: Work, c: int, until: float) -> bool:
    """Tell whether a run of component `c` may end by the scheme once no incident concerns it."""
    watched = w.count[0].recording == 1 or len(w.trace) > 0 or until < np.inf
    if p.plain[c] == 0 or watched:
        return False
    if w.pauses[c] > 0:
        w.pauses[c] -= 1
        return False
    return True


@inlined
def wait(w: Work, waits: int, i: int) -> None:
    """Put task `i` among the `waits` that wait for people, in dispatch order."""
    place = waits
    while place > 0 and w.queue[place - 1].task > i:
        w.queue[place].task = w.queue[place - 1].task
        w.queue[place].person = w.queue[place - 1].person
        place -= 1
    w.queue[place].task = i
    w.queue[place].person = len(w.crew) - 1


@inlined
def expect(w: Work, dues: int, i: int, time: float, runs: int) -> None:
    """Put task `i`, which runs or has a gate to pass, among the `dues`, the latest first."""
    place = dues
    while place > 0 and w.agenda[place - 1].time < time:
        w.agenda[place].time = w.agenda[place - 1].time
        w.agenda[place].task = w.agenda[place - 1].task
        w.agenda[place].runs = w.agenda[place - 1].runs
        place -= 1
    w.agenda[place].time = time
    w.agenda[place].task = i
    w.agenda[place].runs = runs


@inlined
def note(w: Work, t: float, i: int, left: float, since: float, rate: float, status: int) -> None:
    """Keep the state of task `i`, which changed, where a recording is wanted."""
    count = w.count[0]
    if count.recording == 0:
        return
    entry = w.entries[count.entries]
    count.entries += 1
    entry.time, entry.left, entry.since, entry.rate = t, left, since, rate
    entry.task, entry.status = i, status
    entry.stopped = entry.frozen = entry.stops = 0
    if count.ragged == 1:
        w.ragged[i] = 1


@inlined
def note_moment(w: Work, t: float, dues: int) -> None:
    """Keep that something happens at `t`, and whether rounding puts anything off till then."""
    count = w.count[0]
    if count.recording == 0:
        return
    w.moments[count.moments] = t
    count.moments += 1
    count.ragged = 0
    for x in range(dues - 1, -1, -1):
        if w.agenda[x].time > t + EPS:
            break
        if w.agenda[x].time != t:
            count.ragged = 1


@inlined
def tell_next(w: Work, i: int, t: float, waits: int, dues: int) -> tuple[int, int]:
    """Tell the successors of `i` that it finished; return how many wait then, and are due."""
    for e in range(signed(w.lean[i].links), signed(w.lean[i].links_end)):
        j = signed(w.links[e].successor)
        task = w.lean[j]
        task.gates -= 1
        task.gate = max(task.gate, t + w.links[e].lag)
        if task.gates == 0:
            if task.gate <= t + EPS:
                wait(w, waits, j)
                waits += 1
            else:
                expect(w, dues, j, task.gate, 0)
                dues += 1
    return waits, dues


@inlined
def lacks(w: Work, i: int, least: float) -> int:
    """Return whom task `i` waits for; -1 if for nobody, -2 if it could start short-handed."""
    short = -1
    for e in range(signed(w.lean[i].needs), signed(w.lean[i].needs_end)):
        ask = w.asks[e]
        free = w.crew[ask.resource].free
        if free < ask.quanta:
            if free < least * ask.quanta:
                return signed(ask.resource)
            short = -2
    return short


@inner
def run_plainly(
    p: Program,
    w: Work,
    c: int,
    min_share: float,
    start: Floats,
    finish: Floats,
    interruptions: Integers,
) -> bool:
    """Run component `c` by the scheme; tell whether that could be done."""
    a, b = p.component_ptr[c], p.component_ptr[c + 1]
    count = w.count[0]
    before = count.entries, count.moments
    for m in range(p.member_ptr[c], p.member_ptr[c + 1]):
        crew = w.crew[p.member[m]]
        crew.free = crew.capacity
        crew.freed = 0
    nobody = len(w.crew) - 1
    waits = dues = 0
    t = p.now
    for i in range(a, b):
        task = w.lean[i]
        task.gates = task.start_gates
        task.gate = p.release[i]
        interruptions[i] = 0
        if task.gates == 0:
            if waits + dues >= SHORT:
                return give_up(p, w, c, before)
            if task.gate <= t + EPS:
                w.queue[waits].task = i
                w.queue[waits].person = nobody
                waits += 1
            else:
                expect(w, dues, i, task.gate, GATE)
                dues += 1
    note_moment(w, t, 0)
    return go_on(p, w, c, t, (b - a, waits, dues), min_share, before, start, finish)


@inlined
def may_go_on_plainly(p: Program, w: Work, c: int) -> bool:
    """Tell whether a run of component `c`, which no event concerns any more, can be plain now."""
    for m in range(p.member_ptr[c], p.member_ptr[c + 1]):
        person = w.people[p.member[m]]
        for x in range(signed(person.room), signed(person.room) + signed(person.runs)):
            if w.tasks[w.needs[w.runner[x]].task].share != 1.0:
                return False
    return True


@inner
def go_on_plainly(
    p: Program, w: Work, c: int, t: float, min_share: float, start: Floats, finish: Floats
) -> bool:
    """Bring the run of component `c`, settled at `t`, to its end by the scheme, if that can be.

    Where it cannot, the run goes on from where it stands: nothing that it hangs on is changed.
    """
    a, b = p.component_ptr[c], p.component_ptr[c + 1]
    count = w.count[0]
    before = count.entries, count.moments
    for m in range(p.member_ptr[c], p.member_ptr[c + 1]):
        crew = w.crew[p.member[m]]
        crew.free = crew.capacity
        crew.freed = 0
    nobody = len(w.crew) - 1
    left = waits = dues = 0
    for i in range(a, b):
        task = w.tasks[i]
        # What began before a predecessor ended, as the status date has it, begins but once.
        w.lean[i].gates = task.gates if task.status == WAITING else NEVER
        w.lean[i].gate = task.gate
        if task.status == FINISHED:
            continue
        left += 1
        if task.status == WAITING and task.gates > 0:
            continue
        if waits + dues >= SHORT:
            return give_up(p, w, c, before)
        if task.status == OPEN:
            w.queue[waits].task = i
            w.queue[waits].person = nobody
            waits += 1
            continue
        expect(w, dues, i, task.key, GATE if task.status == WAITING else TAKEN_OVER)
        dues += 1
        if task.status == RUNNING:
            for e in range(signed(w.lean[i].needs), signed(w.lean[i].needs_end)):
                w.crew[w.asks[e].resource].free -= w.asks[e].quanta
    if not go_on(p, w, c, t, (left, waits, dues), min_share, before, start, finish):
        return False
    for x in range(signed(count.due)):
        w.tasks[w.due[x]].place = 0
    count.due = count.left_to_do = 0
    return True


@inner
def go_on(
    p: Program,
    w: Work,
    c: int,
    now: float,
    lists: tuple[int, int, int],
    min_share: float,
    before: tuple[int, int],
    start: Floats,
    finish: Floats,
) -> bool:
    """Bring a run to its end from time `now`; tell whether that could be done.

    `lists` are how many tasks are not finished, how many of them wait for people, and how many
    are due; `before` is how much was recorded before.
    """
    least = min_share - NEARLY
    nobody, nothing = len(w.crew) - 1, len(w.tasks)
    left, waits, dues = lists
    t, stamp = now, 1
    while True:
        while True:
            w.crew[nobody].freed = stamp
            # Whom to try, told without a branch: who waits for whom is not to be foreseen.
            tries = 0
            for x in range(waits):
                w.tries[tries] = x
                tries += w.crew[w.queue[x].person].freed == stamp
            kept, done, gone = waits, 0, 0
            for y in range(tries):
                x = signed(w.tries[y])
                i = signed(w.queue[x].task)
                person = lacks(w, i, least)
                if person == -2:
                    return give_up(p, w, c, before)
                if person >= 0:
                    if w.queue[x].person == nobody:
                        note(w, t, i, w.tasks[i].hours, p.now, 0.0, OPEN)
                    w.queue[x].person = person
                    continue
                start[i] = t
                w.queue[x].task = nothing
                kept = min(kept, x)
                gone += 1
                hours = w.tasks[i].hours
                if hours > EPS:
                    for e in range(signed(w.lean[i].needs), signed(w.lean[i].needs_end)):
                        w.crew[w.asks[e].resource].free -= w.asks[e].quanta
                    expect(w, dues, i, t + hours, STARTED)
                    dues += 1
                    note(w, t, i, hours, t, 1.0, RUNNING)
                else:
                    finish[i] = t
                    w.todo[done] = i
                    done += 1
                    note(w, t, i, 0.0, p.now, 0.0, FINISHED)
            if gone > 0:
                for x in range(kept, waits):
                    w.queue[kept].task = w.queue[x].task
                    w.queue[kept].person = w.queue[x].person
                    kept += w.queue[x].task != nothing
                waits = kept
            if done == 0:
                break
            # No work holds nobody: what it lets in is tried, and nobody else.
            stamp += 1
            left -= done
            for x in range(done):
                waits, dues = tell_next(w, signed(w.todo[x]), t, waits, dues)
                if waits + dues > SHORT:
                    return give_up(p, w, c, before)
        if left == 0:
            return True
        if dues == 0:
            return give_up(p, w, c, before)
        stamp += 1
        t = max(w.agenda[dues - 1].time, t)
        note_moment(w, t, dues)
        while dues > 0 and w.agenda[dues - 1].time <= t + EPS:
            dues -= 1
            due = w.agenda[dues]
            i = signed(due.task)
            if due.runs == GATE:
                wait(w, waits, i)
                waits += 1
                continue
            if due.time != t:
                work, since = w.tasks[i].hours, start[i]
                if due.runs == TAKEN_OVER:
                    work, since = w.tasks[i].left, w.tasks[i].since
                if work - (t - since) > slack(1.0, t):
                    return give_up(p, w, c, before)
            finish[i] = t
            left -= 1
            note(w, t, i, 0.0, start[i], 1.0, FINISHED)
            for e in range(signed(w.lean[i].needs), signed(w.lean[i].needs_end)):
                crew = w.crew[w.asks[e].resource]
                crew.free += w.asks[e].quanta
                crew.freed = stamp
            waits, dues = tell_next(w, i, t, waits, dues)
            if waits + dues > SHORT:
                return give_up(p, w, c, before)


@inner
def give_up(p: Program, w: Work, c: int, before: tuple[int, int]) -> bool:
    """Forget what was done so far."""
    count = w.count[0]
    count.entries, count.moments = before
    count.ragged = 0
    if count.recording == 1:
        for i in range(p.component_ptr[c], p.component_ptr[c + 1]):
            w.ragged[i] = 0
    w.pauses[c] = PAUSE
    return False
