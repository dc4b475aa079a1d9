"""Who is asked for more than they have, in which week, and who competes for them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from svcimpact.engine.plan import positions
from svcimpact.planning.ahead import work_ahead
from svcimpact.planning.steps import (
    Steps,
    everyday_load,
    load_steps,
    stretches,
)
from svcimpact.portfolio import Portfolio

_NEGLIGIBLE = 1e-6  # hours in a week
_NAMED = 5  # competitors that one sentence names
_SHOWN = 10  # resources that a printout shows


@dataclass(frozen=True, eq=False, repr=False)
class OverAllocation:
    """Over-allocated resource-weeks, worst first, and who competes in them.

    Attributes
    ----------
    weeks : pandas.DataFrame
        One row per over-allocated resource and week, the most hours over first: `resource`,
        `name`, `team`, `week` (its Monday), `capacity_hours` (project capacity after absences
        and everyday support), `load_hours` (asked for by tasks), `over_hours` (asked for beyond
        project capacity at the same time, so it can exceed `load_hours - capacity_hours`),
        `over_days` (the same in person-days), `projects` and `services` (ids that compete,
        joined by ", ", the largest first). Hours are working hours times FTE.
    competitors : pandas.DataFrame
        One row per row of `weeks` (in its order) and competitor, the largest first:
        `resource`, `week`, `kind` (project, service, absence), `competitor` (its id; the
        resource's own for an absence), `name`, `hours` (what it takes or asks for in that week)
        and `clash_hours` (the part of it while the resource is over-allocated). A project
        whose work falls in the free part of the week does not compete. The `clash_hours` of a
        resource-week less the resource's capacity over that time are its `over_hours`.
    intervals : pandas.DataFrame
        One row per unbroken stretch in which a resource is over-allocated, resources in row
        order, then by time: `resource`, `name`, `team`, `start` and `finish` (date-times; a night
        or a weekend breaks no stretch), `hours` (working hours it lasts), `peak_fte` (the most
        FTE asked for beyond project capacity), `over_hours`, `over_days`, `projects` (ids that
        ask for the resource in it, in row order).
    summary : pandas.DataFrame
        One row per over-allocated resource, the worst first: `resource`, `name`, `team`,
        `weeks` (how many), `over_hours`, `over_days`, `worst_week`, `worst_days`, `projects`
        and `services`.
    start : pandas.Timestamp
        The portfolio's start; where all worst weeks are of its year, no sentence names the year.
    """

    weeks: pd.DataFrame
    competitors: pd.DataFrame
    intervals: pd.DataFrame
    summary: pd.DataFrame
    start: pd.Timestamp

    def sentences(self) -> list[str]:
        """Return the findings as text, one sentence per over-allocated resource, worst first.

        Returns
        -------
        list of str
            Plain text, unescaped; one sentence that says so where there is no conflict.
        """
        if self.summary.empty:
            return ["The plan asks nobody for more than their project capacity."]
        ranked = _ranked(self.competitors, ["resource", "kind", "competitor", "name"])
        parts = dict(iter(ranked.groupby("resource", sort=False)))
        rows = self.summary.to_dict("records")
        return [self._sentence(row, parts[row["resource"]]) for row in rows]

    def _sentence(self, row: dict[Hashable, Any], ranked: pd.DataFrame) -> str:
        worst = row["worst_week"]
        day = f"{worst.day} {worst.month_name()}"
        one_year = (self.summary["worst_week"].dt.year == self.start.year).all()
        day += "" if one_year else f" {worst.year}"
        when = f"in the week of {day}"
        if row["weeks"] != 1:
            when = f"in {row['weeks']} weeks, most {when} ({_days(row['worst_days'])})"
        return (
            f"{row['name']} is over-allocated by {_days(row['over_days'])} person-days {when}, "
            f"{_between(ranked)}."
        )

    def _headline(self) -> str:
        weeks, people = len(self.weeks), len(self.summary)
        return (
            f"{weeks} over-allocated resource-week{'' if weeks == 1 else 's'}, "
            f"{people} resource{'' if people == 1 else 's'}, "
            f"{self.weeks['over_days'].sum():.1f} person-days over"
        )

    def __repr__(self) -> str:
        lines = [f"Over-allocation: {self._headline()}", *self.sentences()[:_SHOWN]]
        more = len(self.summary) - _SHOWN
        return "\n  ".join([*lines, f"and {more} more"] if more > 0 else lines)

    def _repr_html_(self) -> str:
        columns = {
            "name": "Resource",
            "team": "Team",
            "weeks": "Weeks",
            "over_days": "Person-days over",
            "worst_week": "Worst week",
            "projects": "Projects",
            "services": "Services",
        }
        head = "".join(f"<th>{title}</th>" for title in columns.values())
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(_cell(row[column]))}</td>' for column in columns)}</tr>"
            for row in self.summary.head(_SHOWN).to_dict("records")
        )
        more = len(self.summary) - _SHOWN
        tail = f"<p>and {more} more</p>" if more > 0 else ""
        return (
            f"<p><b>Over-allocation</b>: {self._headline()}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{tail}"
        )


def over_allocation(portfolio: Portfolio) -> OverAllocation:
    """Find every week in which the plan asks a resource for more than its project capacity.

    Over-allocation is exact: ``∫ max(0, load - project capacity) dt`` over the working time of
    the week, at the planned dates; at a status date what is left is moved to where there still is
    time for it (`svcimpact.planning.ahead.work_ahead`). Two tasks at once on Monday are a
    conflict even if the rest of the week is free.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.

    Returns
    -------
    OverAllocation
        The resource-weeks, the projects and services that compete, and a row per resource.
    """
    steps = load_steps(portfolio, work_ahead(portfolio))
    over = steps.weekly(steps.over)
    # Rounded for the order only, so that equal overloads keep the order of the tables.
    who, week = np.nonzero(over > _NEGLIGIBLE)
    order = np.lexsort((week, who, -np.round(over[who, week], 6)))
    who, week = who[order], week[order]
    day = portfolio.settings.hours_per_day
    weeks = portfolio.resources[["resource", "name", "team"]].take(who).reset_index(drop=True)
    weeks["week"] = steps.mondays[week]
    weeks["capacity_hours"] = steps.weekly(steps.capacity)[who, week]
    weeks["load_hours"] = steps.weekly(steps.load)[who, week]
    weeks["over_hours"] = over[who, week]
    weeks["over_days"] = weeks["over_hours"] / day
    competitors = _competitors(portfolio, steps, who, week)
    for column, kind in (("projects", "project"), ("services", "service")):
        weeks[column] = _joined(competitors[competitors["kind"] == kind], len(weeks))
    return OverAllocation(
        weeks=weeks,
        competitors=competitors.drop(columns="row"),
        intervals=_intervals(portfolio, steps),
        summary=_summary(weeks, competitors),
        start=portfolio.settings.start,
    )


def _intervals(portfolio: Portfolio, steps: Steps) -> pd.DataFrame:
    """Return the unbroken stretches of over-allocation."""
    lasting = np.flatnonzero(steps.length > 0)
    who, over = steps.resource[lasting], steps.over[lasting]
    hot = over > 0
    follows = np.zeros(lasting.size, bool)
    follows[1:] = hot[:-1] & (who[1:] == who[:-1])
    first = hot & ~follows
    number = np.cumsum(first)[hot] - 1
    at, count = lasting[hot], int(first.sum())
    hours = steps.over[at] * steps.length[at]
    total = np.bincount(number, hours, count)
    begin, end = np.flatnonzero(np.diff(number, prepend=-1)), np.full(count, 0.0)
    np.maximum.at(end, number, steps.time[at] + steps.length[at])
    resources = portfolio.resources[["resource", "name", "team"]]
    found = resources.take(steps.resource[at][begin]).reset_index(drop=True)
    found["start"] = portfolio.calendar.when(steps.time[at][begin])
    found["finish"] = portfolio.calendar.when(end, side="finish")
    found["hours"] = np.bincount(number, steps.length[at], count).astype(np.float64)
    found["peak_fte"] = np.maximum.reduceat(steps.over[at], begin) if count else np.zeros(0)
    found["over_hours"] = total.astype(np.float64)
    found["over_days"] = found["over_hours"] / portfolio.settings.hours_per_day
    wanted = np.zeros(steps.length.size, bool)
    wanted[at] = True
    step, piece = steps.during(wanted)
    of_step = np.zeros(steps.length.size, np.int64)
    of_step[at] = number
    project = positions(portfolio.tasks["project"], portfolio.projects["project"])
    pairs = np.unique(np.column_stack([of_step[step], project[steps.task[piece]]]), axis=0)
    asked = pd.DataFrame(
        {"row": pairs[:, 0], "competitor": portfolio.projects["project"].take(pairs[:, 1]).array}
    )
    found["projects"] = _joined(asked, count)
    return found


def _competitors(
    portfolio: Portfolio, steps: Steps, who: npt.NDArray[np.int64], week: npt.NDArray[np.int64]
) -> pd.DataFrame:
    """Return the competitors of each over-allocated resource-week, with `row`, its number."""
    clash = np.where(steps.over > 0, 1.0, 0.0)
    found = pd.concat(
        [
            _projects(portfolio, steps, clash, who, week),
            _services(portfolio, steps, clash, who, week),
            _absences(portfolio, steps, clash, who, week),
        ],
        ignore_index=True,
    )
    found = found[found["clash_hours"] > _NEGLIGIBLE]
    order = np.lexsort((np.arange(len(found)), -found["clash_hours"].round(6), found["row"]))
    found = found.iloc[order].reset_index(drop=True)
    found.insert(0, "week", steps.mondays[week[found["row"]]])
    owner = portfolio.resources["resource"].take(who[found["row"]]).reset_index(drop=True)
    found.insert(0, "resource", owner)
    return found


def _projects(
    portfolio: Portfolio,
    steps: Steps,
    clash: npt.NDArray[np.float64],
    who: npt.NDArray[np.int64],
    week: npt.NDArray[np.int64],
) -> pd.DataFrame:
    """Return what projects ask for: each piece of work cut at the weeks."""
    rows = np.full((len(portfolio.resources), steps.mondays.size), -1)
    rows[who, week] = np.arange(who.size)
    weeks = [steps.week[at] for at in (steps.piece_first, np.maximum(steps.piece_end - 1, 0))]
    piece, at = stretches(weeks[0], np.maximum(weeks[1], weeks[0]) + 1)
    row = rows[steps.piece_resource[piece], at]
    piece, at, row = piece[row >= 0], at[row >= 0], row[row >= 0]
    owner = steps.piece_resource[piece]
    first = np.maximum(steps.piece_first[piece], steps.week_first[owner, at])
    end = np.minimum(steps.piece_end[piece], steps.week_first[owner, at + 1])
    project = positions(portfolio.tasks["project"], portfolio.projects["project"])
    pieces = pd.DataFrame({"row": row, "project": project[steps.task[piece]]})
    for column, length in (("hours", steps.length), ("clash_hours", steps.length * clash)):
        pieces[column] = steps.fte[piece] * steps.between(length, first, end)
    total = _summed(pieces, ["row", "project"], ["hours", "clash_hours"])
    total = total.sort_values(["row", "project"], ignore_index=True)
    names = portfolio.projects.take(total.pop("project").to_numpy()).reset_index(drop=True)
    total.insert(1, "kind", "project")
    total.insert(2, "competitor", names["project"])
    total.insert(3, "name", names["name"])
    return total


def _services(
    portfolio: Portfolio,
    steps: Steps,
    clash: npt.NDArray[np.float64],
    who: npt.NDArray[np.int64],
    week: npt.NDArray[np.int64],
) -> pd.DataFrame:
    """Return what everyday support takes, split over the services in proportion."""
    support = portfolio.support[portfolio.support["bau_fte"] > 0].reset_index(drop=True)
    support["owner"] = positions(support["resource"], portfolio.resources["resource"])
    cells = pd.DataFrame({"row": np.arange(who.size), "owner": who})
    found = cells.merge(support, on="owner")
    row, owner = found["row"].to_numpy(), found["owner"].to_numpy()
    part = found["bau_fte"].to_numpy(np.float64) / everyday_load(portfolio)[owner]
    at = positions(found["service"], portfolio.services["service"])
    hours = [steps.weekly(fte)[who, week] for fte in (steps.everyday, steps.everyday * clash)]
    return pd.DataFrame(
        {
            "row": row,
            "kind": "service",
            "competitor": found["service"],
            "name": portfolio.services["name"].take(at).reset_index(drop=True),
            "hours": part * hours[0][row],
            "clash_hours": part * hours[1][row],
        }
    )


def _absences(
    portfolio: Portfolio,
    steps: Steps,
    clash: npt.NDArray[np.float64],
    who: npt.NDArray[np.int64],
    week: npt.NDArray[np.int64],
) -> pd.DataFrame:
    """Return what absences take."""
    return pd.DataFrame(
        {
            "row": np.arange(who.size),
            "kind": "absence",
            "competitor": portfolio.resources["resource"].take(who).reset_index(drop=True),
            "name": "absence",
            "hours": steps.weekly(steps.absent)[who, week],
            "clash_hours": steps.weekly(steps.absent * clash)[who, week],
        }
    )


def _summary(weeks: pd.DataFrame, competitors: pd.DataFrame) -> pd.DataFrame:
    """Return one row per over-allocated resource, the worst first."""
    groups = weeks.groupby("resource", sort=False)
    worst = groups.head(1).set_index("resource")  # weeks come worst first
    total = groups.agg(name=("name", "first"), weeks=("week", "size"))
    sums = _summed(weeks, ["resource"], ["over_hours", "over_days"]).set_index("resource")
    total = total.join(sums)
    total.insert(1, "team", worst["team"])
    total["worst_week"] = worst["week"]
    total["worst_days"] = worst["over_days"]
    for column, kind in (("projects", "project"), ("services", "service")):
        of = competitors[competitors["kind"] == kind]
        ranked = _ranked(of, ["resource", "competitor"])
        joined = ranked.groupby("resource", sort=False)["competitor"].agg(", ".join)
        total[column] = joined.reindex(total.index, fill_value="").astype("str")
    order = np.argsort(-total["over_hours"].round(6).to_numpy(), kind="stable")
    return total.iloc[order].reset_index()


def _ranked(competitors: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return the hours in conflict of each competitor over all weeks, the most first."""
    total = _summed(competitors, by, ["clash_hours"])
    order = np.argsort(-total["clash_hours"].round(6).to_numpy(), kind="stable")
    return total.iloc[order]


def _summed(frame: pd.DataFrame, by: list[str], columns: list[str]) -> pd.DataFrame:
    """Return sums by group, groups as they come, each added up in row order by itself."""
    group = frame.groupby(by, sort=False).ngroup().to_numpy()
    total = frame[by].drop_duplicates(ignore_index=True)
    for column in columns:
        sums = np.bincount(group, frame[column].to_numpy(np.float64), len(total))
        total[column] = sums.astype(np.float64)
    return total


def _joined(competitors: pd.DataFrame, count: int) -> pd.Series:
    """Return the ids that compete in each resource-week as one text."""
    joined = competitors.groupby("row", sort=False)["competitor"].agg(", ".join)
    return joined.reindex(range(count), fill_value="").astype("str")


def _between(ranked: pd.DataFrame) -> str:
    """Return the competitors as people say it, the largest first."""
    named = list(ranked.loc[ranked["kind"] == "project", "name"].head(_NAMED))
    services = list(ranked.loc[ranked["kind"] == "service", "name"].head(_NAMED))
    others = int((ranked["kind"] != "absence").sum()) - len(named) - len(services)
    if services:
        named.append(f"the everyday support of {_and(services)}")
    if others:
        named.append(f"{others} more")
    if (ranked["kind"] == "absence").any():
        named.append("planned absence")
    return f"between {_and(named)}" if len(named) > 1 else f"all for {named[0]}"


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _days(days: float) -> str:
    shown = f"{days:.1f}"
    return "less than 0.1" if shown == "0.0" else shown


def _cell(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:z.1f}"
    return str(value)
