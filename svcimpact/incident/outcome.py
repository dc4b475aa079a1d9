"""What came out: tables of projects, tasks, resources and services, with their errors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

from svcimpact.engine.plan import Floats, Integers, Plan
from svcimpact.engine.program import Program
from svcimpact.errors import fault, fault_frame
from svcimpact.incident import tables
from svcimpact.incident.assumptions import assumptions
from svcimpact.incident.batches import Batches, Found
from svcimpact.incident.certain import certainty
from svcimpact.incident.draws import Arrivals
from svcimpact.incident.levers import Decided, kept_back, lengthened
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


@dataclass(frozen=True, eq=False, repr=False)
class Outcome:
    """The result of a simulation; every estimate has its standard error beside it.

    That of `x` is `x_se`; that of a date is `x_se_days`. Quantiles of a restoration have none: they
    are those of its distribution, not of the draws.

    Attributes
    ----------
    portfolio, scenario
        What was simulated.
    projects, tasks, resources, services, incidents : pandas.DataFrame
        One row each; dates are wall clock, `_days` are working days, `_hours` working hours
        times FTE for resources and hours around the clock for outages.
    segments : pandas.DataFrame
        One typical run without and with the incident: every restoration at its median,
        durations as planned, no random incidents. For Gantt charts and load.
    takes : pandas.DataFrame
        What the incidents of that run take from the project capacity of each resource.
    with_incident, levelled : Finishes
        Run by run, with the incident and without it, on the same random numbers.
    undecided : Finishes
        Run by run, with the incident and none of the scenario's actions, on the same random
        numbers; the same as `with_incident` where it has none.
    assumptions : tuple of str
        What the figures rest on, in words.
    warnings : pandas.DataFrame
        What was assumed about the input.
    """

    portfolio: Portfolio
    scenario: Scenario
    projects: pd.DataFrame
    tasks: pd.DataFrame
    resources: pd.DataFrame
    services: pd.DataFrame
    incidents: pd.DataFrame
    segments: pd.DataFrame
    takes: pd.DataFrame
    with_incident: Finishes
    levelled: Finishes
    undecided: Finishes
    assumptions: tuple[str, ...]
    warnings: pd.DataFrame

    @classmethod
    def gather(cls, futures: Futures, *, keep: str = "projects") -> Outcome:
        """Sum the futures up.

        Parameters
        ----------
        futures : Futures
            What was drawn and found.
        keep : {"projects", "tasks"}
            What to keep run by run.

        Returns
        -------
        Outcome
            The tables.
        """
        portfolio, scenario = futures.portfolio, futures.scenario
        drawn = scenario.sampling
        late = _finishes(futures, keep, futures.found)
        calm = _finishes(futures, keep, None)
        decided = futures.decided
        plan, arrivals, struck = futures.plan, futures.arrivals, futures.struck
        segments, takes = typical_run(portfolio, scenario, plan, futures.program, arrivals, decided)
        sides = [(plan, futures.program, arrivals, struck)]
        if decided is not None:
            sides.append((decided.plan, decided.program, decided.arrivals, decided.struck))
        certain = certainty(portfolio, sides, futures.varies, len(scenario.incidents))
        phases = [Phase(arrivals, struck)]
        if decided is not None and kept_back(scenario):
            arrivals, now = decided.arrivals, decided.plan.now
            phases = [Phase(futures.arrivals, struck, end=now)]
            phases.append(Phase(arrivals, decided.struck, begin=now))
        return cls(
            portfolio=portfolio,
            scenario=scenario,
            projects=tables.project_table(
                portfolio,
                plan,
                futures.found.late,
                futures.found.calm,
                certain=certain.projects,
                certain_levelled=certain.calm_projects,
                sampling=drawn,
            ),
            tasks=task_table(
                portfolio,
                plan,
                futures.found,
                certain=certain.tasks,
                certain_levelled=certain.calm_tasks,
                sampling=drawn,
                threads=futures.threads,
            ),
            resources=tables.resource_table(
                portfolio, phases, certain=certain.resources, sampling=drawn
            ),
            services=tables.service_table(
                portfolio, arrivals, phases, certain=certain.services, sampling=drawn
            ),
            incidents=tables.incident_table(
                portfolio, arrivals, *_restored(futures), sampling=drawn
            ),
            segments=segments,
            takes=takes,
            with_incident=late,
            levelled=calm,
            undecided=late if decided is None else _finishes(futures, keep, futures.idle),
            assumptions=assumptions(
                portfolio, scenario, arrivals, uncertain_tasks=len(futures.varies)
            ),
            warnings=_warnings(futures, calm),
        )

    @property
    def runs(self) -> int:
        """How many futures were simulated."""
        return self.scenario.runs

    @property
    def seed(self) -> int:
        """The seed they were drawn from."""
        return self.scenario.seed

    @property
    def hours_per_day(self) -> float:
        """Working hours in a working day."""
        return self.portfolio.settings.hours_per_day

    @property
    def project_finish(self) -> pd.DataFrame:
        """Finish of every project in every run with the incident, in working hours."""
        return self.with_incident.project_finish

    @property
    def task_start(self) -> pd.DataFrame | None:
        """Start of every task in every run; kept with ``keep="tasks"`` only."""
        return self.with_incident.task_start

    @property
    def task_finish(self) -> pd.DataFrame | None:
        """Finish of every task in every run; kept with ``keep="tasks"`` only."""
        return self.with_incident.task_finish

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, the assumptions among them."""
        names = ("projects", "tasks", "resources", "services", "incidents", "segments", "takes")
        found: dict[str, pd.DataFrame] = {name: getattr(self, name) for name in names}
        found["assumptions"] = pd.DataFrame({"assumption": list(self.assumptions)})
        return found

    @cached_property
    def _summary(self) -> pd.DataFrame:
        """The projects as a person reads them."""
        rows = self.projects
        days = {
            "due": "due",
            "planned_finish": "planned",
            "levelled_finish": "levelled",
            "finish_p50": "P50",
            "finish_p80": "P80",
        }
        shown = rows[["project", "name"]].copy()
        for column, title in days.items():
            shown[title] = rows[column].dt.strftime("%Y-%m-%d").fillna("")
        pairs = zip(rows["delay_mean_days"], rows["delay_mean_days_se"], strict=True)
        shown["delay, days"] = [
            "" if pd.isna(m) else f"{m:.2f}" if pd.isna(e) else f"{m:.2f} ± {e:.2f}"
            for m, e in pairs
        ]
        for column, title in (
            ("chance_late_levelled", "late, levelled"),
            ("chance_late", "late"),
        ):
            shown[title] = ["" if pd.isna(x) else f"{x:.0%}" for x in rows[column]]
        shown["cost of delay"] = ["" if pd.isna(x) else f"{x:,.0f}" for x in rows["cost_mean"]]
        return shown

    def report(
        self,
        path: str | Path,
        *,
        practices: bool = False,
        template: str | Path | None = None,
    ) -> Path:
        """Write the report of this outcome.

        Parameters
        ----------
        path : str or pathlib.Path
            An ``.html``, ``.pptx``, ``.xlsx`` or ``.pdf`` file; replaced whole.
        practices : bool
            Whether to tell what to do as well, which takes some seconds more.
        template : str or pathlib.Path, optional
            A deck whose masters and layouts a ``.pptx`` uses.

        Returns
        -------
        pathlib.Path
            The file.
        """
        # The report stands above the outcome; it is asked for by name, not built upon.
        from importlib import import_module

        written: Path = import_module("svcimpact.report").write_report(
            self, path, practices=practices, template=template
        )
        return written

    @property
    def _drawn(self) -> str:
        """How many runs, from which seed."""
        return f"{self.runs:,} run{'s' * (self.runs != 1)}, seed {self.seed}"

    def __repr__(self) -> str:
        head = f"Outcome of {self.scenario.name!r}: {self._drawn}"
        return f"{head}\n{self._summary.to_string(index=False, max_colwidth=40)}"

    def _repr_html_(self) -> str:
        head = f"<b>{escape(self.scenario.name)}</b>: {self._drawn}"
        table = self._summary.to_html(index=False, escape=True, border=0)
        # Escaped names hold no tags: every <td> is a cell.
        table = table.replace("<td>", '<td style="white-space: nowrap">')
        return f"<p>{head}</p>{table}"


def _warnings(futures: Futures, calm: Finishes) -> pd.DataFrame:
    """Say what to be careful with: incidents that miss the plan, and too few runs."""
    scenario, calendar = futures.scenario, futures.portfolio.calendar
    rows = []
    now, finishes = futures.plan.now, calm.project_finish.to_numpy()
    last = np.fmax.reduce(finishes, axis=None, initial=now)
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
