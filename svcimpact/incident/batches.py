"""Many runs, in batches on threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from svcimpact.engine.baseline import Baseline, make_baseline
from svcimpact.engine.many import Changes, Times, empty_changes, joined, run_many
from svcimpact.engine.plan import Floats, Integers
from svcimpact.engine.program import Program
from svcimpact.engine.runs import StuckError
from svcimpact.engine.state import Disruption, Work
from svcimpact.incident.memory import UNLIMITED, Room
from svcimpact.incident.strikes import Struck
from svcimpact.incident.workplaces import Ground, Place, workplaces

Number = TypeVar("Number", bound=np.generic)

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
    room : Room
        How much memory the runs may take.
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
    room: Room = UNLIMITED

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
        InvalidScenarioError
            When so many tasks change that all runs would not fit into memory.
        """
        made = 0 if before is None else len(before.late)
        base, calm, shared = self._without(runs, before)
        late = np.empty((runs, self.projects))
        if before is not None:
            late[:made] = before.late
        places, free = workplaces(self.program), SimpleQueue[Place]()

        def do(start: int) -> Changes:
            try:
                place = free.get_nowait()
            except Empty:
                place = places.take(self.program, *self._most())
            baseline = place.baseline if shared is None else shared
            until = min(start + BATCH, runs)
            changes = self._do(place.work, baseline, (start, until), base, calm, late)
            free.put(place)
            return joined([changes])

        starts = range(made, runs, BATCH)
        parts = [] if before is None else [before.changes]
        changed = 0 if before is None else len(before.changes.task)
        # To start a thread takes longer than a few runs do.
        pool = ThreadPoolExecutor(self.threads) if self.threads > 1 and len(starts) > 1 else None
        done = map(do, starts) if pool is None else pool.map(do, starts)
        try:
            with tqdm(
                total=runs - made, desc="futures", unit=" runs", disable=not self.progress
            ) as bar:
                for start, changes in zip(starts, done, strict=True):
                    parts.append(changes)
                    changed += len(changes.task)
                    self.room.check(changed, min(start + BATCH, runs), runs)
                    bar.update(min(BATCH, runs - start))
        finally:
            if pool is not None:
                pool.shutdown(cancel_futures=True)
        while not free.empty():
            places.give_back(self.program, free.get())
        if shared is not None:
            # Every outcome of the plan has them, and none may change those of another.
            base, calm = (_locked(base[0]), _locked(base[1]), _locked(base[2])), _locked(calm)
        return Found(base, calm, late, joined(parts) if len(parts) > 1 else parts[0])

    def _without(self, runs: int, before: Found | None) -> tuple[Times, Floats, Baseline | None]:
        """Return where runs without incidents are kept, and the one that stands for all."""
        if not len(self.var_task):
            rules = (*self.rules, self.full, self.projects)
            ground = workplaces(self.program).ground(self.program, rules, self._ground)
            return ground.base, ground.calm, ground.baseline
        base, calm = self._rows(runs)
        if before is not None:
            made = len(before.calm)
            calm[:made] = before.calm
            for column in range(len(base)):
                base[column][:made] = before.base[column]
        return base, calm, None

    def _rows(self, rows: int) -> tuple[Times, Floats]:
        """Return room for runs without incidents."""
        shape = rows, len(self.program.task)
        base: Times = np.empty(shape), np.empty(shape), np.empty(shape, np.int32)
        return base, np.full((rows, self.projects), np.nan)

    def _ground(self) -> Ground:
        """Make the one run without incidents that stands for all."""
        base, calm = self._rows(1)
        places = workplaces(self.program)
        place = places.take(self.program, *self._most())
        baseline = make_baseline(self.program, len(place.work.entries))
        self._do(place.work, baseline, (0, 0), base, calm, calm)
        places.give_back(self.program, place)
        return Ground((*self.rules, self.full, self.projects), baseline, base, calm)

    def _most(self) -> tuple[int, int]:
        """Return how many takes and holds a run has at most."""
        return self.struck.most_takes, self.struck.most_holds

    def _do(
        self,
        work: Work,
        baseline: Baseline,
        runs: tuple[int, int],
        base: Times,
        calm: Floats,
        late: Floats,
    ) -> Changes:
        """Make some runs; where one without incidents stands for all, make that first."""
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


def _locked(array: NDArray[Number]) -> NDArray[Number]:
    """Return the same numbers, not to be written to."""
    view = array.view()
    view.flags.writeable = False
    return view


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
