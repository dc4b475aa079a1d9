"""Futures in which something is decided, from those in which nothing is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from svcimpact.engine.many import Changes, Times, joined
from svcimpact.engine.midway import Standing, beginning, make_standing, run_rest, run_until
from svcimpact.engine.plan import Floats, Integers
from svcimpact.engine.program import Program
from svcimpact.engine.runs import StuckError
from svcimpact.engine.state import make_work
from svcimpact.incident.batches import BATCH, Batches, Found, room_for
from svcimpact.incident.levers import Decided

Answer = TypeVar("Answer")


@dataclass(frozen=True, eq=False)
class Acting:
    """Futures at the moment of a decision; the same for every decision that is weighed.

    Attributes
    ----------
    batches : Batches
        What all runs have in common.
    found : Found
        What they come to where nothing is decided.
    when : float
        When it is decided, in working hours.
    """

    batches: Batches
    found: Found
    when: float

    def decided(self, decided: Decided, made: int = 0) -> Found:
        """Return what the runs come to after a decision.

        Parameters
        ----------
        decided : Decided
            The plan as it goes on.
        made : int
            How many of the first runs to leave out.

        Returns
        -------
        Found
            `late` and `changes` have the runs from `made` on; what is the same in all runs
            without incidents stays as it was.

        Raises
        ------
        StuckError
            When a task can never go on.
        InvalidScenarioError
            When so many tasks change that all runs would not fit into memory.
        """
        runs = len(self.found.late)
        late = self.found.late[made:].copy()
        parts = self.parts_of(decided)

        def do(first: int) -> Changes:
            last = min(first + BATCH, runs)
            rows = slice(first - made, last - made)
            times = self.dense(first, last)
            if len(decided.parts):
                self.go_on(decided, self.stand(first, last, parts), times, late[rows], first)
            return self._changes(times, first, last)

        done: list[Changes] = []
        held = len(self.found.changes.task)
        for changes in self._in_batches(do, made):
            done.append(changes)
            held += len(changes.task)
            self.batches.room.check(held, runs, runs)
        return Found(self.found.base, self.found.calm, late, joined(done))

    def parts_of(self, decided: Decided) -> Integers:
        """Return the components of the old plan that a decision touches.

        Parameters
        ----------
        decided : Decided
            The plan as it goes on.

        Returns
        -------
        ndarray of int
            Numbers of components.
        """
        program, laid = self.batches.program, decided.program
        component = np.empty(len(program.task), np.int64)
        component[program.task] = program.task_component
        inside = np.isin(laid.task_component, decided.parts)
        return np.unique(component[laid.task[inside]]).astype(np.int64)

    def stand(self, first: int, last: int, parts: Integers) -> Standing:
        """Return how tasks stand at the decision in some runs.

        Parameters
        ----------
        first, last : int
            The runs, the last not among them.
        parts : ndarray of int
            The components of the old plan to look at.

        Returns
        -------
        Standing
            A row for each run.
        """
        b = self.batches
        standing = make_standing(last - first, len(b.program.task))
        work = make_work(b.program, b.struck.most_takes, b.struck.most_holds)
        stuck = run_until(
            b.program,
            b.struck.strikes,
            work,
            room_for(b.struck),
            b.rules,
            (first, last),
            self.when,
            parts,
            b.var_task,
            b.var_hours,
            standing,
        )
        _raise(b.program, stuck)
        return standing

    def dense(self, first: int, last: int) -> Times:
        """Return start, finish and interruptions of every task where nothing is decided.

        Parameters
        ----------
        first, last : int
            The runs, the last not among them.

        Returns
        -------
        tuple of ndarray, shape (last - first, tasks)
            By row of the table.
        """
        base, changes = self.found.base, self.found.changes
        rows = [0] * (last - first) if len(base[0]) == 1 else list(range(first, last))
        times = (base[0][rows], base[1][rows], base[2][rows])
        which = slice(changes.ptr[first], changes.ptr[last])
        run = np.repeat(np.arange(last - first), np.diff(changes.ptr[first : last + 1]))
        task = changes.task[which]
        times[0][run, task], times[1][run, task] = changes.start[which], changes.finish[which]
        times[2][run, task] = changes.stops[which]
        return times

    def go_on(
        self, decided: Decided, standing: Standing, times: Times, late: Floats, first: int
    ) -> None:
        """Go on with some runs after a decision.

        Parameters
        ----------
        decided : Decided
            The plan as it goes on.
        standing : Standing
            How its tasks stand in these runs.
        times : tuple of ndarray, shape (runs, tasks)
            What the runs come to where nothing is decided; written over.
        late : ndarray of float, shape (runs, projects)
            Finish of every project; written over.
        first : int
            The first of the runs.
        """
        program = beginning(decided.program, self.when)
        struck = decided.struck
        work = make_work(program, struck.most_takes, struck.most_holds)
        stuck = run_rest(
            program,
            struck.strikes,
            work,
            room_for(struck),
            self.batches.rules,
            (first, first + len(late)),
            decided.parts,
            decided.turn,
            standing,
            times,
            late,
        )
        _raise(program, stuck)

    def _changes(self, times: Times, first: int, last: int) -> Changes:
        """Return what is otherwise than without incidents."""
        base = self.found.base
        rows = slice(0, 1) if len(base[0]) == 1 else slice(first, last)
        start, finish, stops = times
        other = (start != base[0][rows]) | (finish != base[1][rows]) | (stops != base[2][rows])
        at = np.nonzero(other)
        ptr = np.concatenate([[0], np.cumsum(other.sum(axis=1))]).astype(np.int64)
        return Changes(ptr, at[1].astype(np.int32), start[at], finish[at], stops[at])

    def _in_batches(self, do: Callable[[int], Answer], made: int) -> Iterator[Answer]:
        threads = self.batches.threads or os.cpu_count() or 1
        with ThreadPoolExecutor(threads) as pool:
            yield from pool.map(do, range(made, len(self.found.late), BATCH))


def _raise(program: Program, stuck: int) -> None:
    if stuck >= 0:
        raise StuckError(int(program.task[stuck]))
