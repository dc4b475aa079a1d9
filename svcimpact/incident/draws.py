"""Random inputs: one stream per source, named, so that no source moves another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.engine.plan import Plan
from svcimpact.incident.blocks import latin
from svcimpact.incident.log_fit import from_log, last_date
from svcimpact.incident.restoration import Restoration, from_quantiles
from svcimpact.incident.scenario import Incident, RandomIncidents, Scenario
from svcimpact.portfolio import Portfolio
from svcimpact.remembered import remembered

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Source:
    """One kind of incident: where it strikes, how hard, and what follows.

    Attributes
    ----------
    service : str
        Service id.
    severity : int
        Severity level.
    restoration : Restoration
        How long it lasts.
    aftermath_hours, aftermath_share, freeze_after_hours : float
        As in `Incident`.
    """

    service: str
    severity: int
    restoration: Restoration
    aftermath_hours: float
    aftermath_share: float
    freeze_after_hours: float


@dataclass(frozen=True, eq=False)
class Arrivals:
    """The incidents of every run.

    Attributes
    ----------
    sources : tuple of Source
        The kinds of incident.
    ptr : ndarray of int, shape (runs + 1,)
        Run `j` has the incidents ``ptr[j]:ptr[j + 1]``.
    source : ndarray of int
        The kind of each.
    start : ndarray of datetime64
        When each strikes, wall clock.
    hours : ndarray of float
        How long each lasts, around the clock.
    """

    sources: tuple[Source, ...]
    ptr: Integers
    source: Integers
    start: NDArray[np.datetime64]
    hours: Floats


def stream(seed: int, *names: object) -> np.random.Generator:
    """Return the random stream of one source.

    Parameters
    ----------
    seed : int
        The scenario's seed.
    names : object
        What tells the source apart, such as ``"task", "T-104"``.

    Returns
    -------
    numpy.random.Generator
        Always the same for the same seed and names, whatever other sources there are.

    Notes
    -----
    A child of `numpy.random.SeedSequence`, its spawn key being a hash of the names in place
    of a running number, so that a source keeps its stream when rows are added or sorted.

    Examples
    --------
    >>> bool(stream(1, "task", "A").random() == stream(1, "task", "A").random())
    True
    """
    digest = blake2b("\x1f".join(map(str, names)).encode(), digest_size=16).digest()
    key = tuple(int(x) for x in np.frombuffer(digest, "<u4"))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def draw_hours(
    portfolio: Portfolio, plan: Plan, runs: int, seed: int, sampling: str = "random"
) -> tuple[Integers, Floats]:
    """Draw the work of the tasks whose duration is uncertain.

    Parameters
    ----------
    portfolio : Portfolio
        With `optimistic_days` and `pessimistic_days`.
    plan : Plan
        The same, compiled.
    runs : int
        How many futures.
    seed : int
        The scenario's seed.
    sampling : {"random", "latin-hypercube"}
        How to draw.

    Returns
    -------
    task : ndarray of int, shape (v,)
        The tasks that vary.
    hours : ndarray of float, shape (runs, v)
        Their work.

    Notes
    -----
    PERT: a beta distribution over [optimistic, pessimistic] with mode `duration_days` and
    ``alpha + beta = 6`` (Malcolm, Roseboom, Clark and Fazar, 1959).
    """
    estimates = _estimates(portfolio)
    varies = np.flatnonzero(np.isnan(plan.ended) & (estimates.high > estimates.low))
    out = np.empty((runs, len(varies)))
    day = portfolio.settings.hours_per_day
    for v, i in enumerate(varies):
        low, high = estimates.low[i], estimates.high[i]
        peak = (estimates.mode[i] - low) / (high - low)
        draw = stream(seed, "task", estimates.task[i])
        draws = _beta(draw, 1 + 4 * peak, 5 - 4 * peak, runs, sampling)
        out[:, v] = (low + (high - low) * draws) * day
    return varies.astype(np.int64), out


class _Estimates(NamedTuple):
    """Of every task: its id and three durations in days."""

    task: NDArray[np.object_]
    low: Floats
    mode: Floats
    high: Floats


@remembered
def _estimates(portfolio: Portfolio) -> _Estimates:
    tasks = portfolio.tasks
    columns = ("optimistic_days", "duration_days", "pessimistic_days")
    return _Estimates(
        tasks["task"].to_numpy(object), *(tasks[column].to_numpy(np.float64) for column in columns)
    )


def _beta(draw: np.random.Generator, a: float, b: float, runs: int, sampling: str) -> Floats:
    """Draw from a beta distribution; by its inverse where uniforms are given."""
    if sampling == "random":
        return draw.beta(a, b, runs)
    from scipy import special

    # Interpolated in between: off by about a millionth of the range, in a tenth of the time.
    at = np.linspace(0.0, 1.0, 1025)
    return np.interp(latin(draw, runs), special.betainc(a, b, at), at)


def _poisson(draw: np.random.Generator, expected: float, runs: int, sampling: str) -> Integers:
    """Draw counts from a Poisson distribution; by its inverse where uniforms are given."""
    if sampling == "random":
        return draw.poisson(expected, runs)
    from scipy import stats

    return np.asarray(stats.poisson.ppf(latin(draw, runs), expected)).astype(np.int64)


def draw_incidents(portfolio: Portfolio, scenario: Scenario) -> Arrivals:
    """Draw the incidents of every run.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    scenario : Scenario
        Checked against the portfolio.

    Returns
    -------
    Arrivals
        The incidents.
    """
    runs, seed, sampling = scenario.runs, scenario.seed, scenario.sampling
    sources: list[Source] = []
    parts: list[tuple[Integers, Integers, NDArray[np.datetime64], Floats]] = []
    seen: dict[str, int] = {}
    for incident in scenario.incidents:
        count = seen[incident.service] = seen.get(incident.service, 0) + 1
        source = fixed_source(portfolio, incident)
        named = stream(seed, "restoration", incident.service, count)
        uniforms = named.random(runs) if sampling == "random" else latin(named, runs)
        strike = np.full(runs, incident.start.to_datetime64(), dtype="datetime64[us]")
        kind = np.full(runs, len(sources), np.int64)
        parts.append((np.arange(runs), kind, strike, source.restoration.draw(uniforms)))
        sources.append(source)
    if scenario.random_incidents is not None:
        for source, rate in random_sources(portfolio, scenario.random_incidents):
            parts.append(_strikes(portfolio, scenario, source, rate, len(sources)))
            sources.append(source)
    run = np.concatenate([p[0] for p in parts]) if parts else np.zeros(0, np.int64)
    kinds = np.concatenate([p[1] for p in parts]) if parts else np.zeros(0, np.int64)
    start = np.concatenate([p[2] for p in parts]) if parts else np.zeros(0, "datetime64[us]")
    hours = np.concatenate([p[3] for p in parts]) if parts else np.zeros(0)
    order = np.argsort(run, kind="stable")
    return Arrivals(
        tuple(sources),
        np.searchsorted(run[order], np.arange(runs + 1)).astype(np.int64),
        kinds[order].astype(np.int64),
        start[order],
        hours[order],
    )


def fixed_source(portfolio: Portfolio, incident: Incident) -> Source:
    """Return the kind of incident that a stated incident is.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    incident : Incident
        Checked against the portfolio.

    Returns
    -------
    Source
        The kind.
    """
    restoration = incident.restoration(portfolio)
    assert restoration is not None
    return Source(
        incident.service,
        incident.severity,
        restoration,
        incident.aftermath_hours,
        incident.aftermath_share,
        incident.freeze_after_hours,
    )


def random_sources(portfolio: Portfolio, chance: RandomIncidents) -> list[tuple[Source, float]]:
    """Return the kinds of random incident and their rates.

    Parameters
    ----------
    portfolio : Portfolio
        With its incident log.
    chance : RandomIncidents
        What the scenario says.

    Returns
    -------
    list of (Source, float)
        Kind, and incidents per calendar year.

    Notes
    -----
    From the log: the count of incidents of a service and severity over the length of the
    log, from its first strike to its last date.
    """
    if chance.from_log:
        log = portfolio.incidents
        years = (last_date(log) - log["opened"].min()) / pd.Timedelta(days=365.25)
        levels = {level for level, _ in portfolio.settings.severity}
        pairs = Counter(zip(log["service"], log["severity"].astype(int), strict=True))
        rates = {k: n / years for k, n in sorted(pairs.items()) if k[1] in levels}
    else:
        rates = {(service, 1): float(rate) for service, rate in chance.rates.items()}
    found = []
    for (service, severity), rate in rates.items():
        if chance.median_hours is not None and chance.p90_hours is not None:
            law = from_quantiles(
                chance.median_hours, chance.p90_hours, distribution=chance.distribution
            )
        else:
            law_or_none = from_log(
                portfolio,
                service,
                severity,
                distribution=chance.distribution,
                least_closed=chance.least_closed,
            )
            assert law_or_none is not None
            law = law_or_none
        source = Source(
            service,
            severity,
            law,
            chance.aftermath_hours,
            chance.aftermath_share,
            chance.freeze_after_hours,
        )
        found.append((source, float(rate)))
    return found


def horizon(portfolio: Portfolio, chance: RandomIncidents) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the stretch of wall clock over which random incidents arrive.

    Parameters
    ----------
    portfolio : Portfolio
        With its calendar and status date.
    chance : RandomIncidents
        With its horizon in working days.

    Returns
    -------
    begin, end : pandas.Timestamp
        From where time begins to `horizon_days` working days later.
    """
    status = portfolio.settings.status_date
    begin = portfolio.settings.start if status is None else status
    length = chance.horizon_days * portfolio.settings.hours_per_day
    end = portfolio.calendar.when(float(portfolio.calendar.hours(begin)) + length, side="finish")
    # The end of no working day at all is the evening before.
    return pd.Timestamp(begin), max(pd.Timestamp(begin), pd.Timestamp(end))


def _strikes(
    portfolio: Portfolio, scenario: Scenario, source: Source, rate: float, kind: int
) -> tuple[Integers, Integers, NDArray[np.datetime64], Floats]:
    """Draw the strikes of one random source in every run: a Poisson stream."""
    assert scenario.random_incidents is not None
    begin, end = horizon(portfolio, scenario.random_incidents)
    length = (end - begin) / pd.Timedelta(hours=1)
    names = ("arrivals", source.service, source.severity)
    expected = rate * length / (365.25 * 24)
    counts = _poisson(stream(scenario.seed, *names), expected, scenario.runs, scenario.sampling)
    total = int(counts.sum())
    when = stream(scenario.seed, *names, "when").random(total) * length
    lasts = stream(scenario.seed, *names, "restoration").random(total)
    offset = np.round(when * 3.6e9).astype("timedelta64[us]")
    return (
        np.repeat(np.arange(scenario.runs), counts),
        np.full(total, kind, np.int64),
        np.datetime64(begin, "us") + offset,
        source.restoration.draw(lasts),
    )
