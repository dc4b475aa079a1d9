"""The futures of a simulation, and what they sum up to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from svcimpact.engine.plan import Floats, Integers, Plan
from svcimpact.engine.program import Program
from svcimpact.errors import fault, fault_frame
from svcimpact.incident import tables
from svcimpact.incident.assumptions import assumptions
from svcimpact.incident.batches import Batches, Found
from svcimpact.incident.certain import Certain, certainty
from svcimpact.incident.draws import Arrivals
from svcimpact.incident.levers import Decided, kept_back, lengthened
from svcimpact.incident.project_table import project_table
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.strikes import Struck
from svcimpact.incident.tables import Phase
from svcimpact.incident.task_table import task_table
from svcimpact.incident.typical import at_quantile, typical_run
from svcimpact.portfolio import Portfolio


@dataclass(frozen=True, eq=False)
class Futures:
    """Everything a simulation drew and found, before it is summed up.

    `idle` is what was found where nothing is decided, and `decided` the plan as it goes on where
    something is.
    """

    portfolio: Portfolio
    scenario: Scenario
    plan: Plan
    program: Program
    varies: Integers
    arrivals: Arrivals
    struck: Struck
    found: Found
    threads: int
    idle: Found
    decided: Decided | None
    batches: Batches


@dataclass(frozen=True, eq=False)
class Finishes:
    """Run by run, in working hours since the portfolio's start.

    Attributes
    ----------
    project_finish : pandas.DataFrame, shape (runs, projects)
        When each project finishes.
    task_start, task_finish : pandas.DataFrame or None, shape (runs, tasks)
        Kept with ``keep="tasks"`` only.
    """

    project_finish: pd.DataFrame
    task_start: pd.DataFrame | None = None
    task_finish: pd.DataFrame | None = None


@dataclass(frozen=True, eq=False)
class Sums:
    """The tables of an outcome by name, each summed up when it is first asked for.

    Attributes
    ----------
    futures : Futures
        What was drawn and found.
    keep : {"projects", "tasks"}
        What to keep run by run.
    """

    futures: Futures
    keep: str

    @cached_property
    def projects(self) -> pd.DataFrame:
        """Dates, delays and money by project."""
        futures = self.futures
        return project_table(
            futures.portfolio,
            futures.plan,
            futures.found.late,
            futures.found.calm,
            certain=self._certain.projects,
            certain_levelled=self._certain.calm_projects,
            sampling=futures.scenario.sampling,
        )

    @cached_property
    def tasks(self) -> pd.DataFrame:
        """Dates and delays by task."""
        futures = self.futures
        return task_table(
            futures.portfolio,
            futures.plan,
            futures.found,
            certain=self._certain.tasks,
            certain_levelled=self._certain.calm_tasks,
            sampling=futures.scenario.sampling,
            threads=futures.threads,
        )

    @cached_property
    def resources(self) -> pd.DataFrame:
        """Who is pulled, who covers, and what projects lose."""
        futures = self.futures
        return tables.resource_table(
            futures.portfolio,
            self._phases,
            certain=self._certain.resources,
            sampling=futures.scenario.sampling,
        )

    @cached_property
    def services(self) -> pd.DataFrame:
        """Which services are down, and what that costs."""
        futures = self.futures
        return tables.service_table(
            futures.portfolio,
            self._phases[-1].arrivals,
            self._phases,
            certain=self._certain.services,
            sampling=futures.scenario.sampling,
        )

    @cached_property
    def incidents(self) -> pd.DataFrame:
        """When the stated incidents are restored."""
        return tables.incident_table(
            self.futures.portfolio,
            self._phases[-1].arrivals,
            *_restored(self.futures),
            sampling=self.futures.scenario.sampling,
        )

    @property
    def segments(self) -> pd.DataFrame:
        """The typical run, by stretch of work."""
        return self._typical[0]

    @property
    def takes(self) -> pd.DataFrame:
        """What the incidents of the typical run take."""
        return self._typical[1]

    @cached_property
    def with_incident(self) -> Finishes:
        """Run by run, with the incident."""
        return _finishes(self.futures, self.keep, self.futures.found)

    @cached_property
    def levelled(self) -> Finishes:
        """Run by run, without it."""
        return _finishes(self.futures, self.keep, None)

    @cached_property
    def undecided(self) -> Finishes:
        """Run by run, with the incident and no action."""
        if self.futures.decided is None:
            return self.with_incident
        return _finishes(self.futures, self.keep, self.futures.idle)

    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        """What the figures rest on."""
        futures = self.futures
        return assumptions(
            futures.portfolio,
            futures.scenario,
            self._phases[-1].arrivals,
            uncertain_tasks=len(futures.varies),
        )

    @cached_property
    def warnings(self) -> pd.DataFrame:
        """What was assumed about the input."""
        return _warnings(self.futures)

    @cached_property
    def _typical(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        futures = self.futures
        return typical_run(
            futures.portfolio,
            futures.scenario,
            futures.plan,
            futures.program,
            futures.arrivals,
            futures.decided,
        )

    @cached_property
    def _certain(self) -> Certain:
        futures, decided = self.futures, self.futures.decided
        sides = [(futures.plan, futures.program, futures.arrivals, futures.struck)]
        if decided is not None:
            sides.append((decided.plan, decided.program, decided.arrivals, decided.struck))
        stated = len(futures.scenario.incidents)
        return certainty(futures.portfolio, sides, futures.varies, stated)

    @cached_property
    def _phases(self) -> list[Phase]:
        """What the incidents do until something is decided, and from then on."""
        futures, decided = self.futures, self.futures.decided
        if decided is None or not kept_back(futures.scenario):
            return [Phase(futures.arrivals, futures.struck)]
        now = decided.plan.now
        return [
            Phase(futures.arrivals, futures.struck, end=now),
            Phase(decided.arrivals, decided.struck, begin=now),
        ]


def _warnings(futures: Futures) -> pd.DataFrame:
    """Say what to be careful with: incidents that miss the plan, and too few runs."""
    scenario, calendar = futures.scenario, futures.portfolio.calendar
    rows = []
    now = futures.plan.now
    last = np.fmax.reduce(futures.found.calm, axis=None, initial=now)
    for number, incident in enumerate(scenario.incidents, 1):
        struck = calendar.hours(incident.start)
        expected = cure = ""
        if struck < now:
            begin = pd.Timestamp(calendar.when(now))
            expected = f"a time from when the simulation begins, {begin:%Y-%m-%d %H:%M}"
            cure = "What of it lies before then is left out; correct the start if it is a slip."
        elif struck >= last:
            end = pd.Timestamp(calendar.when(last, side="finish"))
            expected = f"a time before the last project ends, {end:%Y-%m-%d %H:%M}"
            cure = "It delays nothing; correct the start if it is a slip."
        if expected:
            found = f"{incident.start:%Y-%m-%d %H:%M}"
            where = f"incident {number}"
            rows.append(fault(where, column="start", found=found, expected=expected, cure=cure))
    few = 73
    if scenario.runs < few:
        row = fault(
            "scenario",
            column="runs",
            found=str(scenario.runs),
            expected=f"{few} or more to give an error for P95",
            cure="Raise runs unless nothing is random.",
        )
        rows.append(row)
    return fault_frame(rows)


def _restored(futures: Futures) -> tuple[Floats, Floats]:
    """Return hours within which each stated incident is restored, at P50 and P80."""
    portfolio, scenario = futures.portfolio, futures.scenario
    stated, kept = len(scenario.incidents), kept_back(scenario)
    runs = [at_quantile(futures.arrivals, stated, q) for q in (0.5, 0.8)]
    half, most = (lengthened(portfolio, scenario, one, kept).hours for one in runs)
    return half, most


def _finishes(futures: Futures, keep: str, found: Found | None) -> Finishes:
    """Name the columns of what is kept run by run: of what was found, or without incidents."""
    runs, base = futures.scenario.runs, futures.found.base
    ids = list(futures.portfolio.projects["project"])
    finish = futures.found.calm if found is None else found.late
    frame = pd.DataFrame(np.broadcast_to(finish, (runs, len(ids))), columns=ids, copy=True)
    if keep != "tasks":
        return Finishes(frame)
    names = list(futures.portfolio.tasks["task"])
    times = [np.broadcast_to(hours, (runs, len(names))).copy() for hours in base[:2]]
    if found is not None:
        changes = found.changes
        run = np.repeat(np.arange(runs), np.diff(changes.ptr))
        times[0][run, changes.task] = changes.start
        times[1][run, changes.task] = changes.finish
    return Finishes(frame, *(pd.DataFrame(each, columns=names) for each in times))
