"""Runs of a plan without incidents, each with its own work of every task."""

from __future__ import annotations

import numpy as np

from svcimpact.engine.baseline import make_baseline
from svcimpact.engine.many import Strikes, empty_changes, run_many
from svcimpact.engine.plan import Floats, Integers
from svcimpact.engine.program import Program
from svcimpact.engine.runs import StuckError
from svcimpact.engine.state import Disruption, make_work

BATCH = 64


def no_strikes(runs: int) -> Strikes:
    """Return the incidents of runs that have none.

    Parameters
    ----------
    runs : int
        How many.

    Returns
    -------
    Strikes
        Of no kind.
    """
    pointer, rows, times = np.zeros(1, np.int64), np.zeros(0, np.int64), np.zeros(0)
    return Strikes(
        ptr=np.zeros(runs + 1, np.int64),
        kind=rows,
        begin=times,
        restored=times,
        thawed=times,
        over=times,
        take_ptr=pointer,
        take_resource=rows,
        take_fte=times,
        aftermath=times,
        change_ptr=pointer,
        change_task=rows,
        use_ptr=pointer,
        use_task=rows,
    )


def no_disruption() -> Disruption:
    """Return a disruption that takes and holds nothing.

    Returns
    -------
    Disruption
        Without room.
    """
    rows, times = np.zeros(0, np.int64), np.zeros(0)
    return Disruption(rows, times, times, times, rows, times, times)


def run_undisturbed(
    program: Program, var_task: Integers, var_hours: Floats, rules: tuple[float, float]
) -> Floats:
    """Run a plan many times.

    Parameters
    ----------
    program : Program
        The plan, laid out.
    var_task : ndarray of int
        The tasks (numbered as in `program`) whose work is uncertain.
    var_hours : ndarray of float, shape (runs, len(var_task))
        Their work.
    rules : tuple of float
        As in `run_many`.

    Returns
    -------
    ndarray of float, shape (runs, n)
        When each task finishes, by row of the plan; a single row where no work is uncertain.

    Raises
    ------
    StuckError
        When a task can never go on.
    """
    n, runs = len(program.task), len(var_hours) if len(var_task) else 1
    each, projects = min(runs, BATCH), len(program.project_ptr) - 1
    finish = np.empty((runs, n))
    start, stops = np.empty((each, n)), np.empty((each, n), np.int32)
    work, baseline = make_work(program, 0, 0), make_baseline(program, 0)
    # A call cannot be interrupted before it returns.
    for first in range(0, runs, each):
        rows = slice(first, min(first + each, runs))
        made = rows.stop - first
        stuck = run_many(
            program,
            no_strikes(made),
            work,
            no_disruption(),
            rules,
            (0, made),
            var_task,
            np.ascontiguousarray(var_hours[rows]),
            baseline,
            0,
            (start, finish[rows], stops),
            np.empty((made, projects)),
            np.empty((made, projects)),
            empty_changes(made, 0),
        )
        if stuck >= 0:
            raise StuckError(int(program.task[stuck]))
    return finish
