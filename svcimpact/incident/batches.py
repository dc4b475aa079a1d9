"""Many runs, in batches on threads."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue

import numpy as np
from tqdm.auto import tqdm

from svcimpact.engine.baseline import CHANGES, Baseline, make_baseline
from svcimpact.engine.many import Changes, Times, empty_changes, joined, run_many
from svcimpact.engine.plan import Floats, Integers
from svcimpact.engine.program import Program
from svcimpact.engine.runs import StuckError
from svcimpact.engine.state import Disruption, Work, make_work
from svcimpact.incident.strikes import Struck

BATCH = 64


@dataclass(frozen=True, eq=False)
class Found:
    """What runs came to; times are working hours.

    Attributes
    ----------
    base : tuple of ndarray, shape (runs, tasks)
        Start, finish and interruptions without incidents, by row of the table; a single row
        where no duration is uncertain.
    calm : ndarray of float, shape (runs, projects)
        Finish of each project without incidents; a single row likewise.
    late : ndarray of float, shape (runs, projects)
        The same with the incidents; NaN for a project without tasks.
    changes : Changes
        The tasks for which incidents make a difference, run by run.
    """

    base: Times
    calm: Floats
    late: Floats
    changes: Changes


@dataclass(frozen=True, eq=False)
class Batches:
    """What all runs of a simulation have in common.

    Attributes
    ----------
    program : Program
        The plan, laid out.
    projects : int
        How many projects there are.
    struck : Struck
        The incidents of every run.
    rules : tuple of float
        Least share with which a task starts, and hours added when it is taken up again.
    var_task, var_hours : ndarray
        Tasks (numbered as in `program`) whose work is uncertain, and their hours by run.
    threads : int
        How many to run on.
    progress : bool
        Whether to show a progress bar.
    full : bool
        Whether to make every run from the beginning, rather than from where an incident
        strikes; the result is the same, to the bit.
    """

    program: Program
    projects: int
    struck: Struck
    rules: tuple[float, float]
    var_task: Integers
    var_hours: Floats
    threads: int
    progress: bool
    full: bool

    def run(self, runs: int, before: Found | None = None) -> Found:
        """Make runs.

        Parameters
        ----------
        runs : int
            How many.
        before : Found, optional
            The first of these, where they were made before.

        Returns
        -------
        Found
            Of all.

        Raises
        ------
        StuckError
            When a task can never start or go on.
        """
        made = 0 if before is None else len(before.late)
        varies = len(self.var_task) > 0
        tasks = len(self.program.task)
        late = np.empty((runs, self.projects))
        first = None if varies else self._workplace()
        rows = runs if varies else 1
        base: Times = (
            np.empty((rows, tasks)),
            np.empty((rows, tasks)),
            np.empty((rows, tasks), np.int32),
        )
        calm = np.full((rows, self.projects), np.nan)
        if before is not None:
            late[:made] = before.late
            calm[: len(before.calm)] = before.calm
            for column in range(len(base)):
                base[column][: len(before.calm)] = before.base[column]
        workplaces: SimpleQueue[tuple[Work, Baseline]] = SimpleQueue()
        if first is not None:
            self._do(first, (0, 0), base, calm, late)
            workplaces.put(first)
        shared = first[1] if first is not None else None

        def do(start: int) -> Changes:
            end = min(start + BATCH, runs)
            with self._lent(workplaces, shared) as place:
                changes = self._do(place, (start, end), base, calm, late)
            return joined([changes])

        starts = range(made, runs, BATCH)
        parts = [] if before is None else [before.changes]
        # To start a thread takes longer than a few runs do.
        pool = ThreadPoolExecutor(self.threads) if self.threads > 1 and len(starts) > 1 else None
        done = map(do, starts) if pool is None else pool.map(do, starts)
        try:
            with tqdm(
                total=runs - made, desc="futures", unit=" runs", disable=not self.progress
            ) as bar:
                for start, changes in zip(starts, done, strict=True):
                    parts.append(changes)
                    bar.update(min(BATCH, runs - start))
        finally:
            if pool is not None:
                pool.shutdown(cancel_futures=True)
        return Found(base, calm, late, joined(parts))

    def _workplace(self) -> tuple[Work, Baseline]:
        """Return room for one thread's runs."""
        entries = CHANGES * len(self.program.task) + 64
        work = make_work(
            self.program, self.struck.most_takes, self.struck.most_holds, entries=entries
        )
        return work, make_baseline(self.program, entries)

    @contextmanager
    def _lent(
        self, free: SimpleQueue[tuple[Work, Baseline]], shared: Baseline | None
    ) -> Iterator[tuple[Work, Baseline]]:
        """Lend a workplace that nobody else uses; make one where there is none."""
        mine = self._workplace() if free.empty() else free.get()
        yield mine[0], mine[1] if shared is None else shared
        free.put(mine)

    def _do(
        self,
        place: tuple[Work, Baseline],
        runs: tuple[int, int],
        base: Times,
        calm: Floats,
        late: Floats,
    ) -> Changes:
        """Make some runs; where one without incidents stands for all, make that first."""
        work, baseline = place
        changes = empty_changes(runs[1] - runs[0], len(self.program.task))
        stuck = run_many(
            self.program,
            self.struck.strikes,
            work,
            room_for(self.struck),
            self.rules,
            runs,
            self.var_task,
            self.var_hours,
            baseline,
            int(not self.full),
            base,
            calm,
            late,
            changes,
        )
        if stuck >= 0:
            raise StuckError(int(self.program.task[stuck]))
        return changes


def room_for(struck: Struck) -> Disruption:
    """Return room for one run's disruption.

    Parameters
    ----------
    struck : Struck
        The incidents of every run.

    Returns
    -------
    Disruption
        Not filled.
    """
    takes, holds = struck.most_takes, struck.most_holds
    return Disruption(
        np.zeros(takes, np.int64),
        np.zeros(takes),
        np.zeros(takes),
        np.zeros(takes),
        np.zeros(holds, np.int64),
        np.zeros(holds),
        np.zeros(holds),
    )
