"""What stages need, as tables in person-days and dates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from svcimpact.planning.involvement import GAPS, Asked, Gap, Row
from svcimpact.planning.touch import STAGES
from svcimpact.portfolio import Portfolio

PARTS = {
    "scope": "gives input",
    "design": "gives input",
    "delivery": "does work",
    "test": "tests",
    "transition": "takes over",
}


_DAYS = ("needed", "planned", "missing", "free", "short")


def involvement_frame(portfolio: Portfolio, rows: list[Row]) -> pd.DataFrame:
    """Return what is needed of teams.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    rows : list of Row
        One per window and team.

    Returns
    -------
    pandas.DataFrame
        The table `StageInvolvement.involvement`.
    """
    told: dict[str, list[Any]] = {
        "team": [row.who or None for row in rows],
        "part": [PARTS[row.window.stage] for row in rows],
    }
    frame = _frame(portfolio, rows, told, _DAYS)
    frame.insert(7, "lead", np.array([row.lead for row in rows], bool))
    frame.insert(8, "people", np.array([len(row.members) for row in rows], np.int64))
    return frame


def project_frame(
    portfolio: Portfolio, involvement: pd.DataFrame, gaps: pd.DataFrame
) -> pd.DataFrame:
    """Return what is needed by project.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    involvement, gaps : pandas.DataFrame
        The tables of `StageInvolvement`.

    Returns
    -------
    pandas.DataFrame
        The table `StageInvolvement.projects`.
    """
    frame = portfolio.projects[["project", "name"]].copy()
    windows = involvement.drop_duplicates(["project", "stage", "service", "start"])
    ids = pd.Index(frame["project"])
    for column, rows in (("windows", windows), ("gaps", gaps)):
        count = rows.groupby("project").size().reindex(ids, fill_value=0)
        frame[column] = count.to_numpy(np.int64)
    for column in ("needed_days", "planned_days", "missing_days", "short_days"):
        total = involvement.groupby("project")[column].sum().reindex(ids, fill_value=0.0)
        frame.insert(len(frame.columns) - 1, column, total.to_numpy(np.float64))
    return frame.reset_index(drop=True)


def people_frame(portfolio: Portfolio, rows: list[Row]) -> pd.DataFrame:
    """Return what is planned of persons.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    rows : list of Row
        One per window and resource.

    Returns
    -------
    pandas.DataFrame
        The table `StageInvolvement.people`.
    """
    table, at = portfolio.resources, [row.members[0] for row in rows]
    told: dict[str, list[Any]] = {
        "resource": list(table["resource"].take(at)),
        "name": list(table["name"].take(at)),
        "team": [row.who for row in rows],
    }
    return _frame(portfolio, rows, told, ("planned", "free", "short"))


def asked_frame(portfolio: Portfolio, asked: list[Asked]) -> pd.DataFrame:
    """Return which named stakeholders have a part.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    asked : list of Asked
        One per window, stakeholder and interest.

    Returns
    -------
    pandas.DataFrame
        The table `StageInvolvement.asked`.
    """
    people = {row["stakeholder"]: row for row in portfolio.stakeholders.to_dict("records")}
    told: dict[str, list[Any]] = {
        "stakeholder": [one.stakeholder for one in asked],
        "name": [people[one.stakeholder]["name"] for one in asked],
        "role": [people[one.stakeholder]["role"] for one in asked],
        "interest": [one.interest for one in asked],
    }
    days = ("needed", "planned", "free", "short")
    frame = _frame(portfolio, [one.row for one in asked], told, days)
    frame["counted"] = np.array([bool(one.row.members) for one in asked], bool)
    return frame


def gap_frame(portfolio: Portfolio, gaps: list[Gap]) -> pd.DataFrame:
    """Return the gaps, the most person-days short first.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    gaps : list of Gap
        In any order.

    Returns
    -------
    pandas.DataFrame
        The table `StageInvolvement.gaps`.
    """
    names = portfolio.resources["name"].to_numpy()
    told: dict[str, list[Any]] = {
        "who": [
            str(names[gap.row.members[0]]) if "person" in gap.kind else gap.row.who or None
            for gap in gaps
        ],
        "kind": [gap.kind for gap in gaps],
    }
    frame = _frame(portfolio, [gap.row for gap in gaps], told, _DAYS)
    calendar, day = portfolio.calendar, portfolio.settings.hours_per_day
    for name in ("earlier", "later"):
        for end, column in enumerate(("start", "finish")):
            days = [gap.windows[name][end] if name in gap.windows else np.nan for gap in gaps]
            hours = np.array(days, np.float64) * day
            frame[f"{name}_{column}"] = calendar.day(hours).astype("datetime64[us]")
    stand_in = [None if gap.stand_in is None else str(names[gap.stand_in]) for gap in gaps]
    frame["stand_in"] = pd.Series(stand_in, dtype="str")
    missing, short = (frame[c].to_numpy(np.float64) for c in ("missing_days", "short_days"))
    keys = (
        np.array([STAGES.index(stage) for stage in frame["stage"]]),
        -missing.round(6),
        np.array([GAPS.index(gap.kind) for gap in gaps]),
        -np.nan_to_num(short, nan=np.inf).round(6),
    )
    order = np.lexsort(keys)  # equal gaps keep their order
    return frame.iloc[order].reset_index(drop=True)


def _frame(
    portfolio: Portfolio, rows: list[Row], told: dict[str, list[Any]], days: tuple[str, ...]
) -> pd.DataFrame:
    """Return rows as a table: whose window, what is told, when, and person-days."""
    calendar = portfolio.calendar
    projects, services = (
        dict(zip(table[key], table["name"], strict=True))
        for table, key in ((portfolio.projects, "project"), (portfolio.services, "service"))
    )
    windows = [row.window for row in rows]
    texts = {
        "project": [window.project for window in windows],
        "project_name": [projects[window.project] for window in windows],
        "stage": [window.stage for window in windows],
        "service": [window.service or None for window in windows],
        "service_name": [services.get(window.service) for window in windows],
    }
    frame = pd.DataFrame(
        {name: pd.Series(values, dtype="str") for name, values in (texts | told).items()}
    )
    begin, until = (
        np.array([getattr(window, end) for window in windows], np.float64)
        for end in ("begin", "until")
    )
    frame["tasks"] = np.array([len(window.tasks) for window in windows], np.int64)
    frame["start"] = calendar.when(begin)
    frame["finish"] = calendar.when(until, side="finish")
    for column in days:
        hours = np.array([getattr(row, column) for row in rows], np.float64)
        frame[f"{column}_days"] = hours / portfolio.settings.hours_per_day
    return frame
