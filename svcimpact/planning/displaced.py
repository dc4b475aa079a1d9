"""Whose work gives way on the people that support services, when a project runs as planned."""

from __future__ import annotations

import numpy as np
import pandas as pd

from svcimpact.engine.plan import positions
from svcimpact.planning.steps import Floats, Integers, Steps
from svcimpact.planning.touch import support_staff
from svcimpact.portfolio import Portfolio

_NEGLIGIBLE = 1e-6  # hours


def displaced_work(portfolio: Portfolio, steps: Steps) -> pd.DataFrame:
    """Return how much of others' work each project displaces on each person.

    Of somebody who is there for *H* FTE (capacity less absence), a project asks for *u* at a
    moment, and everybody else together for *o*: other projects as planned, and everyday support.
    Without the project the others get ``min(o, H)``, with all of it done as planned they get
    ``min(o, max(0, H - u))``; the difference is what the project displaces. It is shared out over
    the others in proportion to what each asks for at that moment, and added up exactly over
    every change in the plan.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    steps : Steps
        Load and capacity of every resource.

    Returns
    -------
    pandas.DataFrame
        The table `ScopeImpact.displaced`.
    """
    rows: list[tuple[int, int, str, int, float, float, float]] = []
    bounds = np.searchsorted(steps.resource, np.arange(len(portfolio.resources) + 1))
    order = np.argsort(steps.piece_resource, kind="stable")
    pieces = np.searchsorted(steps.piece_resource[order], np.arange(len(portfolio.resources) + 1))
    of_task = positions(portfolio.tasks["project"], portfolio.projects["project"])
    support = portfolio.support[portfolio.support["bau_fte"] > 0]
    supporter = positions(support["resource"], portfolio.resources["resource"])
    supported = positions(support["service"], portfolio.services["service"])
    bau = support["bau_fte"].to_numpy(np.float64)
    times = _times(steps)
    for k in np.flatnonzero(support_staff(portfolio)):
        mine = order[pieces[k] : pieces[k + 1]]
        if not mine.size:
            continue
        at = slice(bounds[k], bounds[k + 1])
        projects, demand = _by_project(steps, of_task, mine, bounds[k], bounds[k + 1])
        here = supporter == k
        services = supported[here]
        split = bau[here] / max(bau[here].sum(), 1e-300)
        asked = np.vstack([demand, split[:, None] * steps.everyday[at]])
        there = steps.capacity[at] + steps.everyday[at] + steps.incident[at]
        total = asked.sum(axis=0)
        for row, project in enumerate(projects):
            own = demand[row]
            others = total - own
            moved = np.minimum(others, there) - np.minimum(others, np.maximum(0.0, there - own))
            busy = np.flatnonzero((own > 0) & (moved > 1e-9) & (steps.length[at] > 0))
            if not busy.size:
                continue
            weight = moved[busy] / others[busy] * steps.length[at][busy]
            hours = (asked[:, busy] * weight).sum(axis=1)
            hours[row] = 0.0
            for other in np.flatnonzero(hours > _NEGLIGIBLE):
                felt = busy[asked[other, busy] > 0]
                kind = "project" if other < len(projects) else "service"
                which = projects[other] if kind == "project" else services[other - len(projects)]
                first, last = times[at][felt[0]], times[at][felt[-1]] + steps.length[at][felt[-1]]
                rows.append((int(project), int(k), kind, int(which), float(hours[other]),
                             float(first), float(last)))  # fmt: skip
    return _frame(portfolio, rows)


def _times(steps: Steps) -> Floats:
    """Return the working hours at which each step begins, from the first week with work on."""
    begin = np.cumsum(steps.length) - steps.length
    first = np.searchsorted(steps.resource, steps.resource)
    found: Floats = begin - begin[first] + steps.edges[0]
    return found


def _by_project(
    steps: Steps, of_task: Integers, pieces: Integers, first: int, end: int
) -> tuple[Integers, Floats]:
    """Return the projects that ask for one resource, and what each asks for, in FTE by step."""
    projects, row = np.unique(of_task[steps.task[pieces]], return_inverse=True)
    change = np.zeros((projects.size, end - first + 1))
    np.add.at(change, (row, steps.piece_first[pieces] - first), steps.fte[pieces])
    np.add.at(change, (row, steps.piece_end[pieces] - first), -steps.fte[pieces])
    demand = np.cumsum(change, axis=1)[:, :-1]
    return projects, np.where(demand > 1e-9, demand, 0.0)


def _frame(
    portfolio: Portfolio, rows: list[tuple[int, int, str, int, float, float, float]]
) -> pd.DataFrame:
    """Name what was found, the most hours of each project first."""
    columns = ["project", "resource", "kind", "other", "hours", "first", "last"]
    frame = pd.DataFrame(rows, columns=columns).astype(
        {"project": np.int64, "resource": np.int64, "kind": "str", "other": np.int64,
         "hours": np.float64, "first": np.float64, "last": np.float64}
    )  # fmt: skip
    order = np.lexsort(
        (np.arange(len(frame)), -frame["hours"].round(6).to_numpy(), frame["project"].to_numpy())
    )
    frame = frame.iloc[order].reset_index(drop=True)
    projects, services, people = portfolio.projects, portfolio.services, portfolio.resources
    who, other = frame["resource"].to_numpy(), frame["other"].to_numpy()
    to_project = (frame["kind"] == "project").to_numpy()
    ids, names = np.empty(len(frame), object), np.empty(len(frame), object)
    for table, key, chosen in (
        (projects, "project", to_project),
        (services, "service", ~to_project),
    ):
        ids[chosen] = table[key].to_numpy()[other[chosen]]
        names[chosen] = table["name"].to_numpy()[other[chosen]]
    rank = projects["priority"].to_numpy(dtype=np.float64, na_value=np.inf)
    own = frame["project"].to_numpy()
    yields = np.zeros(len(frame), bool)
    yields[to_project] = rank[other[to_project]] > rank[own[to_project]]
    calendar = portfolio.calendar
    return pd.DataFrame(
        {
            "project": projects["project"].take(own).to_numpy(),
            "resource": people["resource"].take(who).to_numpy(),
            "name": people["name"].take(who).to_numpy(),
            "team": people["team"].take(who).to_numpy(),
            "kind": frame["kind"],
            "other": ids,
            "other_name": names,
            "yields": yields,
            "hours": frame["hours"],
            "days": frame["hours"] / portfolio.settings.hours_per_day,
            "first": calendar.when(frame["first"].to_numpy()),
            "last": calendar.when(frame["last"].to_numpy(), side="finish"),
        }
    ).astype(
        dict.fromkeys(("project", "resource", "name", "team", "kind", "other", "other_name"), "str")
    )
