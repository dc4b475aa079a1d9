"""Who owns, judges and decides where a project touches services, by when, and who is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from svcimpact.graph.network import finished
from svcimpact.planning.steps import planned_segments
from svcimpact.planning.touch import (
    STAGES,
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
    touch : pandas.DataFrame
        As `svcimpact.planning.touch.touches` returns it.
    taken : pandas.DataFrame
        One row per unfinished task and team of support staff it takes: `task`, `project`,
        `stage`, `team`, `start_hours`.
    of : dict
        Interests by (kind, item): kind is service, project or team.
    lead : dict
        The teams that carry most of the support of each service.
    """

    touch: pd.DataFrame
    taken: pd.DataFrame
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
        rows = of.setdefault((kind, held.item), [])
        if held not in rows:
            rows.append(held)

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
    return Stakes(touches(portfolio), _taken(portfolio, teams), of, lead_teams(portfolio))


def _taken(portfolio: Portfolio, teams: pd.Series[str]) -> pd.DataFrame:
    """Return which unfinished task takes support staff of which team, and from when."""
    open_tasks = portfolio.tasks.loc[~finished(portfolio), ["task", "project", "stage"]]
    staff = portfolio.resources[["resource"]].assign(team=teams)[support_staff(portfolio)]
    taken = portfolio.assignments[portfolio.assignments["units_fte"] > 0]
    taken = taken[["task", "resource"]].merge(staff, on="resource").merge(open_tasks, on="task")
    taken = taken.drop_duplicates(["task", "team"])
    when = planned_segments(portfolio)[["task", "start_hours"]]
    return taken.drop(columns="resource").merge(when, on="task")


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
    people = portfolio.stakeholders.set_index("stakeholder")
    names = {
        kind: dict(zip(table[kind], table["name"], strict=True))
        for kind, table in (("service", portfolio.services), ("project", portfolio.projects))
    }
    rows = []
    for project in portfolio.projects["project"]:
        for kind, item, first in _items(stakes, str(project)):
            for held in sorted(
                stakes.of.get((kind, item), []), key=lambda h: INTERESTS.index(h.interest)
            ):
                there = [s for s in ([held.stage] if held.stage else STAGES) if s in first]
                if not there:
                    continue
                hours, task = min(first[stage] for stage in there)
                person = people.loc[held.stakeholder]
                rows.append(
                    (project, kind, item, names.get(kind, {}).get(item, item), held.stakeholder,
                     person["name"], person["role"], person["side"], held.interest,
                     held.stage or None, task, hours)
                )  # fmt: skip
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
    touch = stakes.touch[stakes.touch["project"] == project]
    if len(touch):
        yield "project", project, _first(touch)
    for service, rows in touch.groupby("service", sort=False):
        yield "service", str(service), _first(rows)
    taken = stakes.taken[stakes.taken["project"] == project]
    led = [
        touch.loc[touch["service"] == service].assign(team=team)
        for service in touch["service"].unique()
        for team in stakes.lead.get(str(service), ())
    ]
    columns = ["task", "stage", "team", "start_hours"]
    both = pd.concat([taken[columns], *(rows[columns] for rows in led)], ignore_index=True)
    for team, rows in both.groupby("team", sort=False):
        yield "team", str(team), _first(rows)


def _first(rows: pd.DataFrame) -> dict[str, tuple[float, str]]:
    """Return the first task of each stage: its start and id."""
    first: dict[str, tuple[float, str]] = {}
    for stage, task, hours in zip(rows["stage"], rows["task"], rows["start_hours"], strict=True):
        if stage not in first or hours < first[stage][0]:
            first[str(stage)] = (float(hours), str(task))
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
    rows = []
    for (project, service), touch in stakes.touch.groupby(["project", "service"], sort=False):
        first = _first(touch)
        in_project = stakes.of.get(("project", str(project)), [])
        deciders = [
            held
            for kind, item in [
                ("service", str(service)),
                *(("team", team) for team in stakes.lead.get(str(service), ())),
            ]
            for held in stakes.of.get((kind, item), [])
            if held.interest == "decides"
        ]
        deciders += [
            held
            for held in in_project
            if held.interest == "decides" and side[held.stakeholder] == "service"
        ]
        owners = [
            held.stakeholder
            for held in stakes.of.get(("service", str(service)), [])
            if held.interest == "owns"
        ]
        for kind, stages, who in _missing(first, deciders, owners, in_project, touch):
            hours = min(first[stage][0] for stage in stages)
            rows.append((project, service, kind, ", ".join(stages), who, hours))
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
    order = {project: at for at, project in enumerate(portfolio.projects["project"])}
    return frame.sort_values("project", key=lambda ids: ids.map(order), kind="stable").reset_index(
        drop=True
    )


def _missing(
    first: dict[str, tuple[float, str]],
    deciders: list[Interest],
    owners: list[str],
    in_project: list[Interest],
    touch: pd.DataFrame,
) -> Iterator[tuple[str, list[str], str | None]]:
    """Yield what is missing for one project and service: kind, stages, whom to involve."""
    stages = [stage for stage in STAGES if stage in first]
    covered = {held.stage for held in deciders}
    undecided = [stage for stage in stages if stage not in covered and "" not in covered]
    if undecided:
        yield "no decider", undecided, owners[0] if owners else None
    if not owners:
        yield "no owner", stages, None
    changed = (touch["effect"] == "changes").any()
    for owner in owners:
        held_by = {held.interest for held in in_project if held.stakeholder == owner}
        if not held_by:
            yield "owner never involved", stages, owner
        elif held_by == {"informed"} and changed:
            yield "owner only informed", stages, owner
