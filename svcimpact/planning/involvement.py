"""How much of service delivery each stage of a project needs, and how much of it is planned."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field

import pandas as pd

from svcimpact.engine.plan import positions
from svcimpact.planning.ahead import work_ahead
from svcimpact.planning.touch import STAGES, lead_teams, team_of, touches
from svcimpact.portfolio import Portfolio

GAPS = ("no supporter", "no time", "person short", "not planned", "person not planned")
_TOUCHING = 1e-6  # hours between two tasks that run without a break


@dataclass
class Window:
    """A stretch in which tasks of one stage of a project touch one service without a break.

    Attributes
    ----------
    project, stage, service : str
        Whose it is; no service where all that the stage touches is meant.
    begin, until : float
        Working hours.
    tasks : list of int
        Rows of the tasks.
    hours : dict of int to float
        Working hours still ahead of each task.
    planned : dict of int to float
        FTE-hours that are planned, by row of the resource.
    own : dict of int to dict of int to float
        By resource, the share of its load of each task that belongs to this window.
    missing : float
        FTE-hours needed beyond what is planned.
    """

    project: str
    stage: str
    service: str
    begin: float
    until: float
    tasks: list[int]
    hours: dict[int, float]
    planned: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    own: dict[int, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))
    missing: float = 0.0


@dataclass
class Row:
    """What one team, person or stakeholder is needed for in one window, in FTE-hours.

    Attributes
    ----------
    window : Window
        When, and for which tasks.
    who : str
        The team, or the id of the stakeholder; empty where nobody supports the service.
    members : list of int
        Rows of its resources.
    planned, missing, free : float
        What is planned, needed beyond the plan, and free; NaN where nothing is known.
    lead : bool
        Whether the team carries most of the service's support.
    """

    window: Window
    who: str
    members: list[int]
    planned: float
    missing: float
    free: float
    lead: bool = False

    @property
    def needed(self) -> float:
        """FTE-hours needed; of whom nothing is known, the least."""
        return self.missing if math.isnan(self.planned) else self.planned + self.missing

    @property
    def short(self) -> float:
        """FTE-hours needed beyond what is free."""
        return max(0.0, self.needed - self.free) if not math.isnan(self.free) else math.nan


@dataclass(frozen=True)
class Asked:
    """What a named stakeholder of the service side holds in a stage.

    Attributes
    ----------
    row : Row
        When, and what is planned of them.
    stakeholder, interest : str
        Who, and what they hold.
    """

    row: Row
    stakeholder: str
    interest: str


@dataclass(frozen=True)
class Gap:
    """What is needed and not there.

    Attributes
    ----------
    row : Row
        Of whom and when.
    kind : str
        One of `GAPS`.
    windows : dict of str to (int, int)
        First and last day of the nearest windows that have the time: earlier, later.
    stand_in : int or None
        Row of the resource that has the time instead.
    """

    row: Row
    kind: str
    windows: dict[str, tuple[int, int]]
    stand_in: int | None


@dataclass(frozen=True)
class Crew:
    """Who supports what.

    Attributes
    ----------
    team : list of str
        Team of each resource, by row.
    of_service : dict of str to list of int
        Rows of the resources that support each service.
    lead : dict of str to tuple of str
        The teams that carry most of the support of each service.
    assigned : dict of int to list of (int, float)
        By row of the task, the row of each resource and its FTE.
    """

    team: list[str]
    of_service: dict[str, list[int]]
    lead: dict[str, tuple[str, ...]]
    assigned: dict[int, list[tuple[int, float]]]


def gather_crew(portfolio: Portfolio) -> Crew:
    """Look up who supports what, and who is assigned.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.

    Returns
    -------
    Crew
        By rows of the tables.
    """
    support = portfolio.support
    support = support[support["bau_fte"] + support["incident_fte"] > 0]
    of_service: dict[str, list[int]] = {str(s): [] for s in portfolio.services["service"]}
    who = positions(support["resource"], portfolio.resources["resource"])
    for service, k in zip(support["service"], who, strict=True):
        of_service[str(service)].append(int(k))
    given = portfolio.assignments[portfolio.assignments["units_fte"] > 0]
    assigned: dict[int, list[tuple[int, float]]] = {}
    for task, k, units in zip(
        positions(given["task"], portfolio.tasks["task"]),
        positions(given["resource"], portfolio.resources["resource"]),
        given["units_fte"],
        strict=True,
    ):
        assigned.setdefault(int(task), []).append((int(k), float(units)))
    return Crew(list(team_of(portfolio)), of_service, lead_teams(portfolio), assigned)


def stage_windows(portfolio: Portfolio, crew: Crew, least_fte: float) -> list[Window]:
    """Return the windows in which each stage of each project touches each service.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    crew : Crew
        Who supports what.
    least_fte : float
        FTE of the service's support staff that a task needs at least while it runs.

    Returns
    -------
    list of Window
        By project and stage, then in the order of `changes`, then by time. Milestones and
        finished tasks are left out; of a running task what is left counts, from the status date.
    """
    touch = _ahead(portfolio)
    services: dict[int, list[str]] = {}
    groups: dict[tuple[str, str, str], list[tuple[float, float, int, float]]] = {}
    columns = ("project", "stage", "service", "start_hours", "finish_hours", "row", "left")
    for project, stage, service, *told in zip(
        *(touch[column].tolist() for column in columns), strict=True
    ):
        services.setdefault(told[2], []).append(service)
        groups.setdefault((project, stage, service), []).append(tuple(told))
    windows = []
    for key, tasks in groups.items():
        window: Window | None = None
        for begin, until, task, left in sorted(tasks):
            if window is None or begin > window.until + _TOUCHING:
                window = Window(*key, begin, until, [], {})
                windows.append(window)
            window.until = max(window.until, until)
            window.tasks.append(task)
            window.hours[task] = left
            _count(window, task, crew, services[task], least_fte)
    order = {p: at for at, p in enumerate(portfolio.projects["project"])}
    return sorted(windows, key=lambda w: (order[w.project], STAGES.index(w.stage)))


def _ahead(portfolio: Portfolio) -> pd.DataFrame:
    """Return the touching tasks with work left: planned window, moved to the status date."""
    ahead = work_ahead(portfolio)[["row", "start_hours", "finish_hours", "left"]]
    planned = touches(portfolio).drop(columns="start_hours")
    touch = planned.rename(columns={"finish_hours": "planned_finish"}).merge(ahead, on="row")
    touch["finish_hours"] = touch[["planned_finish", "finish_hours"]].max(axis=1)
    return touch


def _count(window: Window, task: int, crew: Crew, touched: list[str], least_fte: float) -> None:
    """Add what one task needs and plans of a service's support staff."""
    hours, planned = window.hours[task], 0.0
    supporters = crew.of_service[window.service]
    for k, units in crew.assigned.get(task, []):
        if k in supporters:
            share = 1.0 / sum(k in crew.of_service[s] for s in touched)
            window.planned[k] += units * share * hours
            window.own[k][task] = share
            planned += units * share
    window.missing += max(0.0, least_fte - planned) * hours
