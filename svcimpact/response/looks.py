"""When to look again: the first hour at which an incident still open could change a decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.incident.estimates import Z95, chance, quantile
from svcimpact.incident.simulate import futures
from svcimpact.incident.tables import due_hours, to_minute
from svcimpact.response.judge import Judge
from svcimpact.response.practice import still_open
from svcimpact.response.restored import restored
from svcimpact.response.situation import OVER, Stands
from svcimpact.wording import chance as percent
from svcimpact.wording import counted, day, listed

Floats = NDArray[np.float64]

# Chance of missing the due date at which somebody would decide otherwise.
THRESHOLD = 0.5
# Hours around the clock after the moment at which it is asked first what news there could be.
LATER_HOURS = (1, 2, 4, 8, 12, 16, 24, 36, 48, 72, 96, 144, 192)
# Futures of each look.
RUNS = 400
# The chance of missing a due date above which P80 passes it.
_P80 = 0.2
_COLUMNS = ["when", "project", "name", "chance_late", "chance_late_se", "finish_p80", "changes"]


def over_by(judge: Judge, stands: list[Stands]) -> pd.Timestamp:
    """Return when all that is not over is restored in 95 of 100 futures.

    Parameters
    ----------
    judge : Judge
        The futures at the moment.
    stands : list of Stands
        How the stated incidents stand; one or more are not over.

    Returns
    -------
    pandas.Timestamp
        On the wall clock.
    """
    rows = [one.row for one in stands if one.state != OVER]
    return restored(judge.portfolio.calendar, judge.futures.arrivals, rows, 0.95)


def open_ended(stands: list[Stands]) -> bool:
    """Tell whether it is uncertain how long any incident lasts.

    Parameters
    ----------
    stands : list of Stands
        How the stated incidents stand.

    Returns
    -------
    bool
        False where all are over, or of a length that was told.
    """
    return any(one.incident.hours is None for one in stands if one.state != OVER)


def looks_ahead(
    judge: Judge,
    now: pd.Timestamp,
    stands: list[Stands],
    watched: set[str],
    threshold: float,
) -> pd.DataFrame:
    """Return what would be known at later moments if the incident were still open.

    Parameters
    ----------
    judge : Judge
        The futures at the moment.
    now : pandas.Timestamp
        The moment.
    stands : list of Stands
        How the stated incidents stand.
    watched : set of str
        Ids of the projects to watch; others have a row only where they could change a decision.
    threshold : float
        Chance of missing a due date at which somebody would decide otherwise.

    Returns
    -------
    pandas.DataFrame
        One row per moment and project: `when`, `project`, `name`, `chance_late` with its `_se`,
        `finish_p80` and `changes`: the chance comes to the threshold from below, or P80 passes
        the due date, by more than 1.96 standard errors. The moments double until one changes
        something; that is then narrowed down to the hour.
    """
    clock, projects = judge.portfolio.calendar, judge.portfolio.projects
    due = due_hours(clock, projects["due"])
    if not open_ended(stands) or np.isnan(due).all():
        return _table([], watched)
    late = judge.futures.found.late
    below = chance(late > due + 1e-6)[0] < threshold
    in_time = quantile(late, 0.8)[0] <= due + 1e-6
    until = over_by(judge, stands)

    def look(hours: int) -> pd.DataFrame:
        when = _later(judge, now, hours)
        scenario = still_open(judge.scenario, judge.portfolio, when)
        scenario = replace(scenario, runs=min(scenario.runs, RUNS))
        then = futures(judge.portfolio, scenario, threads=judge.threads).found.late
        share, error = chance(then > due + 1e-6)
        surely = share - Z95 * error
        ends = to_minute(np.asarray(clock.when(quantile(then, 0.8)[0], side="finish")))
        known = ~np.isnan(due + then[0])
        told = projects[["project", "name"]].copy()
        told.insert(0, "when", when)
        told["chance_late"] = np.where(known, share, np.nan)
        told["chance_late_se"] = np.where(known, error, np.nan)
        told["finish_p80"] = ends
        news = (below & (surely >= threshold)) | (in_time & (surely > _P80))
        told["changes"] = news & known
        return told

    seen: dict[int, pd.DataFrame] = {}
    nothing, something = 0, 0
    for hours in LATER_HOURS:
        if _later(judge, now, hours) > until:
            break
        seen[hours] = look(hours)
        if seen[hours]["changes"].any():
            something = hours
            break
        nothing = hours
    while something - nothing > 1:
        hours = (something + nothing) // 2
        seen[hours] = look(hours)
        if seen[hours]["changes"].any():
            something = hours
        else:
            nothing = hours
    return _table([seen[hours] for hours in sorted(seen)], watched)


def _later(judge: Judge, now: pd.Timestamp, hours: int) -> pd.Timestamp:
    return pd.Timestamp(judge.portfolio.calendar.later(np.datetime64(now), float(hours))[()])


def _table(parts: list[pd.DataFrame], watched: set[str]) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame(columns=_COLUMNS).astype({"changes": "bool"})
    table = pd.concat(parts, ignore_index=True)[_COLUMNS]
    told = watched | set(table.loc[table["changes"], "project"])
    return table[table["project"].isin(told)].reset_index(drop=True)


def why(
    judge: Judge,
    stands: list[Stands],
    table: pd.DataFrame,
    looks: pd.DataFrame,
    threshold: float,
) -> str:
    """Say what the next look could change, or why none can.

    Parameters
    ----------
    judge : Judge
        The futures at the moment.
    stands : list of Stands
        How the stated incidents stand.
    table : pandas.DataFrame
        The projects to watch.
    looks : pandas.DataFrame
        What `looks_ahead` returned.
    threshold : float
        Chance of missing a due date at which somebody would decide otherwise.

    Returns
    -------
    str
        The end of a sentence.
    """
    ahead = looks[looks["changes"]]
    if len(ahead):
        names = listed(list(ahead.loc[ahead["when"] == ahead["when"].iloc[0], "name"]))
        return (
            f"if the incident is still open then, {names} would more likely than not, or by P80, "
            "miss the due date."
            if threshold == THRESHOLD
            else f"if the incident is still open then, {names} would cross what was agreed."
        )
    left = [one for one in stands if one.state != OVER]
    if not left:
        return "by what was told, the incident is over."
    missed = _missed(table, threshold)
    if not open_ended(stands):
        known = f"how long {'it lasts' if len(left) == 1 else 'they last'} is known"
        return f"{known}; {missed}." if missed else f"{known}."
    over = "the incident is over" if len(left) == 1 else "the incidents are over"
    text = (
        f"until {day(over_by(judge, stands), time=True)}, by when {over} in 95 of 100 futures, no "
        "project that is in time comes to miss its due date beyond doubt."
    )
    return f"{text} As it is, {missed}." if missed else text


def _missed(table: pd.DataFrame, threshold: float) -> str:
    """Say which of the projects to watch are past the due date as it is."""
    chances = table["chance_late"]
    rows: list[dict[str, Any]] = [
        {str(k): v for k, v in row.items()}
        for row in table[(chances >= threshold) | (chances > _P80)].to_dict("records")
    ]
    if not rows:
        return ""
    first, *rest = rows
    said = [f"{first['name']} misses its due date in {percent(first['chance_late'])} of futures"]
    said += [f"{row['name']} in {percent(row['chance_late'])}" for row in rest[:3]]
    if len(rest) > 3:
        said.append(counted(len(rest) - 3, "more project"))
    return listed(said, len(said))
