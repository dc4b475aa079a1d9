"""The tables of an outcome, summed up from runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.calendar import Calendar
from svcimpact.checks.lookup import totals
from svcimpact.engine.plan import Floats
from svcimpact.incident.blocks import estimators
from svcimpact.incident.draws import Arrivals
from svcimpact.incident.strikes import Struck
from svcimpact.portfolio import Portfolio

Flags = NDArray[np.bool_]

LATE = 1e-6
HOUR = 3_600_000_000  # microseconds
LONG_AGO = -(2**62)


@dataclass(frozen=True, eq=False)
class Phase:
    """What incidents do over a stretch of time: a decision may change it.

    Attributes
    ----------
    arrivals : Arrivals
        The incidents, with their restorations.
    struck : Struck
        What they do.
    begin, end : float
        The stretch, in working hours.
    """

    arrivals: Arrivals
    struck: Struck
    begin: float = -np.inf
    end: float = np.inf

    @property
    def exposure(self) -> Floats:
        """Working hours of incident, aftermath by its share; shape (runs, sources)."""
        s = self.struck.strikes
        after = s.aftermath[s.kind] if len(s.kind) else np.zeros(0)
        lasts = self._within(s.begin, s.restored) + after * self._within(s.restored, s.over)
        return _by_source(self.arrivals, lasts)

    def _within(self, first: Floats, last: Floats) -> Floats:
        whole = last - first
        if self.begin == -np.inf and self.end == np.inf:
            return whole
        clipped = np.minimum(last, self.end) - np.maximum(first, self.begin)
        return np.asarray(np.minimum(np.maximum(clipped, 0.0), whole))


def resource_table(
    portfolio: Portfolio,
    phases: list[Phase],
    *,
    certain: Flags,
    sampling: str = "random",
) -> pd.DataFrame:
    """Return who is pulled, who covers, and what projects lose.

    Parameters
    ----------
    portfolio : Portfolio
        What was simulated.
    phases : list of Phase
        What the incidents do, one stretch of time after another.
    certain : ndarray of bool, shape (resources,)
        Whether nothing random reaches a resource, so that its errors are zero.
    sampling : {"random", "latin-hypercube"}
        How the runs were drawn.

    Returns
    -------
    pandas.DataFrame
        One row per resource. `_fte` are the largest figures of a single incident while it
        lasts; `_hours` are FTE times working hours, mean over runs, aftermath included.
    """
    mean = estimators(sampling).mean
    table = portfolio.resources[["resource", "name", "team", "capacity_fte"]].copy()
    support = portfolio.support
    table["everyday_fte"] = totals(support["bau_fte"], support["resource"], table["resource"])
    names = ("pull", "cover", "relief")
    shape = (len(phases[0].struck.effects), len(table))
    fte = {
        name: [
            np.array([getattr(e, name) for e in p.struck.effects]).reshape(shape) for p in phases
        ]
        for name in names
    }
    # Of a large portfolio most people have no part in it.
    part = np.any([values != 0 for each in fte.values() for values in each], axis=(0, 1))
    exposures = [p.exposure for p in phases]
    hours: dict[str, Floats] = {}
    for name in names:
        table[f"{name}_fte"] = np.concatenate(fte[name]).max(axis=0, initial=0.0)
        pairs = zip(exposures, fte[name], strict=True)
        hours[name] = np.sum([_weighted(by, values[:, part]) for by, values in pairs], axis=0)
    hours["lost"] = hours["pull"] + hours["cover"] - hours["relief"]
    nothing = mean(np.zeros((len(exposures[0]), 1)))
    for name, values in hours.items():
        estimate, error = (np.full(len(table), each[0]) for each in nothing)
        estimate[part], error[part] = mean(values)
        table[f"{name}_hours"] = estimate
        table[f"{name}_hours_se"] = np.where(certain, 0.0, error)
    return table


def service_table(
    portfolio: Portfolio,
    arrivals: Arrivals,
    phases: list[Phase],
    *,
    certain: Flags,
    sampling: str = "random",
) -> pd.DataFrame:
    """Return which services are down, what that costs, and what support nobody covers.

    Parameters
    ----------
    portfolio : Portfolio
        What was simulated.
    arrivals : Arrivals
        The incidents, with their restorations.
    phases : list of Phase
        What they do, one stretch of time after another.
    certain : ndarray of bool, shape (services,)
        Whether nothing random reaches a service, so that its errors are zero.
    sampling : {"random", "latin-hypercube"}
        How the runs were drawn.

    Returns
    -------
    pandas.DataFrame
        One row per service. `outage_hours` are hours around the clock for which the service
        counts as down, mean over runs, told once where incidents overlap; `uncovered_hours`
        are FTE times working hours.
    """
    mean = estimators(sampling).mean
    services = portfolio.services
    ids = list(services["service"])
    table = services[["service", "name"]].copy()
    effects = phases[0].struck.effects
    weight = np.array([[e.weights.get(s, 0.0) for s in ids] for e in effects])
    down = np.array([[s in e.down for s in ids] for e in effects], float)
    shape = (len(effects), len(ids))
    weight, down = (a.reshape(shape) for a in (weight, down))
    loose = [np.array([e.uncovered for e in p.struck.effects]).reshape(shape) for p in phases]
    table["weight"] = weight.max(axis=0, initial=0.0)
    table["down"] = down.max(axis=0, initial=0.0) > 0
    lasts = outage_hours(portfolio.calendar, arrivals, down)
    cost = lasts * services["outage_cost_per_hour"].to_numpy(np.float64)

    def add(name: str, values: Floats) -> None:
        table[name], error = mean(values)
        table[name + "_se"] = np.where(certain, 0.0, error)

    add("outage_hours", lasts)
    add("outage_cost", cost)
    touched = portfolio.changes.groupby("service")["task"].nunique()
    held = table["service"].map(touched).fillna(0).to_numpy(np.int64)
    table["held_tasks"] = np.where(table["down"], held, 0)
    table["uncovered_fte"] = np.concatenate(loose).max(axis=0, initial=0.0)
    parts = [_weighted(p.exposure, values) for p, values in zip(phases, loose, strict=True)]
    add("uncovered_hours", np.sum(parts, axis=0))
    return table


def incident_table(
    portfolio: Portfolio,
    arrivals: Arrivals,
    half: Floats,
    most: Floats,
    *,
    sampling: str = "random",
) -> pd.DataFrame:
    """Return the stated incidents and when they are restored.

    Parameters
    ----------
    portfolio : Portfolio
        What was simulated.
    arrivals : Arrivals
        The incidents drawn; stated ones are the first sources.
    half, most : ndarray of float, shape (incidents stated,)
        Hours within which each stated one is restored in half of the futures and in four of five,
        by the restoration itself.
    sampling : {"random", "latin-hypercube"}
        How the runs were drawn.

    Returns
    -------
    pandas.DataFrame
        One row per stated incident; hours are around the clock.
    """
    mean = estimators(sampling).mean
    names = portfolio.services.set_index("service")["name"]
    rows = []
    for number, source in enumerate(arrivals.sources[: len(half)]):
        mine = arrivals.source == number
        start, hours = arrivals.start[mine][0], arrivals.hours[mine][:, None]
        fixed = source.restoration.distribution == "fixed"
        row = {
            "service": source.service,
            "name": names[source.service],
            "severity": source.severity,
            "start": start,
            "restoration": source.restoration.describe(),
        }
        back = to_minute(portfolio.calendar.later(start, np.array([half[number], most[number]])))
        row["restored_p50"], row["restored_p80"] = back
        estimate, error = mean(hours)
        row["restoration_hours_mean"] = float(estimate[0])
        row["restoration_hours_mean_se"] = 0.0 if fixed else float(error[0])
        rows.append(row)
    columns = ["service", "name", "severity", "start", "restoration", "restored_p50"]
    columns += ["restored_p80", "restoration_hours_mean", "restoration_hours_mean_se"]
    return pd.DataFrame(rows, columns=columns)


def dates(clock: Calendar, hours: Floats, side: str) -> NDArray[np.datetime64]:
    """Return wall-clock dates of working hours to the minute, NaT for NaN.

    Parameters
    ----------
    clock : Calendar
        The portfolio's clock.
    hours : ndarray of float
        Working hours.
    side : {"start", "finish"}
        Which side of a night a boundary falls on.

    Returns
    -------
    ndarray of datetime64
        Same shape.
    """
    exact = np.asarray(clock.when(hours, side="start" if side == "start" else "finish"))
    return to_minute(exact)


def to_minute(dates: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """Return dates rounded to the minute: a simulated second means nothing.

    Parameters
    ----------
    dates : ndarray of datetime64[us]
        Dates.

    Returns
    -------
    ndarray of datetime64[us]
        Same shape, half minutes up.
    """
    half = np.timedelta64(30, "s")
    return (dates + half).astype("datetime64[m]").astype("datetime64[us]")


def due_hours(clock: Calendar, due: pd.Series) -> Floats:
    """Return the end of each due day in working hours.

    Parameters
    ----------
    clock : Calendar
        The portfolio's clock.
    due : pandas.Series of datetime64
        Due dates.

    Returns
    -------
    ndarray of float
        Working hours, NaN where there is no date.
    """
    out = np.full(len(due), np.nan)
    there = due.notna().to_numpy()
    out[there] = clock.hours(due[there].to_numpy() + np.timedelta64(1, "D"))
    return out


def _by_source(arrivals: Arrivals, values: Floats) -> Floats:
    """Add `values`, one per incident, up by run and source; shape (runs, sources)."""
    runs, count = len(arrivals.ptr) - 1, len(arrivals.sources)
    run = np.repeat(np.arange(runs), np.diff(arrivals.ptr))
    total = np.zeros((runs, count))
    np.add.at(total, (run, arrivals.source), values)
    return total


def _weighted(by_source: Floats, of_source: Floats) -> Floats:
    """Return the matrix product, added up source by source.

    A product by blocks would let sources that play no part move the last bit.
    """
    total = np.zeros((len(by_source), of_source.shape[1]))
    for k, row in enumerate(of_source):
        total += by_source[:, [k]] * row
    return total


def outage_hours(clock: Calendar, arrivals: Arrivals, down: Floats) -> Floats:
    """Return for how long each service is down.

    Parameters
    ----------
    clock : Calendar
        The portfolio's clock.
    arrivals : Arrivals
        The incidents, with their restorations.
    down : ndarray of float, shape (sources, services)
        1 where a kind of incident takes a service down, 0 elsewhere.

    Returns
    -------
    ndarray of float, shape (runs, services)
        Hours around the clock, told once where incidents overlap.
    """
    runs = len(arrivals.ptr) - 1
    run = np.repeat(np.arange(runs), np.diff(arrivals.ptr))
    total = np.zeros((runs, down.shape[1]))
    # Whole microseconds of real time: the wall clock leaps twice a year.
    begin = clock.utc(arrivals.start).astype(np.int64)
    end = begin + np.rint(arrivals.hours * HOUR).astype(np.int64)
    for y in range(down.shape[1]):
        mine = np.flatnonzero(down[arrivals.source, y])
        mine = mine[np.lexsort((begin[mine], run[mine]))]
        ends = pd.Series(end[mine])
        # Until when earlier incidents of the same run have the service down.
        latest = ends.groupby(run[mine]).cummax().groupby(run[mine])
        until = latest.shift(fill_value=LONG_AGO).to_numpy()
        apart = until <= begin[mine]
        rest = np.maximum(end[mine] - until, 0) / HOUR
        np.add.at(total[:, y], run[mine], np.where(apart, arrivals.hours[mine], rest))
    return total
