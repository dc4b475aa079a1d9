"""Runs of a plan: one, with a trace, or many at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from svcimpact.engine.compiled import allocating
from svcimpact.engine.events import sort_disruption
from svcimpact.engine.kernel import run_component
from svcimpact.engine.plan import Floats, Integers, Plan
from svcimpact.engine.program import Program, lay_out
from svcimpact.engine.state import HOURS, N_LOG, Disruption, Work, make_work

Times: TypeAlias = tuple[Floats, Floats, NDArray[np.int32]]


class StuckError(RuntimeError):
    """A task can never start or go on; `task` is its row."""

    def __init__(self, task: int) -> None:
        super().__init__(f"task in row {task} can never start or go on")
        self.task = task


@dataclass(frozen=True)
class Run:
    """One run: what happened to every task, in the plan's row order.

    Attributes
    ----------
    start, finish : ndarray of float, shape (n,)
        Working hours.
    interruptions : ndarray of int, shape (n,)
        How often each task was interrupted.
    segments : list of tuple
        ``(task, from, until, share)`` with constant share, sorted; empty without a trace.
    """

    start: Floats
    finish: Floats
    interruptions: Integers
    segments: list[tuple[int, float, float, float]]


class Strikes(NamedTuple):
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


def run_once(
    plan: Plan,
    takes: Iterable[tuple[int, float, float, float]] = (),
    holds: Iterable[tuple[int, float, float]] = (),
    *,
    hours: Floats | None = None,
    min_share: float = 0.5,
    resume_hours: float = 0.0,
    trace: bool = False,
) -> Run:
    """Run a plan once.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.
    takes : iterable of (resource, from, until, fte)
        What is taken from project capacity, in FTE over working hours ``[from, until)``.
    holds : iterable of (task, from, until)
        Tasks held over ``[from, until)``.
    hours : ndarray of float, shape (n,), optional
        Work of each task in place of the plan's.
    min_share : float
        Least share of its needs with which a task starts.
    resume_hours : float
        Hours added to a task's work each time it is taken up again.
    trace : bool
        Whether to keep the segments.

    Returns
    -------
    Run
        Start, finish, interruptions and segments.

    Raises
    ------
    StuckError
        When a task can never start or go on.
    """
    program = lay_out(plan)
    place = np.empty(len(program.task), np.int64)
    place[program.task] = np.arange(len(program.task))
    taken = np.array(list(takes), float).reshape(-1, 4)
    held = np.array(list(holds), float).reshape(-1, 3)
    disruption = Disruption(
        taken[:, 0].astype(np.int64),
        taken[:, 1].copy(),
        taken[:, 2].copy(),
        taken[:, 3].copy(),
        place[held[:, 0].astype(np.int64)],
        held[:, 1].copy(),
        held[:, 2].copy(),
    )
    n = len(program.task)
    size = 64 * n + 64 if trace else 0
    while True:
        work = make_work(program, len(taken), len(held), size)
        work.real[:, HOURS] = (plan.hours if hours is None else hours)[program.task]
        start, finish, interruptions = np.empty(n), np.empty(n), np.zeros(n, np.int64)
        rules = (float(min_share), float(resume_hours))
        stuck = _run_all(program, disruption, work, rules, start, finish, interruptions)
        if stuck >= 0:
            raise StuckError(int(program.task[stuck]))
        if not trace or work.tally[N_LOG] <= size:
            break
        size = 2 * int(work.tally[N_LOG])
    return Run(
        start=start[place],
        finish=finish[place],
        interruptions=interruptions[place],
        segments=_segments(program, work),
    )


def _segments(program: Program, work: Work) -> list[tuple[int, float, float, float]]:
    """Turn logged changes of share into stretches of constant share."""
    stretches = []
    last: dict[int, tuple[float, float]] = {}
    for m in range(min(int(work.tally[N_LOG]), len(work.trace))):
        task = int(program.task[int(work.trace[m, 0])])
        time, share = float(work.trace[m, 1]), float(work.trace[m, 2])
        if task in last and time > last[task][0]:
            stretches.append((task, last[task][0], time, last[task][1]))
        if share < 0:
            last.pop(task, None)
        else:
            last[task] = (time, share)
    return sorted(stretches)


@allocating
def _run_all(
    p: Program,
    d: Disruption,
    w: Work,
    rules: tuple[float, float],
    start: Floats,
    finish: Floats,
    interruptions: Integers,
) -> int:
    """Run every component; return -1, or a task that can never go on."""
    sort_disruption(p, d, w)
    w.tally[N_LOG] = 0
    for c in range(len(p.component_ptr) - 1):
        stuck = run_component(p, d, w, c, rules, start, finish, interruptions)
        if stuck >= 0:
            return stuck
    return -1


@allocating
def expand(s: Strikes, run: int, d: Disruption) -> tuple[int, int]:
    """Write the incidents of one run as takes and holds; return how many of each."""
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
    return takes, holds


@allocating
def run_many(
    p: Program,
    s: Strikes,
    w: Work,
    d: Disruption,
    rules: tuple[float, float],
    first: int,
    var_task: Integers,
    var_hours: Floats,
    base: Times,
    out: Times,
) -> int:
    """Do runs ``first`` to ``first + len(out[0]) - 1``.

    A component that no incident of the run touches is copied from `base`, the same runs
    without incidents (a single row where no duration is uncertain), when it is given.
    Return -1, or a task that can never go on.
    """
    start, finish, interruptions = out
    n = len(p.task)
    row_start, row_finish, row_stops = np.empty(n), np.empty(n), np.empty(n, np.int64)
    for x in range(len(start)):
        run = first + x
        w.real[:, HOURS] = p.hours
        for v in range(len(var_task)):
            w.real[var_task[v], HOURS] = var_hours[run, v]
        takes, holds = expand(s, run, d)
        now = Disruption(
            d.take_resource[:takes],
            d.take_from[:takes],
            d.take_until[:takes],
            d.take_fte[:takes],
            d.hold_task[:holds],
            d.hold_from[:holds],
            d.hold_until[:holds],
        )
        sort_disruption(p, now, w)
        b = min(run, len(base[0]) - 1)
        for c in range(len(p.component_ptr) - 1):
            low, high = p.component_ptr[c], p.component_ptr[c + 1]
            if b >= 0 and w.event_ptr[c] == w.event_ptr[c + 1]:
                for i in range(low, high):
                    start[x, p.task[i]] = base[0][b, p.task[i]]
                    finish[x, p.task[i]] = base[1][b, p.task[i]]
                    interruptions[x, p.task[i]] = base[2][b, p.task[i]]
                continue
            stuck = run_component(p, now, w, c, rules, row_start, row_finish, row_stops)
            if stuck >= 0:
                return stuck
            for i in range(low, high):
                start[x, p.task[i]] = row_start[i]
                finish[x, p.task[i]] = row_finish[i]
                interruptions[x, p.task[i]] = row_stops[i]
    return -1


def empty_times(runs: int, tasks: int) -> Times:
    """Return room for the start, finish and interruptions of many runs.

    Parameters
    ----------
    runs, tasks : int
        The shape.

    Returns
    -------
    start, finish : ndarray of float, shape (runs, tasks)
        Working hours, not filled.
    interruptions : ndarray of int32, shape (runs, tasks)
        Counts, not filled.
    """
    shape = (runs, tasks)
    return np.empty(shape), np.empty(shape), np.empty(shape, np.int32)
