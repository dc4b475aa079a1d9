"""Runs that change their plan on the way: under one until some moment, then under another.

What happened before the moment stays as it was: the state of every task is taken over, and with
it the plan goes on under what holds from then on. Nothing reaches into the past.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from svcimpact.engine.compiled import compiled, signed
from svcimpact.engine.gates import EPS, FF, FINISHED, FS, RUNNING, WORKED
from svcimpact.engine.handed import Handed
from svcimpact.engine.many import Strikes, Times, expand
from svcimpact.engine.plan import Floats, Integers, Plan
from svcimpact.engine.program import Program, lay_out
from svcimpact.engine.runs import Run, Segment, StuckError, run_parts, run_parts_of, segments
from svcimpact.engine.state import Disruption, Work, make_work


@dataclass(frozen=True, eq=False)
class Standing(Handed):
    """How tasks stand at one moment, by run and row of the plan.

    Attributes
    ----------
    start, finish : ndarray of float, shape (runs, n)
        Working hours; NaN for what has not happened yet.
    left : ndarray of float, shape (runs, n)
        Work left, in hours at full staffing.
    reached : ndarray of float, shape (runs, n)
        As in `Program`.
    stopped : ndarray of uint8, shape (runs, n)
        Whether a task that is underway stands still.
    stops : ndarray of int32, shape (runs, n)
        How often it was interrupted.
    """

    start: Annotated[Floats, 2]
    finish: Annotated[Floats, 2]
    left: Annotated[Floats, 2]
    reached: Annotated[Floats, 2]
    stopped: Annotated[NDArray[np.uint8], 2]
    stops: Annotated[NDArray[np.int32], 2]


def make_standing(runs: int, tasks: int) -> Standing:
    """Return room for how tasks stand.

    Parameters
    ----------
    runs, tasks : int
        How many.

    Returns
    -------
    Standing
        Nothing has begun, and nothing is left to do.
    """
    shape = (runs, tasks)
    return Standing(
        np.full(shape, np.nan),
        np.full(shape, np.nan),
        np.zeros(shape),
        np.full(shape, np.inf),
        np.zeros(shape, np.uint8),
        np.zeros(shape, np.int32),
    )


@dataclass(frozen=True, eq=False)
class Turn(Handed):
    """What becomes of the work that is left when the plan changes, by row of the plan.

    Attributes
    ----------
    factor : ndarray of float, shape (n,)
        How many hours each hour left becomes.
    extra : ndarray of float, shape (n,)
        Hours added to work that is not done.
    """

    factor: Floats
    extra: Floats


@compiled
def run_until(
    p: Program,
    s: Strikes,
    w: Work,
    d: Disruption,
    rules: tuple[float, float],
    runs: tuple[int, int],
    until: float,
    parts: Integers,
    var_task: Integers,
    var_hours: Floats,
    standing: Standing,
) -> int:
    """Do the runs from ``runs[0]`` up to ``runs[1]`` until a moment; fill their `standing`.

    Only the components `parts` are run. Return -1, or a task that can never go on.
    """
    start, finish, stops = w.start, w.finish, w.stops
    for run in range(runs[0], runs[1]):
        for v in range(len(var_task)):
            w.tasks[var_task[v]].hours = var_hours[run, v]
        expand(s, run, d)
        stuck = run_parts(p, d, w, rules, until, parts, start, finish, stops)
        if stuck >= 0:
            return stuck
        for c in parts:
            keep_standing(p, w, c, until, start, finish, stops, run - runs[0], standing)
    return -1


@compiled
def keep_standing(
    p: Program,
    w: Work,
    c: int,
    until: float,
    start: Floats,
    finish: Floats,
    stops: Integers,
    row: int,
    standing: Standing,
) -> None:
    """Keep how the tasks of component `c` stand at `until`."""
    for i in range(p.component_ptr[c], p.component_ptr[c + 1]):
        task = w.tasks[i]
        at = p.task[i]
        left = task.left
        if task.status == RUNNING:
            left = max(0.0, left - task.rate * (until - task.since))
        elif task.status == WORKED or task.status == FINISHED:
            left = 0.0
        reached = np.inf
        for e in range(signed(task.links), signed(task.links_end)):
            link = w.links[e]
            if link.passed == 1 and link.lag < 0 and (link.kind == FS or link.kind == FF):
                reached = min(reached, -link.lag)
        standing.start[row, at], standing.finish[row, at] = start[i], finish[i]
        standing.left[row, at], standing.reached[row, at] = left, reached
        standing.stopped[row, at] = 1 if task.status == RUNNING and task.stopped == 1 else 0
        standing.stops[row, at] = stops[i]


@compiled
def run_rest(
    p: Program,
    s: Strikes,
    w: Work,
    d: Disruption,
    rules: tuple[float, float],
    runs: tuple[int, int],
    parts: Integers,
    turn: Turn,
    standing: Standing,
    times: Times,
    late: Floats,
) -> int:
    """Go on with the runs from ``runs[0]`` up to ``runs[1]`` under the plan `p`.

    `p` begins at the moment of `standing`, whose arrays of what began and what is done it has
    to itself; they are written over. Only the components `parts` are run: what they come to is
    written into `times` (start, finish, interruptions), and `late` is the finish of every
    project then. The rows of `standing`, `times` and `late` are those of these runs. Return -1,
    or a task that can never go on.
    """
    start, finish, stops = w.start, w.finish, w.stops
    for run in range(runs[0], runs[1]):
        x = run - runs[0]
        expand(s, run, d)
        for c in parts:
            stand(p, w, c, turn, standing, x)
        stuck = run_parts(p, d, w, rules, np.inf, parts, start, finish, stops)
        if stuck >= 0:
            return stuck
        for c in parts:
            for i in range(p.component_ptr[c], p.component_ptr[c + 1]):
                at = p.task[i]
                times[0][x, at], times[1][x, at] = start[i], finish[i]
                times[2][x, at] = stops[i] + standing.stops[x, at]
        for project in range(len(p.project_ptr) - 1):
            last = np.nan
            for y in range(p.project_ptr[project], p.project_ptr[project + 1]):
                ends = times[1][x, p.task[p.project_task[y]]]
                if np.isnan(last) or ends > last:
                    last = ends
            late[x, project] = last
    return -1


@compiled
def stand(p: Program, w: Work, c: int, turn: Turn, standing: Standing, x: int) -> None:
    """Let the tasks of component `c` stand as they did in run `x` when time begins anew."""
    for i in range(p.component_ptr[c], p.component_ptr[c + 1]):
        at = p.task[i]
        p.began[i], p.ended[i] = standing.start[x, at], standing.finish[x, at]
        p.done[i] = 0.0
        p.stopped[i] = standing.stopped[x, at]
        p.reached[i] = standing.reached[x, at]
        left = standing.left[x, at]
        if left > EPS:
            left = left * turn.factor[at] + turn.extra[at]
        w.tasks[i].hours = left


def beginning(program: Program, now: float) -> Program:
    """Return a program that begins later, with arrays of its own for how tasks then stand.

    Parameters
    ----------
    program : Program
        A plan, laid out.
    now : float
        When time begins, in working hours.

    Returns
    -------
    Program
        For `run_rest`, which fills those arrays.
    """
    return replace(
        program,
        began=program.began.copy(),
        ended=program.ended.copy(),
        done=program.done.copy(),
        stopped=program.stopped.copy(),
        reached=program.reached.copy(),
        now=now,
        underway=1,
    )


@dataclass(frozen=True)
class Half:
    """One part of a run that changes its plan on the way.

    Attributes
    ----------
    standing : Standing
        How the tasks stand when it ends; a single row.
    segments : list of tuple
        ``(task, from, until, share)``, sorted.
    """

    standing: Standing
    segments: list[Segment]


def run_first_half(
    plan: Plan, until: float, befalls: Disruption, *, min_share: float, resume_hours: float
) -> Half:
    """Make one run until some moment, with its trace.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.
    until : float
        Working hours; not before time begins.
    befalls : Disruption
        What disrupts it; tasks are rows of the plan.
    min_share, resume_hours : float
        As in `run_once`.

    Returns
    -------
    Half
        What is done, and how the tasks stand.

    Raises
    ------
    StuckError
        When a task can never go on.
    """
    return _half(lay_out(plan), until, befalls, (min_share, resume_hours), None, None)


def run_second_half(
    plan: Plan,
    turn: Turn,
    first: Half,
    befalls: Disruption,
    *,
    min_share: float,
    resume_hours: float,
) -> Run:
    """Go on with a run under another plan, to its end.

    Parameters
    ----------
    plan : Plan
        The same tasks; it begins (`now`) when the first half ended.
    turn : Turn
        What becomes of the work left.
    first : Half
        The first half.
    befalls : Disruption
        What disrupts the second; tasks are rows of the plan.
    min_share, resume_hours : float
        As in `run_once`.

    Returns
    -------
    Run
        The whole run: start, finish, interruptions and segments of both halves.

    Raises
    ------
    StuckError
        When a task can never go on.
    """
    program = beginning(lay_out(plan), plan.now)
    rest = _half(program, np.inf, befalls, (min_share, resume_hours), turn, first.standing)
    ends = rest.standing
    stops = ends.stops[0].astype(np.int64) + first.standing.stops[0]
    return Run(ends.start[0], ends.finish[0], stops, _joined(first.segments + rest.segments))


def stands(plan: Plan, half: Half, now: float) -> Plan:
    """Return a plan with its tasks as they stand after the first half of a run.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.
    half : Half
        The first half of a run of it.
    now : float
        When that ended.

    Returns
    -------
    Plan
        It begins there: actual dates and the fraction done are those of the run.
    """
    left = half.standing.left[0]
    done = 1.0 - np.divide(left, plan.hours, out=np.ones_like(left), where=plan.hours > 0)
    return replace(
        plan,
        now=now,
        began=half.standing.start[0],
        ended=half.standing.finish[0],
        done=np.maximum(done, 0.0),
    )


def _half(
    program: Program,
    until: float,
    befalls: Disruption,
    rules: tuple[float, float],
    turn: Turn | None,
    standing: Standing | None,
) -> Half:
    """Run all components until a moment, from the beginning or from how tasks stood."""
    n = len(program.task)
    parts = np.arange(len(program.component_ptr) - 1)
    place = np.empty(n, np.int64)
    place[program.task] = np.arange(n)
    d = replace(befalls, hold_task=place[befalls.hold_task])
    size = 64 * n + 64
    while True:
        work = make_work(program, len(d.take_resource), len(d.hold_task), size)
        if turn is not None and standing is not None:
            for c in parts.tolist():
                stand(program, work, c, turn, standing, 0)
            # Who stands still goes on doing so, which is no change of share.
            still = np.flatnonzero(program.stopped)
            work.trace[: len(still), 0] = still
            work.trace[: len(still), 1] = program.now
        start, finish, stops = np.empty(n), np.empty(n), np.zeros(n, np.int64)
        work.count.log[0] = 0 if standing is None else int(program.stopped.sum())
        stuck = run_parts_of(program, d, work, rules, until, parts, start, finish, stops)
        if stuck >= 0:
            raise StuckError(int(program.task[stuck]))
        if work.count.log[0] <= size:
            break
        size = 2 * int(work.count.log[0])
    out = make_standing(1, n)
    for c in parts.tolist():
        keep_standing(program, work, c, until, start, finish, stops, 0, out)
    return Half(out, segments(program, work, until))


def _joined(stretches: list[Segment]) -> list[Segment]:
    """Join stretches of one task that only the change of plan parts."""
    out: list[Segment] = []
    for task, begin, end, share in sorted(stretches):
        if out and out[-1][0] == task and out[-1][2] == begin and out[-1][3] == share:
            out[-1] = (task, out[-1][1], end, share)
        else:
            out.append((task, begin, end, share))
    return out
