"""One run of a plan, with a trace if wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from svcimpact.engine.compiled import compiled, inner
from svcimpact.engine.events import sort_disruption
from svcimpact.engine.kernel import run_component
from svcimpact.engine.plan import Floats, Integers, Plan
from svcimpact.engine.program import Program, lay_out
from svcimpact.engine.scheme import may_be_plain, run_plainly
from svcimpact.engine.state import Disruption, Work, make_work

# Task, from, until, share.
Segment: TypeAlias = tuple[int, float, float, float]


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
    segments: list[Segment]


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
    parts = np.arange(len(program.component_ptr) - 1)
    size = 64 * n + 64 if trace else 0
    while True:
        work = make_work(program, len(taken), len(held), size)
        work.tasks.hours = (plan.hours if hours is None else hours)[program.task]
        start, finish, interruptions = np.empty(n), np.empty(n), np.zeros(n, np.int64)
        rules = (float(min_share), float(resume_hours))
        stuck = run_parts_of(
            program, disruption, work, rules, np.inf, parts, start, finish, interruptions
        )
        if stuck >= 0:
            raise StuckError(int(program.task[stuck]))
        if not trace or work.count.log[0] <= size:
            break
        size = 2 * int(work.count.log[0])
    return Run(
        start=start[place],
        finish=finish[place],
        interruptions=interruptions[place],
        segments=segments(program, work),
    )


def segments(program: Program, work: Work, until: float = np.inf) -> list[Segment]:
    """Return the logged changes of share as stretches of constant share.

    Parameters
    ----------
    program : Program
        What was run.
    work : Work
        With the log of its run.
    until : float
        When the run was broken off, which ends the stretches of whatever was at work.

    Returns
    -------
    list of tuple
        ``(task, from, until, share)``, by row of the plan, sorted.
    """
    stretches = []
    last: dict[int, tuple[float, float]] = {}
    for m in range(min(int(work.count.log[0]), len(work.trace))):
        task = int(program.task[int(work.trace[m, 0])])
        time, share = float(work.trace[m, 1]), float(work.trace[m, 2])
        if task in last and time > last[task][0]:
            stretches.append((task, last[task][0], time, last[task][1]))
        if share < 0:
            last.pop(task, None)
        else:
            last[task] = (time, share)
    if until < np.inf:
        stretches += [(i, time, until, share) for i, (time, share) in last.items() if until > time]
    return sorted(stretches)


@inner
def run_parts(
    p: Program,
    d: Disruption,
    w: Work,
    rules: tuple[float, float],
    until: float,
    parts: Integers,
    start: Floats,
    finish: Floats,
    interruptions: Integers,
) -> int:
    """Run some components, in order of their numbers, until a moment.

    Return -1, or a task that can never go on.
    """
    sort_disruption(p, d, w)
    count = w.count[0]
    plain = len(w.trace) == 0 and until == np.inf
    at = 0
    for c in parts:
        while at < count.hit and w.hit[at] < c:
            at += 1
        struck = (0, 0)
        if at < count.hit and w.hit[at] == c:
            struck = (w.hit_ptr[at], w.hit_ptr[at + 1])
        elif (
            plain
            and may_be_plain(p, w, c)
            and run_plainly(p, w, c, rules[0], start, finish, interruptions)
        ):
            continue
        stuck = run_component(p, d, w, c, struck, rules, until, start, finish, interruptions)
        if stuck >= 0:
            return stuck
    return -1


# The same for Python.
run_parts_of = compiled(run_parts)
