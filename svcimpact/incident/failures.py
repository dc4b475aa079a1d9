"""Failures of one service after another, at the same moments of one plan."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from svcimpact.engine.plan import compile_plan, planned_times
from svcimpact.engine.program import lay_out
from svcimpact.incident.batches import Batches, Found
from svcimpact.incident.draws import Arrivals, Source, draw_hours, stream
from svcimpact.incident.strikes import strike
from svcimpact.portfolio import Portfolio

Floats = NDArray[np.float64]


class Failures:
    """One plan, one set of moments and quantiles, for all services.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    runs, seed : int
        How many futures, and the seed of all randomness.
    rules : tuple of float
        Least share with which a task starts, and hours added when it is taken up again.
    threads : int, optional
        How many threads to run on.
    """

    def __init__(
        self,
        portfolio: Portfolio,
        runs: int,
        seed: int,
        rules: tuple[float, float],
        threads: int | None,
    ) -> None:
        self.portfolio, self.runs = portfolio, runs
        self.plan = compile_plan(portfolio)
        self.program = lay_out(self.plan)
        self.rules = (float(rules[0]), float(rules[1]))
        self.threads = threads or os.cpu_count() or 1
        place = np.empty(len(self.program.task), np.int64)
        place[self.program.task] = np.arange(len(place))
        self.vary, self.hours = draw_hours(portfolio, self.plan, runs, seed)
        self.vary = place[self.vary]
        self.day = portfolio.settings.hours_per_day
        first = self.plan.now
        last = float(max(planned_times(self.plan)[1].max(initial=first + self.day), first + 1.0))
        draw = stream(seed, "exposure")
        part = (np.arange(runs) + draw.random(runs)) / runs
        hours = first + draw.permutation(part) * (last - first)
        self.start = np.asarray(portfolio.calendar.when(hours, side="start"))
        self.quantiles = draw.random(runs)

    def arrivals(self, source: Source, factor: float = 1.0) -> Arrivals:
        """Return one incident in every run.

        Parameters
        ----------
        source : Source
            What fails, and how long that takes.
        factor : float
            By which restorations take longer.

        Returns
        -------
        Arrivals
            At the moments, and for the quantiles, that all services have.
        """
        hours = source.restoration.draw(self.quantiles) * factor
        ptr = np.arange(self.runs + 1, dtype=np.int64)
        return Arrivals((source,), ptr, np.zeros(self.runs, np.int64), self.start, hours)

    def run(self, source: Source, away: tuple[str, ...] = (), factor: float = 1.0) -> Found:
        """Return what the runs come to.

        Parameters
        ----------
        source : Source
            What fails.
        away : tuple of str
            Ids of resources that are absent meanwhile.
        factor : float
            By which restorations take longer.

        Returns
        -------
        Found
            Run by run.
        """
        arrivals = self.arrivals(source, factor)
        struck = strike(self.portfolio, self.program, arrivals, (), (), away)
        batches = Batches(
            self.program, len(self.portfolio.projects), struck, self.rules, self.vary,
            self.hours, self.threads, False, False,
        )  # fmt: skip
        return batches.run(self.runs)

    def delay(self, source: Source, away: tuple[str, ...] = (), factor: float = 1.0) -> Floats:
        """Return the delay in days.

        Parameters
        ----------
        source : Source
            What fails.
        away : tuple of str
            Ids of resources that are absent meanwhile.
        factor : float
            By which restorations take longer.

        Returns
        -------
        ndarray of float, shape (runs, projects)
            0 for a project without tasks.
        """
        found = self.run(source, away, factor)
        return np.nan_to_num(found.late - found.calm) / self.day
