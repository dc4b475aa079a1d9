"""Draw the futures, run them in batches on threads, and gather the outcome."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from svcimpact.engine.many import joined
from svcimpact.engine.midway import stands
from svcimpact.engine.plan import (
    Integers,
    Plan,
    compile_plan,
    impossible_tasks,
    planned_times,
)
from svcimpact.engine.program import Program, lay_out
from svcimpact.engine.runs import StuckError
from svcimpact.errors import InvalidScenarioError, fault, fault_frame
from svcimpact.incident.acting import Acting
from svcimpact.incident.action_checks import decision_time
from svcimpact.incident.batches import Batches
from svcimpact.incident.blocks import estimators
from svcimpact.incident.draws import draw_hours, draw_incidents
from svcimpact.incident.estimates import Z95, Asked, next_runs
from svcimpact.incident.levers import decide
from svcimpact.incident.memory import Room
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import Incident, Scenario, in_zone, scenario_faults
from svcimpact.incident.scenario_values import value_fault
from svcimpact.incident.strikes import strike
from svcimpact.incident.sums import Futures
from svcimpact.incident.typical import first_half
from svcimpact.portfolio import Portfolio
from svcimpact.remembered import remembered

KEPT = ("projects", "tasks")
STOPS = ("p50", "p80", "p95")
FIRST_RUNS = 500
END_OF_TIME = "9000-01-01"


def simulate(
    portfolio: Portfolio,
    what: Incident | Scenario,
    *,
    runs: int | None = None,
    seed: int | None = None,
    sampling: Literal["random", "latin-hypercube"] | None = None,
    keep: Literal["projects", "tasks"] = "projects",
    threads: int | None = None,
    progress: bool = False,
    until: Literal["p50", "p80", "p95"] | None = None,
    within_days: float = 0.25,
    full: bool = False,
) -> Outcome:
    """Simulate what incidents do to a portfolio, run by run against the same without them.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    what : Incident or Scenario
        One incident under the default rules, or a scenario.
    runs : int, optional
        How many futures; the scenario's own number (1,000 for an incident) if not given.
    seed : int, optional
        Seed of all randomness; the scenario's own (1 for an incident) if not given.
    sampling : {"random", "latin-hypercube"}, optional
        How to draw the runs; as the scenario says (at random for an incident) if not given. A
        Latin hypercube gives smaller errors from as many runs; ``docs/statistics.md`` has by
        how much.
    keep : {"projects", "tasks"}
        What to keep run by run: finish dates of projects, or also start and finish of tasks.
    threads : int, optional
        How many threads to run on; all processors if not given. The figures do not depend
        on it.
    progress : bool
        Whether to show a progress bar.
    until : {"p50", "p80", "p95"}, optional
        Stop as soon as this quantile of every project's finish is known well enough; `runs` is
        then the most that are made. The figures are those of as many runs asked for outright.
    within_days : float
        Well enough: the 95 % confidence interval reaches no further than this to either side,
        in working days. The interval is one project's; among many projects some will be further
        off than theirs. Stopping when it is narrow does not spoil it: ``docs/statistics.md``
        has how often it holds the truth.
    full : bool
        Whether to make every run from its beginning. It takes longer and gives the same figures,
        to the bit: the check on runs that begin where an incident strikes and follow only what
        it changes.

    Returns
    -------
    Outcome
        Tables of projects, tasks, resources and services, every estimate with its error.

    Raises
    ------
    InvalidScenarioError
        When the scenario does not fit the portfolio, or a task can never start under it.

    Examples
    --------
    >>> from svcimpact.io import read
    >>> from svcimpact.incident.scenario import Scenario
    >>> outcome = simulate(read("data/tiny"), Scenario.read("data/tiny/incident.toml"))
    >>> outcome.projects[["project", "delay_mean_days"]]
        project  delay_mean_days
    0     pages             0.00
    1  checkout             1.75
    """
    _check_kinds(portfolio, what, keep, threads, (until, within_days))
    scenario = as_scenario(portfolio, what)
    asked = {"runs": runs, "seed": seed, "sampling": sampling}
    given = {name: value for name, value in asked.items() if value is not None}
    if given:
        scenario = replace(scenario, **given)  # type: ignore[arg-type]
    plan = compile_plan(portfolio)
    room = _check(portfolio, scenario, plan, keep)
    program = lay_out(plan)
    most = scenario.runs
    count = most if until is None else min(FIRST_RUNS, most)
    futures: Futures | None = None
    threads = threads or os.cpu_count() or 1
    while True:
        if scenario.runs != count:
            scenario = replace(scenario, runs=count)
        futures = _simulate(
            portfolio, scenario, plan, program, threads, progress, full, room, futures
        )
        if until is None or count == most:
            break
        short = shortfall(futures, until, within_days)
        if short <= 1.0:
            break
        count = next_runs(count, short, most)
    _check_ends(portfolio, plan, futures)
    return Outcome.gather(futures, keep=keep)


def as_scenario(portfolio: Portfolio, what: Incident | Scenario) -> Scenario:
    """Return what is to be simulated as a scenario on the portfolio's wall clock.

    Parameters
    ----------
    portfolio : Portfolio
        It gives the time zone, and the service's name to the scenario of one incident.
    what : Incident or Scenario
        As `simulate` takes it.

    Returns
    -------
    Scenario
        The same, or the one incident under the default rules.
    """
    scenario = what if isinstance(what, Scenario) else Scenario(_title(portfolio, what), (what,))
    return in_zone(scenario, portfolio.settings.timezone)


def futures(portfolio: Portfolio, scenario: Scenario, *, threads: int | None = None) -> Futures:
    """Draw and run the futures of a scenario, and sum nothing up.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    scenario : Scenario
        What is supposed to happen; its dates are brought to the portfolio's time zone.
    threads : int, optional
        How many threads to run on; all processors if not given.

    Returns
    -------
    Futures
        For `svcimpact.incident.acting.Acting`, which weighs decisions on them.

    Raises
    ------
    InvalidScenarioError
        As `simulate` does.
    """
    scenario = in_zone(scenario, portfolio.settings.timezone)
    plan = compile_plan(portfolio)
    room = _check(portfolio, scenario, plan)
    count = threads or os.cpu_count() or 1
    return _simulate(portfolio, scenario, plan, lay_out(plan), count, False, False, room)


def shortfall(futures: Futures, until: str, within_days: float) -> float:
    """Return how many times too wide the widest confidence interval still is.

    Parameters
    ----------
    futures : Futures
        What was found so far.
    until : {"p50", "p80", "p95"}
        The quantile of each project's finish that is to be known.
    within_days : float
        Half the width wanted of its 95 % confidence interval, in working days.

    Returns
    -------
    float
        At most 1 when all are narrow enough. The width falls with the root of the runs, so the
        square of this is how many times as many runs are wanted.
    """
    finish = futures.found.late
    quantiles = estimators(futures.scenario.sampling).quantiles
    known = finish[:, ~np.isnan(finish).any(axis=0)]
    ((_, error),) = quantiles(known, [Asked(int(until[1:]) / 100)])
    widest = Z95 * np.nan_to_num(error, nan=np.inf).max(initial=0.0)
    return float(widest / (within_days * futures.portfolio.settings.hours_per_day))


def _simulate(
    portfolio: Portfolio,
    scenario: Scenario,
    plan: Plan,
    program: Program,
    threads: int,
    progress: bool,
    full: bool,
    room: Room,
    before: Futures | None = None,
) -> Futures:
    """Draw all futures, and run those that were not run before."""
    arrivals = draw_incidents(portfolio, scenario)
    var_task, var_hours = draw_hours(
        portfolio, plan, scenario.runs, scenario.seed, scenario.sampling
    )
    place = np.empty(len(program.task), np.int64)
    place[program.task] = np.arange(len(program.task))
    struck = strike(portfolio, program, arrivals, scenario.without)
    batches = Batches(
        program,
        len(portfolio.projects),
        struck,
        (float(scenario.min_share), float(scenario.resume_hours)),
        place[var_task],
        var_hours,
        threads,
        progress,
        full,
        room,
    )
    decided = None
    try:
        idle = batches.run(scenario.runs, None if before is None else before.idle)
        found = idle
        if scenario.decides:
            when = float(portfolio.calendar.hours(decision_time(scenario, portfolio)))
            half = first_half(portfolio, scenario, plan, program, arrivals, when)
            standing = stands(plan, half, when)
            decided = decide(portfolio, scenario, plan, standing, arrivals, struck)
            _check_possible(portfolio, decided.plan, scenario)
            made = 0 if before is None else len(before.found.late)
            found = Acting(batches, idle, when).decided(decided, made)
            if before is not None:
                found = replace(
                    found,
                    late=np.concatenate([before.found.late, found.late]),
                    changes=joined([before.found.changes, found.changes]),
                )
    except StuckError as error:
        raise InvalidScenarioError(
            "The simulation cannot finish.", _stuck(portfolio, np.array([error.task]), scenario)
        ) from None
    return Futures(
        portfolio,
        scenario,
        plan,
        program,
        var_task,
        arrivals,
        struck,
        found,
        threads,
        idle,
        decided,
        batches,
    )


def _title(portfolio: Portfolio, incident: Incident) -> str:
    return f"{_names(portfolio).get(incident.service, incident.service)} fails"


@remembered
def _names(portfolio: Portfolio) -> dict[str, str]:
    services = portfolio.services
    return dict(zip(services["service"], services["name"], strict=True))


def _check_kinds(
    portfolio: object, what: object, keep: object, threads: object, stop: tuple[object, object]
) -> None:
    """Raise which arguments are of another kind than they have to be."""
    faults = []
    if not isinstance(portfolio, Portfolio):
        cure = "Read one first: si.read('my-portfolio')."
        faults.append(value_fault("portfolio", portfolio, "a portfolio", cure))
    if not isinstance(what, Incident | Scenario):
        cure = "Make one first: si.Incident('payments', start='2026-03-09 10:00', hours=26)."
        faults.append(value_fault("what", what, "an incident or a scenario", cure))
    if keep not in KEPT:
        faults.append(value_fault("keep", keep, " or ".join(map(repr, KEPT))))
    if threads is not None and not (isinstance(threads, int | np.integer) and threads >= 0):
        faults.append(value_fault("threads", threads, "a whole number, or None for all"))
    until, within = stop
    if until not in (None, *STOPS):
        faults.append(value_fault("until", until, " or ".join(map(repr, STOPS))))
    if not isinstance(within, int | float | np.number) or not 0 < within < np.inf:
        faults.append(value_fault("within_days", within, "a number above 0"))
    if faults:
        found = [{**row, "table": "simulate"} for row in faults]
        raise InvalidScenarioError("There is nothing to simulate.", fault_frame(found))


def _check(portfolio: Portfolio, scenario: Scenario, plan: Plan, keep: str = "projects") -> Room:
    """Raise what is wrong before anything is run; return how much memory there is."""
    faults = scenario_faults(scenario, portfolio)
    if not faults:
        room = Room.of(portfolio, scenario, keep)
        faults = room.faults(scenario.runs)
    if faults:
        raise InvalidScenarioError("The scenario does not fit the portfolio.", fault_frame(faults))
    _check_possible(portfolio, plan, scenario)
    return room


def _check_possible(portfolio: Portfolio, plan: Plan, scenario: Scenario) -> None:
    """Raise which tasks can never start."""
    stuck = impossible_tasks(plan, scenario.min_share)
    if len(stuck):
        raise InvalidScenarioError(
            "Some tasks can never start.", _stuck(portfolio, stuck, scenario)
        )


@remembered
def last_hour(portfolio: Portfolio) -> float:
    """Return the working hour at `END_OF_TIME`.

    Parameters
    ----------
    portfolio : Portfolio
        With its calendar.

    Returns
    -------
    float
        Working hours from the portfolio's start.
    """
    return portfolio.calendar.hours(END_OF_TIME)


def _check_ends(portfolio: Portfolio, plan: Plan, futures: Futures) -> None:
    """Raise which tasks end so late that no calendar has a date for it."""
    changes = futures.found.changes
    latest = np.maximum(planned_times(plan)[1], futures.found.base[1].max(axis=0))
    np.maximum.at(latest, changes.task, changes.finish)
    beyond = np.flatnonzero(latest > last_hour(portfolio))
    if len(beyond):
        ids = portfolio.tasks["task"]
        faults = [
            fault(
                "tasks",
                column="task",
                found=f"{ids[int(i)]!r}, which ends after {END_OF_TIME[:4]}",
                expected="an end that a calendar has a date for",
                cure="Lower duration_days, or give its people more time for it.",
            )
            for i in beyond
        ]
        raise InvalidScenarioError("The simulation ends too late.", fault_frame(faults))


def _stuck(portfolio: Portfolio, tasks: Integers, scenario: Scenario) -> pd.DataFrame:
    """Return a fault for each task that can never start."""
    ids = portfolio.tasks["task"]
    runs = portfolio.tasks["actual_start"].notna() & (portfolio.settings.status_date is not None)
    share = f"{scenario.min_share:g}"
    return fault_frame(
        [
            fault(
                "tasks",
                column="task",
                found=f"{ids[int(i)]!r}, which can never {'go on' if runs[int(i)] else 'start'}",
                expected=f"{share} of its units within its resources' project capacity",
                cure="Lower units_fte, raise capacity_fte, or lower min_share.",
            )
            for i in tasks
        ]
    )
