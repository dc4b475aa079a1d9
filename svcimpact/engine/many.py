"""Many runs of a plan, each against the same run without incidents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from svcimpact.engine.baseline import Baseline, lay_down, run_baseline
from svcimpact.engine.compiled import allocating, compiled, inlined, inner, signed
from svcimpact.engine.events import clear_disruption, sort_disruption
from svcimpact.engine.handed import Handed
from svcimpact.engine.kernel import run_component
from svcimpact.engine.plan import Floats, Integers
from svcimpact.engine.program import Program
from svcimpact.engine.replay import DONE_WHOLE, GIVEN_UP, moment_before, replay_component
from svcimpact.engine.state import Disruption, Work

# Start, finish and interruptions by run and task.
Times: TypeAlias = tuple[Floats, Floats, NDArray[np.int32]]

# Where nearly the whole component was simulated in the end, the next runs begin with that; every
# so often the disturbance alone is tried again. Below this part of all moments before the first
# blow, a run from the beginning costs less than waking everybody.
AGAIN, EARLY = 64, 0.4


@dataclass(frozen=True, eq=False)
class Strikes(Handed):
    """The incidents of many runs, and what each kind of incident takes and holds.

    Attributes
    ----------
    ptr : ndarray of int, shape (runs + 1,)
        Run `j` has the incidents ``ptr[j]:ptr[j + 1]``.
    kind : ndarray of int
        The kind of each incident, by position in the arrays below.
    begin, restored, thawed, over : ndarray of float
        Working hours: the strike, the restoration, the end of the change freeze, the end of
        the aftermath.
    take_ptr, take_resource, take_fte : ndarray
        What an incident of each kind takes from project capacity.
    aftermath : ndarray of float
        The share of it that goes on after restoration, by kind.
    change_ptr, change_task, use_ptr, use_task : ndarray
        The tasks (numbered as in `Program`) held until the thaw, and until restoration.
    """

    ptr: Integers
    kind: Integers
    begin: Floats
    restored: Floats
    thawed: Floats
    over: Floats
    take_ptr: Integers
    take_resource: Integers
    take_fte: Floats
    aftermath: Floats
    change_ptr: Integers
    change_task: Integers
    use_ptr: Integers
    use_task: Integers


@dataclass(frozen=True, eq=False)
class Changes(Handed):
    """What is otherwise than in the same runs without incidents.

    Attributes
    ----------
    ptr : ndarray of int, shape (runs + 1,)
        Run `j` has the changes ``ptr[j]:ptr[j + 1]``.
    task : ndarray of int32
        Row of the task in the plan.
    start, finish : ndarray of float
        Working hours.
    stops : ndarray of int32
        How often the task is interrupted.
    """

    ptr: Integers
    task: NDArray[np.int32]
    start: Floats
    finish: Floats
    stops: NDArray[np.int32]


def empty_changes(runs: int, tasks: int) -> Changes:
    """Return room for the most changes that so many runs can have.

    Parameters
    ----------
    runs, tasks : int
        How many.

    Returns
    -------
    Changes
        Not filled: what is never written to takes no memory.
    """
    size = runs * tasks
    return Changes(
        np.zeros(runs + 1, np.int64),
        np.empty(size, np.int32),
        np.empty(size),
        np.empty(size),
        np.empty(size, np.int32),
    )


def joined(parts: list[Changes]) -> Changes:
    """Return the changes of all runs, one part after another, without what was not filled.

    Parameters
    ----------
    parts : list of Changes
        Of consecutive runs.

    Returns
    -------
    Changes
        A copy.
    """
    sizes = [int(part.ptr[-1]) for part in parts]
    offsets = np.cumsum([0, *sizes])
    ptr = [part.ptr[1:] + offset for part, offset in zip(parts, offsets[:-1], strict=True)]
    return Changes(
        np.concatenate([np.zeros(1, np.int64), *ptr]),
        *(
            np.concatenate([getattr(p, name)[:m] for p, m in zip(parts, sizes, strict=True)])
            for name in ("task", "start", "finish", "stops")
        ),
    )


@allocating
def sort_by_task(
    task: NDArray[np.int32], ptr: Integers, tasks: int
) -> tuple[Integers, Integers, NDArray[np.int32]]:
    """Return the changes of each task: pointers, places in `Changes`, and the runs they are of."""
    of_task = np.zeros(tasks + 1, np.int64)
    for e in range(len(task)):
        of_task[task[e] + 1] += 1
    for i in range(tasks):
        of_task[i + 1] += of_task[i]
    at = of_task[:tasks].copy()
    place = np.empty(len(task), np.int64)
    run_of = np.empty(len(task), np.int32)
    for run in range(len(ptr) - 1):
        for e in range(ptr[run], ptr[run + 1]):
            i = task[e]
            place[at[i]] = e
            run_of[at[i]] = run
            at[i] += 1
    return of_task, place, run_of


@compiled
def spread(
    tasks: Integers,
    of_task: Integers,
    place: Integers,
    run_of: NDArray[np.int32],
    changes: Changes,
    late: Times,
) -> None:
    """Write the changes of some tasks over their times in all runs, a row for each task."""
    start, finish, stops = late
    for x in range(len(tasks)):
        for y in range(of_task[tasks[x]], of_task[tasks[x] + 1]):
            e, run = place[y], run_of[y]
            start[x, run], finish[x, run] = changes.start[e], changes.finish[e]
            stops[x, run] = changes.stops[e]


@inner
def expand(s: Strikes, run: int, d: Disruption) -> None:
    """Write the incidents of one run as takes and holds."""
    takes = holds = 0
    for e in range(s.ptr[run], s.ptr[run + 1]):
        k = s.kind[e]
        for x in range(s.take_ptr[k], s.take_ptr[k + 1]):
            d.take_resource[takes] = s.take_resource[x]
            d.take_from[takes], d.take_until[takes] = s.begin[e], s.restored[e]
            d.take_fte[takes] = s.take_fte[x]
            takes += 1
            if s.aftermath[k] > 0.0:
                d.take_resource[takes] = s.take_resource[x]
                d.take_from[takes], d.take_until[takes] = s.restored[e], s.over[e]
                d.take_fte[takes] = s.aftermath[k] * s.take_fte[x]
                takes += 1
        for x in range(s.change_ptr[k], s.change_ptr[k + 1]):
            d.hold_task[holds] = s.change_task[x]
            d.hold_from[holds], d.hold_until[holds] = s.begin[e], s.thawed[e]
            holds += 1
        for x in range(s.use_ptr[k], s.use_ptr[k + 1]):
            d.hold_task[holds] = s.use_task[x]
            d.hold_from[holds], d.hold_until[holds] = s.begin[e], s.restored[e]
            holds += 1
    d.filled[0], d.filled[1] = takes, holds


@compiled
def run_many(
    p: Program,
    s: Strikes,
    w: Work,
    d: Disruption,
    rules: tuple[float, float],
    runs: tuple[int, int],
    var_task: Integers,
    var_hours: Floats,
    b: Baseline,
    replays: int,
    base: Times,
    calm: Floats,
    late: Floats,
    changes: Changes,
) -> int:
    """Do the runs from ``runs[0]`` up to ``runs[1]``.

    Where durations are uncertain (`var_task`), the runs without incidents are made here too,
    and rows of `base` (start, finish, interruptions) and `calm` filled; otherwise `b` is the
    one for all, made now, with the first row of these, if it is not made yet. `late` (project
    finishes) has a row for each run, `changes` is for these runs. With `replays` 0 every run is
    made from the beginning: the check on the others.
    Return -1, or a task that can never go on.
    """
    n = len(p.task)
    count = w.count[0]
    start, finish, stops, latest = w.start, w.finish, w.stops, w.latest
    for project in range(len(w.seen)):
        w.seen[project] = -1
    varies = len(var_task) > 0
    if not varies and b.made[0] == 0:
        stuck = run_calm(p, w, d, rules, b, replays, 0, base, calm)
        if stuck >= 0:
            return stuck
    if not varies and count.laid == 0:
        for i in range(n):
            latest[i] = b.finish[i]
        count.laid = 1
    large = 0  # how many more runs to begin with the whole component
    m = 0
    for run in range(runs[0], runs[1]):
        x = run - runs[0]
        if varies:
            for v in range(len(var_task)):
                w.tasks[var_task[v]].hours = var_hours[run, v]
            strikes = s.ptr[run + 1] > s.ptr[run]
            recording = replays == 1 and large == 0 and strikes
            stuck = run_calm(p, w, d, rules, b, int(recording), run, base, calm)
            if stuck >= 0:
                return stuck
            for i in range(n):
                latest[i] = b.finish[i]
        for project in range(late.shape[1]):
            late[run, project] = calm[run if varies else 0, project]
        expand(s, run, d)
        if d.filled[0] + d.filled[1] == 0:
            clear_disruption(w)
            changes.ptr[x + 1] = m
            continue
        sort_disruption(p, d, w)
        first = m
        large = max(large - 1, 0)
        for h in range(signed(count.hit)):
            c = w.hit[h]
            struck = (w.hit_ptr[h], w.hit_ptr[h + 1])
            result = GIVEN_UP
            if replays == 1 and b.replays[c] == 1:
                low, high = b.moment_ptr[c], b.moment_ptr[c + 1]
                before = moment_before(b, c, w.events[struck[0]].time) - low
                if large == 0 or before > EARLY * (high - low):
                    result = replay_component(
                        p, d, w, b, c, struck, rules, int(large > 0), start, finish, stops
                    )
                if result == DONE_WHOLE and large == 0:
                    large = AGAIN
            if result == GIVEN_UP:
                for y in range(signed(count.ever)):
                    w.tasks[w.ever[y]].ever = 0
                count.ever = 0
                stuck = run_component(p, d, w, c, struck, rules, np.inf, start, finish, stops)
                if stuck >= 0:
                    return stuck
                lay_down(p, w, c)
                m = tell_all(p, b, c, start, finish, stops, m, latest, changes)
            m = tell_woken(w, b, start, finish, m, latest, changes)
        changes.ptr[x + 1] = m
        put_back(p, b, run, (first, m), w.seen, latest, late, changes)
    return -1


@inner
def run_calm(
    p: Program,
    w: Work,
    d: Disruption,
    rules: tuple[float, float],
    b: Baseline,
    recording: int,
    run: int,
    base: Times,
    calm: Floats,
) -> int:
    """Make and keep a run without incidents; return -1, or a task that can never go on."""
    d.filled[0] = d.filled[1] = 0
    clear_disruption(w)
    stuck = run_baseline(p, d, w, rules, b, recording)
    if stuck >= 0:
        return stuck
    last_of_projects(p, b.finish, run, calm)
    start, finish, stops = base
    for i in range(len(p.task)):
        row = p.task[i]
        start[run, row], finish[run, row], stops[run, row] = b.start[i], b.finish[i], b.stops[i]
    return -1


@inlined
def tell(
    b: Baseline,
    i: int,
    start: float,
    finish: float,
    stops: int,
    m: int,
    latest: Floats,
    changes: Changes,
) -> int:
    """Keep what is otherwise with task `i`; return how many changes there are then."""
    if start == b.start[i] and finish == b.finish[i] and stops == b.stops[i]:
        return m
    changes.task[m], changes.stops[m] = i, stops
    changes.start[m], changes.finish[m] = start, finish
    latest[i] = finish
    return m + 1


@inner
def tell_all(
    p: Program,
    b: Baseline,
    c: int,
    start: Floats,
    finish: Floats,
    stops: Integers,
    m: int,
    latest: Floats,
    changes: Changes,
) -> int:
    """Keep what is otherwise in component `c` after a run from the beginning."""
    for i in range(p.component_ptr[c], p.component_ptr[c + 1]):
        m = tell(b, i, start[i], finish[i], stops[i], m, latest, changes)
    return m


@inner
def tell_woken(
    w: Work,
    b: Baseline,
    start: Floats,
    finish: Floats,
    m: int,
    latest: Floats,
    changes: Changes,
) -> int:
    """Keep what is otherwise with the tasks that a replay woke, and forget that it did."""
    for y in range(signed(w.count[0].ever)):
        i = signed(w.ever[y])
        w.tasks[i].ever = 0
        begins = b.start[i] if np.isnan(start[i]) else start[i]
        ends = b.finish[i] if np.isnan(finish[i]) else finish[i]
        m = tell(b, i, begins, ends, b.stops[i] + w.extra[i], m, latest, changes)
    w.count[0].ever = 0
    return m


@inner
def put_back(
    p: Program,
    b: Baseline,
    run: int,
    told: tuple[int, int],
    seen: Integers,
    latest: Floats,
    late: Floats,
    changes: Changes,
) -> None:
    """Reckon the finish of every project that changed, and get ready for the next run."""
    for e in range(told[0], told[1]):
        project = p.project[changes.task[e]]
        if seen[project] == run:
            continue
        seen[project] = run
        last = -np.inf
        for y in range(p.project_ptr[project], p.project_ptr[project + 1]):
            last = max(last, latest[p.project_task[y]])
        late[run, project] = last
    for e in range(told[0], told[1]):
        i = changes.task[e]
        latest[i] = b.finish[i]
        changes.task[e] = p.task[i]


@inner
def last_of_projects(p: Program, finish: Floats, run: int, last: Floats) -> None:
    """Fill a row of `last` with the finish of every project that has tasks."""
    for project in range(len(p.project_ptr) - 1):
        found = np.nan
        for y in range(p.project_ptr[project], p.project_ptr[project + 1]):
            at = finish[p.project_task[y]]
            if np.isnan(found) or at > found:
                found = at
        last[run, project] = found
