"""Who owns, judges and decides where a project touches services, by when, and who is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from svcimpact.engine.plan import compile_plan
from svcimpact.planning.steps import planned_segments
from svcimpact.planning.touch import (
    STAGES,
    Touch,
    by_project,
    hours_now,
    lead_teams,
    support_staff,
    team_of,
    touches,
)
from svcimpact.portfolio import Portfolio

INTERESTS = ("owns", "sponsors", "decides", "advises", "tests", "does", "informed")


class Interest(NamedTuple):
    """What a stakeholder holds in an item; `stage` is empty for all stages."""

    stakeholder: str
    item: str
    interest: str
    stage: str


@dataclass(frozen=True, eq=False)
class Stakes:
    """Interests of one portfolio, ready to be looked up.

    Attributes
    ----------
    touched : dict of str to dict of str to list of Touch
        The unfinished tasks by project and by the service that they touch.
    taken : dict of str to dict of str to list of Touch
        The unfinished tasks by project and by the team whose support staff they take.
    of : dict
        Interests by (kind, item): kind is service, project or team.
    lead : dict
        The teams that carry most of the support of each service.
    """

    touched: dict[str, dict[str, list[Touch]]]
    taken: dict[str, dict[str, list[Touch]]]
    of: dict[tuple[str, str], list[Interest]]
    lead: dict[str, tuple[str, ...]]


def gather_stakes(portfolio: Portfolio) -> Stakes:
    """Look up who holds what.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.

    Returns
    -------
    Stakes
        With owners of services and sponsors of projects among the interests.
    """
    teams = team_of(portfolio)
    known = {
        "service": set(portfolio.services["service"]),
        "project": set(portfolio.projects["project"]),
        "team": set(teams),
    }
    of: dict[tuple[str, str], list[Interest]] = {}

    def add(kind: str, held: Interest) -> None:
        there = of.setdefault((kind, held.item), [])
        if held not in there:
            there.append(held)

    for kind, table, column, interest in (
        ("service", portfolio.services, "owner", "owns"),
        ("project", portfolio.projects, "sponsor", "sponsors"),
    ):
        for item, holder in zip(table[kind], table[column], strict=True):
            if pd.notna(holder):
                add(kind, Interest(str(holder), str(item), interest, ""))
    for row in portfolio.interests.to_dict("records"):
        stage = "" if pd.isna(row["stage"]) else str(row["stage"])
        held = Interest(str(row["stakeholder"]), str(row["item"]), str(row["interest"]), stage)
        for kind, items in known.items():
            if held.item in items:
                add(kind, held)
    for rows in of.values():
        rows.sort(key=lambda held: INTERESTS.index(held.interest))
    touched = by_project(touches(portfolio), "service")
    taken = by_project(_taken(portfolio, teams), "team")
    return Stakes(touched, taken, of, lead_teams(portfolio))


def _taken(portfolio: Portfolio, teams: pd.Series[str]) -> pd.DataFrame:
    """Return which unfinished task takes support staff of which team, and when."""
    ended = compile_plan(portfolio).ended
    open_tasks = portfolio.tasks.loc[np.isnan(ended), ["task", "project", "stage"]]
    staff = portfolio.resources[["resource"]].assign(team=teams)[support_staff(portfolio)]
    taken = portfolio.assignments[portfolio.assignments["units_fte"] > 0]
    taken = taken[["task", "resource"]].merge(staff, on="resource").merge(open_tasks, on="task")
    taken = taken.drop_duplicates(["task", "team"]).assign(effect="takes")
    return taken.merge(planned_segments(portfolio).drop(columns="share"), on="task")


def stakeholder_table(portfolio: Portfolio, stakes: Stakes, lead_hours: float) -> pd.DataFrame:
    """Return who has a say in what each project touches, and from when it is needed.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    stakes : Stakes
        Its interests.
    lead_hours : float
        Working hours before the first task by which a word is needed.

    Returns
    -------
    pandas.DataFrame
        The table `ScopeImpact.stakeholders`.
    """
    people = {str(row["stakeholder"]): row for row in portfolio.stakeholders.to_dict("records")}
    names = {
        (kind, str(item)): name
        for kind, table in (("service", portfolio.services), ("project", portfolio.projects))
        for item, name in zip(table[kind], table["name"], strict=True)
    }
    rows = []
    for project in portfolio.projects["project"]:
        for kind, item, first in _items(stakes, str(project)):
            for held in stakes.of.get((kind, item), []):
                stages = [held.stage] if held.stage else STAGES
                there = [first[stage] for stage in stages if stage in first]
                if there:
                    hours, task = min(there)
                    person = people[held.stakeholder]
                    told = (person["name"], person["role"], person["side"], held.interest)
                    name = names.get((kind, item), item)
                    stage = held.stage or None
                    rows.append(
                        (project, kind, item, name, held.stakeholder, *told, stage, task, hours)
                    )
    columns = [
        "project", "kind", "item", "item_name", "stakeholder", "name", "role", "side", "interest",
        "stage", "first_task", "hours",
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[:-1], "str"))
    begin = frame.pop("hours").to_numpy(np.float64)
    calendar = portfolio.calendar
    frame["first_start"] = calendar.when(begin)
    frame["needed_by"] = calendar.day(begin - lead_hours).astype("datetime64[us]")
    frame["overdue"] = begin - lead_hours < hours_now(portfolio) - 1e-9
    return frame


def _items(stakes: Stakes, project: str) -> Iterator[tuple[str, str, dict[str, tuple[float, str]]]]:
    """Yield what a project touches: kind, item, and by stage the first task (hours, id)."""
    touched = stakes.touched.get(project, {})
    teams = {team: list(tasks) for team, tasks in stakes.taken.get(project, {}).items()}
    for service, tasks in touched.items():
        for team in stakes.lead[service]:
            teams.setdefault(team, []).extend(tasks)
    if touched:
        yield "project", project, _first([t for tasks in touched.values() for t in tasks])
    for kind, groups in (("service", touched), ("team", teams)):
        for item, tasks in groups.items():
            yield kind, item, _first(tasks)


def _first(tasks: list[Touch]) -> dict[str, tuple[float, str]]:
    """Return the first task of each stage: its start and id."""
    first: dict[str, tuple[float, str]] = {}
    for task in tasks:
        if task.stage not in first or task.start_hours < first[task.stage][0]:
            first[task.stage] = (task.start_hours, task.task)
    return first


def gap_table(portfolio: Portfolio, stakes: Stakes, lead_hours: float) -> pd.DataFrame:
    """Return the touched services with nobody to decide, and the owners left out.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    stakes : Stakes
        Its interests.
    lead_hours : float
        Working hours before the first task by which a word is needed.

    Returns
    -------
    pandas.DataFrame
        The table `ScopeImpact.gaps`.
    """
    side = dict(
        zip(portfolio.stakeholders["stakeholder"], portfolio.stakeholders["side"], strict=True)
    )
    rows = [
        (project, service, kind, ", ".join(stages), who, min(first[stage][0] for stage in stages))
        for project in portfolio.projects["project"]
        for service, tasks in stakes.touched.get(str(project), {}).items()
        for first in [_first(tasks)]
        for kind, stages, who in _missing(stakes, side, str(project), service, first, tasks)
    ]
    columns = ["project", "service", "kind", "stages", "stakeholder", "hours"]
    frame = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[:-1], "str"))
    for column, table, key in (
        ("service_name", portfolio.services, "service"),
        ("stakeholder_name", portfolio.stakeholders, "stakeholder"),
    ):
        named = dict(zip(table[key], table["name"], strict=True))
        place = list(frame.columns).index(key) + 1
        frame.insert(place, column, pd.Series(frame[key].map(named), dtype="str"))
    latest = frame.pop("hours").to_numpy(np.float64) - lead_hours
    frame["needed_by"] = portfolio.calendar.day(latest).astype("datetime64[us]")
    frame["overdue"] = latest < hours_now(portfolio) - 1e-9
    return frame


def _missing(
    stakes: Stakes,
    side: dict[str, str],
    project: str,
    service: str,
    first: dict[str, tuple[float, str]],
    tasks: list[Touch],
) -> Iterator[tuple[str, list[str], str | None]]:
    """Yield what is missing for one project and service: kind, stages, whom to involve."""
    in_service = stakes.of.get(("service", service), [])
    in_project = stakes.of.get(("project", project), [])
    in_teams = [h for team in stakes.lead[service] for h in stakes.of.get(("team", team), [])]
    by_service_side = [held for held in in_project if side[held.stakeholder] == "service"]
    stages = [stage for stage in STAGES if stage in first]
    covered = {
        held.stage
        for held in [*in_service, *in_teams, *by_service_side]
        if held.interest == "decides"
    }
    owners = [held.stakeholder for held in in_service if held.interest == "owns"]
    undecided = [stage for stage in stages if stage not in covered and "" not in covered]
    if undecided:
        yield "no decider", undecided, owners[0] if owners else None
    if not owners:
        yield "no owner", stages, None
    for owner in dict.fromkeys(owners):
        part = {held.interest for held in in_project if held.stakeholder == owner}
        if not part:
            yield "owner never involved", stages, owner
        elif part == {"informed"} and any(task.effect == "changes" for task in tasks):
            yield "owner only informed", stages, owner
