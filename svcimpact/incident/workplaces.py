"""Room for runs, and the run without incidents, used again by the next simulation of a plan.

Whoever moves a slider asks for one what-if after another; what all have in common is made once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from svcimpact.engine.baseline import CHANGES, Baseline, make_baseline
from svcimpact.engine.many import Times
from svcimpact.engine.plan import Floats
from svcimpact.engine.program import Program
from svcimpact.engine.state import Work, make_work
from svcimpact.remembered import remembered

# Room for more tasks than this, in all, is given back: such runs take longer than to make it.
KEPT_UP_TO = 20_000


@dataclass(frozen=True, eq=False)
class Ground:
    """The one run without incidents, where no duration is uncertain; it stays as it is.

    Attributes
    ----------
    rules : tuple
        What it hangs on but for the plan.
    baseline : Baseline
        Recorded.
    base : tuple of ndarray, shape (1, tasks)
        Start, finish and interruptions, by row of the table.
    calm : ndarray of float, shape (1, projects)
        Finish of each project.
    """

    rules: tuple[object, ...]
    baseline: Baseline
    base: Times
    calm: Floats


@dataclass(frozen=True, eq=False)
class Place:
    """Room for the runs of one thread.

    Attributes
    ----------
    takes, holds : int
        The most entries of each kind that a disruption may have.
    work : Work
        The state of a run.
    baseline : Baseline
        For runs without incidents that differ from run to run.
    """

    takes: int
    holds: int
    work: Work
    baseline: Baseline


class Workplaces:
    """What is kept of one plan."""

    def __init__(self) -> None:
        self._free: list[Place] = []
        self._ground: Ground | None = None

    def ground(
        self, program: Program, rules: tuple[object, ...], make: Callable[[], Ground]
    ) -> Ground:
        """Return the run without incidents, made if the last one was made by other rules.

        Parameters
        ----------
        program : Program
            The plan.
        rules : tuple
            What the run hangs on but for the plan.
        make : callable
            Makes it.

        Returns
        -------
        Ground
            Not to be changed.
        """
        kept = self._ground
        if kept is None or kept.rules != rules:
            kept = make()
            if len(program.task) <= KEPT_UP_TO:
                self._ground = kept
        return kept

    def take(self, program: Program, takes: int, holds: int) -> Place:
        """Take room for runs, all tasks asleep, that nobody else uses.

        Parameters
        ----------
        program : Program
            The plan.
        takes, holds : int
            The most entries of each kind that a disruption will have.

        Returns
        -------
        Place
            Room that was given back, if that is large enough; what is too small goes.
        """
        while self._free:
            try:
                place = self._free.pop()
            except IndexError:  # another thread was faster
                break
            if takes <= place.takes and holds <= place.holds:
                work = place.work
                work.tasks.hours = program.hours
                work.tasks.touched = 0
                work.count.stamp = work.count.laid = 0
                return place
        entries = CHANGES * len(program.task) + 64
        work = make_work(program, takes, holds, entries=entries)
        return Place(takes, holds, work, make_baseline(program, entries))

    def give_back(self, program: Program, place: Place) -> None:
        """Give room back in which all runs went to their end.

        Parameters
        ----------
        program : Program
            The plan.
        place : Place
            What was taken.
        """
        if len(program.task) * (len(self._free) + 1) <= KEPT_UP_TO:
            self._free.append(place)


@remembered
def workplaces(program: Program) -> Workplaces:
    """Return what is kept of a plan; it goes with the plan.

    Parameters
    ----------
    program : Program
        The plan, laid out.

    Returns
    -------
    Workplaces
        The same at every call.
    """
    del program
    return Workplaces()
