"""What the picture of a portfolio shows: who gets a box, and the FTE between boxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from svcimpact.graph import blast_radius_table, is_down, shared_resources
from svcimpact.portfolio import Portfolio

Ties = dict[tuple[str, str], float]

MOST_NAMED = 14
MOST_PULLED = 10


@dataclass(frozen=True)
class Failure:
    """What the failure of a service takes along."""

    service: str
    weights: dict[str, float]
    via: dict[str, str]
    pulls: dict[str, float]
    held: dict[str, int]
    projects: set[str]


@dataclass(frozen=True)
class Crowd:
    """Boxes in three columns (services, people, projects) and the ties between them, in FTE."""

    columns: list[list[str]]
    labels: dict[str, str]
    teams: dict[str, str]
    gathered: set[str]
    headings: set[str]
    shared: set[str]
    service_box: dict[str, str]
    person_box: dict[str, str]
    project_box: dict[str, str]
    support: Ties
    everyday: Ties
    work: Ties
    other_work: Ties
    touches: Ties


def project_work(portfolio: Portfolio) -> pd.DataFrame:
    """Return what each resource still does on each project.

    Parameters
    ----------
    portfolio : Portfolio
        The portfolio.

    Returns
    -------
    pandas.DataFrame
        `resource`, `project`, `fte` (largest share in an open task) and `hours` (work left,
        working hours times FTE).
    """
    tasks = _open_tasks(portfolio)
    work = portfolio.assignments.merge(tasks, on="task")
    days = work["duration_days"] * (1 - work["done_fraction"]) * work["units_fte"]
    work = work.assign(hours=days * portfolio.settings.hours_per_day, fte=work["units_fte"])
    by = work.groupby(["resource", "project"], sort=False, as_index=False)
    return by.agg({"fte": "max", "hours": "sum"})


def _open_tasks(portfolio: Portfolio) -> pd.DataFrame:
    """Return the tasks that are not finished."""
    tasks = portfolio.tasks[portfolio.tasks["actual_finish"].isna()]
    return tasks[["task", "project", "duration_days", "done_fraction"]]


def gather_failure(portfolio: Portfolio, service: str | None) -> Failure | None:
    """Return what the failure of a service takes along, at full incident staffing.

    Parameters
    ----------
    portfolio : Portfolio
        The portfolio.
    service : str or None
        Id of the service, or None for no failure.

    Returns
    -------
    Failure or None
        Weights by service, the service each is hit through, pull in FTE by resource (at most
        its capacity), tasks held by project, and the projects that lose people or have tasks
        held.

    Raises
    ------
    InputError
        If there is no such service.
    """
    if service is None:
        return None
    radius = blast_radius_table(portfolio, service)
    weights = dict(zip(radius["service"], radius["weight"], strict=True))
    via = dict(zip(radius["service"], radius["via"], strict=True))
    support = portfolio.support
    share = [weights.get(s, 0.0) for s in support["service"]]
    pull = (support["incident_fte"] * share).groupby(support["resource"], sort=False).sum()
    capacity = portfolio.resources.set_index("resource")["capacity_fte"]
    pulls = {str(r): min(float(pull[r]), float(capacity[r])) for r in pull.index}
    pulls = {resource: fte for resource, fte in pulls.items() if fte > 0}
    down = [s for s, weight in weights.items() if is_down(weight)]
    touched = portfolio.changes[portfolio.changes["service"].isin(down)]
    counts = touched.merge(_open_tasks(portfolio), on="task").groupby("project")["task"].nunique()
    held = {str(p): int(counts[p]) for p in counts.index}
    work = project_work(portfolio)
    lose = work.loc[work["resource"].isin(list(pulls)), "project"]
    via = {s: before for s, before in via.items() if s != service}
    return Failure(service, weights, via, pulls, held, {*held, *lose})


def gather(portfolio: Portfolio, failure: Failure | None, rows: int) -> Crowd:
    """Choose the boxes and add up the ties between them.

    All services and projects that fit get a box; people are named where all fit, otherwise
    those pulled by the failure, or without one those shared between services and projects,
    and the others are gathered by team.

    Parameters
    ----------
    portfolio : Portfolio
        The portfolio.
    failure : Failure or None
        The failure to follow.
    rows : int
        Most boxes in a column, at least 3.

    Returns
    -------
    Crowd
        Boxes and ties.
    """
    labels: dict[str, str] = {}
    work = project_work(portfolio)
    support = portfolio.support
    weights = failure.weights if failure else {}
    hit = failure.projects if failure else set()
    load = (support["bau_fte"] + support["incident_fte"]).groupby(support["service"]).sum()
    effort = work.groupby("project")["hours"].sum()
    service_size = {
        s: (weights.get(s, 0.0), load.get(s, 0.0)) for s in portfolio.services["service"]
    }
    project_size = {p: (float(p in hit), effort.get(p, 0.0)) for p in portfolio.projects["project"]}
    service_box = _fold("service", portfolio.services, rows, labels, service_size)
    project_box = _fold("project", portfolio.projects, rows, labels, project_size)
    shared = list(shared_resources(portfolio)["resource"])
    first = sorted(failure.pulls, key=lambda r: -failure.pulls[r]) if failure else shared
    person_box, teams = _people(
        portfolio.resources, first, MOST_PULLED if failure else MOST_NAMED, rows, labels
    )
    headings = set(teams.values()) - set(person_box.values())
    named = {box for box in person_box.values() if box.startswith("resource:")}
    everyday = support[support["incident_fte"] <= 0]
    lost = [1.0] * len(work)
    if failure:
        # Somebody pulled for half of their capacity leaves half of the work on each project.
        capacity = portfolio.resources.set_index("resource")["capacity_fte"]
        shares = {r: pull / float(capacity[r]) for r, pull in failure.pulls.items()}
        lost = [shares.get(r, 0.0) for r in work["resource"]]
    told = work["resource"].isin(list(failure.pulls) if failure else shared)
    touches = portfolio.changes.merge(_open_tasks(portfolio), on="task")
    pull = support["incident_fte"]
    if failure:
        # The part of it that this failure asks for; what it leaves alone stays as it is, faded.
        pull = pull * [weights.get(s, 1.0) for s in support["service"]]
        down = [s for s, weight in weights.items() if is_down(weight)]
        touches = touches[touches["service"].isin(down)]
    return Crowd(
        columns=[
            list(dict.fromkeys(service_box.values())),
            list(dict.fromkeys([*teams.values(), *person_box.values()])),
            list(dict.fromkeys(project_box.values())),
        ],
        labels=labels,
        teams=teams,
        gathered=({*labels} - named) - {*service_box.values()} - {*project_box.values()},
        headings=headings,
        shared={person_box[r] for r in shared} & named,
        service_box=service_box,
        person_box=person_box,
        project_box=project_box,
        support=_ties(
            support["service"].map(service_box),
            support["resource"].map(person_box),
            pull,
        ),
        everyday=_ties(
            everyday["service"].map(service_box),
            everyday["resource"].map(person_box),
            everyday["bau_fte"],
        ),
        work=_ties(
            work["resource"].map(person_box),
            work["project"].map(project_box),
            work["fte"] * told * lost,
        ),
        other_work=_ties(
            work["resource"].map(person_box), work["project"].map(project_box), work["fte"] * ~told
        ),
        touches=_ties(
            touches["service"].map(service_box), touches["project"].map(project_box), 1.0
        ),
    )


def _ties(left: pd.Series[str], right: pd.Series[str], fte: pd.Series[float] | float) -> Ties:
    """Return the FTE between each pair of boxes, added up; pairs with none are left out."""
    pairs = pd.DataFrame({"left": left, "right": right, "fte": fte})
    pairs = pairs[pairs["left"] != pairs["right"]]
    sums = pairs.groupby(["left", "right"], sort=False, as_index=False)["fte"].sum()
    rows = zip(sums["left"], sums["right"], sums["fte"], strict=True)
    return {(str(a), str(b)): float(fte) for a, b, fte in rows if fte > 0}


def _fold(
    kind: str,
    table: pd.DataFrame,
    rows: int,
    labels: dict[str, str],
    size: Mapping[str, tuple[float, float]],
) -> dict[str, str]:
    """Return the box of every id; where there are too many the smallest share the last one."""
    ids = list(table[kind])
    kept = ids if len(ids) <= rows else sorted(ids, key=lambda i: size[i], reverse=True)[: rows - 1]
    boxes = {i: f"{kind}:{i}" for i in ids if i in set(kept)}
    names = dict(zip(ids, table["name"], strict=True))
    labels.update((box, names[i]) for i, box in boxes.items())
    if len(boxes) < len(ids):
        labels[f"other {kind}s"] = f"{len(ids) - len(boxes)} other {kind}s"
    return boxes | {i: f"other {kind}s" for i in ids if i not in boxes}


def _people(
    resources: pd.DataFrame, first: list[str], most: int, rows: int, labels: dict[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the box of every resource, and the team's box of every person's box.

    The `most` first of `first` are named as far as rows go, the others share the box of their team.
    Teams beyond half of the rows share one.
    """
    team_of = dict(zip(resources["resource"], resources["team"].fillna(""), strict=True))
    members: dict[str, list[str]] = {}
    for resource, team in team_of.items():
        members.setdefault(team, []).append(resource)
    rank = {resource: -i for i, resource in enumerate(first, start=-len(first))}
    order = sorted(members, key=lambda t: -sum(r in rank for r in members[t]))
    kept = set(order) if len(order) <= rows // 2 else set(order[: max(rows // 2 - 1, 1)])
    box_of = {t: f"team:{t}" if t in kept else "other teams" for t in members}
    boxes = set(box_of.values())
    space = rows - len(boxes)
    first = first[: min(max(space, 0), most)]
    named = set(team_of if len(team_of) <= space else first)
    names = dict(zip(resources["resource"], resources["name"], strict=True))
    person_box, teams = {}, {}
    for resource, team in team_of.items():
        person_box[resource] = f"resource:{resource}" if resource in named else box_of[team]
        labels[person_box[resource]] = names[resource]
        teams[box_of[team]] = teams[person_box[resource]] = box_of[team]
    for box in boxes:
        inside = [r for t, own in members.items() if box_of[t] == box for r in own]
        left = len([r for r in inside if r not in named])
        team = next(t for t in members if box_of[t] == box)
        title = "Other teams" if box == "other teams" else team
        many = f"{left} {'others' if left < len(inside) else 'people'}"
        many = many.removesuffix("s") if left == 1 and left < len(inside) else many
        labels[box] = " · ".join(part for part in (title, many if left else "") if part)
    return person_box, teams
