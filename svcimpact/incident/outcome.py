"""What came out: tables of projects, tasks, resources and services, with their errors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from svcimpact.incident.scenario import Scenario
from svcimpact.incident.sums import Finishes, Futures, Sums
from svcimpact.portfolio import Portfolio


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
        """Sum the futures up, each table when it is first asked for.

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
        outcome = cls.__new__(cls)
        found = {"portfolio": futures.portfolio, "scenario": futures.scenario}
        outcome.__dict__.update(found, _sums=Sums(futures, keep))
        return outcome

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Sum up what is asked for the first time."""
            if name not in _SUMMED or "_sums" not in self.__dict__:
                raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")
            found = getattr(self._sums, name)
            self.__dict__[name] = found
            if all(other in self.__dict__ for other in _SUMMED):
                # Nothing is left to sum up, and the runs take memory.
                del self.__dict__["_sums"]
            return found

    def summed(self) -> Outcome:
        """Sum everything up now rather than when it is asked for, and let the runs go.

        Returns
        -------
        Outcome
            Itself.
        """
        for name in _SUMMED:
            getattr(self, name)
        return self

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
            "" if pd.isna(m) else f"{m:z.2f}" if pd.isna(e) else f"{m:z.2f} ± {e:.2f}"
            for m, e in pairs
        ]
        for column, title in (
            ("chance_late_levelled", "late, levelled"),
            ("chance_late", "late"),
        ):
            shown[title] = ["" if pd.isna(x) else f"{x:.0%}" for x in rows[column]]
        shown["cost of delay"] = ["" if pd.isna(x) else f"{x:z,.0f}" for x in rows["cost_mean"]]
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


_SUMMED = tuple(name for name in Outcome.__annotations__ if name not in ("portfolio", "scenario"))
