"""Who is shared between services and projects, and where all hangs on one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from svcimpact.checks.lookup import totals
from svcimpact.graph.blast import blast_radius, is_down
from svcimpact.graph.network import finished
from svcimpact.portfolio import Portfolio

SHARED_COLUMNS = {
    "resource": "str",
    "name": "str",
    "team": "str",
    "capacity_fte": "float64",
    "projects": "int64",
    "tasks": "int64",
    "project_hours": "float64",
    "services": "int64",
    "everyday_fte": "float64",
    "incident_fte": "float64",
    "worst_service": "str",
    "exposed_hours": "float64",
    "finding": "str",
}


def shared_resources(portfolio: Portfolio) -> pd.DataFrame:
    """Return those who both support services and work on projects, the most exposed first.

    `incident_fte` is what the worst single incident takes: with ``k`` the resource and ``x``
    the services in the blast radius of a failing service ``s``,

        pull(k, s) = min(capacity(k), Σ_x incident_fte(k, x) * weight(x))

    at full incident staffing, the largest over all ``s``; `worst_service` is that ``s``.

    Parameters
    ----------
    portfolio : Portfolio
        The portfolio.

    Returns
    -------
    pandas.DataFrame
        One row per shared resource: `resource`, `name`, `team`, `capacity_fte`, `projects`
        and `tasks` (counts of those with work open), `project_hours` (work left, in working
        hours times FTE), `services` (count), `everyday_fte`, `incident_fte`, `worst_service`
        (id), `exposed_hours` (`project_hours` * `incident_fte` / `capacity_fte`) and
        `finding` in words. Sorted by `exposed_hours`, then `project_hours`, both downwards,
        then row order.
    """
    work = _open_work(portfolio)
    supported = portfolio.support.groupby("resource")["service"].nunique()
    load = totals(
        portfolio.support["bau_fte"],
        portfolio.support["resource"],
        portfolio.resources["resource"],
    )
    everyday = dict(zip(portfolio.resources["resource"], load, strict=True))
    pulls = _worst_pulls(portfolio)
    service_name = _names(portfolio.services, "service")
    rows = []
    for person in portfolio.resources.to_dict("records"):
        resource = person["resource"]
        own = work[work["resource"] == resource]
        if own.empty or resource not in supported.index:
            continue
        pull, worst = pulls[resource]
        capacity = float(person["capacity_fte"])
        hours = float(own["hours"].sum())
        projects, services = own["project"].nunique(), int(supported[resource])
        held = _count(projects, "project")
        finding = f"{person['name']} supports {_count(services, 'service')} and works on {held}. "
        if worst:
            finding += (
                f"A failure of {service_name[worst]} takes {pull:.2g} of {capacity:.3g} FTE away "
                f"from {hours:,.0f} hours of project work."
            )
        else:
            finding += "No incident takes anything, everyday support does."
        rows.append(
            (
                resource,
                person["name"],
                person["team"],
                capacity,
                projects,
                own["task"].nunique(),
                hours,
                services,
                float(everyday[resource]),
                pull,
                worst or None,
                hours * pull / capacity if capacity > 0 else 0.0,
                finding,
            )
        )
    frame = pd.DataFrame(rows, columns=list(SHARED_COLUMNS)).astype(SHARED_COLUMNS)
    return frame.sort_values(
        ["exposed_hours", "project_hours"], ascending=False, kind="stable", ignore_index=True
    )


POINT_COLUMNS = {
    "kind": "str",
    "service": "str",
    "resource": "str",
    "skill": "str",
    "services_down": "int64",
    "outage_cost_per_hour": "float64",
    "projects": "int64",
    "tasks": "int64",
    "project_hours": "float64",
    "finding": "str",
}
KINDS = ("nobody", "only supporter, on projects", "only supporter", "hub", "only skill")


def single_points_of_failure(portfolio: Portfolio) -> pd.DataFrame:
    """Return the places where one loss has no fallback, the gravest kind first.

    =========================== ==========================================================
    kind                        what it is
    =========================== ==========================================================
    nobody                      a service that nobody is named to restore in an incident
    only supporter, on projects a service that one person alone restores (or alone runs
                                every day), who also has open project tasks
    only supporter              the same, without project tasks
    hub                         a service whose failure takes half of all others or more
                                down (at least two)
    only skill                  a skill that open tasks need and one person alone has
    =========================== ==========================================================

    A resource of more than 1 FTE is a team with a fallback of its own, never a single point.

    Parameters
    ----------
    portfolio : Portfolio
        The portfolio.

    Returns
    -------
    pandas.DataFrame
        One row per finding: `kind`, `service`, `resource`, `skill` (ids, where they apply),
        `services_down` (services that are down when this one fails, itself included),
        `outage_cost_per_hour` (of all those, money per hour), `projects`, `tasks` and
        `project_hours` (open work of the person, or needing the skill, or, for a hub, tasks
        that change or use a service that is down), and `finding` in words. Sorted by kind as
        above, then `services_down`, `outage_cost_per_hour` and `project_hours` downwards,
        then row order.
    """
    work = _open_work(portfolio)
    points = [*_support_points(portfolio, work), *_skill_points(portfolio, work)]
    frame = pd.DataFrame(points, columns=list(POINT_COLUMNS))
    numbers = [column for column, dtype in POINT_COLUMNS.items() if dtype != "str"]
    frame[numbers] = frame[numbers].astype("float64").fillna(0.0)
    frame = frame.astype(POINT_COLUMNS)
    order = pd.DataFrame(
        {
            "kind": frame["kind"].map({kind: i for i, kind in enumerate(KINDS)}),
            "services": -frame["services_down"],
            "cost": -frame["outage_cost_per_hour"],
            "hours": -frame["project_hours"],
        }
    ).sort_values(["kind", "services", "cost", "hours"], kind="stable")
    return frame.loc[order.index].reset_index(drop=True)


def _support_points(portfolio: Portfolio, work: pd.DataFrame) -> list[dict[str, object]]:
    """Return what hangs on one supporter or on none, and the hubs, service by service."""
    names = _names(portfolio.resources, "resource")
    service_names = _names(portfolio.services, "service")
    alone = _alone(portfolio)
    costs = portfolio.services.set_index("service")["outage_cost_per_hour"]
    points: list[dict[str, object]] = []
    for service, name in service_names.items():
        down = [s for s, weight in blast_radius(portfolio, service).items() if is_down(weight)]
        size = {
            "service": service,
            "services_down": len(down),
            "outage_cost_per_hour": float(costs[down].sum()),
        }
        rows = portfolio.support[portfolio.support["service"] == service]
        restore = list(dict.fromkeys(rows.loc[rows["incident_fte"] > 0, "resource"]))
        run = list(dict.fromkeys(rows.loc[rows["bau_fte"] > 0, "resource"]))
        if not restore:
            finding = f"Nobody is named to restore {name} in an incident"
            finding += f"; every day it is run by {_and([names[r] for r in run])}." if run else "."
            points.append({**size, "kind": "nobody", "finding": finding})
        sole = next((who[0] for who in (restore, run) if len(who) == 1 and who[0] in alone), None)
        if sole is not None:
            own = work[work["resource"] == sole]
            finding = f"Only {names[sole]} is named to restore {name}"
            if restore != [sole]:
                finding = f"Only {names[sole]} runs {name} every day"
            if not own.empty:
                finding += f", and also has {_tasks_in_projects(own)}"
            kind = "only supporter" if own.empty else "only supporter, on projects"
            point = {"kind": kind, "resource": sole, "finding": f"{finding}."}
            points.append({**size, **_size_of(own), **point})
        others = len(service_names) - 1
        if len(down) - 1 >= max(2, others / 2):
            touched = portfolio.changes[portfolio.changes["service"].isin(down)]["task"]
            held = work[work["task"].isin(touched)]
            finding = f"A failure of {name} takes {len(down) - 1} of {others} other services down"
            if not held.empty:
                finding += f" and touches {_tasks_in_projects(held)}"
            points.append({**size, **_size_of(held), "kind": "hub", "finding": f"{finding}."})
    return points


def _skill_points(portfolio: Portfolio, work: pd.DataFrame) -> list[dict[str, object]]:
    """Return the skills that open tasks need and one person alone has or is assigned for."""
    names = _names(portfolio.resources, "resource")
    alone = _alone(portfolio)
    points: list[dict[str, object]] = []
    for skill in work["skill"].dropna().unique():
        rows = work[work["skill"] == skill]
        known = portfolio.skills.loc[portfolio.skills["skill"] == skill, "resource"]
        able = list(dict.fromkeys([*known, *rows["resource"]]))
        if len(able) == 1 and able[0] in alone:
            finding = f"Only {names[able[0]]} has the skill {skill}: {_tasks_in_projects(rows)}."
            point = {"kind": "only skill", "resource": able[0], "skill": skill}
            points.append({**point, **_size_of(rows), "finding": finding})
    return points


def _open_work(portfolio: Portfolio) -> pd.DataFrame:
    """Return the assignments of unfinished tasks: task, resource, skill, project, hours left."""
    tasks = portfolio.tasks[~finished(portfolio)]
    tasks = tasks[["task", "project", "duration_days", "done_fraction"]]
    work = portfolio.assignments.merge(tasks, on="task", how="inner")
    left = work["duration_days"] * portfolio.settings.hours_per_day * (1 - work["done_fraction"])
    work["hours"] = left * work["units_fte"]
    return work[["task", "resource", "skill", "project", "hours"]]


def _worst_pulls(portfolio: Portfolio) -> dict[str, tuple[float, str]]:
    """Return, for each resource, the largest pull of a single incident and its service."""
    support = portfolio.support
    resources = portfolio.resources["resource"]
    capacity = portfolio.resources["capacity_fte"].to_numpy(dtype=np.float64)
    worst = dict.fromkeys(resources, (0.0, ""))
    for service in portfolio.services["service"]:
        radius = blast_radius(portfolio, service)
        weights = [radius.get(s, 0.0) for s in support["service"]]
        pulls = totals(support["incident_fte"] * weights, support["resource"], resources)
        for resource, taken in zip(resources, np.minimum(pulls, capacity).tolist(), strict=True):
            if taken > worst[resource][0]:
                worst[resource] = (taken, service)
    return worst


def _alone(portfolio: Portfolio) -> set[str]:
    """Return the resources that stand for one person at most."""
    resources = portfolio.resources
    return set(resources.loc[resources["capacity_fte"] <= 1, "resource"])


def _size_of(work: pd.DataFrame) -> dict[str, float]:
    """Return how many projects and tasks some open assignments touch, and their hours."""
    return {
        "projects": work["project"].nunique(),
        "tasks": work["task"].nunique(),
        "project_hours": float(work["hours"].sum()),
    }


def _tasks_in_projects(work: pd.DataFrame) -> str:
    """Return in words how many tasks of how many projects some open assignments touch."""
    tasks = _count(work["task"].nunique(), "open task")
    return f"{tasks} in {_count(work['project'].nunique(), 'project')}"


def _names(table: pd.DataFrame, column: str) -> dict[str, str]:
    """Return the name of every id of a table."""
    return dict(zip(table[column], table["name"], strict=True))


def _count(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it takes one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _and(names: list[str]) -> str:
    """Return names as a phrase: 'Ana', 'Ana and Ben' or 'Ana, Ben and Cem'."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
