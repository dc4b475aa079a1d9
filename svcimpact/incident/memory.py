"""How much memory a simulation takes, so that too much is told before it is begun."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from svcimpact.errors import InvalidScenarioError, fault, fault_frame
from svcimpact.incident.draws import horizon, random_sources
from svcimpact.incident.scenario import Scenario
from svcimpact.portfolio import Portfolio
from svcimpact.remembered import remembered

# Bytes at the peak, measured: start, finish and interruptions with and without incidents, and
# what the tables need while they are summed up; of a task that an incident changes in a run.
CHANGE = 64
_TELLING = 1000
_RUN = 300
_TASK, _UNCERTAIN, _PROJECT, _RESOURCE, _SERVICE, _INCIDENT = 64, 8, 32, 48, 24, 200
_UNKNOWN = 8 * 2**30
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@dataclass(frozen=True)
class Room:
    """How much memory runs may take.

    Attributes
    ----------
    size : float
        Bytes that there are.
    each : float
        Bytes that a run takes, but for the tasks that incidents change.
    """

    size: float
    each: float

    @classmethod
    def of(cls, portfolio: Portfolio, scenario: Scenario, keep: str = "projects") -> Room:
        """Return the room that this machine has for a simulation: half of its memory.

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
        Room
            For any number of its runs.
        """
        return cls(machine_memory() / 2, bytes_per_run(portfolio, scenario, keep))

    def faults(self, runs: int) -> list[dict[str, str]]:
        """Return the fault of runs that are known not to fit before any is made.

        Parameters
        ----------
        runs : int
            How many.

        Returns
        -------
        list of dict
            One fault, or none.
        """
        return [] if runs <= self.size / self.each else [_fault(runs, self.each, self.size)]

    def check(self, changes: int, made: int, runs: int) -> None:
        """Make sure that all runs fit, by those that were made.

        Parameters
        ----------
        changes : int
            How many tasks incidents changed, over the runs made.
        made, runs : int
            How many runs were made, and are to be made.

        Raises
        ------
        InvalidScenarioError
            When what they hold is too much, or will be, beyond the chance of a few runs.
        """
        each = self.each + CHANGE * changes / max(made, 1)
        held = self.each * runs + CHANGE * changes
        # What few runs change tells little of the others where incidents are rare and large.
        if held > self.size or (made >= _TELLING and each * runs > 2 * self.size):
            faults = fault_frame([_fault(runs, each, self.size)])
            raise InvalidScenarioError("The scenario does not fit the portfolio.", faults)


UNLIMITED = Room(size=math.inf, each=0.0)


def _fault(wanted: int, each: float, room: float) -> dict[str, str]:
    # An integer may be beyond any float, and a float too long to read.
    runs = min(wanted, 10**18)
    most = _two_digits(room / each)
    expected = f"at most {most:,} on this machine" if most else "fewer random incidents"
    return fault(
        "scenario",
        column="runs",
        found=f"{runs:,}, which take {_amount(each * runs)}",
        expected=expected,
        cure="Lower runs (10,000 are plenty), or the rates of random incidents.",
    )


def _amount(size: float) -> str:
    """Return bytes in words."""
    if size < 2**30:
        return f"{size / 2**20:,.0f} MB of memory"
    size /= 2**30
    return f"{size:,.{int(size < 10)}f} GB of memory" if size < 1e9 else "more than there is"


def _two_digits(number: float) -> int:
    """Return a number rounded down to two digits."""
    unit = int("1".ljust(len(str(int(number))) - 1, "0"))
    return int(number) // unit * unit


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
    tasks, uncertain = len(portfolio.tasks), _uncertain(portfolio)
    strikes = float(len(scenario.incidents))
    chance = scenario.random_incidents
    if chance is not None:
        begin, end = horizon(portfolio, chance)
        years = (end - begin) / pd.Timedelta(days=365.25)
        strikes += years * sum(rate for _, rate in random_sources(portfolio, chance))
    return (
        _RUN
        # Where all durations are certain, runs differ in what incidents change alone.
        + (_TASK * tasks if uncertain or keep == "tasks" else 0)
        + _UNCERTAIN * uncertain
        + _PROJECT * len(portfolio.projects)
        + _RESOURCE * len(portfolio.resources)
        + _SERVICE * len(portfolio.services)
        + _INCIDENT * strikes
    )


@remembered
def _uncertain(portfolio: Portfolio) -> int:
    """Return how many tasks have an uncertain duration."""
    tasks = portfolio.tasks
    low, high = (tasks[name].to_numpy() for name in ("optimistic_days", "pessimistic_days"))
    return int((high > low).sum())


@cache
def machine_memory() -> float:
    """Return the memory that this machine, or the container it is, has.

    Returns
    -------
    float
        Bytes, looked up once; 8 GB where the system does not say.
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
