"""Where projects touch services: the tasks that do, the people behind them, their teams."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from svcimpact.checks.lookup import totals
from svcimpact.engine.plan import compile_plan, planned_times, positions
from svcimpact.portfolio import Portfolio

STAGES = ("scope", "design", "delivery", "test", "transition")


def touches(portfolio: Portfolio) -> pd.DataFrame:
    """Return every unfinished task that changes or uses a service, at its planned dates.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.

    Returns
    -------
    pandas.DataFrame
        One row per task and service, in the order of `changes`: `row` (of the task), `task`,
        `project`, `stage`, `service`, `effect` (changes or uses; where the table has both,
        changes), `start_hours` and `finish_hours` (planned, working hours).
    """
    tasks, changes = portfolio.tasks, portfolio.changes
    row = positions(changes["task"], tasks["task"])
    plan = compile_plan(portfolio)
    start, finish = planned_times(plan)
    found = pd.DataFrame(
        {
            "row": row,
            "task": changes["task"],
            "project": tasks["project"].take(row).to_numpy(),
            "stage": tasks["stage"].take(row).to_numpy(),
            "service": changes["service"],
            "effect": changes["effect"],
            "start_hours": start[row],
            "finish_hours": finish[row],
        }
    ).astype({"project": "str", "stage": "str"})
    found = found[np.isnan(plan.ended)[row]]
    uses = (found["effect"] != "changes").to_numpy()
    found = found.iloc[np.argsort(uses, kind="stable")].drop_duplicates(["task", "service"])
    return found.sort_index().reset_index(drop=True)


class Touch(NamedTuple):
    """One task that touches a service, or takes people of a team."""

    task: str
    stage: str
    effect: str
    start_hours: float
    finish_hours: float


def by_project(touch: pd.DataFrame, of: str) -> dict[str, dict[str, list[Touch]]]:
    """Return touching tasks by project and by what they touch.

    Parameters
    ----------
    touch : pandas.DataFrame
        The columns `project`, `task`, `stage`, `effect`, `start_hours`, `finish_hours` and `of`.
    of : str
        The column of what is touched: service, or team.

    Returns
    -------
    dict of str to dict of str to list of Touch
        In the order of the rows.
    """
    found: dict[str, dict[str, list[Touch]]] = {}
    columns = ("project", of, "task", "stage", "effect", "start_hours", "finish_hours")
    for project, item, *told in zip(*(touch[c].tolist() for c in columns), strict=True):
        found.setdefault(project, {}).setdefault(item, []).append(Touch(*told))
    return found


def hours_now(portfolio: Portfolio) -> float:
    """Return the status date, or the portfolio's start where there is none, in working hours.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.

    Returns
    -------
    float
        Working hours since the portfolio's start.
    """
    status = portfolio.settings.status_date
    return 0.0 if status is None else float(portfolio.calendar.hours(status))


def team_of(portfolio: Portfolio) -> pd.Series[str]:
    """Return the team of every resource; one without a team is a team of its own.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.

    Returns
    -------
    pandas.Series of str
        Team names, in the row order of `resources`; the resource's own name where it has none.
    """
    resources = portfolio.resources
    return resources["team"].where(resources["team"].notna(), resources["name"]).astype("str")


def support_staff(portfolio: Portfolio) -> npt.NDArray[np.bool_]:
    """Return which resources support a service, every day or in an incident.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.

    Returns
    -------
    numpy.ndarray of bool, shape (r,)
        In the row order of `resources`.
    """
    support = portfolio.support
    fte = support["bau_fte"] + support["incident_fte"]
    return totals(fte, support["resource"], portfolio.resources["resource"]) > 0


def lead_teams(portfolio: Portfolio) -> dict[str, tuple[str, ...]]:
    """Return the team that carries most of the everyday support of each service.

    Where nobody has everyday support, the one that carries most in an incident. Teams that
    carry the same come together.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.

    Returns
    -------
    dict of str to tuple of str
        Team names by service id, teams in the order of `resources`; empty where nobody
        supports the service.
    """
    support = portfolio.support
    who = positions(support["resource"], portfolio.resources["resource"])
    teams = team_of(portfolio)
    place = {team: at for at, team in enumerate(dict.fromkeys(teams))}
    carried: dict[str, dict[str, list[float]]] = {}
    for service, team, bau, incident in zip(
        support["service"],
        teams.take(who),
        support["bau_fte"],
        support["incident_fte"],
        strict=True,
    ):
        sums = carried.setdefault(str(service), {}).setdefault(str(team), [0.0, 0.0])
        sums[0] += float(bau)
        sums[1] += float(incident)
    lead: dict[str, tuple[str, ...]] = {str(s): () for s in portfolio.services["service"]}
    for service, sums_of in carried.items():
        at = 0 if any(sums[0] > 0 for sums in sums_of.values()) else 1
        most = max(sums[at] for sums in sums_of.values())
        if most > 0:
            chosen = [team for team, sums in sums_of.items() if sums[at] >= most - 1e-9]
            lead[service] = tuple(sorted(chosen, key=lambda team: place[team]))
    return lead
