"""How much memory a simulation takes, so that too much is told before it is begun."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pandas as pd

from svcimpact.errors import InvalidScenarioError, fault, fault_frame
from svcimpact.incident.draws import horizon, random_sources
from svcimpact.incident.scenario import Scenario
from svcimpact.portfolio import Portfolio

# Bytes at the peak, measured: start, finish and interruptions with and without incidents, and
# what the tables need while they are summed up; of a task that an incident changes in a run.
CHANGE = 64
_RUN = 300
_TASK, _UNCERTAIN, _PROJECT, _RESOURCE, _SERVICE, _INCIDENT = 64, 8, 32, 48, 24, 200
_UNKNOWN = 8 * 2**30
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def memory_faults(
    portfolio: Portfolio, scenario: Scenario, keep: str = "projects", *, room: float | None = None
) -> list[dict[str, str]]:
    """Return the fault of a simulation that is known not to fit into memory before it begins.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    scenario : Scenario
        Checked against the portfolio.
    keep : {"projects", "tasks"}
        What is kept run by run.
    room : float, optional
        Bytes that it may take; half of the machine's memory if not given.

    Returns
    -------
    list of dict
        One fault, or none.
    """
    room = machine_memory() / 2 if room is None else room
    each = bytes_per_run(portfolio, scenario, keep)
    return [] if scenario.runs <= room / each else [_fault(scenario.runs, each, room)]


def too_many(runs: int, each: float, room: float) -> InvalidScenarioError:
    """Return the error of a simulation that turns out to take too much memory.

    Parameters
    ----------
    runs : int
        How many are wanted.
    each, room : float
        Bytes that a run takes, and that there are.

    Returns
    -------
    InvalidScenarioError
        With how many runs fit.
    """
    return InvalidScenarioError(
        "The scenario does not fit the portfolio.", fault_frame([_fault(runs, each, room)])
    )


def _fault(wanted: int, each: float, room: float) -> dict[str, str]:
    # An integer may be beyond any float, and a float too long to read.
    runs = min(wanted, 10**18)
    size = each * runs / 2**30
    taken = f"{size:,.{int(size < 10)}f} GB of memory" if size < 1e9 else "more than there is"
    most = int(float(f"{room / each:.1e}")) if room >= each else 0
    expected = f"at most {most:,} on this machine" if most else "fewer random incidents"
    return fault(
        "scenario",
        column="runs",
        found=f"{runs:,}, which take {taken}",
        expected=expected,
        cure="Lower runs (10,000 are plenty), or the rates of random incidents.",
    )


def bytes_per_run(portfolio: Portfolio, scenario: Scenario, keep: str = "projects") -> float:
    """Return about how much memory a run takes, but for the tasks that incidents change.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    scenario : Scenario
        Checked against the portfolio.
    keep : {"projects", "tasks"}
        What is kept run by run.

    Returns
    -------
    float
        Bytes.
    """
    tasks = portfolio.tasks
    low, high = (tasks[name].to_numpy() for name in ("optimistic_days", "pessimistic_days"))
    uncertain = int((high > low).sum())
    strikes = float(len(scenario.incidents))
    chance = scenario.random_incidents
    if chance is not None:
        begin, end = horizon(portfolio, chance)
        years = (end - begin) / pd.Timedelta(days=365.25)
        strikes += years * sum(rate for _, rate in random_sources(portfolio, chance))
    return (
        _RUN
        # Where all durations are certain, runs differ in what incidents change alone.
        + (_TASK * len(tasks) if uncertain or keep == "tasks" else 0)
        + _UNCERTAIN * uncertain
        + _PROJECT * len(portfolio.projects)
        + _RESOURCE * len(portfolio.resources)
        + _SERVICE * len(portfolio.services)
        + _INCIDENT * strikes
    )


@cache
def machine_memory() -> float:
    """Return the memory that this machine, or the container it is, has.

    Returns
    -------
    float
        Bytes; 8 GB where the system does not say.
    """
    try:
        found = float(os.sysconf("SC_PHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        found = float(_UNKNOWN)
    for limit in _LIMITS:
        try:
            found = min(found, float(Path(limit).read_text(encoding="ascii")))
        except (OSError, ValueError):  # no such file, or the word "max"
            continue
    return found if found > 0 else float(_UNKNOWN)
